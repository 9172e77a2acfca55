"""
The bytes of a DMN file → its decisions, or every problem in it at once.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from lxml import etree

from approval_engine.definitions.dmn.cells import KINDS, read_expression
from approval_engine.definitions.dmn.model import (
    Decision,
    Definitions,
    Entry,
    Formula,
    Table,
)
from approval_engine.definitions.dmn.namespaces import VERSIONS
from approval_engine.definitions.dmn.source import Source, opened, place
from approval_engine.definitions.dmn.tables import read_table
from approval_engine.errors import DmnError
from approval_engine.policy.conditions import Kind

Found = TypeVar("Found")


def read(xml: bytes, file: str = "decision.dmn") -> Definitions:
    """
    The decisions of a DMN file 1.1 to 1.3. Raises DmnError with every problem in it.
    """
    source = opened(xml, file)
    decisions: dict[str, Decision] = {}
    inputs = {
        element.get("id", "") for element in source.children(source.root, "inputData")
    }
    elements = tuple(source.children(source.root, "decision"))
    known = frozenset(element.get("id", "") for element in elements)
    for element in elements:
        decision = _decision(source, element, known, frozenset(inputs))
        if decision.id in decisions:
            sentence = f"Expected decision '{decision.id}' once."
            source.note(decision.place, "duplicate", sentence)
        decisions[decision.id] = decision
    if not elements:
        source.note(place(source.root), "empty", "Expected at least one decision.")
    _refuse_circles(source, decisions)
    if source.problems:
        told = dict.fromkeys(source.problems)
        raise DmnError(*sorted(told, key=lambda problem: problem.line))
    return Definitions(
        file=file,
        id=source.root.get("id", ""),
        name=source.root.get("name", ""),
        version=VERSIONS[source.namespace],
        decisions=decisions,
    )


def _decision(
    source: Source,
    element: etree._Element,
    known: frozenset[str],
    inputs: frozenset[str],
) -> Decision:
    identity = element.get("id", "").strip()
    if not identity:
        sentence = "Expected a decision with an id, by which it is called."
        source.note(place(element), "missing", sentence)
    return Decision(
        id=identity,
        name=element.get("name", "").strip() or identity,
        logic=_logic(source, element, identity),
        requires=tuple(_requirements(source, element, known, inputs)),
        place=place(element),
    )


def _logic(source: Source, element: etree._Element, identity: str) -> Table | Formula:
    table = source.child(element, "decisionTable")
    if table is not None:
        return read_table(source, table, identity)
    literal = source.child(element, "literalExpression")
    if literal is None:
        sentence = f"Expected a decision table in decision '{identity}'."
        source.note(place(element), "no_logic", sentence)
        literal = element
    variable = source.child(element, "variable")
    named = element if variable is None else variable
    wanted = KINDS.get(named.get("typeRef", "").lower(), Kind.ANY)
    entry = Entry(
        expression=read_expression(source, literal, wanted),
        text=source.text(literal).strip(),
        place=place(literal),
    )
    if literal is not element and not entry.text:
        source.note(place(literal), "missing", "Expected an expression.")
    name = "" if variable is None else variable.get("name", "").strip()
    return Formula(name=name or identity, entry=entry)


def _requirements(
    source: Source,
    element: etree._Element,
    known: frozenset[str],
    inputs: frozenset[str],
) -> Iterator[str]:
    for requirement in source.children(element, "informationRequirement"):
        for name, wanted in (("requiredDecision", known), ("requiredInput", inputs)):
            for reference in source.children(requirement, name):
                href = reference.get("href", "")
                found = href.removeprefix("#")
                if not href.startswith("#") or found not in wanted:
                    kind = "a decision" if wanted is known else "an input"
                    sentence = f"Expected {kind} of this file, but got '{href}'."
                    source.note(place(reference), "unknown_reference", sentence)
                elif wanted is known:
                    yield found


def _refuse_circles(source: Source, decisions: Mapping[str, Decision]) -> None:
    """
    Note a circle of requirements, once.
    """
    done: set[str] = set()
    for start in decisions:
        # Iterative, for a chain of decisions may be as long as the file allows.
        path: list[str] = []
        open_: list[tuple[str, bool]] = [(start, False)]
        while open_:
            identity, left = open_.pop()
            if left:
                path.pop()
                done.add(identity)
            elif identity in path:
                circle = " → ".join([*path[path.index(identity) :], identity])
                sentence = f"Expected no circle of requirements, but got {circle}."
                source.note(decisions[identity].place, "circle", sentence)
                return
            elif identity in decisions and identity not in done:
                path.append(identity)
                open_.append((identity, True))
                requires = decisions[identity].requires
                open_ += ((each, False) for each in reversed(requires))
