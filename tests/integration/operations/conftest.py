"""
A database in which everything happened that can happen, and copies of it to break.
"""

import shutil
import sqlite3
from dataclasses import asdict

import pytest

from approval_engine.domain.events import GENESIS, Event, digest
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import tick
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake
from approval_engine.store import events
from approval_engine.store.database import Database
from tests.integration.executor.company import Company, document, policy


def happen(company):
    """
    Approved, rejected, returned, recalled, escalated, approved by policy, delegated and
    reminded, with a quorum decided and a second stage open, and superseded by a
    revision that keeps an approval: Q-1 to Q-9.
    """
    window = (company.now, company.now.replace(month=12))
    intake.add_delegation(company.runtime, ("sam", "mona"), window, None)
    names = {n: company.quote(f"Q-{n}") for n in (1, 2, 3, 4, 5)}
    names[6] = company.quote("Q-6", margin_pct="40")
    names[7] = company.quote("Q-7")
    names[8] = company.quote("Q-8", clause=True, amount="2000000")
    runs = {n: company.submit(q, key=f"submit {n}").workflow for n, q in names.items()}
    company.wait(minutes=1)
    company.act(runs[1], "manager", "approve", "maria", key="first")
    company.act(runs[1], "finance", "claim", "fred", key="claim")
    company.act(runs[1], "finance", "comment", "fiona", comment="look at line 2")
    company.act(runs[1], "finance", "approve", "fred", comment="fine")
    company.act(runs[2], "finance", "reject", "fiona", key="no")
    company.act(runs[3], "finance", "return", "fiona")
    who = Caller(actor="sam", channel="t", key="stop")
    recall(company.runtime, runs[4], "not now", who)
    company.act(runs[7], "finance", "delegate", "fred", to="fiona", key="over")
    for person in ("lara", "leo"):
        company.act(runs[8], "legal", "approve", person)
    for step, person in (("manager", "maria"), ("finance", "fred")):
        company.act(runs[8], step, "approve", person)
    company.act(runs[5], "manager", "approve", "maria")
    company.wait(days=1)
    tick.tick(company.runtime, runs[7])
    company.wait(days=5)
    tick.tick(company.runtime, runs[5])
    runs[9] = company.submit(company.quote("Q-9")).workflow
    company.act(runs[9], "manager", "approve", "maria")
    runs[10] = company.revised(runs[9], margin_pct="22").workflow
    intake.publish_policy(company.runtime, document(policy(version="2")), "dana")
    return runs


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    path = tmp_path_factory.mktemp("story") / "story.db"
    company = Company(f"sqlite:///{path}")
    runs = happen(company)
    company.runtime.database.close()
    return path, runs


class Copy:
    """
    A copy of the story that can be changed behind the back of the product.
    """

    def __init__(self, path, runs):
        self.path = path
        self.url = f"sqlite:///{path}"
        self.runs = runs
        self.runtime = Runtime(database=Database(self.url))

    def rewrite(self, *statements):
        """
        Run SQL without triggers, links and rules.
        """
        with sqlite3.connect(self.path) as raw:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            guards = raw.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            )
            for (name,) in guards.fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                parts = (statement,) if isinstance(statement, str) else statement
                assert raw.execute(*parts).rowcount, f"nothing to change: {parts[0]}"
        raw.close()

    def forge(self, workflow, edit):
        """
        Change a log and chain it anew, as somebody would who can write everything.

        `edit` gets the events as a list of mappings and changes it in place.
        """
        with self.runtime.database.read() as transaction:
            log = [asdict(event) for event in events.of(transaction, workflow)]
        edit(log)
        head = GENESIS
        for seq, row in enumerate(log, start=1):
            row |= {"seq": seq, "id": f"{workflow}:{seq}", "prev_hash": head}
            head = row["hash"] = digest(Event(**row))
        marks = ", ".join("?" for _ in log[0])
        self.rewrite(
            ("DELETE FROM workflow_event WHERE workflow_id = ?", (workflow,)),
            *(
                (f"INSERT INTO workflow_event VALUES ({marks})", tuple(row.values()))  # noqa: S608 marks
                for row in log
            ),
            (
                "UPDATE workflow_instance SET seq = ?, head = ? WHERE id = ?",
                (len(log), head, workflow),
            ),
        )

    def ask(self, query, *values):
        raw = sqlite3.connect(self.path)
        found = raw.execute(query, values).fetchall()
        raw.close()
        return found


@pytest.fixture
def copy(story, tmp_path):
    path, runs = story
    found = Copy(shutil.copy(path, tmp_path / "copy.db"), runs)
    yield found
    found.runtime.database.close()
