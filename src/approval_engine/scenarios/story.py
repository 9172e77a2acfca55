"""
The twelve workflows of `cpq seed --scenario approvals`, beat by beat.

Every time is in business hours before the end, so that ids, numbers and states are the
same whenever it is told. It leaves no timer that is due soon after the end.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from approval_engine.domain.actions import Action


class Verb(StrEnum):
    """
    What happens in a beat that is no action on a task.
    """

    SUBMIT = "submit"
    RECALL = "recall"
    WORK = "work"  # the worker looks at all workflows


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """
    One thing that happens; without `actor` whoever the task asks first does it.
    """

    hours: Decimal
    verb: Verb | Action
    quote: str = ""
    step: str = ""
    comment: str | None = None
    to: str | None = None
    actor: str | None = None
    revision: int | None = None


def _beat(hours: str, verb: Verb | Action, quote: str = "", **more: object) -> Beat:
    identity = f"Q-2026-{quote}" if quote else ""
    return Beat(hours=Decimal(hours), verb=verb, quote=identity, **more)  # type: ignore[arg-type] # its own fields, by name


APPROVALS: tuple[Beat, ...] = (
    # WF-8809 is approved: T-1 manager, T-2 finance.
    _beat("120", Verb.SUBMIT, "0101"),
    _beat("119", Action.APPROVE, "0101", step="finance", comment="Routers were bulk."),
    # WF-8810 is approved by policy and asks nobody.
    _beat("117", Verb.SUBMIT, "0102"),
    _beat("116", Action.APPROVE, "0101", step="manager"),
    # WF-8811 is rejected: finance says no in T-4, so the manager's T-3 is not needed.
    _beat("112", Verb.SUBMIT, "0103"),
    _beat(
        "108",
        Action.REJECT,
        "0103",
        step="finance",
        comment="Below the floor with no volume to make up for it.",
    ),
    # WF-8812 is returned: legal wants another clause, in T-5.
    _beat("104", Verb.SUBMIT, "0104", revision=1),
    _beat(
        "100",
        Action.RETURN,
        "0104",
        step="legal",
        actor="lars",
        comment="Limit the cap to twelve months of fees.",
    ),
    # WF-8813 is the next revision, approved in T-6.
    _beat("96", Verb.SUBMIT, "0104", revision=2),
    _beat("94", Action.CLAIM, "0104", step="legal", actor="lars"),
    _beat("90", Action.APPROVE, "0104", step="legal", actor="lars"),
    # WF-8814 is recalled while a director, in T-7, still asks.
    _beat("88", Verb.SUBMIT, "0105"),
    _beat("86", Action.COMMENT, "0105", step="director", comment="Why 24 and not 20?"),
    _beat("84", Verb.RECALL, "0105", comment="The customer takes it at 18 percent."),
    # WF-8815 waits at the directors: nobody answered T-8 when it was with the manager.
    _beat("72", Verb.SUBMIT, "0106"),
    _beat("70", Action.APPROVE, "0106", step="finance"),
    _beat("56", Verb.WORK),
    _beat("48", Verb.WORK),
    # WF-8816 is overdue: T-10 was reminded and is held, as its step says.
    _beat("40", Verb.SUBMIT, "0108"),
    _beat("32", Verb.WORK),
    _beat("24", Verb.WORK),
    # WF-8817 is with a stand-in: fred handed T-12 over, the manager approved T-11.
    _beat("14", Verb.SUBMIT, "0107"),
    _beat("13", Action.APPROVE, "0107", step="manager"),
    _beat(
        "12",
        Action.DELEGATE,
        "0107",
        step="finance",
        actor="fred",
        to="fiona",
        comment="On a plane until tomorrow.",
    ),
    # WF-8818 is in its second stage: finance approved T-13, the CFO is asked in T-14.
    _beat("11", Verb.SUBMIT, "0109"),
    _beat("9", Action.APPROVE, "0109", step="finance", actor="fiona"),
    # WF-8819 waits for a second of the board (T-15 to T-17) and for legal (T-18).
    _beat("8", Verb.SUBMIT, "0110"),
    _beat("7", Action.CLAIM, "0110", step="legal", actor="lucia"),
    _beat("6", Action.APPROVE, "0110", step="board", actor="dora"),
    # WF-8820 is fresh: T-19 manager, T-20 finance.
    _beat("3", Verb.SUBMIT, "0111"),
)
