"""
A form is filled in as a whole, or every field that is wrong is named at once.
"""

from datetime import date
from decimal import Decimal

import pytest

from approval_engine.definitions.fields import filled, values
from approval_engine.definitions.model import Field
from approval_engine.errors import InvalidInput

FIELDS = (
    Field(id="note"),
    Field(id="days", type="long", required=True),
    Field(id="fine", type="boolean", default="false"),
    Field(id="by", type="date"),
    Field(id="size", type="enum", choices=(("s", "Small"), ("l", "Large"))),
    Field(id="shown", default="x", read_only=True),
    Field(id="clarified", type="boolean", inferred=True),
)
GOOD = {"days": " 5 ", "by": "2026-12-31", "size": "l", "clarified": "true"}


def test_texts_become_values_of_their_types_and_defaults_count():
    texts = filled(FIELDS, GOOD)

    assert values(FIELDS, texts) == {
        "days": Decimal(5),
        "fine": False,
        "by": date(2026, 12, 31),
        "size": "l",
        "clarified": True,
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"days": ""}, "'days' is missing"),
        ({"clarified": ""}, "'clarified' is missing"),
        ({"days": "5.5"}, "'days' must be a whole number, not '5.5'"),
        ({"fine": "perhaps"}, "'fine' must be true or false, not 'perhaps'"),
        ({"by": "31.12.2026"}, "'by' must be 2026-12-31, not '31.12.2026'"),
        ({"size": "m"}, "'size' must be one of s, l, not 'm'"),
        ({"other": "x"}, "there is no field 'other'"),
        ({"shown": "y"}, "there is no field 'shown'"),
        ({"note": "x" * 501}, "'note' is longer than 500 characters"),
    ],
)
def test_what_is_wrong_is_named(changes, reason):
    with pytest.raises(InvalidInput) as refused:
        filled(FIELDS, GOOD | changes)

    assert str(refused.value) == (f"Expected the form to be filled in, but {reason}.")


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(InvalidInput, match="'days' is missing; 'clarified' is missing"):
        filled(FIELDS, {})
