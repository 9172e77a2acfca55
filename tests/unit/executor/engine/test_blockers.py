"""
What would stop an approval product on the stock engine: shown there, and right in ours.
"""

import json

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

from approval_engine.errors import BpmnError, EngineError
from approval_engine.executor import engine
from approval_engine.executor.engine.restore import restore
from tests.unit.executor.engine.drawings import (
    TERMINATE,
    definitions,
    end,
    flow,
    gateway,
    opened,
    path,
    rework,
    stages,
    start,
    task,
)
from tests.unit.executor.engine.stock import Stock, in_stock_words

AGAIN = rework("${verdict == 'again'}")


def side_by_side(*after):
    return definitions(
        start(),
        gateway("parallel", "fork"),
        task("a"),
        task("b"),
        gateway("parallel", "join"),
        task("z"),
        end("approved"),
        path("submitted", "fork", "a", "join", "z", "approved"),
        path("fork", "b", "join"),
        *after,
    )


def test_stock_joins_with_one_branch_in_the_second_round():
    stock = Stock(in_stock_words(AGAIN))
    stock.complete("prepare", verdict="again")
    stock.complete("finance")
    stock.complete("legal")
    stock.complete("prepare", verdict="fine")
    stock.complete("legal")

    assert "vp" in stock.opened()


def test_every_round_of_ours_needs_both_branches():
    definition = engine.compile_definition(AGAIN)
    state = engine.start(definition).state
    for element, said in (
        ("prepare", {"verdict": "again"}),
        ("finance", {}),
        ("legal", {}),
        ("prepare", {"verdict": "fine"}),
        ("legal", {}),
    ):
        snapshot = engine.complete(definition, state, element, said)
        state = snapshot.state

    assert opened(snapshot) == ["finance"]
    assert opened(engine.complete(definition, state, "finance", {})) == ["vp"]


def blocks_in_a_row(count):
    parts, before = [start(), end("approved")], "submitted"
    for n in range(count):
        parts += [
            gateway("parallel", f"fork_{n}"),
            task(f"a_{n}"),
            task(f"b_{n}"),
            gateway("parallel", f"join_{n}"),
            path(before, f"fork_{n}", f"a_{n}", f"join_{n}"),
            path(f"fork_{n}", f"b_{n}", f"join_{n}"),
        ]
        before = f"join_{n}"
    return definitions(*parts, flow(before, "approved"))


def test_stock_predicts_exponentially():
    assert len(Stock(blocks_in_a_row(9)).workflow.tasks) > 2000


def test_ours_holds_only_where_the_tokens_are():
    definition = engine.compile_definition(blocks_in_a_row(40))
    snapshot = engine.start(definition)

    assert len(restore(definition.process, definition.start).tasks) < 10
    assert len(snapshot.state) < 200


def attack(expression):
    return definitions(
        start(),
        gateway("exclusive", "choice", default="otherwise"),
        task("a"),
        end("approved"),
        flow("submitted", "choice"),
        flow("choice", "approved", expression, name="attack"),
        flow("choice", "a", name="otherwise"),
        flow("a", "approved"),
    )


def test_stock_runs_code_from_a_condition(tmp_path):
    canary = tmp_path / "canary"
    Stock(attack(f"__import__('pathlib').Path('{canary}').touch()"))

    assert canary.exists()


def test_ours_refuses_the_file_and_runs_nothing(tmp_path):
    canary = tmp_path / "canary"
    with pytest.raises(BpmnError) as refusal:
        engine.compile_definition(
            attack(f"__import__('pathlib').Path('{canary}').touch()")
        )

    assert [problem.element for problem in refusal.value.problems] == ["attack"]
    assert not canary.exists()


def test_stock_loses_data_when_keys_change_order():
    stock = Stock(side_by_side(), quote=1)
    stock.complete("a", x=1)
    serializer = BpmnWorkflowSerializer()
    document = json.loads(serializer.serialize_json(stock.workflow))
    document["tasks"] = dict(reversed(document["tasks"].items()))
    loaded = serializer.deserialize_json(json.dumps(document))

    assert loaded.get_next_task(spec_name="b").data != {"quote": 1}


def test_ours_is_sorted_and_takes_no_other_order():
    definition = engine.compile_definition(side_by_side())
    state = engine.complete(
        definition, engine.start(definition).state, "a", {"outcome_a": "approved"}
    ).state
    document = json.loads(state)
    ordered = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    turned = json.dumps(
        dict(reversed(document.items())), separators=(",", ":")
    ).encode()

    assert ordered == state
    with pytest.raises(EngineError, match="it was changed"):
        engine.position(definition, turned)


def two_true_conditions(*boxes):
    shapes = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{name}">'
        f'<dc:Bounds x="0" y="{y}" width="1" height="1"/></bpmndi:BPMNShape>'
        for name, y in boxes
    )
    return definitions(
        start(),
        task("ask"),
        gateway("exclusive", "choice", default="otherwise"),
        task("a"),
        task("b"),
        end("approved"),
        path("submitted", "ask", "choice"),
        flow("choice", "a", "answer != 'no'"),
        flow("choice", "b", "answer == 'yes'"),
        flow("choice", "approved", name="otherwise"),
        flow("a", "approved"),
        flow("b", "approved"),
        after=f"<bpmndi:BPMNDiagram>{shapes}</bpmndi:BPMNDiagram>",
    )


BOXES = ((("a", 1), ("b", 2)), (("a", 2), ("b", 1)))


def test_stock_routes_by_the_height_of_the_boxes():
    results = []
    for boxes in BOXES:
        stock = Stock(two_true_conditions(*boxes))
        stock.complete("ask", answer="yes")
        results.append(stock.opened())

    assert results == [["a"], ["b"]]


@pytest.mark.parametrize("boxes", BOXES)
def test_ours_routes_in_document_order(boxes):
    definition = engine.compile_definition(two_true_conditions(*boxes))
    state = engine.start(definition).state
    snapshot = engine.complete(definition, state, "ask", {"answer": "yes"})

    assert opened(snapshot) == ["a"]


def test_stock_loses_list_items_where_branches_meet():
    stock = Stock(side_by_side(), log=[])
    for name in "ab":
        stock.task(name).data["log"].append(name)
        stock.complete(name)

    assert stock.task("z").data["log"] != ["a", "b"]


def test_outcomes_of_all_branches_of_ours_survive_the_join():
    definition = engine.compile_definition(side_by_side())
    state = engine.start(definition).state
    state = engine.complete(definition, state, "b", {"outcome_b": "rejected"}).state
    state = engine.complete(definition, state, "a", {"outcome_a": "approved"}).state

    assert json.loads(state)["outcomes"] == {
        "a": {"outcome_a": "approved"},
        "b": {"outcome_b": "rejected"},
    }


@pytest.mark.parametrize("value", [{"typename": "hello"}, ["x"], "two words", "", None])
def test_ours_takes_nothing_that_could_be_shared_or_poisonous(value):
    definition = engine.compile_definition(side_by_side())
    state = engine.start(definition).state

    with pytest.raises(EngineError, match="plain words"):
        engine.complete(definition, state, "a", {"note": value})


def test_stock_leaves_siblings_running_after_an_error_end():
    stock = Stock(in_stock_words(stages(("manager", "finance"))))
    stock.complete("task_manager", outcome_manager="nothing of the kind")

    assert "task_finance" in stock.opened()


def test_an_error_end_of_ours_stops_everything():
    definition = engine.compile_definition(stages(("manager", "finance")))
    state = engine.start(definition).state
    snapshot = engine.complete(definition, state, "task_manager", {})

    assert snapshot.position == engine.Position(tasks=(), timers=(), ended="undecided")


def terminated_beside_a_gateway():
    return definitions(
        start(),
        task("ask"),
        gateway("parallel", "fork"),
        end("rejected", TERMINATE),
        gateway("exclusive", "on"),
        task("late"),
        end("approved"),
        path("submitted", "ask", "fork", "rejected"),
        path("fork", "on", "late", "approved"),
    )


def test_stock_runs_what_a_terminate_end_has_cancelled():
    stock = Stock(terminated_beside_a_gateway())
    stock.complete("ask")

    assert "late" in stock.opened()


def test_nothing_of_ours_runs_after_a_terminate_end():
    definition = engine.compile_definition(terminated_beside_a_gateway())
    snapshot = engine.complete(definition, engine.start(definition).state, "ask", {})

    assert snapshot.position == engine.Position(tasks=(), timers=(), ended="rejected")
