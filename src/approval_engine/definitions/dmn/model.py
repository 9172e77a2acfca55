"""
Decisions as a DMN file states them, every cell parsed and with its place in the file.

Values only: `read` makes them, `evaluate` and `overlaps` say what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from approval_engine.policy.conditions import Expression, Kind, UnaryTest


class HitPolicy(StrEnum):
    """
    What counts of the rules that match; the words are those of DMN.
    """

    UNIQUE = "UNIQUE"  # at most one rule may match
    ANY = "ANY"  # several may match, if they say the same
    FIRST = "FIRST"  # the first one that matches
    RULE_ORDER = "RULE ORDER"  # all that match, in the order of the rules
    COLLECT = "COLLECT"  # all that match, perhaps summed up


class Aggregation(StrEnum):
    """
    What a COLLECT table makes of the values that it found.
    """

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """
    Where something stands: the line, and the id of the nearest element that has one.
    """

    line: int
    element: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """
    One input: what it judges. `allowed` is what its value can be, if that is declared.

    `values` are the texts among these, in their order.
    """

    label: str
    text: str
    expression: Expression
    type_ref: str
    kind: Kind
    place: Place
    allowed: UnaryTest | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """
    One output by its name, which is the decision's id where the file gives none.

    `values` are the texts that the file suggests for it.
    """

    name: str
    label: str
    type_ref: str
    kind: Kind
    place: Place
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """
    One condition of a rule, and its text as written; empty text holds always.
    """

    test: UnaryTest
    text: str
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """
    One result of a rule; empty text is null.
    """

    expression: Expression
    text: str
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """
    One row: its number from 1, a cell per column and an entry per output.
    """

    number: int
    id: str
    cells: tuple[Cell, ...]
    entries: tuple[Entry, ...]
    description: str
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """
    A decision table; `aggregation` is for COLLECT with one output.
    """

    hit_policy: HitPolicy
    aggregation: Aggregation | None
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """
    A decision that is one expression; `name` is what its value is called.
    """

    name: str
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """
    One decision. `requires` are the ids of those whose results it reads.
    """

    id: str
    name: str
    logic: Table | Formula
    requires: tuple[str, ...]
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions:
    """
    A DMN file: its decisions by id, in file order; none requires itself.
    """

    file: str
    id: str
    name: str
    version: str
    decisions: Mapping[str, Decision]
