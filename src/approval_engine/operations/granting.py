"""
What somebody wants to give away for a while → whether it is his, and can be judged.

A delegation gives nobody an authority of his own: the stand-in needs that himself.
"""

from dataclasses import dataclass

from approval_engine.errors import Forbidden, InvalidInput, NotFound
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.conditions import (
    ConditionError,
    Kind,
    inputs_of,
    kind_of,
    parse_condition,
)
from approval_engine.policy.model import InputType, Policy
from approval_engine.store import catalog
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """
    What a window is narrowed to: one process, and a condition over the inputs.
    """

    process: str | None = None
    within: str | None = None


EVERYTHING = Bounds()

KINDS = {
    InputType.NUMBER: Kind.NUMBER,
    InputType.MONEY: Kind.NUMBER,
    InputType.STRING: Kind.STRING,
    InputType.BOOLEAN: Kind.BOOLEAN,
    InputType.DATE: Kind.DATE,
    InputType.LIST: Kind.LIST,
}
"""What a condition may do with an input of each type."""


def check_grant(
    runtime: Runtime,
    transaction: Transaction,
    people: tuple[str, str],
    role: str | None,
    bounds: Bounds,
) -> None:
    """
    Refuses to give away what is not there, not theirs, or has no meaning.

    Raises NotFound for a person, role or process that is not there, Forbidden for a
    role that the first person does not hold, InvalidInput for bounds without a meaning.
    """
    current = catalog.current(transaction)
    directory = (
        runtime.directory(transaction, current.directory) if current.directory else None
    )
    for person in people:
        if directory is None or directory.user(person) is None:
            sentence = f"There is no person '{person}' in the directory."
            raise NotFound(sentence)
    if directory and role is not None:
        if role not in directory.roles:
            sentence = f"There is no role '{role}' in the directory."
            raise NotFound(sentence)
        if role not in directory.roles_of(people[0]):
            reason = f"'{people[0]}' does not hold the role {role}"
            raise Forbidden(_refusal(people, reason))
    if bounds != EVERYTHING:
        _check_bounds(runtime, transaction, people, bounds)


def _check_bounds(
    runtime: Runtime, transaction: Transaction, people: tuple[str, str], bounds: Bounds
) -> None:
    active = catalog.current(transaction).policy
    if active is None:
        sentence = "there is no active policy to say what they mean"
        raise InvalidInput(_refusal(people, sentence))
    policy = runtime.policy(transaction, active)
    used = {process.use for process in policy.processes} or {"standard"}
    if bounds.process is not None and bounds.process not in used:
        sentence = f"There is no process '{bounds.process}' in policy '{policy.name}'."
        raise NotFound(sentence)
    if bounds.within is not None and (trouble := _trouble(policy, bounds.within)):
        reason = f"within '{bounds.within}': {trouble}"
        raise InvalidInput(_refusal(people, reason))


def _trouble(policy: Policy, within: str) -> str | None:
    try:
        condition = parse_condition(within)
    except ConditionError as error:
        return error.sentence.rstrip(".")
    kinds = {each.name: KINDS[each.type] for each in policy.inputs}
    unknown = sorted(inputs_of(condition) - kinds.keys())
    if unknown:
        return f"policy '{policy.name}' has no input {', '.join(unknown)}"
    kind, misuses = kind_of(condition, kinds)
    if misuses:
        return misuses[0].rstrip(".")
    return None if kind == Kind.BOOLEAN else f"it is a {kind}, not a condition"


def _refusal(people: tuple[str, str], reason: str) -> str:
    pair = f"'{people[0]}' to '{people[1]}'"
    return f"Expected to add a delegation from {pair}, but {reason}."
