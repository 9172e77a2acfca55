"""
A directory in a document → `Directory`, in which every name leads to a person.
"""

import re
from collections.abc import Mapping

from approval_engine.documents.node import Node
from approval_engine.domain.people import Directory, User
from approval_engine.policy.conditions import ConditionError, parse_unary
from approval_engine.policy.reading.words import is_name, read_id, read_zone

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,99}")
_KEYS = frozenset({"users", "roles"})
_USER_KEYS = frozenset(
    {
        "id",
        "name",
        "email",
        "manager",
        "active",
        "timeZone",
        "attributes",
        "limits",
    }
)


def read_people(root: Node) -> Directory:
    """
    The directory at this node; placeholders stand where a problem was noted.
    """
    if not isinstance(root.value, dict):
        root.wants("a directory as an object")
    _refuse_others(root, _KEYS)
    users: dict[str, User] = {}
    nodes: dict[str, Node] = {}
    _want(root.child("users"), list, "a list of people")
    for node in root.child("users").elements():
        user = _user(node)
        if user.id in users and user.id:
            node.problem("duplicate", f"Expected person '{user.id}' once.")
        users[user.id], nodes[user.id] = user, node
    _check_managers(users, nodes)
    return Directory(users=users, roles=_roles(root.child("roles"), users))


def _user(node: Node) -> User:
    _want(node, dict, "a person as an object")
    _refuse_others(node, _USER_KEYS)
    for key in ("id", "name", "email"):
        if not node.has(key):
            node.problem("missing", f"Expected a value for '{key}'.")
    user_id = read_id(node.child("id")) if node.has("id") else ""
    manager = read_id(node.child("manager")) if node.has("manager") else ""
    return User(
        id=user_id,
        name=node.child("name").text() if node.has("name") else "",
        email=_email(node.child("email")) if node.has("email") else "",
        # A person at the top is often written as the manager of himself.
        manager=manager if manager and manager != user_id else None,
        active=node.child("active").flag(default=True),
        time_zone=read_zone(node.child("timeZone")),
        attributes=_attributes(node.child("attributes")),
        limits=_limits(node.child("limits")),
    )


def _email(node: Node) -> str:
    address = node.text()
    if address and not _EMAIL.fullmatch(address):
        node.wants("an address such as 'maria@example.com'")
    return address


def _attributes(node: Node) -> Mapping[str, str]:
    if node.value is not None:
        _want(node, dict, "an object")
    return {name: child.text() for name, child in node.children()}


def _limits(node: Node) -> Mapping[str, str]:
    if node.value is not None:
        _want(node, dict, "an object")
    limits = {name: child.text() for name, child in node.children()}
    for name, text in limits.items():
        if not is_name(name):
            node.child(name).problem("name", f"Expected an input, but got '{name}'.")
        try:
            parse_unary(text)
        except ConditionError as error:
            node.child(name).problem("condition", error.sentence)
    return limits


def _check_managers(users: Mapping[str, User], nodes: Mapping[str, Node]) -> None:
    for user in users.values():
        node = nodes[user.id].child("manager")
        if user.manager is None:
            continue
        if user.manager not in users:
            sentence = f"Expected a person of the directory, but got '{user.manager}'."
            node.problem("unknown_person", sentence)
        circle = _circle(users, user)
        # Each circle is reported once, at its member with the smallest id.
        if circle and user.id == min(circle):
            sentence = f"Expected managers without a circle: {' → '.join(circle)}."
            node.problem("manager_circle", sentence)


def _circle(users: Mapping[str, User], start: User) -> tuple[str, ...]:
    path = [start.id]
    user: User | None = start
    while user and user.manager and user.manager not in path:
        path.append(user.manager)
        user = users.get(user.manager)
    return tuple(path) if user and user.manager == start.id else ()


def _roles(node: Node, users: Mapping[str, User]) -> Mapping[str, tuple[str, ...]]:
    _want(node, dict, "an object of lists of people")
    return {name: _members(name, child, users) for name, child in node.children()}


def _members(name: str, node: Node, users: Mapping[str, User]) -> tuple[str, ...]:
    if not _ROLE.fullmatch(name):
        sentence = f"Expected a role such as 'deal_desk', but got '{name}'."
        node.problem("name", sentence)
    members = dict.fromkeys(node.texts())
    for element in node.elements():
        if isinstance(element.value, str) and element.value not in users:
            sentence = f"Expected a person of the directory, but got '{element.value}'."
            element.problem("unknown_person", sentence)
    return tuple(members)


def _want(node: Node, kind: type, name: str) -> None:
    if not isinstance(node.value, kind):
        node.wants(name)


def _refuse_others(node: Node, known: frozenset[str]) -> None:
    for key in node.names():
        if key not in known:
            node.child(key).problem("unknown_key", f"Expected no key '{key}' here.")
