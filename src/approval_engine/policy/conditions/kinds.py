"""
A tree and the kinds of the names it may read → its kind, and all that cannot fit.

This finds before any quote exists what `evaluate` would refuse for every quote.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import tree
from approval_engine.policy.conditions.tree import Expression, UnaryTest


class Kind(StrEnum):
    """
    What a value is, as far as the text of a condition shows.
    """

    NUMBER = "number"
    STRING = "text"
    BOOLEAN = "truth value"
    DATE = "date"
    LIST = "list"
    ANY = "value"  # null, or what was already complained about


_ORDERED = (Kind.NUMBER, Kind.DATE, Kind.ANY)
_EQUALITIES = (tree.Relation.EQUAL, tree.Relation.UNEQUAL)


def kind_of(
    expression: Expression, kinds: Mapping[str, Kind]
) -> tuple[Kind, tuple[str, ...]]:
    """
    The kind of an expression and a sentence for each thing in it that cannot fit.
    """
    judge = _Judge(kinds, Kind.ANY)
    kind = judge.kind(expression)
    return kind, tuple(judge.sentences)


def misuses(
    test: UnaryTest, subject: Kind, kinds: Mapping[str, Kind]
) -> tuple[str, ...]:
    """
    A sentence for each thing in a test that cannot fit a value of the kind `subject`.
    """
    judge = _Judge(kinds, subject)
    judge.test(test, subject)
    return tuple(judge.sentences)


class _Judge:
    def __init__(self, kinds: Mapping[str, Kind], subject: Kind) -> None:
        self.kinds = kinds
        self.subject = subject
        self.sentences: list[str] = []

    def kind(self, expression: Expression) -> Kind:
        match expression:
            case tree.Literal():
                return _kind_of_value(expression.value)
            case tree.Name():
                return self.named(expression.name)
            case tree.Subject():
                return self.subject
            case tree.Sequence():
                self.items(expression)
                return Kind.LIST
            case tree.Negative() | tree.Arithmetic():
                self.calculation(expression)
                return Kind.NUMBER
        self.condition(expression)
        return Kind.BOOLEAN

    def items(self, expression: tree.Sequence) -> None:
        for item in expression.items:
            self.kind(item)

    def calculation(self, expression: tree.Negative | tree.Arithmetic) -> None:
        if isinstance(expression, tree.Negative):
            self.want(Kind.NUMBER, expression.operand, "after '-'")
            return
        for side in (expression.left, expression.right):
            self.want(Kind.NUMBER, side, f"beside '{expression.sign}'")

    def condition(self, expression: Expression) -> None:
        match expression:
            case tree.Comparison():
                left = self.kind(expression.left)
                self.compare(expression.relation, left, self.kind(expression.right))
            case tree.Logic():
                self.logic(expression)
            case tree.Not():
                self.want(Kind.BOOLEAN, expression.operand, "after 'not'")
            case tree.Member():
                self.member(expression)
            case tree.Contains():
                self.contains(expression)
            case tree.Empty():
                kind = self.kind(expression.operand)
                self.fit(kind, (Kind.LIST, Kind.STRING), "after 'empty'")
            case tree.IsNull():
                self.kind(expression.operand)

    def logic(self, expression: tree.Logic) -> None:
        for operand in expression.operands:
            self.want(Kind.BOOLEAN, operand, f"beside '{expression.connective}'")

    def member(self, expression: tree.Member) -> None:
        kind = self.kind(expression.needle)
        outer, self.subject = self.subject, kind
        self.test(expression.test, kind)
        self.subject = outer

    def contains(self, expression: tree.Contains) -> None:
        kind = self.kind(expression.container)
        self.fit(kind, (Kind.LIST, Kind.STRING), "in 'contains'")
        if kind is Kind.STRING:
            self.want(Kind.STRING, expression.item, "in 'contains' of a text")
        else:
            self.kind(expression.item)

    def test(self, test: UnaryTest, subject: Kind) -> None:
        match test:
            case tree.Compares():
                self.operand(test.relation, _element(subject), test.operand)
            case tree.Interval():
                for end in (test.low, test.high):
                    self.operand(tree.Relation.LESS, _element(subject), end)
            case tree.Either() | tree.Every():
                for part in test.tests:
                    self.test(part, subject)
            case tree.Fails():
                self.test(test.test, subject)
            case tree.Meets():
                self.want(Kind.BOOLEAN, test.condition, "of a condition on '?'")

    def operand(
        self, relation: tree.Relation, subject: Kind, operand: Expression
    ) -> None:
        kind = self.kind(operand)
        if kind is Kind.LIST and relation in _EQUALITIES:
            return
        self.compare(relation, subject, kind)

    def compare(self, relation: tree.Relation, left: Kind, right: Kind) -> None:
        if Kind.ANY not in (left, right) and left is not right:
            sentence = f"Expected a {left} beside '{relation}', but got a {right}."
            self.sentences.append(sentence)
        elif relation not in _EQUALITIES:
            self.fit(left, _ORDERED, f"beside '{relation}'")
            if left is Kind.ANY:
                self.fit(right, _ORDERED, f"beside '{relation}'")

    def want(self, wanted: Kind, expression: Expression, place: str) -> None:
        self.fit(self.kind(expression), (wanted,), place)

    def fit(self, kind: Kind, wanted: tuple[Kind, ...], place: str) -> None:
        if kind is not Kind.ANY and kind not in wanted:
            names = " or ".join(f"a {w}" for w in wanted if w is not Kind.ANY)
            self.sentences.append(f"Expected {names} {place}, but got a {kind}.")

    def named(self, name: str) -> Kind:
        if name not in self.kinds:
            self.sentences.append(f"Expected a known name, but got '{name}'.")
        return self.kinds.get(name, Kind.ANY)


def _element(kind: Kind) -> Kind:
    return Kind.STRING if kind is Kind.LIST else kind


def _kind_of_value(value: Value) -> Kind:
    kinds = {
        Decimal: Kind.NUMBER,
        str: Kind.STRING,
        bool: Kind.BOOLEAN,
        date: Kind.DATE,
    }
    return kinds.get(type(value), Kind.ANY)
