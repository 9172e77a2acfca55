"""
Quotes, directories and policies: files in, lines out, and exit codes for what is wrong.
"""

import copy
import json
import sqlite3

import pytest

from tests.integration.executor.company import directory, policy, quote


def test_quotes_are_imported_listed_and_shown(office):
    assert office.ok("quote", "list").lines == [
        "quote=Q-1 revision=1 account=ACME submitted_by=sam",
        "quote=Q-2 revision=1 account=ACME submitted_by=sam",
    ]
    shown = office.ok("quote", "show", "--quote", "Q-1")
    assert shown.lines[0] == (
        "quote=Q-1 revision=1 account=ACME currency=USD submitted_by=sam owner="
    )
    assert "input=margin_pct value=21.4" in shown.lines


def test_a_list_of_quotes_is_one_json_document(office):
    assert office.ok("--json", "quote", "list").json[0] == {
        "quote": "Q-1",
        "revision": 1,
        "account": "ACME",
        "submittedBy": "sam",
    }


def test_a_quote_as_json_is_the_document_that_was_imported(office):
    shown = office.ok("--json", "quote", "show", "--quote", "Q-1").json

    assert shown == quote("Q-1")


def test_importing_the_same_quotes_again_adds_none(office):
    assert office.ok("quote", "import", "quotes.json").lines == ["imported quotes=0"]


def test_a_changed_revision_is_refused_and_nothing_is_stored(office):
    changed = [quote("Q-3"), quote("Q-1", margin_pct="3")]
    ended = office("quote", "import", office.file("more.json", changed))

    assert ended.code == 6
    assert ended.notes[0].startswith("more.json:1: revision_changed")
    assert len(office.ok("quote", "list").lines) == 2


def test_every_problem_of_a_quote_file_is_a_line_on_stderr(office):
    wrong = [quote("Q-3", currency="money"), quote("Q-4", lines=7)]
    ended = office("quote", "import", office.file("wrong.json", wrong))

    assert (ended.code, ended.out) == (6, "")
    assert len(ended.notes) == 2
    assert all(line.startswith("wrong.json:1: ") for line in ended.notes)


def test_a_quote_that_is_not_there_is_not_found(office):
    ended = office("quote", "show", "--quote", "Q-9")

    assert (ended.code, ended.notes) == (3, ["There is no quote 'Q-9'."])


def test_a_file_that_is_not_there_is_wrong_usage(office):
    assert office("quote", "import", "nowhere.json").code == 2


def test_the_directory_is_listed_with_roles(office):
    lines = office.ok("directory", "list").lines

    assert "user=fred name=Fred roles=[finance] manager=carl active=true" in lines
    people = office.ok("--json", "directory", "list").json
    assert {
        name: value
        for name, value in next(p for p in people if p["user"] == "sam").items()
        if name != "active"
    } == {"user": "sam", "name": "Sam", "roles": [], "manager": "maria"}


def test_a_plain_import_says_how_many(office):
    ended = office.ok("directory", "import", "people.json")

    assert ended.lines == ["imported users=13 roles=6"]


def moved_on():
    """
    Fred left, Nora joined finance, Maria has another manager.
    """
    after = copy.deepcopy(directory())
    after["users"] = [each for each in after["users"] if each["id"] != "fred"]
    maria = next(each for each in after["users"] if each["id"] == "maria")
    maria["manager"] = "carl"
    after["users"].append(
        {"id": "nora", "name": "Nora", "email": "nora@example.com", "manager": "carl"}
    )
    after["roles"]["finance"] = ["fiona", "nora"]
    return after


def test_a_sync_shows_joiners_movers_and_leavers_and_keeps_who_left(office):
    ended = office.ok(
        "directory", "import", "--sync", office.file("n.json", moved_on())
    )

    assert ended.lines == [
        "change=joiner user=nora name=Nora",
        "change=mover user=maria name=Maria fields=[manager]",
        "change=leaver user=fred name=Fred",
        "imported users=14 roles=6",
    ]
    people = office.ok("directory", "list").lines
    assert "user=fred name=Fred roles=[] manager=carl active=false" in people


def test_a_sync_as_json_is_one_document(office):
    office.file("n.json", moved_on())
    found = office.ok("--json", "directory", "import", "--sync", "n.json").json

    assert (found["users"], len(found["changes"])) == (14, 3)


def test_a_sync_twice_changes_nothing_the_second_time(office):
    office.file("n.json", moved_on())
    office.ok("directory", "import", "--sync", "n.json")

    again = office.ok("directory", "import", "--sync", "n.json")
    assert again.lines == ["imported users=14 roles=6"]


def test_a_wrong_directory_changes_nothing(office):
    wrong = directory() | {"roles": {"finance": ["ghost"]}}
    ended = office("directory", "import", "--sync", office.file("w.json", wrong))

    assert (ended.code, ended.out) == (6, "")
    assert len(office.ok("directory", "list").lines) == 13


def test_a_directory_that_was_never_imported_is_not_found(shell):
    shell.ok("db", "upgrade")

    assert shell("directory", "list").code == 3


def test_a_policy_is_validated_without_a_database(shell):
    ended = shell.ok("policy", "validate", shell.file("p.json", policy()))

    assert ended.lines[0].startswith("policy=deal-desk version=1 sha256=")
    assert ended.lines[0].endswith(" status=valid")
    assert ended.notes == []
    assert not (shell.folder / "cpq.db").exists()


def test_what_a_policy_declares_in_vain_is_a_note(shell):
    document = policy()
    document["inputs"] = [*document["inputs"], {"name": "mood", "type": "string"}]
    document["steps"] = document["steps"] | {"sales": {"role": "sales"}}
    ended = shell.ok("policy", "validate", shell.file("p.json", document))

    assert ended.notes == [
        "note: Input 'mood' is read by no condition.",
        "note: Step 'sales' is required by no trigger and no ladder.",
    ]


def asking(role):
    """
    The policy with one more step and a trigger that requires it.
    """
    document = copy.deepcopy(policy(version="2"))
    document["steps"]["more"] = {"role": role}
    document["triggers"][0]["require"].append("more")
    return document


def test_a_role_that_nobody_active_holds_is_a_warning(office):
    people = copy.deepcopy(directory())
    people["users"].append(
        {"id": "gone", "name": "Gone", "email": "g@example.com", "active": False}
    )
    people["roles"]["leavers"] = ["gone"]
    office.ok("directory", "import", office.file("people.json", people))

    staffed = office.ok("policy", "validate", office.file("p.json", asking("legal")))
    wizard = office.ok("policy", "validate", office.file("p.json", asking("wizard")))
    leaver = office.ok("policy", "validate", office.file("p.json", asking("leavers")))

    assert staffed.notes == []
    assert wizard.notes == ["warning: Nobody active has the role 'wizard'."]
    assert leaver.notes == ["warning: Nobody active has the role 'leavers'."]
    assert wizard.lines[0].endswith(" status=valid")


def test_what_is_perhaps_not_meant_is_a_warning_without_any_database(shell):
    document = copy.deepcopy(policy())
    document["triggers"][0]["when"]["margin_pct"] = "[20..10]"
    ended = shell.ok("policy", "validate", shell.file("p.json", document))

    assert ended.notes == ["warning: No value of 'margin_pct' lies in [20..10]."]


@pytest.mark.broken
@pytest.mark.parametrize("found", [b"", b"not a database, but longer than a page" * 9])
def test_a_policy_is_validated_whatever_the_database_is(shell, found):
    (shell.folder / "cpq.db").write_bytes(found)
    ended = shell.ok("policy", "validate", shell.file("p.json", asking("wizard")))

    assert len(ended.notes) == bool(found)
    assert all(each.startswith("warning: No role was look") for each in ended.notes)


def test_every_problem_of_a_policy_is_a_line_on_stderr(shell):
    document = policy(currency="money", triggers=[{"id": "x", "colour": 1}])
    ended = shell("policy", "validate", shell.file("p.json", document))

    assert (ended.code, ended.out) == (6, "")
    assert len(ended.notes) > 1
    assert all(line.startswith("p.json:1: ") for line in ended.notes)


def test_publishing_makes_active_and_retires_the_one_before(office):
    office.file("p2.json", policy(version="2"))
    first = office.ok("policy", "publish", "p2.json").lines
    again = office.ok("policy", "publish", "p2.json").lines
    listed = office.ok("policy", "list").lines

    assert first == again
    assert first[0].endswith("status=active")
    assert [line.split(" ")[1] for line in listed] == ["version=1", "version=2"]
    assert " status=retired " in listed[0]
    assert " status=active " in listed[1]


def standings(office, **environment):
    lines = office.ok("policy", "list", **environment).lines
    return [line.split(" status=")[1].split(" ")[0] for line in lines]


def test_a_version_is_scheduled_until_its_first_day(office):
    later = policy(version="2", effectiveFrom="2026-03-10", until="2026-03-20")
    (line,) = office.ok("policy", "publish", office.file("p2.json", later)).lines

    assert line.endswith(" status=scheduled")
    assert standings(office) == ["active", "scheduled"]
    assert office.ok("policy", "show").lines[0].endswith(" status=active")
    assert " version=1 " in office.ok("policy", "show").lines[0]
    assert standings(office, CPQ_NOW="2026-03-09T23:59:59Z") == ["active", "scheduled"]
    assert standings(office, CPQ_NOW="2026-03-10T00:00:00Z") == ["retired", "active"]
    assert standings(office, CPQ_NOW="2026-03-21T00:00:00Z") == ["active", "ended"]


def test_a_version_that_nobody_decides_by_yet_leaves_none_active(shell):
    shell.ok("db", "upgrade")
    first = shell.file("p.json", policy(effectiveFrom="2026-03-10"))
    assert shell.ok("policy", "publish", first).lines[0].endswith(" status=scheduled")

    assert standings(shell) == ["scheduled"]
    assert shell("policy", "show").code == 3
    assert shell.ok("policy", "show", "--version", "1").code == 0


def test_a_version_is_published_with_one_content_only(office):
    changed = policy(approvalValidDays=30)
    ended = office("policy", "publish", office.file("p.json", changed))

    assert ended.code == 4
    assert "give it a new version" in ended.notes[0]


def test_a_policy_is_shown_in_lines_and_as_it_was_published(office):
    lines = office.ok("policy", "show").lines

    assert lines[0].startswith("policy=deal-desk version=1 sha256=")
    assert lines[1] == (
        'trigger=margin reason=below_floor when="margin_pct < 24"'
        " require=[manager,finance] ladder="
    )
    assert office.ok("--json", "policy", "show", "--version", "1").json == policy()
    assert office("policy", "show", "--version", "9").code == 3


def test_two_policies_are_compared_part_by_part(office):
    changed = copy.deepcopy(policy(version="2"))
    changed["triggers"][0]["when"]["margin_pct"] = "< 20"
    del changed["steps"]["cfo"]
    changed["inputs"].append({"name": "mood", "type": "string"})
    office.file("p2.json", changed)

    assert office.ok("policy", "diff", "active", "p2.json").lines == [
        "change=changed at=/version before=1 after=2",
        (
            'change=added at=/inputs/mood before= after="{\\"name\\":\\"mood\\",'
            '\\"type\\":\\"string\\"}"'
        ),
        'change=changed at=/triggers/margin/when/margin_pct before="< 24" after="< 20"',
        (
            'change=removed at=/steps/cfo before="{\\"onTimeout\\":\\"hold\\",'
            '\\"role\\":\\"cfo\\",\\"stage\\":2}" after='
        ),
    ]
    assert office.ok("policy", "diff", "1", "policy.json").out == ""
    assert office("policy", "diff", "1", "9").code == 3


def test_the_schema_of_policies_is_printed(shell):
    schema = shell.ok("policy", "schema").json

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_definition_is_listed_and_exported_byte_for_byte(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    (line,) = office.ok("process", "list").lines
    exported = office.ok(
        "process", "export", "--workflow", "WF-8809", "--out", "f.bpmn"
    )

    assert line.startswith("process=standard version=")
    assert line.endswith(" source=generated workflows=1")
    assert exported.lines == [line.replace("workflows=1", "out=f.bpmn")]
    with sqlite3.connect("cpq.db") as raw:
        query = "SELECT body FROM document WHERE kind = 'definition'"
        (body,) = raw.execute(query).fetchone()
    raw.close()
    assert (office.folder / "f.bpmn").read_bytes() == body


def test_an_export_that_is_impossible_leaves_no_file(office):
    missing = office("process", "export", "--workflow", "WF-1", "--out", "f.bpmn")
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    nowhere = office("process", "export", "--workflow", "WF-8809", "--out", "no/f.bpmn")

    assert (missing.code, nowhere.code) == (3, 2)
    assert not (office.folder / "f.bpmn").exists()


def test_a_json_file_may_come_with_any_order_and_space(office):
    shuffled = json.dumps(dict(reversed(policy().items())), indent=4)
    ended = office.ok("policy", "diff", "1", office.file("p.json", shuffled))

    assert {line.split(" ")[0] for line in ended.lines} == {"change=moved"}
