"""
What was typed into a form of the task page → the wish that a command carries out.
"""

from flask import request

from approval_engine.domain.actions import Action
from approval_engine.domain.people import Directory
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidInput
from approval_engine.executor.attached import attached
from approval_engine.executor.commands.act import Wish
from approval_engine.policy.model import Input, InputType, Policy
from approval_engine.store.attachments import File
from approval_engine.web import context
from approval_engine.web.figures import figure
from approval_engine.web.people import person_of

FIELD = "field-"
"""What the names of the inputs begin with that are fields of a process."""

WITHIN = "within-"
"""What the names of the inputs begin with that bound a fact of the quote."""

_MEASURED = frozenset({InputType.NUMBER, InputType.MONEY})


def wish_of(task: Task, policy: Policy, directory: Directory) -> Wish:
    """
    The wish. Raises InvalidInput for what no command could understand.
    """
    word = request.form.get("action", "")
    if word not in set(Action):
        sentence = f"Expected an action on {task.subject}, but got '{word[:40]}'."
        raise InvalidInput(sentence)
    to = request.form.get("to", "").strip()
    return Wish(
        workflow=task.workflow_id,
        task=task.id,
        action=Action(word),
        comment=request.form.get("comment"),
        to=person_of(directory, to) if to else None,
        within=_within(policy),
        reply_to=_reply_to(),
        after=request.form.get("after") == "yes",
        file=_file(),
        fields=_fields(),
    )


def bounded(policy: Policy) -> tuple[Input, ...]:
    """
    The inputs that an approval can leave room in: numbers with a side that is worse.
    """
    return tuple(
        each for each in policy.inputs if each.type in _MEASURED and each.worse
    )


def sign_of(each: Input) -> str:
    """
    On which side room is bounded: at most where more is worse, else at least.
    """
    return "<=" if each.worse == "higher" else ">="


def _within(policy: Policy) -> str | None:
    parts = [request.form.get("within", "").strip()]
    for each in bounded(policy):
        typed = request.form.get(f"{WITHIN}{each.name}", "").strip()
        if typed:
            parts.append(f"{each.name}{sign_of(each)}{_number(each, typed)}")
    return ",".join(part for part in parts if part) or None


def _number(each: Input, typed: str) -> str:
    found = figure(typed.removesuffix("%"))
    if found is None:
        sentence = (
            f"Expected a number as the bound of {each.name}, but got '{typed[:40]}'."
        )
        raise InvalidInput(sentence)
    return format(found, "f")


def _reply_to() -> int | None:
    text = request.form.get("reply_to", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 no event has a longer number
        sentence = "Expected 'reply_to' to be the number of an event."
        raise InvalidInput(sentence)
    return int(text)


def _file() -> File | None:
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    body = given.stream.read()
    return attached("task", given.filename, None, body, context.limits())


def _fields() -> dict[str, str]:
    """
    What was typed into the form that the process has at the task.
    """
    typed = request.form.items()
    return {
        name.removeprefix(FIELD): value
        for name, value in typed
        if name.startswith(FIELD) and value
    }
