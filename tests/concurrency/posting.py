"""
A sender of mails and webhooks is killed somewhere, and another one takes over.

The receivers are real and live in the test's process, so they outlive every sender.
"""

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from time import perf_counter

from sqlalchemy import select, update

from approval_engine.documents import sha256
from approval_engine.domain.actions import Action
from approval_engine.notifications.deliver import CLAIM
from approval_engine.operations import messages
from approval_engine.store.schema import LETTER_PART, OUTBOX
from tests.concurrency.company import FRED, LATE, MANAGERS, MANY_SEATS, do
from tests.concurrency.oracle import rows
from tests.concurrency.worker import Job
from tests.concurrency.zygote import post_to
from tests.integration.notifications.receivers import (
    Hook,
    MailBox,
    serving_hook,
    serving_mail,
)

MISHAPS = (
    ("mail", "451 greylisted"),
    ("rcpt", "450 come back"),
    ("data", None),
    ("refused", "451 try later"),
    ("dot", None),
)
"""What a mail server may do instead of taking a mail; at `dot` it has taken it."""

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE)

TRIES = 4
"""How many senders may die of one batch, so that nothing is given up for that alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """
    A company with a mail server and a webhook, which others have nothing to send to.
    """

    company: object
    others: frozenset[str]
    box: MailBox
    hook: Hook

    def job(self, now):
        return Job(
            url=self.company.url, now=now, command=("send", self.box.url), key=None
        )

    def outbox(self):
        """
        Status of each message that was not cancelled, by id.
        """
        query = select(OUTBOX.c.id, OUTBOX.c.status)
        found = dict(rows(self.company.runtime, query))
        return {
            each: word
            for each, word in found.items()
            if word != "cancelled" and each not in self.others
        }

    def waits(self):
        """
        Whether anything is still to be sent.
        """
        waiting = select(OUTBOX.c.id).where(OUTBOX.c.status == "waiting").limit(1)
        return bool(rows(self.company.runtime, waiting))

    def arrived(self):
        """
        How often each message of the outbox was received, under its own identity.
        """
        parts = rows(
            self.company.runtime,
            select(LETTER_PART.c.letter_id, LETTER_PART.c.message_id),
        )
        mails, hooks = Counter(self.mails()), Counter(self.posts())
        letters = {letter: _named(letter) for letter, _ in parts}
        posts = {each: f"msg_{sha256(each.encode())[:32]}" for each in self.outbox()}
        # What the outbox does not know was never to be sent.
        assert set(mails) <= set(letters.values())
        assert set(hooks) <= set(posts.values())
        found = Counter(
            {
                each: mails[letters[letter]]
                for letter, each in parts
                if each not in self.others
            }
        )
        return found + Counter({each: hooks[name] for each, name in posts.items()})

    def mails(self):
        """
        The identities of the mails that came, with those that came again.
        """
        found = (_MESSAGE_ID.search(each.raw) for each in list(self.box.received))
        return [each.group(1).decode() for each in found]

    def posts(self):
        """
        The same of what came to the webhook.
        """
        return [headers["webhook-id"] for _, headers, _ in list(self.hook.requests)]


def _named(letter):
    return f"<{sha256(letter.encode())[:32]}@example.com>"


@contextmanager
def opened(company, *kinds):
    """
    An office whose webhook is told of these kinds of facts.
    """
    with serving_mail() as box, serving_hook() as hook:
        added = messages.add_webhook(
            company.runtime, post_to(box.url), (hook.url, "json", "default"), kinds
        )
        others = _settled(company.runtime)
        try:
            yield Office(company=company, others=others, box=box, hook=hook)
        finally:
            messages.end_webhook(company.runtime, added.id)


def _settled(runtime):
    """
    The messages of other tests; those that wait are given up.
    """
    waiting = update(OUTBOX).where(OUTBOX.c.status == "waiting")
    with runtime.database.begin() as transaction:
        transaction.execute(waiting.values(status="cancelled", next_attempt_at=None))
    return frozenset(each for (each,) in rows(runtime, select(OUTBOX.c.id)))


def kill_at_every_point(office, worker, fault=None):
    """
    Kill a sender at the first point, the second, … until one comes through; the points.

    Each time the next one is to send what is left, and nothing that is marked.
    """
    died_at, now = [], LATE
    for point in count(1):
        before = set(office.outbox())
        _approved(office)
        told = worker.kill(office.job(now), point=point, fault=fault)
        # A receiver may still read what an earlier dead sender said: look at the new.
        status = {m: word for m, word in office.outbox().items() if m not in before}
        seen = office.arrived()
        now += CLAIM
        worker.run(office.job(now))
        check(office, status, seen)
        if told.acknowledged:
            return died_at
        died_at.append(told.died_at)
    raise AssertionError


def check(office, status, seen):
    """
    Everything arrived; what had been marked when the sender died came no second time.

    `status` and `seen` are those of that moment: per message, and how often it came.
    """
    now, arrived = office.outbox(), office.arrived()
    assert set(now.values()) == {"sent"}
    assert set(arrived) == set(now), set(arrived) ^ set(now)
    marked = {each for each, word in status.items() if word == "sent"}
    assert all(arrived[each] == seen[each] for each in marked)
    # A sender has one message in its hands: only of that nobody knows whether it went.
    times = [arrived[each] for each in status.keys() - marked]
    assert sorted(times)[:-1] == [1] * (len(times) - 1)
    assert times == [] or max(times) <= 2


def _approved(office):
    """
    A workflow of which the submitter and the webhook are to be told, and nobody else.
    """
    (started,) = office.company.start(1)
    do(office.company.runtime, started, FRED, Action.APPROVE, step="finance")
    do(office.company.runtime, started, MANAGERS[0], Action.APPROVE)


def _asked(office):
    """
    Some workflows, each of which asks three people and tells the webhook three times.
    """
    for _ in range(12):
        office.company.submitted(MANY_SEATS)


def _duration(office, worker, now):
    _asked(office)
    began = perf_counter()
    worker.run(office.job(now))
    return perf_counter() - began


def kill_at_random(office, worker, kills, seed):
    """
    Kill senders at any moment while the mail server has mishaps; what was received.
    """
    dice = Random(seed)  # noqa: S311 it chooses moments, not secrets
    now, died = LATE, 0
    longest = [_duration(office, worker, now) for _ in range(3)][-1]
    while died < kills:
        _asked(office)
        for _ in range(TRIES):
            if not office.waits():
                break
            now += timedelta(hours=1)
            if dice.random() < 1 / 4:
                office.box.faults.append(dice.choice(MISHAPS))
            told = worker.kill(office.job(now), within_s=dice.uniform(1e-3, longest))
            died += not told.acknowledged
        office.box.faults.clear()
        while office.waits():
            now += timedelta(hours=1)
            worker.run(office.job(now))
    assert set(office.outbox().values()) == {"sent"}
    assert set(office.arrived()) == set(office.outbox())
    return died


def undisturbed(office, worker):
    """
    One sender sends everything.
    """
    _asked(office)
    worker.run(office.job(LATE))
    assert set(office.arrived()) == set(office.outbox())


def told_twice(office):
    """
    How many came again, and how many came in all.
    """
    came = [*office.mails(), *office.posts()]
    return len(came) - len(set(came)), len(came)
