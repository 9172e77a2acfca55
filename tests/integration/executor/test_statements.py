"""
What a command costs that can be counted: statements, commits and the turns of a server.
"""

import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act

MOST = {"submit": 8, "act": 10}
"""The gates of the design, which count no BEGIN."""

_INTO = re.compile(r"INSERT INTO (\w+)")


@dataclass(kw_only=True)
class Heard:
    """
    The statements of what was done since the start, and how often it was committed.
    """

    statements: list[str] = field(default_factory=list)
    commits: int = 0

    def inserts(self):
        """
        The tables that got rows, in order.
        """
        return [name for each in self.statements for name in _INTO.findall(each)]


@pytest.fixture
def heard(company):
    heard = Heard()

    def listen(*call):
        if not call[2].startswith("BEGIN"):
            heard.statements.append(call[2])

    def commit(_):
        heard.commits += 1

    engine = company.runtime.database.engine
    event.listen(engine, "before_cursor_execute", listen)
    event.listen(engine, "commit", commit)
    return heard


def begin_anew(heard):
    heard.statements.clear()
    heard.commits = 0


def test_a_submit_is_eight_statements_at_most(company, heard):
    company.submit(company.quote("Q-1"), key="first")
    company.quote("Q-2", margin_pct="20.5")
    begin_anew(heard)

    assert company.submit("Q-2", key="second").result == "applied"
    assert heard.commits == 1
    # What is seen, the numbers, then a row of each kind; PostgreSQL locks before it
    # looks, and takes all rows at once.
    assert len(heard.statements) == (8 if company.runtime.database.is_sqlite else 4)
    assert len(heard.statements) <= MOST["submit"]
    assert sorted(heard.inserts()) == [
        "approval_task",
        "document",
        "idempotency",
        "outbox",
        "workflow_event",
        "workflow_instance",
    ]


def test_an_act_is_ten_statements_at_most(company, heard):
    case = company.submit(company.quote("Q-1"), key="first")

    for person, task, ends in (("maria", "manager", False), ("fred", "finance", True)):
        seat = next(t.id for t in company.case(case.workflow).tasks if t.step == task)
        begin_anew(heard)
        wish = Wish(workflow=case.workflow, task=seat, action=Action.APPROVE)
        answer = act(company.runtime, wish, Caller(actor=person, channel="t", key=seat))

        assert (answer.result, answer.status == "approved") == ("applied", ends)
        assert heard.commits == 1
        # The lock, what is seen, both rows, the event, messages that are void now, the
        # answer; and whom the end is told.
        assert len(heard.statements) <= 7 + ends <= MOST["act"]


def test_what_was_done_already_reads_only(company, heard):
    case = company.submit(company.quote("Q-1"), key="first")
    wish = Wish(workflow=case.workflow, task="T-1", action=Action.APPROVE)
    caller = Caller(actor="maria", channel="t", key="second")
    assert not act(company.runtime, wish, caller).replayed
    begin_anew(heard)

    assert company.submit("Q-1", key="first").replayed
    assert act(company.runtime, wish, caller).replayed
    assert heard.inserts() == []
    assert all(each.startswith("SELECT") for each in heard.statements)
