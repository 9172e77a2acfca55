"""
`cpq approval reassign`, `override`, `refuse-override`, `withdraw-seat`: the office.
"""

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT, KEY, WORKFLOW


@click.command()
@click.option("--from", "giver", required=True, metavar="USER")
@click.option("--to", "taker", required=True, metavar="USER")
@click.option("--comment", metavar="C", type=COMMENT)
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@pass_session
def reassign(
    session: Session, giver: str, taker: str, comment: str | None, *, dry_run: bool
) -> None:
    """
    Give all open tasks of a person to another, as far as he may decide them.
    """
    from approval_engine.executor.commands.reassign import Handover, reassign_all

    handover = Handover(giver=giver, taker=taker, comment=comment)
    caller = session.caller("act", None)
    done = "would_apply" if dry_run else "applied"
    found = list(reassign_all(session.runtime, handover, caller, dry_run=dry_run))
    session.rows(
        {
            "task": each.task,
            "workflow": each.workflow,
            "result": "refused" if each.refused else done,
        }
        | ({"reason": each.refused} if each.refused else {})
        for each in found
    )
    if not session.as_json:
        refused = sum(each.refused is not None for each in found)
        session.record("reassigned", tasks=len(found) - refused, refused=refused)


@click.command()
@WORKFLOW
@click.option("--comment", required=True, metavar="C", type=COMMENT, help="The reason.")
@click.option(
    "--decision",
    type=click.Choice(("approve", "reject")),
    default="approve",
    show_default=True,
)
@KEY
@pass_session
def override(
    session: Session, workflow_id: str, comment: str, decision: str, key: str | None
) -> None:
    """
    End a review in spite of its steps, as an admin.

    Above CPQ_OVERRIDE_LIMIT a second admin must say the same.
    """
    from approval_engine.executor.commands.override import Override
    from approval_engine.executor.commands.override import override as command

    wish = Override(
        workflow=workflow_id,
        decision=decision,
        comment=comment,
        limit=session.settings.override_limit,
    )
    answer = command(session.runtime, wish, session.caller("act", None, key))
    session.record(
        workflow=answer.workflow,
        action=answer.action,
        decision=decision,
        result=answer.result,
        status=answer.status,
    )


@click.command("refuse-override")
@WORKFLOW
@click.option("--comment", required=True, metavar="C", type=COMMENT, help="The reason.")
@KEY
@pass_session
def refuse_override(
    session: Session, workflow_id: str, comment: str, key: str | None
) -> None:
    """
    Say no, as an admin, to the override that another one asked for.

    The review goes on.
    """
    from approval_engine.executor.commands.override import refuse

    caller = session.caller("act", None, key)
    answer = refuse(session.runtime, workflow_id, comment, caller)
    session.record(
        workflow=answer.workflow,
        action=answer.action,
        result=answer.result,
        status=answer.status,
    )


@click.command("withdraw-seat")
@WORKFLOW
@click.option("--task", "task_id", required=True, metavar="T")
@click.option("--comment", required=True, metavar="C", type=COMMENT, help="The reason.")
@KEY
@pass_session
def withdraw_seat(
    session: Session, workflow_id: str, task_id: str, comment: str, key: str | None
) -> None:
    """
    Ask one less in a step, as an admin, because all whom the task asks have left.

    That alone never approves the step.
    """
    from approval_engine.executor.commands.withdraw import Seat, withdraw

    seat = Seat(workflow=workflow_id, task=task_id, comment=comment)
    answer = withdraw(session.runtime, seat, session.caller("act", None, key))
    session.record(
        workflow=answer.workflow,
        task=answer.task,
        action=answer.action,
        result=answer.result,
        status=answer.status,
    )
