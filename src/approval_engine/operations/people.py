"""
Two directories → who joined, who moved, who left; and the second one with the leavers.

Whoever left stays known as inactive: old decisions keep their names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from approval_engine.documents import Document, JsonValue, load
from approval_engine.domain.people import Directory, User


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """
    One person who is a joiner, mover or leaver; `fields` name what a mover changed.
    """

    kind: str  # joiner | mover | leaver
    person: str
    name: str
    fields: tuple[str, ...] = ()


def changes(before: Directory | None, after: Directory) -> tuple[Change, ...]:
    """
    Joiners, movers, then leavers, each by id. An inactive person is not there.
    """
    old, new = _active(before), _active(after)
    movers = (_mover(before, after, new[each]) for each in sorted(old.keys() & new))
    return (
        *(_change("joiner", new[each]) for each in sorted(new.keys() - old)),
        *(mover for mover in movers if mover.fields),
        *(_change("leaver", old[each]) for each in sorted(old.keys() - new)),
    )


def with_leavers(document: Document, before: bytes | None) -> Document:
    """
    The directory in a document, with everybody it no longer names as inactive.
    """
    if before is None:
        return document
    value = cast("dict[str, JsonValue]", document.value)
    users = cast("list[dict[str, JsonValue]]", value["users"])
    known = {user["id"] for user in users}
    old = cast("dict[str, list[dict[str, JsonValue]]]", load(before))
    left = [
        {**user, "active": False} for user in old["users"] if user["id"] not in known
    ]
    everybody = cast("JsonValue", [*users, *left])
    return replace(document, value={**value, "users": everybody})


def _active(directory: Directory | None) -> Mapping[str, User]:
    users = directory.users if directory else {}
    return {each.id: each for each in users.values() if each.active}


def _change(kind: str, user: User) -> Change:
    return Change(kind=kind, person=user.id, name=user.name)


def _mover(before: Directory | None, after: Directory, user: User) -> Change:
    fields = tuple(_moved(before, after, user)) if before else ()
    return replace(_change("mover", user), fields=fields)


def _moved(before: Directory, after: Directory, user: User) -> Iterator[str]:
    old = before.users[user.id]
    for name in User.__slots__:
        if getattr(old, name) != getattr(user, name):
            yield name
    if before.roles_of(user.id) != after.roles_of(user.id):
        yield "roles"
