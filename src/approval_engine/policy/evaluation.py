"""
What a policy says of one quote: every trigger, fired or not, with fact and threshold.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approval_engine.domain.exceptions import Grant
from approval_engine.domain.quote import Value
from approval_engine.domain.rates import Rate


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """
    What a quote is judged by beside the policy: exceptions, and a frozen rate.

    `authors` are people of its earlier revisions who must not decide it, each once,
    with the reason.
    """

    exceptions: tuple[Grant, ...] = ()
    rate: Rate | None = None
    authors: tuple[tuple[str, str], ...] = ()


NO_TERMS = Terms()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """
    One input beside one test of a rule. `lines` are the quote lines it held on.

    For a trigger that judges each line, `value` is the worst matching line's.
    """

    name: str
    value: Value
    test: str
    held: bool
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RungNeeded:
    """
    A rung that a ladder asks, and the measures it was chosen by.

    `quorum` is set for a committee: that many of `roles` must approve.
    `measures` are tests a person's own limits must also meet (value by input name).
    """

    ladder: str
    roles: tuple[str, ...]
    measures: Mapping[str, Value]
    quorum: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TriggerResult:
    """
    The verdict of one trigger. `facts` cover the row that fired; if none did, all rows.

    `rungs` is empty unless the trigger has a ladder and fired. `waived_by` is the
    exception by which it requires nobody, although it fired.
    """

    id: str
    reason: str
    fired: bool
    facts: tuple[Fact, ...]
    lines: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    rungs: tuple[RungNeeded, ...] = ()
    inform: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    effect: str | None = None
    waived_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """
    All triggers in policy order, the resolved inputs, and the process to use.

    `exceptions` are those of the account that were looked at, as they stood then;
    `rate` is the one by which a quote in another currency was judged. `authors` are
    people of earlier revisions who must not decide, with the reason.
    """

    policy: str
    version: str
    policy_sha256: str
    inputs: Mapping[str, Value]
    triggers: tuple[TriggerResult, ...]
    process: str
    exceptions: tuple[Grant, ...] = ()
    rate: Rate | None = None
    authors: tuple[tuple[str, str], ...] = ()

    @property
    def terms(self) -> Terms:
        """
        What it was judged by beside the policy.
        """
        return Terms(exceptions=self.exceptions, rate=self.rate, authors=self.authors)

    @property
    def fired(self) -> tuple[TriggerResult, ...]:
        """
        The triggers that fired, in policy order.
        """
        return tuple(trigger for trigger in self.triggers if trigger.fired)

    @property
    def binding(self) -> tuple[TriggerResult, ...]:
        """
        The triggers that fired and that no exception waives, in policy order.
        """
        return tuple(trigger for trigger in self.fired if trigger.waived_by is None)

    @property
    def waivers(self) -> tuple[str, ...]:
        """
        The exceptions that waive a trigger, in the order of the triggers.
        """
        return tuple(each.waived_by for each in self.fired if each.waived_by)
