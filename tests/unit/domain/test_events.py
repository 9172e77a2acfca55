"""
The hash chain: whatever is changed, moved, added or taken away is found.
"""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from approval_engine.domain.events import (
    GENESIS,
    Event,
    Fact,
    NewEvent,
    chain,
    first_altered,
    instant,
    stamp,
)

AT = datetime(2026, 3, 6, 21, 0, 0, 5, tzinfo=UTC)


def make_log(length=5):
    facts = [
        NewEvent(
            action=Fact.COMMENTED,
            actor=f"user{number}",
            channel="web",
            task_id=f"T-{number}",
            on_behalf_of="maria",
            natural_key=f"key{number}",
            data={"comment": str(number)},
        )
        for number in range(length)
    ]
    return chain("WF-1", 0, GENESIS, AT, facts)


def test_an_untouched_log_is_whole():
    assert first_altered(make_log()) is None
    assert first_altered(()) is None


@pytest.mark.parametrize("column", [field.name for field in fields(Event)])
@pytest.mark.parametrize("place", range(5))
def test_a_change_in_any_column_of_any_event_is_found(column, place):
    log = list(make_log())
    value = getattr(log[place], column)
    log[place] = replace(
        log[place], **{column: value + 7 if column == "seq" else f"{value}x"}
    )

    assert first_altered(log) in {place + 1, place + 2}


def test_a_missing_swapped_or_repeated_event_is_found():
    log = make_log()

    assert first_altered(log[1:]) == 1
    assert first_altered((*log[:2], *log[3:])) == 3
    assert first_altered((log[0], log[2], log[1], *log[3:])) == 2
    assert first_altered((log[0], log[0], *log[1:])) == 2


def test_a_chain_goes_on_where_the_last_one_ended():
    log = make_log(2)
    fact = NewEvent(action=Fact.RECALLED, actor="sam", channel="web", data={})
    more = chain("WF-1", log[-1].seq, log[-1].hash, AT, [fact])

    assert first_altered((*log, *more)) is None
    assert [event.id for event in more] == ["WF-1:3"]


def test_stamps_sort_like_their_instants_and_keep_them():
    zones = [timezone(timedelta(hours=hours)) for hours in (-11, 0, 14)]
    instants = [
        (AT + timedelta(microseconds=number)).astimezone(zones[number % 3])
        for number in range(9)
    ]

    assert sorted(map(stamp, instants)) == list(map(stamp, instants))
    assert [instant(stamp(each)) for each in instants] == instants
    assert stamp(AT) == "2026-03-06T21:00:00.000005Z"
