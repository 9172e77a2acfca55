"""
A decision table in a DMN file → its columns, outputs and rules.
"""

from collections.abc import Iterator

from lxml import etree

from approval_engine.definitions.dmn.cells import (
    check_variable,
    read_expression,
    read_test,
    type_of,
)
from approval_engine.definitions.dmn.model import (
    Aggregation,
    Cell,
    Column,
    Entry,
    HitPolicy,
    Output,
    Rule,
    Table,
)
from approval_engine.definitions.dmn.source import Source, place
from approval_engine.policy.conditions import Kind, UnaryTest, literals_of
from approval_engine.policy.conditions.tree import Always

_INSTEAD = {
    "PRIORITY": "sort the rules and take FIRST",
    "OUTPUT ORDER": "sort the rules and take RULE ORDER",
}


def read_table(source: Source, element: etree._Element, identity: str) -> Table:
    """
    The table of the decision with that id; every problem in it is noted.
    """
    clauses = tuple(source.children(element, "input"))
    columns = tuple(_column(source, clause) for clause in clauses)
    outputs = tuple(_outputs(source, element, identity))
    hit_policy = _hit_policy(source, element)
    return Table(
        hit_policy=hit_policy,
        aggregation=_aggregation(source, element, hit_policy, len(outputs)),
        columns=columns,
        outputs=outputs,
        rules=tuple(
            _rule(source, row, number, (clauses, columns, outputs))
            for number, row in enumerate(source.children(element, "rule"), start=1)
        ),
    )


def _hit_policy(source: Source, element: etree._Element) -> HitPolicy:
    name = " ".join(element.get("hitPolicy", "UNIQUE").split())
    if name in tuple(HitPolicy):
        return HitPolicy(name)
    instead = _INSTEAD.get(name, "take UNIQUE, ANY, FIRST, RULE ORDER or COLLECT")
    sentence = f"Expected no hit policy '{name}': {instead}."
    source.note(place(element), "hit_policy", sentence)
    return HitPolicy.UNIQUE


def _aggregation(
    source: Source, element: etree._Element, hit_policy: HitPolicy, outputs: int
) -> Aggregation | None:
    name = element.get("aggregation", "").strip()
    if not name or hit_policy is not HitPolicy.COLLECT:
        return None
    if name not in tuple(Aggregation):
        sentence = f"Expected SUM, MIN, MAX or COUNT, but got '{name}'."
        source.note(place(element), "aggregation", sentence)
        return None
    if outputs != 1:
        sentence = f"Expected one output for {name}, but got {outputs}."
        source.note(place(element), "aggregation", sentence)
    return Aggregation(name)


def _column(source: Source, clause: etree._Element) -> Column:
    found = source.child(clause, "inputExpression")
    element = clause if found is None else found
    type_ref, kind = type_of(element)
    text = source.text(element).strip()
    label = clause.get("label", "").strip() or text
    if not text:
        sentence = f"Expected an expression for the input '{label}', such as a name."
        source.note(place(element), "missing", sentence)
    allowed = _allowed(source, clause, "inputValues", kind)
    return Column(
        label=label,
        text=text,
        expression=read_expression(source, element, kind),
        type_ref=type_ref,
        kind=kind,
        place=place(element),
        allowed=allowed,
        values=_texts(allowed),
    )


def _outputs(
    source: Source, element: etree._Element, identity: str
) -> Iterator[Output]:
    clauses = tuple(source.children(element, "output"))
    if not clauses:
        source.note(place(element), "missing", "Expected at least one output.")
    seen: set[str] = set()
    for clause in clauses:
        name = clause.get("name", "").strip()
        if len(clauses) > 1 and (not name or name in seen):
            sentence = f"Expected a name of its own for each output, but got '{name}'."
            source.note(place(clause), "output_name", sentence)
        seen.add(name)
        type_ref, kind = type_of(clause)
        allowed = _allowed(source, clause, "outputValues", kind)
        yield Output(
            name=name or identity,
            label=clause.get("label", "").strip(),
            type_ref=type_ref,
            kind=kind,
            place=place(clause),
            values=_texts(allowed),
        )


def _allowed(
    source: Source, clause: etree._Element, name: str, kind: Kind
) -> UnaryTest | None:
    element = source.child(clause, name)
    test = None if element is None else read_test(source, element, kind)
    return None if isinstance(test, Always) else test


def _texts(allowed: UnaryTest | None) -> tuple[str, ...]:
    values = () if allowed is None else literals_of(allowed)
    return tuple(value for value in values if isinstance(value, str))


def _rule(
    source: Source,
    row: etree._Element,
    number: int,
    clauses: tuple[tuple[etree._Element, ...], tuple[Column, ...], tuple[Output, ...]],
) -> Rule:
    elements, columns, outputs = clauses
    cells = tuple(source.children(row, "inputEntry"))
    entries = tuple(source.children(row, "outputEntry"))
    for got, wanted, what in (
        (len(cells), len(columns), "condition"),
        (len(entries), len(outputs), "result"),
    ):
        if got != wanted:
            sentence = f"Expected {wanted} cells of {what} in rule {number}, got {got}."
            source.note(place(row), "cells", sentence)
    return Rule(
        number=number,
        id=row.get("id", "").strip() or str(number),
        cells=tuple(
            _cell(source, clause, column, cell)
            for clause, column, cell in zip(elements, columns, cells, strict=False)
        ),
        entries=tuple(
            _entry(source, output, entry)
            for output, entry in zip(outputs, entries, strict=False)
        ),
        description=source.text(row, "description").strip(),
        place=place(row),
    )


def _cell(
    source: Source, clause: etree._Element, column: Column, element: etree._Element
) -> Cell:
    test = read_test(source, element, column.kind)
    check_variable(source, clause, element, test)
    return Cell(test=test, text=source.text(element).strip(), place=place(element))


def _entry(source: Source, output: Output, element: etree._Element) -> Entry:
    return Entry(
        expression=read_expression(source, element, output.kind),
        text=source.text(element).strip(),
        place=place(element),
    )
