"""
The table of rights as the page for reviewers has it, and a person for each column.
"""

from pathlib import Path

from tests.integration.executor.company import ROLES, directory

PEOPLE = {
    "submitter": "sam",
    "approver": "fred",
    "analyst": "anton",
    "deal_desk": "dana",
    "auditor": "augusta",
    "admin": "ada",
}
"""Who stands for each column."""

OFFICES = ("analyst", "deal_desk", "auditor", "admin")
"""The columns that are roles of the directory."""

_PAGE = Path(__file__).parents[1] / "docs" / "security.md"


def holders():
    """
    The columns that say yes, by the name of the right.
    """
    lines = iter(_PAGE.read_text(encoding="utf-8").splitlines())
    header = next(line for line in lines if line.startswith("| right |"))
    columns = _cells(header)[1:]
    assert columns == list(PEOPLE)
    next(lines)
    found = {}
    for line in lines:
        if not line.startswith("| "):
            return found
        name, *cells = _cells(line)
        assert set(cells) <= {"yes", "–"}
        found[name] = {
            each for each, cell in zip(columns, cells, strict=True) if cell == "yes"
        }
    return found


def _cells(line):
    return [each.strip() for each in line.strip("|").split("|")]


def staffed():
    """
    The directory of the company with somebody in each office, and an admin who left.
    """
    found = directory()
    for person in ("ada", "anton", "augusta", "gone"):
        found["users"].append(
            {
                "id": person,
                "name": person.title(),
                "email": f"{person}@example.com",
                "manager": None,
                "active": person != "gone",
            }
        )
    offices = {"admin": ["ada", "gone"], "analyst": ["anton"], "auditor": ["augusta"]}
    return found | {"roles": ROLES | offices}
