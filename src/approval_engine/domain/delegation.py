"""
Delegation windows and an instant → who may act in whose name.

A window is half-open: it counts from `starts_at` on and no longer at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approval_engine.errors import InvalidInput, InvalidState

MAX_DEPTH = 3
"""How many hands a name may pass through, from a person to the last stand-in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegation:
    """
    `delegate` stands in for `principal`, in one role or (None) in everything.

    `process` narrows it to quotes of one process, `within` to those whose inputs meet a
    condition of the policy's language. `ended_at` is set when somebody ends the window
    before its time.
    """

    id: str
    principal: str
    delegate: str
    starts_at: datetime
    ends_at: datetime
    role: str | None = None
    ended_at: datetime | None = None
    process: str | None = None
    within: str | None = None

    @property
    def closes_at(self) -> datetime:
        """
        The first instant at which it no longer counts.
        """
        return min(self.ends_at, self.ended_at or self.ends_at)

    def covers(self, role: str | None) -> bool:
        """
        Whether it counts for work in that role; None asks for any role.
        """
        return self.role is None or role is None or self.role == role


def active(delegations: Iterable[Delegation], at: datetime) -> tuple[Delegation, ...]:
    """
    The delegations that count at that instant, in the order given.
    """
    return tuple(d for d in delegations if d.starts_at <= at < d.closes_at)


def acting_for(
    delegations: Iterable[Delegation],
    person: str,
    at: datetime,
    role: str | None = None,
) -> frozenset[str]:
    """
    Everybody who may act in that person's name at that instant, never himself.

    Follows stand-ins of stand-ins up to MAX_DEPTH hands; a circle ends the walk.
    Without a role it answers for all roles together, so it finds the most people.
    """
    return _hands(_links(delegations, at, role), person, MAX_DEPTH)


def check_new(delegations: tuple[Delegation, ...], new: Delegation) -> None:
    """
    Refuses a new delegation that contradicts itself or one that exists.

    Raises InvalidInput if it goes to oneself or ends before it starts, and InvalidState
    if the principal has another for the same role then, or if it would close a circle.
    """
    _check_itself(new)
    for other in delegations:
        if _work(other) == _work(new) and _meet(other, new):
            window = (
                f"from {other.starts_at.isoformat()} to {other.closes_at.isoformat()}"
            )
            sentence = f"'{other.id}' to '{other.delegate}' already runs {window}"
            raise InvalidState(_refusal(new, sentence))
    if _closes_circle(delegations, new):
        sentence = f"'{new.delegate}' passes the same work on to '{new.principal}'"
        raise InvalidState(_refusal(new, sentence))


def _check_itself(new: Delegation) -> None:
    if new.starts_at.tzinfo is None or new.ends_at.tzinfo is None:
        raise InvalidInput(_refusal(new, "its window has no offset from UTC"))
    if new.principal == new.delegate:
        raise InvalidInput(_refusal(new, "that is the same person"))
    if new.ends_at <= new.starts_at:
        raise InvalidInput(_refusal(new, "its window ends before it starts"))


def _work(window: Delegation) -> tuple[str | None, ...]:
    return (window.principal, window.role, window.process, window.within)


def _meet(a: Delegation, b: Delegation) -> bool:
    return max(a.starts_at, b.starts_at) < min(a.closes_at, b.closes_at)


def _closes_circle(delegations: tuple[Delegation, ...], new: Delegation) -> bool:
    rivals = [d for d in delegations if _meet(d, new)]
    # New links appear only where a window opens, so no other instant need be tried.
    instants = {new.starts_at} | {max(d.starts_at, new.starts_at) for d in rivals}
    # The empty role stands for all work that no window names.
    roles = {new.role} if new.role else {d.role or "" for d in rivals}
    return any(
        new.principal in _hands(_links(rivals, at, role), new.delegate, len(rivals))
        for at in instants
        for role in roles
    )


def _links(
    delegations: Iterable[Delegation], at: datetime, role: str | None
) -> list[Delegation]:
    return [d for d in active(delegations, at) if d.covers(role)]


def _hands(links: list[Delegation], person: str, depth: int) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    hands = {person}
    for _ in range(depth):
        hands = {d.delegate for d in links if d.principal in hands}
        hands -= found | {person}
        found |= hands
    return found


def _refusal(new: Delegation, reason: str) -> str:
    pair = f"'{new.principal}' to '{new.delegate}'"
    return f"Expected to add delegation '{new.id}' from {pair}, but {reason}."
