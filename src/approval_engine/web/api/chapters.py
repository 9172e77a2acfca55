"""
What holds for every operation, told once; the document and its page both carry it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """
    A heading with paragraphs; `id` is where links lead to.

    What stands between backticks is code.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...]


def _of(name: str, title: str, *paragraphs: str) -> Chapter:
    return Chapter(id=name, title=title, paragraphs=paragraphs)


CHAPTERS = (
    _of(
        "authentication",
        "Who asks",
        "Send `Authorization: Bearer TOKEN` with a token that `cpq token create` made."
        " It acts for its owner: you see and may do what he sees and may do, as far as"
        " its scopes reach. `read` sees, `act` decides and hands over, `submit` stores"
        " and submits quotes, `admin` publishes, deploys and manages webhooks.",
        "The session of the web inbox works too; what changes something then needs the"
        " header `X-CSRFToken` with the token of a form of that session.",
    ),
    _of(
        "idempotency",
        "Idempotency",
        "Every POST needs an `Idempotency-Key` of 1 to 255 printable ASCII characters,"
        " new for each thing you want done. Repeat a request with the same key as often"
        " as you like: it has one effect, and you get the same bytes again with"
        " `Idempotency-Replayed: true`.",
        "The same key with other content is 422 `idempotency-key-reuse`; while the"
        " first request runs it is 409 `in-progress` with `Retry-After`. A refusal is"
        " not kept: nothing happened, so the same key may try again. Keys belong to"
        " the owner of the token and to one kind of request.",
    ),
    _of(
        "errors",
        "Refusals",
        "A refusal is `application/problem+json` (RFC 9457). Decide by `status` and"
        " `code`; `detail` is one sentence for people. Nothing is ever half done.",
        "JSON is read strictly: no key twice, no NaN, at most 20 levels, 256 KiB, and"
        " numbers that can be kept exactly. Keys and parameters that are not documented"
        " are refused, so a misspelt one never passes for an absent one; an empty"
        " parameter counts as absent.",
    ),
    _of(
        "paging",
        "Lists",
        "Lists that grow come in pages of `limit` items. `nextCursor` leads to the next"
        " page and is null on the last; what it looks like is no promise. A page is a"
        " place in an order, not a number: nothing is shown twice while things move.",
        "One page looks at 3,000 workflows or tasks at most. Where few of them fit what"
        " you ask, it may be short or empty: go on until `nextCursor` is null.",
    ),
    _of(
        "limits",
        "Limits",
        "429 and 503 say in `Retry-After` how many seconds to wait; repeat with the"
        " same key. A body has at most 256 KiB, the file of a process 1 MiB.",
    ),
    _of(
        "promise",
        "What stays as it is",
        "Under `/api/v1` nothing that is documented is taken away or changes its"
        " meaning. Answers may get new keys, enumerations of events new words,"
        " operations new optional parameters: ignore what you do not know. What would"
        " break you comes under `/api/v2`.",
        "Times are RFC 3339 in UTC with Z. Money and percents are texts of exact"
        " decimals. Ids are opaque.",
    ),
)
"""The chapters, in their order."""
