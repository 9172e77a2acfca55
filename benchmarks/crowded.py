"""
A database with very many open reviews, of the rows that the product itself wrote.

Some reviews are submitted by the product, each for other people at another moment, and
their mails are sent; then `filling` makes very many of them.
"""

from datetime import timedelta

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake
from approval_engine.store.schema import OUTBOX
from benchmarks import filling, floor, places, world

TEAMS = 5
"""So many managers with a submitter each: one of them has a tenth of all tasks."""

POOLS = ("finance", "director", "cfo", "deal_desk", "legal")
"""Roles that have a tenth of all tasks each; one person is in all of them."""

SEATS = 2
"""Open tasks of each review: one of the manager, one of the pool of a role."""

REVIEWS = 400
"""How many reviews the product makes, if that many are wanted."""

ADMIN, SEVERAL, NOBODY, ORDINARY = "ada", "fay", "nina", "oona"
"""Who sees all, is in five roles, has no tasks, and has some."""

SOME = 20
"""How many tasks an ordinary person has."""

_APART = timedelta(minutes=7)


def shared(server: str, tasks: int) -> Runtime:
    """
    A company with so many open tasks, which all parts of a run look at.

    What one leaves there, such as a log-in, the next ones find; it is next to nothing.
    """

    def fill(url: str) -> None:
        crowd(url, tasks).database.close()

    return world.open_runtime(places.kept(server, f"crowd_{tasks}", fill))


def crowd(url: str, tasks: int) -> Runtime:
    """
    A company with so many open tasks and some; the people are m0, m1, …, s0, s1, ….
    """
    workflows = tasks // SEATS
    made = min(REVIEWS, workflows)
    runtime = world.found(url, _policy())
    intake.import_directory(runtime, world.document(_directory()))
    floor.start_numbers(runtime)
    for number in range(made):
        _review(runtime, number, f"s{number % TEAMS}")
    with runtime.database.begin() as transaction:
        sent = {"status": "sent", "attempts": 1, "next_attempt_at": None}
        transaction.execute(OUTBOX.update().values(sent))
    reviews = filling.recorded(floor.rows_of(runtime), _whose)
    copies = workflows // made
    filling.fill(runtime.database, reviews, range(1, copies))
    # What the product submits from now on has numbers behind all of these.
    floor.start_numbers(runtime, copies * filling.STRIDE)
    for number in range(SOME):
        _review(runtime, copies * filling.STRIDE + number, f"of-{ORDINARY}")
    runtime.database.close()
    return world.open_runtime(url)


def _review(runtime: Runtime, number: int, submitter: str) -> None:
    quote, kind = floor.QUOTE + number, number % REVIEWS
    # Nobody works at one instant, and not for one customer.
    earlier = Runtime(
        database=runtime.database, clock=lambda: world.NOW - kind * _APART
    )
    account = f"Account {kind:03}"
    # Each team asks each pool.
    pool = POOLS[kind // TEAMS % len(POOLS)]
    made = world.quote(quote, submitted_by=submitter, account=account, pool=pool)
    world.import_quotes(earlier, [made])
    caller = Caller(actor=submitter, channel="bench", key=f"submit-{quote}")
    submit(earlier, f"Q-{quote}", caller)


def _whose(number: int) -> int:
    if floor.TASK <= number < floor.QUOTE:
        return (number - floor.TASK) // SEATS
    return number - (floor.QUOTE if number >= floor.QUOTE else floor.WORKFLOW)


def _policy() -> dict[str, object]:
    """
    The policy of W1, with a trigger for each pool where that has one for finance.
    """
    usual = world.deal_desk()
    return usual | {
        "inputs": [
            {"name": "margin_pct", "type": "number", "worse": "lower"},
            {"name": "amount", "type": "money", "worse": "higher"},
            {"name": "pool", "type": "string", "values": list(POOLS)},
        ],
        "triggers": [
            {
                "id": f"margin_{role}",
                "reason": "below_floor",
                "require": ["manager", role],
                "when": [{"pool": f'"{role}"', "margin_pct": "< 24"}],
            }
            for role in POOLS
        ],
        "steps": {role: {"role": role} for role in POOLS} | usual["steps"],
    }


def _directory() -> dict[str, object]:
    managers = [f"m{team}" for team in range(TEAMS)]
    roles = {
        "manager": [*managers, ORDINARY],
        "finance": ["fiona", "fred", SEVERAL],
        "director": ["dana", SEVERAL],
        "cfo": ["carl", SEVERAL],
        "deal_desk": ["dora", SEVERAL],
        "legal": ["lena", SEVERAL],
        "admin": [ADMIN],
    }
    leads = {f"s{team}": f"m{team}" for team in range(TEAMS)}
    leads[f"of-{ORDINARY}"] = ORDINARY
    people = {NOBODY, *leads, *(each for members in roles.values() for each in members)}
    users = [
        {
            "id": person,
            "name": person.title(),
            "email": f"{person}@example.com",
            "manager": leads.get(person),
        }
        for person in sorted(people)
    ]
    return {"users": users, "roles": roles}
