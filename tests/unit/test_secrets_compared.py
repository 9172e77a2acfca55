"""
What only its owner knows is looked up by its hash, or compared in constant time.
"""

import ast
import re
from pathlib import Path

import pytest

import approval_engine

PACKAGE = Path(approval_engine.__file__).parent
# In the store, whatever is secret is looked up by its hash; in the engine a token is a
# mark on a drawing.
PLACES = ("accounts", "cli", "config", "notifications", "web")
SECRET = re.compile(r"secret|token|passwo|signature|nonce|csrf|verifier|bearer|_key$")


def names(node):
    """
    The names and attributes that an expression is made of.
    """
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr


def compared(code):
    """
    The comparisons for equality of something that is called like a secret.
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            equal = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
            if equal and any(SECRET.search(name.lower()) for name in names(node)):
                yield ast.unparse(node)


def test_no_secret_is_compared_letter_by_letter():
    found = {
        (path.relative_to(PACKAGE).as_posix(), each)
        for place in PLACES
        for path in sorted((PACKAGE / place).rglob("*.py"))
        for each in compared(path.read_text(encoding="utf-8"))
    }
    # Both sides of this one lie in the database.
    both_ours = "accounts.password_hash(transaction, user_id) == stored"

    assert found == {("accounts/passwords.py", both_ours)}


@pytest.mark.parametrize(
    "code", ["token == given", "self.secret != sent", "a == row.signature[:8]"]
)
def test_such_a_comparison_would_be_found(code):
    assert list(compared(code)) == [code]


def test_others_are_none():
    code = "secrets.compare_digest(token, given)\nname == 'x'\ntoken is None"

    assert list(compared(code)) == []
