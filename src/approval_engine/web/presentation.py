"""
What templates may call: words, names of people, and instants on the reader's clock.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from flask import Flask, g

from approval_engine.domain.events import instant
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.domain.rights import Right
from approval_engine.executor.recorder import SYSTEM
from approval_engine.history.visible import visible
from approval_engine.planner.plan import Staffing
from approval_engine.web import assets, context, drawing, navigation, queue, words
from approval_engine.web.people import picked
from approval_engine.web.session import fresh_key

_FILTERS = (
    words.channel,
    words.due,
    words.label,
    words.money,
    words.number,
    words.price,
    words.relative,
    words.some,
    words.telling,
    words.threshold,
    words.title,
    words.value,
)


_FIRST = ("_", "base.html", "inbox/", "login.html")
"""What the pages are made of that people open first."""


def make_ready(app: Flask) -> None:
    """
    Compile what people open first, before anybody waits for it.
    """
    environment = app.jinja_env
    for name in environment.list_templates():
        if name.startswith(_FIRST):
            environment.get_template(name)


def install(app: Flask) -> None:
    """
    Make the words known to every template.
    """
    for each in _FILTERS:
        app.jinja_env.filters[each.__name__] = each
    app.jinja_env.filters["instant"] = instant
    app.jinja_env.filters["because"] = queue.telling
    app.jinja_env.filters["picked"] = picked
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = visible
    app.jinja_env.globals.update(
        STATUSES=words.STATUSES,
        EVENTS=words.EVENTS,
        asset=partial(assets.address, app),
        can_draw=partial(drawing.available, app),
        fresh_key=fresh_key,
        names=names,
        planned=planned,
        worth_of=worth_of,
    )
    app.context_processor(_reader)


def name(person: str | None) -> str:
    """
    What a person is called; his id where the directory does not know him.
    """
    if person == SYSTEM:
        return "The clock"
    user = _directory().user(person) if person else None
    return user.name if user else person or "nobody"


def names(people: Iterable[str]) -> str:
    """
    What several people are called, as one list.
    """
    return words.some(name(person) for person in people)


def planned(staffing: Staffing) -> str:
    """
    Who is to be asked, and for whom where somebody is away.
    """
    lent = {each.person: each for each in staffing.stand_ins}
    return words.some(
        f"{name(person)} for {name(lent[person].principal)}"
        f" (delegation {', '.join(lent[person].windows)})"
        if person in lent
        else name(person)
        for person in staffing.candidates
    )


def worth_of(quote: Quote) -> str:
    """
    What a quote is worth, also by what it states if it has no lines; empty if unknown.
    """
    return "" if quote.worth is None else words.money(quote.worth, quote.currency)


def _reader() -> dict[str, object]:
    # Pages of errors and the log-in page are shown to nobody in particular.
    asker = getattr(g, "asker", None)
    if asker is None:
        return {"me": None}
    zone, now = asker.user.time_zone, context.runtime().clock()

    def exact(at: datetime) -> str:
        return words.exact(at, zone)

    def brief(at: datetime) -> str:
        return words.brief(at, zone, now)

    return {
        "me": asker.user,
        "now": now,
        "brief": brief,
        "exact": exact,
        "name": name,
        "may_deploy": _may_deploy,
        "places": navigation.places,
        "waiting_for_me": queue.count,
    }


def _may_deploy() -> bool:
    return Right.DEPLOY in context.rights()


def _directory() -> Directory:
    found: Directory | None = g.get("directory")
    if found is None:
        with context.runtime().database.read() as transaction:
            found = g.directory = context.directory(transaction)
    return found
