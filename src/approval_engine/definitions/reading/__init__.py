"""
A process definition of anybody → the process it means, or everything wrong with it.

The only reader, for what we render and for what analysts draw. Nothing in a file is
executed, fetched or believed; what has no effect is told as a note.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from approval_engine.definitions.model import Process
from approval_engine.definitions.reading import guard, names, structure
from approval_engine.definitions.reading.infer import with_inferred
from approval_engine.definitions.reading.names import EXAMPLE, known_names
from approval_engine.definitions.reading.nodes import Builder, documentation
from approval_engine.definitions.reading.pools import lanes_of, process_of
from approval_engine.definitions.reading.properties import properties_of
from approval_engine.definitions.reading.scopes import scopes
from approval_engine.definitions.reading.source import Note, Source, open_source
from approval_engine.definitions.reading.texts import Texts
from approval_engine.definitions.tree import line_of
from approval_engine.errors import BpmnError, Problem
from approval_engine.policy.conditions import Kind, inputs_of

__all__ = ["EVERY_NAME", "Names", "Note", "Reading", "read"]

Names = Mapping[str, Kind]
"""The inputs of the policy that conditions may read, and what they are."""

_MOST_PROBLEMS = 200


class _EveryName(dict[str, Kind]):
    """
    Stands for names that were checked before.
    """


EVERY_NAME: Names = _EveryName()
"""For a definition that was accepted: no name is unknown, no field is inferred, and its
diagram is not looked at again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """
    The process of a file, and what is accepted in it but not as it stands.
    """

    process: Process
    notes: tuple[Note, ...]


def read(xml: bytes, file: str = "process.bpmn", names: Names | None = None) -> Reading:
    """
    The process in a file; `names` are the policy's inputs, else those of the example.

    Raises BpmnError with every problem found, in the order of the file.
    """
    source = open_source(xml, file, with_diagram=names is not EVERY_NAME)
    process = _process(source, EXAMPLE if names is None else names)
    if source.problems or process is None:
        raise BpmnError(*_sorted(source))
    notes = sorted(dict.fromkeys(source.notes), key=lambda note: note.line)
    return Reading(process=process, notes=tuple(notes))


def _process(source: Source, inputs: Names) -> Process | None:
    if not guard.check(source):
        return None
    element = process_of(source)
    scope = None if element is None else scopes(source, element)
    if element is None or scope is None:
        return None
    structure.check(source, scope)
    texts = Texts(source=source)
    lanes = lanes_of(source, scope)
    builder = Builder(texts=texts, lanes=lanes, inputs=inputs)
    found = Process(
        id=element.get("id", ""),
        name=element.get("name", ""),
        line=line_of(element),
        documentation=documentation(element),
        properties=properties_of(source, element),
        graph=builder.graph(scope),
    )
    return _named(texts, found, inputs)


def _named(texts: Texts, process: Process, inputs: Names) -> Process:
    """
    The process once it is known what its names mean.
    """
    known = known_names(process, inputs)
    if inputs is EVERY_NAME:
        read = (name for each in texts.reads for name in inputs_of(each.expression))
        known = dict.fromkeys(read, Kind.ANY) | known
    else:
        process, notes = with_inferred(process, known)
        texts.source.notes.extend(notes)
        known = known_names(process, inputs)
    names.check(texts.source, texts.reads, known, names.columns_of(process))
    return process


def _sorted(source: Source) -> Iterator[Problem]:
    found = sorted(dict.fromkeys(source.problems), key=lambda problem: problem.line)
    yield from found[:_MOST_PROBLEMS]
    if len(found) > _MOST_PROBLEMS:
        more = len(found) - _MOST_PROBLEMS
        sentence = f"Expected a process without problems, but there are {more} more."
        yield Problem(
            file=source.file,
            line=found[-1].line,
            code="too_many",
            element="/",
            sentence=sentence,
        )
