"""
The reports of what waits and where time goes; every figure leads to the list behind it.

They look at the newest reviews only, and say so.
"""

from collections.abc import Mapping
from io import BytesIO
from tempfile import SpooledTemporaryFile

from flask import Response, render_template, request, send_file

from approval_engine.analytics.work import eventlog, rows
from approval_engine.analytics.work.measures import (
    measured,
    of_quotes,
    rounds,
    weeks,
)
from approval_engine.analytics.work.pieces import GROUPS, STATES, Piece, Wanted
from approval_engine.documents.spreadsheet import sheet
from approval_engine.domain.rights import Right
from approval_engine.errors import InvalidInput
from approval_engine.operations import insight
from approval_engine.operations.insight import Work
from approval_engine.web import charts, context
from approval_engine.web.reports.drawn import trend_of
from approval_engine.web.reports.pages import blueprint

PAGE = 100
"""So many tasks of a list stand on a page; its sheet holds all of them."""

_KEPT = 1 << 20
_LONGEST = 200
_STATES: Mapping[str, str] = {
    "open": "open",
    "late": "late",
    "answered": "answered",
    "worked": "taken before they were answered",
}


@blueprint.get("/reports")
@context.lately
def overview() -> str:
    """
    What waits now by role, how long reviews take from week to week, and rework.
    """
    context.demand(Right.SEE_EVERYTHING)
    runtime = context.runtime()
    found = insight.work(runtime)
    ends = found.ends()
    shown = weeks(found.reviews, ends)
    chart = trend_of(shown)
    return render_template(
        "reports/overview.html",
        queue=insight.waiting(insight.queue(runtime), "role"),
        weeks=shown,
        chart=charts.trend(chart),
        says=chart.says,
        rounds=rounds(found.reviews),
        reviews=len(found.reviews),
        most=insight.NEWEST,
    )


@blueprint.get("/reports/rework")
@context.lately
def rework() -> str:
    """
    The quotes that took so many reviews.
    """
    context.demand(Right.SEE_EVERYTHING)
    asked = request.args.get("reviews", "")
    found = of_quotes(insight.work(context.runtime()).reviews)
    quotes = [mine for mine in found.values() if str(len(mine)) == asked]
    return render_template(
        "reports/rework.html",
        quotes=quotes[::-1][:PAGE],
        count=len(quotes),
        reviews=asked if quotes else "0",
        page=PAGE,
    )


@blueprint.get("/reports/work")
@context.lately
def work() -> str:
    """
    Where time goes and what was late, by role, person, policy version or segment.
    """
    context.demand(Right.SEE_EVERYTHING)
    group, found = _grouped()
    figures = measured(found.pieces, group)
    return render_template(
        "reports/work.html",
        group=group,
        key=_key(group),
        groups=insight.choices(context.runtime()),
        figures=figures,
        total=sum(each.waiting_hours + each.working_hours for each in figures),
        reviews=len(found.reviews),
        most=insight.NEWEST,
    )


@blueprint.get("/reports/work.csv")
@context.lately
def work_sheet() -> Response:
    """
    The same as a sheet.
    """
    context.demand(Right.SEE_EVERYTHING)
    group, found = _grouped()
    figures = measured(found.pieces, group)
    total = sum(each.waiting_hours + each.working_hours for each in figures)
    table = [
        rows.slow_row(group, each, total) | rows.late_row(group, each)
        for each in figures
    ]
    return as_sheet(table, f"work-by-{group}.csv")


@blueprint.get("/reports/tasks")
@context.lately
def tasks() -> str:
    """
    The tasks behind a figure, the newest first.
    """
    context.demand(Right.SEE_EVERYTHING)
    wanted, found = _listed()
    return render_template(
        "reports/tasks.html",
        found=found[:PAGE],
        count=len(found),
        wanted=wanted,
        states=_STATES,
        asked={_key(name): word for name, word in wanted.by}
        | ({"state": wanted.state} if wanted.state else {}),
        page=PAGE,
    )


@blueprint.get("/reports/tasks.csv")
@context.lately
def tasks_sheet() -> Response:
    """
    All of them as a sheet.
    """
    context.demand(Right.SEE_EVERYTHING)
    _, found = _listed()
    return as_sheet([rows.piece_row(each) for each in found], "tasks.csv")


@blueprint.get("/reports/log.xes")
@context.lately
def log() -> Response:
    """
    The events of the newest reviews for process mining, as XES.
    """
    context.demand(Right.SEE_EVERYTHING)
    # It is on the disk where it is large, and goes out from there.
    file = SpooledTemporaryFile(max_size=_KEPT)  # noqa: SIM115 the answer closes it
    with context.runtime().database.read() as transaction:
        eventlog.write_xes(insight.traces(transaction, insight.NEWEST), file)  # type: ignore[arg-type] # it is a binary file
    file.seek(0)
    return send_file(
        file,
        mimetype="application/xml",
        as_attachment=True,
        download_name="reviews.xes",
    )


def as_sheet(table: list[rows.Row], name: str) -> Response:
    """
    Rows as a sheet that the browser saves.
    """
    names = list(table[0]) if table else ["nothing"]
    body = sheet(names, ([*each.values()] for each in table))
    return send_file(
        BytesIO(body), mimetype="text/csv", as_attachment=True, download_name=name
    )


def _grouped() -> tuple[str, Work]:
    group = request.args.get("by", "role")[:_LONGEST]
    return group, insight.work(context.runtime(), group)


def _listed() -> tuple[Wanted, list[Piece]]:
    state = request.args.get("state") or None
    if state is not None and state not in STATES:
        sentence = f"Expected 'state' to be one of {', '.join(STATES)}."
        raise InvalidInput(sentence)
    runtime = context.runtime()
    known = insight.choices(runtime)
    by = tuple(
        (name, request.args[_key(name)][:_LONGEST])
        for name in known
        if _key(name) in request.args
    )
    wanted = Wanted(by=by, state=state)
    found = insight.work(runtime, *(name for name, _ in by))
    return wanted, [each for each in reversed(found.pieces) if wanted.fits(each)]


def _key(group: str) -> str:
    """
    By which word of an address a group is asked: an input may have any name.
    """
    return group if group in GROUPS else f"{rows.SEGMENT}{group}"
