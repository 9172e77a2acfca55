"""
`cpq db backup`, `restore`, `heads` and `lost`.
"""

import pytest

ELSEWHERE = {"CPQ_DATABASE_URL": "sqlite:///elsewhere.db"}


@pytest.fixture
def saved(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    line = office.ok("db", "backup", "--out", "kept").out
    assert line.startswith("backup=ok file=kept bytes=")
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-2")
    office.file("heads.txt", office.ok("db", "heads").out)
    return office


def test_a_restored_database_tells_what_it_lacks(saved):
    workflow, seq, _ = (saved.folder / "heads.txt").read_text().split()[3:]
    lost = f"lost={workflow} here=0 known={seq}"
    done = saved.ok("db", "restore", "kept", "--against", "heads.txt", **ELSEWHERE)

    assert done.lines[0] == lost
    assert "restored=kept" in done.lines[1]
    assert "check=ok lost=1 restores=1" in done.lines[1]
    later = saved("db", "lost", "--against", "heads.txt", **ELSEWHERE)
    assert (later.code, later.lines) == (8, [lost])
    assert saved.ok("db", "lost", "--against", "heads.txt").out == (
        "lost=0 workflows=2\n"
    )
    assert saved.ok("db", "check", **ELSEWHERE).out.startswith("check=ok workflows=1")


def test_the_same_is_told_to_programs(saved):
    options = ("--against", "heads.txt", "--skip", "5", "--messages", "send")
    done = saved.ok("--json", "db", "restore", "kept", *options, **ELSEWHERE).json

    assert (done["check"], done["restores"], done["held"]) == ("ok", 1, 0)
    assert len(done["missing"]) == 1


def test_another_past_ends_with_8(saved):
    workflow, seq, _, *_ = (saved.folder / "heads.txt").read_text().split()
    # Whatever follows the lines, as in a signed file, is not for this command.
    saved.file("heads.txt", f"{workflow} {seq} {'0' * 64}\n{{}}\nsignature\n")
    options = ("db", "restore", "kept", "--against", "heads.txt")
    done = saved(*options, **ELSEWHERE)

    assert done.code == 8
    assert done.lines[0].startswith(f"differs={workflow} ")


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("backup", "--out", "kept"), 4, "'kept' is there already"),
        (("backup", "--out", "no/such/folder"), 4, "cannot be written"),
        (("restore", "kept"), 4, "has tables"),
        (("restore", "heads.txt"), 4, "to be a backup of sqlite"),
        (("lost", "--against", "kept"), 6, "kept:1"),
        (("lost", "--against", "odd.txt"), 6, "odd.txt:1"),
    ],
)
def test_what_cannot_be_is_refused(saved, command, code, words):
    saved.file("odd.txt", "WF-1 0 abc")
    ended = saved("db", *command)

    assert ended.code == code
    assert words in ended.err


def test_what_a_restore_held_is_sent_by_one_word(saved):
    saved.ok("db", "restore", "kept", **ELSEWHERE)
    held = saved.ok("outbox", "list", "--status", "dead", **ELSEWHERE).lines

    assert held
    done = saved.ok("outbox", "retry", "--held", **ELSEWHERE)
    assert done.lines == [f"held={len(held)} status=waiting"]
    assert saved("outbox", "retry", "--held", "--id", "x").code == 2
    assert saved("outbox", "retry").code == 2
