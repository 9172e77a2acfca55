"""
The words of the pages: instants, facts, thresholds, names.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from approval_engine.domain.actions import Action
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus
from approval_engine.planner.plan import FactSeen
from approval_engine.web import words
from approval_engine.web.inbox.task import DONE

NOW = datetime(2026, 3, 6, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (59, "now"),
        (-59, "now"),
        (60, "in 1 min"),
        (-3599, "59 min ago"),
        (3600, "in 1 h"),
        (-47 * 3600, "47 h ago"),
        (48 * 3600, "in 2 d"),
        (-40 * 86400, "40 d ago"),
    ],
)
def test_how_far_an_instant_is_away(seconds, said):
    assert words.relative(NOW + timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("minutes", "urgency", "said"),
    [
        (-1, "late", "late 1 min"),
        (0, "late", "late 0 min"),
        (1, "soon", "due in 1 min"),
        (480, "soon", "due in 8 h"),
        (481, "calm", "due in 8 h"),
        (4 * 1440, "calm", "due in 4 d"),
    ],
)
def test_how_urgent_a_task_is(minutes, urgency, said):
    found = words.due(NOW + timedelta(minutes=minutes), NOW)

    assert (found[0], found[2]) == (urgency, said)


def test_urgencies_differ_by_their_sign_and_not_by_colour_alone():
    days = (timedelta(days=each) for each in (-1, 0.1, 3))

    assert len({words.due(NOW + each, NOW)[1] for each in days}) == 3


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "Fri 6 Mar 2026, 21:00 UTC"),
        ("America/New_York", "Fri 6 Mar 2026, 16:00 EST"),
        ("Asia/Kolkata", "Sat 7 Mar 2026, 02:30 IST"),
        ("Nowhere/Else", "Fri 6 Mar 2026, 21:00 UTC"),
        ("../etc/passwd", "Fri 6 Mar 2026, 21:00 UTC"),
    ],
)
def test_an_instant_on_the_clock_of_the_reader(zone, said):
    assert words.exact(NOW, zone) == said


@pytest.mark.parametrize(
    ("name", "test", "currency", "said"),
    [
        ("margin_pct", "< 24", None, "below 24 %"),
        ("discount_pct", ">= 15.50", None, "at least 15.5 %"),
        ("amount", "> 500000", "USD", "above USD 500,000"),
        ("amount", "<= 0.05", "USD", "at most USD 0.05"),
        ("term_months", "<-3", None, "below -3"),
        ("region", '"EMEA"', None, "it is EMEA"),
        ("region", 'not("EMEA")', None, "not EMEA"),
        ("region", '"EMEA","APAC"', None, '"EMEA","APAC"'),
        ("clauses", 'list contains(?, "x")', None, "it contains x"),
        ("margin_pct", "[10..20)", None, "[10..20)"),
        ("margin_pct", "< floor", None, "< floor"),
    ],
)
def test_a_threshold_in_words_where_they_say_the_same(name, test, currency, said):
    assert words.threshold(name, test, currency) == said


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("cli:ann", "command line (ann)"),
        ("api:K-1a2b", "program (K-1a2b)"),
        ("web", "web"),
        ("worker", "worker"),
        ("other:x", "other:x"),
    ],
)
def test_the_way_an_event_came_in_words(way, said):
    assert words.channel(way) == said


@pytest.mark.parametrize(
    ("name", "text", "currency", "said"),
    [
        ("margin_pct", "21.40", None, "21.4 %"),
        ("amount", "184000", "USD", "USD 184,000"),
        ("amount", "1234567890123456.78", "USD", "USD 1,234,567,890,123,456.78"),
        ("amount", "0.005", "USD", "USD 0.005"),
        ("term_months", 24, None, "24"),
        ("region", "AMER", None, "AMER"),
        ("clauses", [], None, "none"),
        ("clauses", ["a", "b"], None, "a, b"),
        ("clause", True, None, "yes"),
        ("clause", False, None, "no"),
        ("margin_pct", None, None, "not given"),
        ("note", "NaN", None, "NaN"),
    ],
)
def test_a_fact_as_its_name_wants_it(name, text, currency, said):
    assert words.value(name, text, currency) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [("63072", "63,072"), ("1137.5", "1,137.50"), ("0.333", "0.333"), ("-5", "-5")],
)
def test_prices_have_cents_where_there_are_any(amount, said):
    assert words.price(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("manager", "Manager"),
        ("deal_desk", "Deal desk"),
        ("cfo", "CFO"),
        ("vp", "VP"),
        ("margin_pct", "Margin"),
        ("", ""),
    ],
)
def test_names_of_ours_as_words(name, said):
    assert words.title(name) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "nobody"),
        (["A"], "A"),
        (["A", "B"], "A or B"),
        (["A", "B", "C"], "A, B or C"),
    ],
)
def test_several_people_as_one_list(names, said):
    assert words.some(names) == said


def test_the_telling_facts_are_those_with_a_bound():
    region = FactSeen(name="region", value="AMER", test='not("EMEA")')
    margin = FactSeen(name="margin_pct", value="22", test="< 24")

    assert words.telling((region, margin)) == (margin,)
    assert words.telling((region,)) == (region,)


def test_every_status_event_and_action_has_words():
    assert {*TaskStatus, *WorkflowStatus} <= set(words.STATUSES)
    assert set(Fact) == set(words.EVENTS)
    assert set(Action) == set(DONE)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (-50, "Wed 4 Mar 14:00"),
        (-20, "yesterday 20:00"),
        (1, "today 17:00"),
        (10, "tomorrow 02:00"),
        (40, "Sun 8 Mar 09:00"),
    ],
)
def test_an_instant_is_short_on_the_clock_of_its_reader(hours, said):
    at = NOW + timedelta(hours=hours)

    assert words.brief(at, "America/New_York", NOW) == said


def test_an_unknown_zone_is_no_reason_to_fail():
    assert words.brief(NOW, "Mars/Olympus", NOW) == "today 21:00"
