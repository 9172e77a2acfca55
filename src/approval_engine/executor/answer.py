"""
What a command answers, and the promise that the same request gets the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from approval_engine.documents import canonical, load, sha256
from approval_engine.domain.events import stamp
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import InvalidInput
from approval_engine.store import answers
from approval_engine.store.database import Transaction

_LONGEST_KEY = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """
    How somebody had shown who he is, and from where he asked.

    `credential` is the id of his session or token, never a secret; `proved_at` is None
    where nobody knows when he last showed it.
    """

    method: str
    credential: str
    proved_at: datetime | None = None
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """
    Who asks, through which channel, and under which idempotency key, if any.
    """

    actor: str
    channel: str
    key: str | None = None
    proof: Proof | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """
    The answer of a command. `result` is applied or duplicate.

    `replayed` says that it is the answer of an earlier request with the same key.
    """

    workflow: str
    status: str
    result: str = "applied"
    steps: int | None = None
    task: str | None = None
    action: str | None = None
    replayed: bool = False

    @classmethod
    def of(cls, workflow: Workflow, **more: object) -> "Answer":
        """
        The answer that tells where a workflow stands.
        """
        return cls(workflow=workflow.id, status=str(workflow.status), **more)  # type: ignore[arg-type] # its own fields, by name


def check_key(key: str) -> None:
    """
    Raises InvalidInput if a text is no idempotency key.
    """
    fits = 0 < len(key) <= _LONGEST_KEY
    if not (fits and key.isascii() and key.isprintable()):
        sentence = (
            f"An idempotency key is 1 to {_LONGEST_KEY} printable ASCII characters."
        )
        raise InvalidInput(sentence)


def key_of(
    caller: Caller, route: str, body: Mapping[str, object]
) -> answers.Key | None:
    """
    The caller's key with the fingerprint of what he asks. Raises InvalidInput.
    """
    if caller.key is None:
        return None
    check_key(caller.key)
    fingerprint = sha256(canonical({"route": route, **body}))
    return answers.Key(
        actor=caller.actor, route=route, key=caller.key, fingerprint=fingerprint
    )


def again(text: str | None) -> Answer | None:
    """
    The answer that this request got before, from the text that was kept of it.
    """
    if text is None:
        return None
    return replace(Answer(**load(text.encode())), replayed=True)  # type: ignore[arg-type] # written by keep


def keep(
    transaction: Transaction, key: answers.Key | None, answer: Answer, at: datetime
) -> Answer:
    """
    Keep the answer under the key, if there is one, and give it back.
    """
    if key is not None:
        text = canonical({n: getattr(answer, n) for n in Answer.__slots__}).decode()
        answers.keep(transaction, key, text, stamp(at))
    return answer
