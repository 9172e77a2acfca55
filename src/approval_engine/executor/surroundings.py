"""
What a process draws around the steps of a policy → the tasks that are planned for it.

Whom a task asks stands in the drawing, by name or by an expression over what is known
when it opens; everything else about it is as for a step of the policy.
"""

from collections.abc import Iterator

from approval_engine.definitions.model import Clock, Words
from approval_engine.definitions.several import completion_of
from approval_engine.domain.completion import Completion, Rule
from approval_engine.domain.spans import hours_of
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.planner.around import ALWAYS, Wanted
from approval_engine.planner.fitness import NAMED
from approval_engine.planner.plan import Around, EscalationLevel
from approval_engine.policy.conditions import ConditionError, evaluate


def wanted(definition: engine.Definition, names: engine.Values) -> Iterator[Wanted]:
    """
    The tasks of a definition that are no step of its plan, in document order.

    `names` are the values that are known.
    """
    for task in definition.tasks:
        if task.step is None:
            yield _wanted(task, definition, names)


def _wanted(
    task: engine.TaskElement, definition: engine.Definition, names: engine.Values
) -> Wanted:
    work = task.work
    roles = _words(work.groups, names) or ((work.lane,) if work.lane else ())
    people = _words(work.users, names)
    several = work.several
    assignee = () if several else _words(work.assignee, names)
    if several is not None and several.collection is not None:
        people = (*people, *_words(several.collection, names))
    due = work.due
    hours = hours_of(due.span) if due and due.clock is Clock.DURATION else None
    return Wanted(
        id=task.id,
        role=roles[0] if roles else "",
        around=Around(
            name=" ".join(task.name.split()) or task.id,
            text=task.documentation,
            assign=f"{NAMED}{assignee[0]}" if assignee else "pool",
            roles=roles[1:],
            people=people,
        ),
        # What is not counted is refused when the process is deployed.
        completion=completion_of(several) or Completion(rule=Rule.ALL),
        ask_everyone=several is not None,
        calendar=definition.calendar or (ALWAYS if hours is not None else None),
        sla_hours=hours,
        escalations=tuple(_ladder(task, definition)),
    )


def _ladder(
    task: engine.TaskElement, definition: engine.Definition
) -> Iterator[EscalationLevel]:
    drawn = [
        each
        for each in definition.timers
        if each.task == task.id and each.properties.get("kind") == "escalation"
    ]
    for each in sorted(drawn, key=lambda timer: int(timer.properties["level"])):
        yield EscalationLevel(
            after_hours=hours_of(each.timer.span), role=each.properties["role"]
        )


def _words(words: Words, names: engine.Values) -> tuple[str, ...]:
    """
    Raises EngineError if an expression has no value for these names.
    """
    if isinstance(words, tuple):
        return words
    try:
        value = evaluate(words, names)
    except ConditionError as error:
        sentence = f"Expected to know whom a task of the process asks, but {error}"
        raise EngineError(sentence) from error
    values = value if isinstance(value, tuple) else (value,)
    return tuple(str(each) for each in values if each is not None)
