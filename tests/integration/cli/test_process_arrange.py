"""
`cpq process arrange`: a file without a diagram comes out with one.
"""

from approval_engine.config import packaged
from tests.unit.definitions.test_arrange import undrawn

FRAME = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_bytes()


def test_a_file_without_a_diagram_comes_out_with_one(shell):
    bare = shell.file("bare.bpmn", undrawn(FRAME).decode())
    ended = shell.ok("process", "arrange", bare, "--out", "drawn.bpmn")

    assert ended.lines == ["file=bare.bpmn out=drawn.bpmn result=drawn"]
    assert b"BPMNShape" in (shell.folder / "drawn.bpmn").read_bytes()
    assert (shell.folder / "bare.bpmn").read_bytes() == undrawn(FRAME)


def test_a_diagram_that_is_there_is_kept(shell):
    drawn = shell.file("mine.bpmn", FRAME.decode())
    ended = shell.ok("process", "arrange", drawn, "--out", "same.bpmn")

    assert ended.lines == ["file=mine.bpmn out=same.bpmn result=kept"]
    assert (shell.folder / "same.bpmn").read_bytes() == FRAME


def test_a_file_that_is_not_accepted_writes_nothing(shell):
    broken = undrawn(FRAME).replace(b"startEvent", b"scriptTask").decode()
    ended = shell("process", "arrange", shell.file("b.bpmn", broken), "--out", "g.bpmn")

    assert ended.code == 6
    assert not (shell.folder / "g.bpmn").exists()
