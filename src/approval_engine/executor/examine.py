"""
A process definition that somebody wants to run → what it is, or all that is wrong.

Reading, soundness and the policy are asked in this order: what was not understood is
not judged, and what does not end is not held against a policy.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from approval_engine.definitions import claims, pinned, several, shape
from approval_engine.definitions.inline import calls_of
from approval_engine.definitions.model import Kind, Process
from approval_engine.definitions.reading import EVERY_NAME, Note, read
from approval_engine.definitions.soundness import (
    Staff,
    flaws,
    frame_flaws,
    problems,
)
from approval_engine.domain.people import Directory
from approval_engine.domain.processes import Role
from approval_engine.errors import BpmnError, Problem
from approval_engine.planner.plan import RoutingPlan
from approval_engine.planner.routing import rehearsal
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
    wrong = _wrong(xml, process, file, policy, directory)
    if wrong:
        raise BpmnError(*wrong)
    wanted = (node.decides.decision for node in process.nodes() if node.decides)
    return Examined(
        process=process,
        role=role,
        notes=found.notes,
        calls=calls_of(xml, file),
        decisions=tuple(dict.fromkeys(wanted)),
        slots=slots,
        shapes=shapes,
    )


def must_hold_together(
    xml: bytes,
    caller: Process,
    file: str,
    policy: Policy | None = None,
    directory: Directory | None = None,
) -> None:
    """
    Judge the file of a process once what it calls stands in it.

    Raises BpmnError with every problem, told at the call behind which it lies.
    """
    try:
        process = read(xml, file, EVERY_NAME).process
        wrong = _wrong(xml, process, file, policy, directory)
    except BpmnError as error:
        wrong = list(error.problems)
    if wrong:
        raise BpmnError(*(_at_its_call(each, caller) for each in wrong))


def _at_its_call(problem: Problem, caller: Process) -> Problem:
    nodes = {node.id: node for node in caller.nodes()}
    calls = (n for n in nodes.values() if n.called and n.kind is Kind.CALL)
    inside = (n for n in calls if problem.element.startswith(f"{n.id}_"))
    at = nodes.get(problem.element) or next(inside, None)
    return replace(problem, line=at.line if at else caller.line)


def _wrong(
    xml: bytes,
    process: Process,
    file: str,
    policy: Policy | None,
    directory: Directory | None,
) -> list[Problem]:
    """
    All for which a process that was read must not run, in the order of its file.
    """
    slots = [node for node in process.nodes() if node.kind is Kind.SLOT]
    role = _role(slots, shape.drawn_in(process))
    plan = rehearsal(policy) if policy else RoutingPlan(process="", steps=())
    # What is called gets other ids where it is called.
    asked = () if role is Role.PART else tuple(step.id for step in plan.steps)
    wrong = [
        *problems(flaws(process, _staff(directory) if directory else None), file),
        *several.problems(process, file),
        *claims.problems(process, asked, file),
        *claims.stopped(process.graph, file),
    ]
    if role is Role.FRAME:
        wrong += problems(frame_flaws(process), file)
        if not wrong:
            wrong += claims.colliding(xml, process, plan, file)
    if role is Role.PINNED and policy:
        wrong += pinned.problems(process, policy, file)
    return sorted(wrong, key=lambda problem: problem.line)


def _role(slots: Collection[object], shapes: Collection[object]) -> Role:
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
