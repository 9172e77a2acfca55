"""
What a packet says, as one page to read: no script, nothing from elsewhere.

People bear the names that they had in the pinned directory. What an admin decided in
spite of the steps is marked in red, and in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from approval_engine.config import packaged
from approval_engine.domain.events import Fact, stamp
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Task
from approval_engine.history import explain
from approval_engine.history.reading import Case, Entry
from approval_engine.history.shown import more
from approval_engine.history.visible import visible
from approval_engine.policy.model import Policy

OVERRIDES = frozenset({Fact.OVERRIDE_REQUESTED, Fact.OVERRIDE_REFUSED, Fact.OVERRIDDEN})
"""The facts that the page shows in red."""

_FORMS = {True: "yes", False: "no", None: "–"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """
    What became of one task, and what was written with it.
    """

    task: Task
    by: str
    text: str | None


def summary(
    case: Case,
    quote: Quote,
    policy: Policy,
    people: Directory,
    entries: tuple[Entry, ...],
) -> bytes:
    """
    The page, in UTF-8; the same for the same workflow.
    """
    workflow = case.workflow

    def name(person: str) -> str:
        known = people.user(person)
        return f"{known.name} ({person})" if known else person

    text = (
        _pages()
        .get_template("summary.html")
        .render(
            case=case,
            workflow=workflow,
            quote=quote,
            policy=policy,
            name=name,
            stamp=stamp,
            more=more,
            words=_words,
            answers=[
                _answer(entries, task, name(task.closed_by or "–"))
                for task in workflow.tasks
            ],
            lines=[
                {k: _words(v) for k, v in line.items()}
                for line in explain.lines(case, entries[0].event)
            ],
            entries=entries,
            overrides=OVERRIDES,
            evidence={
                n: getattr(workflow.evidence, n)
                for n in type(workflow.evidence).__slots__
            },
        )
    )
    return text.encode()


def _answer(entries: tuple[Entry, ...], task: Task, by: str) -> _Answer:
    found = (entry.text for entry in entries if entry.event.seq == task.closed_seq)
    return _Answer(task=task, by=by, text=next(found, None))


def _words(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return _FORMS[value]
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_words(each)}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(_words, value)) or "–"
    return str(value)


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(packaged("templates") / "evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
