from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.policy.carry import CARRIES, Asked, Because, judge
from approval_engine.policy.changes import Change, Course, Judged, differences
from approval_engine.policy.envelope import read_bounds
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.fingerprint import fingerprint as hashed
from approval_engine.policy.reads import reads_of
from tests.unit.policy.samples import ON, POLICY, make_line, make_policy, make_quote

D = Decimal

INPUTS = [*POLICY["inputs"], {"name": "clauses", "type": "list"}]
BAND = {
    "id": "band",
    "reason": "family_band",
    "each": "line",
    "require": ["manager"],
    "when": {"family": '"HW"', "discount_pct": ">= 10"},
}
CLAUSE = {
    "id": "clause",
    "reason": "non_standard",
    "require": ["manager"],
    "when": {"clauses": 'list contains(?, "cap")'},
}
REGION = {
    "id": "region",
    "reason": "abroad",
    "require": ["manager"],
    "when": {"region": '"EMEA"', "margin_pct": "< 30"},
}
TRIGGERS = [POLICY["triggers"][0], BAND, CLAUSE, REGION]


def judged(*lines, protected=(), **quote):
    policy = make_policy(inputs=INPUTS, triggers=TRIGGERS, protected=list(protected))
    stated = {"clauses": ["cap"], **quote}
    offer = make_quote(lines=list(lines) or [make_line("1")], **stated)
    return Judged(policy=policy, quote=offer, evaluation=evaluate(policy, offer, ON))


def fingerprint(judged):
    return hashed(judged, reads_of(judged.policy))


def verdict(before, after, *triggers, within="", delta=None):
    asked = Asked(triggers=frozenset(triggers), delta=delta)
    had = frozenset(each.id for each in before.evaluation.fired)
    bounds = read_bounds(within) if within else ()
    return judge(before, after, asked, had, bounds).because


def test_nothing_changed():
    assert verdict(judged(), judged(), "margin", "band") is Because.UNCHANGED


@pytest.mark.parametrize(
    ("margin", "because"), [("23.98", Because.WORSE), ("23.991", Because.BETTER)]
)
def test_the_direction_of_the_input_says_what_is_worse(margin, because):
    assert verdict(judged(), judged(marginPct=margin), "margin") is because


def test_a_fact_that_no_trigger_of_the_step_reads_does_not_count():
    after = judged(marginPct="5")

    assert verdict(judged(), after, "band", "clause") is Because.UNCHANGED


@pytest.mark.parametrize("clauses", [[], ["cap", "more"], ["more"]])
def test_any_change_of_a_list_counts_as_worse(clauses):
    after = judged(clauses=clauses)

    assert verdict(judged(), after, "clause") is Because.WORSE


def test_any_change_of_a_text_counts_as_worse():
    before, after = judged(region="EMEA"), judged(region="AMER")

    assert verdict(before, after, "region") is Because.WORSE


@pytest.mark.parametrize(
    ("margin", "because"),
    [("22.99", Because.WITHIN_DELTA), ("22.98", Because.WORSE), ("30", Because.BETTER)],
)
def test_delta_forgives_so_much_and_no_more(margin, because):
    found = verdict(
        judged(), judged(marginPct=margin), "margin", delta={"margin_pct": 1}
    )

    assert found is because


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ({"netPrice": 820}, Because.UNCHANGED),
        ({"netPrice": 800}, Because.WORSE),
        ({"netPrice": 820, "product": "Switch"}, Because.UNCHANGED),
        ({"family": "HW", "netPrice": 900}, Because.WORSE),
    ],
)
def test_lines_are_compared_by_what_the_trigger_reads_of_them(line, because):
    after = judged(make_line("1", **line))

    assert verdict(judged(make_line("1")), after, "band") is because


def test_a_new_line_that_fires_counts_as_worse_and_one_that_went_does_not():
    one, two = judged(make_line("1")), judged(make_line("1"), make_line("2"))

    assert verdict(one, two, "band") is Because.WORSE
    assert verdict(two, one, "band") is Because.UNCHANGED


def test_a_trigger_that_did_not_ask_before_asks_now():
    before, after = judged(marginPct="25"), judged(marginPct="23")

    assert verdict(before, after, "band", "margin") is Because.NEW_TRIGGER


@pytest.mark.parametrize(
    ("within", "because"),
    [
        ("margin_pct>=23", Because.WITHIN_ENVELOPE),
        ("margin_pct>23", Because.NEW_TRIGGER),
        ("amount<=900000", Because.NEW_TRIGGER),
    ],
)
def test_bounds_cover_a_new_trigger_only_if_they_bound_what_moved(within, because):
    before, after = judged(marginPct="25"), judged(marginPct="23")

    assert verdict(before, after, "margin", within=within) is because


@pytest.mark.parametrize(
    ("margin", "because"),
    [("20", Because.WITHIN_ENVELOPE), ("19.99", Because.WORSE), ("24", Because.BETTER)],
)
def test_bounds_hold_to_their_end(margin, because):
    after = judged(marginPct=margin)

    assert verdict(judged(), after, "margin", within="margin_pct>=20") is because


@pytest.mark.parametrize(
    "change", [{"account": "Other"}, {"submittedBy": "tara"}, {"payment_days": 60}]
)
def test_another_deal_or_a_protected_field_is_asked_again_by_every_step(change):
    before = judged(protected=["payment_days"], payment_days=30)
    after = judged(protected=["payment_days"], **{"payment_days": 30, **change})

    assert verdict(before, after, "clause") is Because.WORSE
    assert fingerprint(before) != fingerprint(after)


def test_a_protected_field_of_lines_counts_on_every_line():
    before = judged(make_line("1", cost=600), protected=["cost"])
    after = judged(make_line("1", cost=601), protected=["cost"])

    assert verdict(before, after, "clause") is Because.WORSE
    assert fingerprint(before) != fingerprint(after)


def test_the_fingerprint_does_not_see_what_nobody_reads():
    after = judged(
        make_line("1", product="Switch", cost=1), justification="typo", colour="blue"
    )

    assert fingerprint(judged()) == fingerprint(after)


@pytest.mark.parametrize(
    "after",
    [
        judged(marginPct="23.98"),
        judged(make_line("1", netPrice=819)),
        judged(make_line("2")),
        judged(clauses=[]),
        judged(account="Other"),
        judged(region="EMEA"),
    ],
    ids=["input", "line field", "line", "list", "account", "text"],
)
def test_the_fingerprint_sees_everything_that_rules_read(after):
    assert fingerprint(judged()) != fingerprint(after)


REVISIONS = st.fixed_dictionaries(
    {},
    optional={
        "marginPct": st.sampled_from(["20", "23.99", "23.990", "26"]),
        "region": st.sampled_from(["AMER", "EMEA"]),
        "clauses": st.sampled_from([["cap"], [], ["cap", "more"]]),
        "justification": st.sampled_from(["a", "b"]),
        "account": st.sampled_from(["ACME", "Other"]),
        "netPrice": st.sampled_from(["820", "820.00", "700", "950"]),
    },
)


def made(changes):
    price = changes.pop("netPrice", "820")
    return judged(make_line("1", netPrice=price), **changes)


@settings(deadline=None, max_examples=60)
@given(REVISIONS, REVISIONS)
def test_with_one_fingerprint_every_approval_stands(first, second):
    before, after = made(dict(first)), made(dict(second))
    asked = [each.id for each in after.evaluation.fired]

    if fingerprint(before) == fingerprint(after):
        assert verdict(before, after, *asked) is Because.UNCHANGED
        assert [each.id for each in before.evaluation.fired] == asked
    elif asked and verdict(before, after, *asked) in CARRIES:
        assert before.quote.account == after.quote.account


def test_differences_name_inputs_and_lines_with_both_values():
    before = judged(make_line("1"), make_line("2"))
    after = judged(make_line("1", netPrice=900), make_line("3", product="Cable"))
    found = differences(before, after)

    assert (
        Change(
            name="net_price",
            line="1",
            before=D(820),
            after=D(900),
            course=Course.CHANGED,
        )
        in found
    )
    gone = [
        (each.line, each.before, each.after) for each in found if each.name == "line"
    ]
    assert gone == [("2", "Router", None), ("3", None, "Cable")]
    assert found[0].name == "amount"
