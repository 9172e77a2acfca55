"""
A person who has left → nothing but his id, and every proof still holds.

Events hold ids and salted hashes; names, addresses and words lie beside them. Documents
that name him get other bytes, and a chained log says which, so that whoever changes one
in another way is found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from approval_engine.documents import canonical, load, sha256
from approval_engine.domain.events import stamp
from approval_engine.domain.people import User
from approval_engine.errors import InvalidInput, InvalidState, NotFound
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog, erasures, persons, workload
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction

NOWHERE = "erased.invalid"
"""The domain of addresses to which nothing is ever delivered."""

GONE = "(erased)"
"""What stands in place of a text that he wrote."""

_SHORTEST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """
    Whom to erase, by whom, why; `also` are other spellings of his name.

    `mentions`: also delete comments of others that name him.
    """

    person: str
    by: str
    reason: str
    also: tuple[str, ...] = ()
    mentions: bool = False
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """
    What was deleted or changed, by table; `documents` count those that he was cut from.

    `mentions` are events beside which others name him still; `remains` counts values
    by column that cannot be changed.
    """

    tables: Mapping[str, int]
    documents: int
    mentions: tuple[str, ...]
    remains: Mapping[str, int]


class _Undo(Exception):
    """
    Takes everything back once it is known what it would have been.
    """


def erase(runtime: Runtime, wish: Wish) -> Erased:
    """
    Erase a person in one transaction, or with `dry_run` only say what would become.

    Raises NotFound if no directory ever knew him, InvalidState while he is active or
    something waits for him, and InvalidInput if the reason names him.
    """
    found: list[Erased] = []
    with suppress(_Undo), runtime.database.begin() as transaction:
        found.append(_erase(runtime, transaction, wish))
        if wish.dry_run:
            raise _Undo
    if not wish.dry_run:
        persons.forget_pages(runtime.database)
    return found[0]


def _erase(runtime: Runtime, transaction: Transaction, wish: Wish) -> Erased:
    at = stamp(runtime.clock())
    _must_be_gone(runtime, transaction, wish.person, at)
    marks = _marks(transaction, wish)
    if marks.search(wish.reason):
        sentence = f"Expected a reason that does not name '{wish.person}', but it does."
        raise InvalidInput(sentence)
    tables = persons.delete_by_id(transaction, wish.person, at)
    for name, count in persons.change_by_name(transaction, marks, wish.person).items():
        tables[name] = tables.get(name, 0) + count
    mentions = persons.mentions(transaction, marks)
    if wish.mentions:
        tables["event_text"] += persons.delete_texts(transaction, mentions)
        mentions = ()
    bodies = dict(_cut(transaction, wish.person, marks))
    persons.rewrite(transaction, bodies)
    _point_anew(transaction)
    changed = {old: sha256(body) for old, body in bodies.items()}
    who = (wish.by, wish.person)
    erasures.append(transaction, at, who, wish.reason, changed)
    return Erased(
        tables={name: count for name, count in sorted(tables.items()) if count},
        documents=len(bodies),
        mentions=mentions,
        remains=persons.remains(transaction, marks),
    )


def _must_be_gone(
    runtime: Runtime, transaction: Transaction, person: str, at: str
) -> None:
    current = catalog.current(transaction).directory
    user: User | None = None
    if current is not None:
        user = runtime.directory(transaction, current).user(person)
    if user is not None and user.active:
        sentence = (
            f"Expected to erase somebody who has left, but '{person}' is active;"
            " import a directory without him first."
        )
        raise InvalidState(sentence)
    waiting = {
        task
        for ask in (workload.open_for_person, workload.asked_of)
        for _, task in ask(transaction, person)
    }
    busy = (*sorted(waiting), *persons.busy_with(transaction, person, at))
    if busy:
        sentence = (
            f"Expected nothing to wait for '{person}', but these do:"
            f" {', '.join(busy[:20])}."
        )
        raise InvalidState(sentence)


def _marks(transaction: Transaction, wish: Wish) -> re.Pattern[str]:
    """
    What names him: every name and address that a directory ever gave him.
    """
    known, found = False, set(wish.also)
    for _, kind, body in persons.documents(transaction):
        for user in _users(kind, body):
            if user["id"] == wish.person:
                known = True
                found |= {user["name"], user["email"]}
    if not known:
        raise NotFound(f"There was never a person '{wish.person}' in the directory.")
    found = {each for each in found if not _is_id(each, wish.person)}
    for short in sorted(each for each in found if len(each.strip()) < _SHORTEST):
        sentence = f"Expected names of {_SHORTEST} letters or more, but got '{short}'."
        raise InvalidInput(sentence)
    # Longest first, so that an address is taken as a whole.
    words = "|".join(map(_pattern, sorted(found, key=len, reverse=True)))
    # File names join words by underscores, which are no letters.
    anywhere = rf"(?<![^\W_])(?:{words})(?![^\W_])" if words else r"(?!)"
    return re.compile(anywhere, re.IGNORECASE)


def _pattern(name: str) -> str:
    """
    A name as it may be written: its parts also with other signs between, or none.
    """
    return r"[\W_]{0,3}".join(map(re.escape, name.split()))


def _is_id(name: str, person: str) -> bool:
    return name.casefold() in {person.casefold(), _nowhere(person)}


def _users(kind: str, body: bytes) -> Iterable[dict[str, Any]]:
    value: Any = load(body) if kind == "directory" else {}
    return value.get("users", ()) if isinstance(value, dict) else ()


def _cut(
    transaction: Transaction, person: str, marks: re.Pattern[str]
) -> Iterator[tuple[str, bytes]]:
    """
    The documents that he stands in, by the hash they are known by, without him.
    """
    for digest, kind, body in tuple(persons.documents(transaction)):
        value: Any = load(body)
        if kind == "directory":
            for user in value["users"]:
                _cut_user(user, person, marks)
        elif isinstance(value, dict):
            _cut_words(value, person)
        new = canonical(_without(value, marks, person))
        if new != body:
            yield digest, new


def _cut_user(user: dict[str, Any], person: str, marks: re.Pattern[str]) -> None:
    if user["id"] == person:
        user["name"] = person
        user.pop("attributes", None)
    if user["id"] == person or marks.search(user["email"]):
        user["email"] = _nowhere(user["id"])


def _cut_words(quote: dict[str, Any], person: str) -> None:
    """
    What he gave as his reason is his; what the quote offers is the firm's.
    """
    said = {name.replace("_", "").casefold(): name for name in quote}
    authors = (quote.get(said.get(each, "")) for each in ("editedby", "submittedby"))
    author = next(filter(None, authors), None)
    if author == person and quote.get("justification"):
        quote["justification"] = GONE


def _without(value: Any, marks: re.Pattern[str], person: str) -> Any:  # noqa: ANN401 any JSON value
    if isinstance(value, str):
        return marks.sub(person, value)
    if isinstance(value, list):
        return [_without(each, marks, person) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, marks, person) for name, each in value.items()}
    return value


def _nowhere(person: str) -> str:
    return f"{sha256(person.encode())[:16]}@{NOWHERE}"


def _point_anew(transaction: Transaction) -> None:
    """
    Make today's directory one that nobody has read yet, so that all read it anew.
    """
    current = catalog.current(transaction).directory
    if current is None:
        return
    body = catalog.body(transaction, current)
    new = Document(sha256=sha256(body), kind="directory", body=body)
    catalog.put(transaction, [new])
    catalog.set_setting(transaction, "directory", new.sha256)
