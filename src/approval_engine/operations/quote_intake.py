"""
Files of quotes → revisions that reviews can begin from, and what is attached to them.

One transaction; a file with any problem changes nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from approval_engine.documents import Document as Parsed
from approval_engine.documents import JsonValue, canonical, pointer, sha256
from approval_engine.domain.events import stamp
from approval_engine.domain.exceptions import PREFIX
from approval_engine.domain.quote import Quote
from approval_engine.errors import DocumentError, Forbidden
from approval_engine.executor.attached import USUAL, Limits
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.contents import without_contents
from approval_engine.policy.incoming import unfit
from approval_engine.policy.quotes import read_quotes
from approval_engine.policy.reading.words import snake
from approval_engine.store import attachments, catalog
from approval_engine.store.attachments import File
from approval_engine.store.catalog import Document, QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.quotes import row_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """
    One revision of a quote that comes in: what it says, and how it lies in the store.
    """

    quote: Quote
    row: QuoteRow
    document: Document


def import_quotes(
    runtime: Runtime,
    document: Parsed,
    limits: Limits = USUAL,
    folder: Path | None = None,
    sender: str | None = None,
) -> int:
    """
    Store the quote revisions of a file; the number of new ones.

    A `sender` adds to his own quotes only, and attaches only what he sends or what one
    of their revisions has: Raises Forbidden. None stands for whoever may store all.

    The same revision with other content is refused: a revision never changes. So is a
    quote that states what the inputs of the active policy cannot be, or what its own
    lines contradict.
    Attached contents are kept apart, those that are paths are read from `folder`.
    """
    document, files = without_contents(document, limits, folder)
    revisions = read_revisions(document)
    with runtime.database.begin() as transaction:
        if sender is not None:
            sent = {each.sha256 for each in files}
            for each in revisions:
                _must_be_theirs(runtime, transaction, each.quote, (sender, sent))
        return put_revisions(runtime, transaction, document, revisions, files)


def read_revisions(document: Parsed) -> tuple[Revision, ...]:
    """
    The quotes of a document, each as it will lie. Raises DocumentError.
    """
    quotes = read_quotes(document)
    values = document.value if isinstance(document.value, list) else [document.value]
    found = []
    for quote, value in zip(quotes, values, strict=True):
        body = canonical(value)
        kept = Document(sha256=sha256(body), kind="quote", body=body)
        row = row_of(quote, kept.sha256)
        found.append(Revision(quote=quote, row=row, document=kept))
    return tuple(found)


def put_revisions(
    runtime: Runtime,
    transaction: Transaction,
    document: Parsed,
    revisions: tuple[Revision, ...],
    files: Iterable[File] = (),
) -> int:
    """
    Store what was read of a document; the number of new ones. Raises DocumentError.
    """
    rows = [each.row for each in revisions]
    _must_not_change(transaction, document, rows)
    quotes = tuple(each.quote for each in revisions)
    _must_fit(runtime, transaction, document, quotes)
    attachments.put(transaction, files)
    catalog.put(transaction, [each.document for each in revisions])
    return catalog.add_quotes(transaction, rows, stamp(runtime.clock()))


def _must_be_theirs(
    runtime: Runtime,
    transaction: Transaction,
    quote: Quote,
    by: tuple[str, set[str]],
) -> None:
    sender, sent = by
    newest = catalog.quote(transaction, quote.id)
    known = runtime.quote(transaction, newest.sha256) if newest else None
    if known and sender not in {known.submitted_by, known.owner}:
        sentence = (
            f"Expected to store quote '{quote.id}', but it is here already, and"
            f" '{sender}' neither submits nor owns it."
        )
        raise Forbidden(sentence)
    rows = catalog.revisions(transaction, quote.id, newest.revision) if newest else ()
    before = (runtime.quote(transaction, row.sha256) for row in rows)
    shown = sent | {file.sha256 for each in before for file in each.attachments}
    named = {file.sha256: file.name for file in quote.attachments}
    for digest in attachments.kept(transaction, named.keys() - shown):
        # To know the hash of a file is not to have it: it may be of another's quote.
        sentence = (
            f"Expected the content of attachment '{named[digest]}' of quote"
            f" '{quote.id}', for its hash alone opens no file."
        )
        raise Forbidden(sentence)


def _must_not_change(
    transaction: Transaction, document: Parsed, rows: list[QuoteRow]
) -> None:
    problems = []
    for row in rows:
        if re.fullmatch(rf"{PREFIX}\d+", row.id):
            sentence = f"Expected another id than '{row.id}', which exceptions have."
            problems.append(document.problem("", "reserved", sentence))
        known = catalog.quote(transaction, row.id, row.revision)
        if known and known.sha256 != row.sha256:
            sentence = (
                f"Quote '{row.id}' revision {row.revision} is already here with other"
                " content; give it the next revision number."
            )
            problems.append(document.problem("", "revision_changed", sentence))
    if problems:
        raise DocumentError(*problems)


def _must_fit(
    runtime: Runtime,
    transaction: Transaction,
    document: Parsed,
    quotes: tuple[Quote, ...],
) -> None:
    active = catalog.current(transaction).policy
    policy = runtime.policy(transaction, active) if active else None
    many = isinstance(document.value, list)
    problems = []
    for index, quote in enumerate(quotes):
        for found in unfit(quote, policy):
            element = f"/{index}{found.element}" if many else found.element
            place = _spelled(document.value, element)
            problems.append(document.problem(place, found.code, found.sentence))
    if problems:
        raise DocumentError(*problems)


def _spelled(value: JsonValue, element: str) -> str:
    """
    A pointer of snake_case names as this document spells them.
    """
    place = ""
    for part in element.split("/")[1:]:
        key = part
        if isinstance(value, dict):
            key = next((each for each in value if snake(each) == part), part)
            value = value.get(key)
        elif isinstance(value, list) and part.isdecimal():
            value = value[int(part)]
        place = pointer(place, key)
    return place
