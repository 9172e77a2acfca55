"""
The words of scenario files: instants, spans of time, names of people, steps and rules.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from approval_engine.documents.node import Node
from approval_engine.domain.people import Directory
from approval_engine.policy.model import Policy

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
_YEARS = range(2000, 2100)
_SPAN = re.compile(
    r"P(?=[0-9T])(?:(\d{1,3})W)?(?:(\d{1,4})D)?"
    r"(?:T(?=[0-9])(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_LONGEST = timedelta(days=3660)


def read_instant(node: Node) -> datetime:
    """
    An instant with its offset, in UTC; some instant after noting that it is none.
    """
    value = node.value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = None
        if instant is not None and instant.year in _YEARS:
            return instant.astimezone(UTC)
    node.wants("an instant such as '2026-03-06T16:00:00-05:00'")
    return datetime(_YEARS.start, 1, 1, tzinfo=UTC)


def read_span(node: Node) -> timedelta:
    """
    A span of ISO 8601 such as `PT26H` or `P2DT4H`; zero after noting that it is none.
    """
    value = node.value
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        node.wants("a span of time such as 'PT26H' or 'P2D'")
        return timedelta()
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    span = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )
    if span > _LONGEST:
        node.wants(f"a span of at most {_LONGEST.days} days")
    return span


def refuse_others(node: Node, known: Collection[str]) -> None:
    """
    Note every key of an object that is not among the known ones.
    """
    for key in node.names():
        if key not in known:
            node.child(key).problem("unknown_key", f"Expected no key '{key}' here.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """
    What a scenario may speak of; a document that could not be read is None.
    """

    directory: Directory | None
    policy: Policy | None

    def person(self, node: Node) -> str:
        """
        A person of the directory, or the submitter of the quote.
        """
        name = node.text()
        known = self.directory is None or name in {"", "submitter"}
        if not known and self.directory and self.directory.user(name) is None:
            sentence = f"Expected a person of the directory, but got '{name}'."
            node.problem("unknown_person", sentence)
        return name

    def role(self, node: Node) -> str:
        """
        A role of the directory.
        """
        name = node.text()
        if name and self.directory and name not in self.directory.roles:
            sentence = f"Expected a role of the directory, but got '{name}'."
            node.problem("unknown_role", sentence)
        return name

    def step(self, node: Node) -> str:
        """
        A step that the policy declares, or that a ladder or a trigger makes of a role.
        """
        name = node.text()
        if name and self.policy and name not in _steps(self.policy):
            sentence = f"Expected a step of the policy, but got '{name}'."
            node.problem("unknown_step", sentence)
        return name

    def trigger(self, node: Node) -> str:
        """
        A trigger of the policy.
        """
        name = node.text()
        if name and self.policy:
            known = {trigger.id for trigger in self.policy.triggers}
            if name not in known:
                sentence = f"Expected a trigger of the policy, but got '{name}'."
                node.problem("unknown_trigger", sentence)
        return name


def _steps(policy: Policy) -> frozenset[str]:
    ladders = policy.ladders.values()
    required = (step for trigger in policy.triggers for step in trigger.require)
    rungs = (rung.role for ladder in ladders for rung in ladder.rungs)
    committees = (f"{ladder.name}_committee" for ladder in ladders)
    return frozenset([*policy.steps, *required, *rungs, *committees])
