"""
What earlier versions have recorded is read as they read it, however libraries move on.
"""

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest

from approval_engine.definitions.model import Kind
from approval_engine.definitions.reading import EVERY_NAME
from approval_engine.definitions.reading import read as read_process
from approval_engine.domain.events import Fact
from approval_engine.executor import projection
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Database
from tests.conftest import ON_BOTH
from tests.corpus.book import read, replayed, write


@pytest.fixture(scope="module")
def book():
    return read()


@pytest.fixture
def runtime(fresh_database):
    database = Database(fresh_database("sqlite", ready=True))
    yield Runtime(database=database)
    database.close()


def some(book, *actions):
    """
    The book with only a few of the logs that record all of these facts.
    """
    logs = [
        log for log in book.logs if {*actions} <= {event.action for event in log.events}
    ]
    return replace(book, logs=tuple(logs[:3]))


def test_every_recorded_log_is_read_as_it_was(book, runtime):
    assert len(book.logs) >= 500
    assert list(replayed(book, runtime)) == []


@pytest.mark.proof
@pytest.mark.parametrize("kind", ON_BOTH)
def test_every_recorded_log_is_read_alike_on_both_databases(
    book, fresh_database, kind, figure
):
    database = Database(fresh_database(kind, ready=True))
    with closing(database):
        moved = list(replayed(book, Runtime(database=database)))

    assert moved == []
    told = f"{len(book.logs) - len(moved)} of {len(book.logs)}"
    figure("recorded logs that are read as they were", "500 or more, all", told)


def test_the_book_records_every_kind_of_fact(book):
    told = Counter(event.action for log in book.logs for event in log.events)

    assert set(Fact) - told.keys() == set()


def test_the_book_holds_everything_that_can_be_drawn(book):
    used = {
        json.loads(log.events[0].data)["evidence"]["definition"] for log in book.logs
    }
    kinds = {
        node.kind
        for sha256 in used
        for node in read_process(
            book.documents[sha256][1].encode(), names=EVERY_NAME
        ).process.nodes()
    }

    # What is called, and the steps in a slot, are copied in when a quote is submitted.
    assert set(Kind) - kinds == {Kind.CALL, Kind.SLOT}


def test_no_two_logs_have_one_name(book):
    assert len({log.name for log in book.logs}) == len(book.logs)


def test_a_log_with_another_event_is_named(book, runtime):
    good, bad, other = some(book, Fact.TASK_APPROVED).logs
    event = replace(bad.events[-1], actor="mallory")
    changed = replace(bad, events=(*bad.events[:-1], event))

    found = list(replayed(replace(book, logs=(good, changed, other)), runtime))

    assert found == [f"{bad.name}: event {len(bad.events)} has another hash"]


def test_a_log_that_was_chained_anew_is_named(book, runtime, tmp_path):
    good, bad, other = some(book, Fact.TASK_APPROVED).logs
    event = replace(bad.events[-1], actor="mallory")
    changed = replace(bad, events=(*bad.events[:-1], event))
    write(replace(book, logs=(good, changed, other)), tmp_path / "forged.json.xz", 0)

    found = list(replayed(read(tmp_path / "forged.json.xz"), runtime))

    assert found == [f"{bad.name}: its events have other hashes"]


def test_code_that_reads_a_log_otherwise_is_found(book, runtime, monkeypatch):
    few = some(book, Fact.TASK_ESCALATED)
    monkeypatch.setitem(
        projection.CHANGES, Fact.TASK_ESCALATED, lambda workflow, _: workflow
    )

    found = list(replayed(few, runtime))

    assert [line.partition(": ")[0] for line in found] == [log.name for log in few.logs]


def test_code_that_cannot_read_a_log_is_found(book, runtime, monkeypatch):
    few = some(book, Fact.TASK_CLAIMED)
    monkeypatch.delitem(projection.CHANGES, Fact.TASK_CLAIMED)

    found = list(replayed(few, runtime))

    assert len(found) == 3
    assert all("Expected a known fact" in line for line in found)


def test_a_book_is_stored_as_it_is(book, tmp_path):
    few = some(book)
    write(few, tmp_path / "few.json.xz", effort=0)

    assert read(tmp_path / "few.json.xz") == few
