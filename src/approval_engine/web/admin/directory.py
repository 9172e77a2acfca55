"""
The directory: people and roles as they were imported, to be searched.
"""

from collections.abc import Iterator

from flask import Response, request

from approval_engine.domain.people import Directory, User
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, next_page, office, page

blueprint = office("directory", "/directory")

STATES = ("active", "left", "all")
"""Whom the filter lets through."""


@blueprint.get("")
def directory() -> Response:
    """
    People by name, narrowed by what was typed, a role, and whether they are here.
    """
    with context.runtime().database.read() as transaction:
        found = context.directory(transaction)
    words = request.args.get("q", "").strip()
    role = request.args.get("role", "")
    wanted = request.args.get("state", "active")
    state = wanted if wanted in STATES else "active"
    people = sorted(_chosen(found, words, role, state), key=_place)
    last = found.user(request.args.get("after", ""))
    beyond = [each for each in people if last is None or _place(each) > _place(last)]
    rows, more = beyond[:LIMIT], ""
    if len(beyond) > LIMIT:
        more = next_page(rows[-1].id)
    return page(
        "directory.html",
        rows=rows,
        count=len(people),
        more=more,
        found=found,
        roles=[(name, found.members(name)) for name in sorted(found.roles)],
        q=words,
        role=role,
        state=state,
        states=STATES,
    )


def _place(user: User) -> tuple[str, str]:
    return user.name.casefold(), user.id


def _chosen(found: Directory, words: str, role: str, state: str) -> Iterator[User]:
    members = set(found.roles.get(role, ())) if role else None
    for user in found.users.values():
        here = state == "all" or user.active is (state == "active")
        text = f"{user.id} {user.name} {user.email}".casefold()
        named = all(word in text for word in words.casefold().split())
        if here and named and (members is None or user.id in members):
            yield user
