"""
Every two commands that can meet on one workflow, and what may come of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Answer
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.replan import replan
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.commands.tick import tick
from approval_engine.executor.commands.withdraw import Seat, withdraw
from tests.concurrency.company import (
    ADA,
    FRED,
    LATE,
    MANAGERS,
    NOW,
    PAUL,
    SAM,
    SOON,
    STELLA,
    caller,
    do,
)
from tests.concurrency.matrix import PAIRS, fit
from tests.concurrency.oracle import (
    assert_sound,
    decisions,
    escalated,
    facts,
    messages,
)
from tests.concurrency.race import inside, together
from tests.concurrency.scenes import word, workflows_of

ENDINGS = {
    "workflow_approved": "approved",
    "workflow_rejected": "rejected",
    "workflow_returned": "returned",
    "overridden": "overridden",
    "recalled": "recalled",
    "superseded": "superseded",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """
    What is done, by `call(runtime, started)`, and at what time.
    """

    call: Callable[..., object]
    now: object = NOW


def _act(person, action):
    return Command(call=lambda runtime, started: do(runtime, started, person, action))


def _replan(runtime, started):
    done = replan(runtime, started.id, caller(ADA))
    return Answer(workflow=done.successor, status=done.status)


def _withdraw(runtime, started):
    seat = Seat(workflow=started.id, task=started.paul, comment="he left")
    return withdraw(runtime, seat, caller(ADA))


def _tick(runtime, started):
    return tick(runtime, started.id)


COMMANDS = {
    "approve": _act(MANAGERS[0], Action.APPROVE),
    "approve by another": _act(MANAGERS[1], Action.APPROVE),
    "approve by the stand-in": _act(STELLA, Action.APPROVE),
    "reject": _act(MANAGERS[0], Action.REJECT),
    "return": _act(MANAGERS[0], Action.RETURN),
    "claim": _act(MANAGERS[0], Action.CLAIM),
    "claim by another": _act(MANAGERS[1], Action.CLAIM),
    "delegate": _act(MANAGERS[0], Action.DELEGATE),
    "reassign": _act(ADA, Action.REASSIGN),
    "add-approver": _act(MANAGERS[1], Action.ADD_APPROVER),
    "request-info": _act(MANAGERS[0], Action.REQUEST_INFO),
    "provide-info": Command(
        call=lambda runtime, started: do(runtime, started, SAM, Action.PROVIDE_INFO),
        now=LATE,
    ),
    "override": Command(
        call=lambda runtime, started: override(
            runtime,
            Override(
                workflow=started.id, decision="reject", comment="no", limit=Decimal(100)
            ),
            caller(ADA),
        )
    ),
    "recall": Command(
        call=lambda runtime, started: recall(runtime, started.id, "no", caller(SAM))
    ),
    "revise": Command(
        call=lambda runtime, started: submit(runtime, started.quote, caller(SAM))
    ),
    "escalate": Command(call=_tick, now=LATE),
    "remind": Command(call=_tick, now=SOON),
    "replan": Command(call=_replan),
    "withdraw": Command(call=_withdraw),
}


def directed(company, pair, first, where):
    """
    Let one command of a pair meet the other inside its transaction.
    """
    (started,) = _ready(company, pair)
    sides = _sides(company, pair, started)
    outcomes = inside(sides[first], sides[1 - first], where)
    words = tuple(word(outcome) for outcome in outcomes)
    mine, his = PAIRS[pair][first][first], PAIRS[pair][first][1 - first]
    assert fit(words, (mine, his))
    judge(company, started)


def at_once(company, pair, rounds):
    """
    Let both commands of a pair go at the same moment, again and again.
    """
    for started in _ready(company, pair, rounds):
        sides = _sides(company, pair, started)
        outcomes = together([side.call for side in sides])
        words = tuple(word(outcome) for outcome in outcomes)
        assert any(fit(words, expected) for expected in PAIRS[pair]), (pair, words)
        judge(company, started)


def judge(company, started):
    """
    Whoever was first: one decision per task, one end, and no message that is not true.
    """
    runtime = company.runtime
    recorded, sent = facts(runtime, started.id), messages(runtime, started.id)
    ended = [word for fact, word in ENDINGS.items() if recorded[fact]]
    assert len(decisions(runtime, started.manager)) <= 1
    # A revision may take the place of what was approved already.
    last = [fact for fact in ENDINGS if recorded[fact]]
    assert all(recorded[fact] == 1 for fact in last)
    assert len(last) <= 1 or last == ["workflow_approved", "superseded"]
    assert set(ended) >= set(ENDINGS.values()) & set(sent)
    assert len(escalated(runtime, started.id)) == recorded["task_escalated"]
    for workflow in workflows_of(company, started.quote):
        assert_sound(runtime, workflow)


def _ready(company, pair, number=1):
    # Finance has approved, so that the manager's word is the last one.
    vacant = "withdraw" in pair
    company.without()
    ready = company.seat(number) if vacant else company.start(number)
    if vacant:
        company.without(PAUL)
    if "replan" in pair:
        company.amend()
    for started in ready:
        if not vacant:
            do(company.runtime, started, FRED, Action.APPROVE, step="finance")
        if "revise" in pair:
            company.revise(started)
        if "provide-info" in pair:
            do(company.runtime, started, MANAGERS[0], Action.REQUEST_INFO)
    return ready


def _sides(company, pair, started):
    commands = [COMMANDS[name] for name in pair]
    sides = company.sides(*(command.now for command in commands))
    for side, command in zip(sides, commands, strict=True):
        side.call = partial(command.call, side.runtime, started)
    return sides
