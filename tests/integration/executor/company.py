"""
A company with one step of every kind: pool, named manager, quorum, stages and chains.
"""

import json
from datetime import UTC, datetime, timedelta

from approval_engine.documents import parse
from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.history.reading import find, timeline
from approval_engine.operations import intake, quote_intake
from approval_engine.operations.check import replay_all, verify_all
from approval_engine.operations.invariants import check_all
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

ROLES = {
    "manager": ["maria", "mona"],
    "finance": ["fred", "fiona"],
    "legal": ["lara", "leo", "lena"],
    "director": ["dora", "dirk"],
    "cfo": ["carl"],
    "deal_desk": ["dana"],
}
LINE = {"sam": "maria", "maria": "dora", "dora": "carl", "carl": None, "fred": "carl"}

STEPS = {
    "manager": {
        "role": "manager",
        "assign": "manager_of_submitter",
        "remindAfterHours": [16],
        "escalateTo": [{"role": "director", "afterHours": 24}],
    },
    "finance": {
        "role": "finance",
        "remindAfterHours": [4, 8, 12],
        "escalateTo": [
            {"role": "director", "afterHours": 24},
            {"role": "cfo", "afterHours": 48},
        ],
    },
    "legal": {"role": "legal", "chain": "legal", "completion": {"quorum": 2}},
    "cfo": {"role": "cfo", "stage": 2, "onTimeout": "hold"},
}

TRIGGERS = [
    {
        "id": "margin",
        "reason": "below_floor",
        "when": {"margin_pct": "< 24"},
        "require": ["manager", "finance"],
    },
    {
        "id": "clause",
        "reason": "non_standard",
        "when": {"clause": "true"},
        "require": ["legal"],
    },
    {
        "id": "huge",
        "reason": "large_deal",
        "when": {"amount": ">= 1000000"},
        "require": ["cfo"],
    },
]

INPUTS = [
    {"name": "margin_pct", "type": "number", "worse": "lower"},
    {"name": "amount", "type": "money", "worse": "higher"},
    {"name": "clause", "type": "boolean"},
]


class Company:
    """
    One database, a clock that is moved by hand, and short words for what people do.
    """

    def __init__(self, url, found=False, **changes):
        self.now = MONDAY
        self.runtime = Runtime(database=Database(url), clock=lambda: self.now)
        self.keys = 0
        upgrade(self.runtime.database)
        if found:
            return
        intake.import_directory(self.runtime, document(directory()))
        intake.publish_policy(self.runtime, document(policy(**changes)), "dana")

    def quote(self, quote_id="Q-1", **changes):
        quote_intake.import_quotes(self.runtime, document(quote(quote_id, **changes)))
        return quote_id

    def submit(self, quote_id="Q-1", actor="sam", key=None, revision=None):
        caller = Caller(actor=actor, channel="t", key=key)
        return submit(self.runtime, quote_id, caller, revision)

    def revised(self, workflow, actor="sam", **changes):
        """
        The answer to a submit of the next revision of a workflow's quote.
        """
        before = self.case(workflow)
        revision = before.quote_revision + 1
        self.quote(before.quote_id, revision=revision, **changes)
        return self.submit(before.quote_id, actor=actor)

    def started(self, **changes):
        """
        The id of a new workflow for a quote with these inputs.
        """
        self.keys += 1
        return self.submit(self.quote(f"Q-{self.keys}", **changes)).workflow

    def act(self, workflow, step, action, actor, **more):
        """
        One action on the first open task of the step, or on its first task at all.
        """
        key = more.pop("key", None)
        seats = [task for task in self.case(workflow).tasks if task.step == step]
        task = next((seat for seat in seats if seat.is_open), seats[0])
        seat = more.pop("task", task.id)
        comment = more.pop("comment", None if action == "approve" else "because")
        wish = Wish(
            workflow=workflow,
            task=seat,
            action=Action(action),
            comment=comment,
            to=more.pop("to", None),
            within=more.pop("within", None),
            fields=more.pop("fields", {}),
        )
        return act(self.runtime, wish, Caller(actor=actor, channel="t", key=key))

    def act_on_nothing(self, workflow):
        wish = Wish(workflow=workflow, task="T-1", action=Action.APPROVE)
        return act(self.runtime, wish, Caller(actor="fred", channel="t"))

    def recall(self, workflow, actor="sam"):
        caller = Caller(actor=actor, channel="t")
        return recall(self.runtime, workflow, "not now", caller)

    def case(self, workflow):
        return find(self.runtime.database, workflow).workflow

    def log(self, workflow):
        return [e.event.action for e in timeline(self.runtime.database, workflow)]

    def facts(self, workflow, action):
        """
        What the events of one kind recorded, in order, with their task ids.
        """
        entries = timeline(self.runtime.database, workflow)
        found = [entry.view() for entry in entries if entry.event.action == action]
        return [{"taskId": each["taskId"], **each["data"]} for each in found]

    def task(self, workflow, step):
        return next(task for task in self.case(workflow).tasks if task.step == step)

    def begin_anew(self):
        """
        Go on as a new process would, which has read nothing yet.
        """
        database, clock = self.runtime.database, self.runtime.clock
        self.runtime = Runtime(database=database, clock=clock)

    def wait(self, **time):
        self.now += timedelta(**time)

    def is_sound(self):
        replayed = [each.difference for each in replay_all(self.runtime)]
        altered = [each.first_altered for each in verify_all(self.runtime)]
        return not any(replayed) and not any(altered)

    def findings(self):
        """
        What does not hold of the whole database, replay included.
        """
        return check_all(self.runtime).findings


def document(value):
    return parse(json.dumps(value).encode(), "test.json")


def directory():
    people = {person for members in ROLES.values() for person in members}
    people |= {"sam", "olga"}
    return {
        "users": [
            {
                "id": person,
                "name": person.title(),
                "email": f"{person}@example.com",
                "manager": LINE.get(person),
            }
            for person in sorted(people)
        ],
        "roles": ROLES,
    }


def policy(**changes):
    return {
        "policy": "deal-desk",
        "version": "1",
        "currency": "USD",
        "inputs": INPUTS,
        "triggers": TRIGGERS,
        "steps": STEPS,
        "defaults": {"slaHours": 24, "fallbackRole": "deal_desk"},
        **changes,
    }


def quote(quote_id="Q-1", **changes):
    return {
        "id": quote_id,
        "revision": 1,
        "submittedBy": "sam",
        "account": "ACME",
        "currency": "USD",
        "margin_pct": "21.4",
        "amount": "184000",
        "clause": False,
        "lines": [],
        **changes,
    }
