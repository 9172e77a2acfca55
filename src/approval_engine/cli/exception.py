"""
`cpq exception`: ask for an exception to the policy, list what there is, end one.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT, Checked

if TYPE_CHECKING:
    from approval_engine.store.exceptions import ExceptionRow

UNLIMITED = "unlimited"
_MOST_DIGITS = 7
STANDINGS = ("pending", "active", "refused", "ended", "expired", "used_up")


class LastDay(click.ParamType[date | None]):
    """
    A day, or the word unlimited.
    """

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | None:
        """
        The day; None for unlimited.
        """
        from approval_engine.policy.reading.words import day_of

        if value in {UNLIMITED, None}:
            return None
        if (day := day_of(str(value))) is None:
            sentence = f"Expected a day such as 2026-12-31 or unlimited, got '{value}'."
            self.fail(sentence, param, ctx)
        return day


class Uses(click.ParamType[int | None]):
    """
    A whole number from 1, or the word unlimited.
    """

    name = "uses"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """
        The number; None for unlimited.
        """
        text = str(value)
        if value in {UNLIMITED, None}:
            return None
        fits = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        if not (fits and 0 < int(text) <= 10**6):
            sentence = f"Expected a number of uses from 1 or unlimited, got '{value}'."
            self.fail(sentence, param, ctx)
        return int(text)


def _bounds(text: str) -> None:
    from approval_engine.policy.bounds import spelled

    spelled(text)


def _account(text: str) -> None:
    from approval_engine.executor.commands.grant import check_account

    check_account(text)


@click.group()
def exception() -> None:
    """
    Ask for exceptions to the policy, and end them.
    """


@exception.command()
@click.option(
    "--account", required=True, metavar="A", type=Checked("account", _account)
)
@click.option("--trigger", required=True, metavar="T")
@click.option(
    "--within",
    required=True,
    metavar="BOUNDS",
    type=Checked("bounds", _bounds),
    help="discount_pct<=38,…",
)
@click.option(
    "--until", required=True, type=LastDay(), help="The last day, or unlimited."
)
@click.option("--reason", required=True, metavar="TEXT", type=COMMENT)
@click.option(
    "--uses", required=True, type=Uses(), help="For how many submits, or unlimited."
)
@pass_session
def grant(  # noqa: PLR0913, PLR0917 one argument per option
    session: Session,
    account: str,
    trigger: str,
    within: str,
    until: date | None,
    reason: str,
    uses: int | None,
) -> None:
    """
    Ask those who could approve the bounds for an exception.
    """
    from approval_engine.domain.exceptions import Waives
    from approval_engine.executor.commands.grant import Plea
    from approval_engine.executor.commands.grant import grant as command

    waives = Waives(trigger=trigger, within=within, ends_on=until, uses=uses)
    plea = Plea(account=account, waives=waives, reason=reason)
    caller = session.caller("submit", None)
    exception_id, answer = command(session.runtime, plea, caller)
    session.record(
        exception=exception_id, status=answer.status, workflow=answer.workflow
    )


@exception.command("list")
@click.option("--account", metavar="A")
@click.option("--status", type=click.Choice(STANDINGS))
@pass_session
def list_(session: Session, account: str | None, status: str | None) -> None:
    """
    Every exception, oldest first.
    """
    from approval_engine.store import exceptions

    runtime = session.runtime
    today = _today(session)
    with runtime.database.read() as transaction:
        found = exceptions.listed(transaction, account)
    lines = (_line(row, today) for row in found)
    session.rows(line for line in lines if status in {None, line["status"]})


@exception.command()
@click.option("--id", "exception_id", required=True, metavar="EX")
@click.option("--reason", required=True, metavar="TEXT", type=COMMENT)
@pass_session
def end(session: Session, exception_id: str, reason: str) -> None:
    """
    Let an exception count no more, from now on.
    """
    from approval_engine.executor.commands.run_out import end as command

    caller = session.caller("submit", None)
    result = command(session.runtime, exception_id, reason, caller)
    session.record(exception=exception_id, status="ended", result=result)


def _today(session: Session) -> date:
    """
    The day of the policy in force; before there is one, the day in UTC.
    """
    from approval_engine.executor.routed import day_of
    from approval_engine.store import catalog

    runtime = session.runtime
    now: datetime = runtime.clock()
    with runtime.database.read() as transaction:
        active = catalog.current(transaction).policy
        policy = runtime.policy(transaction, active) if active else None
    return day_of(policy, now) if policy else now.date()


def _line(row: "ExceptionRow", today: date) -> dict[str, object]:
    from approval_engine.domain.exceptions import standing

    waives = row.waives
    return {
        "exception": row.id,
        "status": standing(row.status, waives, row.used, today),
        "account": row.account,
        "trigger": waives.trigger,
        "within": waives.within,
        "until": waives.ends_on or UNLIMITED,
        "uses": waives.uses or UNLIMITED,
        "used": row.used,
        "requested_by": row.requested_by,
        "granted_by": row.granted_by,
        "workflow": row.workflow_id,
    }
