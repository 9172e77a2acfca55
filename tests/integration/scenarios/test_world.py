from collections import Counter
from datetime import date

import pytest

from approval_engine.domain.people import Directory
from approval_engine.errors import InvalidState
from approval_engine.planner.routing import plan
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.notes import notes
from approval_engine.policy.quotes import read_directory, read_quotes
from approval_engine.scenarios import world
from approval_engine.scenarios.market import NEVER
from tests.factories import NOW

APPROVERS = ("manager", "director", "vp", "cro", "finance", "cfo", "legal", "deal_desk")
OFFICES = ("admin", "analyst", "auditor")
ROLES = [*APPROVERS, *OFFICES]


@pytest.fixture(scope="module")
def people() -> Directory:
    return read_directory(world.document(world.DIRECTORY))


@pytest.fixture(scope="module")
def quotes():
    return read_quotes(world.document(world.QUOTES))


def test_the_policy_has_no_part_that_does_nothing():
    assert notes(world.policy()) == ()


def test_the_directory_has_exactly_the_seeded_roles_all_staffed(people):
    assert list(people.roles) == ROLES
    assert all(people.members(role) for role in ROLES)
    assert len(people.users) >= 40


def test_everybody_has_a_line_to_the_one_at_the_top(people):
    tops = [user.id for user in people.users.values() if user.manager is None]
    leads = {user.manager for user in people.users.values()} - {None}

    assert tops == ["olivia"]
    assert set(people.roles["manager"]) == leads


def test_quotes_meet_every_trigger_and_none(people, quotes):
    fired = Counter()
    for quote in quotes:
        evaluation = evaluate(world.policy(), quote, date(2026, 3, 6))
        fired.update([trigger.id for trigger in evaluation.fired] or ["none"])

    assert len(quotes) > 60
    assert set(fired) == {trigger.id for trigger in world.policy().triggers} | {"none"}


def test_all_quotes_but_two_can_be_planned(people, quotes):
    refused = set()
    for quote in quotes:
        evaluation = evaluate(world.policy(), quote, date(2026, 3, 6))
        try:
            plan(world.policy(), evaluation, quote, people, (), NOW)
        except InvalidState:
            refused.add(quote.id)

    assert refused == NEVER


def test_the_golden_quote_asks_its_manager_and_finance_side_by_side(people, quotes):
    quote = next(each for each in quotes if each.id == "Q-2026-0120")
    evaluation = evaluate(world.policy(), quote, date(2026, 3, 6))
    routing = plan(world.policy(), evaluation, quote, people, (), NOW)

    assert [(each.id, each.reason) for each in evaluation.fired] == [
        ("margin", "below_floor")
    ]
    assert [[[s.id for s in stage] for stage in c] for c in routing.chains()] == [
        [["manager", "finance"]]
    ]
