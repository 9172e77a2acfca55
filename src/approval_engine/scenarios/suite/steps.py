"""
One step of a scenario file → `Step`; what is wrong is noted, not raised.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from approval_engine.documents.node import Node
from approval_engine.domain.actions import Action
from approval_engine.domain.exceptions import Waives
from approval_engine.executor.commands.grant import Plea
from approval_engine.policy.reading.words import read_day
from approval_engine.scenarios.stage import CHANNEL
from approval_engine.scenarios.suite.expecting import read_expectation, read_refusal
from approval_engine.scenarios.suite.script import (
    Act,
    Deed,
    Plead,
    Revise,
    Step,
    Wait,
    Window,
    Work,
)
from approval_engine.scenarios.suite.words import (
    Names,
    read_instant,
    read_span,
    refuse_others,
)

WITHOUT_TASK = ("submit", "recall")
"""Actions on the workflow as a whole."""

ACTIONS = (*map(str, Action), *WITHOUT_TASK)

_ACT_KEYS = frozenset({"actor", "role", "task", "comment", "to", "within", "channel"})
_WINDOW_NEEDS = ("ends", "from", "starts", "to")
_WINDOW_KEYS = frozenset({*_WINDOW_NEEDS, "role", "within", "process"})
_PLEA_NEEDS = frozenset({"account", "trigger", "within", "until", "uses"})
_PLEA_KEYS = _PLEA_NEEDS | {"actor", "granted", "end"}
_CHANNELS = ("cli", "web", "api", "mail", CHANNEL)


def read_step(node: Node, names: Names) -> Step:
    """
    The step at this node; a wait of no time after noting that it is none.
    """
    kinds = [kind for kind in _KINDS if node.has(kind)]
    if len(kinds) != 1:
        node.wants(f"a step with one of the keys {', '.join(_KINDS)}")
        return Step(does=Wait(span=timedelta()))
    read, further = _KINDS[kinds[0]]
    refuse_others(node, {kinds[0], *further, "expect"})
    return Step(
        does=read(node, names),
        refused=read_refusal(node.child("refused")),
        expect=read_expectation(node.child("expect"), names),
    )


def _act(node: Node, names: Names) -> Act:
    action = node.child("action").text()
    if action and action not in ACTIONS:
        node.child("action").wants(f"one of {', '.join(ACTIONS)}")
    if node.has("actor") == node.has("role"):
        node.problem("missing", "Expected one of 'actor' and 'role'.")
    on_task = action not in WITHOUT_TASK
    if on_task and not node.has("task"):
        node.problem("missing", "Expected a value for 'task'.")
    if not on_task and node.has("task"):
        node.child("task").problem("unknown_key", f"A {action} has no task.")
    return Act(
        action=action,
        actor=names.person(node.child("actor")) if node.has("actor") else None,
        role=names.role(node.child("role")) if node.has("role") else None,
        task=names.step(node.child("task")) if node.has("task") else None,
        comment=node.child("comment").text() if node.has("comment") else None,
        to=names.person(node.child("to")) if node.has("to") else None,
        within=node.child("within").text() if node.has("within") else None,
        channel=_channel(node.child("channel")),
    )


def _channel(node: Node) -> str:
    if node.value is None:
        return CHANNEL
    channel = node.text()
    if channel and channel not in _CHANNELS:
        node.wants(f"one of {', '.join(_CHANNELS)}")
    return channel


def _wait(node: Node, names: Names) -> Wait:
    del names
    return Wait(span=read_span(node.child("after")))


def _work(node: Node, names: Names) -> Work:
    del names
    if node.child("worker").value is not True:
        node.child("worker").wants("true")
    return Work()


def _window(node: Node, names: Names) -> Window:
    window = node.child("delegation")
    if not isinstance(window.value, dict):
        window.wants("a delegation as an object")
    refuse_others(window, _WINDOW_KEYS)
    for key in _WINDOW_NEEDS:
        if not window.has(key):
            window.problem("missing", f"Expected a value for '{key}'.")
    return Window(
        principal=names.person(window.child("from")) if window.has("from") else "",
        delegate=names.person(window.child("to")) if window.has("to") else "",
        role=names.role(window.child("role")) if window.has("role") else None,
        starts_at=read_instant(window.child("starts")),
        ends_at=read_instant(window.child("ends")),
        within=window.child("within").text() if window.has("within") else None,
        process=window.child("process").text() if window.has("process") else None,
    )


def _revise(node: Node, names: Names) -> Revise:
    del names
    changes = node.child("revise").value
    if not isinstance(changes, dict):
        node.child("revise").wants("the changed parts of the quote as an object")
        return Revise(changes={})
    for key in ("id", "revision"):
        if key in changes:
            place = node.child("revise").child(key)
            place.problem("unknown_key", f"A revision keeps its {key} to itself.")
    return Revise(changes=changes)


def _plead(node: Node, names: Names) -> Plead:
    exception = node.child("exception")
    if not isinstance(exception.value, dict):
        exception.wants("an exception as an object")
    refuse_others(exception, _PLEA_KEYS)
    actor = names.person(exception.child("actor")) if exception.has("actor") else ""
    if exception.has("end"):
        return Plead(
            actor=actor or "submitter", plea=None, ends=exception.child("end").text()
        )
    for key in sorted(_PLEA_NEEDS):
        if not exception.has(key):
            exception.problem("missing", f"Expected a value for '{key}'.")
    granted = exception.child("granted").flag(default=True)
    return Plead(
        actor=actor or "submitter", plea=_plea(exception, names), granted=granted
    )


def _plea(node: Node, names: Names) -> Plea:
    parts = {key: node.child(key) for key in _PLEA_NEEDS}
    needed = {key: part for key, part in parts.items() if part.value is not None}
    waives = Waives(
        trigger=names.trigger(needed["trigger"]) if "trigger" in needed else "",
        within=needed["within"].text() if "within" in needed else "",
        ends_on=None if _is_open(parts["until"]) else read_day(parts["until"]),
        uses=None if _is_open(parts["uses"]) else parts["uses"].whole(1),
    )
    account = needed["account"].text() if "account" in needed else ""
    return Plea(account=account, waives=waives, reason="as the scenario says")


def _is_open(node: Node) -> bool:
    return node.value in {"unlimited", None}


_Reader = Callable[[Node, Names], Deed]
_KINDS: Mapping[str, tuple[_Reader, frozenset[str]]] = {
    "action": (_act, _ACT_KEYS | {"refused"}),
    "after": (_wait, frozenset()),
    "worker": (_work, frozenset()),
    "delegation": (_window, frozenset({"refused"})),
    "revise": (_revise, frozenset({"refused"})),
    "exception": (_plead, frozenset({"refused"})),
}
"""What a step can be, by the key that says so, with the other keys it may have."""
