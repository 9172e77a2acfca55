"""
What the drawing wants of whoever answers a task: its form, and an answer it reads.
"""

from collections.abc import Mapping

from approval_engine.definitions import ids
from approval_engine.definitions.fields import filled
from approval_engine.domain.actions import Action
from approval_engine.domain.workflow import Task
from approval_engine.errors import EngineError, InvalidState
from approval_engine.executor.projection import Pinned

REFUSALS = frozenset({Action.REJECT, Action.RETURN})


def form_of(
    pinned: Pinned, task: Task, action: Action, given: Mapping[str, str]
) -> Mapping[str, str]:
    """
    What the form of a task says once it is done; nothing for what does not end it.

    Raises InvalidInput with all that is missing or wrong in it, and InvalidState for a
    no to what the process asks that no flow of it reads. Raises EngineError if the
    definition is not the one that the task came from.
    """
    if action in REFUSALS:
        _must_be_read(pinned, task, action)
    # Whoever says no, or hands it on, need not fill in what a yes needs.
    if action is not Action.APPROVE:
        return {}
    elements = pinned.definition.tasks
    work = next((each.work for each in elements if each.id == task.element), None)
    if work is None:
        sentence = f"The definition of {task.subject} has no '{task.element}'."
        raise EngineError(sentence)
    return filled(work.fields, given)


def _must_be_read(pinned: Pinned, task: Task, action: Action) -> None:
    if pinned.step(task.step).around is None:
        return
    names = {ids.outcome(task.step), "approved", "decision"}
    if names.isdisjoint(pinned.definition.asks):
        sentence = (
            f"Expected to {action} {task.subject}, but process"
            f" '{pinned.plan.process}' goes on whatever is answered there: approve it"
            " once it is done, comment, or reject a step of the policy."
        )
        raise InvalidState(sentence)
