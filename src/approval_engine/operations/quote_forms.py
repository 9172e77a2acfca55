"""
What somebody types into a form → a new quote, or the next revision of one.

It comes in by the rules of every import, under the name of whoever typed it: he can
make a quote of his own, and revise one that he submits or owns. A revision that is
there never changes, so a form that was open too long is refused.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from approval_engine.documents import Document as Parsed
from approval_engine.documents import JsonValue, sha256
from approval_engine.domain.quote import Attachment, Quote
from approval_engine.errors import (
    DocumentError,
    Forbidden,
    InvalidInput,
    NotFound,
    Problem,
    StaleRevision,
)
from approval_engine.executor.attached import USUAL, Limits, attached
from approval_engine.executor.commands.beats import must_be_active
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.mending import further
from approval_engine.operations.quote_intake import (
    Revision,
    put_revisions,
    read_revisions,
)
from approval_engine.store import catalog, sight
from approval_engine.store.attachments import File
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

_ID_LETTERS = 6
_FORM = "form"
"""What problems call the file that nobody sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """
    A file as a browser sends it.
    """

    name: str
    media_type: str | None
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """
    What a quote is to say, as a document says it; ids and people are not for it to say.

    `kept` are files that it has from where it comes from, `files` are new ones.
    """

    value: Mapping[str, JsonValue]
    kept: tuple[Attachment, ...] = ()
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """
    Who typed it; `limits` are those of his files.
    """

    person: str
    limits: Limits = USUAL


def create(runtime: Runtime, draft: Draft, author: Author, key: str) -> QuoteRow:
    """
    A new quote of the author. The same form sent twice is the same quote.

    Raises DocumentError with all that is wrong in it.
    """
    quote_id = _id_of(author.person, key, runtime.clock().year)
    value = {**draft.value, "id": quote_id, "revision": 1}
    form = _Form({**value, "submittedBy": author.person}, draft, author.limits)
    with runtime.database.begin() as transaction:
        deed = f"make quote '{quote_id}'"
        current = catalog.current(transaction)
        must_be_active(runtime, transaction, current, author.person, deed)
        return _stored(runtime, transaction, form)


def revise(
    runtime: Runtime, seen: tuple[str, int], draft: Draft, author: Author
) -> QuoteRow:
    """
    The next revision of a quote; `seen` are the id and the revision it was made from.

    Raises Forbidden to strangers, StaleRevision if there is a newer one, InvalidInput
    if nothing is different, and DocumentError with all that is wrong in it.
    """
    quote_id, revision = seen
    with runtime.database.begin() as transaction:
        found = sight.lock_quote(transaction, quote_id)
        if found is None:
            sentence = f"There is no quote '{quote_id}'."
            raise NotFound(sentence)
        newest, body = found
        before = _of(runtime, transaction, seen)
        deed = f"revise quote '{quote_id}'"
        _must_be_theirs(runtime.quote_of(newest.sha256, body), author.person, deed)
        current = catalog.current(transaction)
        must_be_active(runtime, transaction, current, author.person, deed)
        form = _Form(_next(before, draft, author.person), draft, author.limits)
        (made,) = _read(runtime, transaction, form)
        if newest.revision != revision:
            return _same(newest, made, revision)
        _must_differ(before, made.quote)
        return _stored(runtime, transaction, form)


def _id_of(person: str, key: str, year: int) -> str:
    digest = bytes.fromhex(sha256([person, key]))
    return f"Q-{year}-{base64.b32encode(digest)[:_ID_LETTERS].decode()}"


def _of(runtime: Runtime, transaction: Transaction, seen: tuple[str, int]) -> Quote:
    row = catalog.quote(transaction, *seen)
    if row is None:
        sentence = f"There is no revision {seen[1]} of quote '{seen[0]}'."
        raise NotFound(sentence)
    return runtime.quote(transaction, row.sha256)


def _next(before: Quote, draft: Draft, person: str) -> dict[str, JsonValue]:
    """
    Whoever changes it is its editor, so that he has no part in deciding it.
    """
    owner: dict[str, JsonValue] = {"owner": before.owner} if before.owner else {}
    return {
        **draft.value,
        "id": before.id,
        "revision": before.revision + 1,
        "submittedBy": before.submitted_by,
        **owner,
        "editedBy": person,
    }


def _must_be_theirs(quote: Quote, person: str, deed: str) -> None:
    if person not in {quote.submitted_by, quote.owner}:
        belongs = f"it belongs to '{quote.submitted_by}', not to '{person}'"
        raise Forbidden(f"Expected to {deed}, but {belongs}.")


def _same(newest: QuoteRow, made: Revision, seen: int) -> QuoteRow:
    if newest.sha256 == made.row.sha256:
        return newest
    sentence = (
        f"Expected to revise revision {seen} of quote '{newest.id}', but there is"
        f" revision {newest.revision} since; look at it first."
    )
    raise StaleRevision(sentence)


def _must_differ(before: Quote, after: Quote) -> None:
    same = replace(after, revision=before.revision, edited_by=before.edited_by)
    if same == before:
        sentence = (
            f"Expected a change of quote '{before.id}', but it says the same as"
            f" revision {before.revision}."
        )
        raise InvalidInput(sentence)


def _stored(runtime: Runtime, transaction: Transaction, form: "_Form") -> QuoteRow:
    revisions = _read(runtime, transaction, form)
    put_revisions(runtime, transaction, form.document, revisions, form.files)
    return revisions[0].row


def _read(
    runtime: Runtime, transaction: Transaction, form: "_Form"
) -> tuple[Revision, ...]:
    try:
        return form.revisions()
    except DocumentError as error:
        active = catalog.current(transaction).policy
        policy = runtime.policy(transaction, active) if active else None
        more = further(form.document, error.problems, policy)
        raise DocumentError(*error.problems, *more) from None


class _Form:
    """
    The document that a form makes, and its new files.
    """

    def __init__(
        self, value: dict[str, JsonValue], draft: Draft, limits: Limits
    ) -> None:
        self.problems: list[Problem] = []
        self.files = tuple(self._files(draft.files, limits))
        new = {file.name for file in self.files}
        # A file of the same name is the newer one of the two.
        kept = [each for each in draft.kept if each.name not in new]
        told = [(each.name, each.media_type, each.sha256) for each in kept]
        told += [(each.name, each.media_type, each.sha256) for each in self.files]
        listed: list[JsonValue] = [
            {"name": name, "mediaType": media, "sha256": digest}
            for name, media, digest in told
        ]
        value |= {"attachments": listed} if listed else {}
        self.document = Parsed(file=_FORM, value=value, offsets={}, newlines=())

    def revisions(self) -> tuple[Revision, ...]:
        """
        The one revision that it is. Raises DocumentError with all that is wrong.
        """
        try:
            found = read_revisions(self.document)
        except DocumentError as error:
            raise DocumentError(*error.problems, *self.problems) from None
        if self.problems:
            raise DocumentError(*self.problems)
        return found

    def _files(self, uploads: Iterable[Upload], limits: Limits) -> Iterator[File]:
        for each in uploads:
            try:
                words = (each.name, each.media_type)
                yield attached("quote", *words, each.body, limits)
            except InvalidInput as refusal:
                problem = Problem(
                    file=_FORM,
                    line=1,
                    code="attachment",
                    element="/attachments",
                    sentence=str(refusal),
                )
                self.problems.append(problem)
