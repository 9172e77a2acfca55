"""
Several senders at once, and senders that are killed: at least once, under one identity.
"""

import multiprocessing
import os
import signal
from threading import Barrier, Thread

import pytest

from approval_engine import worker
from approval_engine.executor.runtime import Runtime
from approval_engine.notifications import by_mail, by_webhook, deliver
from approval_engine.notifications import round as outbox
from approval_engine.notifications.post import LONGEST, SHORTEST, next_try
from approval_engine.store.database import Database
from tests.integration.executor.company import MONDAY


def test_the_worker_fires_and_sends_in_one_round(company, writer, mailbox, hook):
    writer.webhook(hook.url, "task.escalated")
    workflow = company.started()
    done = worker.once(company.runtime, post=writer.post)
    assert (done.fired, done.sent, done.failed) == (0, 3, 0)
    company.wait(days=10)
    done = worker.once(company.runtime, post=writer.post)

    assert (done.fired, done.held) == (1, ())
    assert done.sent == len(mailbox.received) - 3 + len(hook.requests)
    assert len(mailbox.of("dora")) == 1
    assert len(hook.requests) == company.log(workflow).count("task_escalated") == 2


def test_without_a_post_the_worker_sends_nothing(company, writer, mailbox):
    company.started()
    worker.once(company.runtime)

    assert mailbox.received == []
    assert {row["attempts"] for row in writer.rows()} == {0}


def test_many_senders_write_each_mail_once(company, writer, mailbox, monkeypatch):
    monkeypatch.setattr(by_mail, "PEOPLE", 2)
    for number in range(12):
        company.started(account=f"Customer {number}", clause=True)
    gate = Barrier(4)

    def begin():
        gate.wait()
        outbox.once(company.runtime, writer.post)

    threads = [Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.once()

    assert set(writer.statuses()) == {"sent"}
    people = sorted({row["recipient"] for row in writer.rows()})
    assert people == ["fiona", "fred", "lara", "lena", "leo", "maria"]
    for person in people:
        (mail,) = mailbox.of(person)
        assert "12 approvals" in mail.mail["Subject"]


def test_many_senders_keep_the_order_of_each_workflow(
    company, writer, hook, monkeypatch
):
    monkeypatch.setattr(by_webhook, "BATCH", 1)
    writer.set(server=None)
    writer.webhook(hook.url, "workflow.submitted", "workflow.planned", "task.opened")
    for _ in range(4):
        company.started()
    gate = Barrier(3)

    def begin():
        gate.wait()
        outbox.once(company.runtime, writer.post)

    threads = [Thread(target=begin) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.once()

    ids = [headers["webhook-id"] for _, headers, _ in hook.requests]
    assert len(ids) == len(set(ids)) == 16
    for workflow in ("WF-8809", "WF-8810", "WF-8811", "WF-8812"):
        told = [body for *_, body in hook.requests if f'"{workflow}"'.encode() in body]
        numbers = [int(each.split(b'"seq":')[1].split(b",")[0]) for each in told]
        assert numbers == [1, 2, 3, 4]


def send_and_die(url, post, sent):
    """
    A sender that is killed for good once it has sent, before it could mark anything.
    """

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    deliver.delivery.sent = die
    runtime = Runtime(database=Database(url), clock=lambda: MONDAY)
    outbox.once(runtime, post)
    sent.set()


@pytest.mark.parametrize("way", ["mail", "webhook"])
def test_a_sender_killed_between_sending_and_marking_loses_nothing(
    company, writer, mailbox, hook, ready_database_url, way
):
    if way == "webhook":
        writer.set(server=None)
        writer.webhook(hook.url, "workflow.submitted")
    company.started()
    spawn = multiprocessing.get_context("spawn")
    survived = spawn.Event()
    child = spawn.Process(
        target=send_and_die, args=(ready_database_url, writer.post, survived)
    )
    child.start()
    child.join(timeout=120)
    assert (child.exitcode, survived.is_set()) == (-signal.SIGKILL, False)
    assert len(mailbox.received) + len(hook.requests) == 1
    # What the dead one had is not touched while it might still be at it.
    kinds = {"mail": "asked", "webhook": "submitted"}
    assert writer.once()[0] == 0
    company.now += deliver.CLAIM
    writer.once()

    assert set(writer.statuses(kind=kinds[way])) == {"sent"}
    ids = [each.mail["Message-ID"] for each in mailbox.received]
    ids += [headers["webhook-id"] for _, headers, _ in hook.requests]
    assert len(ids) == len(set(ids)) + 1


def test_pauses_double_from_half_a_minute_to_a_day():
    pauses = [(next_try(MONDAY, n) - MONDAY).total_seconds() for n in range(1, 15)]

    assert all(SHORTEST.total_seconds() <= each for each in pauses)
    assert all(each <= LONGEST.total_seconds() for each in pauses)
    for number, pause in enumerate(pauses[:11]):
        assert 30 * 2**number * 0.8 <= pause <= 30 * 2**number * 1.2
    assert 2 <= sum(pauses) / 86400 <= 4
    assert len({next_try(MONDAY, 9) for _ in range(5)}) > 1
