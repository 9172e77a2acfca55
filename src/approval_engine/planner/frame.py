"""
A plan and the slots of a frame → the part of the plan that each slot holds.

A step is held once: by the slot that names it, else by the one that names its chain,
else by the one that takes the rest. Nothing the policy asks can be left out; what it
asks without waiting stands beside something that is waited for.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.planner.advice import placed
from approval_engine.planner.plan import PlannedStep, RoutingPlan

REST = "rest"
CHAIN = "chain:"


def parts(
    plan: RoutingPlan, slots: Mapping[str, tuple[str, ...]]
) -> dict[str, RoutingPlan]:
    """
    The part of the plan for each slot, by the slot's id; `slots` say what they select.

    Raises ValueError unless exactly one slot takes the rest.
    """
    takers = [slot for slot, chosen in slots.items() if REST in chosen]
    if len(takers) != 1:
        raise ValueError(f"Expected one slot that takes the rest, got {takers}.")
    holder = {step.id: _holder(step, slots) or takers[0] for step in plan.steps}
    waited = [holder[step.id] for step in plan.steps if step.required]
    # A slot that nobody is waited for in would be left as soon as it is entered.
    beside = takers[0] if takers[0] in waited else next(iter(waited), takers[0])
    holder = {s: slot if slot in waited else beside for s, slot in holder.items()}
    return {
        slot: replace(
            plan, steps=placed(tuple(s for s in plan.steps if holder[s.id] == slot))
        )
        for slot in slots
    }


def _holder(step: PlannedStep, slots: Mapping[str, tuple[str, ...]]) -> str | None:
    for wanted in (step.id, f"{CHAIN}{step.chain}"):
        for slot, chosen in slots.items():
            if wanted in chosen:
                return slot
    return None
