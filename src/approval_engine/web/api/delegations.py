"""
`/api/v1/delegations`: let one person stand in for another for a while.
"""

from datetime import datetime

from flask import url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import stamp
from approval_engine.domain.rights import Right
from approval_engine.errors import Forbidden, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.history import views
from approval_engine.operations import intake
from approval_engine.operations.granting import Bounds
from approval_engine.store import delegations
from approval_engine.web import context
from approval_engine.web.api import office_shapes as shapes
from approval_engine.web.api.bodies import NewDelegation
from approval_engine.web.api.operation import Group, Says
from approval_engine.web.api.refusals import CONFLICT, NOT_FOUND, STATE
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import JsonBody

GROUP = Group(
    "delegations", "Delegations", "Windows in which one person acts for another."
)


@GROUP.post(
    "/delegations",
    Says(
        name="addDelegation",
        scopes=(Scope.ACT,),
        body=JsonBody(model=NewDelegation),
        answer=shapes.DelegationWindow,
        statuses={201: "The window is there."},
        refuses=(NOT_FOUND, STATE, CONFLICT),
    ),
)
def add(asked: NewDelegation, caller: Caller) -> Reply:
    """
    Open a window in which somebody may act for you.

    It counts from now on at the earliest. What waits for you already moves at the
    worker's next round. An administrator may open windows of others.
    """
    principal = asked.from_ or caller.actor
    _must_be_theirs(principal, "add a delegation of")
    runtime = context.runtime()
    new = intake.add_delegation(
        runtime,
        (principal, asked.to),
        (asked.starts_at, asked.ends_at),
        asked.role,
        Bounds(process=asked.process, within=asked.within),
    )
    place = url_for("api_delegations.one", delegation_id=new.id)
    return told(_window(new, runtime.clock()), 201, place)


@GROUP.get(
    "/delegations",
    Says(
        name="listDelegations",
        scopes=(Scope.READ,),
        answer=shapes.DelegationList,
        statuses={200: "All that you may see, perhaps none."},
    ),
)
def listed() -> views.View:
    """
    Find windows, past ones too, by their start.

    You see those that you give or are given; some offices see all of them.
    """
    now = context.runtime().clock()
    return {"items": [_window(each, now) for each in _visible()]}


@GROUP.get(
    "/delegations/<delegation_id>",
    Says(name="getDelegation", scopes=(Scope.READ,), answer=shapes.DelegationWindow),
)
def one(delegation_id: str) -> views.View:
    """
    Read a window.
    """
    return _window(_found(delegation_id), context.runtime().clock())


@GROUP.delete(
    "/delegations/<delegation_id>",
    Says(
        name="endDelegation",
        scopes=(Scope.ACT,),
        answer=None,
        statuses={204: "It ended now, or before."},
    ),
)
def end(delegation_id: str) -> None:
    """
    End a window now.

    What its stand-in has not taken up goes back at the worker's next round.
    """
    window = _found(delegation_id)
    _must_be_theirs(window.principal, "end a delegation of")
    runtime = context.runtime()
    if runtime.clock() < window.closes_at:
        intake.end_delegation(runtime, delegation_id)


def _visible() -> tuple[Delegation, ...]:
    me = context.asker().user.id
    everything = bool({Right.SEE_OFFICE, Right.SEE_EVERYTHING} & context.rights())
    with context.runtime().database.read() as transaction:
        found = delegations.listed(transaction)
    return tuple(d for d in found if everything or me in {d.principal, d.delegate})


def _found(delegation_id: str) -> Delegation:
    for window in _visible():
        if window.id == delegation_id:
            return window
    sentence = f"There is no delegation '{delegation_id}'."
    raise NotFound(sentence)


def _must_be_theirs(principal: str, deed: str) -> None:
    me = context.asker().user.id
    if principal != me and Right.ADMINISTER not in context.rights():
        sentence = f"Expected to {deed} '{principal}', but you are '{me}'."
        raise Forbidden(sentence)


def _window(each: Delegation, now: datetime) -> views.View:
    past = "past" if now >= each.closes_at else "open"
    return {
        "id": each.id,
        "from": each.principal,
        "to": each.delegate,
        "role": each.role,
        "within": each.within,
        "process": each.process,
        "startsAt": stamp(each.starts_at),
        "endsAt": stamp(each.closes_at),
        "status": "coming" if now < each.starts_at else past,
    }
