"""
What proofs measured comes out in one table.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.proof
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kept(kind, figure):
    figure("kept | lost", "10 | 0", 10)

@pytest.mark.proof
@pytest.mark.alone
def test_alone(figure):
    figure("in one piece", 1, 1)

@pytest.mark.proof
def test_lost(figure):
    figure("kept", 1, 0)
    raise AssertionError
"""


def test_figures_and_failures_of_two_processes_come_out_in_one_table(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    table = tmp_path / "found" / "table.md"
    told = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.figures", "-n", "2"),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)),
            *("--figures", str(table), str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line.rsplit("|", 2)[0] for line in table.read_text().splitlines()]

    assert told.returncode == 1
    assert rows == [
        "| what | target | figure | database ",
        "| --- | --- | --- | --- ",
        "| in one piece | 1 | 1 |  ",
        "| kept \\| lost | 10 \\| 0 | 10 | postgresql ",
        "| kept \\| lost | 10 \\| 0 | 10 | sqlite ",
        "| test_it.py::test_lost | passes | FAILED |  ",
    ]
    printed = [line.split()[:7] for line in told.stdout.splitlines()]
    assert ["kept", "|", "lost", "10", "|", "0", "10"] in printed
