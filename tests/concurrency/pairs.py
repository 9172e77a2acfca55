"""
Every two commands that can meet on one workflow, and what may come of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from approval_engine.domain.actions import Action
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.commands.tick import tick
from tests.concurrency.company import (
    ADA,
    FRED,
    LATE,
    MANAGERS,
    NOW,
    SAM,
    STELLA,
    caller,
    do,
)
from tests.concurrency.oracle import assert_sound, decisions, facts, messages
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
    "escalate": Command(
        call=lambda runtime, started: tick(runtime, started.id), now=LATE
    ),
}

WON, TOO_LATE, NOT_MINE, AGAIN, NOTHING = (
    "applied", "InvalidState", "Forbidden", "duplicate", "nothing",
)  # fmt: skip

PAIRS = {
    ("approve", "approve"): ((WON, AGAIN), (AGAIN, WON)),
    ("approve", "approve by another"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("approve", "reject"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("approve", "return"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("approve", "claim"): ((WON, TOO_LATE), (WON, WON)),
    ("approve", "claim by another"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve by another", "delegate"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve by the stand-in", "delegate"): ((NOT_MINE, WON), (WON, WON)),
    ("approve", "recall"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("approve", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("approve", "reassign"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve", "override"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("approve", "add-approver"): ((WON, TOO_LATE), (WON, WON)),
    ("approve", "request-info"): ((WON, TOO_LATE), (WON, WON)),
    ("reassign", "add-approver"): ((WON, WON), (WON, WON)),
    ("override", "override"): ((WON, AGAIN), (AGAIN, WON)),
    ("override", "recall"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("override", "revise"): ((WON, WON), (TOO_LATE, WON)),
    ("override", "escalate"): ((WON, NOTHING), (WON, WON)),
    # While somebody is asked the clock stands still, and then it runs on from there.
    ("request-info", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("escalate", "provide-info"): ((NOTHING, WON), (NOTHING, WON)),
    ("approve", "provide-info"): ((WON, TOO_LATE), (WON, WON)),
    ("reject", "recall"): ((WON, TOO_LATE), (TOO_LATE, WON)),
    ("reject", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("claim", "claim by another"): ((WON, NOT_MINE), (NOT_MINE, WON)),
    ("claim", "claim"): ((WON, AGAIN), (AGAIN, WON)),
    ("approve", "revise"): ((WON, WON), (TOO_LATE, WON)),
    ("reject", "revise"): ((WON, WON), (TOO_LATE, WON)),
    ("recall", "revise"): ((WON, WON), (TOO_LATE, WON)),
    ("revise", "escalate"): ((WON, NOTHING), (WON, WON)),
    ("revise", "revise"): ((WON, AGAIN), (AGAIN, WON)),
    ("recall", "recall"): ((WON, AGAIN), (AGAIN, WON)),
    ("recall", "escalate"): ((WON, NOTHING), (WON, WON)),
    ("escalate", "escalate"): ((WON, NOTHING), (NOTHING, WON)),
}
"""The two outcomes if the first command is first, and if the second one is."""


def directed(company, pair, first, where):
    """
    Let one command of a pair meet the other inside its transaction.
    """
    (started,) = _ready(company, pair)
    sides = _sides(company, pair, started)
    outcomes = inside(sides[first], sides[1 - first], where)
    words = tuple(word(outcome) for outcome in outcomes)
    expected = PAIRS[pair][first]
    assert words == (expected[first], expected[1 - first])
    judge(company, started)


def at_once(company, pair, rounds):
    """
    Let both commands of a pair go at the same moment, again and again.
    """
    for started in _ready(company, pair, rounds):
        sides = _sides(company, pair, started)
        outcomes = together([side.call for side in sides])
        words = tuple(word(outcome) for outcome in outcomes)
        assert words in PAIRS[pair]
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
    assert recorded["task_escalated"] <= 1
    for workflow in workflows_of(company, started.quote):
        assert_sound(runtime, workflow)


def _ready(company, pair, number=1):
    # Finance has approved, so that the manager's word is the last one.
    ready = company.start(number)
    for started in ready:
        do(company.runtime, started, FRED, Action.APPROVE, step="finance")
        if "revise" in pair:
            company.revise(started.quote)
        if "provide-info" in pair:
            do(company.runtime, started, MANAGERS[0], Action.REQUEST_INFO)
    return ready


def _sides(company, pair, started):
    commands = [COMMANDS[name] for name in pair]
    sides = company.sides(*(command.now for command in commands))
    for side, command in zip(sides, commands, strict=True):
        side.call = partial(command.call, side.runtime, started)
    return sides
