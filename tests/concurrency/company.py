"""
A small company in which every quote needs two people at once: a manager and finance.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count

from approval_engine.documents import parse
from approval_engine.domain.actions import Action
from approval_engine.domain.actions.checks import NEEDS_COMMENT
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake, quote_intake
from approval_engine.store import workflows
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade
from tests.concurrency.race import Side

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday morning."""

SOON = datetime(2026, 3, 2, 18, tzinfo=UTC)
"""The first reminder of what was submitted at NOW is due, and nothing else."""

LATE = datetime(2026, 3, 13, 10, tzinfo=UTC)
"""The first timers of what was submitted at NOW are due."""

SAM = "sam"
"""He submits every quote."""

STELLA = "stella"
"""Managers delegate to her; she is asked herself only long after LATE."""

MANAGERS = tuple(f"manager{number}" for number in range(1, 26))
FRED = "fred"
"""He is finance."""

ADA = "ada"
"""She is the office of the process."""

PAUL = "paul"
"""He leaves now and then."""

PANEL = (*MANAGERS[:2], PAUL)
"""Each of them has a seat of one step."""

MANY_SEATS = 60
"""The discount that asks the panel."""

ROLES = {
    "manager": MANAGERS,
    "finance": (FRED, "fiona"),
    "director": ("dana", "david"),
    "cfo": ("carl",),
    "deal_desk": ("dora",),
    "vp": (STELLA,),
    "panel": PANEL,
    "admin": (ADA,),
}
POLICY = {
    "policy": "races",
    "version": "1",
    "currency": "USD",
    "inputs": [
        {"name": "discount_pct", "type": "number"},
        {"name": "amount", "type": "money"},
    ],
    "triggers": [
        {
            "id": "discount",
            "reason": "over_limit",
            "when": {"discount_pct": "[10..40)"},
            "require": ["manager", "finance"],
        },
        {
            "id": "shared",
            "reason": "ladder",
            "when": {"discount_pct": "40"},
            "require": ["shared"],
        },
        {
            "id": "silent",
            "reason": "silence",
            "when": {"discount_pct": "50"},
            "require": ["silent"],
        },
        {
            "id": "panel",
            "reason": "many_seats",
            "when": {"discount_pct": "60"},
            "require": ["panel"],
        },
    ],
    "defaults": {"slaHours": 8, "fallbackRole": "deal_desk"},
    "steps": {
        "manager": {
            "role": "manager",
            "pauseOnInfo": True,
            "remindAfterHours": [4],
            "escalateTo": [
                {"role": "director", "afterHours": 8},
                {"role": "vp", "afterHours": 800},
            ],
        },
        "finance": {
            "role": "finance",
            "escalateTo": [{"role": "cfo", "afterHours": 8}],
        },
        "shared": {
            "role": "manager",
            "escalateMode": "add",
            "escalateTo": [{"role": "director", "afterHours": 8}],
        },
        "silent": {"role": "manager", "onTimeout": "reject"},
        "panel": {
            "role": "panel",
            "completion": "all",
            "remindAfterHours": [4],
            "escalateTo": [
                {"role": "director", "afterHours": 8},
                {"role": "vp", "afterHours": 800},
            ],
        },
    },
}

_RESERVE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """
    A pending workflow and its two open tasks; or the panel's, with a seat of Paul's.
    """

    id: str
    quote: str
    manager: str
    finance: str = ""
    paul: str = ""


class Company:
    """
    One database with people, policy and as many quotes as are asked for.
    """

    def __init__(self, url):
        self.url = url
        self._opened = []
        self._numbers = count(1)
        self._reserve = []
        self._sides = {}
        self._versions = count(2)
        self.runtime = self.connect()
        self.late = self.connect(LATE)
        upgrade(self.runtime.database)
        intake.import_directory(self.runtime, document(_directory(), "directory"))
        intake.publish_policy(self.runtime, document(POLICY, "policy"), "dora")

    def connect(self, at=NOW):
        """
        A runtime with a pool of its own, as every process has; its clock stands still.
        """
        return self.connect_by(lambda: at)

    def connect_by(self, clock):
        """
        Like `connect`, with any clock.
        """
        runtime = Runtime(database=Database(self.url), clock=clock)
        self._opened.append(runtime)
        return runtime

    def sides(self, *clocks):
        """
        One side of a meeting per clock, each the same side every time.
        """
        for place in enumerate(clocks):
            if place not in self._sides:
                self._sides[place] = Side(self.connect(place[1]))
        return [self._sides[place] for place in enumerate(clocks)]

    def quotes(self, number):
        """
        The ids of that many new quotes.
        """
        if len(self._reserve) < number:
            # Importing many at once is much quicker than one by one.
            ids = [f"Q-{next(self._numbers)}" for _ in range(max(number, _RESERVE))]
            new = document([quote_value(each) for each in ids], "quotes")
            quote_intake.import_quotes(self.runtime, new)
            self._reserve += ids
        taken, self._reserve = self._reserve[:number], self._reserve[number:]
        return taken

    def revise(self, started):
        """
        Import another revision of a quote that is no different otherwise.
        """
        discount, revision = (MANY_SEATS, 3) if started.paul else (15, 2)
        new = quote_value(started.quote, discount) | {"revision": revision}
        quote_intake.import_quotes(self.runtime, document(new, "quote"))

    def start(self, number):
        """
        That many new workflows.
        """
        return [self._start(quote_id) for quote_id in self.quotes(number)]

    def seat(self, number):
        """
        That many new workflows of the panel, in which the second of it has approved.
        """
        return [self._seat(self.submitted(MANY_SEATS)) for _ in range(number)]

    def amend(self):
        """
        Publish another version of the policy that is no different otherwise.
        """
        policy = POLICY | {"version": str(next(self._versions))}
        intake.publish_policy(self.runtime, document(policy, "policy"), "dora")

    def without(self, *leavers):
        """
        Import the directory in which these people are not active.
        """
        new = document(_directory(leavers), "directory")
        intake.import_directory(self.runtime, new)

    def submitted(self, discount):
        """
        The id of a new workflow on a quote with this discount.
        """
        (quote,) = self.quotes(1)
        value = quote_value(quote, discount) | {"revision": 2}
        quote_intake.import_quotes(self.runtime, document([value], "quotes"))
        return submit(self.runtime, quote, caller(SAM)).workflow

    def read(self, workflow):
        """
        The workflow as last committed.
        """
        with self.runtime.database.read() as transaction:
            found, _ = workflows.read(transaction, workflow)
        return found

    def close(self):
        for runtime in self._opened:
            runtime.database.close()

    def _seat(self, workflow):
        found = self.read(workflow)
        mine, second, paul = (
            next(task.id for task in found.tasks if task.assignee == each)
            for each in PANEL
        )
        wish = Wish(workflow=workflow, task=second, action=Action.APPROVE)
        act(self.runtime, wish, caller(PANEL[1]))
        return Started(id=workflow, quote=found.quote_id, manager=mine, paul=paul)

    def _start(self, quote_id):
        workflow = submit(self.runtime, quote_id, caller(SAM)).workflow
        tasks = {task.step: task.id for task in self.read(workflow).tasks}
        return Started(id=workflow, quote=quote_id, **tasks)


def caller(person, key=None):
    return Caller(actor=person, channel="test", key=key)


TO = {
    Action.DELEGATE: STELLA,
    Action.REASSIGN: MANAGERS[1],
    Action.ADD_APPROVER: "dana",
}
"""Whom each action names."""


def do(runtime, started, person, action, *, step="manager", key=None):
    """
    One person's action on a task of the workflow, with all that the action needs.
    """
    wish = Wish(
        workflow=started.id,
        task=getattr(started, step),
        action=action,
        comment="because" if action in NEEDS_COMMENT else None,
        to=TO.get(action),
    )
    return act(runtime, wish, caller(person, key))


def document(value, name):
    return parse(json.dumps(value).encode(), name)


def _directory(leavers=()):
    people = dict.fromkeys((SAM, *chain.from_iterable(ROLES.values())))
    return {
        "users": [
            {"id": each, "name": each.title(), "email": f"{each}@example.com"}
            | ({"active": False} if each in leavers else {})
            for each in people
        ],
        "roles": ROLES,
    }


def quote_value(quote_id, discount_pct=15):
    return {
        "id": quote_id,
        "revision": 1,
        "submitted_by": SAM,
        "account": "ACME",
        "currency": "USD",
        "discount_pct": discount_pct,
        "amount": "100",
    }
