"""
`cpq exception` and `cpq report`: ask, list, end, and what the auditor is given.
"""

import pytest

ASK = (
    "exception",
    "grant",
    "--account",
    "ACME",
    "--trigger",
    "margin",
    "--within",
    "margin_pct>=18",
)
TERMS = ("--until", "2026-12-31", "--uses", "3", "--reason", "They grow.")


def ask(office, *terms, person="sam"):
    return office("--as", person, *ASK, *(terms or TERMS))


@pytest.fixture
def granted(office):
    assert ask(office).code == 0
    for person, task in (("maria", "T-1"), ("fred", "T-2")):
        task_of = ("--workflow", "WF-8809", "--task", task, "--action", "approve")
        office.ok("--as", person, "approval", "action", *task_of)
    return office


def test_a_request_is_answered_with_its_id_and_its_workflow(office):
    ended = ask(office)

    assert (ended.code, ended.lines) == (
        0,
        ["exception=EX-1 status=pending workflow=WF-8809"],
    )
    as_json = office.ok("--as", "sam", "--json", *ASK, *TERMS).json
    assert as_json == {"exception": "EX-2", "status": "pending", "workflow": "WF-8810"}


@pytest.mark.parametrize("missing", ["--until", "--uses", "--reason"])
def test_day_uses_and_reason_must_be_said(office, missing):
    place = TERMS.index(missing)
    ended = ask(office, *TERMS[:place], *TERMS[place + 2 :])

    assert (ended.code, f"Missing option '{missing}'" in ended.err) == (2, True)


@pytest.mark.parametrize("uses", ["0", "-1", "many", "1.5", "9" * 5000])
def test_uses_are_a_number_from_one_or_unlimited(office, uses):
    ended = ask(office, "--until", "unlimited", "--uses", uses, "--reason", "r")

    assert ended.code == 2


def test_unlimited_is_said_in_so_many_words(office):
    terms = ("--until", "unlimited", "--uses", "unlimited", "--reason", "They grow.")
    assert ask(office, *terms).code == 0

    (line,) = office.ok("exception", "list").lines
    assert "until=unlimited uses=unlimited used=0" in line


def test_what_cannot_be_asked_is_refused_with_a_sentence(office):
    unknown = office("--as", "sam", *ASK[:5], "nothing", *ASK[6:], *TERMS)
    past = ask(office, "--until", "2026-03-01", "--uses", "1", "--reason", "r")
    empty = ask(office, "--until", "2026-12-31", "--uses", "1", "--reason", " ")

    assert [each.code for each in (unknown, past, empty)] == [4, 4, 4]
    assert "no trigger 'nothing'" in unknown.notes[-1]
    assert "from 2026-03-02 on" in past.notes[-1]
    assert "a reason" in empty.notes[-1]
    assert office.ok("exception", "list").lines == []


def test_status_and_preview_name_the_exception(granted):
    preview = granted.ok("approval", "preview", "--quote", "Q-1").lines
    granted.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    status = granted.ok("approval", "status", "--workflow", "WF-8810").lines

    assert "trigger=margin waived_by=EX-1" in preview
    assert status == [
        "status=approved",
        "current_tasks=[]",
        "margin_trigger=below_floor",
        "margin_waived_by=EX-1",
    ]


def test_the_list_can_be_narrowed_and_an_exception_ended(granted):
    ask(granted)
    listed = ("exception", "list", "--account", "ACME", "--status")
    assert len(granted.ok(*listed, "active").lines) == 1
    assert len(granted.ok(*listed, "pending").lines) == 1
    assert granted.ok("exception", "list", "--account", "Other").lines == []

    end = ("--as", "sam", "exception", "end", "--id", "EX-1", "--reason", "enough")
    assert granted.ok(*end).lines == ["exception=EX-1 status=ended result=applied"]
    assert granted.ok(*end).lines == ["exception=EX-1 status=ended result=duplicate"]
    assert granted.ok(*listed, "active").lines == []
    assert granted("--as", "sam", *end[2:4], "--id", "EX-9", *end[6:]).code == 3


def test_explain_answers_for_a_role_and_with_the_ways_around(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    explain = ("approval", "explain", "--workflow", "WF-8809")

    assert office.ok(*explain).lines[-1] == (
        "step=finance way=1 change=margin_pct from=21.4 to=24 lines=[]"
    )
    assert office.ok(*explain, "--role", "cfo").lines == [
        (
            "step=cfo trigger=huge asked=false fact=amount value=184000"
            ' threshold=">= 1000000" held=false lines=[] policy=1'
        )
    ]
    assert office(*explain, "--role", "cfo", "--step", "cfo").code == 2


def test_the_population_ends_with_its_control_total(granted):
    granted.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    days = ("report", "population", "--from", "2026-03-02", "--to", "2026-03-02")
    lines = granted.ok(*days).lines

    assert [line.split(" ")[0] for line in lines] == [
        "kind=submission",
        "kind=automatic_approval",
        "kind=exception",
        "total=submission",
        "total=automatic_approval",
        "total=exception",
        "total=override",
        "control=ok",
    ]
    assert "waived_by=[EX-1]" in lines[0]
    assert granted.ok("--json", *days).json["control"]["listed"] == 1
    assert granted(*days[:4], "--to", "2026-03-01").code == 2
    ended = granted(*days[:4], "--to", "9999-12-31")
    assert (ended.code, ended.err.count("Expected a day")) == (2, 1)


def test_booked_orders_are_compared_with_what_was_approved(granted):
    granted.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    path = granted.folder / "booked.csv"
    path.write_text("quote,amount\nQ-1,184000\nQ-2,1\n", encoding="utf-8")
    days = ("report", "population", "--from", "2026-03-02", "--to", "2026-03-02")
    lines = granted.ok(*days, "--booked", str(path)).lines

    assert "booked=Q-2 revision= amount=1 problem=never_submitted" in lines
    assert "total=booked count=2 unapproved=1" in lines
    for wrong in (
        "order\nQ-1\n",
        "quote,amount\nQ-1,184,000\n",
        f"quote\n{'Q' * 200_000}",
    ):
        path.write_text(wrong, encoding="utf-8")
        ended = granted(*days, "--booked", str(path))
        assert (ended.code, ended.err.count("booked.csv:")) == (6, 1)
    path.write_text(f"quote,revision\nQ-1,{'9' * 5000}\n", encoding="utf-8")
    assert granted(*days, "--booked", str(path)).code == 6


def test_rates_are_imported_for_the_currency_of_the_policy(office):
    path = office.file("rates.csv", "currency,date,rate\nEUR,2026-02-27,1.10\n")

    assert office("rates", "import", path).code == 4
    assert office.ok("rates", "import", path, "--set", "corporate").lines == [
        "imported rates=1 into=USD set=corporate"
    ]
    for name in ("", " ", "a\nb", "s" * 101):
        assert office("rates", "import", path, "--set", name).code == 2
    office.file("rates.csv", "currency,date,rate\nEUR,soon,1.10\n")
    assert office("rates", "import", path, "--set", "corporate").code == 6
