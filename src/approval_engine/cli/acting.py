"""
`cpq approval action`, `comment` and `nudge`: what people do to one task, or to several.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT, KEY, WORKFLOW, Checked
from approval_engine.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from approval_engine.executor.commands.act import Wish
    from approval_engine.store.attachments import File

ACTIONS = (
    "approve",
    "reject",
    "return",
    "claim",
    "release",
    "delegate",
    "reassign",
    "request-info",
    "provide-info",
    "add-approver",
    "comment",
)


def _pairs(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    """
    The fields by their names. Raises BadParameter for what is no pair.
    """
    pairs = [each.partition("=") for each in given]
    for name, sign, _value in pairs:
        if not (name and sign):
            raise click.BadParameter(f"Expected NAME=VALUE, but got '{name}'.")
    return {name: value for name, _, value in pairs}


TASKS = click.option(
    "--task", "tasks", multiple=True, metavar="T", help="Repeat it to decide several."
)
LIST = click.option("--tasks", "listed", metavar="T,T", help="Several at once.")
TO = click.option(
    "--to", metavar="USER", help="The stand-in, new approver, or who is to inform."
)
AFTER = click.option(
    "--after", is_flag=True, help="Ask the added approver once the step's rule is met."
)
ATTACH = click.option(
    "--attach",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="A file that goes with the comment.",
)


def _bounds(text: str) -> None:
    from approval_engine.policy.envelope import read_bounds

    read_bounds(text)


WITHIN = click.option(
    "--within",
    metavar="BOUNDS",
    type=Checked("bounds", _bounds),
    help="Room that an approval leaves.",
)
FIELD = click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs,
    help="A field of the task's form; repeat it for several.",
)
REPLY = click.option(
    "--reply-to", type=int, metavar="SEQ", help="The event whose comment this answers."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    action: str
    comment: str | None
    to: str | None
    within: str | None
    reply_to: int | None
    after: bool
    file: "File | None" = None
    fields: "Mapping[str, str]" = field(default_factory=dict)

    def wish(self, workflow_id: str, task_id: str, *, bulk: bool) -> "Wish":
        from approval_engine.domain.actions import Action
        from approval_engine.executor.commands.act import Wish

        return Wish(
            workflow=workflow_id,
            task=task_id,
            action=Action(self.action),
            comment=self.comment,
            to=self.to,
            within=self.within,
            reply_to=self.reply_to,
            after=self.after,
            bulk=bulk,
            file=self.file,
            fields=self.fields,
        )


@click.command()
@click.option("--workflow", "workflow_id", metavar="WF")
@TASKS
@LIST
@click.option("--action", "name", required=True, type=click.Choice(ACTIONS))
@click.option("--comment", metavar="C", type=COMMENT)
@TO
@WITHIN
@REPLY
@AFTER
@ATTACH
@FIELD
@KEY
@pass_session
def action(  # noqa: PLR0913, PLR0917 one argument per option
    session: Session,
    workflow_id: str | None,
    tasks: tuple[str, ...],
    listed: str | None,
    name: str,
    comment: str | None,
    to: str | None,
    within: str | None,
    reply_to: int | None,
    attach: str | None,
    fields: dict[str, str],
    key: str | None,
    *,
    after: bool,
) -> None:
    """
    Decide, take, give back or hand over a task, or bring others in.

    Several tasks are decided each on its own, where their steps allow it.
    """
    asked = _Asked(
        action=name,
        comment=comment,
        to=to,
        within=within,
        reply_to=reply_to,
        after=after,
        file=_file(session, attach) if attach else None,
        fields=fields,
    )
    several = tuple(each for each in (listed or "").split(",") if each)
    found = tuple(dict.fromkeys((*tasks, *several)))
    if not found:
        sentence = "Missing option '--task'."
        raise click.UsageError(sentence)
    if len(found) > 1 or listed:
        _act_on_all(session, asked, found, key)
    elif workflow_id is None:
        sentence = "Missing option '--workflow'."
        raise click.UsageError(sentence)
    else:
        _act(session, asked.wish(workflow_id, found[0], bulk=False), key)


@click.command()
@WORKFLOW
@click.option("--comment", required=True, metavar="C", type=COMMENT)
@REPLY
@KEY
@pass_session
def comment(
    session: Session,
    workflow_id: str,
    comment: str,
    reply_to: int | None,
    key: str | None,
) -> None:
    """
    Comment on a workflow, or answer a comment.
    """
    from approval_engine.executor.incident import held_on_failure
    from approval_engine.history.reading import find

    with held_on_failure(session.runtime):
        found = find(session.runtime.database, workflow_id).workflow
    if not found.tasks:
        sentence = f"There is no task in {found.subject} to comment on."
        raise NotFound(sentence)
    asked = _Asked(
        action="comment",
        comment=comment,
        to=None,
        within=None,
        reply_to=reply_to,
        after=False,
    )
    _act(session, asked.wish(workflow_id, found.tasks[-1].id, bulk=False), key)


@click.command()
@WORKFLOW
@KEY
@pass_session
def nudge(session: Session, workflow_id: str, key: str | None) -> None:
    """
    Remind those who have not answered your quote yet.
    """
    from approval_engine.executor.commands.nudge import nudge as command
    from approval_engine.executor.incident import held_on_failure
    from approval_engine.history.reading import find

    with held_on_failure(session.runtime):
        submitter = find(session.runtime.database, workflow_id).workflow.submitted_by
    answer = command(
        session.runtime, workflow_id, session.caller("submit", submitter, key)
    )
    session.record(
        workflow=answer.workflow,
        action=answer.action,
        result=answer.result,
        status=answer.status,
    )


def _file(session: Session, path: str) -> "File":
    from approval_engine.executor.attached import attached

    found = Path(path)
    return attached("task", found.name, None, found.read_bytes(), session.limits)


def _act(session: Session, wish: "Wish", key: str | None) -> None:
    from approval_engine.executor.commands.act import act
    from approval_engine.executor.incident import held_on_failure
    from approval_engine.history.reading import asked_for

    with held_on_failure(session.runtime):
        asked = asked_for(session.runtime.database, wish.workflow, wish.task)
    answer = act(session.runtime, wish, session.caller("act", asked, key))
    session.record(
        workflow=answer.workflow,
        task=answer.task,
        action=answer.action,
        result=answer.result,
        status=answer.status,
    )


def _act_on_all(
    session: Session, asked: _Asked, tasks: tuple[str, ...], key: str | None
) -> None:
    """
    A line per task; exit 4 if any was refused, with its sentence on stderr.
    """
    from approval_engine.executor.commands.act import act
    from approval_engine.store import workflows

    refused, lines = 0, list[dict[str, object]]()
    for task_id in tasks:
        with session.runtime.database.read() as transaction:
            workflow_id = workflows.workflow_of_task(transaction, task_id)
        line: dict[str, object] = {"workflow": workflow_id or "-", "task": task_id}
        try:
            if workflow_id is None:
                raise NotFound(f"There is no task '{task_id}'.")
            wish = asked.wish(workflow_id, task_id, bulk=True)
            caller = session.caller("act", None, f"{key}:{task_id}" if key else None)
            answer = act(session.runtime, wish, caller)
            line |= {"action": asked.action, "result": answer.result}
            line["status"] = answer.status
        except Refused as refusal:
            refused += 1
            line |= {"action": asked.action, "result": "refused"}
            click.echo(str(refusal), err=True)
        lines.append(line)
    session.rows(lines)
    if refused:
        raise SystemExit(4)
