"""
An empty database → the deal desk of the demo, with twelve workflows in every state.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from approval_engine.accounts.passwords import set_password
from approval_engine.domain.actions import Action
from approval_engine.domain.calendar import subtract_hours
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios import world
from approval_engine.scenarios.clock import StoryClock
from approval_engine.scenarios.history import SPAN_HOURS, History
from approval_engine.scenarios.market import PREFIX
from approval_engine.scenarios.stage import Deed, Stage, asked
from approval_engine.scenarios.story import APPROVALS, Beat, Verb
from approval_engine.store import catalog, quotes, workflows
from approval_engine.store.reset import REHEARSAL, drop_all, has_content, is_rehearsal
from approval_engine.store.upgrade import upgrade

ACCOUNTS = (
    "sam",
    "maria",
    "dana",
    "fred",
    "fiona",
    "carl",
    "lena",
    "dora",
    "anton",
    "ada",
    "augusta",
)
"""Who can log in to the demo: a person for every part of the golden path and office."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeded:
    """
    What a database holds after it was seeded.
    """

    scenario: str
    users: int
    quotes: int
    policies: int
    workflows: int


def prepare(runtime: Runtime, *, reset: bool, adding: bool = False) -> None:
    """
    Bring an empty database to the newest schema and mark it as made up.

    With `reset` what was made up before is dropped first, with `adding` it is kept.
    Raises InvalidState if the database holds anything that would be lost or mixed.
    """
    database = runtime.database
    made_up = is_rehearsal(database)
    if has_content(database) and not (made_up and (reset or adding)):
        remedy = "add --reset to replace what it holds" if made_up else "use another"
        sentence = f"Expected to seed an empty database, but it is not; {remedy}."
        raise InvalidState(sentence)
    if reset:
        drop_all(database)
    upgrade(database)
    with database.begin() as transaction:
        catalog.set_setting(transaction, REHEARSAL, "1")


def seed_approvals(runtime: Runtime) -> Seeded:
    """
    Import the deal desk and tell the story that ends at the runtime's time.
    """
    end = runtime.clock()
    office = world.office_hours(runtime)
    clock = StoryClock(subtract_hours(office, end, APPROVALS[0].hours + 1))
    stage = Stage(runtime, clock)
    world.found(stage.runtime)
    newest: dict[str, str] = {}
    for beat in APPROVALS:
        clock.move_to(subtract_hours(office, end, beat.hours))
        _play(stage, beat, newest)
    return seeded(runtime, "approvals")


def seed_history(
    runtime: Runtime, count: int, told: Callable[[], None] = lambda: None
) -> Seeded:
    """
    Simulate that many workflows up to the runtime's time; an empty database is founded.

    `told` is called after each of them.
    """
    end = runtime.clock()
    office = world.office_hours(runtime)
    start = subtract_hours(office, end, Decimal(SPAN_HOURS + 1))
    stage = Stage(runtime, StoryClock(start))
    if not has_content(runtime.database):
        world.found(stage.runtime)
    first = _simulated(runtime) + 1
    History(stage, office, end, told, first).run(count)
    return seeded(runtime, "history")


def seeded(runtime: Runtime, scenario: str) -> Seeded:
    """
    What the database holds now, for the line that seeding prints.
    """
    with runtime.database.read() as transaction:
        current = catalog.current(transaction).directory
        directory = runtime.directory(transaction, current) if current else None
        return Seeded(
            scenario=scenario,
            users=len(directory.users) if directory else 0,
            quotes=len(quotes.newest(transaction)),
            policies=len(catalog.policies(transaction)),
            workflows=len(workflows.ids(transaction)),
        )


def give_log_ins(runtime: Runtime, people: tuple[str, ...] = ACCOUNTS) -> str:
    """
    Give these people one fresh password, which is returned and stored nowhere.

    Whoever has left the directory since is passed over.
    """
    password = secrets.token_urlsafe(9)
    for person in people:
        with suppress(NotFound):
            set_password(runtime, person, password)
    return password


def _play(stage: Stage, beat: Beat, newest: dict[str, str]) -> None:
    match beat.verb:
        case Verb.WORK:
            stage.work()
        case Verb.SUBMIT:
            actor = beat.actor or _submitter(stage, beat.quote)
            answer = stage.submit(beat.quote, actor, beat.revision)
            newest[beat.quote] = answer.workflow
        case Verb.RECALL:
            workflow = stage.workflow(newest[beat.quote])
            stage.recall(workflow.id, workflow.submitted_by, beat.comment or "")
        case Action():
            _act(stage, beat, stage.workflow(newest[beat.quote]))


def _act(stage: Stage, beat: Beat, workflow: Workflow) -> None:
    task = _task(workflow, beat)
    deed = Deed(
        action=Action(beat.verb),
        actor=beat.actor or asked(task),
        comment=beat.comment,
        to=beat.to,
    )
    stage.act(task, deed)


def _task(workflow: Workflow, beat: Beat) -> Task:
    seats = [task for task in workflow.open_tasks if task.step == beat.step]
    own = (seat for seat in seats if beat.actor in {None, asked(seat)})
    return next(own, seats[0])


def _submitter(stage: Stage, quote: str) -> str:
    with stage.runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote)
    if row is None:
        sentence = f"Expected quote '{quote}' in the deal desk, but it is not there."
        raise InvalidState(sentence)
    return row.submitted_by


def _simulated(runtime: Runtime) -> int:
    with runtime.database.read() as transaction:
        found = quotes.newest(transaction)
    return sum(quote.id.startswith(PREFIX) for quote in found)
