"""
What a command asks of the database: so many statements, one commit, few bytes.
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.store.schema import WORKFLOW

BEGINS = ("BEGIN", "SET")
WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def counted(company):
    """
    The statements that are sent, and how often somebody commits.
    """
    engine, sent, commits = company.runtime.database.engine, [], []

    def statement(*details):
        if not details[2].startswith(BEGINS):
            sent.append(details[2])

    def commit(_):
        commits.append(1)

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    yield sent, commits
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "commit", commit)


@pytest.fixture
def reviewed(company):
    """
    A review with two seats whose code and policy this process knows by now.
    """
    first = company.started()
    company.act(first, "manager", Action.APPROVE, "maria")
    return company.started()


def approve(company, workflow, task, person):
    wish = Wish(workflow=workflow, task=task, action=Action.APPROVE)
    with counted(company) as (sent, commits):
        act(company.runtime, wish, Caller(actor=person, channel="t"))
    return sent, commits


def test_an_act_is_at_most_ten_statements_and_one_commit(company, reviewed):
    manager, finance = company.case(reviewed).tasks[:2]
    for task, person in ((manager, "maria"), (finance, "fred")):
        sent, commits = approve(company, reviewed, task.id, person)
        assert 3 <= len(sent) <= 10, sent
        assert len(commits) == 1


def test_an_act_that_was_done_before_writes_nothing(company, reviewed):
    task = company.case(reviewed).tasks[0].id
    first, _ = approve(company, reviewed, task, "maria")
    again, _ = approve(company, reviewed, task, "maria")

    assert [each for each in first if each.startswith(WRITES)]
    assert not [each for each in again if each.startswith(WRITES)]


def test_a_row_of_a_workflow_holds_no_definition_and_little_else(company, reviewed):
    with company.runtime.database.read() as transaction:
        query = WORKFLOW.select().where(WORKFLOW.c.id == reviewed)
        row = transaction.execute(query).mappings().one()
    texts = [bytes(each).decode() for each in row.values() if isinstance(each, bytes)]

    assert len(row["state"]) <= 2048
    assert not [each for each in (*texts, *map(str, row.values())) if "<" in each]
    assert sum(len(str(value)) for value in row.values()) <= 4096
