"""
`cpq delegation`: one person stands in for another for a while.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import Checked, Instant
from approval_engine.errors import InvalidInput

if TYPE_CHECKING:
    from approval_engine.domain.delegation import Delegation


def _condition(text: str) -> None:
    from approval_engine.policy.conditions import ConditionError, parse_condition

    try:
        parse_condition(text)
    except ConditionError as error:
        raise InvalidInput(error.sentence) from error


@click.group()
def delegation() -> None:
    """
    Let one person stand in for another.
    """


@delegation.command()
@click.option("--from", "principal", required=True, metavar="USER")
@click.option("--to", "delegate", required=True, metavar="USER")
@click.option("--role", metavar="R", help="Only for work in this role.")
@click.option(
    "--within",
    metavar="C",
    type=Checked("condition", _condition),
    help='Only for such quotes, as "amount <= 500000".',
)
@click.option("--process", metavar="P", help="Only for quotes of this process.")
@click.option("--starts", required=True, type=Instant(), help="RFC 3339, with offset.")
@click.option(
    "--ends", required=True, type=Instant(), help="The first instant after it."
)
@pass_session
def add(  # noqa: PLR0913, PLR0917 one argument per option
    session: Session,
    principal: str,
    delegate: str,
    role: str | None,
    within: str | None,
    process: str | None,
    starts: datetime,
    ends: datetime,
) -> None:
    """
    Open a window in which one person may act for another.

    What is open already moves at the worker's next round.
    """
    from approval_engine.operations.granting import Bounds
    from approval_engine.operations.intake import add_delegation

    session.require_trust(of=principal)
    people, window = (principal, delegate), (starts, ends)
    bounds = Bounds(process=process, within=within)
    new = add_delegation(session.runtime, people, window, role, bounds)
    session.record(**_line(new))


@delegation.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    Every window, past ones too, by its start.
    """
    from approval_engine.store import delegations

    runtime = session.runtime
    now = runtime.clock()
    with runtime.database.read() as transaction:
        found = delegations.listed(transaction)
    session.rows(_line(each) | {"status": _status(each, now)} for each in found)


@delegation.command()
@click.option("--delegation", "delegation_id", required=True, metavar="D")
@pass_session
def end(session: Session, delegation_id: str) -> None:
    """
    End a window now.

    What its stand-in has not taken up goes back at the worker's next round.
    """
    from approval_engine.operations.intake import end_delegation

    session.require_trust()
    end_delegation(session.runtime, delegation_id)
    session.record(delegation=delegation_id, status="past")


def _line(each: "Delegation") -> dict[str, object]:
    from approval_engine.domain.events import stamp

    line: dict[str, object] = {
        "delegation": each.id,
        "from": each.principal,
        "to": each.delegate,
        "role": each.role,
        "starts": stamp(each.starts_at),
        "ends": stamp(each.closes_at),
    }
    narrowed = {"within": each.within, "process": each.process}
    return line | {name: value for name, value in narrowed.items() if value}


def _status(each: "Delegation", now: datetime) -> str:
    if now < each.starts_at:
        return "coming"
    return "open" if now < each.closes_at else "past"
