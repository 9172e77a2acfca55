"""
`cpq approval`: submit, status, action, recall, history, replay.

What it explains and previews is in `explaining`, what it exports and verifies in
`proving`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from approval_engine.cli import insight
from approval_engine.cli.acting import action, comment, nudge
from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.explaining import explain, preview
from approval_engine.cli.office import (
    override,
    reassign,
    refuse_override,
    withdraw_seat,
)
from approval_engine.cli.proving import export, verify
from approval_engine.cli.values import COMMENT, KEY, WORKFLOW, one_or_all
from approval_engine.cli.words import camel

if TYPE_CHECKING:
    from approval_engine.history.reading import Case


@click.group()
def approval() -> None:
    """
    Submit, act on, recall and explain workflows.
    """


for _command in (
    *(action, comment, nudge, override, reassign),
    *(refuse_override, withdraw_seat),
):
    approval.add_command(_command)


@approval.command()
@click.option("--quote", "quote_id", required=True, metavar="Q")
@KEY
@pass_session
def submit(session: Session, quote_id: str, key: str | None) -> None:
    """
    Start the workflow of a quote.
    """
    from approval_engine.executor.commands.submit import (
        submit as command,
    )
    from approval_engine.history.reading import submitter_of

    caller = session.caller(
        "submit", submitter_of(session.runtime.database, quote_id), key
    )
    answer = command(session.runtime, quote_id, caller)
    session.record(workflow=answer.workflow, status=answer.status, steps=answer.steps)


@approval.command()
@WORKFLOW
@click.option("--comment", required=True, metavar="C", type=COMMENT)
@KEY
@pass_session
def recall(session: Session, workflow_id: str, comment: str, key: str | None) -> None:
    """
    Withdraw a quote that is under review.
    """
    from approval_engine.executor.commands.recall import (
        recall as command,
    )
    from approval_engine.executor.incident import held_on_failure
    from approval_engine.history.reading import find

    with held_on_failure(session.runtime):
        submitter = find(session.runtime.database, workflow_id).workflow.submitted_by
    answer = command(
        session.runtime, workflow_id, comment, session.caller("submit", submitter, key)
    )
    session.record(workflow=answer.workflow, status=answer.status)


@approval.command()
@WORKFLOW
@click.option("--detail", is_flag=True, help="Who is asked, why, until when.")
@pass_session
def status(session: Session, workflow_id: str, *, detail: bool) -> None:
    """
    Where a workflow stands, and why it was started.
    """
    from approval_engine.cli.directory import current
    from approval_engine.history import reading, views

    case = reading.find(session.runtime.database, workflow_id)
    people = current(session)[1] if detail else None
    if session.as_json:
        view = reading.detail_view(case, people) if detail else case.view()
        session.document(view | insight.of_case(session, case))
        return
    session.record(status=case.workflow.status)
    marks = {"overridden": case.workflow.overridden, "held_by": case.incident}
    for name, value in marks.items():
        if value:
            session.record(**{name: value})
    session.record(current_tasks=views.current_tasks(case.workflow, case.plan))
    for line in _triggers(case):
        session.record(**line)
    for link in reading.links(case):
        session.record(**link)
    if detail:
        for line in reading.detail(case, people):
            session.record(**line)


def _triggers(case: "Case") -> "Iterator[dict[str, object]]":
    from approval_engine.history import views

    for trigger in views.fired(case.evaluation):
        yield {f"{trigger['id']}_trigger": trigger["reason"]}
        if trigger.get("waived_by"):
            yield {f"{trigger['id']}_waived_by": trigger["waived_by"]}


@approval.command()
@WORKFLOW
@pass_session
def history(session: Session, workflow_id: str) -> None:
    """
    Every event of a workflow.
    """
    from approval_engine.history.reading import timeline

    found = timeline(session.runtime.database, workflow_id)
    if session.as_json:
        session.document([entry.view() for entry in found])
        return
    for entry in found:
        session.record(**entry.line())


@approval.command()
@WORKFLOW
@click.option("--preview", "only_look", is_flag=True, help="Store nothing.")
@pass_session
def replan(session: Session, workflow_id: str, *, only_look: bool) -> None:
    """
    Put a pending workflow under the newest policy; approvals stand where facts allow.
    """
    from dataclasses import fields

    from approval_engine.executor.commands import replan as command

    if only_look:
        found = command.preview(session.runtime, workflow_id)
    else:
        caller = session.caller("admin", session.administrator)
        if session.is_anybody_named or session.settings.user:
            session.demand("RUN_DESK")
        found = command.replan(session.runtime, workflow_id, caller)
    told = {each.name: getattr(found, each.name) for each in fields(found)}
    if found.successor is None:
        told = {
            name: told[name] for name in told if name not in {"successor", "status"}
        }
    if session.as_json:
        session.document({camel(name): value for name, value in told.items()})
        return
    session.record(**told)


@approval.command()
@click.option("--workflow", "workflow_id", metavar="WF")
@click.option("--all", "everything", is_flag=True)
@click.option("--repair", is_flag=True, help="Make the rows what the events say.")
@pass_session
def replay(
    session: Session, workflow_id: str | None, *, everything: bool, repair: bool
) -> None:
    """
    Rebuild workflows from their events and compare.

    With --repair the rows of one workflow are made what its events say, if their chain
    holds; an event tells of it.
    """
    from approval_engine.operations.check import replay_all

    if repair:
        _repair(session, workflow_id)
        return

    found = replay_all(session.runtime, one_or_all(workflow_id, everything=everything))
    wrong = [each for each in found if each.difference]
    for each in wrong[:1]:
        session.record(
            replay="different", workflow=each.workflow, difference=each.difference
        )
    if wrong:
        raise SystemExit(8)
    events = sum(each.events for each in found)
    session.record(replay="ok", workflows=len(found), events=events)


def _repair(session: Session, workflow_id: str | None) -> None:
    from approval_engine.operations.repair import repair

    if workflow_id is None:
        raise click.UsageError("Give --workflow WF to --repair.")
    session.require_trust()
    found = repair(session.runtime, workflow_id, session.officer)
    if not found.fields:
        session.record(replay="ok", workflows=1, events=found.events)
        return
    session.record(
        replay="repaired",
        workflow=found.workflow,
        events=found.events,
        fields=found.fields,
    )


for _command in (explain, export, preview, verify):
    approval.add_command(_command)
