"""
`cpq report` of what waits, where time goes and of forecasts; and who may ask for it.
"""

import csv

import pytest
from lxml import etree

from tests.integration.cli.conftest import NOW
from tests.integration.executor.company import directory, policy

LATER = "2026-03-05T12:00:00Z"


@pytest.fixture
def busy(office):
    """
    A review that finance returned in three hours, and its manager has still.
    """
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    deed = ("--workflow", "WF-8809", "--task", "T-1", "--action", "approve")
    at = {"CPQ_NOW": "2026-03-02T12:00:00Z"}
    office.ok("--as", "maria", "approval", "action", *deed, **at)
    return office


def test_the_queue_is_told_by_role(busy):
    (line,) = busy.ok("report", "queue", CPQ_NOW=LATER).lines

    assert line == (
        "role=finance open=1 late=1 due_in_8_h=0 with_a_person=0 oldest_task=T-2"
        " oldest_workflow=WF-8809 oldest_since=2026-03-02T09:00:00.000000Z"
        " oldest_hours=27.0"
    )


def test_what_was_late_is_told_by_any_group(busy):
    finance, manager = busy.ok("report", "sla", CPQ_NOW=LATER).lines
    (policy,) = busy.ok("--json", "report", "sla", "--by", "policy", CPQ_NOW=LATER).json

    assert finance.startswith("role=finance answered=0 open=1 late=1 late_pct=100.0")
    assert manager == (
        "role=manager answered=1 open=0 late=0 late_pct=0.0"
        " median_hours=3.0 p90_hours=3.0"
    )
    assert (policy["policy"], policy["answered"], policy["latePct"]) == ("1", 1, "50.0")


def test_where_time_goes_is_told_the_most_first(busy):
    lines = busy.ok("report", "bottlenecks", "--by", "step", CPQ_NOW=LATER).lines

    assert [line.split()[0] for line in lines] == ["step=finance", "step=manager"]
    assert (
        "waiting_hours=27.0 working_hours=0.0 off_hours=48.0 share_pct=90.0"
        in (lines[0])
    )


def test_a_report_may_be_a_sheet(busy):
    busy.ok("report", "sla", "--csv", "late.csv")
    with (busy.folder / "late.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert {row["role"] for row in rows} == {"finance", "manager"}


def test_the_events_are_an_event_log(busy):
    told = busy.ok("report", "log", "--out", "reviews.xes")
    root = etree.parse(busy.folder / "reviews.xes").getroot()
    busy.ok("report", "log", "--out", "reviews.csv", "--last", "1")
    sheet = (busy.folder / "reviews.csv").read_text(encoding="utf-8-sig")

    events = len(list(root.iter("{*}event")))
    assert told.lines == [f"log=reviews.xes workflows=1 events={events}"]
    assert len(sheet.splitlines()) == events + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sla", "--by", "weather"), "Expected to group by one of role, person"),
        (
            ("bottlenecks", "--by", "weather"),
            "Expected to group by one of role, person",
        ),
        (("population", "--from", "2026-03-02", "--to", "2026-03-01"), "Expected --to"),
        (("queue", "--by", "weather"), "Invalid value for '--by'"),
        (("log", "--out", "reviews.txt"), "Expected --out to end in .xes or .csv"),
        (("log", "--out", "nowhere/reviews.xes"), "cannot be written"),
        (("forecast", "--last", "0"), "Invalid value for '--last'"),
    ],
)
def test_what_is_no_report_is_a_sentence(busy, arguments, words):
    ended = busy("report", *arguments)

    assert ended.code == 2
    assert words in ended.err


@pytest.mark.parametrize(
    "command",
    [
        ("report", "queue"),
        ("report", "sla"),
        ("report", "forecast"),
        ("policy", "simulate", "--policy", "policy.json", "--history"),
        ("policy", "canary", "start", "--policy", "policy.json", "--shadow"),
    ],
)
def test_without_a_policy_the_state_does_not_allow_it(shell, command):
    shell.ok("db", "upgrade")
    shell.ok("directory", "import", shell.file("people.json", directory()))
    shell.file("policy.json", policy())

    ended = shell(*command)

    assert ended.code == 4
    assert "has no active policy; run 'cpq policy publish'" in ended.err


@pytest.mark.parametrize(
    "report", [("queue",), ("sla",), ("bottlenecks",), ("forecast",)]
)
def test_only_who_sees_everything_is_told(busy, report):
    assert busy("--as", "sam", "report", *report).code == 4
    assert busy("--as", "dana", "report", *report).code == 0


def test_forecasts_are_judged_from_nothing(busy):
    told = busy.ok("--json", "report", "forecast", CPQ_NOW=LATER).json
    (line,) = busy.ok("report", "forecast", CPQ_NOW=LATER).lines

    assert (told["total"]["reviews"], told["reviews"]) == (0, [])
    assert line.startswith("forecast=judged reviews=0 held=0 held_pct= claimed_pct=80")
    told = "looked_at=1 not_due=0 nobody_asked=0 too_little_history=1 ended_otherwise=0"
    assert line.endswith(told)


def test_a_preview_and_a_status_say_that_nothing_is_known_yet(busy):
    preview = busy.ok("approval", "preview", "--quote", "Q-1")
    told = busy.ok("--json", "approval", "status", "--workflow", "WF-8809").json

    assert (
        'forecast=unknown because="Too little history: a role needs 20 answers,'
        ' and Manager has 0, Finance has 0."' in preview.out
    )
    assert told["forecast"]["lacks"].startswith("Too little history")
    # What people and scripts read of a status is as it was.
    plain = busy.ok("approval", "status", "--workflow", "WF-8809", CPQ_NOW=NOW)
    assert "forecast" not in plain.out
