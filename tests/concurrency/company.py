"""
A small company in which every quote needs two people at once: a manager and finance.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

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

ROLES = {
    "manager": MANAGERS,
    "finance": (FRED, "fiona"),
    "director": ("dana", "david"),
    "cfo": ("carl",),
    "deal_desk": ("dora",),
    "vp": (STELLA,),
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
    ],
    "defaults": {"slaHours": 8, "fallbackRole": "deal_desk"},
    "steps": {
        "manager": {
            "role": "manager",
            "pauseOnInfo": True,
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
    },
}

_RESERVE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """
    A pending workflow and its two open tasks.
    """

    id: str
    quote: str
    manager: str
    finance: str


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

    def revise(self, quote_id, revision=2):
        """
        Import another revision of a quote that is no different otherwise.
        """
        new = {**quote_value(quote_id), "revision": revision}
        quote_intake.import_quotes(self.runtime, document(new, "quote"))

    def start(self, number):
        """
        That many new workflows.
        """
        return [self._start(quote_id) for quote_id in self.quotes(number)]

    def close(self):
        for runtime in self._opened:
            runtime.database.close()

    def _start(self, quote_id):
        workflow = submit(self.runtime, quote_id, caller(SAM)).workflow
        with self.runtime.database.read() as transaction:
            found, _ = workflows.read(transaction, workflow)
        tasks = {task.step: task.id for task in found.tasks}
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


def _directory():
    people = [SAM, *(each for members in ROLES.values() for each in members)]
    return {
        "users": [
            {"id": each, "name": each.title(), "email": f"{each}@example.com"}
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
