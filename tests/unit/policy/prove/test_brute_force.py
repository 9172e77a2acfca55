"""
What is proved is what asking every quote of a small world shows.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise, product

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from approval_engine.domain.quote import Quote
from approval_engine.errors import DefinitionError
from approval_engine.policy.conditions import holds
from approval_engine.policy.conditions.values import all_of
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.prove.proof import prove
from tests.unit.policy.prove.confirming import ON, confirm, height, readers
from tests.unit.policy.prove.matrices import policy_of

ROLES = ("low", "mid", "top")
NUMBERS = tuple(map(Decimal, ("0", "1", "1.5", "2", "3")))
WORLD = {
    "a": NUMBERS,
    "b": ("x", "y"),
    "c": (None, *NUMBERS),
    "d": ((), ("p",), ("p", "q")),
}

bound = st.sampled_from(["1", "2"])
number = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), bound),
    st.builds("[{}..{})".format, bound, bound),
    st.builds("({}..{}]".format, bound, bound),
    st.builds("> {} and < {}".format, bound, bound),
    st.builds("not({})".format, bound),
    st.builds("{},{}".format, bound, bound),
    bound,
    st.just("-"),
)
optional = st.one_of(
    number,
    st.just("null"),
    st.builds(
        "not(null) and {}".format,
        number.filter(lambda t: t != "-" and "," not in t and "and" not in t),
    ),
)
word = st.sampled_from(['"x"', '"y"', 'not("x")', "-", '"x","y"'])
several = st.sampled_from(
    ['list contains(?, "p")', '"p"', 'not(list contains(?, "p"))', "-"]
)
row = st.fixed_dictionaries(
    {}, optional={"a": number, "b": word, "c": optional, "d": several}
)
may = st.fixed_dictionaries({"a": number}, optional={"b": word})


@st.composite
def policies(draw):
    triggers = []
    for index in range(draw(st.integers(1, 4))):
        rows = draw(st.lists(row, min_size=1, max_size=3))
        trigger = {"id": f"t{index}", "reason": "r", "when": rows}
        way = draw(st.sampled_from(["require", "ladder", "effect", "both"]))
        if way in ("require", "both"):
            trigger["require"] = draw(
                st.lists(st.sampled_from(ROLES), min_size=1, unique=True)
            )
        if way in ("ladder", "both"):
            trigger["ladder"] = "up"
        if way == "effect":
            trigger["effect"] = "refuse"
        triggers.append(trigger)
    rungs = [{"role": r, "may": draw(may)} for r in ROLES[: draw(st.integers(1, 2))]]
    if draw(st.booleans()):
        rungs.append({"role": "top", "unlimited": True})
    return policy_of(
        {
            "policy": "small",
            "version": "1",
            "currency": "USD",
            "noTrigger": draw(st.sampled_from(["refuse", "auto_approve"])),
            "inputs": [
                {
                    "name": "a",
                    "type": "number",
                    "worse": draw(st.sampled_from(["higher", "lower"])),
                },
                {"name": "b", "type": "string", "values": ["x", "y"]},
                {"name": "c", "type": "number", "optional": True},
                {"name": "d", "type": "list", "values": ["p", "q"]},
            ],
            "triggers": triggers,
            "ladders": {"up": rungs},
            "steps": {role: {} for role in ROLES},
        }
    )


def quote(facts):
    stated = {name: value for name, value in facts.items() if value is not None}
    return Quote(
        id="Q",
        revision=1,
        submitted_by="s",
        owner=None,
        account="A",
        currency="USD",
        inputs=stated,
    )


def outcome(policy, facts):
    """
    The evaluation and the problems by code; one of them is empty.
    """
    try:
        return evaluate(policy, quote(facts), ON), {}
    except DefinitionError as error:
        return None, {each.code: each for each in error.problems}


def everything():
    for values in product(*WORLD.values()):
        yield dict(zip(WORLD, values, strict=True))


def meeting(row):
    """
    The numbers of the quotes that meet a row.
    """
    return {
        number
        for number, facts in enumerate(everything())
        if all_of(holds(t.test, facts.get(t.name), facts) for t in row.tests)
    }


def in_vain(rows):
    """
    The rows that add nothing to the others, the last ones first.
    """
    met = [meeting(row) for row in rows]
    kept = [index for index in range(len(rows)) if met[index]]
    for index in reversed(list(kept)):
        others = set().union(*(met[other] for other in kept if other != index))
        if met[index] <= others:
            kept.remove(index)
            yield index


def loses(policy, outcomes):
    """
    Whether a worse `a` asks fewer people somewhere.
    """
    rules = readers(policy, "a")
    numbers = NUMBERS if policy.inputs[0].worse == "higher" else NUMBERS[::-1]
    for others in product(*list(WORLD.values())[1:]):
        found = [outcomes[n, *others][0] for n in numbers]
        for before, after in pairwise(each for each in found if each is not None):
            if height(policy, after, rules) < height(policy, before, rules):
                return True
    return False


ASKED = (Phase.explicit, Phase.generate)


@settings(max_examples=60, phases=ASKED)
@given(policies())
def test_what_is_proved_is_what_every_quote_shows(policy):
    is_as_every_quote_shows(policy)


@pytest.mark.proof
def test_what_is_proved_is_what_every_quote_shows_at_length(figure):
    settings(max_examples=500, phases=ASKED)(
        given(policies())(is_as_every_quote_shows)
    )()
    found = "500 small policies, 0 differences"
    figure("proofs that are what asking every quote shows", found, found)


def is_as_every_quote_shows(policy):
    found = prove(policy, ON)
    outcomes = {tuple(facts.values()): outcome(policy, facts) for facts in everything()}
    codes = {each.code for each in found}
    told = {(each.code, each.element) for each in found}
    results = [evaluation for evaluation, _ in outcomes.values() if evaluation]
    problems = [codes for _, codes in outcomes.values()]

    unseen = any(not any(t.fired for t in each.triggers) for each in results)
    assert ("gap" in codes) == (unseen and policy.no_trigger == "refuse")
    assert ("null" in codes) == any("missing" in each for each in problems)
    above = any("above_the_top" in each for each in problems)
    assert bool(codes & {"ends", "nobody"}) == above
    for number, each in enumerate(policy.triggers):
        several = len(each.rows) > 1
        place = f"/triggers/{number}/when"
        for index, one in enumerate(each.rows):
            element = f"{place}/{index}" if several else place
            assert (("never", element) in told) == (not meeting(one))
        for index in in_vain(each.rows):
            event("a row in vain")
            assert ("hidden", f"{place}/{index}" if several else place) in told
        union = set().union(*(meeting(one) for one in each.rows))
        whole = len(union) == len(outcomes)
        assert (("always", place) in told) == whole
    if "undecided" not in codes:
        assert ("fewer" in codes) == loses(policy, outcomes)
    event(f"undecided: {'undecided' in codes}")
    for each in found:
        confirm(policy, None, each)


def test_a_day_that_is_over_is_not_looked_at():
    trigger = {"id": "t", "reason": "r", "when": {"a": "< 1"}, "require": ["low"]}
    rest = trigger | {"id": "u", "when": {"a": ">= 1"}, "from": "2026-11-01"}
    policy = policy_of(
        {
            "policy": "dated",
            "version": "1",
            "currency": "USD",
            "noTrigger": "refuse",
            "inputs": [{"name": "a", "type": "number"}],
            "triggers": [trigger, rest],
            "steps": {"low": {}},
        }
    )

    (gap,) = prove(policy, date(2026, 10, 1))

    assert (gap.code, gap.examples[0].on) == ("gap", date(2026, 10, 1))
    assert prove(policy, date(2026, 11, 1)) == ()
    assert prove(replace(policy, starts_on=date(2026, 11, 1)), date(2026, 10, 1)) == ()


def test_fewer_are_found_behind_amounts_that_nobody_may_approve():
    def found(may):
        policy = policy_of(
            {
                "policy": "holed",
                "version": "1",
                "currency": "USD",
                "noTrigger": "auto_approve",
                "inputs": [{"name": "a", "type": "number", "worse": "higher"}],
                "triggers": [
                    {"id": "t", "reason": "r", "when": {"a": "< 2"}, "ladder": "up"}
                ],
                "ladders": {"up": [{"role": "low", "may": {"a": may}}]},
                "steps": {"low": {}},
            }
        )
        return {each.code: each for each in prove(policy, ON)}

    for may, before in (("< 1", "0"), ("< 2", "1")):
        fewer = found(may)["fewer"]
        asked = [example.quote.inputs["a"] for example in fewer.examples]
        assert asked[-1] == 2
        assert before in fewer.sentence
        assert ("nobody" in found(may)) == (may == "< 1")


def test_values_beyond_a_large_hole_are_given_up_and_the_hole_is_told():
    def found(bands):
        rows = [{"a": f"[{n}..{n + 0.5})"} for n in range(bands)]
        policy = policy_of(
            {
                "policy": "holed",
                "version": "1",
                "currency": "USD",
                "noTrigger": "auto_approve",
                "inputs": [
                    {"name": "a", "type": "number", "worse": "higher"},
                    {"name": "b", "type": "string", "values": ["x", "y"]},
                ],
                "triggers": [{"id": "t", "reason": "r", "when": rows, "ladder": "up"}],
                "ladders": {"up": [{"role": "low", "may": {"b": 'not("x")'}}]},
                "steps": {"low": {}},
            }
        )
        return {each.code for each in prove(policy, ON)}

    assert found(3) >= {"nobody", "fewer"} or found(3) >= {"ends", "fewer"}
    assert found(60) & {"ends", "nobody"}
