"""
Submits that meet over the last use of an exception, or over its end: one of them wins.
"""

from functools import partial

import pytest

from approval_engine.domain.exceptions import Waives
from approval_engine.executor.answer import Answer
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.grant import Plea, grant
from approval_engine.executor.commands.run_out import end, tell
from approval_engine.executor.commands.submit import submit
from approval_engine.store import exceptions, workflows
from tests.concurrency.company import FRED, MANAGERS, NOW, SAM, Action, caller
from tests.concurrency.oracle import facts
from tests.concurrency.race import AT_COMMIT, AT_WRITE, inside, together

BOUNDS = "discount_pct>=10,discount_pct<=15"

each_moment = pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])


@pytest.fixture
def exception(company):
    """
    Makes a granted exception; at the end it is ended, so that no other test meets it.
    """
    made = []

    def make(**terms):
        terms = {"uses": 1, "ends_on": None, **terms}
        waives = Waives(trigger="discount", within=BOUNDS, **terms)
        plea = Plea(account="ACME", waives=waives, reason="They grow.")
        exception_id, answer = grant(company.runtime, plea, caller(SAM))
        for person in (MANAGERS[0], FRED):
            _approve(company.runtime, answer.workflow, person)
        made.append(exception_id)
        return exception_id

    yield make
    for each in made:
        end(company.runtime, each, "over", caller(SAM))


def _approve(runtime, workflow_id, person):
    with runtime.database.read() as transaction:
        found, _ = workflows.read(transaction, workflow_id)
    task = next(each for each in found.open_tasks if person in each.candidates)
    wish = Wish(workflow=workflow_id, task=task.id, action=Action.APPROVE)
    act(runtime, wish, caller(person))


def _row(company, exception_id):
    with company.runtime.database.read() as transaction:
        return exceptions.read(transaction, exception_id)


def _steps(outcomes):
    assert [type(each) for each in outcomes] == [Answer, Answer]
    return [each.steps for each in outcomes]


@each_moment
def test_whoever_locks_the_last_use_first_has_it(company, exception, where):
    exception_id = exception()
    holder, other = company.sides(NOW, NOW)
    for side, quote_id in zip((holder, other), company.quotes(2), strict=True):
        side.call = partial(submit, side.runtime, quote_id, caller(SAM))

    assert _steps(inside(holder, other, where)) == [0, 2]
    assert _row(company, exception_id).used == 1


def test_two_submits_at_once_spend_the_last_use_once(company, exception):
    for _ in range(5):
        exception_id = exception()
        sides = company.sides(NOW, NOW)
        calls = [
            partial(submit, side.runtime, quote_id, caller(SAM))
            for side, quote_id in zip(sides, company.quotes(2), strict=True)
        ]

        assert sorted(_steps(together(calls))) == [0, 2]
        assert _row(company, exception_id).used == 1


def test_one_quote_submitted_twice_at_once_spends_one_use(company, exception):
    exception_id = exception(uses=2)
    (quote_id,) = company.quotes(1)
    calls = [
        partial(submit, side.runtime, quote_id, caller(SAM))
        for side in company.sides(NOW, NOW)
    ]
    outcomes = together(calls)

    assert _steps(outcomes) == [0, 0]
    assert sorted(each.result for each in outcomes) == ["applied", "duplicate"]
    assert _row(company, exception_id).used == 1


@each_moment
def test_an_exception_that_is_being_ended_waives_nothing_afterwards(
    company, exception, where
):
    exception_id = exception()
    holder, other = company.sides(NOW, NOW)
    (quote_id,) = company.quotes(1)
    holder.call = partial(end, holder.runtime, exception_id, "over", caller(SAM))
    other.call = partial(submit, other.runtime, quote_id, caller(SAM))
    done, answer = inside(holder, other, where)

    assert (done, answer.steps) == ("applied", 2)
    assert _row(company, exception_id).used == 0


def test_two_workers_tell_the_owner_once(company, exception):
    exception_id = exception(ends_on=NOW.date())
    workflow = _row(company, exception_id).workflow_id
    calls = [partial(tell, side.runtime, workflow) for side in company.sides(NOW, NOW)]
    outcomes = together(calls)

    assert sorted(map(bool, outcomes)) == [False, True]
    assert facts(company.runtime, workflow)["exception_expiring"] == 1
