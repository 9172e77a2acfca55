"""
A form that is opened and saved unchanged leaves every byte of the document.
"""

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from approval_engine.documents import in_order, load, parse
from approval_engine.policy.form.blocks import Section
from approval_engine.policy.form.cells import SIGNS, Cell, changed, compose, split
from approval_engine.policy.form.saving import FIRST, KEY, SECOND, saved
from approval_engine.policy.form.view import view
from approval_engine.policy.model import InputType
from tests.unit.policy.form.browsing import sent

DATA = Path(__file__).parents[4] / "src" / "approval_engine" / "scenarios" / "data"
FILES = (
    *sorted(DATA.glob("*_matrix.json")),
    *sorted(Path(__file__).parents[1].rglob("*.json")),
)


def document(path):
    return load(in_order(parse(path.read_bytes(), path.name).value))


every_file = pytest.mark.parametrize("path", FILES, ids=lambda each: each.name)


@every_file
@pytest.mark.parametrize("section", Section)
def test_a_page_that_nobody_touched_changes_no_byte(path, section):
    before = document(path)
    after = saved(before, section, sent(before, section))

    assert in_order(after) == in_order(before)


@every_file
@pytest.mark.parametrize("section", Section)
def test_the_form_shows_everything_that_the_shipped_policies_say(path, section):
    kept = {key for each in view(document(path), section) for key in each.kept}

    # There is nothing to choose there.
    assert kept <= {"rates.on"}


def places(document, section):
    """
    Everything that a page of the form has a field for, by its name there.
    """
    return [
        (name, texts)
        for name, texts in sent(document, section).items()
        if not name.endswith((KEY, SECOND))
    ]


@settings(deadline=None)
@given(st.data())
def test_what_is_typed_into_one_field_changes_nothing_else(data):
    before = document(data.draw(st.sampled_from(FILES)))
    section = data.draw(st.sampled_from(Section))
    typed = sent(before, section)
    assume(places(before, section))
    name, texts = data.draw(st.sampled_from(places(before, section)))
    new = data.draw(st.sampled_from(["7", "never_said", "2031-02-03", ""]))
    typed[name] = [new] if name.endswith(FIRST) or len(texts) == 1 else ["", new]
    after = saved(before, section, typed)

    # The conditions of a cell, or a part with one spelling for several, count as one.
    place = re.sub(r":(sign|first)$", "", name)
    for part in ("/completion", "/committee", "/escalateTo", "/from", "/rates"):
        place = re.sub(rf"(.+?{part}|^{part})/.*", r"\1", place)
    old, new = leaves(before), leaves(after)
    for each in old.keys() | new.keys():
        if old.get(each) != new.get(each):
            assert overlaps(each, place), (each, name)


def leaves(value, path=""):
    """
    Every single value of a document by its place.
    """
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, dict) or not value:
        return {path: value}
    found = {}
    for key, part in value.items():
        found |= leaves(part, f"{path}/{key}")
    return found


def overlaps(one, other):
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def scalars():
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.sampled_from(["", " x", "24", "2026-01-01", "any", "a, b", "a=b", "yes"]),
        st.text(max_size=4),
    )


def values():
    return st.recursive(
        scalars(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        ),
        max_leaves=6,
    )


KEYS = [
    "id",
    "reason",
    "when",
    "require",
    "ladder",
    "inform",
    "needs",
    "each",
    "role",
    "may",
    "in",
    "committee",
    "quorum",
    "of",
    "completion",
    "rule",
    "veto",
    "from",
    "slaHours",
    "hours",
    "escalateTo",
    "afterHours",
    "match",
    "delta",
    "name",
    "type",
    "values",
    "where",
    "lines",
    "rungs",
    "mode",
    "margin_pct",
    "odd",
    "use",
]
TESTS = st.sampled_from(
    """
    < 24|<24|-| - |"EMEA"|not("EMEA")|"A","B"|[1..2)|[1..2]|> 10 and < 20|null|not(null)
    |true|> floor|oops(|=24|24|date("2026-01-01")|< date("2026-01-01")|" x"
    |list contains(?, "x")
    """.replace("\n    ", "").split("|")
)
ROWS = st.dictionaries(
    st.sampled_from(["margin_pct", "region", "clauses", "close_on", "family", "what"]),
    st.one_of(TESTS, values()),
    max_size=4,
)
INPUTS = [
    {"name": "margin_pct", "type": "number"},
    {"name": "region", "type": "string", "values": ["EMEA", "AMER"]},
    {"name": "clauses", "type": "list"},
    {"name": "close_on", "type": "date"},
]


def parts():
    return st.one_of(
        values(),
        st.dictionaries(st.sampled_from(KEYS), values(), max_size=6),
        st.fixed_dictionaries(
            {}, optional={"when": st.one_of(ROWS, st.lists(ROWS)), "may": ROWS}
        ),
    )


def documents():
    named = st.dictionaries(st.sampled_from(["a", "b", "c/d"]), parts(), max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "inputs": st.one_of(st.just(INPUTS), st.lists(parts(), max_size=3)),
            "triggers": st.one_of(st.lists(parts(), max_size=3), values()),
            "ladders": st.one_of(
                named, st.dictionaries(st.just("s"), st.lists(parts(), max_size=3))
            ),
            "steps": st.one_of(named, values()),
            "defaults": parts(),
            "calendars": st.one_of(named, values()),
            "processes": st.one_of(st.lists(parts(), max_size=2), values()),
            "version": values(),
            "rates": values(),
        },
    )


BLANK = {"ladders": {"l": {"rungs": [{"role": "r", "may": {"margin_pct": " "}}]}}}


@example(before=BLANK, section=Section.LADDERS)
@given(before=documents(), section=st.sampled_from(Section))
def test_nothing_is_lost_of_documents_that_are_no_sound_policies(before, section):
    copy = json.dumps(before)
    after = saved(before, section, sent(before, section))

    assert json.dumps(after) == copy == json.dumps(before)


@pytest.mark.parametrize("kind", InputType)
@given(text=st.one_of(TESTS, st.text(max_size=12)))
def test_a_cell_that_nobody_touched_stays_as_it_is_written(kind, text):
    assert changed(text, split(text, kind), kind) == text


@pytest.mark.parametrize("kind", InputType)
@pytest.mark.parametrize(
    "values", [("24", "30"), ("EMEA", "AMER"), ("2026-01-01",) * 2]
)
def test_what_a_cell_says_is_shown_as_it_was_typed(kind, values):
    for sign in set(SIGNS[kind]) - {"free"}:
        typed = Cell(sign=sign, first=values[0], second=values[1])
        text = compose(typed, kind)
        again = split(text, kind)

        single = {"one": "is", "none": "not"}.get(sign)
        assert again.sign in {sign, single, "free"} or text is None
        assert compose(again, kind) == text
