"""
The decisions that a process asks → the names they read that nothing there gives.

A name that nobody gives is null for ever, and a table that waits for it never answers.
"""

from collections.abc import Iterator, Mapping

from approval_engine.definitions.dmn.evaluate import prepare
from approval_engine.definitions.dmn.read import read
from approval_engine.definitions.model import Process
from approval_engine.definitions.reading.names import columns_of, known_names
from approval_engine.errors import BpmnError, Problem
from approval_engine.executor.tables import reads_of
from approval_engine.policy.conditions import Kind


def must_be_given(
    process: Process, names: Mapping[str, Kind], bodies: Mapping[str, bytes], file: str
) -> None:
    """
    Raises BpmnError with every business rule task whose decision reads an unknown name.

    `names` are the policy's inputs, `bodies` the DMN files of the decisions by id.
    """
    problems = tuple(_problems(process, names, bodies, file))
    if problems:
        raise BpmnError(*problems)


def _problems(
    process: Process, names: Mapping[str, Kind], bodies: Mapping[str, bytes], file: str
) -> Iterator[Problem]:
    known, columns = known_names(process, names), columns_of(process)
    for node in process.nodes():
        decision = node.decides.decision if node.decides else ""
        if decision not in bodies:
            continue
        table = prepare(read(bodies[decision], f"{decision}.dmn"), decision)
        for name in sorted(reads_of(table) - known.keys()):
            if name.startswith(columns):
                continue
            sentence = (
                f"Expected an input of the policy or a result of this process, but"
                f" decision '{decision}' reads '{name}', which is neither."
            )
            yield Problem(
                file=file,
                line=node.line,
                code="decision-input",
                element=node.id,
                sentence=sentence,
            )
