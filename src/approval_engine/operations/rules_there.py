"""
A draft and quotes where they lie → which rules would fire otherwise, asked in SQL.

It says nothing of people: a directory lies elsewhere.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from approval_engine.analytics import sql
from approval_engine.analytics.sql import places
from approval_engine.analytics.sql.places import Place
from approval_engine.errors import InvalidInput
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.simulation import policies_tried
from approval_engine.policy.model import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """
    How many quotes a trigger fires for, by the policy in force and by the draft.
    """

    trigger: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Differs:
    """
    A quote for which other rules fire; None where the plain evaluator has to say.
    """

    quote: str
    revision: int
    before: bool | None
    after: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruled:
    """
    What a draft changes by its rules alone.

    `automatic` and `caught` are quotes for which rules fire only now or only by the
    draft; of `aside` nothing is known, and they are in neither.
    """

    policy: Policy
    against: Policy
    quotes: int
    changed: int
    automatic: int
    caught: int
    aside: int
    triggers: tuple[Fired, ...]

    def counts(self) -> dict[str, object]:
        """
        Everything but the single triggers, as one record.
        """
        return {
            "policy": self.policy.name,
            "version": self.policy.version,
            "against": self.against.version,
            "quotes": self.quotes,
            "changed": self.changed,
            "automatic": self.automatic,
            "caught": self.caught,
            "aside": self.aside,
        }


def of_file(
    runtime: Runtime, draft: Policy, path: Path, told: Callable[[Differs], None]
) -> Ruled:
    """
    The quotes of a Parquet or CSV file. Raises InvalidInput.
    """
    policies = _policies(runtime, draft)
    types = {each.name: each.type for policy in policies for each in policy.inputs}
    return _ruled(runtime, policies, places.of_file(path, types), told)


def of_table(
    runtime: Runtime,
    draft: Policy,
    where: tuple[str, str],
    told: Callable[[Differs], None],
) -> Ruled:
    """
    The quotes of a table, by address and name. Raises InvalidInput.
    """
    policies = _policies(runtime, draft)
    return _ruled(runtime, policies, places.of_table(*where), told)


def _policies(runtime: Runtime, draft: Policy) -> tuple[Policy, Policy]:
    with runtime.database.read() as transaction:
        return policies_tried(runtime, transaction, draft)


def _ruled(
    runtime: Runtime,
    policies: tuple[Policy, Policy],
    opened: AbstractContextManager[Place],
    told: Callable[[Differs], None],
) -> Ruled:
    active, draft = policies
    now = runtime.clock()
    with opened as place:
        for name in ("id", "revision"):
            if name not in place.columns:
                sentence = f"Expected a column '{name}' in the table of quotes."
                raise InvalidInput(sentence)
        sums = [
            dict(
                place.connection.execute(
                    sql.counted(each, place.columns, day_of(each, now))
                )
                .mappings()
                .one()
            )
            for each in policies
        ]
        changed = automatic = caught = aside = 0
        for each in _differing(place, policies, runtime):
            told(each)
            unknown = each.before is None or each.after is None
            aside += unknown
            changed += not unknown
            automatic += each.before is True and each.after is False
            caught += each.before is False and each.after is True
    before, after = (
        {t.id: int(found[f"t{n}"]) for n, t in enumerate(policy.triggers)}
        for policy, found in zip(policies, sums, strict=True)
    )
    return Ruled(
        policy=draft,
        against=active,
        quotes=int(sums[0]["quotes"]),
        changed=changed,
        automatic=automatic,
        caught=caught,
        aside=aside,
        triggers=tuple(
            Fired(trigger=each, before=before.get(each, 0), after=after.get(each, 0))
            for each in dict.fromkeys((*before, *after))
        ),
    )


def _differing(
    place: Place, policies: tuple[Policy, Policy], runtime: Runtime
) -> Iterator[Differs]:
    query = sql.differing(*policies, place.columns, _days(policies, runtime))
    streaming = place.connection.execution_options(stream_results=True)
    for row in streaming.execute(query):
        quote, revision, before, after = row
        yield Differs(quote=quote, revision=revision, before=before, after=after)


def _days(policies: tuple[Policy, Policy], runtime: Runtime) -> sql.Days:
    before, after = (day_of(each, runtime.clock()) for each in policies)
    return before, after
