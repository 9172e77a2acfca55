"""
Delegation windows on pages: what was typed, what it would move, and what there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request

from approval_engine.domain.delegation import Delegation
from approval_engine.domain.people import User
from approval_engine.errors import InvalidInput, Refused
from approval_engine.operations.granting import Bounds
from approval_engine.operations.intake import add_delegation
from approval_engine.operations.windows import Preview, preview
from approval_engine.policy.model import InputType
from approval_engine.store import catalog, delegations
from approval_engine.web import context
from approval_engine.web.clock import local_instant, local_text

STATES = {"now": "Now", "coming": "Coming", "past": "Past", "all": "All"}
"""Which windows a list shows."""

FIELDS = ("from", "to", "role", "process", "up_to", "within", "starts", "ends")
"""The names of what is typed."""

Typed = Mapping[str, str]
"""What came in a form or in an address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """
    A window as it was typed.
    """

    people: tuple[str, str]
    window: tuple[datetime, datetime]
    role: str | None
    bounds: Bounds


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """
    What was typed into the form, and what it would do once enough was.
    """

    typed: Typed
    found: Preview | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """
    What may be chosen: people, roles, the processes of the policy, and its amount.
    """

    people: tuple[User, ...]
    roles: tuple[str, ...]
    processes: tuple[str, ...]
    amount: str | None
    currency: str


def draft(typed: Typed, principal: str | None = None) -> Draft:
    """
    The window in a form; of `principal`, if it can only be his. Raises InvalidInput.
    """
    word = {name: typed.get(name, "").strip() for name in FIELDS}
    zone = context.asker().user.time_zone
    return Draft(
        people=(principal or word["from"], word["to"]),
        window=(
            local_instant(word["starts"], zone, "the first day"),
            local_instant(word["ends"], zone, "the return"),
        ),
        role=word["role"] or None,
        bounds=Bounds(process=word["process"] or None, within=_within(word)),
    )


def add(wanted: Draft) -> Delegation:
    """
    Open the window. Raises what the command raises.
    """
    return add_delegation(
        context.runtime(), wanted.people, wanted.window, wanted.role, wanted.bounds
    )


def look(typed: Typed, principal: str | None = None) -> Look:
    """
    What the window would do that was typed, if one was; else a form to begin with.
    """
    if not typed.get("to"):
        return Look(typed=_usual())
    kept = {name: typed.get(name, "") for name in FIELDS}
    try:
        wanted = draft(typed, principal)
        found = preview(
            context.runtime(),
            wanted.people,
            wanted.window,
            wanted.role,
            wanted.bounds,
        )
    except Refused as refusal:
        return Look(typed=kept, refusal=refusal)
    return Look(typed=kept, found=found)


def state() -> str:
    """
    The state that the list was asked for; now unless it is known.
    """
    wanted = request.args.get("state", "now")
    return wanted if wanted in STATES else "now"


def listed(
    person: str, wanted: str, *, own: bool = False
) -> list[tuple[Delegation, str]]:
    """
    The windows of a person, or of all, each with its state, those that end last first.

    `own` leaves out those in which he stands in for somebody else.
    """
    runtime = context.runtime()
    now = runtime.clock()
    with runtime.database.read() as transaction:
        found = delegations.listed(transaction)
    rows = [
        (each, _state(each, now))
        for each in reversed(found)
        if not person
        or person == each.principal
        or (person == each.delegate and not own)
    ]
    return [row for row in rows if wanted in {"all", row[1]}]


def choices(person: str | None = None) -> Choices:
    """
    What may be chosen for a window of a person, or of anybody.
    """
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        directory = context.directory(transaction)
        active = catalog.current(transaction).policy
        policy = runtime.policy(transaction, active) if active else None
    inputs = policy.inputs if policy else ()
    money = [each.name for each in inputs if each.type == InputType.MONEY]
    roles = directory.roles_of(person) if person else sorted(directory.roles)
    return Choices(
        people=tuple(
            user
            for user in directory.users.values()
            if user.active and user.id != person
        ),
        roles=tuple(roles),
        processes=tuple(dict.fromkeys(each.use for each in policy.processes))
        if policy
        else (),
        amount=money[0] if money else None,
        currency=policy.currency if policy else "",
    )


def _within(word: Typed) -> str | None:
    """
    The condition: what was typed as one, and the amount.
    """
    parts = [f"({word['within']})"] if word["within"] else []
    if up_to := word["up_to"].replace(",", "").replace(" ", ""):
        amount = choices().amount
        if amount is None or not up_to.replace(".", "", 1).isdecimal():
            sentence = f"Expected an amount such as 50000, but got '{up_to[:40]}'."
            raise InvalidInput(sentence)
        parts.append(f"{amount} <= {up_to}")
    if len(parts) == 1 and word["within"]:
        return word["within"]
    return " and ".join(parts) or None


def _state(each: Delegation, now: datetime) -> str:
    if now < each.starts_at and now < each.closes_at:
        return "coming"
    return "now" if now < each.closes_at else "past"


def _usual() -> Typed:
    """
    From now on, for a week.
    """
    zone, now = context.asker().user.time_zone, context.runtime().clock()
    week = now + timedelta(days=7)
    return {"starts": local_text(now, zone), "ends": local_text(week, zone)}
