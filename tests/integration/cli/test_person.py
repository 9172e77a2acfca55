"""
`cpq person erase`: looked at first, then done, by an admin or a trusted machine.
"""

import pytest

from tests.integration.executor.company import directory

REASON = ("--reason", "he asked for it")


@pytest.fixture
def left(office):
    """
    Carl's peer was here, is called by a name of his own, and has left.
    """
    value = directory()
    him = {"id": "p-1", "name": "Xaver Quark", "email": "xq@example.com"}
    ada = {"id": "ada", "name": "Ada", "email": "ada@example.com"}
    roles = {**value["roles"], "admin": ["ada"]}
    with_him = {"users": [*value["users"], him, ada], "roles": roles}
    without = {"users": [*value["users"], ada], "roles": roles}
    office.ok("directory", "import", office.file("people.json", with_him))
    active = office("person", "erase", "--user", "p-1", *REASON)
    assert (active.code, "is active" in active.err) == (4, True)
    office.file("people.json", without)
    office.ok("directory", "import", "people.json", "--sync")
    return office


def test_it_is_looked_at_and_done(left):
    would = left.ok("person", "erase", "--user", "p-1", *REASON, "--dry-run")
    assert would.lines == ["would_erase user=p-1 documents=2"]
    assert "Xaver Quark" in left.ok("directory", "list").out
    assert left.ok("person", "erase", "--user", "p-1", *REASON).lines == [
        "erased user=p-1 documents=2"
    ]
    assert "Quark" not in left.ok("directory", "list").out
    assert left.ok("db", "check").out.startswith("check=ok")


def test_it_is_told_to_programs(left):
    options = ("person", "erase", "--user", "p-1", *REASON, "--dry-run")
    told = left.ok("--json", *options).json

    assert (told["result"], told["user"], told["documents"]) == (
        "would_erase", "p-1", 2,
    )  # fmt: skip


@pytest.mark.parametrize(("actor", "code"), [("ada", 0), ("maria", 4)])
def test_it_is_the_work_of_an_admin(left, actor, code):
    assert left("--as", actor, "person", "erase", "--user", "p-1", *REASON).code == code


def test_nobody_is_not_erased(left):
    assert left("person", "erase", "--user", "nobody", *REASON).code == 3
    named = left("person", "erase", "--user", "p-1", "--reason", "xaver  quark left")
    assert named.code == 4
    assert "does not name" in named.err
