"""
A DMN file is read with all its meaning, or every problem in it is named at its place.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions.dmn.model import Aggregation, Formula, HitPolicy
from approval_engine.definitions.dmn.read import read
from approval_engine.errors import DmnError
from approval_engine.policy.conditions import parse_unary
from approval_engine.policy.conditions.tree import Always, Literal
from tests.unit.definitions.dmn.tables import (
    MODEL,
    cell,
    column,
    decision,
    file,
    one,
    table,
)

CAMUNDA_FILES = Path(__file__).parents[5] / "shared" / "data" / "camunda"

RULE = (["< 24"], ['"finance"'])


def found(xml):
    """
    Code and sentence of every problem.
    """
    with pytest.raises(DmnError) as refusal:
        read(xml, "t.dmn")
    return [(each.code, each.sentence) for each in refusal.value.problems]


def codes(xml):
    return [code for code, _ in found(xml)]


def only_table(xml):
    (found,) = read(xml).decisions.values()
    return found.logic


def test_a_table_is_read_with_its_clauses_and_rules():
    read_table = only_table(
        one(
            (["< 24", '"EMEA"'], ['"cfo"']),
            columns=("margin", column("region", "string", '"EMEA","APAC"')),
        )
    )

    assert read_table.hit_policy is HitPolicy.UNIQUE
    assert [each.text for each in read_table.columns] == ["margin", "region"]
    assert read_table.columns[1].values == ("EMEA", "APAC")
    assert [each.name for each in read_table.outputs] == ["role"]
    (rule,) = read_table.rules
    assert [each.test for each in rule.cells] == [
        parse_unary("< 24"),
        parse_unary('"EMEA"'),
    ]
    assert rule.entries[0].expression == Literal(value="cfo")


def test_every_part_knows_its_line_and_the_nearest_id():
    xml = file(decision(table(RULE).replace("<rule", "\n\n<rule")))
    (rule,) = only_table(xml).rules

    assert (rule.place.line, rule.place.element) == (4, "r1")
    assert rule.cells[0].place.element == "r1"


@pytest.mark.parametrize(
    ("namespace", "version"),
    [
        ("http://www.omg.org/spec/DMN/20151101/dmn.xsd", "1.1"),
        ("http://www.omg.org/spec/DMN/20151101/dmn11.xsd", "1.1"),
        ("http://www.omg.org/spec/DMN/20180521/MODEL/", "1.2"),
        (MODEL, "1.3"),
    ],
)
def test_versions_1_1_to_1_3_are_read(namespace, version):
    xml = file(decision(table(RULE)), namespace=namespace)

    assert read(xml).version == version


@pytest.mark.parametrize(
    "namespace", ["", "https://www.omg.org/spec/DMN/20230324/MODEL/"]
)
def test_other_versions_are_refused(namespace):
    assert codes(file(namespace=namespace)) == ["no_dmn"]


def test_an_empty_cell_holds_always_and_an_empty_result_is_null():
    (rule,) = only_table(one(([""], [""]))).rules

    assert rule.cells[0].test == Always()
    assert rule.entries[0].expression == Literal(value=None)


@pytest.mark.parametrize("hit", list(HitPolicy))
def test_five_hit_policies_are_read(hit):
    assert only_table(one(RULE, hit=hit)).hit_policy is hit


@pytest.mark.parametrize(
    ("hit", "instead"),
    [
        ("PRIORITY", "sort the rules and take FIRST"),
        ("OUTPUT ORDER", "sort the rules and take RULE ORDER"),
        ("LAST", "take UNIQUE, ANY, FIRST, RULE ORDER or COLLECT"),
    ],
)
def test_other_hit_policies_are_refused_with_what_to_take(hit, instead):
    assert found(one(RULE, hit=hit)) == [
        ("hit_policy", f"Expected no hit policy '{hit}': {instead}.")
    ]


def test_collect_may_sum_up_one_output():
    xml = one(
        ([""], ["1"]),
        outputs=[("n", "number")],
        hit="COLLECT",
        more=' aggregation="SUM"',
    )

    assert only_table(xml).aggregation is Aggregation.SUM


def test_an_aggregation_of_two_outputs_or_of_an_unknown_name_is_refused():
    two = [("a", "number"), ("b", "number")]
    several = one(
        ([""], ["1", "2"]), outputs=two, hit="COLLECT", more=' aggregation="MAX"'
    )
    unknown = one(RULE, hit="COLLECT", more=' aggregation="AVG"')

    assert codes(several) == codes(unknown) == ["aggregation"]


@pytest.mark.parametrize("text", ["amount * 2", "${amount * 2}", "= amount * 2"])
def test_an_input_may_be_calculated_and_wrapped(text):
    assert only_table(one(RULE, columns=[text])).columns[0].text == text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("order.amount", "nothing has parts"),
        ("sum(amounts)", "one of the functions"),
        ("${execution.setVariable('a', 1)}", "nothing has parts"),
        ("__import__", "is no part of its language"),
        ("a" * 501, "at most 500 characters"),
        ("(" * 40 + "a" + ")" * 40, "at most 16 levels"),
    ],
)
def test_an_input_outside_the_language_is_refused(text, part):
    ((code, sentence),) = found(one(RULE, columns=[column(text)]))

    assert code == "condition"
    assert part in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("< ", "condition"),
        ('"high"', "type"),
        ("date and time(x)", "condition"),
        ("matches(?, 'x')", "condition"),
        ("cellInput > 5", "condition"),
        ("? > cellInput", "input_variable"),
    ],
)
def test_a_wrong_cell_is_named_with_its_rule(text, code):
    with pytest.raises(DmnError) as refusal:
        read(one(([text], ['"x"'])), "t.dmn")
    (problem,) = refusal.value.problems

    assert (problem.code, problem.element, problem.line) == (code, "r1", 2)


def test_a_cell_that_uses_its_input_variable_is_told_the_sign_for_it():
    clause = column("amount").replace("<input ", '<input camunda:inputVariable="it" ')
    refused = found(one((["? > it"], ['"x"']), columns=[clause]))

    assert refused == [
        ("input_variable", "Expected '?' for the cell's own value, but got 'it'.")
    ]
    assert only_table(one((["> 3"], ['"x"']), columns=[clause]))


def test_a_result_of_another_type_than_its_column_is_refused():
    assert codes(one(([""], ["24"]))) == ["type"]
    assert only_table(one(([""], ["24"]), outputs=[("n", "integer")]))


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("javascript", "1", "language"),
        ("groovy", "1", "language"),
        ("juel", "name", "language"),
        ("JUEL", "${name}", None),
        ("feel", "name", None),
        ("http://www.omg.org/spec/FEEL/20140401", "name", None),
        ("https://www.omg.org/spec/DMN/20191111/FEEL/", "name", None),
    ],
)
def test_an_expression_may_be_feel_or_wrapped_juel(language, text, code):
    clause = column(text, "Any", expressionLanguage=language)
    xml = one(([""], ['"x"']), columns=[clause])

    assert (codes(xml) if code else read(xml) and [code]) == [code]


def test_a_test_in_juel_is_refused():
    xml = one(RULE).replace(b"<inputEntry", b'<inputEntry expressionLanguage="juel"')

    assert codes(xml) == ["language"]


def test_the_language_of_the_file_counts_for_its_cells():
    # Of the rule it is told once, for both cells stand in one place.
    xml = one(RULE).replace(
        b"<definitions", b'<definitions expressionLanguage="python"'
    )

    assert codes(xml) == ["language"] * 2


@pytest.mark.parametrize(
    "name",
    [
        "invocation",
        "context",
        "relation",
        "functionDefinition",
        "script",
        "list",
        "unheardOf",
    ],
)
def test_other_logic_is_refused_by_its_name(name):
    refused = found(file(decision(f"<{name}/>")))

    assert [code for code, _ in refused] == ["refused", "no_logic"]
    assert f"'{name}'" in refused[0][1]


@pytest.mark.parametrize(
    "name", ["businessKnowledgeModel", "import", "decisionService"]
)
def test_parts_beside_decisions_that_nobody_could_run_are_refused(name):
    assert codes(file(f'<{name} id="b"/>', decision(table(RULE)))) == ["refused"]


def test_what_stands_beside_decisions_without_effect_is_kept():
    beside = '<textAnnotation id="note"><text>see legal</text></textAnnotation>'
    drawn = (
        '<extensionElements><biodi:bounds xmlns:biodi="http://bpmn.io/schema/dmn/'
        'biodi/2.0" x="1"/></extensionElements>'
    )

    assert read(file(beside, decision(drawn + table(RULE)))).decisions


@pytest.mark.parametrize(
    "inside",
    ["<camunda:script>evil()</camunda:script>", '<x:run xmlns:x="urn:unknown"/>'],
)
def test_no_program_hides_in_an_extension(inside):
    extension = f"<extensionElements>{inside}</extensionElements>"

    assert codes(file(decision(extension + table(RULE)))) == ["refused"]


def test_a_default_output_is_refused_for_camunda_ignores_it():
    xml = one(RULE).replace(
        b'typeRef="string"/>',
        b'typeRef="string"><defaultOutputEntry><text>1</text></defaultOutputEntry>'
        b"</output>",
    )

    assert codes(xml) == ["refused"]


def test_a_decision_may_be_one_expression():
    xml = file(decision(cell("literalExpression", "amount * 12"), "year"))
    (year,) = read(xml).decisions.values()

    assert isinstance(year.logic, Formula)
    assert (year.logic.name, year.logic.entry.text) == ("year", "amount * 12")
    assert codes(file(decision(cell("literalExpression", "sum(a)")))) == ["condition"]
    assert codes(file(decision(cell("literalExpression", "")))) == ["missing"]


def test_a_decision_without_logic_or_id_and_a_file_without_decisions_are_refused():
    assert codes(file(decision(""))) == ["no_logic"]
    assert codes(file(decision(table(RULE), ""))) == ["missing"]
    assert codes(file()) == ["empty"]


def test_decisions_require_each_other_by_id_but_not_in_a_circle():
    both = [decision(table(RULE), "a", ["b"]), decision(table(RULE), "b")]
    circle = [both[0], decision(table(RULE), "b", ["a"])]

    assert read(file(*both)).decisions["a"].requires == ("b",)
    assert found(file(*circle)) == [
        ("circle", "Expected no circle of requirements, but got a → b → a.")
    ]
    assert codes(file(both[0])) == ["unknown_reference"]


def test_requirements_of_inputs_and_other_files_are_looked_up():
    required = (
        '<informationRequirement><requiredInput href="{}"/></informationRequirement>'
    )
    known = decision(required.format("#in") + table(RULE))
    foreign = decision(required.format("other.dmn#in") + table(RULE))

    assert read(file('<inputData id="in" name="in"/>', known)).decisions
    assert codes(file(known)) == ["unknown_reference"]
    assert codes(file('<inputData id="in"/>', foreign)) == ["unknown_reference"]


def test_two_decisions_of_one_id_are_refused():
    assert codes(file(*[decision(table(RULE))] * 2)) == ["duplicate"]


def test_a_rule_has_a_cell_per_clause():
    assert codes(one((["1", "2"], ['"x"']))) == ["cells"]
    assert codes(one((["1"], []))) == ["cells"]


def test_outputs_need_names_of_their_own():
    two = [("a", "string"), ("a", "string")]

    assert codes(one(([""], ['"x"', '"y"']), outputs=two)) == ["output_name"]
    assert codes(one(([""], []), outputs=())) == ["missing"]
    assert only_table(one(RULE, outputs=[("", "string")])).outputs[0].name == "who"


def test_a_comment_inside_an_expression_is_refused():
    xml = one(RULE).replace(b"&lt; 24", b"&lt; 2<!-- 0 -->4")

    assert "text" in codes(xml)


def test_every_problem_is_told_at_once_in_file_order():
    parts = [
        decision(table((["<"], ["sum(1)"]), hit="PRIORITY"), "a"),
        decision(table(RULE, columns=["a.b"]), "b"),
    ]

    assert codes(file(*parts)) == ["hit_policy", "condition", "condition", "condition"]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "syntax"),
        (b"<definitions>", "syntax"),
        (b"<!DOCTYPE x>" + one(RULE), "doctype"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + one(RULE), "doctype"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "doctype"),
        (one(RULE) + b"<?run me?>", "instruction"),
        (one(RULE) + b" " * 1024 * 1024, "too_large"),
        (b"<a>" * 400 + b"</a>" * 400, "syntax"),
        (one(([f'"{"x" * 600}"'], ['"y"'])), "condition"),
        (one((["not(" * 30 + "1" + ")" * 30], ['"y"'])), "condition"),
    ],
)
def test_a_hostile_file_is_refused_with_one_sentence(xml, code):
    ((told, sentence),) = found(xml)

    assert told == code
    assert sentence.startswith("Expected ")


def test_laughs_do_not_multiply():
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    xml = b'<!DOCTYPE a [<!ENTITY l0 "lol">' + laughs + b"]><a>&l9;</a>"

    assert len(found(xml)) == 1


WORDS = st.sampled_from(
    [
        "<",
        "<=",
        "24",
        '"EMEA"',
        "-",
        "not(",
        ")",
        "[1..5)",
        "a.b",
        "?",
        ",",
        "date(",
        "${a}",
        "amount",
        "=",
        "]]>",
        "&",
        "null",
    ]
)
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)


@settings(deadline=None)
@given(
    text=TEXTS,
    result=TEXTS,
    subject=TEXTS,
    kind=st.sampled_from(["number", "string", "x"]),
    hit=st.sampled_from(["FIRST", "P", ""]),
)
def test_whatever_stands_in_the_cells_there_is_a_table_or_a_list_of_problems(
    text, result, subject, kind, hit
):
    clause = column("amount", kind).replace("amount", "x" + escape_of(subject))
    xml = one(([text], [result]), columns=[clause], hit=hit)
    assert told(xml)


def told(xml):
    """
    The decisions of a file, or its problems.
    """
    try:
        return read(xml).decisions
    except DmnError as error:
        return error.problems


def escape_of(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@settings(deadline=None)
@given(cut=st.integers(0, 700), length=st.integers(0, 40), put=st.binary(max_size=12))
def test_a_damaged_file_is_refused_or_read(cut, length, put):
    whole = file(decision(table(RULE), "a", ["b"]), decision(table(RULE), "b"))
    xml = whole[:cut] + put + whole[cut + length :]
    assert told(xml)


DOT = "Expected a plain name or number, but got a dot: nothing has parts"

VERDICTS = {
    "assign-approver-groups.dmn": [],
    "determine-underwriter.dmn": [
        (
            line,
            "condition",
            f"{DOT} (character 12 of 'application.{name}').",
        )
        for line, name in ((6, "age"), (10, "risk"), (14, "type"))
    ],
    "task-assignment.dmn": [],
}
"""What is refused in the files of Camunda's own people."""


@pytest.mark.skipif(not CAMUNDA_FILES.exists(), reason="the shared data is not here")
def test_the_files_of_camunda_have_their_verdicts():
    verdicts = {}
    for path in CAMUNDA_FILES.glob("*.dmn"):
        try:
            read(path.read_bytes(), path.name)
            verdicts[path.name] = []
        except DmnError as error:
            verdicts[path.name] = [
                (each.line, each.code, each.sentence) for each in error.problems
            ]

    assert verdicts == VERDICTS
