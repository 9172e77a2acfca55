"""
A task and a person → a link for a mail that leads him there; a token → its link.

A link decides nothing: it names the task, and who may decide it through this link after
he logged in. Mails are read by scanners and forwarded by people.
"""

import secrets
from datetime import datetime, timedelta

from approval_engine.documents import sha256
from approval_engine.domain.events import instant, stamp
from approval_engine.domain.workflow import Workflow
from approval_engine.store import links
from approval_engine.store.database import Transaction
from approval_engine.store.links import Link

LIFE = timedelta(hours=72)
"""How long a link leads anywhere; its task may close long before."""


def issue(
    transaction: Transaction,
    workflow: Workflow,
    whom: tuple[str, str],
    now: datetime,
    action: str | None = None,
) -> str:
    """
    The token of a new link for a task and a person, to be written down nowhere else.

    With an action the link is good for that decision only.
    """
    task_id, person = whom
    token = secrets.token_urlsafe(32)
    links.add(
        transaction,
        Link(
            token_sha256=hashed(token),
            id=secrets.token_hex(8),
            workflow_id=workflow.id,
            task_id=task_id,
            person=person,
            action=action,
            quote_sha256=workflow.evidence.quote,
            created_at=stamp(now),
            expires_at=stamp(now + LIFE),
        ),
    )
    return token


def is_over(link: Link, now: datetime) -> bool:
    """
    Whether the link leads nowhere any more.
    """
    return instant(link.expires_at) <= now


def hashed(token: str) -> str:
    """
    What is stored of a token; it is long enough to need no slow hash.
    """
    return sha256(token.encode())
