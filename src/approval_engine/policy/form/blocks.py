"""
A document and a page of the form → the blocks on it, each with its fields and tables.

A block is one part of the document, such as a rule; its name is its JSON pointer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from approval_engine.documents import JsonValue
from approval_engine.policy.form import parts
from approval_engine.policy.form.cells import type_of_line
from approval_engine.policy.form.fields import Field, Key, get
from approval_engine.policy.form.parts import Known, known
from approval_engine.policy.form.steps import step_fields
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import InputType

Path: TypeAlias = tuple[Key, ...]
Object: TypeAlias = dict[str, JsonValue]


class Section(StrEnum):
    """
    A page of the form.
    """

    RULES = "rules"
    LADDERS = "ladders"
    STEPS = "steps"
    INPUTS = "inputs"
    TERMS = "terms"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """
    A table of conditions: any of its rows holds, all cells of a row must.

    `path` leads to one row or to a list of them, `cells` from a row to its conditions.
    `also` are columns that its neighbours have, so that one table can show them all.
    """

    path: Path
    title: str
    types: Mapping[str, InputType | None]
    cells: Path = ()
    fields: tuple[Field, ...] = ()
    many: bool = True
    also: tuple[str, ...] = ()

    def rows(self, part: JsonValue) -> tuple[Path, ...]:
        """
        The places of its rows in the part; one row that is not there yet counts.
        """
        value = get(part, self.path)
        if isinstance(value, list):
            return tuple((*self.path, index) for index in range(len(value)))
        return (self.path,)

    def columns(self, part: JsonValue) -> tuple[str, ...]:
        """
        The names that any of its rows looks at.
        """
        names = dict.fromkeys(self.also)
        for row in self.rows(part):
            value = get(part, (*row, *self.cells))
            names |= dict.fromkeys(value if isinstance(value, dict) else ())
        return tuple(names)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """
    One part of a document and how it is filled in.

    `renamed` says that its key in the document is its name; `within` are parts in it.
    """

    path: Path
    title: str
    fields: tuple[Field, ...] = ()
    grids: tuple[Grid, ...] = ()
    within: tuple["Block", ...] = ()
    renamed: bool = False
    movable: bool = True
    apart: frozenset[str] = field(default_factory=frozenset)


def blocks(document: Object, section: Section) -> tuple[Block, ...]:
    """
    The blocks of a page, in document order.
    """
    names = known(document)
    match section:
        case Section.RULES:
            return tuple(_rules(document, names))
        case Section.LADDERS:
            return tuple(_ladders(document, names))
        case Section.STEPS:
            return tuple(_steps(document, names))
        case Section.INPUTS:
            return tuple(_inputs(document))
        case Section.TERMS:
            return tuple(_terms(document, names))


def _rules(document: Object, names: Known) -> Iterator[Block]:
    for index, part in enumerate(_elements(document, "triggers")):
        lines = get(part, ("each",)) == "line"
        types = _types(names, lines=lines)
        yield Block(
            path=("triggers", index),
            title=str(get(part, ("id",)) or f"Rule {index + 1}"),
            fields=parts.trigger_fields(names),
            grids=(Grid(path=("when",), title="When", types=types),),
        )


def _ladders(document: Object, names: Known) -> Iterator[Block]:
    for name in _keys(document, "ladders"):
        path: Path = ("ladders", name)
        listed = isinstance(get(document, path), list)
        rungs = path if listed else (*path, "rungs")
        climbed = _elements(document, "triggers")
        lines = any(
            get(each, ("ladder",)) == name and get(each, ("each",)) for each in climbed
        )
        yield Block(
            path=path,
            title=name,
            fields=() if listed else parts.ladder_fields(),
            within=tuple(_rungs(document, rungs, _types(names, lines=lines))),
            renamed=True,
            apart=frozenset({"rungs"}),
        )


def _rungs(
    document: Object, path: Path, types: Mapping[str, InputType | None]
) -> Iterator[Block]:
    found = get(document, path)
    rungs = found if isinstance(found, list) else []
    limits, places = (_columns(rungs, key) for key in ("may", "in"))
    for index, rung in enumerate(rungs):
        yield Block(
            path=(*path, index),
            title=str(get(rung, ("role",)) or "committee"),
            fields=parts.rung_fields(),
            grids=(
                _limits("may", "May sign off", types, limits),
                _limits("in", "Only where", types, places),
            ),
        )


def _limits(
    key: str,
    title: str,
    types: Mapping[str, InputType | None],
    also: tuple[str, ...],
) -> Grid:
    return Grid(path=(key,), title=title, types=types, many=False, also=also)


def _columns(rungs: list[JsonValue], key: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for rung in rungs:
        found = get(rung, (key,))
        names |= dict.fromkeys(found if isinstance(found, dict) else ())
    return tuple(names)


def _steps(document: Object, names: Known) -> Iterator[Block]:
    yield _step(document, names, ("defaults",), "All steps")
    for name in _keys(document, "steps"):
        yield _step(document, names, ("steps", name), name)


def _step(document: Object, names: Known, path: Path, title: str) -> Block:
    part = get(document, path)
    hours = get(part, ("slaHours",))
    grid = Grid(
        path=("slaHours",),
        title="Working hours to answer, the first row that fits",
        types=_types(names),
        cells=("when",),
        fields=parts.hours_fields(),
    )
    defaults = path == ("defaults",)
    return Block(
        path=path,
        title=title,
        fields=step_fields(names, part, defaults=defaults),
        grids=(grid,) if isinstance(hours, list) else (),
        renamed=not defaults,
        movable=not defaults,
    )


def _inputs(document: Object) -> Iterator[Block]:
    for index, part in enumerate(_elements(document, "inputs")):
        yield Block(
            path=("inputs", index),
            title=str(get(part, ("name",)) or f"Input {index + 1}"),
            fields=parts.input_fields(),
        )


def _terms(document: Object, names: Known) -> Iterator[Block]:
    grid = Grid(
        path=("processes",),
        title="Process, the first row that fits",
        types=_types(names),
        cells=("when",),
        fields=parts.process_fields(),
    )
    elsewhere = {"policy", "calendars", "triggers", "ladders", "steps", "inputs"}
    yield Block(
        path=(),
        title="Terms",
        fields=parts.policy_fields(names),
        grids=(grid,) if isinstance(document.get("processes"), list) else (),
        movable=False,
        apart=frozenset({*elsewhere, "defaults"}),
    )
    for name in _keys(document, "calendars"):
        yield Block(
            path=("calendars", name),
            title=name,
            fields=parts.calendar_fields(),
            renamed=True,
        )


def _types(names: Known, *, lines: bool = False) -> dict[str, InputType | None]:
    of_lines = {name: type_of_line(name) for name in LINE_KINDS} if lines else {}
    return {**names.inputs, **of_lines}


def _elements(document: Object, key: str) -> list[JsonValue]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _keys(document: Object, key: str) -> tuple[str, ...]:
    value = document.get(key)
    return tuple(value) if isinstance(value, dict) else ()
