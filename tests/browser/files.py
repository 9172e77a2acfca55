"""
The process definitions that are held against the tools of analysts.
"""

from approval_engine.definitions.expand import expand
from approval_engine.planner.frame import parts
from tests.browser.modeler import ROOT
from tests.unit.definitions.goldens import PLANS

BPMN = ROOT / "bpmn"
FRAME = (BPMN / "frames" / "deal_review.bpmn").read_bytes()
SLOTS = {"legal_first": ("chain:legal",), "everybody_else": ("rest",)}


def expanded(plan):
    """
    The frame with the steps of a plan in its slots.
    """
    return expand(FRAME, parts(plan, SLOTS))


FILES = {
    path.relative_to(BPMN).as_posix(): path.read_bytes()
    for path in sorted(BPMN.rglob("*.bpmn"))
} | {f"deal_review of {name}": expanded(plan) for name, plan in PLANS.items()}
"""Every process that we ship or make, by what it is called."""
