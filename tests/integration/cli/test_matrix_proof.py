"""
`cpq policy prove`, and what must be accepted before a policy is published.
"""

import json
from contextlib import closing
from importlib.resources import files

import pytest

from approval_engine.store import catalog
from approval_engine.store.database import Database
from tests.integration.executor.company import policy

SHIPPED = (
    files("approval_engine.scenarios") / "data" / "approval_matrix.json"
).read_text()

TWO_FAULTS = policy(
    version="2",
    inputs=[
        {"name": "margin_pct", "type": "number", "worse": "lower"},
        {"name": "payment_days", "type": "number", "worse": "higher", "optional": True},
    ],
    triggers=[
        {
            "id": "margin",
            "reason": "below_floor",
            "when": {"margin_pct": "[10..24)", "payment_days": "> 30"},
            "require": ["manager"],
        }
    ],
)
LABELS = ("null@/triggers/0/when", "fewer@/triggers/0/when")
REASONS = [f"--accept={label}=It is meant so." for label in LABELS]


def test_the_policy_of_the_seed_passes_its_own_proof(shell):
    shell.ok("seed", "--scenario", "approvals")

    ended = shell.ok("policy", "prove", shell.file("p.json", json.loads(SHIPPED)))

    assert ended.lines == ["prove=ok policy=deal-desk version=2026.2"]


def test_a_proof_needs_no_database_and_ends_with_8(shell):
    ended = shell("policy", "prove", shell.file("p.json", TWO_FAULTS))

    assert ended.code == 8
    assert [line.split()[0] for line in ended.lines] == [
        "finding=null",
        "finding=fewer",
    ]
    assert 'example="margin_pct 10, payment_days null' in ended.lines[0]
    assert not (shell.folder / "cpq.db").exists()


def test_an_example_of_a_proof_is_a_quote_that_can_be_imported(office):
    file = office.file("p.json", TWO_FAULTS)

    ended = office("--json", "policy", "prove", file)

    told = json.loads(ended.out)
    better, worse = told["findings"][1]["examples"]
    assert (ended.code, told["prove"]) == (8, "found")
    assert [e["facts"]["margin_pct"] for e in (better, worse)] == ["10", "9"]
    office.ok("quote", "import", office.file("q.json", [better["quote"]]))
    preview = ("approval", "preview", "--quote", "Q-EXAMPLE", "--policy", file)
    assert "manager" in office.ok(*preview).out


def test_a_policy_with_problems_is_not_proved(shell):
    broken = policy(triggers=[{"id": "t", "reason": "r", "when": {}}])

    assert shell("policy", "prove", shell.file("p.json", broken)).code == 6


def test_every_finding_is_accepted_with_its_reason_or_nothing_is_published(office):
    file = office.file("p2.json", TWO_FAULTS)

    refused = office("policy", "publish", file)
    half = office("policy", "publish", file, REASONS[0])
    listed = office.ok("policy", "list").lines

    assert (refused.code, half.code, len(listed)) == (4, 4, 1)
    assert all(label in refused.err for label in LABELS)
    assert LABELS[0] not in half.err
    assert LABELS[1] in half.err
    (line,) = office.ok("policy", "publish", file, *REASONS).lines
    assert line.endswith("status=active")
    with closing(Database("sqlite:///cpq.db")) as database, database.read() as read:
        kept = catalog.policies(read)[-1].accepted.splitlines()
    assert len(kept) == 2
    assert all(each.endswith("Accepted: It is meant so.") for each in kept)
    # What is in force already was accepted once.
    assert office.ok("policy", "publish", file).lines == [line]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("--accept=null@/triggers/0/when", 2),
        ("--accept=null@/triggers/0/when= ", 2),
        ("--accept=gap@/triggers=There is none.", 4),
    ],
)
def test_a_reason_for_nothing_is_refused(office, given, code):
    ended = office(
        "policy", "publish", office.file("p2.json", TWO_FAULTS), *REASONS, given
    )

    assert ended.code == code
    assert len(office.ok("policy", "list").lines) == 1
