"""
`cpq report controls`: lines, JSON and a sheet; its options, and who may ask.
"""

import csv
import json

import pytest

from tests.integration.executor.company import quote

SOON = {"CPQ_NOW": "2026-03-02T09:00:09Z"}


@pytest.fixture
def hasty(office):
    """
    A review that maria approved 9 s after it came, of a quote named as a formula is.
    """
    made = json.dumps(quote("@Q-9")).encode()
    (office.folder / "formula.json").write_bytes(made)
    office.ok("quote", "import", "formula.json")
    office.ok("--as", "sam", "approval", "submit", "--quote", "@Q-9")
    deed = ("--workflow", "WF-8809", "--task", "T-1", "--action", "approve")
    office.ok("--as", "maria", "approval", "action", *deed, **SOON)
    return office


def test_a_question_is_told_with_its_evidence(hasty):
    total, line = hasty.ok("report", "controls", **SOON).lines

    assert total == (
        "controls=examined since=2025-12-02T09:00:09.000000Z reviews=1 approvals=1"
        " findings=1 split_deals=0 approved_in_seconds=1 mutual_approvals=0"
        " stand_in_of_requester=0 dormant_delegations=0"
    )
    assert line == (
        'control=approved_in_seconds question="maria approved @Q-9 9.0 s after the task'
        ' was opened: was it read? (Opening a page is not recorded.)" measure="9.0 s"'
        " people=[maria] quotes=[@Q-9] workflows=[WF-8809] tasks=[T-1] delegations=[]"
        " first_at=2026-03-02T09:00:00.000000Z last_at=2026-03-02T09:00:09.000000Z"
    )


def test_thresholds_are_options_and_nothing_found_is_no_failure(hasty):
    told = hasty.ok("--json", "report", "controls", "--seconds", "9", **SOON).json

    assert (told["total"]["approvals"], told["findings"]) == (1, [])


def test_json_has_lists(hasty):
    (found,) = hasty.ok("--json", "report", "controls", **SOON).json["findings"]

    assert (found["tasks"], found["firstAt"][:10]) == (["T-1"], "2026-03-02")


def test_the_sheet_runs_nothing(hasty):
    hasty.ok("report", "controls", "--csv", "asked.csv", **SOON)
    with (hasty.folder / "asked.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)

    assert (row["quotes"], row["workflows"]) == ("'@Q-9", "WF-8809")


@pytest.mark.parametrize(
    "option", ["--days", "--split-days", "--seconds", "--mutual", "--dormant-days"]
)
def test_a_threshold_is_a_number_above_nothing(hasty, option):
    ended = hasty("report", "controls", option, "0")

    assert ended.code == 2
    assert f"Invalid value for '{option}'" in ended.err


def test_only_who_sees_everything_is_told(hasty):
    assert hasty("--as", "sam", "report", "controls").code == 4
    assert hasty("--as", "dana", "report", "controls").code == 0
