"""
The decisions that a definition is bound to → tables that the engine can ask.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from approval_engine.definitions.bound import decisions_of
from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.definitions.dmn.evaluate import Prepared, prepare
from approval_engine.definitions.dmn.model import Decision, Formula
from approval_engine.definitions.dmn.read import read as read_decisions
from approval_engine.definitions.dmn.results import FORMS, Mapped
from approval_engine.definitions.model import Process
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.policy.conditions import inputs_of


@dataclass(frozen=True, eq=False, slots=True)
class AskedTable:
    """
    One decision in the form that a business rule task wants its answer in.
    """

    prepared: Prepared
    mapping: str
    reads: frozenset[str]

    def __call__(self, names: engine.Values, /) -> Mapped:
        """
        The answer. Raises EngineError if there is not exactly one.
        """
        try:
            return FORMS[self.mapping](self.prepared.evaluate(names))
        except DecisionError as error:
            raise EngineError(str(error)) from error


def tables_of(
    process: Process, body: Callable[[str], bytes]
) -> dict[str, engine.DecisionTable]:
    """
    A table for each business rule task of a bound process, by the id of the task.

    `body` gives the bytes of a decision's file by their hash.
    """
    bound = decisions_of(process)
    found: dict[str, engine.DecisionTable] = {}
    for node in process.nodes():
        if node.decides is None:
            continue
        decision = node.decides.decision
        if decision not in bound:
            sentence = (
                f"Expected decision '{decision}' of '{node.id}' to be bound,"
                " but it is not."
            )
            raise EngineError(sentence)
        file = read_decisions(body(bound[decision]), f"{decision}.dmn")
        prepared = prepare(file, decision)
        found[node.id] = AskedTable(prepared, node.decides.mapping, reads_of(prepared))
    return found


def reads_of(prepared: Prepared) -> frozenset[str]:
    """
    The names that a decision looks at, with all that it requires.
    """
    needed = (*prepared.required, prepared)
    read = frozenset(name for each in needed for name in _reads(each.decision))
    given = frozenset(
        name for each in prepared.required for name in _gives(each.decision)
    )
    return read - given


def _reads(decision: Decision) -> Iterator[str]:
    logic = decision.logic
    if isinstance(logic, Formula):
        yield from inputs_of(logic.entry.expression)
        return
    for column in logic.columns:
        yield from inputs_of(column.expression)
    for rule in logic.rules:
        for cell in rule.cells:
            yield from inputs_of(cell.test)
        for entry in rule.entries:
            yield from inputs_of(entry.expression)


def _gives(decision: Decision) -> Iterator[str]:
    yield decision.id
    logic = decision.logic
    if isinstance(logic, Formula):
        yield logic.name
    else:
        yield from (output.name for output in logic.outputs)
