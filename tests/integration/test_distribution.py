"""
The wheel holds all that the product needs to run: code, schemas, pages, diagrams.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir"]
    subprocess.run([*command, folder, ROOT], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def _files(folder, inside):
    return {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("src/approval_engine", "approval_engine"),
        ("bpmn", "approval_engine/_data/bpmn"),
        ("templates", "approval_engine/_data/templates"),
    ],
)
def test_every_file_of_the_product_is_in_the_wheel(wheel, folder, inside):
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())

    assert _files(folder, inside) - carried == set()


def test_nothing_else_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}

    assert {top.partition("-")[0] for top in tops} == {"approval_engine"}


def test_the_shipped_folders_are_found_in_a_wheel(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "approval_engine" / "_data" / "bpmn").mkdir(parents=True, exist_ok=True)
    program = "from approval_engine.config import packaged; print(packaged('bpmn'))"

    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert Path(found.stdout.strip()).is_relative_to(tmp_path)
