"""
Two versions of processes side by side: both drawings, and what differs in sentences.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from flask import Blueprint, render_template, request

from approval_engine.definitions.diff import Change, differences
from approval_engine.definitions.model import Process
from approval_engine.definitions.places import moved
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.domain.processes import Role, Version
from approval_engine.domain.rights import Right
from approval_engine.errors import NotFound
from approval_engine.operations import repository
from approval_engine.store import processes
from approval_engine.store.database import Transaction
from approval_engine.web import context
from approval_engine.web.processes.parts import named
from approval_engine.web.processes.tables import marked, sheet

blueprint = Blueprint("process_comparing", __name__)

SIGNS = {"added": "+", "removed": "–", "changed": "≠", "moved": "↔"}
"""The sign of each kind of change; `moved` is of the drawing only."""

_Found: TypeAlias = tuple[Version, bytes]
_LONGEST_NUMBER = 9
_SIDES = {"added": "after", "removed": "before"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    One difference: in a sentence, and where it is marked; on both sides if not said.
    """

    kind: str
    element: str
    sentence: str

    @property
    def sign(self) -> str:
        """
        Its sign in the drawings and in the list.
        """
        return SIGNS[self.kind]

    @property
    def side(self) -> str:
        """
        In which of the two drawings it is marked; empty for both.
        """
        return _SIDES.get(self.kind, "")


@blueprint.get("/processes/compare")
def compare() -> str:
    """
    What differs between two versions; the ways to choose them if none is chosen.
    """
    context.demand(Right.SEE_PROCESSES)
    with context.runtime().database.read() as transaction:
        known = processes.versions(transaction)
        sides = [_side(transaction, request.args.get(s)) for s in ("before", "after")]
    before, after = sides
    found = _against(before, after) if before and after else {}
    return render_template(
        "processes/compare.html",
        known=known[::-1],
        before=before and before[0],
        after=after and after[0],
        **found,
        marks=[(kind, sign, kind.capitalize()) for kind, sign in SIGNS.items()],
    )


def _against(before: _Found, after: _Found) -> dict[str, object]:
    """
    What differs as the page wants it: sentences, or two tables with marks.
    """
    (old, was), (new, now) = before, after
    tables = [each.role is Role.DECISION for each in (old, new)]
    if not any(tables):
        return {"rows": between(was, now)}
    if not all(tables):
        sentence = (
            "Expected two processes or two decision tables, but got one of each:"
            f" {old.name} and {new.name}."
        )
        raise NotFound(sentence)
    one, other = sheet(was, old.file, old.name), sheet(now, new.file, new.name)
    return {
        "sheets": (marked(one, other, "removed"), marked(other, one, "added")),
        "rows": (),
    }


def between(before: bytes, after: bytes) -> tuple[Row, ...]:
    """
    What differs between two files that were accepted, the meaning before the drawing.
    """
    old, new = _process(before), _process(after)
    names = {node.id: named(node) for node in new.nodes()}
    meant = tuple(rows_of(differences(old, new)))
    seen = {row.element for row in meant}
    return (
        *meant,
        *(
            Row(kind="moved", element=each, sentence=_moved(names[each]))
            for each in moved(before, after)
            if each in names and each not in seen
        ),
    )


def rows_of(changes: Iterable[Change]) -> Iterator[Row]:
    """
    Changes as sentences.
    """
    for each in changes:
        yield Row(kind=each.change, element=each.element, sentence=_sentence(each))


def _sentence(change: Change) -> str:
    what, name = change.what, f"“{change.name}”"
    if change.change == "added":
        return f"New: {what} {name}{_with(change.after)}."
    if change.change == "removed":
        return f"No longer there: {what} {name}{_with(change.before)}."
    if change.before is None:
        return f"{name}: {what} is now {change.after}."
    if change.after is None:
        return f"{name}: {what} was {change.before} and is no longer said."
    return f"{name}: {what} was {change.before}, is now {change.after}."


def _with(said: str | None) -> str:
    return f", with {said}" if said else ""


def _moved(name: str) -> str:
    return f"“{name}” is drawn elsewhere; it means the same."


def _side(transaction: Transaction, text: str | None) -> _Found | None:
    if not text:
        return None
    name, _, number = text.rpartition("@")
    if not (number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        sentence = (
            f"Expected a version such as 'deal_review@1', but got '{text[:100]}'."
        )
        raise NotFound(sentence)
    return repository.find(transaction, name, int(number))


def _process(xml: bytes) -> Process:
    return read(xml, "process.bpmn", EVERY_NAME).process
