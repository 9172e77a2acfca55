"""
Exceptions, a quote and a day → which of them count, and what each of them waives.

They come as values; what is looked up and how uses are counted is none of this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.exceptions import Grant, Waives
from approval_engine.domain.quote import Value
from approval_engine.errors import InvalidInput
from approval_engine.policy.bounds import Bound, read_bounds
from approval_engine.policy.granting import must_be_closed
from approval_engine.policy.model import Policy, Trigger

Names = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """
    An exception whose bounds were read under one policy.
    """

    grant: Grant
    bounds: tuple[Bound, ...]

    def covers(self, cases: Sequence[Names]) -> bool:
        """
        Whether all facts of every case, a line or the whole quote, lie within.
        """
        return all(
            bound.holds(names.get(bound.name))
            for names in cases
            for bound in self.bounds
        )


def considered(
    policy: Policy, exceptions: Iterable[Grant], account: str, on: date
) -> tuple[Grant, ...]:
    """
    The exceptions with the reason why one cannot count on that day, if there is any.
    """
    return tuple(
        replace(grant, unfit=grant.unfit or _unfit(policy, grant, account, on))
        for grant in exceptions
    )


def offers(policy: Policy, exceptions: Iterable[Grant]) -> tuple[Offer, ...]:
    """
    Those of the considered exceptions that can count, in their order.
    """
    return tuple(
        Offer(grant=grant, bounds=_bounds(policy, grant))
        for grant in exceptions
        if grant.unfit is None
    )


def waiver(
    found: Iterable[Offer], trigger: Trigger, cases: Sequence[Names]
) -> str | None:
    """
    The first exception that waives the trigger on these facts; None if it counts.

    What the policy refuses outright is never waived.
    """
    if trigger.effect is not None:
        return None
    mine = (each for each in found if each.grant.waives.trigger == trigger.id)
    return next((each.grant.id for each in mine if each.covers(cases)), None)


def exceptions_of(document: bytes) -> tuple[Grant, ...]:
    """
    The exceptions that stand in the document of an evaluation, as they stood then.
    """
    evaluation: Any = load(document)
    return tuple(_grant(each) for each in evaluation.get("exceptions", ()))


def _grant(value: Mapping[str, Any]) -> Grant:
    waives = value["waives"]
    ends_on = waives["ends_on"] and date.fromisoformat(waives["ends_on"])
    people = tuple(value["granted_by"])
    return Grant(
        **{**value, "waives": Waives(**{**waives, "ends_on": ends_on})}
        | {"granted_by": people}
    )


def _unfit(policy: Policy, grant: Grant, account: str, on: date) -> str | None:
    waives = grant.waives
    if grant.account != account:
        return f"it is for account '{grant.account}'"
    if waives.ends_on is not None and waives.ends_on < on:
        return f"it ended on {waives.ends_on}"
    if grant.left == 0:
        return f"all its uses are spent, {grant.used} of {waives.uses}"
    try:
        _bounds(policy, grant)
    except InvalidInput as error:
        return f"its bounds do not fit this policy: {error}"
    return None


def _bounds(policy: Policy, grant: Grant) -> tuple[Bound, ...]:
    mine = (each for each in policy.triggers if each.id == grant.waives.trigger)
    if (trigger := next(mine, None)) is None:
        sentence = f"There is no trigger '{grant.waives.trigger}' in this policy."
        raise InvalidInput(sentence)
    bounds = read_bounds(policy, grant.waives.within, on_lines=trigger.each_line)
    # A later policy may measure what was left open when the exception was granted.
    must_be_closed(policy, trigger, bounds)
    return bounds
