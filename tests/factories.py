"""
Values for tests: sensible ones, of which a test names only what it is about.
"""

from datetime import UTC, datetime
from decimal import Decimal

from approval_engine.domain.completion import Completion
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus
from approval_engine.domain.people import Directory, User
from approval_engine.domain.quote import Attachment, Quote, QuoteLine
from approval_engine.domain.workflow import Evidence, Task, Workflow
from approval_engine.planner.roster import Roster
from approval_engine.policy.conditions import parse_unary
from approval_engine.policy.evaluation import (
    Evaluation,
    Fact,
    RungNeeded,
    TriggerResult,
)
from approval_engine.policy.model import (
    Calendar,
    Escalation,
    Ladder,
    Policy,
    Rung,
    SlaRule,
    StepRule,
    Test,
)

NOW = datetime(2026, 3, 6, 21, tzinfo=UTC)
"""A Friday, 16:00 in New York."""

LINE = {
    "sam": "maria",
    "maria": "dana",
    "dana": "vera",
    "vera": "chris",
    "chris": None,
    "fred": "carl",
    "fiona": "carl",
    "carl": "chris",
    "lena": "chris",
    "lars": "lena",
    "dora": "chris",
}
"""A small company: who reports to whom."""

ROLES = {
    "manager": ("maria",),
    "director": ("dana",),
    "vp": ("vera",),
    "cro": ("chris",),
    "finance": ("fred", "fiona"),
    "cfo": ("carl",),
    "legal": ("lena", "lars"),
    "deal_desk": ("dora",),
}


def make_user(user_id="sam", **changes):
    values = {
        "id": user_id,
        "name": user_id.title(),
        "email": f"{user_id}@example.com",
        "manager": LINE.get(user_id),
    }
    return User(**{**values, **changes})


def make_directory(*users, **roles):
    """
    The small company, with these users in the place of theirs, and these roles.
    """
    people = {user_id: make_user(user_id) for user_id in LINE}
    people |= {user.id: user for user in users}
    return Directory(users=people, roles={**ROLES, **roles})


def make_delegation(principal, delegate, **changes):
    values = {
        "id": f"D-{principal}-{delegate}",
        "principal": principal,
        "delegate": delegate,
        "starts_at": datetime(2026, 3, 1, tzinfo=UTC),
        "ends_at": datetime(2026, 4, 1, tzinfo=UTC),
    }
    return Delegation(**{**values, **changes})


def make_roster(directory=None, **changes):
    return Roster(**{"directory": directory or make_directory(), "at": NOW, **changes})


def make_line(line_id="1", **changes):
    values = {
        "id": line_id,
        "product": "Router",
        "family": "HW",
        "quantity": Decimal(10),
        "list_price": Decimal(1000),
        "net_price": Decimal(820),
        "cost": Decimal(640),
        "discount_pct": Decimal(18),
    }
    return QuoteLine(**{**values, **changes})


def make_attachment(name="redline.docx"):
    return Attachment(name=name, media_type="application/octet-stream", sha256="0" * 64)


def make_quote(quote_id="Q-1", **changes):
    values = {
        "id": quote_id,
        "revision": 1,
        "submitted_by": "sam",
        "owner": "sam",
        "account": "ACME",
        "currency": "USD",
        "lines": (make_line(),),
    }
    return Quote(**{**values, **changes})


def make_tests(**tests):
    """
    Cells of a policy by input name, such as `make_tests(amount="< 50000")`.
    """
    return tuple(
        Test(name=name, test=parse_unary(text), text=text)
        for name, text in tests.items()
    )


def make_step_rule(step_id="finance", **changes):
    values = {
        "id": step_id,
        "role": step_id,
        "chain": "main",
        "stage": 1,
        "completion": Completion(),
        "required": True,
        "fyi": False,
        "calendar": "us",
        "sla": (SlaRule(hours=Decimal(24)),),
        "remind_after_hours": (),
        "escalate_to": (),
        "escalate_mode": "reassign",
        "on_timeout": "escalate",
        "on_exhausted": "hold",
        "fallback_role": "deal_desk",
        "dedupe": "consecutive",
        "assign": "pool",
        "ask_everyone": False,
        "match": {},
    }
    return StepRule(**{**values, **changes})


def make_escalation(role, after_hours=None):
    hours = None if after_hours is None else Decimal(after_hours)
    return Escalation(role=role, after_hours=hours)


def make_calendar(name="us", **changes):
    values = {
        "name": name,
        "time_zone": "America/New_York",
        "opens": 540,
        "closes": 1020,
        "weekdays": frozenset(range(5)),
        "holidays": "US",
    }
    return Calendar(**{**values, **changes})


def make_rung(role, *, within=None, **changes):
    """
    `may` and `within` are mappings of input name to test.
    """
    tests = {
        "may": make_tests(**changes.pop("may", {})),
        "within": make_tests(**(within or {})),
    }
    return Rung(**{"role": role, **tests, **changes})


def make_ladder(name="sales", *rungs, **changes):
    return Ladder(**{"name": name, "rungs": rungs, **changes})


def make_policy(*steps, ladders=(), **changes):
    values = {
        "name": "deal-desk",
        "version": "2026.3",
        "sha256": "0" * 64,
        "currency": "USD",
        "starts_on": None,
        "ends_on": None,
        "approval_valid_days": None,
        "no_trigger": "auto_approve",
        "protected": (),
        "calendars": {"us": make_calendar()},
        "inputs": (),
        "triggers": (),
        "ladders": {ladder.name: ladder for ladder in ladders},
        "steps": {step.id: step for step in steps},
        "default_step": make_step_rule("default"),
        "processes": (),
    }
    return Policy(**{**values, **changes})


def make_fact(name="margin_pct", value="18", test="< 24", **changes):
    values = {"name": name, "value": Decimal(value), "test": test, "held": True}
    return Fact(**{**values, **changes})


def make_fired(trigger_id="margin", *require, **changes):
    """
    A trigger that fired and requires these steps.
    """
    values = {
        "id": trigger_id,
        "reason": "below_floor",
        "fired": True,
        "facts": (make_fact(),),
        "require": require,
    }
    return TriggerResult(**{**values, **changes})


def make_rung_needed(*roles, ladder="sales", quorum=None, **measures):
    """
    Measures by input name, such as `make_rung_needed("vp", amount=60000)`.
    """
    values = {name: Decimal(value) for name, value in measures.items()}
    return RungNeeded(ladder=ladder, roles=roles, measures=values, quorum=quorum)


def make_evaluation(*triggers, **changes):
    values = {
        "policy": "deal-desk",
        "version": "2026.3",
        "policy_sha256": "0" * 64,
        "inputs": {},
        "triggers": triggers,
        "process": "standard",
    }
    return Evaluation(**{**values, **changes})


def make_task(task_id="T-1", **changes):
    values = {
        "id": task_id,
        "workflow_id": "WF-1",
        "step": "finance",
        "element": "task_finance",
        "occurrence": 1,
        "seat": 1,
        "role": "finance",
        "candidates": ("fred", "fiona"),
        "assignee": None,
        "principal": None,
        "status": TaskStatus.OPEN,
        "escalation_level": 0,
        "opened_at": NOW,
        "due_at": NOW,
    }
    return Task(**{**values, **changes})


def make_workflow(*tasks, **changes):
    values = {
        "id": "WF-1",
        "quote_id": "Q-1",
        "quote_revision": 1,
        "attempt": 1,
        "account": "ACME",
        "submitted_by": "sam",
        "owner": "olga",
        "policy": "deal-desk",
        "policy_version": "1",
        "process": "standard",
        "evidence": Evidence(**dict.fromkeys(Evidence.__slots__, "0" * 64)),
        "status": WorkflowStatus.PENDING,
        "steps": 1,
        "state": b"",
        "ended": None,
        "timers": (),
        "tasks": tasks,
        "created_at": NOW,
        "updated_at": NOW,
        "seq": 3,
        "head": "0" * 64,
    }
    return Workflow(**{**values, **changes})
