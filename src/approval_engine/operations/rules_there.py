"""
A draft and quotes where they lie → which rules would fire otherwise, asked in SQL.

It says nothing of people: a directory lies elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from approval_engine.analytics import sql
from approval_engine.analytics.sql import Misfit, places
from approval_engine.analytics.sql.places import Place
from approval_engine.documents.document import placed
from approval_engine.errors import DocumentError, WrongOption
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import quote_csv, quote_keys, quote_tables
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
    draft; of `aside` nothing is known, and they are in neither. `negative` are those
    of an amount below zero.
    """

    policy: Policy
    against: Policy
    quotes: int
    changed: int
    automatic: int
    caught: int
    aside: int
    negative: int
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
    The quotes of a Parquet or CSV file.

    Raises DocumentError if the file is wrong, WrongOption if SQL cannot say the rules.
    """
    policies = _policies(runtime, draft)
    ending, name = path.suffix.lower(), str(path)
    rows: Iterable[tuple[int, Mapping[str, object]]]
    if ending == ".csv":
        types = {each.name: each.type for policy in policies for each in policy.inputs}
        opened = places.of_csv(path, quote_csv.heading_of(path), types)
        rows = ((each.line, each.cells) for each in quote_csv.rows(path))
    elif ending == ".parquet":
        _, number = quote_tables.looked_at(path)
        opened = places.of_parquet(path)
        rows = enumerate(quote_tables.Table(path=path, rows=number).read(), 1)
    else:
        sentence = f"Expected a file that ends in .csv or .parquet, but got '{name}'."
        raise WrongOption(sentence)
    try:
        return _ruled(runtime, policies, (name, opened), told)
    except Misfit as misfit:
        place = f"/{misfit.column}"
        raise DocumentError(placed(name, 1, place, "column", str(misfit))) from None
    except DocumentError:
        # What DuckDB came upon is looked for once more, to name its line.
        quote_keys.must_be_whole(name, rows)
        raise


def of_table(
    runtime: Runtime,
    draft: Policy,
    where: tuple[str, str],
    told: Callable[[Differs], None],
) -> Ruled:
    """
    The quotes of a table, by address and name.

    Raises WrongOption if there is none or SQL cannot say the rules, DocumentError if a
    row names no revision of its own, StorageError if its database is away.
    """
    policies = _policies(runtime, draft)
    return _ruled(runtime, policies, (where[1], places.of_table(*where)), told)


def _policies(runtime: Runtime, draft: Policy) -> tuple[Policy, Policy]:
    with runtime.database.read() as transaction:
        return policies_tried(runtime, transaction, draft)


def _ruled(
    runtime: Runtime,
    policies: tuple[Policy, Policy],
    where: tuple[str, AbstractContextManager[Place]],
    told: Callable[[Differs], None],
) -> Ruled:
    now, (name, opened) = runtime.clock(), where
    with opened as opening:
        place = replace(opening, columns=sql.keyed(opening.columns))
        whole = _whole(place, name)
        fired = [_fired(place, each, day_of(each, now)) for each in policies]
        tally = _Tally()
        for each in _differing(place, policies, runtime):
            told(each)
            tally.add(each)
    before, after = fired
    return Ruled(
        policy=policies[1],
        against=policies[0],
        quotes=whole.quotes,
        changed=tally.changed,
        automatic=tally.automatic,
        caught=tally.caught,
        aside=tally.aside,
        negative=whole.negative,
        triggers=tuple(
            Fired(trigger=each, before=before.get(each, 0), after=after.get(each, 0))
            for each in dict.fromkeys((*before, *after))
        ),
    )


def _whole(place: Place, name: str) -> sql.Whole:
    """
    How many rows there are. Raises DocumentError if two are of the same revision.
    """
    found = sql.whole(place.connection, place.columns)
    sentence = None if found.quotes else "Expected quotes, but there are none."
    if found.nameless:
        sentence = "Expected an id and a revision of 1 or more in every row, but"
        sentence += f" {found.nameless:,} lack one."
    elif again := place.connection.execute(sql.repeated(place.columns)).first():
        quote, revision, number = again
        sentence = f"Expected quote '{quote}' revision {revision} once, but it stands"
        sentence += f" in {number} rows."
    if sentence is not None:
        raise DocumentError(placed(name, 1, "/id", "rows", sentence))
    return found


def _fired(place: Place, policy: Policy, on: date) -> dict[str, int]:
    query = sql.counted(policy, place.columns, on)
    found = place.connection.execute(query).mappings().one()
    return {t.id: int(found[f"t{n}"]) for n, t in enumerate(policy.triggers)}


@dataclass(kw_only=True, slots=True)
class _Tally:
    changed: int = 0
    automatic: int = 0
    caught: int = 0
    aside: int = 0

    def add(self, each: Differs) -> None:
        unknown = each.before is None or each.after is None
        self.aside += unknown
        self.changed += not unknown
        self.automatic += each.before is True and each.after is False
        self.caught += each.before is False and each.after is True


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
