"""
Times of a policy: what can be counted is accepted, and each that cannot is told.
"""

import json
from datetime import UTC, datetime

import pytest

from approval_engine.documents import parse
from approval_engine.errors import PolicyError
from approval_engine.escalations.times import check_times
from approval_engine.policy.load import load
from tests.unit.policy.samples import POLICY

NOW = datetime(2026, 3, 6, 21, tzinfo=UTC)
WEEK = {"timeZone": "UTC", "hours": "09:00-17:00", "days": "Mon-Fri"}
US = WEEK | {"holidays": "US"}
SUNDAYS = WEEK | {"days": "Sun", "hours": "09:00-10:00"}


def check(step, calendar=US):
    value = POLICY | {"calendars": {"us": calendar}, "steps": {"manager": step}}
    document = parse(json.dumps(value).encode(), "policy.json")
    check_times(document, load(document), NOW)


def problems(step, calendar=US):
    with pytest.raises(PolicyError) as caught:
        check(step, calendar)
    return [(each.element, each.code) for each in caught.value.problems]


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"slaHours": 4000},
        {"remindAfterHours": [1, 4000]},
        {"escalateTo": [{"role": "x", "afterHours": 4000}]},
    ],
)
def test_times_within_two_years_are_accepted(step):
    check(step)


@pytest.mark.parametrize(
    "step",
    [
        {"slaHours": 9999},
        {"remindAfterHours": [1, 9999]},
        {"escalateTo": [{"role": "x", "afterHours": 9999}]},
        {"slaHours": 3000, "escalateTo": [{"role": "x"}, {"role": "y"}]},
        {"slaHours": [{"when": {"margin_pct": "< 1"}, "hours": 9999}, {"hours": 1}]},
    ],
)
def test_times_beyond_the_known_holidays_are_refused(step):
    assert problems(step) == [("/steps/manager", "too_long")]


def test_a_calendar_without_holidays_reaches_far_but_not_a_century():
    check({"slaHours": 9999}, WEEK)
    assert problems({"slaHours": 5000}, SUNDAYS) == [("/steps/manager", "too_long")]


@pytest.mark.parametrize("code", ["ZZ", "US-ZZ"])
def test_holidays_that_nobody_knows_are_refused(code):
    found = problems({}, WEEK | {"holidays": code})
    assert found == [("/calendars/us/holidays", "holidays")]
