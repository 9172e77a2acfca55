import json

import pytest

from approval_engine.documents import parse
from approval_engine.errors import DocumentError
from approval_engine.scenarios import suite

QUOTE = {
    "id": "Q-1",
    "revision": 1,
    "submittedBy": "sam",
    "account": "Limestone Credit Union",
    "currency": "USD",
    "region": "AMER",
    "segment": "ENT",
    "family": "SW",
    "term_months": 24,
    "payment_days": 30,
    "clauses": [],
    "screening": "clear",
    "margin_pct": "20",
    "discount_pct": "0",
    "amount": "50000.00",
    "lines": [],
}

SCENARIO = {
    "name": "one",
    "directory": "seeded",
    "policy": "seeded",
    "quote": QUOTE,
    "at": "2026-03-06T16:00:00-05:00",
}


EXCEPTION = {
    "account": "Limestone Credit Union",
    "trigger": "margin",
    "within": "margin_pct>=15,region=AMER",
    "until": "unlimited",
    "uses": 1,
}


def file_of(tmp_path, *scenarios):
    text = json.dumps(scenarios, indent=1)
    path = tmp_path / "cases.json"
    path.write_text(text, encoding="utf-8")
    return parse(text.encode(), str(path))


def outcome(tmp_path, *steps, **changes):
    document = file_of(tmp_path, {**SCENARIO, "steps": steps, **changes})
    (result,) = suite.run(suite.read(document))
    return result.failures


def problems(tmp_path, *scenarios):
    with pytest.raises(DocumentError) as refused:
        suite.read(file_of(tmp_path, *scenarios))
    return [(each.code, each.element) for each in refused.value.problems]


def act(actor, action, task=None, **more):
    step = {"actor": actor, "action": action, **more}
    return step if task is None else {**step, "task": task}


def test_every_shipped_scenario_passes():
    results = list(suite.run(suite.read()))

    assert [(each.name, each.failures) for each in results if not each.passed] == []
    assert len(results) > 80


FULFILLED = {
    "status": "pending",
    "open": ["manager"],
    "triggers": ["margin"],
    "asked": ["finance"],
    "notAsked": ["legal"],
    "escalated": [],
    "reminded": 0,
    "carried": [],
    "due": {"manager": "2026-03-11T16:00:00-04:00"},
}
WRONG = {
    "status": "approved",
    "open": ["manager", "finance"],
    "triggers": [],
    "asked": ["legal"],
    "notAsked": ["manager"],
    "escalated": {"manager": 1},
    "reminded": ["finance"],
    "carried": ["manager"],
    "due": {"manager": "2026-03-11T16:00:00-05:00"},
}


@pytest.mark.parametrize("key", FULFILLED)
def test_an_expectation_that_holds_passes(tmp_path, key):
    approve = act("fred", "approve", "finance")

    assert outcome(tmp_path, approve, expect={key: FULFILLED[key]}) == ()


@pytest.mark.parametrize("key", WRONG)
def test_an_expectation_that_does_not_hold_fails(tmp_path, key):
    approve = act("fred", "approve", "finance")

    (failure,) = outcome(tmp_path, approve, expect={key: WRONG[key]})

    assert failure.startswith("end: Expected ")


def test_a_failure_names_its_step(tmp_path):
    wrong = act("fred", "approve", "finance", expect={"status": "approved"})

    assert outcome(tmp_path, {"after": "PT1H"}, wrong) == (
        "step 2: Expected status approved, but it is pending.",
    )


def test_the_result_of_a_step_is_its_own(tmp_path):
    once = act("fred", "approve", "finance", expect={"result": "applied"})
    twice = act("fred", "approve", "finance", expect={"result": "duplicate"})

    assert outcome(tmp_path, once, twice) == ()
    assert len(outcome(tmp_path, once, once)) == 1


def test_a_refusal_that_is_demanded_must_come(tmp_path):
    refused = act("submitter", "approve", "finance", refused=True)
    allowed = act("fred", "approve", "finance", refused=True)

    assert outcome(tmp_path, refused) == ()
    assert outcome(tmp_path, allowed, expect={"status": "rejected"}) == (
        "step 1: Expected a refusal, but it was done.",
    )


def test_a_refusal_that_is_not_demanded_ends_the_scenario(tmp_path):
    (failure,) = outcome(
        tmp_path,
        act("submitter", "approve", "finance"),
        expect={"status": "approved"},
    )

    assert failure.startswith("step 1: It was refused: Expected to approve task 'T-2'")


def test_a_refusal_must_be_the_one_that_is_meant(tmp_path):
    right = act("submitter", "approve", "finance", refused="submitter of the quote")
    wrong = act("submitter", "approve", "finance", refused="not one of those asked")

    assert outcome(tmp_path, right) == ()
    (failure,) = outcome(tmp_path, wrong)
    assert failure.startswith("step 1: Expected a refusal with 'not one of")


def test_a_task_that_was_never_opened_is_no_refusal(tmp_path):
    step = act("lars", "approve", "legal", refused=True)

    assert outcome(tmp_path, step) == (
        "step 1: Expected a task of step 'legal', but none was opened.",
    )


def test_the_first_submit_can_be_refused(tmp_path):
    blocked = {**QUOTE, "screening": "blocked"}

    assert outcome(tmp_path, quote=blocked, refused="not_permitted") == ()
    assert len(outcome(tmp_path, quote=blocked)) == 1
    assert outcome(tmp_path, refused=True) == (
        "submit: Expected a refusal, but it was done.",
    )


def test_a_quote_that_cannot_even_be_imported_is_a_refusal_of_its_submit(tmp_path):
    unknown = {**QUOTE, "region": "MARS"}
    again = act("sam", "submit", refused="among AMER")

    assert outcome(tmp_path, again, quote=unknown, refused="among AMER") == ()
    (failure,) = outcome(tmp_path, quote=unknown)
    assert failure.startswith("submit: It was refused: ")


def test_a_role_acts_as_its_first_eligible_member(tmp_path):
    step = {"role": "finance", "task": "finance", "action": "approve"}
    again = act("fred", "approve", "finance", expect={"result": "duplicate"})

    assert outcome(tmp_path, step, again) == ()


def test_timers_fire_only_when_the_worker_looks(tmp_path):
    late = {"after": "P10D"}
    quiet = act("fred", "comment", "finance", comment="x", expect={"escalated": []})
    work = {"worker": True, "expect": {"escalated": ["manager", "finance"]}}

    assert outcome(tmp_path, late, quiet, work) == ()


def test_an_exception_is_asked_for_granted_and_taken_back(tmp_path):
    recall = act("submitter", "recall", comment="an exception is asked for")
    grant = {"exception": EXCEPTION}
    submit = {"actor": "submitter", "action": "submit"}
    waived = {**submit, "expect": {"status": "approved", "waived": ["margin"]}}

    assert outcome(tmp_path, recall, grant, waived) == ()
    end = {"exception": {"end": "EX-1"}}
    full = {**submit, "expect": {"status": "pending", "waived": []}}
    assert outcome(tmp_path, recall, grant, end, full) == ()
    failures = outcome(tmp_path, recall, grant, full)
    assert failures == (
        "step 3: Expected status pending, but it is approved.",
        "step 3: Expected waived [], but it is [margin].",
    )


def test_a_revision_waits_for_the_end_of_the_review(tmp_path):
    recall = act("submitter", "recall", comment="wrong cost")
    then = {"revise": {"margin_pct": "40"}, "expect": {"status": "approved"}}

    assert outcome(tmp_path, recall, then) == ()


def test_a_revision_that_contradicts_itself_is_refused(tmp_path):
    recall = act("submitter", "recall", comment="wrong cost")
    wrong = {"revise": {"marginPct": "40"}, "refused": "got both"}

    assert outcome(tmp_path, recall, wrong, expect={"status": "recalled"}) == ()


def test_a_file_beside_the_scenarios_is_found(tmp_path):
    (tmp_path / "quote.json").write_text(json.dumps([QUOTE]), encoding="utf-8")

    assert (
        outcome(tmp_path, quote="quote.json", expect={"open": ["manager", "finance"]})
        == ()
    )


def without(key):
    return {name: value for name, value in SCENARIO.items() if name != key}


def with_step(**step):
    return {**SCENARIO, "steps": [step]}


STEP = {"actor": "fred", "task": "finance", "action": "approve"}


@pytest.mark.parametrize(
    ("scenario", "found"),
    [
        (without("name"), ("missing", "/0")),
        (without("at"), ("missing", "/0")),
        (without("policy"), ("missing", "/0")),
        ({**SCENARIO, "colour": 1}, ("unknown_key", "/0/colour")),
        ({**SCENARIO, "at": "2026-03-06T16:00:00"}, ("type", "/0/at")),
        ({**SCENARIO, "at": "2026-02-30T16:00:00Z"}, ("type", "/0/at")),
        ({**SCENARIO, "quote": "Q-0"}, ("source", "/0/quote")),
        ({**SCENARIO, "policy": "none.json"}, ("source", "/0/policy")),
        (
            {**SCENARIO, "quote": {**QUOTE, "currency": "?"}},
            ("type", "/0/quote/currency"),
        ),
        ({**SCENARIO, "expect": {"status": "lost"}}, ("type", "/0/expect/status")),
        (
            {**SCENARIO, "expect": {"open": ["law"]}},
            ("unknown_step", "/0/expect/open/0"),
        ),
        (
            {**SCENARIO, "expect": {"due": {"law": "2026-03-06T16:00:00Z"}}},
            ("unknown_step", "/0/expect/due/law"),
        ),
        (
            {**SCENARIO, "expect": {"triggers": ["x"]}},
            ("unknown_trigger", "/0/expect/triggers/0"),
        ),
        (
            {**SCENARIO, "expect": {"reminded": {"manager": -1}}},
            ("type", "/0/expect/reminded/manager"),
        ),
        ({**SCENARIO, "refused": 1}, ("type", "/0/refused")),
        ({**SCENARIO, "steps": {}}, ("type", "/0/steps")),
        (with_step(**{**STEP, "actor": "zoe"}), ("unknown_person", "/0/steps/0/actor")),
        (with_step(**{**STEP, "task": "law"}), ("unknown_step", "/0/steps/0/task")),
        (with_step(**{**STEP, "action": "bless"}), ("type", "/0/steps/0/action")),
        (with_step(**{**STEP, "role": "cfo"}), ("missing", "/0/steps/0")),
        (
            with_step(role="pope", task="finance", action="approve"),
            ("unknown_role", "/0/steps/0/role"),
        ),
        (with_step(actor="fred", action="approve"), ("missing", "/0/steps/0")),
        (
            with_step(actor="sam", action="recall", task="finance"),
            ("unknown_key", "/0/steps/0/task"),
        ),
        (with_step(**{**STEP, "channel": "smoke"}), ("type", "/0/steps/0/channel")),
        (with_step(after="26 hours"), ("type", "/0/steps/0/after")),
        (with_step(after="P1Y"), ("type", "/0/steps/0/after")),
        (with_step(after="PT1H", refused=True), ("unknown_key", "/0/steps/0/refused")),
        (with_step(worker=False), ("type", "/0/steps/0/worker")),
        (with_step(after="PT1H", worker=True), ("type", "/0/steps/0")),
        (with_step(), ("type", "/0/steps/0")),
        (with_step(revise={"id": "Q-2"}), ("unknown_key", "/0/steps/0/revise/id")),
        (
            with_step(
                delegation={
                    "from": "sam",
                    "to": "fred",
                    "starts": "2026-03-06T16:00:00Z",
                }
            ),
            ("missing", "/0/steps/0/delegation"),
        ),
        (
            with_step(exception={"account": "ACME", "trigger": "margin"}),
            ("missing", "/0/steps/0/exception"),
        ),
        (
            with_step(exception={"end": "EX-1", "because": "x"}),
            ("unknown_key", "/0/steps/0/exception/because"),
        ),
        (
            with_step(exception={**EXCEPTION, "trigger": "none"}),
            ("unknown_trigger", "/0/steps/0/exception/trigger"),
        ),
        (
            with_step(exception={**EXCEPTION, "uses": 0}),
            ("type", "/0/steps/0/exception/uses"),
        ),
        (with_step(exception="EX-1"), ("type", "/0/steps/0/exception")),
        (7, ("type", "/0")),
    ],
)
def test_a_wrong_scenario_is_refused_at_its_place(tmp_path, scenario, found):
    assert found in problems(tmp_path, scenario)


def test_all_problems_of_all_scenarios_are_told_at_once(tmp_path):
    first = {**SCENARIO, "colour": 1, "expect": {"status": "lost"}}
    second = {**SCENARIO, "steps": [{**STEP, "actor": "zoe"}]}

    assert problems(tmp_path, first, second) == [
        ("unknown_key", "/0/colour"),
        ("type", "/0/expect/status"),
        ("duplicate", "/1/name"),
        ("unknown_person", "/1/steps/0/actor"),
    ]


def test_problems_of_a_named_file_are_told_with_that_file(tmp_path):
    (tmp_path / "quote.json").write_text('\n{"id": "Q-1"}', encoding="utf-8")

    with pytest.raises(DocumentError) as refused:
        suite.read(file_of(tmp_path, {**SCENARIO, "quote": "quote.json"}))

    places = {(each.file, each.line) for each in refused.value.problems}
    assert places == {(str(tmp_path / "quote.json"), 2)}


def test_a_file_that_is_no_list_is_refused(tmp_path):
    with pytest.raises(DocumentError):
        suite.read(parse(b"{}", str(tmp_path / "cases.json")))


def test_a_file_of_nothing_passes(tmp_path):
    assert list(suite.run(suite.read(file_of(tmp_path)))) == []
