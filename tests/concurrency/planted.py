"""
The planted faults: which protection each takes away, and what notices that.

A harness is run as it is, where it must find nothing, and with the fault planted, where
it must find something.
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

from tests.concurrency import kills, layers, pairs, posting, scenes
from tests.concurrency.faults import FAULTS
from tests.concurrency.race import AT_COMMIT

Harness = Callable[..., None]
"""Called with a company, the process for kills, and the name of a fault or None."""


def _here(play: Callable[..., None]) -> Harness:
    """
    A harness that plays in this process.
    """

    def harness(company, _worker, fault):
        with FAULTS.get(fault, nullcontext)():
            play(company)

    return harness


def _pair(one: str, two: str, first: int = 0, where: str = AT_COMMIT) -> Harness:
    return _here(
        partial(pairs.directed, pair=(one, two), first=first, where=where),
    )


def _killed(name: str) -> Harness:
    """
    A harness in which a command is killed at every point.
    """
    return lambda company, worker, fault: kills.kill_at_every_point(
        company, worker, name, fault
    )


def _sender_killed(company, worker, fault):
    with posting.opened(company, "workflow.approved") as office:
        posting.kill_at_every_point(office, worker, fault)


PLANTED: dict[str, dict[str, Harness]] = {
    "the row is locked": {
        "no_lock": _here(partial(scenes.contention, clients=20, rounds=5))
    },
    "a task is decided while it is open": {
        "closed_counts_as_open": _pair("approve", "reject")
    },
    "events are unique": {"no_unique": _here(layers.second_event)},
    "the version is compared": {"no_version": _here(layers.stale_writer)},
    "decision and state in one transaction": {"events_apart": _killed("approve last")},
    "a message is marked after it was sent": {"marked_before_sent": _sender_killed},
    "messages in the transaction of their event": {
        "messages_apart": _killed("approve last")
    },
    "timers are claimed, and looked at under the lock": {
        "no_claim": _here(layers.shared_due),
        "timers_seen_before_the_lock": _pair("escalate", "escalate"),
    },
    "a key answers one request": {
        "keys_fit_anything": _here(scenes.one_key_two_requests)
    },
    "a key answers one person": {
        "keys_are_everybodys": _here(scenes.one_key_two_people)
    },
    "rights are judged under the lock": {
        "judged_before_the_lock": _pair("approve by another", "delegate", first=1)
    },
    "the rule counts the answers": {"last_answer_decides": _here(layers.one_of_many)},
}
"""By protection: the faults that take it away, each with the harness that notices."""
