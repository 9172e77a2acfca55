"""
A DMN file → its decision tables as a page shows them, and what is to be said of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from approval_engine.definitions.dmn.literals import feel
from approval_engine.definitions.dmn.model import Decision, Definitions, Rule, Table
from approval_engine.definitions.dmn.overlaps import Found, report
from approval_engine.definitions.dmn.read import read


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """
    One rule as texts. `mark` says if it is in this version only, `added` or `removed`.
    """

    number: int
    cells: tuple[str, ...]
    entries: tuple[str, ...]
    description: str
    mark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """
    One decision: a table, or the one expression that it is.
    """

    id: str
    name: str
    policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """
    Something about the rules of a table that its hit policy is not made for.
    """

    decision: str
    rules: str
    sentence: str
    example: str


def sheet(body: bytes, file: str, decision: str) -> Sheet:
    """
    One decision of a file that was accepted.
    """
    return _sheet(read(body, file).decisions[decision])


def sheets(body: bytes, file: str) -> tuple[Sheet, ...]:
    """
    Every decision of a file that was accepted.
    """
    return tuple(_sheet(each) for each in read(body, file).decisions.values())


def remarks(body: bytes, file: str) -> tuple[Remark, ...]:
    """
    What `cpq policy check-dmn` says of the file, which was accepted.
    """
    return tuple(_remarks(read(body, file)))


def marked(mine: Sheet, other: Sheet, mark: str) -> Sheet:
    """
    The sheet with a mark at each rule that the other one does not have.
    """
    theirs = {(each.cells, each.entries) for each in other.lines}
    lines = (
        each if (each.cells, each.entries) in theirs else replace(each, mark=mark)
        for each in mine.lines
    )
    return replace(mine, lines=tuple(lines))


def _sheet(decision: Decision) -> Sheet:
    logic = decision.logic
    name = " ".join(decision.name.split()) or decision.id
    if isinstance(logic, Table):
        policy = str(logic.hit_policy).lower()
        if logic.aggregation:
            policy = f"{policy}, {str(logic.aggregation).lower()}"
        return Sheet(
            id=decision.id,
            name=name,
            policy=policy,
            inputs=tuple(each.label or each.text for each in logic.columns),
            outputs=tuple(each.label or each.name for each in logic.outputs),
            lines=tuple(map(_line, logic.rules)),
        )
    value = Line(number=1, cells=(), entries=(logic.entry.text,), description="")
    return Sheet(
        id=decision.id,
        name=name,
        policy="one expression",
        inputs=(),
        outputs=(logic.name,),
        lines=(value,),
    )


def _line(rule: Rule) -> Line:
    return Line(
        number=rule.number,
        cells=tuple(each.text for each in rule.cells),
        entries=tuple(each.text for each in rule.entries),
        description=rule.description,
    )


def _remarks(found: Definitions) -> Iterator[Remark]:
    for decision in found.decisions.values():
        for each in report(decision).findings:
            if not each.allowed:
                yield Remark(
                    decision=decision.id,
                    rules=", ".join(map(str, each.rules)),
                    sentence=each.sentence,
                    example=_example(each),
                )


def _example(found: Found) -> str:
    return ", ".join(
        f"{name} = {feel(value) or 'null'}" for name, value in found.example.items()
    )
