import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from approval_engine.documents import in_order, parse
from approval_engine.domain.completion import Completion, Rule
from approval_engine.errors import PolicyError
from approval_engine.policy.conditions import parse_unary
from approval_engine.policy.load import load, load_published, schema
from approval_engine.policy.model import Calendar, Escalation, SlaRule
from tests.unit.policy.samples import (
    MATRIX,
    POLICY,
    codes,
    document,
    make_policy,
    without,
)

D = Decimal
TRIGGER = POLICY["triggers"][0]
INPUTS = POLICY["inputs"]
TOP = {"role": "cro", "unlimited": True}


def problems(value):
    with pytest.raises(PolicyError) as caught:
        load(document(value))
    return caught.value.problems


def with_trigger(**changes):
    return {"triggers": [TRIGGER | changes]}


def with_input(**changes):
    return {"inputs": [*INPUTS, {"name": "x", "type": "number"} | changes]}


def with_ladder(*rungs, **changes):
    return {
        "triggers": [without(TRIGGER, "require") | {"ladder": "sales"} | changes],
        "ladders": {"sales": list(rungs)},
    }


def with_step(**changes):
    return {"steps": {"manager": changes}}


def with_calendar(**changes):
    us = {"timeZone": "America/New_York", "hours": "09:00-17:00", "days": "Mon-Fri"}
    return {"calendars": {"us": us | changes}}


def test_the_example_of_the_documentation_is_read_in_full():
    policy = load(parse(MATRIX.read_bytes(), "approval_matrix.json"))

    assert (policy.name, policy.version, policy.currency) == (
        "deal-desk",
        "2026.3",
        "USD",
    )
    assert (policy.starts_on, policy.ends_on) == (date(2026, 10, 1), None)
    assert policy.approval_valid_days == 30
    assert policy.protected == ("payment_days",)
    assert policy.rates.name == "corporate"
    assert list(policy.steps) == ["manager", "finance", "legal"]
    assert [trigger.id for trigger in policy.triggers] == [
        "margin",
        "band",
        "clause",
        "embargo",
    ]
    assert policy.inputs[-1].name == "acv"
    assert policy.line_inputs == {"family"}
    assert [rule.use for rule in policy.processes] == ["deal_review", "standard"]


def test_each_part_of_the_example_is_what_it_says():
    policy = load(parse(MATRIX.read_bytes(), "approval_matrix.json"))
    margin, band, clause, embargo = policy.triggers
    finance = policy.steps["finance"]

    assert [test.text for test in margin.rows[0].tests] == ['not("EMEA")', "< 24"]
    assert margin.rows[0].tests[1].test == parse_unary("< 24")
    assert (band.each_line, band.ladder) == (True, "sales")
    assert (clause.ends_on, clause.inform) == (date(2026, 12, 31), ("treasury",))
    assert clause.needs == ("justification", "attachment:redline")
    assert (embargo.effect, embargo.require) == ("refuse", ())
    assert finance.completion == Completion(rule=Rule.QUORUM, count=1)
    assert [(rule.hours, len(rule.tests)) for rule in finance.sla] == [(4, 1), (24, 0)]
    assert finance.match == {"region": "region"}
    assert finance.escalate_to == (Escalation(role="cfo", after_hours=D(24)),)
    assert policy.steps["legal"].calendar == "uk"
    assert policy.calendars["uk"] == Calendar(
        name="uk",
        time_zone="Europe/London",
        opens=540,
        closes=1050,
        weekdays=frozenset(range(5)),
        holidays="GB",
    )


def test_a_short_policy_has_the_documented_defaults():
    policy = make_policy()
    step = policy.steps["manager"]

    assert (step.role, step.chain, step.stage, step.calendar) == (
        "manager",
        "main",
        1,
        "default",
    )
    assert step.completion == Completion(rule=Rule.ANY)
    assert step.sla == (SlaRule(hours=D(24)),)
    assert (step.on_timeout, step.on_exhausted) == ("escalate", "hold")
    assert (step.fallback_role, step.dedupe, step.assign) == (
        "deal_desk",
        "consecutive",
        "pool",
    )
    assert policy.calendars["default"].time_zone == "UTC"
    assert (policy.no_trigger, policy.ladders) == ("auto_approve", {})
    assert [rule.use for rule in policy.processes] == ["standard"]


def test_defaults_reach_every_step_that_does_not_say_otherwise():
    policy = make_policy(
        defaults={"slaHours": 8, "stage": 2, "onTimeout": "hold", "ask": "everyone"},
        steps={"manager": {"stage": 1}, "legal": {}},
    )

    assert policy.steps["manager"].stage == 1
    assert policy.steps["legal"].stage == 2
    assert policy.steps["manager"].sla == (SlaRule(hours=D(8)),)
    assert policy.default_step.on_timeout == "hold"
    assert policy.default_step.ask_everyone


def test_hours_that_no_rule_gives_are_those_of_the_defaults():
    hours = [{"when": {"region": '"EMEA"'}, "hours": "1.5"}]
    policy = make_policy(**with_step(slaHours=hours))

    assert [rule.hours for rule in policy.steps["manager"].sla] == [D("1.5"), D(24)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("Sun-Thu", {6, 0, 1, 2, 3}),
        ("Mon,Wed-Thu", {0, 2, 3}),
        ("Sat", {5}),
        ("Mon-Sun", set(range(7))),
    ],
)
def test_a_calendar_names_its_days(text, days):
    policy = make_policy(**with_calendar(days=text))

    assert policy.calendars["us"].weekdays == days
    assert policy.steps["manager"].calendar == "us"


@pytest.mark.parametrize(
    ("value", "completion"),
    [
        ("all", Completion(rule=Rule.ALL)),
        ("first_response", Completion(rule=Rule.FIRST_RESPONSE)),
        ("all_respond_any", Completion(rule=Rule.ALL_RESPOND_ANY)),
        ({"quorum": 2}, Completion(rule=Rule.QUORUM, count=2)),
        ({"percent": 66.7}, Completion(rule=Rule.PERCENT, percent=D("66.7"))),
        ({"percent": "50"}, Completion(rule=Rule.PERCENT, percent=D(50))),
        (
            {"quorum": 2, "veto": ["legal"], "waitForAll": True},
            Completion(rule=Rule.QUORUM, count=2, veto=("legal",), wait_for_all=True),
        ),
        (
            {"rule": "all", "veto": ["legal"]},
            Completion(rule=Rule.ALL, veto=("legal",)),
        ),
    ],
)
def test_every_form_of_completion_is_read(value, completion):
    policy = make_policy(**with_step(completion=value))

    assert policy.steps["manager"].completion == completion


@pytest.mark.parametrize(
    ("step", "everyone"),
    [
        ({"ask": "everyone"}, True),
        ({"completion": {"quorum": 1, "ask": "everyone"}}, True),
        ({"completion": {"quorum": 1}}, False),
    ],
)
def test_everyone_is_asked_where_step_or_completion_says_so(step, everyone):
    assert make_policy(**with_step(**step)).steps["manager"].ask_everyone is everyone


def test_a_ladder_may_state_its_mode_and_a_committee():
    rungs = [
        {"role": "vp", "may": {"amount": "< 100"}},
        {"role": "cfo", "may": {"amount": "< 1000"}},
        {"committee": {"quorum": 1, "of": 2}},
    ]
    changes = with_ladder() | {"ladders": {"sales": {"mode": "chain", "rungs": rungs}}}
    ladder = make_policy(**changes).ladders["sales"]

    assert ladder.mode == "chain"
    assert [rung.role for rung in ladder.rungs] == ["vp", "cfo", "committee"]
    assert (ladder.rungs[2].committee, ladder.rungs[2].quorum) == (2, 1)


def test_expressions_come_after_what_they_read():
    inputs = [
        {"name": "c", "type": "number", "expr": "b * 2"},
        {"name": "b", "type": "number", "expr": "a + 1"},
        {"name": "big", "type": "boolean", "expr": "c > 5"},
        {"name": "a", "type": "number"},
    ]
    policy = make_policy(inputs=[*INPUTS, *inputs])

    assert [each.name for each in policy.inputs][3:] == ["a", "b", "c", "big"]


def test_the_stored_form_is_the_same_policy_with_the_same_hash():
    value = POLICY | {
        "steps": {"zeta": {"slaHours": 1.5}, "manager": {}},
        "defaults": {"completion": {"percent": 33.3}, "remindAfterHours": [0.5]},
    }
    first = load(document(value))
    again = load(parse(in_order(document(value).value), "policy"))

    assert again == first
    assert list(again.steps) == ["zeta", "manager"]


def test_the_hash_is_over_content_and_not_over_layout():
    spaced = parse(json.dumps(POLICY, indent=8).encode(), "f")
    other = make_policy(version="2")

    assert load(spaced).sha256 == make_policy().sha256
    assert other.sha256 != make_policy().sha256


FORMS = [
    ({"policy": "deal desk"}, "/policy", "form"),
    ({"version": 3}, "/version", "form"),
    ({"currency": "dollar"}, "/currency", "form"),
    ({"polcy": "x"}, "/polcy", "unknown_key"),
    ({"noTrigger": "approve"}, "/noTrigger", "form"),
    ({"approvalValidDays": 0}, "/approvalValidDays", "form"),
    ({"inputs": {}}, "/inputs", "form"),
    (with_input(name="Bad"), "/inputs/3/name", "form"),
    (with_input(type="text"), "/inputs/3/type", "form"),
    (with_input(worse="bigger"), "/inputs/3/worse", "form"),
    (with_input(**{"from": {"lines": "median", "of": "a"}}), None, "form"),
    (with_trigger(requires=["manager"]), "/triggers/0/requires", "unknown_key"),
    (with_trigger(require=[]), "/triggers/0/require", "form"),
    (with_trigger(require="manager"), "/triggers/0/require", "form"),
    (with_trigger(when=[]), "/triggers/0/when", "form"),
    (with_trigger(when="x"), "/triggers/0/when", "form"),
    (with_trigger(when={"margin_pct": 24}), "/triggers/0/when/margin_pct", "form"),
    (with_trigger(when={"margin_pct": ""}), "/triggers/0/when/margin_pct", "form"),
    (with_trigger(when={"Margin": "< 1"}), "/triggers/0/when/Margin", "name"),
    (with_trigger(each="quote"), "/triggers/0/each", "form"),
    (with_trigger(effect="approve"), "/triggers/0/effect", "form"),
    (with_trigger(until="31.12.2026"), "/triggers/0/until", "form"),
    (with_trigger(needs=["attachment"]), "/triggers/0/needs/0", "form"),
    ({"steps": {"Manager": {}}}, "/steps/Manager", "name"),
    (with_step(slaHours="soon"), "/steps/manager/slaHours", "form"),
    (with_step(slaHours=-1), "/steps/manager/slaHours", "form"),
    (with_step(slaHours=[]), "/steps/manager/slaHours", "form"),
    (with_step(completion="most"), "/steps/manager/completion", "form"),
    (with_step(completion={"quorum": 0}), None, "form"),
    (with_step(completion={"percent": 101}), None, "form"),
    (with_step(completion={"quorom": 1}), None, "unknown_key"),
    (with_step(assign="anybody"), "/steps/manager/assign", "form"),
    (with_step(onTimeout="cancel"), "/steps/manager/onTimeout", "form"),
    (with_step(escalateTo=[{"afterHours": 1}]), None, "missing"),
    ({"defaults": {"role": "x"}}, "/defaults/role", "name"),
    (with_calendar(hours="9-17"), "/calendars/us/hours", "form"),
    (with_calendar(days="Mo-Fr"), "/calendars/us/days", "form"),
    (with_calendar(holidays="USA"), "/calendars/us/holidays", "form"),
    ({"calendars": {}}, "/calendars", "form"),
    ({"processes": [{"when": {}}]}, "/processes/0", "missing"),
]


@pytest.mark.parametrize(("change", "element", "code"), FORMS)
def test_a_wrong_form_is_refused_at_its_place(change, element, code):
    found = problems(POLICY | change)

    assert code in [problem.code for problem in found]
    assert element is None or (element, code) in codes(found)
    assert all(problem.sentence.startswith("Expected ") for problem in found)


@pytest.mark.parametrize("key", sorted(POLICY))
def test_a_policy_without_a_required_key_is_refused(key):
    assert ("/", "missing") in codes(problems(without(POLICY, key)))


WHEN = "/triggers/0/when"
MEANINGS = [
    ({"currency": "XXY"}, "/currency", "type"),
    ({"from": "2026-01-01", "effectiveFrom": "2026-01-01"}, "/from", "contradiction"),
    ({"effectiveFrom": "2026-02-01", "until": "2026-01-31"}, "/until", "period"),
    ({"effectiveFrom": "2026-02-30"}, "/effectiveFrom", "type"),
    (with_trigger(when={"margin": "< 24"}), f"{WHEN}/margin", "unknown_input"),
    (with_trigger(when={"margin_pct": "< x"}), f"{WHEN}/margin_pct", "type"),
    (with_trigger(when={"margin_pct": '"A"'}), f"{WHEN}/margin_pct", "type"),
    (with_trigger(when={"region": "< 24"}), f"{WHEN}/region", "type"),
    (with_trigger(when={"region": '"APAC"'}), f"{WHEN}/region", "unknown_value"),
    (with_trigger(when={"margin_pct": "<"}), f"{WHEN}/margin_pct", "condition"),
    (
        with_trigger(when={"margin_pct": "__import__('os')"}),
        f"{WHEN}/margin_pct",
        "condition",
    ),
    (with_trigger(when=[{"margin_pct": "a.b"}]), f"{WHEN}/0/margin_pct", "condition"),
    (with_trigger(when={"family": '"HW"'}), f"{WHEN}/family", "unknown_input"),
    (with_trigger(require=["boss"]), "/triggers/0/require/0", "unknown_step"),
    (with_trigger(ladder="sales"), "/triggers/0/ladder", "unknown_ladder"),
    (with_trigger(effect="refuse"), "/triggers/0/effect", "unreachable"),
    ({"triggers": [without(TRIGGER, "require")]}, "/triggers/0", "missing"),
    ({"triggers": [TRIGGER, TRIGGER]}, "/triggers/1", "duplicate"),
    (
        with_trigger(**{"from": "2026-02-01", "until": "2026-01-01"}),
        "/triggers/0/until",
        "period",
    ),
    (with_input(name="region"), "/inputs/3", "duplicate"),
    (with_input(name="empty"), "/inputs/3/name", "reserved"),
    (with_input(expr="amount *"), "/inputs/3/expr", "condition"),
    (with_input(expr="amount * region"), "/inputs/3/expr", "type"),
    (with_input(expr="amount > 5"), "/inputs/3/expr", "type"),
    (with_input(expr="amont * 2"), "/inputs/3/expr", "type"),
    (with_input(expr="amount in (1, 2)"), "/inputs/3/expr", "expression"),
    (with_input(type="boolean", expr="not(x)"), "/inputs/3/expr", "expression"),
    (with_input(expr="eval('1')"), "/inputs/3/expr", "condition"),
    (with_input(expr="x + 1"), "/inputs/3/expr", "circle"),
    (with_input(values=["a"]), "/inputs/3/values", "type"),
    (with_input(type="string", worse="higher"), "/inputs/3/worse", "type"),
    (
        with_input(type="string", **{"from": {"lines": "max", "of": "net"}}),
        "/inputs/3/from",
        "type",
    ),
    (with_input(**{"from": {"lines": "max"}}), "/inputs/3/from", "missing"),
    (
        with_input(**{"from": {"lines": "max", "of": "family"}}),
        "/inputs/3/from/of",
        "type",
    ),
    (
        with_input(expr="1", **{"from": {"lines": "sum", "of": "net"}}),
        "/inputs/3/expr",
        "contradiction",
    ),
    (with_ladder({"role": "vp"}), "/ladders/sales/0", "powers"),
    (
        with_ladder({"role": "vp", "unlimited": True, "may": {"amount": "< 5"}}),
        "/ladders/sales/0",
        "powers",
    ),
    (with_ladder({"may": {"amount": "< 5"}}), "/ladders/sales/0", "missing"),
    (
        with_ladder({"role": "vp", "may": {"amunt": "< 5"}}),
        "/ladders/sales/0/may/amunt",
        "unknown_input",
    ),
    (
        with_ladder({"role": "vp", "may": {"amount": "x"}}),
        "/ladders/sales/0/may/amount",
        "type",
    ),
    (with_ladder(TOP, TOP), "/ladders/sales/0", "unreachable"),
    (with_ladder({"committee": 2}), "/ladders/sales/0/committee", "committee"),
    (
        with_ladder(
            {"role": "vp", "may": {"amount": "< 5"}},
            {"role": "cfo", "may": {"amount": "< 9"}},
            {"committee": {"quorum": 3, "of": 2}},
        ),
        "/ladders/sales/2/committee/quorum",
        "committee",
    ),
    (with_step(calendar="us"), "/steps/manager/calendar", "unknown_calendar"),
    (with_step(slaHours="0"), "/steps/manager/slaHours", "type"),
    (
        with_step(slaHours=[{"hours": 4}, {"hours": 8}]),
        "/steps/manager/slaHours/1",
        "unreachable",
    ),
    (
        with_step(onTimeout="approve"),
        "/steps/manager/onTimeout",
        "approve_on_timeout",
    ),
    (
        {"defaults": {"onTimeout": "approve", "approveOnTimeout": False}},
        "/defaults/onTimeout",
        "approve_on_timeout",
    ),
    (
        with_step(completion={"quorum": 2, "percent": 50}),
        "/steps/manager/completion",
        "contradiction",
    ),
    (
        with_step(
            escalateTo=[
                {"role": "a", "afterHours": 24},
                {"role": "b", "afterHours": 8},
            ]
        ),
        "/steps/manager/escalateTo/1/afterHours",
        "order",
    ),
    (
        with_step(match={"area": "regoin"}),
        "/steps/manager/match/area",
        "unknown_input",
    ),
    (with_step(match={"area": "amount"}), "/steps/manager/match/area", "type"),
    (with_step(delta={"region": 1}), "/steps/manager/delta/region", "type"),
    (with_step(delta={"x": 1}), "/steps/manager/delta/x", "unknown_input"),
    (with_calendar(timeZone="US/Nowhere"), "/calendars/us/timeZone", "type"),
    (with_calendar(hours="17:00-09:00"), "/calendars/us/hours", "type"),
    (
        {"processes": [{"use": "standard"}, {"use": "other"}]},
        "/processes/1",
        "unreachable",
    ),
    (
        {"processes": [{"when": {"amount": "'x'"}, "use": "other"}]},
        "/processes/0/when/amount",
        "type",
    ),
]


@pytest.mark.parametrize(("change", "element", "code"), MEANINGS)
def test_what_a_policy_cannot_mean_is_refused_at_its_place(change, element, code):
    (problem,) = problems(POLICY | change)

    assert (problem.element, problem.code) == (element, code)
    assert problem.sentence.startswith("Expected ")


def test_approval_after_a_timeout_is_accepted_when_it_is_said_twice():
    step = with_step(onTimeout="approve", approveOnTimeout=True)

    assert make_policy(**step).steps["manager"].on_timeout == "approve"


def test_a_role_where_a_step_is_required_is_explained():
    changes = with_trigger(require=["cfo"]) | with_step(escalateTo=[{"role": "cfo"}])
    (problem,) = problems(POLICY | changes)

    assert problem.sentence == (
        "Expected a step, but 'cfo' is a role: declare a step for it."
    )


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        (with_trigger(requre=["manager"]), "require"),
        (with_trigger(when={"margin_pc": "< 24"}), "margin_pct"),
        (with_trigger(when={"region": '"EMAE"'}), "EMEA"),
        (with_trigger(require=["manger"]), "manager"),
        ({"trigers": []}, "triggers"),
    ],
)
def test_a_near_miss_is_named(change, meant):
    (problem,) = problems(POLICY | change)

    assert problem.sentence.endswith(f"; did you mean '{meant}'?")


def test_a_condition_that_does_not_parse_is_quoted_with_its_place():
    (problem,) = problems(POLICY | with_trigger(when={"margin_pct": "< 24 25"}))

    assert problem.sentence == (
        "Expected the end of the condition, but found '25' (character 6 of '< 24 25')."
    )


def test_what_was_published_is_read_without_judging_its_form_again():
    newer = document(POLICY | {"added": 1})

    assert load_published(document(POLICY)) == load(document(POLICY))
    assert load_published(newer).name == "deal-desk"
    with pytest.raises(PolicyError, match="unknown_key element=/added"):
        load(newer)


def test_what_was_published_must_still_mean_something():
    with pytest.raises(PolicyError, match="condition"):
        load_published(document(POLICY | with_trigger(when={"margin_pct": "< "})))


def test_every_problem_is_reported_at_once_with_its_line():
    text = b"""{
 "policy": "p", "version": "1", "currency": "USD",
 "inputs": [
  {"name": "a", "type": "numbr"},
  {"name": "b", "type": "number", "expr": "c"},
  {"name": "c", "type": "number", "expr": "b"}],
 "triggers": [
  {"id": "t", "reason": "r", "require": ["nobody"],
   "when": {"a": "'x', 5", "b": "< 'x'"}},
  {"id": "t", "reason": "r", "when": {"d": "< 1"}},
  {"id": "u", "reason": "r", "whn": {}}],
 "steps": {"s": {
   "calendar": "mars",
   "onTimeout": "approve"}}}"""
    with pytest.raises(PolicyError) as caught:
        load(parse(text, "p.json"))

    assert [(p.line, p.element, p.code) for p in caught.value.problems] == [
        (4, "/inputs/0/type", "form"),
        (5, "/inputs/1/expr", "circle"),
        (8, "/triggers/0/require/0", "unknown_step"),
        (9, "/triggers/0/when/b", "type"),
        (10, "/triggers/1/when/d", "unknown_input"),
        (10, "/triggers/1", "duplicate"),
        (10, "/triggers/1", "missing"),
        (11, "/triggers/2/whn", "unknown_key"),
        (11, "/triggers/2", "missing"),
        (13, "/steps/s/calendar", "unknown_calendar"),
        (14, "/steps/s/onTimeout", "approve_on_timeout"),
    ]
    assert str(caught.value).startswith("p.json:4: form element=/inputs/0/type: ")


def test_a_part_with_a_wrong_form_still_counts_as_named():
    changes = {"steps": {"manager": {"slaHours": "soon"}}}
    found = problems(POLICY | changes | with_trigger(require=["manager"]))

    assert codes(found) == [("/steps/manager/slaHours", "form")]


@pytest.mark.parametrize("value", [[], "x", 5, None, {}, {"triggers": 5, "steps": []}])
def test_what_is_no_policy_at_all_is_refused(value):
    assert problems(value)


def test_the_schema_is_a_valid_schema():
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())

    assert validator.is_valid(json.loads(MATRIX.read_text()))
    assert not validator.is_valid({})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "< 5", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "when", "role", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted({*schema()["properties"]})), JSON)
def test_any_value_in_any_key_is_loaded_or_refused_and_nothing_else(key, value):
    try:
        assert load(document(POLICY | {key: value}))
    except PolicyError as refusal:
        assert refusal.problems  # noqa: PT017


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["triggers", "inputs"]),
    st.sampled_from(sorted({*schema()["$defs"]["trigger"]["properties"], "name"})),
    JSON,
)
def test_any_value_in_a_part_is_loaded_or_refused_and_nothing_else(key, part, value):
    element = POLICY[key][0] | {part: value}
    try:
        assert load(document(POLICY | {key: [element, *POLICY[key][1:]]}))
    except PolicyError as refusal:
        assert refusal.problems  # noqa: PT017


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(schema()["$defs"]["step"]["properties"])), JSON)
def test_any_value_in_a_step_is_loaded_or_refused_and_nothing_else(part, value):
    try:
        assert load(document(POLICY | {"steps": {"manager": {part: value}}}))
    except PolicyError as refusal:
        assert refusal.problems  # noqa: PT017
