"""
The key of a program's request: one may run it, the others wait or read the answer.
"""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from approval_engine.errors import Conflict, InProgress, KeyReused
from approval_engine.store import replies
from approval_engine.store.replies import Kept, Request

MINE = Request(actor="sam", route="POST /x", key="k", fingerprint="f")
ANSWER = Kept(status=201, location="/x/1", body='{"id":"é"}')
LONG_AGO, AT, LATER = (f"2026-03-0{day}T09:00:00.000000Z" for day in (1, 2, 3))


def claim(database, request=MINE, at=AT, lost_before=LONG_AGO):
    with database.begin() as transaction:
        return replies.claim(transaction, request, at, lost_before)


def keep(database, at=AT):
    with database.begin() as transaction:
        replies.keep(transaction, MINE, at, ANSWER)


def test_the_first_one_runs_and_the_second_one_reads_the_answer(database):
    assert claim(database) is None
    with pytest.raises(InProgress):
        claim(database)
    keep(database)

    assert claim(database) == ANSWER


def test_another_request_has_no_use_for_the_key_at_any_time(database):
    other = replace(MINE, fingerprint="g")
    claim(database)
    with pytest.raises(KeyReused):
        claim(database, other)
    keep(database)
    with pytest.raises(KeyReused):
        claim(database, other)

    assert claim(database, replace(other, actor="maria")) is None
    assert claim(database, replace(other, route="POST /y")) is None


def test_what_came_to_nothing_may_be_tried_again_and_what_was_told_stays(database):
    claim(database)
    with database.begin() as transaction:
        replies.release(transaction, MINE, AT)
    assert claim(database) is None
    keep(database)
    with database.begin() as transaction:
        replies.release(transaction, MINE, AT)

    assert claim(database) == ANSWER


def test_a_lost_claim_passes_on_and_its_first_holder_keeps_nothing(database):
    claim(database)
    assert claim(database, at=LATER, lost_before=LATER) is None
    keep(database, at=AT)
    with pytest.raises(InProgress):
        claim(database)
    keep(database, at=LATER)

    assert claim(database) == ANSWER


def test_of_many_at_once_one_runs(database):
    crowd, told = Barrier(6), []

    def ask():
        crowd.wait()
        try:
            told.append(claim(database))
        except Conflict as refusal:
            told.append(type(refusal))

    threads = [Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(map(str, told)) == sorted(map(str, [None, *[InProgress] * 5]))
