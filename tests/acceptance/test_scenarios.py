"""
`cpq test`, `cpq seed` and `cpq demo` as an analyst and a visitor meet them.
"""

import json
import signal
import subprocess
import urllib.request
from importlib.resources import files

import pytest

from tests.acceptance.desk import CPQ, Desk

SHIPPED = files("approval_engine.scenarios").joinpath("data")
GOOD, *_ = json.loads(SHIPPED.joinpath("workflow_scenarios.json").read_text("utf-8"))
BAD = {**GOOD, "name": "bad", "expect": {"status": "approved"}}


def test_scenarios_that_hold(quick_desk):
    """
    An analyst writes a case for a rule and sees that it holds.
    """
    cases = quick_desk.file("cases.json", [GOOD, {**GOOD, "name": "again"}])

    assert quick_desk.says("test --suite workflow --file", cases) == (
        f'scenario="{GOOD["name"]}" result=passed\n'
        "scenario=again result=passed\n"
        "2 passed, 0 failed\n"
    )


def test_a_scenario_that_does_not_hold(quick_desk):
    """
    The reason stands on stderr, the exit code is 8, the others are played all the same.
    """
    cases = quick_desk.file("cases.json", [BAD, GOOD])

    done = quick_desk.run("test --suite workflow --file", cases)

    assert done.returncode == 8
    assert done.stdout.splitlines()[0] == "scenario=bad result=failed"
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed"
    assert done.stderr == ("bad: end: Expected status approved, but it is rejected.\n")


def test_scenarios_as_json(quick_desk):
    cases = quick_desk.file("cases.json", [GOOD, BAD])

    done = quick_desk.run("--json test --suite workflow --file", cases)

    assert [each["passed"] for each in json.loads(done.stdout)] == [True, False]


def test_a_wrong_scenario_file(quick_desk):
    """
    Every problem has its file, line and place; nothing is played.
    """
    wrong = json.dumps([{**GOOD, "colour": 1, "at": "noon"}], indent=1)
    cases = quick_desk.file("cases.json", wrong)

    code, said = quick_desk.refuses("test --suite workflow --file", cases)

    assert code == 6
    assert [line.split(" element=")[0] for line in said.splitlines()] == [
        f"cases.json:{line_of(wrong, 'at')}: type",
        f"cases.json:{line_of(wrong, 'colour')}: unknown_key",
    ]


def line_of(text, key):
    return text[: text.index(f'"{key}":')].count("\n") + 1


def test_a_suite_touches_no_database(empty_desk):
    cases = empty_desk.file("cases.json", [GOOD])

    empty_desk.says("test --suite workflow --file", cases)

    assert not empty_desk.database.exists()


def test_seeding_again_needs_a_reset(quick_desk):
    before = quick_desk.content()
    quick_desk.says("approval submit --quote Q-2026-0120")

    refused = quick_desk.run("seed --scenario approvals")
    reset = quick_desk.says("seed --scenario approvals --reset")

    assert (refused.returncode, refused.stdout) == (4, "")
    assert reset.endswith("workflows=12\n")
    assert len(quick_desk.content()) == len(before)


def test_a_history_is_added(quick_desk):
    assert quick_desk.says("seed --scenario history --workflows 3") == (
        "seeded scenario=history users=52 quotes=69 policies=1 workflows=15\n"
    )


@pytest.mark.parametrize("line", ["seed --scenario approvals", "demo --no-serve"])
def test_a_fixed_clock_is_told_of(quick_desk, line, tmp_path_factory):
    quick_desk.folder = tmp_path_factory.mktemp("other")

    done = quick_desk.run(line, CPQ_NOW="2026-03-03T12:00:00Z")

    assert done.returncode == 0
    assert "the clock stands at" in done.stderr


def test_the_demo_serves_until_it_is_stopped(desk):
    """
    A visitor runs the demo, finds the inbox behind the printed address, and stops it.
    """
    with subprocess.Popen(
        [CPQ, "demo"], cwd=desk.folder, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        told = dict(pair.split("=", 1) for pair in line.split())
        with urllib.request.urlopen(f"{told['serving']}/healthz") as answer:  # noqa: S310 ours
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0

    assert told["user"] == "maria"
    assert (desk.folder / ".secret-key").stat().st_mode & 0o777 == 0o600


def test_the_demo_serves_no_fixed_clock(desk: Desk):
    done = desk.run("demo", CPQ_NOW="2026-03-03T12:00:00Z")

    assert (done.returncode, done.stdout) == (4, "")
    assert "CPQ_ALLOW_FIXED_CLOCK=1" in done.stderr
