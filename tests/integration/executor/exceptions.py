"""
Short words for asking for exceptions, granting and ending them.
"""

from datetime import date

from approval_engine.domain.exceptions import Waives
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.grant import Plea, grant
from approval_engine.executor.commands.run_out import end, expiring, tell
from approval_engine.history.reading import find
from approval_engine.policy.exceptions import exceptions_of
from approval_engine.store import exceptions, messages

LATER = date(2026, 12, 31)

BAND = {
    "id": "band",
    "reason": "above_authority",
    "when": {"discount_pct": ">= 10"},
    "ladder": "sales",
}
LADDERS = {
    "sales": [
        {"role": "manager", "may": {"discount_pct": "< 20", "amount": "< 100000"}},
        {"role": "director", "may": {"discount_pct": "< 30", "amount": "< 500000"}},
        {"role": "cfo", "may": {"discount_pct": "< 50", "amount": "< 900000"}},
    ]
}
INPUTS = [
    {"name": "margin_pct", "type": "number", "worse": "lower"},
    {"name": "discount_pct", "type": "number", "worse": "higher"},
    {"name": "amount", "type": "money", "worse": "higher"},
]
MARGIN = {
    "id": "margin",
    "reason": "below_floor",
    "when": {"margin_pct": "< 24"},
    "require": ["finance"],
}
EMBARGO = {
    "id": "embargo",
    "reason": "not_permitted",
    "when": {"margin_pct": "< 0"},
    "effect": "refuse",
}
POLICY = {
    "inputs": INPUTS,
    "triggers": [BAND, MARGIN, EMBARGO],
    "ladders": LADDERS,
    "steps": {"manager": {}, "director": {}, "cfo": {}, "finance": {}},
}


def ask(company, actor="sam", **changes):
    """
    The id and the workflow of a request; by default for 38 percent on half a million.
    """
    asked = {
        "account": "ACME",
        "trigger": "band",
        "within": "discount_pct<=28,amount<=400000",
        "ends_on": LATER,
        "uses": None,
        "reason": "They grow.",
        **changes,
    }
    waives = Waives(
        trigger=asked["trigger"],
        within=asked["within"],
        ends_on=asked["ends_on"],
        uses=asked["uses"],
    )
    plea = Plea(account=asked["account"], waives=waives, reason=asked["reason"])
    exception_id, answer = grant(
        company.runtime, plea, Caller(actor=actor, channel="t")
    )
    return exception_id, answer.workflow


def granted(company, by="dora", step="director", **changes):
    """
    The id of an exception that one person of that step approved.
    """
    exception_id, workflow = ask(company, **changes)
    company.act(workflow, step, "approve", by)
    return exception_id


def ended(company, exception_id, actor="sam", reason="It is enough."):
    return end(company.runtime, exception_id, reason, Caller(actor=actor, channel="t"))


def told(company):
    return [tell(company.runtime, each) for each in expiring(company.runtime)]


def row(company, exception_id):
    with company.runtime.database.read() as transaction:
        return exceptions.read(transaction, exception_id)


def quote(company, number, **changes):
    facts = {"margin_pct": "30", "discount_pct": "25", "amount": "184000"}
    return company.quote(f"Q-{number}", **{**facts, **changes})


def submitted(company, number=1, actor="sam", **changes):
    return company.submit(quote(company, number, **changes), actor=actor)


def considered(company, workflow):
    found = find(company.runtime.database, workflow)
    return exceptions_of(found.evaluation)


def mailed(company, workflow, kind):
    with company.runtime.database.read() as transaction:
        found = messages.of(transaction, workflow)
    return [each.recipient for each in found if each.kind == kind]
