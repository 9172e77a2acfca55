"""
Conditions against a second reader: Python's parser, and logic written for this test.

What is generated is a condition in our language and in Python at once, so that neither
parser has anything to do with the other.
"""

import ast
import operator
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.policy.conditions import (
    ConditionError,
    evaluate,
    parse_condition,
)

NUMBERS = st.sampled_from(["amount", "margin", "none_given", "7", "12.5", "0", "100"])
TEXTS = st.sampled_from(["region", "segment", "no_text", "'EMEA'", "'US'", "''"])
RELATIONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
EQUALITIES = st.sampled_from(["==", "!="])
SUMS = st.one_of(
    NUMBERS,
    st.tuples(NUMBERS, st.sampled_from("+-*"), NUMBERS).map(" ".join),
    st.tuples(NUMBERS, st.sampled_from("+-"), NUMBERS).map(
        lambda p: f"({' '.join(p)})"
    ),
)


def listed(values):
    return st.lists(values, min_size=2, max_size=4).map(", ".join)


COMPARISONS = st.one_of(
    st.tuples(SUMS, RELATIONS, SUMS).map(" ".join),
    st.tuples(TEXTS, EQUALITIES, TEXTS).map(" ".join),
    st.tuples(NUMBERS, EQUALITIES, st.just("null")).map(" ".join),
    st.tuples(TEXTS, listed(TEXTS)).map(lambda p: f"{p[0]} in ({p[1]})"),
    st.tuples(NUMBERS, listed(NUMBERS)).map(lambda p: f"{p[0]} in ({p[1]})"),
    st.sampled_from(["yes", "no", "no_truth"]),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) and ({p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"{p[0]} or ({p[1]}) or ({p[2]})"),
        inner.map(lambda part: f"not ({part})"),
    ),
    max_leaves=10,
)
VALUES = st.one_of(
    st.none(), st.integers(-20, 200).map(Decimal), st.decimals(-20, 200, places=2)
)
WORDS = st.one_of(st.none(), st.sampled_from(["EMEA", "US", "APAC", ""]))
FACTS = st.fixed_dictionaries(
    {
        "amount": VALUES,
        "margin": VALUES,
        "region": WORDS,
        "segment": WORDS,
        "yes": st.just(True),
        "no": st.just(False),
        "none_given": st.none(),
        "no_text": st.none(),
        "no_truth": st.none(),
    }
)
OPERATIONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def all_true(values):
    known = [value for value in values if value is not None]
    return False if False in known else None if len(known) < len(values) else True


def opposite(value):
    return None if value is None else not value


class Judge:
    """
    The value of a Python expression, where None means that nobody knows.
    """

    def __init__(self, facts):
        self.facts = facts

    def value(self, node):
        return getattr(self, type(node).__name__.lower())(node)

    def expression(self, node):
        return self.value(node.body)

    def name(self, node):
        return self.facts[node.id]

    def constant(self, node):
        text = node.value
        return text if isinstance(text, str) else Decimal(str(text))

    def binop(self, node):
        return self.known(OPERATIONS[type(node.op)], node.left, node.right)

    def unaryop(self, node):
        return opposite(self.value(node.operand))

    def boolop(self, node):
        values = [self.value(part) for part in node.values]
        if isinstance(node.op, ast.And):
            return all_true(values)
        return opposite(all_true([opposite(value) for value in values]))

    def compare(self, node):
        (relation,), (right,) = node.ops, node.comparators
        if isinstance(relation, ast.In):
            found = [self.known(operator.eq, node.left, each) for each in right.elts]
            return opposite(all_true([opposite(value) for value in found]))
        if isinstance(right, ast.Name) and right.id == "null":
            missing = self.value(node.left) is None
            return missing if isinstance(relation, ast.Eq) else not missing
        return self.known(OPERATIONS[type(relation)], node.left, right)

    def known(self, operation, *parts):
        values = [self.value(part) for part in parts]
        return None if None in values else operation(*values)


def parsed(text):
    """
    The condition, or None where it is longer or deeper than conditions may be.
    """
    try:
        return parse_condition(text)
    except ConditionError as refusal:
        sentence = refusal.sentence
    assert "at most" in sentence
    return None


@settings(max_examples=400, deadline=None)
@given(CONDITIONS, FACTS)
def test_a_second_reader_comes_to_the_same_verdict(text, facts):
    condition = parsed(text)
    if condition is not None:
        second = Judge(facts).value(ast.parse(text, mode="eval"))
        assert evaluate(condition, facts) == second
        assert type(evaluate(condition, facts)) is type(second)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS)
def test_every_notation_says_the_same(text):
    condition = parsed(text)
    juel = text.replace(" and ", " && ").replace(" or ", " || ").replace("not (", "!(")
    feel = text.replace("==", "=").replace("'", '"')
    if condition is not None and len(text) < 300:
        assert parse_condition(f"${{{juel}}}") == condition
        assert parse_condition(f"#{{{juel}}}") == condition
        assert parse_condition(f"= {feel}") == condition
