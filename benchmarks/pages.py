"""
Pages while 100,000 tasks are open: server time above that of an empty inbox.

The pages are those that the application has: each address without a variable part, and
of every other route the first that one of them leads to.
"""

import html
import re
import statistics
import sys
from collections.abc import Iterator
from http import HTTPStatus

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.web.app import create_app
from benchmarks import crowded, measure
from benchmarks.measure import Figure, Operation

TASKS = 100_000
FEW = 10_000
SHORT = 15
"""Fewer rounds than this are the short form, which has few tasks, too."""

ABOVE_MS = 10
"""How much more than an empty page a page may take."""

INBOXES = {
    "a tenth of all": "m0",
    "a pool with a tenth of all": "fiona",
    "five roles": crowded.SEVERAL,
}
"""Whose inboxes are asked for, by what waits in them."""

PASSWORD = "correct horse"  # noqa: S105 of people who are made up
_EMPTY = "an empty inbox"
_REPORTS = "/reports"  # They look at 2,000 reviews, and are opened now and then.
_HIDDEN = re.compile(r'name="(csrf_token|next)" value="([^"]*)"')
_LINK = re.compile(r'href="(/[^"#]*)"')
_QUIET = ("/static", "/api", "/login", "/healthz", "/readyz", "/metrics", "/m/")


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    tasks = TASKS if rounds >= SHORT else FEW
    runtime = crowded.shared(server, tasks)
    app = create_app(Settings(secret_key="x" * 32), runtime)
    people = (crowded.NOBODY, crowded.ADMIN, "s0", *INBOXES.values())
    for person in people:
        set_password(runtime, person, PASSWORD)
    visitors = {person: entered(app, person) for person in people}
    (taken,) = measure.interleaved([_asked(app, visitors)], rounds, 3)
    runtime.database.close()
    empty = statistics.median(taken.pop(_EMPTY))
    return list(_figures(kind, f"page, {tasks:,} open tasks", taken, empty))


def _figures(
    kind: str, workload: str, taken: dict[str, list[float]], empty: float
) -> Iterator[Figure]:
    yield Figure(
        workload=workload, database=kind, subject=_EMPTY, value=round(empty, 2)
    )
    for subject, times in taken.items():
        yield Figure(
            workload=workload,
            database=kind,
            subject=subject,
            value=round(statistics.median(times) - empty, 2),
            unit="ms above",
            samples=len(times),
            target=None if subject.startswith(_REPORTS) else ABOVE_MS,
        )


def _asked(app: Flask, visitors: dict[str, FlaskClient]) -> dict[str, Operation]:
    admin, submitter = visitors[crowded.ADMIN], visitors["s0"]
    asked = {_EMPTY: _opening(visitors[crowded.NOBODY], "/")}
    for what, person in INBOXES.items():
        asked[f"inbox: {what}"] = _opening(visitors[person], "/")
    asked["quotes of a submitter"] = _opening(submitter, "/quotes")
    for route, path in _found(app, (visitors["m0"], admin)).items():
        who = visitors["m0"] if "task_id" in route else admin
        asked[route] = _opening(who, path)
    return asked


def _found(app: Flask, visitors: tuple[FlaskClient, ...]) -> dict[str, str]:
    """
    Route → an address of it that answers with a page.
    """
    adapter, found = app.url_map.bind(""), {}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    starts = [
        adapter.build(rule.endpoint)
        for rule in rules
        if not rule.arguments and not rule.rule.startswith(_QUIET)
    ]
    for visitor in visitors:
        for start in starts:
            answer = visitor.get(start)
            if answer.status_code != HTTPStatus.OK or answer.mimetype != "text/html":
                continue
            found.setdefault(start, start)
            for link in map(html.unescape, _LINK.findall(answer.text)):
                route = _route(app, link.partition("?")[0])
                if route and "<" in route and not route.startswith(_QUIET):
                    found.setdefault(route, link)
    return found


def _route(app: Flask, path: str) -> str | None:
    try:
        rule, _ = app.url_map.bind("").match(path, return_rule=True)
    except (HTTPException, RequestRedirect):
        return None
    return str(rule.rule)


def _opening(visitor: FlaskClient, path: str) -> Operation:
    def opened(_: int) -> None:
        answer = visitor.get(path, buffered=True)
        if answer.status_code != HTTPStatus.OK:
            sys.exit(f"Expected a page at {path}, but: {answer.status}.")

    return opened


def entered(app: Flask, person: str) -> FlaskClient:
    """
    A browser in which that person has logged in.
    """
    visitor = app.test_client()
    fields = dict(_HIDDEN.findall(visitor.get("/login").text))
    fields |= {"user": person, "password": PASSWORD}
    if visitor.post("/login", data=fields).status_code != HTTPStatus.SEE_OTHER:
        sys.exit(f"Expected {person} to be let in.")
    return visitor
