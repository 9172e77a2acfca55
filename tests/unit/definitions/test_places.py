"""
What stands elsewhere in a newer drawing, and what was only moved with everything else.
"""

import re

from approval_engine.config import packaged
from approval_engine.definitions.places import moved

FRAME = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_bytes()


def shifted(by, only=rb"[^\"]*"):
    """
    The frame with the shapes of some elements further to the right.
    """

    def further(found):
        return found[1] + str(int(found[2]) + by).encode()

    shape = rb'(bpmnElement="' + only + rb'"[^>]*>\s*<dc:Bounds x=")(\d+)'
    return re.sub(shape, further, FRAME)


def test_the_same_drawing_moved_nothing():
    assert moved(FRAME, FRAME) == ()


def test_a_drawing_that_was_moved_as_a_whole_moved_nothing():
    after = shifted(40)
    assert after != FRAME
    assert moved(FRAME, after) == ()


def test_one_box_that_stands_elsewhere_is_named():
    assert moved(FRAME, shifted(40, b"approved")) == ("approved",)


def test_files_without_a_drawing_moved_nothing():
    bare = FRAME[: FRAME.index(b"<bpmndi:BPMNDiagram")] + b"</bpmn:definitions>"
    assert moved(FRAME, bare) == ()
    assert moved(bare, bare) == ()
