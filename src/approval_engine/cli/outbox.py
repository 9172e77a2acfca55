"""
`cpq outbox`: what is to be sent, what is stuck and why, another try or none.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session

if TYPE_CHECKING:
    from approval_engine.store.delivery import Listed

STATUSES = ("waiting", "sent", "cancelled", "dead")


@click.group()
def outbox() -> None:
    """
    List messages, try them again or give them up.
    """


@outbox.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these; else all.")
@click.option("--limit", default=500, show_default=True, type=click.IntRange(1, 10**6))
@pass_session
def list_(session: Session, status: str | None, limit: int) -> None:
    """
    Messages, oldest first. `--status dead` answers what is stuck, and why.
    """
    from approval_engine.store import delivery

    session.require_trust()
    with session.runtime.database.read() as transaction:
        found = delivery.listed(transaction, status, limit)
    session.rows(_lines(found))


@outbox.command()
@click.option("--id", "message_id", metavar="ID")
@click.option("--held", is_flag=True, help="All that a restore of the database held.")
@pass_session
def retry(session: Session, message_id: str | None, *, held: bool) -> None:
    """
    Try a message that is dead or waits again, from now on.
    """
    from approval_engine.operations import messages

    if held == bool(message_id):
        sentence = "Say either which message, by --id, or --held."
        raise click.UsageError(sentence)
    session.require_trust()
    if message_id is None:
        session.record(held=messages.retry_held(session.runtime), status="waiting")
        return
    messages.retry(session.runtime, message_id)
    session.record(message=message_id, status="waiting")


@outbox.command("give-up")
@click.option("--id", "message_id", required=True, metavar="ID")
@pass_session
def give_up(session: Session, message_id: str) -> None:
    """
    Never send a message that is dead or waits.
    """
    from approval_engine.operations.messages import give_up as command

    session.require_trust()
    command(session.runtime, message_id)
    session.record(message=message_id, status="cancelled")


def _lines(found: "tuple[Listed, ...]") -> Iterator[dict[str, object]]:
    for each in found:
        yield {
            "message": each.id,
            "workflow": each.workflow_id,
            "task": each.task_id or "-",
            "kind": each.kind,
            "recipient": each.recipient,
            "status": each.status,
            "tries": each.attempts,
            "next_at": each.next_attempt_at or "-",
            "because": each.detail or "-",
        }
