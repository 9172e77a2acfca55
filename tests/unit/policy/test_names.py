"""
A process may read what a policy knows of a whole quote, and nothing of single lines.
"""

from approval_engine.definitions.reading.names import EXAMPLE
from approval_engine.documents import parse
from approval_engine.policy.conditions import Kind
from approval_engine.policy.load import load
from approval_engine.policy.names import names_of
from tests.unit.policy.samples import MATRIX

POLICY = load(parse(MATRIX.read_bytes(), "approval_matrix.json"))


def test_inputs_of_a_quote_are_names_of_their_kind():
    found = names_of(POLICY)

    assert found["amount"] is found["margin_pct"] is Kind.NUMBER
    assert found["region"] is Kind.STRING
    assert found["clauses"] is Kind.LIST


def test_inputs_of_single_lines_are_not():
    assert "family" in {each.name for each in POLICY.inputs}
    assert "family" not in names_of(POLICY)


def test_without_a_policy_the_names_are_those_of_the_documentation():
    assert EXAMPLE.items() <= names_of(POLICY).items()
