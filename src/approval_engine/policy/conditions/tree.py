"""
The parsed forms of a condition: `Expression` has a value, `UnaryTest` judges a value.

Every reader of conditions (evaluation, proof, SQL) walks these and never the text.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from approval_engine.domain.quote import Value


class Relation(StrEnum):
    """
    How two values compare; order is defined for numbers and for dates only.
    """

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="

    @property
    def turned(self) -> "Relation":
        """
        What holds of the same two values the other way round.
        """
        return Relation(self.translate(_TURNED))

    def of(self, left: Any, right: Any) -> Any:  # noqa: ANN401 columns of any kind
        """
        What the operator of that name says of two numbers, two columns, two arrays.
        """
        return _OPERATORS[self](left, right)


_TURNED = str.maketrans("<>", "><")
_OPERATORS: Mapping[Relation, Callable[[Any, Any], Any]] = {
    Relation.EQUAL: operator.eq,
    Relation.UNEQUAL: operator.ne,
    Relation.LESS: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.MORE: operator.gt,
    Relation.AT_LEAST: operator.ge,
}


class Sign(StrEnum):
    """
    The four operations on numbers.
    """

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


class Connective(StrEnum):
    """
    How truth values combine, with unknown as the third value.
    """

    AND = "and"
    OR = "or"


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal:
    """
    A number, text, date, truth value or null written in the condition.
    """

    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """
    The value of an input or of another documented name; null if there is none.
    """

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """
    `?`: the value that the unary test around it judges, a list as a whole.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequence:
    """
    A list written in the condition; may be empty.
    """

    items: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Negative:
    """
    A number with its sign turned.
    """

    operand: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arithmetic:
    """
    Two numbers and an operation.
    """

    sign: Sign
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """
    Two values of one kind and how they must compare.
    """

    relation: Relation
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class IsNull:
    """
    `x = null`: the only question about null that has a definite answer.
    """

    operand: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """
    `x in …`: the value meets the test.
    """

    needle: "Expression"
    test: "UnaryTest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Logic:
    """
    Two or more truth values joined by one connective.
    """

    connective: Connective
    operands: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """
    The opposite truth value; the opposite of unknown is unknown.
    """

    operand: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contains:
    """
    A list has the item, or a text has it as a part.
    """

    container: "Expression"
    item: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """
    A list, a text or null with nothing in it.
    """

    operand: "Expression"


Truth: TypeAlias = Comparison | IsNull | Member | Logic | Not | Contains | Empty
"""Anything that is true, false or unknown."""

Expression: TypeAlias = (
    Literal | Name | Subject | Sequence | Negative | Arithmetic | Truth
)
"""Anything that has a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Always:
    """
    `-`: any value, null too.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """
    `null`: there is no value.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Compares:
    """
    The value stands in this relation to the operand; equal to a list means in it.
    """

    relation: Relation
    operand: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """
    The value lies between two ends; a closed end belongs to the interval.
    """

    low: "Expression"
    high: "Expression"
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Either:
    """
    At least one of these tests holds.
    """

    tests: tuple["UnaryTest", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """
    All of these tests hold.
    """

    tests: tuple["UnaryTest", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fails:
    """
    The test does not hold.
    """

    test: "UnaryTest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Meets:
    """
    A condition over `?` is true.
    """

    condition: "Expression"


UnaryTest: TypeAlias = (
    Always | Missing | Compares | Interval | Either | Every | Fails | Meets
)
"""Anything that judges one value."""
