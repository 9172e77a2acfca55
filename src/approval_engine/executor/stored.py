"""
The bytes of stored documents → what commands decide by.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from approval_engine.documents import load, parse, written
from approval_engine.documents import sha256 as hash_of
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import instant
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.errors import DocumentError, EngineError
from approval_engine.policy.evaluation import Terms

if TYPE_CHECKING:
    from approval_engine.policy.model import Policy


def delegations_of(document: bytes) -> tuple[Delegation, ...]:
    """
    The delegation windows in a snapshot.
    """
    rows: Any = load(document)
    return tuple(Delegation(**{n: _read(n, v) for n, v in r.items()}) for r in rows)


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 any JSON value
    return instant(value) if name.endswith("_at") and value else value


# Imported late, like the engine: whoever only looks at a workflow needs none of it.


def policy_of(body: bytes, sha256: str) -> "Policy":
    """
    A published policy. Raises EngineError if it has another hash.
    """
    from approval_engine.policy.load import load_published

    # Only what still has the hash it was published under was judged as it is.
    if hash_of(body) != sha256:
        sentence = f"Expected policy '{sha256}', but its bytes have another hash."
        raise EngineError(sentence)
    return load_published(parse(body, "policy"))


def directory_of(body: bytes) -> Directory:
    """
    The people and roles of a snapshot.
    """
    from approval_engine.policy.quotes import read_directory

    return read_directory(parse(body, "directory"))


def quote_of(body: bytes) -> Quote:
    """
    A quote as it was reviewed.
    """
    from approval_engine.policy.quotes import read_reviewed

    if (plain := written(body, "quote")) is not None:
        # Where something is wrong with it, its line is wanted as well.
        with suppress(DocumentError):
            return read_reviewed(plain)
    return read_reviewed(parse(body, "quote"))


def terms_of(body: bytes) -> Terms:
    """
    What a quote was judged by beside its policy.
    """
    from approval_engine.policy.exceptions import exceptions_of
    from approval_engine.policy.rates import rate_of

    return Terms(
        exceptions=exceptions_of(body), rate=rate_of(body), authors=_authors(body)
    )


def _authors(body: bytes) -> tuple[tuple[str, str], ...]:
    evaluation: Any = load(body)
    # Evaluations of before revisions remembered their authors do not speak of them.
    return tuple((person, reason) for person, reason in evaluation.get("authors", ()))
