"""
`cpq process check` says what an analyst has to change, or that nothing is left.
"""

import json

from tests.integration.executor.company import policy
from tests.unit.definitions.goldens import FOLDER
from tests.unit.definitions.reading.files import (
    ASKED,
    around,
    decided,
    flow,
    late,
    task,
)

GOLDEN = (FOLDER / "standard-single.bpmn").read_text(encoding="utf-8")


def written(shell, name, xml):
    return shell.file(name, xml.decode())


def test_a_right_file_is_told_with_its_hashes(shell):
    ended = shell.ok("process", "check", shell.file("one.bpmn", GOLDEN))
    verdict, note = ended.lines

    assert verdict.startswith("process=standard nodes=11 sha256=")
    assert " semantic=" in verdict
    assert verdict.endswith(" status=ok")
    assert note.startswith('note="camunda:historyTimeToLive is decorative')
    assert not (shell.folder / "cpq.db").exists()


def test_a_right_file_is_one_document_in_json(shell):
    (found,) = shell.ok(
        "--json", "process", "check", shell.file("one.bpmn", GOLDEN)
    ).json

    assert (found["process"], found["nodes"], found["status"]) == ("standard", 11, "ok")
    assert [note["line"] for note in found["notes"]] == [3]


def test_every_problem_of_every_file_is_a_line(shell):
    files = (
        written(shell, "late.bpmn", late("PT24")),
        shell.file("good.bpmn", GOLDEN),
        written(shell, "lost.bpmn", around(task("b"))),
        shell.file("no.bpmn", "no xml at all"),
    )
    ended = shell("process", "check", *files)
    places = [line.partition(": Expected")[0] for line in ended.notes]

    assert ended.code == 6
    assert places == [
        "late.bpmn:8: duration element=late",
        "lost.bpmn:8: flow element=b",
        "lost.bpmn:8: unreached element=b",
        "no.bpmn:1: syntax element=/",
    ]
    assert [line.split()[0] for line in ended.lines] == [
        "process=standard",
        ended.lines[1].split()[0],
    ]


def test_conditions_read_the_inputs_of_the_policy_in_question(office):
    ways = flow("choice", "approved", "margin_pct &lt; 3 and country = 'X'")
    xml = decided(ways, attributes=ASKED)
    file = written(office, "p.bpmn", xml)
    inputs = [*policy()["inputs"], {"name": "country", "type": "string"}]
    other = office.file("other.json", {**policy(), "inputs": inputs})

    assert office("process", "check", file).code == 6
    assert office.ok("process", "check", file, "--policy", other)


def test_without_a_policy_conditions_read_those_of_the_documentation(shell):
    xml = decided(flow("choice", "approved", "year1_disc &gt; 30"), attributes=ASKED)

    assert shell.ok("process", "check", written(shell, "p.bpmn", xml))


def test_a_wrong_policy_is_told_first(shell):
    file = shell.file("one.bpmn", GOLDEN)
    wrong = shell.file("policy.json", json.dumps({"policy": 1}))

    assert shell("process", "check", file, "--policy", wrong).code == 6
    assert shell("process", "check", "missing.bpmn").code == 2
    assert shell("process", "check").code == 2


def test_a_file_is_judged_also_where_no_database_answers(shell, free_port):
    file = shell.file("one.bpmn", GOLDEN)
    away = f"postgresql://nobody@127.0.0.1:{free_port}/none"
    ended = shell.ok("--database", away, "process", "check", file)

    assert ended.lines[0].endswith("status=ok")
    assert ended.notes[0].startswith("warning: No policy was looked up: ")
