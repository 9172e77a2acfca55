"""
Tables that an analyst changed become a policy, or each problem is told at its place.
"""

import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approval_engine.definitions.dmn.export import export
from approval_engine.definitions.dmn.importing import imported
from approval_engine.definitions.dmn.read import read
from approval_engine.errors import DmnError
from approval_engine.policy.load import load
from tests.unit.definitions.dmn.policies import CALENDARS, document
from tests.unit.definitions.dmn.tables import column, decision, file, table
from tests.unit.policy.samples import POLICY, TRIGGER

CAMUNDA_FILES = Path(__file__).parents[5] / "shared" / "data" / "camunda"

BASE = {
    **POLICY,
    "ladders": {"sales": [{"role": "manager", "may": {"margin_pct": "> 10"}}]},
    "steps": {"manager": {"slaHours": 24}, "finance": {"stage": 2}},
}
OUTPUTS = [("trigger", "string"), ("reason", "string"), ("require", "list")]
ROW = (["< 24"], ['"margin"', '"below_floor"', '["manager"]'])


def triggers(*rules, columns=("margin_pct",), outputs=OUTPUTS, hit="COLLECT", **more):
    logic = table(*rules, columns=columns, outputs=outputs, hit=hit, **more)
    return decision(logic, "triggers")


def taken(xml, base=BASE):
    return imported(read(xml, "t.dmn"), document(base) if base else None)


def problems(xml, base=BASE):
    with pytest.raises(DmnError) as refusal:
        taken(xml, base)
    return refusal.value.problems


def codes(xml, base=BASE):
    return [each.code for each in problems(xml, base)]


def changed(old, new, base=BASE):
    """
    What an export becomes when an analyst writes something else into it.
    """
    xml = export(document(base).value).decode()
    assert old in xml
    return xml.replace(old, new, 1).encode()


def test_a_changed_cell_changes_its_test_and_nothing_else():
    found = taken(changed("&lt; 24", "&lt; 22")).document

    assert found["triggers"][0]["when"] == {"margin_pct": "< 22"}
    assert {**found, "triggers": BASE["triggers"]} == BASE


def test_a_new_rule_of_a_trigger_is_another_row_and_of_a_new_name_a_new_trigger():
    more = (["> 90"], ROW[1])
    other = (["= 0"], ['"free"', '"gift"', '["finance"]'])
    found = taken(file(triggers(ROW, more, other))).document

    assert [each["id"] for each in found["triggers"]] == ["margin", "free"]
    assert found["triggers"][0]["when"] == [
        {"margin_pct": "< 24"},
        {"margin_pct": "> 90"},
    ]


def test_a_rule_that_is_gone_is_gone():
    assert taken(file(triggers())).document["triggers"] == []


def test_what_has_no_table_is_kept_and_said_to_be():
    found = taken(file(triggers(ROW)))

    assert found.document["ladders"] == BASE["ladders"]
    assert found.notes == (
        "The file has no table 'ladder_sales', so that of the base is kept.",
        "The file has no table 'steps', so that of the base is kept.",
        "The file is named 'Tables', but the name 'deal-desk' is kept.",
    )


def test_a_new_ladder_and_a_new_step_are_taken():
    ladder = table(
        (["< 5", '"EMEA"'], ['"finance"', ""]),
        (["", ""], ['"cro"', "true"]),
        columns=[
            column("margin_pct"),
            column("region", "string").replace('label="', 'label="in '),
        ],
        outputs=[("role", "string"), ("unlimited", "boolean")],
        hit="FIRST",
    )
    steps = table(
        (['"manager"', ""], ["8"]),
        (['"legal"', "> 5"], ["4"]),
        (['"legal"', ""], ["16"]),
        columns=[column("step", "string"), "margin_pct"],
        outputs=[("slaHours", "number")],
        hit="FIRST",
    )
    xml = file(triggers(ROW), decision(ladder, "ladder_emea"), decision(steps, "steps"))
    found = taken(xml).document

    assert found["ladders"]["emea"] == [
        {"role": "finance", "may": {"margin_pct": "< 5"}, "in": {"region": '"EMEA"'}},
        {"role": "cro", "unlimited": True},
    ]
    assert found["steps"] == {
        "manager": {"slaHours": 8},
        "legal": {
            "slaHours": [{"when": {"margin_pct": "> 5"}, "hours": 4}, {"hours": 16}]
        },
    }


def test_a_ladder_with_a_mode_keeps_it():
    base = {
        **BASE,
        "ladders": {"sales": {"mode": "chain", "rungs": BASE["ladders"]["sales"]}},
    }
    found = taken(changed("&gt; 10", "&gt; 12", base), base).document

    assert found["ladders"]["sales"]["mode"] == "chain"
    assert found["ladders"]["sales"]["rungs"][0]["may"] == {"margin_pct": "> 12"}


def test_changed_values_of_a_column_change_the_input():
    base = {**BASE, "triggers": [{**TRIGGER, "when": {"region": '"EMEA"'}}]}
    found = taken(changed('"AMER", "EMEA"', '"AMER", "EMEA", "APAC"', base), base)

    assert found.document["inputs"][2]["values"] == ["AMER", "EMEA", "APAC"]


def test_an_annotation_and_a_range_of_values_are_said_to_be_left():
    xml = file(
        triggers(ROW, columns=[column("margin_pct", "number", "[0..100]")])
    ).replace(b'<rule id="r1">', b'<rule id="r1"><description>why</description>')
    notes = taken(xml).notes

    assert any("annotation of rule 1" in each for each in notes)
    assert any("only texts are taken over" in each for each in notes)


def test_without_a_base_the_rest_is_assumed_and_said_to_be():
    rows = triggers(
        (["< 24", '"EMEA"'], ROW[1]),
        columns=["margin_pct", column("region", "string", '"EMEA","APAC"')],
    )
    found = taken(file(rows), base=None)

    assert found.notes == (
        "No base policy was named, so version '1' and currency 'USD' are assumed.",
    )
    assert found.document == {
        "policy": "Tables",
        "version": "1",
        "currency": "USD",
        "inputs": [
            {"name": "margin_pct", "type": "number"},
            {"name": "region", "type": "string", "values": ["EMEA", "APAC"]},
        ],
        "triggers": [
            {
                "id": "margin",
                "reason": "below_floor",
                "require": ["manager"],
                "when": {"margin_pct": "< 24", "region": '"EMEA"'},
            }
        ],
        "steps": {"manager": {}},
    }


def test_without_a_base_fields_of_lines_are_no_inputs():
    outputs = [*OUTPUTS, ("each", "string")]
    line = ['"HW"'], [*ROW[1], '"line"']
    whole = ['"HW"'], [*ROW[1], ""]
    columns = [column("family", "string")]
    of_lines = file(triggers(line, columns=columns, outputs=outputs))
    of_quotes = file(triggers(whole, columns=columns, outputs=outputs))

    assert taken(of_lines, None).document["inputs"] == []
    assert [each["name"] for each in taken(of_quotes, None).document["inputs"]] == [
        "family"
    ]


def test_a_problem_of_the_policy_is_told_at_the_cell_that_it_comes_from():
    (unknown,) = problems(changed('"manager"]', '"boss"]'))

    assert (unknown.file, unknown.code) == ("t.dmn", "unknown_step")
    assert unknown.element == "triggers.margin.1.o3"
    assert "Expected a step, but got 'boss'" in unknown.sentence
    xml = changed('"manager"]', '"boss"]').decode().splitlines()
    assert '"boss"' in "".join(xml[unknown.line - 1 : unknown.line + 1])


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ("&gt; 10", "&gt; nobody", "type", "ladder_sales.1.1.i1"),
        (
            "<text>margin_pct</text>",
            "<text>margin</text>",
            "unknown_input",
            "triggers.margin.1.i1",
        ),
        ('"below_floor"', '"below floor"', "form", "triggers.margin.1.o2"),
        ("<text>2</text>", "<text>0</text>", "form", "steps.finance.1.o2"),
    ],
)
def test_every_part_of_a_table_has_its_place(old, new, code, element):
    (found,) = problems(changed(old, new))

    assert (found.file, found.code, found.element) == ("t.dmn", code, element)


def test_a_problem_of_the_base_is_told_there():
    base = {**BASE, "currency": "money", "calendars": CALENDARS}
    (wrong,) = problems(file(triggers(ROW)), base)

    assert (wrong.file, wrong.element) == ("base.json", "/currency")
    assert wrong.line > 1


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (triggers(ROW, hit="FIRST"), "hit_policy"),
        (triggers((["1"], ['"a"', '"b"', "[1]"])), "constant"),
        (triggers((["1"], ['"a"', '"b"', "[margin_pct]"])), "constant"),
        (triggers((["1"], ["", '"b"', '["manager"]'])), "missing"),
        (triggers(ROW, columns=["margin_pct * 2"]), "no_input"),
        (triggers((["-"], ROW[1]), columns=[column("margin_pct", "string")]), "type"),
        (triggers((["1", "2"], ROW[1]), columns=["margin_pct"] * 2), "duplicate"),
        (triggers(ROW, (["1"], [*ROW[1][:2], '["finance"]'])), "contradiction"),
        (triggers((["1"], ['"x"']), outputs=[("who", "string")]), "unknown_output"),
        (decision(table(), "triggers", ["other"]), "requires"),
        (decision(table(), "other_table"), "unknown_table"),
        (decision(table(), "ladder_"), "unknown_table"),
    ],
)
def test_what_a_policy_cannot_say_is_refused(part, code):
    xml = (
        file(part)
        if "other" not in part[:200]
        else file(part, decision(table(), "other"))
    )

    assert code in codes(xml)


def test_hours_without_a_role_to_escalate_to_are_refused():
    steps = table(
        (['"manager"'], ['["finance"]', "[4, 8]"]),
        columns=[column("step", "string")],
        outputs=[("escalateTo", "list"), ("escalateAfterHours", "list")],
        hit="FIRST",
    )

    assert codes(file(triggers(ROW), decision(steps, "steps"))) == ["escalation"]


def test_rules_of_a_step_may_differ_in_their_hours_only():
    steps = table(
        (['"manager"'], ["4", "true"]),
        (['"manager"'], ["8", "false"]),
        columns=[column("step", "string")],
        outputs=[("slaHours", "number"), ("bulk", "boolean")],
        hit="FIRST",
    )

    (found,) = problems(file(triggers(ROW), decision(steps, "steps")))
    assert (
        found.sentence == "Expected the rules 1 and 2 of 'manager' to agree in 'bulk'."
    )


@pytest.mark.parametrize("cell", ["", '"a","b"', "> 3", "-", "margin_pct"])
def test_a_rule_of_a_step_names_one_step(cell):
    steps = table(
        ([cell], ["4"]),
        columns=[column("step", "")],
        outputs=[("slaHours", "number")],
        hit="FIRST",
    )

    assert codes(file(triggers(ROW), decision(steps, "steps"))) == ["missing"]


def test_columns_of_one_input_must_declare_the_same_values():
    both = [
        column("region", "string", '"EMEA"'),
        column("region", "string", '"EMEA","APAC"'),
    ]
    xml = file(triggers((['"EMEA"', ""], ROW[1]), columns=both))

    assert codes(xml) == ["contradiction"]


def test_a_file_without_triggers_is_none_of_a_policy_unless_a_base_has_them():
    steps = table(
        (['"manager"'], ["4"]),
        columns=[column("step", "string")],
        outputs=[("slaHours", "number")],
        hit="FIRST",
    )
    xml = file(decision(steps, "steps"))

    assert codes(xml, None) == ["missing"]
    assert taken(xml).document["triggers"] == BASE["triggers"]


VERDICTS = {
    "assign-approver-groups.dmn": ["missing", "unknown_table"],
    "determine-underwriter.dmn": ["condition", "condition", "condition"],
    "task-assignment.dmn": ["missing", "unknown_table"],
}
"""Camunda's own files hold no policy: what is told of each by `policy import-dmn`."""


@pytest.mark.skipif(not CAMUNDA_FILES.exists(), reason="the shared data is not here")
@pytest.mark.parametrize("name", VERDICTS)
def test_files_that_hold_no_policy_are_refused_by_what_they_hold(name):
    xml = (CAMUNDA_FILES / name).read_bytes()
    told = codes(xml, None)

    assert told == VERDICTS[name]


def test_what_is_imported_loads():
    assert load(document(taken(file(triggers(ROW)), None).document)).name == "Tables"


def test_rungs_that_mean_the_same_keep_their_places():
    one = {"role": "manager", "may": {"margin_pct": "< 24"}}
    other = dict(reversed(one.items()))
    base = {**BASE, "ladders": {"sales": [one, other]}}
    found = taken(export(document(base).value), base).document

    assert [list(rung) for rung in found["ladders"]["sales"]] == [
        ["role", "may"],
        ["may", "role"],
    ]


CELLS = st.sampled_from(
    [
        "",
        "-",
        "1",
        "-1",
        "2.5",
        '"x"',
        '"quorum 2"',
        '"quorum x"',
        '"manager"',
        '["manager"]',
        "[1, 2]",
        "[null]",
        '["a=b"]',
        '["region=region"]',
        '[["a"]]',
        "true",
        'date("2026-01-31")',
        "margin_pct",
        "< 3",
        "[1..2)",
        "null",
        "[]",
        "amount * 2",
        "step",
        '"all"',
        "not(1)",
        '"a","b"',
    ]
)
WHOLE = {
    **BASE,
    "calendars": CALENDARS,
    "ladders": {
        "sales": [
            *BASE["ladders"]["sales"],
            {"role": "finance", "may": {"amount": "< 9"}, "until": "2027-01-01"},
            {"committee": {"quorum": 1, "of": 2}},
        ]
    },
    "steps": {
        "manager": {
            "completion": {"percent": 50, "veto": ["finance"]},
            "escalateTo": [{"role": "finance", "afterHours": 4}],
            "match": {"region": "region"},
            "slaHours": [{"when": {"amount": "> 3"}, "hours": 4}, {"hours": 24}],
        },
        "finance": {"stage": 2, "calendar": "us", "bulk": True},
    },
}
EXPORTED = export(document(WHOLE).value).decode()
TEXTS = list(re.finditer("<text>(.*?)</text>", EXPORTED))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(TEXTS) - 1), CELLS), min_size=1, max_size=3
    ),
    with_base=st.booleans(),
)
def test_whatever_an_analyst_writes_there_is_a_policy_or_a_list_of_problems(
    changes, with_base
):
    xml = EXPORTED
    for place, text in sorted(dict(changes).items(), reverse=True):
        start, end = TEXTS[place].span(1)
        xml = xml[:start] + escape(text) + xml[end:]

    assert told(xml.encode(), WHOLE if with_base else None)


def told(xml, base):
    try:
        return taken(xml, base).document
    except DmnError as error:
        return error.problems
