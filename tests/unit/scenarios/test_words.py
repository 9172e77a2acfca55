from datetime import UTC, datetime, timedelta

import pytest

from approval_engine.documents import parse
from approval_engine.documents.node import Node
from approval_engine.scenarios.suite.words import read_instant, read_span


def node(value):
    return Node(parse(b"{}", "case.json"), value, "/0/at")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("PT26H", timedelta(hours=26)),
        ("P2D", timedelta(days=2)),
        ("P1W", timedelta(weeks=1)),
        ("P1DT4H30M", timedelta(days=1, hours=4, minutes=30)),
        ("PT1S", timedelta(seconds=1)),
        ("PT0S", timedelta()),
    ],
)
def test_a_span_is_read(text, span):
    place = node(text)

    assert read_span(place) == span
    assert not place.problems


@pytest.mark.parametrize(
    "value",
    ["P", "PT", "26H", "P1Y", "P1M", "PT-1H", "PT1.5H", "P1DT", "P9999D", "", 26, None],
)
def test_what_is_no_span_is_noted(value):
    place = node(value)

    read_span(place)

    assert [each.element for each in place.problems] == ["/0/at"]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-06T16:00:00-05:00", datetime(2026, 3, 6, 21, tzinfo=UTC)),
        ("2026-03-06T16:00Z", datetime(2026, 3, 6, 16, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read(text, instant):
    place = node(text)

    assert read_instant(place) == instant
    assert not place.problems


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-06",
        "2026-03-06T16:00:00",
        "2026-13-06T16:00:00Z",
        "1926-03-06T16:00:00Z",
        "2026-W10-5T16:00:00Z",
        5,
        None,
    ],
)
def test_what_is_no_instant_is_noted(value):
    place = node(value)

    read_instant(place)

    assert [each.element for each in place.problems] == ["/0/at"]
