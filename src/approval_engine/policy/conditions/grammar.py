"""
The grammar of expressions: or, and, not, comparison, sum, product, single value.
"""

import re
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal

from approval_engine.policy.conditions import tree
from approval_engine.policy.conditions.cursor import Cursor
from approval_engine.policy.conditions.tokens import Sort, Token
from approval_engine.policy.conditions.tree import Expression

_MAX_DIGITS = 30

RELATIONS = frozenset(tree.Relation)
_SUM_SIGNS = frozenset({"+", "-"})
_PRODUCT_SIGNS = frozenset({"*", "/"})
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"true": True, "false": False, "null": None}
_FUNCTIONS = "contains, list contains, empty, not and date"


class Expressions(Cursor, ABC):
    """
    The rules for everything that has a value; `?` is one only inside a unary test.
    """

    subject_allowed = False

    def expression(self) -> Expression:
        """
        Alternatives joined by `or`.
        """
        operands = [self.conjunction()]
        while self.take("or"):
            operands.append(self.conjunction())
        return _joined(tree.Connective.OR, operands)

    def conjunction(self) -> Expression:
        """
        Conditions joined by `and`.
        """
        operands = [self.comparison()]
        while self.take("and"):
            operands.append(self.comparison())
        return _joined(tree.Connective.AND, operands)

    def comparison(self, left: Expression | None = None) -> Expression:
        """
        A sum, or two that are compared; `left` is a first value that was already read.
        """
        if left is None and self.take("not"):
            return self.negation()
        first = self.sum(left)
        if self.take("in"):
            parsed: Expression = tree.Member(needle=first, test=self.members())
        elif self.sees(*RELATIONS):
            relation = tree.Relation(self.advance().text)
            parsed = self.compared(relation, first, self.sum())
        else:
            return first
        if self.sees("in", *RELATIONS):
            self.fail("'and' between two comparisons")
        return parsed

    def negation(self) -> Expression:
        """
        What follows `not`; a comparison needs parentheses, for it could bind both ways.
        """
        parse = self.negation if self.take("not") else self.single
        operand = self.deeper(parse)
        if self.sees("in", *RELATIONS, *_SUM_SIGNS, *_PRODUCT_SIGNS):
            self.fail("parentheses around all that 'not' applies to")
        return tree.Not(operand=operand)

    def compared(
        self, relation: tree.Relation, left: Expression, right: Expression
    ) -> Expression:
        """
        A comparison; one with null asks whether there is a value.
        """
        if not (is_null(left) or is_null(right)):
            return tree.Comparison(relation=relation, left=left, right=right)
        question = tree.IsNull(operand=left if is_null(right) else right)
        if relation is tree.Relation.EQUAL:
            return question
        if relation is tree.Relation.UNEQUAL:
            return tree.Not(operand=question)
        return self.fail("'= null' or '!= null', for null has no order")

    @abstractmethod
    def members(self) -> tree.UnaryTest:
        """
        What stands after `in`.
        """

    def sum(self, left: Expression | None = None) -> Expression:
        """
        Products joined by `+` and `-`.
        """
        value = self.product(left)
        while sign := self.take(*_SUM_SIGNS):
            value = _calculated(sign, value, self.product())
        return value

    def product(self, left: Expression | None = None) -> Expression:
        """
        Factors joined by `*` and `/`.
        """
        value = left or self.factor()
        while sign := self.take(*_PRODUCT_SIGNS):
            value = _calculated(sign, value, self.factor())
        return value

    def factor(self) -> Expression:
        """
        A single value, perhaps with a minus sign.
        """
        if not self.take("-"):
            return self.single()
        operand = self.deeper(self.factor)
        if isinstance(operand, tree.Literal) and isinstance(operand.value, Decimal):
            return tree.Literal(value=-operand.value)
        return tree.Negative(operand=operand)

    def single(self) -> Expression:
        """
        A literal, a name, `?`, a list, a call of a known function, or parentheses.
        """
        token = self.next
        if token.sort is Sort.NUMBER:
            return self.number()
        if token.sort is Sort.STRING:
            return tree.Literal(value=self.advance().text)
        if token.sort is Sort.NAME:
            return self.name()
        if token.sort is Sort.SIGN and token.text in _WORDS:
            return tree.Literal(value=_WORDS[self.advance().text])
        return self.compound()

    def compound(self) -> Expression:
        """
        A single value that has parts, or `?`.
        """
        if self.take("("):
            inner = self.deeper(self.expression)
            self.expect(")")
            return inner
        if self.take("["):
            return tree.Sequence(items=self.deeper(self.items))
        if self.sees("?") and self.subject_allowed:
            self.advance()
            return tree.Subject()
        return self.call()

    def call(self) -> Expression:
        """
        One of the functions of the language.
        """
        if self.take("empty"):
            return tree.Empty(operand=self.deeper(self.single))
        if self.take("date"):
            return self.date()
        if self.take("list") and not self.sees("contains"):
            self.fail("'contains' after 'list'")
        if not self.take("contains"):
            self.fail("a number, a text, a name or a list")
        self.expect("(")
        container = self.deeper(self.sum)
        self.expect(",")
        item = self.deeper(self.sum)
        self.expect(")")
        return tree.Contains(container=container, item=item)

    def items(self) -> tuple[Expression, ...]:
        """
        The rest of a list after its opening bracket; may be empty.
        """
        items: list[Expression] = []
        while not self.take("]"):
            if items:
                self.expect(",")
            items.append(self.sum())
        return tuple(items)

    def name(self) -> Expression:
        """
        A name that is not called.
        """
        token = self.advance()
        if self.sees("("):
            self.at -= 1
            self.fail(f"one of the functions {_FUNCTIONS}")
        return tree.Name(name=token.text)

    def number(self) -> Expression:
        """
        A decimal number, with one spelling per value before the point.
        """
        text = self.next.text
        if len(text) > _MAX_DIGITS:
            self.fail(f"a number of at most {_MAX_DIGITS} digits")
        if text[0] == "0" and text[1:2].isdigit():
            self.fail("a number without leading zeros or separators of thousands")
        self.advance()
        return tree.Literal(value=Decimal(text))

    def date(self) -> Expression:
        """
        The rest of `date("2026-01-31")`.
        """
        self.expect("(")
        text = self.next.text
        if self.next.sort is not Sort.STRING or not _DATE.fullmatch(text):
            self.fail('a date in quotes, such as date("2026-01-31")')
        try:
            value = date.fromisoformat(text)
        except ValueError:
            self.fail("a day that the calendar has")
        self.advance()
        self.expect(")")
        return tree.Literal(value=value)


def is_null(expression: Expression) -> bool:
    """
    Whether this is the word `null`.
    """
    return isinstance(expression, tree.Literal) and expression.value is None


def _joined(connective: tree.Connective, operands: list[Expression]) -> Expression:
    if len(operands) == 1:
        return operands[0]
    return tree.Logic(connective=connective, operands=tuple(operands))


def _calculated(sign: Token, left: Expression, right: Expression) -> Expression:
    return tree.Arithmetic(sign=tree.Sign(sign.text), left=left, right=right)
