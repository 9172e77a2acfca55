"""
Inbox, delegations and tokens: what belongs to one person.
"""

import copy
from datetime import UTC, datetime

import pytest

from approval_engine.accounts import passwords
from approval_engine.errors import Unauthenticated
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Database
from tests.integration.executor.company import directory, quote


@pytest.fixture
def busy(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    return office


def inbox(shell, person, *options):
    lines = shell.ok("--as", person, "inbox", *options).lines
    return [line.split(" ")[0].removeprefix("task=") for line in lines]


def test_a_line_says_what_is_asked_of_whom_until_when_and_why(busy):
    assert busy.ok("--as", "fred", "inbox").lines == [
        (
            "task=T-2 workflow=WF-8809 step=finance quote=Q-1 account=ACME"
            " due_at=2026-03-04T17:00:00.000000Z asks=[fred,fiona] because=[margin]"
        )
    ]


def test_everybody_sees_what_he_can_act_on_and_nothing_else(busy):
    assert inbox(busy, "maria") == ["T-1"]
    assert inbox(busy, "fiona") == ["T-2"]
    assert inbox(busy, "sam") == []
    assert inbox(busy, "carl") == []


def test_a_claimed_task_is_in_one_inbox_only(busy):
    claim = ("approval", "action", "--workflow", "WF-8809", "--task", "T-2")
    busy.ok("--as", "fiona", *claim, "--action", "claim")

    assert (inbox(busy, "fiona"), inbox(busy, "fred")) == (["T-2"], [])


def test_the_quote_of_somebody_he_stands_in_for_is_not_his_to_decide(busy):
    window = ("--starts", "2026-03-01T00:00:00Z", "--ends", "2026-03-09T00:00:00Z")
    busy.ok("delegation", "add", "--from", "sam", "--to", "fred", *window)

    assert (inbox(busy, "fred"), inbox(busy, "fiona")) == ([], ["T-2"])


def test_one_role_or_everybody_can_be_listed(busy):
    assert inbox(busy, "fred", "--role", "finance") == ["T-2"]
    assert inbox(busy, "fred", "--role", "legal") == []
    assert inbox(busy, "sam", "--all") == ["T-1", "T-2"]
    assert inbox(busy, "sam", "--all", "--role", "manager") == ["T-1"]


def test_more_than_a_page_is_listed_in_full(office):
    names = [f"Q-{number}" for number in range(10, 15)]
    office.ok("quote", "import", office.file("m.json", [quote(name) for name in names]))
    for name in names:
        office.ok("--as", "sam", "approval", "submit", "--quote", name)

    assert len(inbox(office, "fred")) == len(names)


def test_an_inbox_as_json_is_a_list_of_tasks(busy):
    (task,) = busy.ok("--json", "--as", "fred", "inbox").json

    assert (task["id"], task["workflowId"], task["quoteId"]) == (
        "T-2",
        "WF-8809",
        "Q-1",
    )
    assert task["candidates"] == ["fred", "fiona"]
    assert task["reasons"][0]["trigger"] == "margin"


def test_an_inbox_on_a_terminal_is_a_table(busy):
    terminal = busy.on_a_terminal(
        "--as", "fred", "inbox", CPQ_NOW="2026-03-04T19:00:00Z"
    )
    empty = busy.on_a_terminal("--as", "sam", "inbox")

    assert terminal.lines == [
        "DUE       TASK  WORKFLOW  ACCOUNT  QUOTE  STEP     WHY",
        "late 2 h  T-2   WF-8809   ACME     Q-1    finance  margin",
    ]
    assert empty.lines == ["Nothing waits for you."]


def test_an_empty_inbox_as_json_is_an_empty_list(office):
    assert office.ok("--json", "--as", "fred", "inbox").json == []


def test_whose_inbox_it_is_may_be_said_on_either_side(busy):
    before = busy.ok("--as", "fred", "inbox").lines

    assert before
    assert busy.ok("inbox", "--as", "fred").lines == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [((), "Say who you are"), (("--as", "ghost"), "he is not in the directory")],
)
def test_an_inbox_belongs_to_somebody(busy, options, reason):
    ended = busy(*options, "inbox")

    assert ended.code == 4
    assert reason in ended.notes[0]


def add(shell, *more, starts="2026-03-03T00:00:00Z", ends="2026-03-09T00:00:00Z"):
    people = ("--from", "fred", "--to", "fiona")
    window = ("--starts", starts, "--ends", ends)
    return shell("delegation", "add", *people, *window, *more)


def test_a_delegation_is_added_listed_and_ended(office):
    line = (
        "delegation=D-1 from=fred to=fiona role=finance"
        " starts=2026-03-03T00:00:00.000000Z ends=2026-03-09T00:00:00.000000Z"
    )
    assert add(office, "--role", "finance").lines == [line]
    assert office.ok("delegation", "list").lines == [f"{line} status=coming"]
    during = office.ok("delegation", "list", CPQ_NOW="2026-03-05T00:00:00Z")
    assert during.lines == [f"{line} status=open"]

    ended = office.ok(
        "delegation", "end", "--delegation", "D-1", CPQ_NOW="2026-03-05T00:00:00Z"
    )
    assert ended.lines == ["delegation=D-1 status=past"]
    (row,) = office.ok("--json", "delegation", "list").json
    assert (row["from"], row["ends"]) == ("fred", "2026-03-05T00:00:00.000000Z")


def test_offsets_are_understood(office):
    (line,) = add(office, starts="2026-03-03T00:00+01:00").lines

    assert "starts=2026-03-02T23:00:00.000000Z" in line


@pytest.mark.parametrize(
    "starts",
    ["tomorrow", "2026-03-03", "2026-03-03T00:00:00", "9999-12-31T23:00-14:00"],
)
def test_an_instant_without_an_offset_is_wrong_usage(office, starts):
    ended = add(office, starts=starts)

    assert ended.code == 2
    assert "Expected an instant such as 2026-12-20T09:00:00Z" in ended.err


def test_a_second_window_at_the_same_time_is_refused(office):
    add(office)

    assert add(office).code == 4
    assert len(office.ok("delegation", "list").lines) == 1


def test_a_delegation_is_for_a_role_that_there_is(office):
    ended = add(office, "--role", "finanze")

    assert ended.code == 3
    assert "There is no role 'finanze'" in ended.err


def test_a_delegation_is_of_a_role_that_one_holds(office):
    ended = add(office, "--role", "cfo")

    assert ended.code == 4
    assert "'fred' does not hold the role cfo" in ended.err


def test_a_delegation_may_be_narrowed(office):
    (line,) = add(office, "--within", "amount <= 500000").lines
    assert line.endswith('Z within="amount <= 500000"')
    wrong = add(office, "--within", "colour <= 5")
    assert wrong.code != 0
    assert "has no input colour" in wrong.err
    assert add(office, "--process", "nowhere").code == 3


def test_the_preview_says_who_stands_in(busy):
    window = ("--starts", "2026-01-01T00:00:00Z", "--ends", "2036-01-01T00:00:00Z")
    people = ("--from", "maria", "--to", "mona")
    (line,) = busy.ok("delegation", "add", *people, *window).lines
    name = line.split()[0].removeprefix("delegation=")
    shown = busy.ok("approval", "preview", "--quote", "Q-1").lines
    assert any(f'asks="mona for maria (delegation {name})"' in each for each in shown)


def test_a_line_of_the_inbox_says_in_whose_name(office):
    window = ("--starts", "2026-01-01T00:00:00Z", "--ends", "2036-01-01T00:00:00Z")
    office.ok("delegation", "add", "--from", "maria", "--to", "mona", *window)
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    (line,) = office.ok("--as", "mona", "inbox").lines
    assert 'asks=["mona for maria (delegation D-1)"]' in line
    assert office.ok("--as", "maria", "inbox").lines == []


def test_a_delegation_that_is_not_there_cannot_be_ended(office):
    assert office("delegation", "end", "--delegation", "D-9").code == 3


def test_a_token_acts_in_its_owners_name(busy):
    made = busy.ok(
        "--json", "token", "create", "--user", "fred", "--scope", "read"
    ).json
    listed = busy.ok("inbox", CPQ_TOKEN=made["secret"])

    assert (made["user"], made["scopes"]) == ("fred", ["read"])
    assert listed.lines[0].startswith("task=T-2 ")
    assert busy("inbox", CPQ_TOKEN="wrong").code == 4


@pytest.mark.parametrize(("scope", "code"), [("read", 4), ("act", 0)])
def test_a_token_is_good_for_its_scopes_only(busy, scope, code):
    created = busy.ok("--json", "token", "create", "--user", "fred", "--scope", scope)
    what = ("--workflow", "WF-8809", "--task", "T-2", "--action", "claim")
    ended = busy("approval", "action", *what, CPQ_TOKEN=created.json["secret"])

    assert ended.code == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--user", "ghost", "--scope", "read"), 3),
        (("--user", "fred", "--scope", "fly"), 2),
        (("--user", "fred"), 2),
        (("--user", "fred", "--scope", "read", "--expires", "never"), 2),
    ],
)
def test_a_token_needs_a_person_and_a_scope(office, options, code):
    assert office("token", "create", *options).code == code


def test_a_token_may_expire(office):
    late = datetime(2026, 3, 3, tzinfo=UTC).isoformat()
    options = ("--user", "fred", "--scope", "read", "--expires", late)
    secret = office.ok("--json", "token", "create", *options).json["secret"]

    assert office("inbox", CPQ_TOKEN=secret).code == 0
    assert office("inbox", CPQ_TOKEN=secret, CPQ_NOW="2026-03-04T00:00:00Z").code == 4


SET = ("password", "set", "--user")


def logs_in(user, password):
    runtime = Runtime(database=Database("sqlite:///cpq.db"))
    try:
        passwords.check(runtime, user, password, "here")
    except Unauthenticated:
        return False
    finally:
        runtime.database.close()
    return True


def test_a_password_is_read_from_what_comes_in(office):
    assert not logs_in("fred", "correct horse")

    ended = office.fed("correct hörse\r\nmore\n".encode(), *SET, "fred")

    assert (ended.code, ended.lines) == (0, ["password=set user=fred"])
    assert logs_in("fred", "correct hörse")
    assert not logs_in("fiona", "correct hörse")


def test_a_password_can_be_changed(office):
    office.fed(b"correct horse", *SET, "fred")
    ended = office.fed(b"battery staple", "--json", *SET, "fred")

    assert ended.json == {"password": "set", "user": "fred"}
    assert logs_in("fred", "battery staple")
    assert not logs_in("fred", "correct horse")


@pytest.mark.parametrize(
    ("line", "user", "code", "words"),
    [
        (b"short", "fred", 4, "8 to 1024 characters"),
        (b"", "fred", 4, "8 to 1024 characters"),
        (b"x" * 9999, "fred", 4, "8 to 1024 characters"),
        (b"\xff" * 9, "fred", 4, "in UTF-8"),
        (b"correct horse", "nobody", 3, "no active person 'nobody'"),
        (b"correct horse", "gone", 3, "no active person 'gone'"),
    ],
)
def test_a_password_that_will_not_do_is_refused(office, line, user, code, words):
    people = copy.deepcopy(directory())
    people["users"].append(
        {"id": "gone", "name": "Gone", "email": "g@example.com", "active": False}
    )
    office.ok("directory", "import", office.file("people.json", people))
    ended = office.fed(line, *SET, user)

    assert (ended.code, ended.out) == (code, "")
    assert words in ended.notes[0]
    assert len(ended.notes) == 1


def test_a_password_is_never_an_option(office):
    assert office.fed(b"", *SET, "fred", "--password", "correct horse").code == 2
    assert office.fed(b"", "password", "set").code == 2


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["correct horse", "correct horse"], 0),
        (["correct horse", "correct hose", "battery staple", "battery staple"], 0),
        (["short", "short"], 4),
    ],
)
def test_a_terminal_asks_twice_and_shows_nothing(office, typed, code):
    ended = office.typed(typed, *SET, "fred")

    assert ended.code == code
    assert not any(word in ended.out + ended.err for word in typed)
    assert logs_in("fred", typed[-1]) == (code == 0)
