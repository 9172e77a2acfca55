"""
The page for reviewers says what is true: its table of rights, and the tests it names.
"""

import re
from pathlib import Path

import pytest

from approval_engine.domain.rights import HOLDERS, SIGHT, Right, may, rights_of
from tests.offices import OFFICES, holders

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_the_table_of_rights_is_the_one_in_force():
    assert holders() == {right.name: HOLDERS[right] & set(OFFICES) for right in Right}


@pytest.mark.parametrize("right", Right)
def test_nobody_without_a_role_has_a_right(right):
    assert not may((), right)
    assert not may(("manager", "finance", "cfo"), right)


@pytest.mark.parametrize("right", Right)
def test_a_lent_role_shows_and_does_nothing(right):
    assert (right in rights_of((), ("admin",))) is (right in SIGHT)


def test_every_test_that_the_page_names_exists():
    named = set(re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", PAGE))
    found = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.setdefault(path.name, "")
        found[path.name] += path.read_text(encoding="utf-8")
    missing = [
        (file, test)
        for file, test in named
        if file not in found or (test and f"def {test}(" not in found[file])
    ]

    assert len(named) > 60
    assert missing == []
