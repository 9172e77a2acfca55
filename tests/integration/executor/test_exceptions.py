"""
Exceptions: who may grant one, what it waives and what it does not, and how it ends.
"""

from datetime import date

import pytest

from approval_engine.errors import (
    DocumentError,
    Forbidden,
    InvalidInput,
    InvalidState,
    NotFound,
    PlanError,
)
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.replan import preview, replan
from approval_engine.history.reading import find
from approval_engine.history.views import fired
from approval_engine.operations import intake, quote_intake
from tests.integration.executor.company import document, policy
from tests.integration.executor.company import quote as quote_document
from tests.integration.executor.exceptions import (
    POLICY,
    ask,
    considered,
    ended,
    granted,
    mailed,
    quote,
    row,
    submitted,
    told,
)


@pytest.fixture
def desk(make_company):
    return make_company(**POLICY)


def asked(company, workflow):
    return {task.step for task in company.case(workflow).tasks}


def waived(company, workflow):
    found = fired(find(company.runtime.database, workflow).evaluation)
    return {each["id"]: each["waived_by"] for each in found}


def test_an_exception_asks_whoever_may_sign_off_its_worst_quote(desk):
    exception_id, workflow = ask(desk)

    assert (exception_id, asked(desk, workflow)) == ("EX-1", {"director"})
    assert row(desk, "EX-1").status == "pending"
    _, larger = ask(desk, within="discount_pct<=28,amount<=500000")
    assert asked(desk, larger) == {"cfo"}
    assert desk.is_sound()


def test_bounds_that_nobody_could_approve_are_refused(desk):
    with pytest.raises(PlanError, match="above the top"):
        ask(desk, within="discount_pct<=50,amount<=400000")
    with pytest.raises(NotFound):
        ended(desk, "EX-1")


def test_whoever_asks_for_an_exception_never_grants_it(desk):
    _, workflow = ask(desk, actor="dora")

    assert desk.task(workflow, "director").candidates == ("dirk",)
    with pytest.raises(Forbidden, match="submitter of the quote"):
        desk.act(workflow, "director", "approve", "dora")
    assert desk.act(workflow, "director", "approve", "dirk").status == "approved"


def test_approved_it_counts_and_rejected_it_is_refused(desk):
    granted_id = granted(desk)
    refused_id, workflow = ask(desk)
    desk.act(workflow, "director", "reject", "dora")

    assert (row(desk, granted_id).status, row(desk, refused_id).status) == (
        "active",
        "refused",
    )
    assert row(desk, granted_id).granted_by == ("dora",)
    assert desk.is_sound()


def test_within_its_bounds_the_trigger_fires_and_requires_nobody(desk):
    before = submitted(desk, 1).workflow
    exception_id = granted(desk)
    answer = submitted(desk, 2, discount_pct="28", amount="400000")

    assert asked(desk, before) == {"director"}
    assert (answer.status, answer.steps) == ("approved", 0)
    assert waived(desk, answer.workflow) == {"band": exception_id}
    assert desk.is_sound()


@pytest.mark.parametrize(
    "facts",
    [{"discount_pct": "28.01"}, {"amount": "400000.01"}, {"account": "Other"}],
)
def test_outside_its_bounds_or_account_it_counts_in_full(desk, facts):
    granted(desk)
    answer = submitted(desk, **facts)

    assert asked(desk, answer.workflow) == {"director"}
    assert waived(desk, answer.workflow) == {"band": None}
    assert row(desk, "EX-1").used == 0


def test_only_its_own_trigger_is_waived(desk):
    granted(desk)
    answer = submitted(desk, margin_pct="20")

    assert asked(desk, answer.workflow) == {"finance"}
    assert desk.act(answer.workflow, "finance", "approve", "fred").status == "approved"
    assert desk.is_sound()


def test_what_the_policy_refuses_is_never_waived(desk):
    with pytest.raises(InvalidState, match="refuses what it finds: not_permitted"):
        ask(desk, trigger="embargo", within="margin_pct>=-10")
    granted(desk, trigger="margin", within="margin_pct>=-10", by="fred", step="finance")
    with pytest.raises(InvalidState, match="trigger 'embargo' refuses it"):
        submitted(desk, discount_pct="5", margin_pct="-5")


@pytest.mark.parametrize(
    ("within", "words"),
    [
        ("discount_pct<=28", "a bound amount<=…"),
        ("discount_pct>=5,amount<=400000", "a bound discount_pct<=…"),
        ("discount_pct<=28,amount<=400000,term<=3", "inputs of the policy"),
        ("discount_pct<28,amount<=400000", "a bound such as"),
        ("discount_pct<=28,discount_pct<=9,amount<=4", "but got two"),
        ("discount_pct<=28,discount_pct>=29,amount<=4", "Expected room between"),
        ("discount_pct<=much,amount<=4", "as a number"),
    ],
)
def test_bounds_must_be_closed_where_the_trigger_measures(desk, within, words):
    with pytest.raises(InvalidInput, match=words):
        ask(desk, within=within)


def test_an_exception_holds_to_the_end_of_its_last_day_in_the_zone_of_the_policy(
    make_company,
):
    zone = {"timeZone": "Pacific/Auckland", "hours": "09:00-17:00", "days": "Mon-Fri"}
    company = make_company(
        **POLICY,
        calendars={"nz": zone},
        defaults={"slaHours": 24, "fallbackRole": "deal_desk", "calendar": "nz"},
    )
    granted(company, ends_on=date(2026, 3, 3))

    # 10:59 UTC on 3 March is 23:59 in Auckland, a minute later it is the fourth there.
    company.wait(hours=25, minutes=59)
    assert submitted(company, 1).steps == 0
    company.wait(minutes=1)
    late = submitted(company, 2)
    assert late.steps == 1
    (seen,) = considered(company, late.workflow)
    assert seen.unfit == "it ended on 2026-03-03"


def test_uses_are_counted_with_the_submit_and_a_repeat_uses_none(desk):
    granted(desk, uses=2)
    first = submitted(desk, 1)
    again = desk.submit("Q-1")
    second = submitted(desk, 2)
    third = submitted(desk, 3)

    assert (first.steps, again.result, second.steps) == (0, "duplicate", 0)
    assert third.steps == 1
    assert row(desk, "EX-1").used == 2
    (seen,) = considered(desk, third.workflow)
    assert seen.unfit == "all its uses are spent, 2 of 2"
    assert desk.is_sound()


def test_a_keyed_retry_and_a_refused_submit_use_none(desk):
    granted(desk, uses=1)
    quote(desk, 1, discount_pct=None)
    with pytest.raises(DocumentError):
        desk.submit("Q-1", key="k1")
    quote(desk, 2)
    first, again = desk.submit("Q-2", key="k2"), desk.submit("Q-2", key="k2")

    assert again.replayed
    assert again.workflow == first.workflow
    assert row(desk, "EX-1").used == 1


def test_a_recalled_workflow_keeps_its_use(desk):
    granted(desk, uses=1)
    first = submitted(desk, margin_pct="20").workflow
    assert asked(desk, first) == {"finance"}
    desk.recall(first)

    assert desk.submit("Q-1").steps == 2
    assert row(desk, "EX-1").used == 1
    assert desk.is_sound()


def test_a_revision_is_judged_anew(desk):
    granted(desk)
    first = submitted(desk, margin_pct="20").workflow
    desk.act(first, "finance", "return", "fred")
    quote(desk, 1, revision=2, discount_pct="29")

    assert asked(desk, desk.submit("Q-1").workflow) == {"director"}


def test_an_exception_does_not_count_for_a_quote_of_who_granted_it(desk):
    granted(desk, by="dora")
    own = submitted(desk, 1, actor="dora", submittedBy="dora")
    other = submitted(desk, 2)

    assert own.steps == 1
    assert considered(desk, own.workflow)[0].unfit == (
        "'dora' granted it: submitter of the quote"
    )
    assert other.steps == 0


def test_ended_it_counts_no_more_and_ending_twice_is_the_same(desk):
    exception_id = granted(desk)
    with pytest.raises(Forbidden, match="neither asked for it nor granted it"):
        ended(desk, exception_id, actor="fred")

    assert ended(desk, exception_id) == "applied"
    assert ended(desk, exception_id) == "duplicate"
    assert row(desk, exception_id).status == "ended"
    assert submitted(desk).steps == 1
    assert desk.is_sound()


@pytest.mark.parametrize("person", ["sam", "dora", "dana"])
def test_who_asked_who_granted_and_the_deal_desk_may_end_it(desk, person):
    assert ended(desk, granted(desk), actor=person) == "applied"


def test_what_is_pending_or_refused_cannot_be_ended(desk):
    exception_id, workflow = ask(desk)
    with pytest.raises(InvalidState, match="it is pending"):
        ended(desk, exception_id)
    desk.recall(workflow)

    assert row(desk, exception_id).status == "refused"
    with pytest.raises(InvalidState, match="it is refused"):
        ended(desk, exception_id)


def test_a_request_that_was_recalled_is_not_submitted_again(desk):
    exception_id, workflow = ask(desk)
    assert desk.submit(exception_id).result == "duplicate"
    desk.recall(workflow)

    with pytest.raises(InvalidState, match="run 'cpq exception grant' again"):
        desk.submit(exception_id)
    assert ask(desk)[0] != exception_id


def test_its_owner_is_told_once_fourteen_days_before_it_ends(desk):
    exception_id = granted(desk, ends_on=date(2026, 3, 20))
    workflow = row(desk, exception_id).workflow_id

    desk.wait(days=3)
    assert told(desk) == [False]
    desk.wait(days=1)
    assert told(desk) == [True]
    assert told(desk) == []
    assert mailed(desk, workflow, "exception_expiring") == ["sam"]
    assert desk.log(workflow)[-1] == "exception_expiring"
    assert desk.is_sound()


def test_nobody_is_told_of_an_exception_that_is_over_or_never_ends(desk):
    granted(desk, ends_on=None)
    workflow = row(desk, granted(desk, ends_on=date(2026, 3, 20))).workflow_id

    desk.wait(days=30)
    told(desk)
    assert mailed(desk, workflow, "exception_expiring") == []
    assert told(desk) == []


def test_no_quote_takes_the_place_of_an_exception(desk):
    for taken in ({"id": "EX-7"}, {"exception": {"trigger": "band", "within": "x<=1"}}):
        with pytest.raises(DocumentError):
            quote_intake.import_quotes(
                desk.runtime, document({**quote_document("Q-9"), **taken})
            )


def test_a_new_policy_without_the_trigger_makes_the_exception_idle(desk):
    granted(desk)
    changed = {**POLICY, "triggers": [{**POLICY["triggers"][0], "id": "bands"}]}
    new = policy(**changed, version="2")
    intake.publish_policy(desk.runtime, document(new), "dana")
    answer = submitted(desk)

    assert answer.steps == 1
    assert "no trigger 'band'" in considered(desk, answer.workflow)[0].unfit


def test_a_new_policy_that_measures_what_an_exception_leaves_open_makes_it_idle(
    make_company,
):
    rungs = [{"role": "director", "may": {"discount_pct": "< 30"}}]
    desk = make_company(**{**POLICY, "ladders": {"sales": rungs}})
    granted(desk, within="discount_pct<=28")
    before = submitted(desk, 1, discount_pct="28", amount="900000")
    new = policy(**POLICY, version="2")
    intake.publish_policy(desk.runtime, document(new), "dana")
    after = submitted(desk, 2, discount_pct="28", amount="890000")

    assert (before.status, after.status) == ("approved", "pending")
    assert asked(desk, after.workflow) == {"cfo"}
    (seen,) = considered(desk, after.workflow)
    assert "Expected a bound amount<=…" in seen.unfit
    assert desk.is_sound()


DISCOUNT = {"name": "discount_pct", "type": "number", "worse": "higher"}


@pytest.mark.parametrize("more", [[DISCOUNT], []], ids=["an input", "of lines only"])
def test_a_trigger_on_lines_is_waived_if_every_line_lies_within(make_company, more):
    lines = {
        "id": "band",
        "reason": "family_band",
        "each": "line",
        "when": {"family": '"HW"', "discount_pct": ">= 10"},
        "require": ["director"],
    }
    inputs = [*POLICY["inputs"][2:], *more]
    company = make_company(triggers=[lines], inputs=inputs, steps={"director": {}})
    granted(company, within="discount_pct<=20")

    def line(number, net):
        return {
            "id": str(number),
            "product": "Router",
            "family": "HW",
            "quantity": 1,
            "listPrice": "100",
            "netPrice": net,
        }

    inside = company.quote("Q-1", lines=[line(1, "80"), line(2, "85")])
    outside = company.quote("Q-2", lines=[line(1, "80"), line(2, "79")])
    assert company.submit(inside).steps == 0
    assert company.submit(outside).steps == 1


def test_a_request_for_an_exception_is_judged_by_the_policy_it_was_asked_under(desk):
    exception_id, workflow = ask(desk)
    intake.publish_policy(desk.runtime, document(policy(**POLICY, version="2")), "dana")
    caller = Caller(actor="dana", channel="t")
    for command in (
        lambda: preview(desk.runtime, workflow),
        lambda: replan(desk.runtime, workflow, caller),
    ):
        with pytest.raises(InvalidState, match="it asks for an exception"):
            command()

    desk.act(workflow, "director", "approve", "dora")
    assert row(desk, exception_id).status == "active"
    assert desk.findings() == ()
