"""
A process definition that somebody wants to run → what it is, or all that is wrong.

Reading, soundness and the policy are asked in this order: what was not understood is
not judged, and what does not end is not held against a policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approval_engine.definitions import pinned, several, shape
from approval_engine.definitions.inline import calls_of
from approval_engine.definitions.model import Kind, Process
from approval_engine.definitions.reading import Note, read
from approval_engine.definitions.soundness import (
    Staff,
    flaws,
    frame_flaws,
    problems,
)
from approval_engine.domain.people import Directory
from approval_engine.domain.processes import Role
from approval_engine.errors import BpmnError
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.model import Policy
from approval_engine.policy.names import names_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """
    A process that may run: its role, what it calls and asks, and what to know of it.

    `slots` are what each slot selects, `shapes` the shape of each step it draws itself.
    """

    process: Process
    role: Role
    notes: tuple[Note, ...]
    calls: tuple[str, ...]
    decisions: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    shapes: Mapping[str, shape.Shape]

    def serves(self, plan: RoutingPlan) -> bool:
        """
        Whether the steps that it draws are those of the plan.
        """
        return self.shapes == shape.shapes_of(plan.approvals)


def examine(
    xml: bytes,
    file: str,
    policy: Policy | None = None,
    directory: Directory | None = None,
) -> Examined:
    """
    What a file defines, judged by a policy and the people there are, where given.

    Raises BpmnError with every problem.
    """
    found = read(xml, file, names_of(policy) if policy else None)
    process = found.process
    slots = {n.id: n.steps for n in process.nodes() if n.kind is Kind.SLOT}
    shapes = shape.drawn_in(process)
    role = _role(slots, shapes)
    staff = _staff(directory) if directory else None
    wrong = [*problems(flaws(process, staff), file), *several.problems(process, file)]
    if role is Role.FRAME:
        wrong += problems(frame_flaws(process), file)
    if role is Role.PINNED and policy:
        wrong += pinned.problems(process, policy, file)
    if wrong:
        raise BpmnError(*sorted(wrong, key=lambda problem: problem.line))
    asked = (node.decides.decision for node in process.nodes() if node.decides)
    return Examined(
        process=process,
        role=role,
        notes=found.notes,
        calls=calls_of(xml, file),
        decisions=tuple(dict.fromkeys(asked)),
        slots=slots,
        shapes=shapes,
    )


def _role(slots: Mapping[str, object], shapes: Mapping[str, object]) -> Role:
    if slots:
        return Role.FRAME
    return Role.PINNED if shapes else Role.PART


def _staff(directory: Directory) -> Staff:
    return Staff(
        people=frozenset(u.id for u in directory.users.values() if u.active),
        roles={
            role: frozenset(user.id for user in directory.members(role))
            for role in directory.roles
        },
    )
