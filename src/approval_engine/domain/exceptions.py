"""
An exception: what one account may have within bounds, although a trigger fires.

Who grants it is decided by a workflow, like everything else; here are only its values.
"""

from dataclasses import dataclass
from datetime import date

from approval_engine.domain.lifecycle import ExceptionStatus

PREFIX = "EX-"
"""How the ids of exceptions begin; no quote may be called so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waives:
    """
    What the document of an exception asks for; `within` are the bounds as written.

    `ends_on` is the last day, `uses` how many submits it is for; None is unlimited.
    """

    trigger: str
    within: str
    ends_on: date | None
    uses: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """
    An exception as it stands when a quote is judged.

    `granted_by` approved it, so that none of them may have a part in a quote that uses
    it. `unfit` says why it does not count for this quote; None if it can.
    """

    id: str
    account: str
    waives: Waives
    used: int = 0
    granted_by: tuple[str, ...] = ()
    unfit: str | None = None

    @property
    def left(self) -> int | None:
        """
        How many submits may still use it; None is unlimited.
        """
        uses = self.waives.uses
        return None if uses is None else max(0, uses - self.used)


def standing(status: ExceptionStatus, waives: Waives, used: int, on: date) -> str:
    """
    The word for where an exception stands on a day; what ran out says so.
    """
    if status != ExceptionStatus.ACTIVE:
        return str(status)
    if waives.ends_on is not None and waives.ends_on < on:
        return "expired"
    return "used_up" if waives.uses is not None and used >= waives.uses else "active"
