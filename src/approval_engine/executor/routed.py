"""
A quote under today's policy and directory → its evaluation and plan; stores nothing.

Submit, preview and scenarios all see the same result here.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from approval_engine.domain.quote import Quote
from approval_engine.domain.validity import Validity
from approval_engine.errors import InvalidState
from approval_engine.executor import waivers
from approval_engine.executor.authors import authors_before
from approval_engine.executor.rates import rate_for
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.advice import Informed, informed
from approval_engine.planner.around import must_be_apart, planned
from approval_engine.planner.case import Case
from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.planner.requirements import collect
from approval_engine.planner.roster import Roster
from approval_engine.planner.routing import case_of, plan_among
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Evaluation, Terms
from approval_engine.policy.model import Policy
from approval_engine.store import canaries, catalog, shares
from approval_engine.store.catalog import Current, PolicyRow, QuoteRow
from approval_engine.store.database import Transaction

if TYPE_CHECKING:
    from approval_engine.executor import engine
    from approval_engine.executor.canary import Canaried
    from approval_engine.executor.deployed import Drawn

ACTIVE, SCHEDULED, ENDED = "active", "scheduled", "ended"
"""What a published version is today; before them others are retired."""

BY_COUNT = frozenset({"least_loaded", "round_robin"})
"""The assignments that look at how much everybody has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """
    What the policy and the directory make of a quote, and the hashes they came under.

    `drawn` is the definition it runs on where a process was deployed; else ours.
    `canary` says which side of a canary it is on, if one runs.
    """

    quote: Quote
    policy: Policy
    evaluation: Evaluation
    plan: RoutingPlan
    informed: tuple[Informed, ...]
    quote_sha256: str
    directory_sha256: str
    delegations_sha256: str
    at: datetime
    drawn: "Drawn | None" = None
    canary: "Canaried | None" = None


def route_quote(
    runtime: Runtime,
    transaction: Transaction,
    row: QuoteRow,
    current: Current,
    now: datetime,
    policy: Policy | None = None,
) -> Routed:
    """
    What a submit of this quote would make of it, under `policy` or the one in force.

    Raises StorageError if nothing was imported yet, DocumentError or PlanError if the
    quote cannot be judged or staffed, a Refused if the policy does not permit it.
    """
    quote = runtime.quote(transaction, row.sha256)
    return route(runtime, transaction, (row, quote), current, now, policy)


def route(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    current: Current,
    now: datetime,
    policy: Policy | None = None,
) -> Routed:
    """
    The same of a quote that need not be stored.
    """
    canary = None
    if policy is None:
        policy, canary = policy_for(runtime, transaction, asked, current, now)
    directory, delegations = current.people()
    row, quote = asked
    roster = roster_of(runtime, transaction, policy, current, now)
    authors = authors_before(runtime, transaction, policy, row)
    exceptions = waivers.at_arms_length(current.exceptions, quote, roster, authors)
    on = day_of(policy, now)
    rate = rate_for(transaction, policy, quote, on)
    terms = Terms(exceptions=exceptions, rate=rate, authors=authors)
    evaluation = evaluate(policy, quote, on, terms)
    plan = plan_among(roster, policy, evaluation, quote)
    found = None
    if current.processes:
        found = _drawn(runtime, transaction, current.processes, plan)
        case = case_of(roster, policy, evaluation, quote)
        steps: tuple[PlannedStep, ...] = ()
        if found.version:
            steps = around(runtime.drawn(transaction, found.xml), case)
            must_be_apart(plan, steps)
        plan = replace(plan, steps=(*plan.steps, *steps))
    return Routed(
        quote=quote,
        policy=policy,
        evaluation=evaluation,
        plan=plan,
        informed=_informed(policy, evaluation, (roster, plan), on),
        quote_sha256=row.sha256,
        directory_sha256=directory,
        delegations_sha256=delegations,
        at=now,
        drawn=found,
        canary=canary,
    )


def policy_for(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    current: Current,
    now: datetime,
) -> "tuple[Policy, Canaried | None]":
    """
    The policy that routes a quote now, and what the canary had to do with it.
    """
    active = policy_in_force(runtime, transaction, current, now)
    if current.canary is None:
        return active, None
    from approval_engine.executor.canary import Today, chosen

    today = Today(
        active=active, on=day_of(active, now), holds=lambda each: holds(each, now)
    )
    return chosen(runtime, transaction, asked, current, today)


def _drawn(
    runtime: Runtime, transaction: Transaction, current: str, plan: RoutingPlan
) -> "Drawn":
    # Where no process was deployed nobody needs any of this.
    from approval_engine.executor.deployed import drawn

    return drawn(runtime, transaction, current, plan)


def around(definition: "engine.Definition", case: Case) -> tuple[PlannedStep, ...]:
    """
    What a definition asks beside the policy. Raises PlanError if nobody can be asked.
    """
    from approval_engine.executor import engine
    from approval_engine.executor.surroundings import wanted

    begun = engine.start(definition, case.inputs)
    names = engine.names(definition, begun.state, case.inputs)
    return planned(case, wanted(definition, names))


def _informed(
    policy: Policy,
    evaluation: Evaluation,
    among: tuple[Roster, RoutingPlan],
    on: date,
) -> tuple[Informed, ...]:
    rules = (policy.default_step, *policy.steps.values())
    asking = all(rule.required and not rule.fyi for rule in rules)
    if asking and not any(trigger.inform for trigger in evaluation.fired):
        return ()
    roster, plan = among
    return informed(roster, evaluation, collect(policy, evaluation, on), plan)


def day_of(policy: Policy, at: datetime) -> date:
    """
    The date by which the policy judges what happens at that instant.
    """
    zone = policy.calendars[policy.default_step.calendar].time_zone
    return at.astimezone(ZoneInfo(zone)).date()


def validity_of(policy: Policy) -> Validity | None:
    """
    How long an approval under the policy is good; None if it has no end.
    """
    if policy.approval_valid_days is None:
        return None
    zone = policy.calendars[policy.default_step.calendar].time_zone
    return Validity(days=policy.approval_valid_days, zone=zone)


def roster_of(
    runtime: Runtime,
    transaction: Transaction,
    policy: Policy,
    current: Current,
    now: datetime,
) -> Roster:
    """
    Everybody at one instant, with what each has to do where the policy spreads by that.
    """
    directory, delegations = current.people()
    # Looking at tasks costs queries, so only policies that spread work pay them.
    spreads = any(step.assign in BY_COUNT for step in policy.steps.values())
    return Roster(
        directory=runtime.directory(transaction, directory),
        at=now,
        delegations=runtime.delegations(transaction, delegations),
        load=shares.load(transaction) if spreads else {},
        turns=shares.turns(transaction) if spreads else {},
    )


def policy_in_force(
    runtime: Runtime, transaction: Transaction, current: Current, now: datetime
) -> Policy:
    """
    The active policy; while its first day is still to come, the newest one in force.

    Raises InvalidState if none was published, or none is in force.
    """
    if current.policy is None:
        sentence = "The database has no active policy; run 'cpq policy publish'."
        raise InvalidState(sentence)
    active = runtime.policy(transaction, current.policy)
    if holds(active, now):
        return active
    for row in reversed(catalog.policies(transaction)):
        earlier = runtime.policy(transaction, row.sha256)
        if holds(earlier, now):
            return earlier
    sentence = (
        f"Policy '{active.name}' version {active.version} is not in force on"
        f" {day_of(active, now)}, and neither is an earlier one."
    )
    raise InvalidState(sentence)


def policies_today(
    runtime: Runtime, transaction: Transaction, now: datetime
) -> tuple[PolicyRow, ...]:
    """
    Every version that decides or did, oldest first, with the status that it has now.

    The newest is `scheduled` until its first day, and the one in force is `active`.
    """
    rows = (*catalog.policies(transaction), *canaries.tried(transaction))
    rows = tuple(sorted(rows, key=lambda row: (row.published_at, row.version)))
    chosen = next((row for row in rows if row.status == ACTIVE), None)
    if chosen is None or holds(runtime.policy(transaction, chosen.sha256), now):
        return rows
    current = catalog.current(transaction)
    with suppress(InvalidState):
        used = policy_in_force(runtime, transaction, current, now).sha256
        rows = tuple(
            replace(row, status=ACTIVE) if row.sha256 == used else row for row in rows
        )
    policy = runtime.policy(transaction, chosen.sha256)
    begun = policy.starts_on is None or policy.starts_on <= day_of(policy, now)
    waits = replace(chosen, status=ENDED if begun else SCHEDULED)
    return tuple(waits if row.sha256 == chosen.sha256 else row for row in rows)


def holds(policy: Policy, now: datetime) -> bool:
    """
    Whether a policy is in force at that instant, by its own days.
    """
    today = day_of(policy, now)
    begun = policy.starts_on is None or policy.starts_on <= today
    return begun and (policy.ends_on is None or today <= policy.ends_on)
