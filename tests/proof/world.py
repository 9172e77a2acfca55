"""
A small company, its database, and a process that may die before it commits.
"""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import event

from approval_engine.documents import parse
from approval_engine.executor.answer import Caller
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake, quote_intake
from approval_engine.operations.invariants.model import Finding
from approval_engine.operations.invariants.subject import beside, subject_of
from approval_engine.operations.invariants.table import OF_EACH_WORKFLOW, _findings
from approval_engine.store import workflows
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade
from tests.proof.rules import ROLES, SAM

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
KINDS = {"pair": (15, ("manager", "finance")), "panel": (60, ("manager", "panel"))}
"""The discount of each kind of quote, and the steps that it asks side by side."""

POLICY = {
    "policy": "model",
    "version": "1",
    "currency": "USD",
    "inputs": [
        {"name": "discount_pct", "type": "number", "worse": "higher"},
        {"name": "amount", "type": "money"},
    ],
    "triggers": [
        {
            "id": f"{kind}_asks",
            "reason": kind,
            "when": {"discount_pct": str(discount)},
            "require": list(steps),
        }
        for kind, (discount, steps) in KINDS.items()
    ],
    # Hours are hours: calendars have tests of their own.
    "calendars": {
        "default": {"timeZone": "UTC", "hours": "00:00-24:00", "days": "Mon-Sun"}
    },
    "defaults": {"slaHours": 8, "fallbackRole": "deal_desk"},
    "steps": {
        "manager": {
            "role": "manager",
            "remindAfterHours": [4],
            "escalateTo": [{"role": "director", "afterHours": 8}],
        },
        "finance": {"role": "finance", "slaHours": 48, "onTimeout": "reject"},
        "panel": {
            "role": "panel",
            "completion": {"quorum": 2, "ask": "everyone"},
            "slaHours": 9000,
        },
    },
}


class Killed(BaseException):
    """
    The process ends here; whoever catches errors does not catch this one.
    """


class World:
    """
    One database for many histories; the clock stands where it is put.
    """

    def __init__(self, url, roles=ROLES, policy=POLICY):
        self.now = MONDAY
        self.runtime = Runtime(database=Database(url), clock=lambda: self.now)
        self._numbers, self._versions = count(1), count(2)
        self._dies = False
        upgrade(self.runtime.database)
        event.listen(self.runtime.database.engine, "commit", self._commit)
        people = [SAM, *(each for members in roles.values() for each in members)]
        users = [
            {"id": each, "name": each.title(), "email": f"{each}@example.com"}
            for each in people
        ]
        directory = {"users": users, "roles": roles}
        intake.import_directory(self.runtime, document(directory))
        intake.publish_policy(self.runtime, document(policy), "dora")

    def amend(self):
        """
        Publish another version of the policy, no different otherwise.
        """
        policy = POLICY | {"version": str(next(self._versions))}
        intake.publish_policy(self.runtime, document(policy), "dora")

    def quote(self, kind, revision=1, quote_id=None):
        """
        Import a quote, or another revision of one; its id.
        """
        quote_id = quote_id or f"Q-{next(self._numbers)}"
        value = {
            "id": quote_id,
            "revision": revision,
            "submitted_by": SAM,
            "account": "ACME",
            "currency": "USD",
            "discount_pct": KINDS[kind][0],
            "amount": "100",
        }
        quote_intake.import_quotes(self.runtime, document([value]))
        return quote_id

    def read(self, workflow):
        with self.runtime.database.read() as transaction:
            found, incident = workflows.read(transaction, workflow)
        assert incident is None
        return found

    def restart(self):
        """
        The clock of a new history.
        """
        self.now = MONDAY

    def wait(self, hours):
        self.now += timedelta(hours=hours)

    def hours(self, at):
        """
        An instant in hours since the beginning.
        """
        return (at - MONDAY) / timedelta(hours=1)

    @contextmanager
    def dying(self):
        """
        Within it the process is killed when it comes to commit for the first time.
        """
        self._dies = True
        try:
            yield
        finally:
            self._dies = False

    def _commit(self, _connection):
        if self._dies:
            raise Killed

    def findings(self, workflow):
        """
        What `cpq db check` says of one workflow; a rebuild from its events is in it.
        """
        with self.runtime.database.read() as transaction:
            (rows,) = beside(transaction, (workflow,))
            found = subject_of(self.runtime, transaction, workflow, rows)
            if isinstance(found, Finding):
                return [found]
            return list(_findings(OF_EACH_WORKFLOW, found, workflow))

    def close(self):
        self.runtime.database.close()


def caller(person, key=None):
    return Caller(actor=person, channel="test", key=key)


def document(value):
    return parse(json.dumps(value).encode(), "file")
