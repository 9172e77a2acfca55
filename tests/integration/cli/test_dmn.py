"""
`cpq policy export-dmn`, `import-dmn` and `check-dmn`: files in, files and lines out.
"""

import json
from pathlib import Path

import pytest

from tests.integration.executor.company import policy
from tests.unit.definitions.dmn.tables import column, decision, file, one, table

CAMUNDA_FILES = Path(__file__).parents[4] / "shared" / "data" / "camunda"


def exported(shell, *more):
    return shell.ok("policy", "export-dmn", "--policy", "deal-desk", *more)


def test_a_published_policy_is_exported_by_its_name_and_what_is_left_out_is_told(
    office,
):
    ended = exported(office)

    assert ended.out.startswith("<?xml version='1.0' encoding='UTF-8'?>\n<definitions")
    assert ended.notes[0].startswith("note: The tables do not hold 'version'")


def test_an_export_goes_to_a_file_or_into_json(office):
    printed = exported(office).out
    told = exported(office, "--out", "p.dmn")
    as_json = office.ok("--json", "policy", "export-dmn", "--policy", "1").json

    assert told.lines[0].startswith("policy=deal-desk version=1 sha256=")
    assert told.lines[0].endswith(" out=p.dmn")
    assert (office.folder / "p.dmn").read_text() == printed == as_json["dmn"]


def test_a_version_a_file_and_the_active_policy_are_exported(office):
    office.ok("policy", "publish", office.file("p2.json", policy(version="2")))
    versions = [
        office.ok("--json", "policy", "export-dmn", "--policy", *name).json["version"]
        for name in (
            ("deal-desk",),
            ("deal-desk", "--version", "1"),
            ("active",),
            ("1",),
            ("policy.json",),
        )
    ]

    assert versions == ["2", "1", "2", "1", "1"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--policy", "other"], 3),
        (["--policy", "deal-desk", "--version", "9"], 3),
        (["--policy", "deal-desk", "--out", "no/p.dmn"], 2),
        ([], 2),
    ],
)
def test_an_export_that_is_impossible_is_refused(office, arguments, code):
    ended = office("policy", "export-dmn", *arguments)

    assert (ended.code, ended.out) == (code, "")


def test_a_wrong_policy_is_not_exported(shell):
    name = shell.file("p.json", policy(currency="money"))
    ended = shell("policy", "export-dmn", "--policy", name, "--out", "p.dmn")

    assert ended.code == 6
    assert not (shell.folder / "p.dmn").exists()


def test_what_was_exported_is_the_same_policy_when_it_is_imported(office):
    exported(office, "--out", "p.dmn")
    published = office.ok("--json", "policy", "show").json
    printed = office.ok("policy", "import-dmn", "p.dmn", "--policy", "deal-desk")
    told = office.ok(
        "policy", "import-dmn", "p.dmn", "--base", "policy.json", "--out", "q.json"
    )

    assert printed.json == published
    assert printed.notes == []
    assert list(printed.json) == list(published)
    active = office.ok("policy", "show").lines[0]
    assert told.lines == [active.replace("=active", "=valid") + " out=q.json"]
    assert office.ok("policy", "diff", "active", "q.json").out == ""


def test_a_changed_table_is_published_as_a_new_version(office):
    exported(office, "--out", "p.dmn")
    text = (office.folder / "p.dmn").read_text()
    office.file("p.dmn", text.replace("&lt; 24", "&lt; 22"))
    base = ["--policy", "deal-desk", "--version", "1", "--new-version", "2"]
    office.ok("policy", "import-dmn", "p.dmn", *base, "--out", "q.json")
    office.ok("policy", "publish", "q.json")

    assert office.ok("policy", "diff", "1", "active").lines == [
        "change=changed at=/version before=1 after=2",
        'change=changed at=/triggers/margin/when/margin_pct before="< 24" after="< 22"',
    ]


def test_a_table_without_a_base_is_a_policy_with_notes_and_without_a_database(shell):
    outputs = [("trigger", "string"), ("reason", "string"), ("require", "list")]
    rule = (["< 24"], ['"margin"', '"low"', '["manager"]'])
    logic = table(rule, columns=["margin_pct"], outputs=outputs, hit="COLLECT")
    xml = file(decision(logic, "triggers")).decode()
    ended = shell.ok("policy", "import-dmn", shell.file("t.dmn", xml))

    assert ended.json["triggers"][0]["when"] == {"margin_pct": "< 24"}
    assert ended.notes == [
        "note: No base policy was named, so version '1' and currency 'USD' are assumed."
    ]
    assert not (shell.folder / "cpq.db").exists()


def test_every_problem_of_a_file_is_a_line_on_stderr_and_nothing_is_written(office):
    exported(office, "--out", "p.dmn")
    text = (office.folder / "p.dmn").read_text()
    office.file("p.dmn", text.replace("&lt; 24", "&lt;").replace('"FIRST"', '"LAST"'))
    ended = office(
        "policy", "import-dmn", "p.dmn", "--base", "policy.json", "--out", "q"
    )

    assert (ended.code, ended.out) == (6, "")
    assert [line.split(" ")[1] for line in ended.notes] == ["condition", "hit_policy"]
    assert all(line.startswith("p.dmn:") for line in ended.notes)
    assert not (office.folder / "q").exists()


def test_a_version_that_is_no_word_is_refused(office):
    exported(office, "--out", "p.dmn")
    base = ["--policy", "deal-desk", "--new-version", "2 3"]
    ended = office("policy", "import-dmn", "p.dmn", *base)

    assert ended.code == 6
    assert "element=/version" in ended.notes[0]


def test_a_wrong_base_is_told_as_what_it_is(shell):
    name = shell.file("b.json", policy(currency="money"))
    tables = shell.file("t.dmn", one((["1"], ['"x"'])).decode())
    ended = shell("policy", "import-dmn", tables, "--base", name)

    assert ended.code == 6
    assert ended.notes[0].startswith("b.json:1: form element=/currency")


def test_two_bases_are_wrong_usage_and_one_that_is_not_there_is_not_found(office):
    exported(office, "--out", "p.dmn")
    both = ["--base", "policy.json", "--policy", "deal-desk"]

    assert office("policy", "import-dmn", "p.dmn", *both).code == 2
    assert office("policy", "import-dmn", "p.dmn", "--version", "1").code == 2
    assert office("policy", "import-dmn", "p.dmn", "--policy", "other").code == 3
    assert office("policy", "import-dmn", "nowhere.dmn").code == 2


def test_a_gap_is_told_with_an_example_and_ends_with_8(shell):
    xml = one((["< 10"], ['"a"']), (["> 10"], ['"b"'])).decode()
    ended = shell("policy", "check-dmn", shell.file("t.dmn", xml))

    assert ended.code == 8
    (line,) = ended.lines
    assert line == (
        "finding=gap decision=who rules=[] lines=[] allowed=false example=amount=10"
        ' sentence="No rule matches."'
    )


def test_an_overlap_names_both_rules_with_their_lines(shell):
    columns = ["amount", column("region", "string", '"AMER","EMEA"')]
    rules = [(["< 10", ""], ['"a"']), ([">= 5", '"EMEA"'], ['"b"'])]
    xml = one(*rules, columns=columns).replace(b"<rule", b"\n<rule").decode()
    ended = shell("--json", "policy", "check-dmn", shell.file("t.dmn", xml))

    assert ended.code == 8
    assert ended.json[0] == {
        "finding": "overlap",
        "decision": "who",
        "rules": [1, 2],
        "lines": [3, 4],
        "allowed": False,
        "example": {"amount": "5", "region": "EMEA"},
        "sentence": "The rules 1 and 2 both match.",
    }


def test_what_a_hit_policy_allows_is_told_on_demand(shell):
    rules = [(["> 5"], ['"a"']), (["> 6"], ['"b"'])]
    name = shell.file("t.dmn", one(*rules, hit="COLLECT").decode())

    assert shell.ok("policy", "check-dmn", name).lines == ["check=ok decisions=1"]
    every = shell.ok("policy", "check-dmn", "--all", name).lines
    assert [line.split(" ")[0] for line in every] == [
        "finding=overlap",
        "finding=gap",
        "check=ok",
    ]


def test_what_was_not_checked_is_a_note(shell):
    xml = one((["> limit"], ['"a"'])).decode()
    ended = shell.ok("policy", "check-dmn", shell.file("t.dmn", xml))

    assert ended.notes == [
        "note: who: Rules that read or calculate more were left out: 1."
    ]


def test_the_shipped_tables_have_neither_gaps_nor_rules_that_never_count(shell):
    golden = Path(__file__).parents[3] / "bpmn" / "deal-desk.dmn"

    assert shell.ok("policy", "check-dmn", str(golden)).lines == [
        "check=ok decisions=3"
    ]


@pytest.mark.skipif(not CAMUNDA_FILES.exists(), reason="the shared data is not here")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("assign-approver-groups.dmn", 0),
        ("determine-underwriter.dmn", 6),
        ("task-assignment.dmn", 0),
    ],
)
def test_the_files_of_camunda_are_checked_or_refused(shell, name, code):
    assert shell("policy", "check-dmn", str(CAMUNDA_FILES / name)).code == code


def test_an_import_keeps_the_document_readable(office):
    exported(office, "--out", "p.dmn")
    office.ok("policy", "import-dmn", "p.dmn", "--policy", "active", "--out", "q.json")
    text = (office.folder / "q.json").read_text()

    assert json.loads(text) == policy()
    assert len(text.splitlines()) > len(policy())
