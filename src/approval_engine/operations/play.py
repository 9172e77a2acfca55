"""
A process that is not deployed and a quote → the way it would take; nothing is stored.
"""

from collections.abc import Iterator
from dataclasses import replace

from approval_engine.definitions import ids
from approval_engine.definitions.bound import bind
from approval_engine.definitions.declared import declare
from approval_engine.definitions.expand import expand
from approval_engine.definitions.inline import inline
from approval_engine.domain.completion import Outcome
from approval_engine.domain.processes import Role
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor import engine, waivers
from approval_engine.executor.examine import Examined
from approval_engine.executor.routed import around, roster_of, route_quote
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import repository
from approval_engine.planner import frame
from approval_engine.planner.case import Case
from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.planner.routing import case_of
from approval_engine.store import catalog
from approval_engine.store.database import Transaction

MOST_ROUNDS = 300
"""How many tasks are played before a circle is taken for one."""

Line = dict[str, object]


def play(runtime: Runtime, xml: bytes, file: str, quote_id: str) -> Iterator[Line]:
    """
    A line per task, timer and end in the order a quote meets them if all is approved.

    Raises BpmnError with every problem of the file, NotFound without such a quote, and
    InvalidState if the file is a pinned process that does not serve its plan.
    """
    with runtime.database.read() as transaction:
        found = repository.check_within(runtime, transaction, xml, file)
        xml = declare(xml, found.process)
        case, plan = _routed(runtime, transaction, quote_id)
        body = _expanded(transaction, found, xml, file, plan)
        definition = runtime.drawn(transaction, body)
    plan = replace(plan, steps=(*plan.steps, *around(definition, case)))
    return _walk(definition, plan, case.inputs)


def _routed(
    runtime: Runtime, transaction: Transaction, quote_id: str
) -> tuple[Case, RoutingPlan]:
    """
    What the policy asks of the quote, whatever was deployed.
    """
    row = catalog.quote(transaction, quote_id)
    if row is None:
        sentence = f"There is no quote '{quote_id}'."
        raise NotFound(sentence)
    today = replace(catalog.current(transaction), processes=None)
    current = waivers.beside(transaction, today, row.account)
    now = runtime.clock()
    routed = route_quote(runtime, transaction, row, current, now)
    roster = roster_of(runtime, transaction, routed.policy, current, now)
    case = case_of(roster, routed.policy, routed.evaluation, routed.quote)
    return case, routed.plan


def _expanded(
    transaction: Transaction, found: Examined, xml: bytes, file: str, plan: RoutingPlan
) -> bytes:
    called, decisions = repository.needed_by(transaction, found, file)
    if found.role is Role.FRAME:
        whole = inline(expand(xml, frame.parts(plan, found.slots)), called)
        return bind(whole, decisions)
    if found.role is Role.PINNED and not found.serves(plan):
        asked = ", ".join(step.id for step in plan.approvals) or "nobody"
        drawn = ", ".join(found.shapes)
        sentence = (
            f"Expected a plan of the steps that '{found.process.id}' draws ({drawn}),"
            f" but this quote asks {asked}: it would run on the frame."
        )
        raise InvalidState(sentence)
    return bind(inline(xml, called), decisions)


def _walk(
    definition: engine.Definition, plan: RoutingPlan, facts: engine.Values
) -> Iterator[Line]:
    steps = {step.id: step for step in plan.steps}
    tasks = {task.id: task for task in definition.tasks}
    snapshot = engine.start(definition, facts)
    told: set[tuple[str, int]] = set()
    for number in range(1, MOST_ROUNDS):
        position = snapshot.position
        for waiting in position.tasks:
            if (waiting.element, waiting.occurrence) not in told:
                told.add((waiting.element, waiting.occurrence))
                task = tasks[waiting.element]
                yield _task(number, task, steps[task.step or task.id])
        if position.ended:
            yield {"round": number, "end": position.ended}
            return
        if position.tasks:
            element = position.tasks[0].element
            step = tasks[element].step or element
            said = {ids.outcome(step): str(Outcome.APPROVED)}
            snapshot = engine.complete(
                definition, snapshot.state, element, said, facts=facts
            )
            continue
        timer = position.timers[0]
        yield {"round": number, "timer": timer.element}
        snapshot = engine.fire(
            definition, snapshot.state, timer.element, timer.occurrence, facts
        )
    yield {"round": MOST_ROUNDS, "end": None}


def _task(number: int, task: engine.TaskElement, step: PlannedStep) -> Line:
    asked = step.staffing.assignee or step.staffing.candidates
    return {
        "round": number,
        "task": task.id,
        "name": " ".join(task.name.split()),
        "step": task.step,
        "role": step.role or None,
        "asks": asked,
    }
