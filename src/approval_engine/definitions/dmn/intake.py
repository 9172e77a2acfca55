"""
A decision table → the triggers, rungs or steps that it states, with their rules.

Whatever a policy could not say is noted at its place in the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from approval_engine.definitions.dmn.literals import Form, constant, json_of
from approval_engine.definitions.dmn.model import (
    Column,
    Decision,
    Entry,
    HitPolicy,
    Place,
    Rule,
    Table,
)
from approval_engine.definitions.dmn.parts import (
    IN,
    MAY,
    RUNG,
    STEP,
    TRIGGER,
    Line,
    Part,
    differing,
)
from approval_engine.definitions.dmn.sheets import LADDER, STEPS, TRIGGERS
from approval_engine.definitions.dmn.source import problem
from approval_engine.domain.quote import Value
from approval_engine.errors import Problem
from approval_engine.policy.conditions.tree import Compares, Literal, Name, Relation

_COLLECTING = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER)
_ORDERED = (HitPolicy.FIRST,)


@dataclass(kw_only=True, slots=True)
class Notes:
    """
    What is noted while a file becomes a policy.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def problem(self, place: Place, code: str, sentence: str) -> None:
        """
        Note something wrong.
        """
        self.problems.append(problem(self.file, place, code, sentence))


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """
    A part, and where in the file it comes from.

    `tests` has by rule the places of its tests, `said` those of what the first says.
    """

    part: Part
    place: Place
    tests: tuple[Mapping[str, Place], ...]
    said: Mapping[str, Place]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """
    A decision of a policy, its table, and how its columns and outputs are to be read.

    `keys` has for each column how rules name it; "" for the column that names the step.
    """

    decision: Decision
    table: Table
    forms: Mapping[str, Form]
    keys: tuple[str, ...]


def source_of(decision: Decision, notes: Notes) -> Source | None:
    """
    The decision as a table of a policy; None after noting that it is none.
    """
    kind = _kind(decision.id)
    if kind is None or not isinstance(decision.logic, Table):
        sentence = (
            f"Expected the tables '{TRIGGERS}', '{LADDER}NAME' and '{STEPS}' of a"
            f" policy, but got decision '{decision.id}'."
        )
        notes.problem(decision.place, "unknown_table", sentence)
        return None
    key, forms, hit_policies = kind
    table = decision.logic
    if decision.requires:
        sentence = f"Expected '{decision.id}' to require inputs only, no decision."
        notes.problem(decision.place, "requires", sentence)
    if table.hit_policy not in hit_policies or table.aggregation:
        sentence = f"Expected hit policy {hit_policies[0]} of '{decision.id}'."
        notes.problem(decision.place, "hit_policy", sentence)
    for output in table.outputs:
        if output.name not in forms and output.name != key:
            known = ", ".join(([key] if key else []) + list(forms))
            sentence = f"Expected one of {known}, but got output '{output.name}'."
            notes.problem(output.place, "unknown_output", sentence)
    keys = tuple(_key(column, decision.id, notes) for column in table.columns)
    return Source(decision=decision, table=table, forms=forms, keys=keys)


def take(source: Source, notes: Notes) -> tuple[Taken, ...]:
    """
    The parts of a table in the order of their first rules.
    """
    grouped: dict[str, list[tuple[Line, Rule]]] = {}
    for rule in source.table.rules:
        line = _line(source, rule, notes)
        key = _part_key(source, rule, notes)
        if key is not None:
            grouped.setdefault(key, []).append((line, rule))
        if rule.description:
            notes.sentences.append(
                f"The annotation of rule {rule.number} of '{source.decision.id}' is no"
                " part of a policy."
            )
    return tuple(_taken(source, key, found, notes) for key, found in grouped.items())


def _kind(
    identity: str,
) -> tuple[str, Mapping[str, Form], Sequence[HitPolicy]] | None:
    if identity == TRIGGERS:
        return "trigger", TRIGGER, _COLLECTING
    if identity == STEPS:
        return "", STEP, _ORDERED
    if identity.startswith(LADDER) and identity != LADDER:
        return "", RUNG, _ORDERED
    return None


def _key(column: Column, identity: str, notes: Notes) -> str:
    if not isinstance(column.expression, Name):
        sentence = (
            f"Expected the name of an input, but got '{column.text}': declare an input"
            " of the policy with this expression."
        )
        notes.problem(column.place, "no_input", sentence)
        return column.text
    name = column.expression.name
    if identity == STEPS and name == "step":
        return ""
    if identity.startswith(LADDER):
        return (IN if column.label.startswith(IN) else MAY) + name
    return name


def _line(source: Source, rule: Rule, notes: Notes) -> Line:
    tests: dict[str, str] = {}
    for key, cell in zip(source.keys, rule.cells, strict=True):
        if not key or not cell.text:
            continue
        if key in tests:
            sentence = f"Expected one test of '{key}' in rule {rule.number}."
            notes.problem(cell.place, "duplicate", sentence)
        tests[key] = cell.text
    return Line(tests=tests, said=dict(_said(source, rule, notes)))


def _said(source: Source, rule: Rule, notes: Notes) -> Iterator[tuple[str, Value]]:
    for output, entry in zip(source.table.outputs, rule.entries, strict=True):
        if output.name not in source.forms:
            continue
        form = source.forms[output.name]
        try:
            value = constant(entry.expression)
            if value is not None:
                json_of(value, form)
                yield output.name, value
        except ValueError:
            sentence = (
                f"Expected {form} in '{output.name}' of rule {rule.number},"
                f" but got '{entry.text}'."
            )
            notes.problem(entry.place, "constant", sentence)


def _part_key(source: Source, rule: Rule, notes: Notes) -> str | None:
    identity = source.decision.id
    if identity.startswith(LADDER):
        return str(rule.number)
    key = _step(source, rule) if identity == STEPS else _trigger(source, rule)
    if key is None:
        where = "input 'step'" if identity == STEPS else "output 'trigger'"
        sentence = f'Expected a name such as "margin" in {where} of rule {rule.number}.'
        notes.problem(rule.place, "missing", sentence)
    return key


def _trigger(source: Source, rule: Rule) -> str | None:
    pairs = zip(source.table.outputs, rule.entries, strict=True)
    entry = next((each for output, each in pairs if output.name == "trigger"), None)
    return _text(entry)


def _text(entry: Entry | None) -> str | None:
    match entry:
        case Entry(expression=Literal(value=str() as text)) if text:
            return text
    return None


def _step(source: Source, rule: Rule) -> str | None:
    for key, cell in zip(source.keys, rule.cells, strict=True):
        match key, cell.test:
            case "", Compares(
                relation=Relation.EQUAL, operand=Literal(value=str() as text)
            ) if text:
                return text
    return None


def _taken(
    source: Source, key: str, found: Sequence[tuple[Line, Rule]], notes: Notes
) -> Taken:
    lines = tuple(line for line, _ in found)
    but = ("slaHours",) if source.decision.id == STEPS else ()
    for output in differing(lines, *but):
        numbers = " and ".join(str(rule.number) for _, rule in found)
        sentence = f"Expected the rules {numbers} of '{key}' to agree in '{output}'."
        notes.problem(found[1][1].place, "contradiction", sentence)
    _check_escalations(lines[0], found[0][1], notes)
    first = found[0][1]
    outputs = (output.name for output in source.table.outputs)
    return Taken(
        part=Part(key=key, lines=lines),
        place=first.place,
        tests=tuple(
            {
                key: cell.place
                for key, cell in zip(source.keys, rule.cells, strict=True)
                if key in line.tests
            }
            for line, rule in found
        ),
        said={
            name: entry.place
            for name, entry in zip(outputs, first.entries, strict=True)
        },
    )


def _check_escalations(line: Line, rule: Rule, notes: Notes) -> None:
    hours = line.said.get("escalateAfterHours")
    roles = line.said.get("escalateTo")
    if isinstance(hours, tuple):
        count = len(roles) if isinstance(roles, tuple) else 0
        if len(hours) != count:
            sentence = f"Expected hours or null for {count} roles, got {len(hours)}."
            notes.problem(rule.place, "escalation", sentence)
