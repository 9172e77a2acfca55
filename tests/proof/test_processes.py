"""
Random processes go to their end as another reading of them says, step by step.

`test_differential` compares our engine with the stock one; here whole reviews run, with
people, clocks, rows and events, against what the drawing and the policy mean.
"""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from approval_engine.domain.actions import Action
from approval_engine.domain.actions.checks import NEEDS_COMMENT
from approval_engine.errors import InvalidState
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import intake, repository
from tests.proof import processes
from tests.proof.processes import Frame
from tests.proof.rules import SAM
from tests.proof.tokens import Ended, Task
from tests.proof.world import World, caller, document

LONGEST = 60
"""How many answers a path has before everybody says yes."""

MOMENT = 1 / 64
"""Hours between two answers."""

ENDS = ("approved", "rejected", "returned")


@pytest.fixture
def world(ready_database_url):
    first = processes.policy("random", "0", "standard", processes.steps(Random(0)))  # noqa: S311 it draws, it keeps no secret
    world = World(ready_database_url, processes.ROLES, first)
    yield world
    world.close()


def _run(world, seed, paths):
    """
    Deploy the process of a seed and go that many random ways through it.
    """
    dice = Random(seed)  # noqa: S311 it draws, it keeps no secret
    found = processes.steps(dice)
    frame = Frame(dice, f"frame{seed}", found)
    repository.deploy(world.runtime, frame.xml, "frame.bpmn", "dora")
    policy = processes.policy("random", str(seed), f"frame{seed}", found)
    intake.publish_policy(world.runtime, document(policy), "dora")
    seen = Counter()
    for path in range(1, paths + 1):
        try:
            seen += _go(world, frame, path)
        except AssertionError as error:
            error.add_note(f"process {seed}, path {path}")
            raise
    return seen


def _go(world, frame, seed):
    world.restart()
    dice, seen = Random(seed), Counter()  # noqa: S311 it chooses ways, it keeps no secret
    no = dice.choice([0, 0.05, 0.2])
    workflow = submit(world.runtime, world.quote("pair"), caller(SAM)).workflow
    verdict = _told(lambda: frame.root.start(_hours(world)))
    while _same(world, workflow, frame.root, verdict):
        seen["steps"] += 1
        now, late = _hours(world), _late(frame.root)
        # What is late rings before anybody acts, so that one thing happens at a time.
        if late and (dice.random() < 1 / 6 or late <= now + MOMENT):
            world.wait(late - now)
            tick(world.runtime, workflow)
            verdict = _told(lambda at=late: _ring(frame.root, at))
        else:
            world.wait(MOMENT)
            bold = seen["steps"] < LONGEST and dice.random() < no
            word = dice.choice(["reject", "return"]) if bold else "approve"
            name, word = _answer(world, workflow, dice, (word, frame.root.open()))
            verdict = _told(
                lambda who=name, what=word: frame.root.answer(who, what, _hours(world))
            )
    seen[verdict] += 1
    return seen


def _told(tell):
    try:
        return "approved" if tell() else "pending"
    except Ended as ended:
        return str(ended)


def _ring(root, at):
    through = False
    for name, task in root.open().items():
        if task.ends_at == at:
            through = root.over(name, at)
    return through


def _late(root):
    ends = [t.ends_at for t in root.open().values() if t.ends_at is not None]
    return min(ends, default=None)


def _answer(world, workflow, dice, wanted):
    """
    Somebody who is asked answers; which step or task, and what: a no that nothing in
    the process would hear is refused, and then he says yes.
    """
    word, here = wanted
    task = dice.choice(world.read(workflow).open_tasks)
    wish = Wish(
        workflow=workflow,
        task=task.id,
        action=Action(word),
        comment="because" if Action(word) in NEEDS_COMMENT else None,
    )
    who = task.assignee or dice.choice(task.candidates)
    try:
        act(world.runtime, wish, caller(who))
    except InvalidState as refusal:
        if "goes on whatever is answered" not in str(refusal):
            raise
        assert (word != "approve", type(here[task.step])) == (True, Task)
        word = "approve"
        wish = replace(wish, action=Action.APPROVE, comment=None)
        act(world.runtime, wish, caller(who))
    return task.step, word


def _same(world, workflow, root, verdict):
    """
    Whether the review goes on; it must be where the other reading is, and sound.
    """
    found = world.read(workflow)
    assert str(found.status) == verdict
    assert world.findings(workflow) == []
    if verdict != "pending":
        return False
    wanted = {name: task.left() for name, task in root.open().items()}
    assert Counter(task.step for task in found.open_tasks) == wanted
    return True


def _hours(world):
    return world.hours(world.now)


def test_random_processes_end_as_another_reading_says(world):
    made = 8 if world.runtime.database.is_sqlite else 2
    seen = Counter()
    for seed in range(1, 1 + made):
        seen += _run(world, seed, paths=3)

    assert seen["steps"] > sum(seen[word] for word in ENDS) == made * 3


@pytest.mark.proof
def test_many_random_processes_end_as_another_reading_says(world, figure):
    sqlite = world.runtime.database.is_sqlite
    made, paths = (150, 10) if sqlite else (50, 5)
    seen = Counter()
    for seed in range(1000, 1000 + made):
        seen += _run(world, seed, paths)

    ends = ", ".join(f"{seen[word]} {word}" for word in ENDS)
    figure(
        "random processes to their end, rebuilt after each step",
        f"{made} processes × {paths}, 0 differences",
        f"{made} × {paths}, {seen['steps']} steps ({ends}), 0 differences",
    )
