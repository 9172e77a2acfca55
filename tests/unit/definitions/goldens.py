"""
The plans of the golden files in `bpmn/`, and the command that writes these files.
"""

import sys
from decimal import Decimal
from pathlib import Path

from approval_engine.definitions.render import render
from approval_engine.domain.completion import Completion, Rule
from tests.unit.definitions.plans import make_level, make_plan, make_reason, make_step

FOLDER = Path(__file__).parents[3] / "bpmn"
COMMAND = "python -m tests.unit.definitions.goldens"

MANAGER = make_step("manager", escalations=(make_level("director"),))
FINANCE = make_step("finance", escalations=(make_level("cfo"),))
LEGAL = make_step(
    "legal",
    chain="legal",
    calendar="uk",
    sla_hours=Decimal(48),
    completion=Completion(rule=Rule.ALL),
    remind_after_hours=(Decimal(16), Decimal(32)),
    escalations=(make_level("general_counsel", 48), make_level("cro", 96)),
    reasons=(make_reason("clause", reason="non_standard", facts=()),),
)
COMMITTEE = make_step(
    "pricing_committee",
    completion=Completion(rule=Rule.QUORUM, count=2, veto=("cfo",)),
    sla_hours=Decimal("7.5"),
    remind_after_hours=(),
    escalations=(),
)

PLANS = {
    "standard-none": make_plan(),
    "standard-single": make_plan(FINANCE),
    "standard-parallel": make_plan(MANAGER, FINANCE),
    "standard-stages": make_plan(
        MANAGER, make_step("finance", stage=2), make_step("cro", stage=3)
    ),
    "standard-chains": make_plan(
        MANAGER, make_step("finance", stage=2), make_step("cro", stage=2), LEGAL
    ),
    "standard-quorum": make_plan(MANAGER, COMMITTEE),
    "standard-advice": make_plan(
        MANAGER,
        make_step("treasury", required=False),
        make_step("finance", stage=2),
        make_step("legal", chain="legal", required=False, remind_after_hours=()),
    ),
    "standard-ten": make_plan(*(make_step(f"team_{n}") for n in range(1, 11))),
}


def write(folder):
    """
    Write every golden file; others in the folder stay.
    """
    folder.mkdir(exist_ok=True)
    for name, plan in PLANS.items():
        (folder / f"{name}.bpmn").write_bytes(render(plan))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
