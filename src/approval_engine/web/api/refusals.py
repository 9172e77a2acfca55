"""
Every way the interface says no: status, code, and when; the documentation reads it too.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """
    One kind of answer of type `application/problem+json`.
    """

    status: int
    code: str
    when: str


class Problem(Exception):
    """
    A refusal with its sentence, and what programs may want to know besides.
    """

    def __init__(self, refusal: Refusal, sentence: str, **more: object) -> None:
        super().__init__(sentence)
        self.refusal = refusal
        self.more = more


def _of(status: int, code: str, when: str) -> Refusal:
    return Refusal(status=status, code=code, when=when)


UNREADABLE = _of(400, "bad-request", "The body is no strict JSON.")
KEYLESS = _of(
    400, "idempotency-key", "The header Idempotency-Key is missing or malformed."
)
UNKNOWN_ASKER = _of(
    401, "unauthenticated", "There is no token or session, or it holds no more."
)
FORBIDDEN = _of(
    403,
    "forbidden",
    "The token lacks the scope, or its owner may not do this; or a session sent no"
    " X-CSRFToken.",
)
NOT_FOUND = _of(404, "not-found", "There is no such thing, or you may not see it.")
STATE = _of(409, "invalid-state", "Something is in a state that does not allow it.")
UNACCEPTED = _of(
    409,
    "unaccepted-findings",
    "The proof of a policy finds what nobody accepts: `findings` has each with quotes"
    " that show it, and its name in `accept`.",
)
DECIDED = _of(
    409, "decided", "Somebody else decided the task: `decision` says who, what, when."
)
ALREADY = _of(409, "already-decided", "You decided the task otherwise: see `decision`.")
ENDED = _of(409, "ended", "The workflow is over: `workflowStatus` says in which way.")
QUARANTINED = _of(
    409, "quarantined", "An incident holds the workflow until it is repaired."
)
CONFLICT = _of(409, "conflict", "Somebody did the same at the same moment; try again.")
IN_PROGRESS = _of(
    409,
    "in-progress",
    "The request with this key still runs; ask again after Retry-After seconds.",
)
STALE = _of(
    412, "stale-revision", "The quote has another revision than the one you saw."
)
TOO_LARGE = _of(413, "request-entity-too-large", "The body is larger than is read.")
NOT_JSON = _of(415, "unsupported-media-type", "The body has another type.")
INVALID = _of(422, "invalid-input", "A value, a key or a parameter is wrong.")
REUSED = _of(
    422, "idempotency-key-reuse", "The key was used for a request with other content."
)
DOCUMENT = _of(422, "document", "A document is wrong: `problems` lists all of it.")
TOO_MANY = _of(429, "too-many-attempts", "Too many requests; wait Retry-After seconds.")
BROKEN = _of(500, "internal", "Something broke and nothing was changed.")
BUSY = _of(
    503,
    "unavailable",
    "The database is busy or away; try again with the same key after Retry-After"
    " seconds.",
)

ALWAYS = (UNKNOWN_ASKER, FORBIDDEN, INVALID, TOO_MANY, BROKEN, BUSY)
"""What every operation may answer."""

OF_KEYS = (KEYLESS, IN_PROGRESS, CONFLICT, REUSED)
"""What every operation may answer that takes an Idempotency-Key."""

OF_BODIES = (UNREADABLE, TOO_LARGE, NOT_JSON)
"""What every operation may answer that takes a body."""
