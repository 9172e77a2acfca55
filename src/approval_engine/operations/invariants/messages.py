"""
What must hold of messages on their way out, and of what they are sent with.
"""

from collections.abc import Iterator

from approval_engine.operations.invariants.model import Subject
from approval_engine.store import audit
from approval_engine.store.database import Transaction
from approval_engine.store.delivery import MARK


def messages_are_counted(subject: Subject) -> Iterator[str]:
    """
    What was sent or given up was tried, and what waits knows when it is tried next.
    """
    for row in subject.outbox:
        status, tries = row["status"], row["attempts"]
        if status in {"sent", "dead"} and tries < 1:
            yield f"message '{row['id']}' is {status}, but nobody ever tried"
        if tries < 0:
            yield f"message '{row['id']}' was tried {tries} times"
        if (status == "waiting") != (row["next_attempt_at"] is not None):
            yield f"message '{row['id']}' is {status}, its next try says otherwise"


def messages_lead_somewhere(transaction: Transaction) -> Iterator[str]:
    """
    The parts of a letter have one reader, and every webhook's message has its webhook.
    """
    for letter in audit.torn_letters(transaction):
        yield f"letter '{letter}' has parts for several people"
    known = {row["id"] for row in audit.rows(transaction, "webhook")}
    for recipient in audit.recipients(transaction, MARK):
        if recipient.removeprefix(MARK) not in known:
            yield f"messages wait for '{recipient}', which is not there"
