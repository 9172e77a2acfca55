"""
What conditions know: the quote's facts, outcomes, fields, answers of decisions.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from approval_engine.definitions.model import Decides, Kind, Node
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from tests.unit.definitions.processes import boundary, process, scope, subprocess
from tests.unit.executor.engine.running import Run, compiled


def split(condition, *, before="ask", nodes=()):
    """
    `before`, then to `yes` where the condition is true and else to `no`.
    """
    return process(
        f"start > {before} > xor > yes > end",
        "xor > no > end",
        conditions={"xor>yes": condition},
        defaults={"xor": "no"},
        nodes=nodes,
    )


FACTS = {
    "number": ("x > 10", Decimal(11), Decimal(10)),
    "text": ("x = 'EMEA'", "EMEA", "US"),
    "truth": ("x", True, False),
    "not the number 1": ("x = 1", Decimal(1), Decimal(2)),
    "date": ("x < date('2026-01-02')", date(2026, 1, 1), date(2026, 1, 2)),
    "list": ("contains(x, 'a')", ("a", "b"), ("b",)),
    "nothing": ("x = null", None, "something"),
}


@pytest.mark.parametrize(("condition", "met", "unmet"), FACTS.values(), ids=FACTS)
def test_a_condition_reads_a_fact(condition, met, unmet):
    for value, opened in ((met, "yes"), (unmet, "no")):
        run = Run(split(condition), facts={"x": value, "y": object()}).do("ask")

        assert run.open == [opened]


@pytest.mark.parametrize(("condition", "met", "unmet"), FACTS.values(), ids=FACTS)
def test_a_condition_reads_a_field_that_was_filled_in(condition, met, unmet):
    for value, opened in ((met, "yes"), (unmet, "no")):
        run = Run(split(condition)).do("ask", fields={"x": value})

        assert run.open == [opened]
        assert engine.results(run.definition, run.state) == {"ask": {"x": value}}


def test_facts_are_not_stored():
    run = Run(split("x > 10"), facts={"x": Decimal(4711)}).do("ask")

    assert b"4711" not in run.state
    assert run.state == Run(split("x > 10"), facts={"x": Decimal(12)}).do("ask").state


def test_equal_questions_of_other_kinds_are_not_confused():
    """
    1 and true are equal in Python, and steps are remembered.
    """
    definition = compiled(split("x"))
    state = engine.start(definition).state
    yes = engine.complete(definition, state, "ask", {}, {}, {"x": True})
    assert [task.element for task in yes.position.tasks] == ["yes"]

    with pytest.raises(EngineError, match="to be true or false"):
        engine.complete(definition, state, "ask", {}, {}, {"x": Decimal(1)})


def test_a_definition_tells_which_facts_it_reads():
    condition = "amount > 1 and outcome_ask = 'approved' and not approved"

    assert compiled(split(condition)).reads == {"amount"}
    assert compiled(split("outcome_ask = 'approved'")).reads == frozenset()


def test_what_is_read_before_the_first_task_is_asked_at_the_start():
    early = split("x > 10", before="xor0")

    assert Run(early, facts={"x": Decimal(11)}).open == ["yes"]
    assert Run(early, facts={"x": Decimal(9)}).open == ["no"]
    assert Run(early).open == ["no"]


def test_a_start_that_leads_nowhere_is_refused_only_for_those_facts():
    nowhere = process("start > xor > yes > end", "xor > no > end", conditions=NOWHERE)
    assert Run(nowhere, facts={"x": Decimal(11)}).open == ["yes"]

    with pytest.raises(EngineError, match="Expected to pass 'xor'"):
        Run(nowhere, facts={"x": Decimal(7)})


NOWHERE = {"xor>yes": "x > 10", "xor>no": "x < 5"}


NO_VALUES = {
    "int": 1,
    "float": 1.5,
    "mapping": {"a": "b"},
    "mutable list": ["x"],
    "instant": datetime(2026, 1, 1, tzinfo=UTC),
    "no number": Decimal("NaN"),
    "huge": Decimal("1E+100"),
    "tiny": Decimal("1E-100"),
    "long": Decimal(10**70 + 1),
    "int inside": (1,),
    "object": object(),
}


@pytest.mark.parametrize("value", NO_VALUES.values(), ids=NO_VALUES)
def test_what_is_no_value_is_refused(value):
    run = Run(split("x = null"))
    with pytest.raises(EngineError, match="Expected a"):
        run.do("ask", fields={"x": value})
    run.facts = {"x": value}

    with pytest.raises(EngineError, match="Expected a"):
        run.do("ask")


@pytest.mark.parametrize("name", ["two words", "", "ü", "x" * 101])
def test_a_field_of_another_name_is_refused(name):
    with pytest.raises(EngineError, match="plain names"):
        Run(split("x = null")).do("ask", fields={name: "a"})


def test_equal_numbers_are_equal_bytes():
    states = {
        Run(split("x > 10")).do("ask", fields={"x": Decimal(text)}).state
        for text in ("120", "120.00", "1.2E+2", "0120")
    }

    assert len(states) == 1


def test_the_last_of_two_who_fill_in_a_field_counts():
    both = process(
        "start > A > B > xor > yes > end",
        "xor > no > end",
        conditions={"xor>yes": "x = 'b'"},
        defaults={"xor": "no"},
    )
    run = Run(both).do("A", fields={"x": "a", "y": "a"}).do("B", fields={"x": "b"})

    assert run.open == ["yes"]
    filled = {"A": {"y": "a"}, "B": {"x": "b"}}
    assert engine.results(run.definition, run.state) == filled


def test_what_a_task_filled_in_is_void_when_it_opens_again():
    again = process(
        "start > xor0 > A > xor > xor0",
        "xor > end",
        conditions={"xor>xor0": "x"},
        defaults={"xor": "end"},
    )
    run = Run(again).do("A", fields={"x": True})
    assert engine.results(run.definition, run.state) == {}

    assert run.do("A").ended == "end"


DECISIONS = {
    "approved": ("approve", True),
    "rejected": ("reject", False),
    "returned": ("return", False),
    "undecided": (None, None),
}


@pytest.mark.parametrize(
    ("outcome", "decision", "approved"),
    [(outcome, *known) for outcome, known in DECISIONS.items()],
)
def test_conditions_know_the_decision_of_the_task_before(outcome, decision, approved):
    by_word = Run(split("decision = 'approve'")).do("ask", outcome_ask=outcome)
    by_truth = Run(split("approved")).do("ask", outcome_ask=outcome)

    assert by_word.open == by_truth.open == ["yes" if approved else "no"]
    known = engine.names(by_word.definition, by_word.state)
    assert known.get("decision") == decision
    assert known.get("approved") is approved


def test_a_field_can_speak_for_the_decision_but_not_for_an_outcome():
    """
    Forms of analysts often have a field `approved`; no form answers for another task.
    """
    run = Run(split("approved")).do(
        "ask", fields={"approved": True}, outcome_ask="rejected"
    )
    assert run.open == ["yes"]

    run = Run(split("outcome_ask = 'approved'")).do(
        "ask", fields={"outcome_ask": "approved"}, outcome_ask="rejected"
    )
    assert run.open == ["no"]


def test_the_decision_is_known_until_the_next_task_is_completed():
    later = boundary("later", "B", interrupting=False)
    process_ = process(
        "start > A > B > end",
        "later > xor > yes > end2",
        "xor > no > end3",
        nodes=(later,),
        conditions={"xor>yes": "approved"},
        defaults={"xor": "no"},
    )
    assert Run(process_).do("A", outcome_A="approved").fire("later").open == [
        "B",
        "yes",
    ]
    assert Run(process_).do("A").fire("later").open == ["B", "no"]


def test_a_step_is_known_by_its_step_and_not_by_its_task():
    task = Node(id="task_vp-2", kind=Kind.TASK, properties={"step": "vp-2"})
    flow = process(
        "start > task_vp-2 > xor > yes > end",
        "xor > no > end",
        nodes=(task,),
        conditions={"xor>yes": "approved and outcome_vp__2 = 'approved'"},
        defaults={"xor": "no"},
    )
    run = Run(flow).do("task_vp-2", outcome_vp__2="approved")

    assert run.open == ["yes"]


def test_a_process_that_asks_for_no_decision_keeps_none():
    run = Run(split("outcome_ask = 'approved'")).do("ask", outcome_ask="approved")

    assert "decided" not in json.loads(run.state)


@dataclass(frozen=True)
class Table:
    """
    Stands in for a decision table: what it reads, and how it answers.
    """

    reads: frozenset[str]
    rule: object

    def __call__(self, names):
        return self.rule(names)


def deciding(condition, variable="risk"):
    decides = Decides(decision="assess", variable=variable)
    rule = Node(id="rule", kind=Kind.RULE, decides=decides)
    return split(condition, before="ask > rule", nodes=(rule,))


ANSWERS = {
    "a value": ("high", "risk = 'high'"),
    "nothing": (None, "risk = null"),
    "values": (("low", "high"), "contains(risk, 'high')"),
    "no values": ((), "empty(risk)"),
    "a row": (
        {"level": "high", "points": Decimal(3)},
        "risk_level = 'high' and risk_points = 3",
    ),
    "rows": (
        ({"role": "vp", "n": Decimal(1)}, {"role": "cfo"}),
        "contains(risk_role, 'cfo') and contains(risk_n, 1)",
    ),
}


@pytest.mark.parametrize(("answer", "condition"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer_of_a_decision_is_known_behind_it(answer, condition):
    table = Table(frozenset(), lambda _: answer)
    run = Run(deciding(condition), {"rule": table}).do("ask")
    assert run.open == ["yes"]
    assert run.snapshot.passed == ("rule",)

    table = Table(frozenset(), lambda _: "other")
    assert Run(deciding("risk = 'high'"), {"rule": table}).do("ask").open == ["no"]


def test_a_row_without_a_variable_is_not_kept():
    table = Table(frozenset(), lambda _: {"level": "high"})
    run = Run(deciding("level = 'high'", variable=None), {"rule": table}).do("ask")

    assert run.open == ["no"]


def test_a_decision_reads_facts_fields_and_outcomes():
    wanted = {"amount", "reason", "outcome_ask"}
    seen = []
    table = Table(frozenset(wanted), lambda names: seen.append(dict(names)))
    run = Run(deciding("risk = null"), {"rule": table}, {"amount": Decimal(7)})
    run.do("ask", fields={"reason": "price"}, outcome_ask="approved")

    assert run.definition.reads == {"amount", "reason", "risk"}
    assert seen == [
        {"amount": Decimal(7), "reason": "price", "outcome_ask": "approved"}
    ]


def test_a_decision_before_the_first_task_is_asked_at_the_start():
    rule = Node(id="rule", kind=Kind.RULE, decides=Decides(decision="d", variable="v"))
    first = split("v = 'big'", before="rule", nodes=(rule,))
    big = Table(
        frozenset({"amount"}),
        lambda names: "big" if names.get("amount", 0) > Decimal(5) else "small",
    )
    run = Run(first, {"rule": big}, {"amount": Decimal(7)})
    assert (run.open, run.snapshot.passed) == (["yes"], ("rule",))

    assert Run(first, {"rule": big}, {"amount": Decimal(3)}).open == ["no"]


def test_definitions_with_other_decisions_are_others():
    high, low = (Table(frozenset(), lambda _, w=word: w) for word in ("high", "low"))
    one = Run(deciding("risk = 'high'"), {"rule": high})
    other = Run(deciding("risk = 'high'"), {"rule": low})

    assert one.definition != other.definition
    assert (one.do("ask").open, other.do("ask").open) == (["yes"], ["no"])


def test_a_refusal_of_a_decision_is_told():
    def refuse(_):
        raise EngineError("Expected one answer.")

    run = Run(deciding("risk = null"), {"rule": Table(frozenset(), refuse)})
    with pytest.raises(EngineError, match="one answer"):
        run.do("ask")

    assert run.open == ["ask"]


def test_messages_are_told_in_the_order_in_which_they_are_passed():
    run = Run(
        process(
            "start > notice1 > A > notice3 > sub > notice2 > B > end",
            nodes=(subprocess("sub", scope("start2 > notice4 > end2")),),
        )
    )
    assert run.snapshot.passed == ("notice1",)

    assert run.do("A").snapshot.passed == ("notice3", "notice4", "notice2")
    assert run.definition.nodes["notice4"].kind is Kind.NOTICE
    assert run.do("B").snapshot.passed == ()


def test_names_are_those_that_conditions_read():
    run = Run(split("x > 1 and approved")).do(
        "ask", fields={"x": Decimal(2)}, outcome_ask="approved"
    )

    assert engine.names(run.definition, run.state, {"x": Decimal(1), "y": "z"}) == {
        "x": Decimal(2),
        "y": "z",
        "outcome_ask": "approved",
        "approved": True,
        "decision": "approve",
    }
