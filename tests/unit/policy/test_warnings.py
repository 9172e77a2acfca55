import pytest

from approval_engine.documents import parse
from approval_engine.policy.load import load
from approval_engine.policy.warnings import warnings
from tests.unit.policy.samples import MATRIX, POLICY, make_directory, make_policy

TRIGGER = POLICY["triggers"][0]
OPTIONAL = {"name": "x", "type": "number", "optional": True}


def found(directory=None, **changes):
    return [(f.element, f.code) for f in warnings(make_policy(**changes), directory)]


def with_trigger(when):
    return {
        "inputs": [*POLICY["inputs"], OPTIONAL],
        "triggers": [TRIGGER | {"when": when}],
    }


def test_a_policy_without_anything_odd_has_no_warnings():
    assert found() == []


def test_the_example_of_the_documentation_with_its_rates_is_in_order():
    policy = load(parse(MATRIX.read_bytes(), "approval_matrix.json"))

    assert policy.rates is not None
    assert warnings(policy) == ()


@pytest.mark.parametrize(
    ("when", "codes"),
    [
        ({"x": "< 5"}, ["null"]),
        ({"margin_pct": "< x"}, ["null"]),
        ({"x": "not(null) and < 5"}, []),
        ([{"x": "null"}, {"x": "< 5"}], []),
        ({}, ["always"]),
        ({"margin_pct": "-"}, ["always"]),
        ({"margin_pct": "[20..10]"}, ["never"]),
        ({"margin_pct": "[10..10)"}, ["never"]),
        ({"margin_pct": "[10..10]"}, []),
    ],
)
def test_a_condition_that_is_perhaps_not_meant_is_found(when, codes):
    assert found(**with_trigger(when)) == [("/triggers/0/when", c) for c in codes]


def test_an_aggregate_that_can_be_empty_is_found():
    source = {"lines": "max", "of": "net", "where": {"period": "1"}}

    def declared(**changes):
        given = {"name": "y", "type": "money", "from": source | changes}
        return [*POLICY["inputs"], given]

    assert found(inputs=declared()) == [("/inputs", "no_empty")]
    assert found(inputs=declared(empty=0)) == []


def test_a_ladder_that_ends_is_found():
    rung = {"role": "vp", "may": {"amount": "< 5"}}
    other = {"role": "cfo", "may": {"amount": "< 9"}}
    scoped = {"role": "cro", "unlimited": True, "in": {"region": '"EMEA"'}}
    ends = [("/ladders/sales", "ends")]

    assert found(ladders={"sales": [rung]}) == ends
    assert found(ladders={"sales": [rung, scoped]}) == ends
    assert found(ladders={"sales": [rung, other, {"committee": 2}]}) == []
    assert found(ladders={"sales": [rung, {"role": "cro", "unlimited": True}]}) == []


def test_an_approval_by_silence_is_found():
    step = {"onTimeout": "approve", "approveOnTimeout": True}

    assert found(steps={"manager": step}) == [("/steps/manager", "approve_on_timeout")]


def test_an_escalation_that_never_happens_is_found():
    step = {"onTimeout": "hold", "escalateTo": [{"role": "vp"}]}

    assert found(steps={"manager": step}) == [("/steps/manager", "never_escalates")]


def test_roles_that_nobody_fills_are_found():
    maria = {"id": "maria", "name": "Maria", "email": "maria@example.com"}
    gone = maria | {"id": "gone", "active": False}
    directory = make_directory(
        {
            "users": [maria | {"attributes": {"area": "x"}}, gone],
            "roles": {"manager": ["maria"], "deal_desk": ["maria"], "vp": ["gone"]},
        }
    )
    step = {"escalateTo": [{"role": "vp"}], "match": {"city": "region"}}
    line = {"assign": "manager_of_submitter", "role": "nobody"}

    assert found(directory) == []
    assert found(directory, steps={"manager": step, "boss": line}) == [
        ("/steps/manager", "unstaffed"),
        ("/steps/manager/match", "unstaffed"),
    ]
    assert found(directory, steps={"manager": {"match": {"area": "region"}}}) == []
