"""
Policies that are being written: begun from a published one, saved, given up, published.

A draft may be wrong and is kept all the same; only what is right is ever published.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

from approval_engine.documents import JsonValue, in_order, load, parse
from approval_engine.domain.events import stamp
from approval_engine.errors import (
    InvalidInput,
    InvalidState,
    NotFound,
    PolicyError,
    StaleRevision,
)
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.drafts_judged import judge
from approval_engine.operations.intake import Remark, publish_policy
from approval_engine.store import canaries, catalog, drafts
from approval_engine.store.catalog import PolicyRow
from approval_engine.store.database import Transaction
from approval_engine.store.drafts import Draft

_LONGEST_COMMENT = 10_000
_MOST_DRAFTS = 200
_COUNTED = re.compile(r"(.*?)([0-9]{1,9})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """
    What somebody publishes: the save he has seen, its names, and why.

    `accepted` are the sentences on what is wrong with it that he takes upon himself.
    """

    draft: str
    revision: int
    version: str
    first_day: str
    comment: str
    accepted: frozenset[str] = frozenset()


def value_of(draft: Draft) -> dict[str, JsonValue]:
    """
    The document that a draft says.
    """
    value = load(draft.body)
    return value if isinstance(value, dict) else {}


def find(transaction: Transaction, draft_id: str) -> Draft:
    """
    A draft. Raises NotFound.
    """
    found = drafts.read(transaction, draft_id)
    if found is None:
        sentence = "There is no such draft; it was published or given up meanwhile."
        raise NotFound(sentence)
    return found


def begin(runtime: Runtime, base: str, actor: str) -> Draft:
    """
    A new draft that says what a published version says, under the next version name.
    """
    with runtime.database.begin() as transaction:
        rows = (*catalog.policies(transaction), *canaries.tried(transaction))
        row = next((each for each in rows if each.sha256 == base), None)
        if row is None:
            sentence = "There is no such published policy version to begin from."
            raise NotFound(sentence)
        if len(drafts.every(transaction)) >= _MOST_DRAFTS:
            sentence = f"There are {_MOST_DRAFTS} drafts already; give some of them up."
            raise InvalidState(sentence)
        value = load(catalog.body(transaction, base))
        document = value if isinstance(value, dict) else {}
        document["version"] = next_version(row, rows)
        now = stamp(runtime.clock())
        draft = Draft(
            id=secrets.token_hex(6),
            base=base,
            owner=actor,
            revision=1,
            created_at=now,
            body=in_order(document),
            saved_at=now,
            saved_by=actor,
        )
        drafts.add(transaction, draft)
    return draft


def next_version(row: PolicyRow, rows: Iterable[PolicyRow]) -> str:
    """
    The name of the version after this one: `2026.3` after `2026.2`, if that is free.
    """
    taken = {each.version for each in rows if each.name == row.name}
    found = _COUNTED.fullmatch(row.version)
    stem, number = (found[1], int(found[2])) if found else (f"{row.version}.", 1)
    while f"{stem}{number}" in taken or not number:
        number += 1
    return f"{stem}{number}"


def keep(
    runtime: Runtime, draft_id: str, seen: int, value: JsonValue, actor: str
) -> Draft:
    """
    Save what a draft says now; a save that changes nothing is none.

    Raises StaleRevision if it was saved since the revision that the caller has seen.
    """
    body = in_order(value)
    with runtime.database.begin() as transaction:
        draft = find(transaction, draft_id)
        must_be_seen(draft, seen)
        if draft.body == body:
            return draft
        new = replace(
            draft,
            revision=draft.revision + 1,
            body=body,
            saved_at=stamp(runtime.clock()),
            saved_by=actor,
        )
        if not drafts.save(transaction, new):
            raise StaleRevision(_stale(draft))
    return new


def discard(runtime: Runtime, draft_id: str, seen: int) -> None:
    """
    Give a draft up. Raises StaleRevision if somebody has saved it meanwhile.
    """
    with runtime.database.begin() as transaction:
        draft = find(transaction, draft_id)
        must_be_seen(draft, seen)
        if not drafts.remove(transaction, draft_id, seen):
            raise StaleRevision(_stale(draft))


def publish(runtime: Runtime, wish: Wish, actor: str) -> PolicyRow:
    """
    Make a draft the active policy, and forget the draft.

    Raises PolicyError with every problem; InvalidState names each finding that was not
    accepted; StaleRevision if the draft was saved since it was looked at.
    """
    comment = wish.comment.strip()
    if not comment or len(comment) > _LONGEST_COMMENT:
        sentence = (
            "Expected a comment that says why the policy changes, of at most"
            f" {_LONGEST_COMMENT} characters."
        )
        raise InvalidInput(sentence)
    with runtime.database.read() as transaction:
        draft = find(transaction, wish.draft)
        must_be_seen(draft, wish.revision)
    value = named(value_of(draft), wish.version, wish.first_day)
    verdict = judge(runtime, value, base=draft.base)
    if verdict.problems:
        raise PolicyError(*verdict.problems)
    findings = [each.sentence for each in verdict.findings]
    missing = [each for each in findings if each not in wish.accepted]
    if missing:
        sentence = f"Accept each finding, or mend it: {' '.join(missing)}"
        raise InvalidState(sentence)
    row = publish_policy(
        runtime,
        parse(in_order(value), "draft"),
        actor,
        accept_fallback=any(each.code == "orphan" for each in verdict.findings),
        remark=Remark(comment=comment, accepted=tuple(findings)),
    )
    with runtime.database.begin() as transaction:
        # What somebody saved in this very moment was not published: it stays a draft.
        drafts.remove(transaction, wish.draft, wish.revision)
    return row


def named(
    value: dict[str, JsonValue], version: str, first_day: str
) -> dict[str, JsonValue]:
    """
    A copy of a document under a version name, and with a first day or none.
    """
    copy = {**value, "version": version.strip()}
    key = "from" if "from" in copy and "effectiveFrom" not in copy else "effectiveFrom"
    if first_day.strip():
        copy[key] = first_day.strip()
    else:
        copy.pop(key, None)
    return copy


def must_be_seen(draft: Draft, seen: int) -> None:
    """
    Raises StaleRevision if somebody saved the draft since that revision.
    """
    if draft.revision != seen:
        raise StaleRevision(_stale(draft))


def _stale(draft: Draft) -> str:
    return (
        f"'{draft.saved_by}' has saved this draft since you opened it; nothing of what"
        " you typed was saved."
    )
