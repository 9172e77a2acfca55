"""
The inbox: what waits for me, for my roles, what comes to me, and what I decided.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from approval_engine.domain.events import stamp
from approval_engine.domain.people import User
from approval_engine.errors import InvalidInput, Refused
from approval_engine.planner.plan import PlannedStep
from approval_engine.store import done, listing, saved_views
from approval_engine.store.database import Transaction
from approval_engine.store.done import Seen
from approval_engine.store.listing import Ahead
from approval_engine.store.wanted import Place, Sort
from approval_engine.web import context, queue
from approval_engine.web.errors import status_of
from approval_engine.web.inbox.asked import DUES, TABS, Asked, asked, written
from approval_engine.web.queue import Figures

PAGE = 50
BESIDE = 25
"""How many rows stand beside a task."""

COLUMNS = (
    (Sort.DUE, "Due", ""),
    (Sort.ACCOUNT, "Quote", ""),
    (Sort.AMOUNT, "Amount", "n"),
    (Sort.DISCOUNT, "Discount", "n"),
    (Sort.MARGIN, "Margin", "n"),
    (None, "Why you are asked", ""),
    (None, "From", ""),
    (Sort.AGE, "Asked", ""),
)
"""The columns of a list: what they sort by, their head, and how they stand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """
    A step that will ask me.
    """

    ahead: Ahead
    step: PlannedStep
    figures: Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """
    A task that I answered.
    """

    seen: Seen
    figures: Figures


def inbox() -> Response:
    """
    One of the four lists, as the address asks.
    """
    return page()


def page(refusal: Refused | None = None) -> Response:
    """
    The inbox, with what was refused if anything was.
    """
    try:
        wanted = asked(request.args)
    except InvalidInput as wrong:
        wanted, refusal = Asked(tab=_known_tab()), wrong
    wanted = replace(wanted, tab=wanted.tab or first_tab())
    user = context.asker().user
    questions, told = queue.beside() if not wanted.narrows else ((), ())
    with context.runtime().database.read() as transaction:
        views = saved_views.of(transaction, user.id)
        coming = listing.count_coming(transaction, user.id, queue.CAP)
    mine, roles = queue.counts()
    body = render_template(
        "inbox/page.html",
        asked=wanted,
        tabs=TABS,
        dues=DUES,
        columns=COLUMNS,
        counts={"mine": mine, "roles": roles, "coming": coming},
        shown=queue.shown,
        views=views,
        view=_open_view(views, wanted),
        questions=questions,
        told=told,
        refusal=str(refusal) if refusal else "",
        **_list(wanted, user),
    )
    return make_response(body, status_of(refusal)[0] if refusal else 200)


def first_tab() -> str:
    """
    Where there is something to do.
    """
    mine, roles = queue.counts()
    return "roles" if roles and not mine else "mine"


def address_of(wanted: Asked, task_id: str = "") -> str:
    """
    The address of a list, or of a task that is opened from it.
    """
    args: dict[str, Any] = dict(wanted.args())
    if task_id:
        return url_for("inbox.task", task_id=task_id, **args)
    return url_for("inbox.inbox", **args)


def waiting(wanted: Asked, limit: int) -> queue.Page:
    """
    The rows of a list of tasks that wait.
    """
    runtime, user = context.runtime(), context.asker().user
    with runtime.database.read() as transaction:
        directory = context.directory(transaction)
    return queue.page(wanted.wanted(directory, user, runtime.clock()), limit)


def _known_tab() -> str:
    tab = request.args.get("tab", "")
    return tab if tab in TABS else ""


def _open_view(views: tuple[saved_views.SavedView, ...], wanted: Asked) -> str:
    mine = query_of(wanted)
    return next((view.name for view in views if view.query == mine), "")


def query_of(wanted: Asked) -> str:
    """
    A list as the text that a saved view keeps.
    """
    return json.dumps(wanted.args(), sort_keys=True)


def _list(wanted: Asked, user: User) -> dict[str, object]:
    if wanted.tab == "coming":
        return _coming(wanted, user)
    if wanted.tab == "done":
        return _done(wanted, user)
    found = waiting(wanted, PAGE)
    rows = found.rows
    return {
        "rows": rows,
        "after": written(found.after) if found.after else "",
        "full": found.full,
        "steps": _steps(rows, wanted),
        "several": sum(row.bulk for row in rows) > 1,
    }


def _steps(rows: tuple[queue.Row, ...], wanted: Asked) -> tuple[str, ...]:
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        roles = context.directory(transaction).roles_of(context.asker().user.id)
    here = {each.task.step for row in rows for each in row.all}
    return tuple(sorted({*roles, *here, wanted.step} - {""}))


def _coming(wanted: Asked, user: User) -> dict[str, object]:
    runtime, place = context.runtime(), wanted.place
    with runtime.database.read() as transaction:
        start = (int(place.value), place.task) if place else None
        found = listing.coming(transaction, user.id, PAGE + 1, start)
        lent = () if place else done.lent_by(transaction, user.id, PAGE)
        plans = runtime.plans(transaction, (each.plan_sha256 for each in found))
        rows = tuple(
            Coming(
                ahead=each,
                step=queue.planned_step(plan, each.step),
                figures=_figures(transaction, each),
            )
            for each in found[:PAGE]
            if (plan := plans[each.plan_sha256])
        )
    last = rows[-1].ahead if len(found) > PAGE else None
    after = written(Place(value=last.number, task=last.step)) if last else ""
    return {"coming": rows, "lent": lent, "after": after}


def _done(wanted: Asked, user: User) -> dict[str, object]:
    place = wanted.place
    start = (str(place.value), place.task) if place else None
    with context.runtime().database.read() as transaction:
        found = done.decided_by(transaction, user.id, PAGE + 1, start)
        rows = tuple(
            Decided(seen=each, figures=_figures(transaction, each))
            for each in found[:PAGE]
        )
    last = rows[-1].seen.task if len(found) > PAGE else None
    at = stamp(last.closed_at) if last and last.closed_at else ""
    return {
        "done": rows,
        "after": written(Place(value=at, task=last.id)) if last else "",
    }


def _figures(transaction: Transaction, row: Ahead | Seen) -> Figures:
    policy = context.runtime().policy(transaction, row.policy_sha256)
    return queue.figures(row.listed, policy.currency)
