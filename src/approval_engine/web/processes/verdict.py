"""
A file → everything that is wrong with it, or everything that deploying it would do.
"""

from dataclasses import dataclass

from flask import request

from approval_engine.domain.processes import Role
from approval_engine.domain.rights import Right
from approval_engine.errors import DefinitionError, NotFound, Problem, Refused
from approval_engine.operations import repository
from approval_engine.operations.deployment import Deployment
from approval_engine.operations.play import Line, play
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.processes.comparing import Row, between
from approval_engine.web.processes.files import File
from approval_engine.web.processes.parts import Part, parts
from approval_engine.web.processes.tables import (
    Remark,
    Sheet,
    marked,
    remarks,
    sheet,
    sheets,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    What a check found: problems, or what a deploy would do and what that changes.

    `played` is the way that a quote would take, `unplayed` why it takes none. `parts`
    and `sheets` are what is in the file, `remarks` what to look at in its tables.
    """

    problems: tuple[Problem, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    changes: tuple[Row, ...] = ()
    played: tuple[Line, ...] = ()
    unplayed: str = ""
    parts: tuple[Part, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refusal: Refused | None = None

    @property
    def status(self) -> int:
        """
        The HTTP status of its page.
        """
        if self.refusal is not None:
            return status_of(self.refusal)[0]
        return 422 if self.problems else 200


def judged(file: File) -> Verdict:
    """
    What is wrong with a file, or what deploying it would do; nothing is stored.
    """
    runtime, actor = context.runtime(), context.asker().user.id
    try:
        found = repository.rehearse(runtime, file.body, file.name, actor)
    except DefinitionError as error:
        return Verdict(problems=error.problems)
    except Refused as refusal:
        return Verdict(refusal=refusal)
    if file.is_dmn:
        return Verdict(
            deployments=found,
            sheets=_sheets(file),
            remarks=remarks(file.body, file.name),
        )
    played, unplayed = _played(file)
    return Verdict(
        deployments=found,
        changes=_changes(file, found),
        played=played,
        unplayed=unplayed,
        parts=parts(file.body, file.name),
    )


def _changes(file: File, found: tuple[Deployment, ...]) -> tuple[Row, ...]:
    """
    What differs from the newest version, if there is one.
    """
    before = _newest(found[0].version.name)
    return between(before, file.body) if before else ()


def _sheets(file: File) -> tuple[Sheet, ...]:
    """
    The tables of a file; the rules that the newest version does not have are marked.
    """
    return tuple(_against_newest(each) for each in sheets(file.body, file.name))


def _against_newest(new: Sheet) -> Sheet:
    before = _newest(new.id)
    if before is None:
        return new
    return marked(new, sheet(before, new.id, new.id), "added")


def _newest(name: str) -> bytes | None:
    try:
        with context.runtime().database.read() as transaction:
            return repository.find(transaction, name)[1]
    except NotFound:
        return None


def _played(file: File) -> tuple[tuple[Line, ...], str]:
    quote_id = request.form.get("quote", "").strip()
    if not quote_id:
        return (), ""
    try:
        # Whom a quote asks is for those to see who see all quotes.
        context.demand(Right.SEE_EVERYTHING)
        return tuple(play(context.runtime(), file.body, file.name, quote_id)), ""
    except Refused as refusal:
        return (), str(refusal)
    except DefinitionError as error:
        return (), " ".join(problem.sentence for problem in error.problems)


def effect(done: Deployment) -> str:
    """
    What a new version does to the quotes that come.
    """
    match done.version.role:
        case Role.DECISION:
            verb = "ask"
        case Role.PART:
            verb = "call"
        case _ if done.is_unused:
            return "No quote runs on it before a rule of the policy sends one there."
        case _:
            return "The next quotes run on it; reviews that run keep what they have."
    return (
        f"Processes that are deployed from now on {verb} it; others stay as they are."
    )
