"""
What a page showed when somebody answered, and how that differs from what holds now.

A form carries a `revision`: a hash of the newest revision of the quote, of what it is
judged by, and of every word that others wrote, with what is needed to tell the
difference. Approvals of others beside him make no page stale; their words do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from approval_engine.documents import canonical, sha256
from approval_engine.domain.people import User
from approval_engine.errors import (
    DefinitionError,
    InvalidInput,
    NotFound,
    Refused,
    StaleRevision,
)
from approval_engine.executor.judging import basis, judged_as
from approval_engine.executor.routed import day_of
from approval_engine.history.reading import Entry
from approval_engine.policy.changes import Change, differences
from approval_engine.store import catalog
from approval_engine.store.catalog import QuoteRow
from approval_engine.web import context
from approval_engine.web.dossier import Dossier

_REVISION = re.compile(r"([0-9]{1,9})-([0-9a-f]{64})-([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """
    What came since a page was shown.

    `changes` are those of the quote; None if the policy cannot judge it as it is now.
    `newest` is its newest revision if the page did not show that one.
    """

    entries: tuple[Entry, ...]
    changes: tuple[Change, ...] | None
    newest: int | None


def revision(found: Dossier, user: User) -> str:
    """
    What a form carries of the page that it stands on.
    """
    quote = _newest(found).sha256
    return f"{found.workflow.seq}-{quote}-{_digest(found, user, quote)}"


def must_be_current(found: Dossier, user: User, seen: str) -> None:
    """
    Raises StaleRevision if the page showed something else than it would now.
    """
    if not seen:
        return
    _, _, digest = _parts(seen)
    newest = _newest(found)
    if digest != _digest(found, user, newest.sha256):
        sentence = (
            "Something came in since you opened this page, so nothing was decided."
            " See what is new, then answer again."
        )
        raise StaleRevision(sentence)


def difference(found: Dossier, user: User, seen: str) -> Difference:
    """
    What is new since the page with that revision was shown.
    """
    seq, quote, _ = _parts(seen)
    newest = _newest(found)
    changed = newest.sha256 != quote
    came = tuple(
        each
        for each in found.entries
        if each.event.seq > seq and each.event.actor != user.id
    )
    return Difference(
        entries=came,
        changes=_changes(found, quote, newest) if changed else (),
        newest=newest.revision if changed else None,
    )


def newer(found: Dossier) -> Difference | None:
    """
    How the newest revision differs from the one under review, if it is another.
    """
    newest, mine = _newest(found), found.workflow.evidence.quote
    if newest.sha256 == mine:
        return None
    changes = _changes(found, mine, newest)
    return Difference(entries=(), changes=changes, newest=newest.revision)


def _parts(seen: str) -> tuple[int, str, str]:
    match = _REVISION.fullmatch(seen)
    if match is None:
        sentence = "Expected 'revision' to be what the page of the task carries."
        raise InvalidInput(sentence)
    return int(match[1]), match[2], match[3]


def _digest(found: Dossier, user: User, quote: str) -> str:
    evidence = found.workflow.evidence
    shown = [quote, evidence.policy, evidence.plan, *_words(found, user)]
    return sha256(canonical(shown))


def _words(found: Dossier, user: User) -> Iterator[str]:
    for entry in found.entries:
        if entry.event.actor != user.id and (entry.text or entry.attachment):
            yield entry.event.id


def _newest(found: Dossier) -> QuoteRow:
    with context.runtime().database.read() as transaction:
        row = catalog.quote(transaction, found.workflow.quote_id)
    if row is None:
        sentence = f"There is no quote '{found.workflow.quote_id}'."
        raise NotFound(sentence)
    return row


def _changes(
    found: Dossier, before: str, newest: QuoteRow
) -> tuple[Change, ...] | None:
    runtime, pinned = context.runtime(), judged_as(found.workflow.evidence)
    on = day_of(found.policy, found.workflow.created_at)
    with runtime.database.read() as transaction:
        rows = catalog.revisions(transaction, newest.id, newest.revision)
        known = {each.sha256 for each in rows}
        if before not in known:
            return None
        try:
            one, other = (
                basis(runtime, transaction, replace(pinned, quote=each), on).judged
                for each in (before, newest.sha256)
            )
        except (DefinitionError, Refused):
            return None
    return differences(one, other)
