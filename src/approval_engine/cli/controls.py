"""
`cpq report controls`: questions that an auditor would ask of what was recorded.
"""

from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.words import camel
from approval_engine.cli.working import CSV

if TYPE_CHECKING:
    from approval_engine.history.views import View
    from approval_engine.operations.controls import Examined

_MOST_DAYS = 3650


def _number(name: str, default: int, least: int, words: str) -> click.Option:
    return click.Option(
        [name],
        default=default,
        show_default=True,
        type=click.IntRange(least, _MOST_DAYS),
        help=words,
    )


@click.command()
@CSV
@pass_session
def controls(session: Session, path: str | None, days: int, **found: int) -> None:
    """
    Questions that an auditor would ask, with evidence; no accusations.

    Split deals, approvals in seconds, mutual approvals, stand-ins of requesters, and
    delegations that nobody uses, in the newest 2,000 reviews of the days.
    """
    from approval_engine.analytics.controls.past import Thresholds
    from approval_engine.operations.controls import examined

    session.require_trust()
    runtime = session.runtime
    thresholds = Thresholds(**found)
    told = runtime.database.lately(lambda: examined(runtime, days, thresholds))
    if path is not None:
        _written(session, told, path)
        return
    rows = [each.row() for each in told.findings]
    if session.as_json:
        session.document(
            {
                "total": _camel(_total(told)),
                "findings": [_camel(row) for row in rows],
            }
        )
        return
    for line in (_total(told), *rows):
        session.record(**line)


controls.params += [
    _number("--days", 90, 1, "Reviews of how many days."),
    _number("--split-days", 14, 1, "Within how many days deals count together."),
    _number("--seconds", 10, 1, "Below how many seconds an approval is quick."),
    _number("--mutual", 3, 1, "How many quotes of each other two people approved."),
    _number("--dormant-days", 60, 1, "For longer than what a delegation is open."),
]


def _total(told: "Examined") -> "View":
    from approval_engine.domain.events import stamp

    counts = {str(control): count for control, count in told.counts().items()}
    return {
        "controls": "examined",
        "since": stamp(told.since),
        "reviews": told.reviews,
        "approvals": told.approvals,
        "findings": len(told.findings),
        **counts,
    }


def _written(session: Session, told: "Examined", path: str) -> None:
    from approval_engine.analytics.controls.finding import HEADING, cells
    from approval_engine.documents.spreadsheet import sheet

    rows = [cells(each.row()) for each in told.findings]
    session.write(path, sheet(HEADING, rows))
    session.record(report=path, rows=len(rows))


def _camel(row: "View") -> "View":
    return {camel(name): value for name, value in row.items()}
