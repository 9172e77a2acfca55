from datetime import date, timedelta
from decimal import Decimal

import pytest

from approval_engine.domain.completion import Completion, Rule
from approval_engine.errors import PlanError
from approval_engine.planner.plan import FactSeen, Reason
from approval_engine.planner.requirements import collect, meets, words
from tests.factories import (
    make_evaluation,
    make_fact,
    make_fired,
    make_ladder,
    make_policy,
    make_rung,
    make_rung_needed,
    make_step_rule,
    make_tests,
)

TODAY = date(2026, 3, 6)
SALES = make_ladder(
    "sales",
    make_rung("manager", may={"amount": "< 100"}),
    make_rung("director", may={"amount": "< 500"}),
    make_rung("vp", may={"amount": "< 500"}, within={"region": '"EMEA"'}),
    make_rung("cro", unlimited=True),
)
COUNCIL = make_ladder(
    "council",
    make_rung("vp", may={"amount": "< 500"}),
    make_rung("cfo", may={"amount": "< 500"}),
    make_rung("cro", may={"amount": "< 500"}),
    make_rung("board", committee=3, quorum=2),
)


def found(policy, *triggers, **inputs):
    needed = collect(policy, make_evaluation(*triggers, inputs=inputs), TODAY)
    return {each.rule.id: each for each in needed}


def rung(role, amount=50, **changes):
    return make_fired(
        f"band_{role}", rungs=(make_rung_needed(role, amount=amount, **changes),)
    )


def test_a_trigger_requires_the_steps_it_names():
    policy = make_policy(make_step_rule("manager"), make_step_rule("finance"))
    assert list(found(policy, make_fired("margin", "finance"))) == ["finance"]


def test_a_trigger_that_did_not_fire_requires_nothing():
    policy = make_policy(make_step_rule("finance"))
    assert found(policy, make_fired("margin", "finance", fired=False)) == {}


def test_declared_steps_come_in_document_order_then_the_others_as_required():
    policy = make_policy(
        make_step_rule("manager"), make_step_rule("finance"), ladders=[SALES]
    )
    order = found(policy, rung("cro"), rung("director"), make_fired("x", "finance"))
    assert list(order) == ["finance", "cro", "director"]
    order = found(policy, make_fired("x", "finance"), rung("manager"), rung("director"))
    assert list(order) == ["manager", "finance", "director"]


def test_a_role_without_a_step_gets_the_default_step():
    default = make_step_rule("default", chain="extra", stage=2)
    policy = make_policy(ladders=[SALES], default_step=default)
    rule = found(policy, rung("director"))["director"].rule
    assert (rule.id, rule.role, rule.chain, rule.stage) == (
        "director",
        "director",
        "extra",
        2,
    )


def test_a_role_uses_the_step_that_is_declared_for_it():
    review = make_step_rule("sales_review", role="director")
    policy = make_policy(review, ladders=[SALES])
    assert list(found(policy, rung("director"))) == ["sales_review"]


def test_of_two_steps_of_a_role_the_one_named_like_it_is_used():
    first = make_step_rule("sales_review", role="director")
    policy = make_policy(first, make_step_rule("director"), ladders=[SALES])
    assert list(found(policy, rung("director"))) == ["director"]


def test_a_default_step_never_takes_the_id_of_another_role():
    policy = make_policy(make_step_rule("director", role="finance"), ladders=[SALES])
    with pytest.raises(
        PlanError, match=r"element=director: .*a step of role 'finance'"
    ):
        found(policy, rung("director"))


def test_a_step_that_two_triggers_require_comes_once_with_both_reasons():
    policy = make_policy(make_step_rule("finance"))
    step = found(
        policy,
        make_fired("margin", "finance", reason="below_floor"),
        make_fired("term", "finance", reason="too_long", facts=()),
    )["finance"]
    assert step.reasons == (
        Reason(
            trigger="margin",
            reason="below_floor",
            facts=(FactSeen(name="margin_pct", value="18", test="< 24"),),
        ),
        Reason(trigger="term", reason="too_long"),
    )


def test_a_trigger_that_asks_a_step_twice_is_one_reason():
    policy = make_policy(make_step_rule("manager"), ladders=[SALES])
    needed = make_rung_needed("manager", amount=50)
    step = found(policy, make_fired("band", "manager", rungs=(needed,)))["manager"]
    assert [reason.trigger for reason in step.reasons] == ["band"]
    assert step.measures == (needed.measures,)


def test_only_facts_that_held_are_reasons():
    held = make_fact("amount", "60000", ">= 50000", lines=("1", "2"))
    other = make_fact("region", held=False)
    policy = make_policy(make_step_rule("finance"))
    step = found(policy, make_fired("x", "finance", facts=(held, other)))["finance"]
    seen = FactSeen(name="amount", value="60000", test=">= 50000", lines=("1", "2"))
    assert step.reasons[0].facts == (seen,)


def test_a_rung_carries_its_measures_and_the_sufficient_roles_above():
    policy = make_policy(ladders=[SALES])
    step = found(policy, rung("manager"), region="AMER")["manager"]
    assert dict(step.measures[0]) == {"amount": 50}
    assert step.higher == ("director", "cro")


@pytest.mark.parametrize(
    ("amount", "region", "higher"),
    [
        (50, "EMEA", ("director", "vp", "cro")),
        (500, "EMEA", ("cro",)),
        (499, "AMER", ("director", "cro")),
    ],
)
def test_roles_above_must_suffice_themselves(amount, region, higher):
    policy = make_policy(ladders=[SALES])
    step = found(policy, rung("manager", amount), region=region)["manager"]
    assert step.higher == higher


def test_a_rung_that_only_sits_in_a_committee_does_not_suffice_alone():
    ladder = make_ladder(
        "sales",
        make_rung("manager", may={"amount": "< 100"}),
        make_rung("vp", may={"amount": "< 10"}),
        make_rung("committee", committee=2, quorum=2),
    )
    step = found(make_policy(ladders=[ladder]), rung("manager"))["manager"]
    assert step.higher == ()


@pytest.mark.parametrize(
    ("period", "counts"),
    [
        ({"starts_on": TODAY}, True),
        ({"starts_on": TODAY + timedelta(days=1)}, False),
        ({"ends_on": TODAY}, True),
        ({"ends_on": TODAY - timedelta(days=1)}, False),
    ],
)
def test_a_rung_above_has_authority_while_it_is_valid(period, counts):
    ladder = make_ladder(
        "sales",
        make_rung("manager", may={"amount": "< 100"}),
        make_rung("cro", unlimited=True, **period),
    )
    step = found(make_policy(ladders=[ladder]), rung("manager"))["manager"]
    assert step.higher == (("cro",) if counts else ())


def test_two_ladders_on_one_step_leave_the_roles_that_suffice_for_both():
    policy = make_policy(ladders=[SALES])
    step = found(policy, rung("manager", 50), rung("manager", 500), region="EMEA")
    assert step["manager"].higher == ("cro",)
    assert len(step["manager"].measures) == 2


def test_a_plain_requirement_does_not_take_the_measures_away():
    policy = make_policy(make_step_rule("manager"), ladders=[SALES])
    plain = make_fired("margin", "manager")
    for triggers in ((plain, rung("manager")), (rung("manager"), plain)):
        step = found(policy, *triggers)["manager"]
        assert step.higher == ("director", "cro")
        assert len(step.measures) == 1


def test_a_chain_measures_only_its_last_rung():
    policy = make_policy(ladders=[SALES])
    needed = make_rung_needed("manager", "director", amount=400)
    steps = found(policy, make_fired("band", rungs=(needed,)))
    assert list(steps) == ["manager", "director"]
    assert steps["manager"].measures == ()
    assert steps["director"].measures == (needed.measures,)


def test_a_committee_of_all_its_roles_is_a_step_for_each():
    policy = make_policy(make_step_rule("cfo"), ladders=[COUNCIL])
    needed = make_rung_needed("vp", "cfo", ladder="council", quorum=2, amount=9000)
    steps = found(policy, make_fired("big", rungs=(needed,)))
    assert list(steps) == ["cfo", "vp"]
    assert all(step.measures == () for step in steps.values())


def test_a_committee_of_some_of_its_roles_is_one_step():
    policy = make_policy(make_step_rule("cro", stage=3), ladders=[COUNCIL])
    roles = ("vp", "cfo", "cro")
    needed = make_rung_needed(*roles, ladder="council", quorum=2, amount=9000)
    step = found(policy, make_fired("big", rungs=(needed,)))["council_committee"]
    assert step.committee == roles
    assert step.rule.completion == Completion(rule=Rule.QUORUM, count=2)
    assert (step.rule.role, step.rule.stage) == ("cro", 3)
    assert step.rule.ask_everyone


def test_a_committee_runs_like_the_step_that_is_declared_for_it():
    board = make_step_rule("board", role="board", stage=5, match={"a": "b"})
    policy = make_policy(make_step_rule("cro"), board, ladders=[COUNCIL])
    needed = make_rung_needed("vp", "cro", ladder="council", quorum=1, amount=9000)
    rule = found(policy, make_fired("big", rungs=(needed,)))["council_committee"].rule
    assert (rule.role, rule.stage, rule.match) == ("board", 5, {})


@pytest.mark.parametrize("quorums", [(1, 2), (2, 1), (2, 2)])
def test_two_quorums_of_one_committee_become_the_stricter(quorums):
    policy = make_policy(ladders=[COUNCIL])
    triggers = [
        make_fired(
            f"big_{number}",
            rungs=(
                make_rung_needed("vp", "cfo", "cro", ladder="council", quorum=quorum),
            ),
        )
        for number, quorum in enumerate(quorums)
    ]
    step = found(policy, *triggers)["council_committee"]
    assert step.rule.completion == Completion(rule=Rule.QUORUM, count=2)
    assert len(step.reasons) == 2


def test_a_fired_trigger_that_asks_nobody_is_refused():
    with pytest.raises(PlanError, match="no-step element=clause") as refusal:
        found(make_policy(), make_fired("clause", inform=("treasury",)))
    assert refusal.value.problems[0].file == "deal-desk@2026.3"


def test_the_policy_keeps_the_order_of_its_vetoes():
    completion = Completion(rule=Rule.ALL, veto=("legal", "cfo"))
    policy = make_policy(make_step_rule("finance", completion=completion))
    both = found(policy, make_fired("a", "finance"), make_fired("b", "finance"))
    assert both["finance"].rule.completion is completion


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (Decimal("23.990"), "23.990"),
        (Decimal("1E+6"), "1000000"),
        (date(2026, 3, 6), "2026-03-06"),
        (("liability-cap", "exclusivity"), "liability-cap, exclusivity"),
        ("EMEA", "EMEA"),
    ],
)
def test_facts_in_words(value, text):
    assert words(value) == text


@pytest.mark.parametrize(
    ("amount", "met"), [(Decimal(50), True), (Decimal(100), False), (None, False)]
)
def test_an_unknown_value_meets_nothing(amount, met):
    assert meets(make_tests(amount="< 100"), {"amount": amount}) is met


def test_no_test_is_always_met():
    assert meets((), {})
