"""
The golden decision tables in `bpmn/`, and the command that writes them.
"""

import sys
from pathlib import Path

from approval_engine.definitions.dmn.export import export
from approval_engine.documents import parse
from tests.unit.definitions.dmn.policies import DEMO, ROOT

FOLDER = ROOT / "bpmn"
NAME = "deal-desk.dmn"
COMMAND = "python -m tests.unit.definitions.dmn.goldens"


def rendered():
    """
    The tables of the policy that `cpq seed` publishes.
    """
    return export(parse(DEMO.read_bytes(), DEMO.name).value)


def write(folder):
    """
    Write the golden file; others in the folder stay.
    """
    folder.mkdir(exist_ok=True)
    (folder / NAME).write_bytes(rendered())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
