"""
Hours, roles and rules in the words of a process definition.
"""

from decimal import Decimal

import pytest

from approval_engine.definitions import wording
from approval_engine.planner.plan import FactSeen
from tests.unit.definitions.plans import make_reason, make_step


@pytest.mark.parametrize(
    ("hours", "iso", "spoken"),
    [
        ("24", "PT24H", "24 h"),
        ("24.00", "PT24H", "24 h"),
        ("1.5", "PT1H30M", "1 h 30 min"),
        ("0.5", "PT30M", "30 min"),
        ("10.05", "PT10H3M", "10 h 3 min"),
        ("100", "PT100H", "100 h"),
        ("1E+2", "PT100H", "100 h"),
        ("0.0125", "PT45S", "45 s"),
        ("2.0025", "PT2H9S", "2 h 9 s"),
        ("0", "PT0H", "0 h"),
    ],
)
def test_hours_are_never_said_in_days(hours, iso, spoken):
    assert wording.duration(Decimal(hours)) == iso
    assert wording.spoken(Decimal(hours)) == spoken


def test_equal_numbers_are_written_the_same():
    written = {wording.number(Decimal(text)) for text in ("60", "60.0", "6E+1")}
    assert written == {"60"}
    assert wording.number(Decimal("66.70")) == "66.7"


def test_ids_of_the_policy_become_words():
    assert wording.title("deal_desk") == "Deal desk"
    assert wording.plain("vp-sales") == "vp sales"
    assert wording.plain("_") == "_"


def test_characters_that_xml_cannot_carry_are_marked():
    assert wording.clean("a\x00b\x0bc\ud800d\ufffe") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert wording.clean("tab\t, line\n, é, 漢, 😀") == "tab\t, line\n, é, 漢, 😀"


def test_a_rule_is_said_with_its_tests_but_without_facts():
    seen = FactSeen(name="region", value="AMER", test='not("EMEA")', lines=("L-1",))
    margin = FactSeen(name="margin_pct", value="18.5", test="< 24")
    step = make_step(
        reasons=(
            make_reason("margin", facts=(seen, margin, margin)),
            make_reason("margin", facts=(seen, margin)),
            make_reason("clause", reason="non_standard", facts=()),
        )
    )
    assert wording.rules(step).splitlines() == [
        'margin: below_floor (region not("EMEA"), margin_pct < 24)',
        "clause: non_standard",
    ]
