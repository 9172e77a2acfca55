"""
Random commands on one quote, each judged by plain rules before it is carried out.
"""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from approval_engine.domain.actions import Action
from approval_engine.domain.actions.checks import NEEDS_COMMENT
from approval_engine.errors import Refused
from approval_engine.executor.answer import Answer
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.replan import replan
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.commands.tick import tick
from tests.proof.rules import (
    ADA,
    AGAIN,
    NOT_MINE,
    NOTHING,
    OPEN,
    ROLES,
    SAM,
    TIMERS,
    TOO_LATE,
    WON,
    Review,
    Seat,
)
from tests.proof.world import KINDS, Killed, caller

PEOPLE = (SAM, "mary", "mike", "dana", "david", "fred", "fiona", *ROLES["panel"], ADA)
ACTIONS = (
    *("approve",) * 4,
    *("reject", "return", "claim", "release", "delegate", "reassign"),
    *("add-approver", "request-info", "provide-info"),
)
DECIDES = ("approve", "approve", "approve", "approve", "reject", "return")
HANDS_OVER = ("claim", "release", "delegate", "add-approver", "request-info")
RINGS = {
    "manager": {"reminder": "remind", "escalation": "escalate"},
    "finance": {"escalation": "reject"},
    "panel": {"escalation": "never"},
}
"""What each timer that is stored is in the rules."""

NAMES_SOMEBODY = {"delegate", "reassign", "add-approver"}
WITHIN = {"pair": "discount_pct<=16", "panel": "discount_pct<=61"}
USED = "KeyReused"

people = st.sampled_from(PEOPLE)
keys = st.sampled_from([None, None, "one", "two", "three"])
mortal = st.sampled_from([False, False, False, True])


class Machine(RuleBasedStateMachine):
    """
    `world` and `seen`, what came of how many commands, are set by a subclass.
    """

    world: object
    seen: Counter

    @initialize(kind=st.sampled_from(sorted(KINDS)))
    def begin(self, kind):
        self.kind, self.revision, self.answers = kind, 1, {}
        self.plans = self.worked = self.idle = 0
        self.world.restart()
        self.quote = self.world.quote(kind)
        self.older = []
        self._adopt(submit(self.world.runtime, self.quote, caller(SAM)))

    @rule(
        who=people,
        wish=st.tuples(st.sampled_from(ACTIONS), people, st.sampled_from([0, 0, 1])),
        number=st.integers(0, 5),
        key=keys,
        dies=mortal,
    )
    def on_a_seat(self, who, wish, number, key, dies):
        action, to, bounded = wish
        places = sorted(self.review.seats)
        place = places[number % len(places)]
        wish = Wish(
            workflow=self.id,
            task=self.tasks[place],
            action=Action(action),
            comment="because" if Action(action) in NEEDS_COMMENT else None,
            to=to if action in NAMES_SOMEBODY else None,
            within=WITHIN[self.kind] if bounded and action == "approve" else None,
        )
        self._do(
            lambda asking: act(self.world.runtime, wish, asking),
            lambda: self.review.act(who, action, place, to, wish.within),
            (who, "act", key),
            wish,
            dies,
        )

    @precondition(lambda self: self.review.status == "pending")
    @rule(data=st.data(), action=st.sampled_from(DECIDES), key=keys)
    def decided_by_whom_it_asks(self, data, action, key):
        self._by_whom_it_asks(data, action, key)

    @precondition(lambda self: self.review.status == "pending")
    @rule(data=st.data(), action=st.sampled_from(HANDS_OVER), key=keys)
    def handed_over_by_whom_it_asks(self, data, action, key):
        self._by_whom_it_asks(data, action, key)

    def _by_whom_it_asks(self, data, action, key):
        places = sorted(self.review.seats)
        place = data.draw(
            st.sampled_from([p for p in places if self.review.seats[p].word in OPEN])
        )
        seat = self.review.seats[place]
        who = data.draw(st.sampled_from((seat.holder,) if seat.holder else seat.asked))
        fit = [each for each in PEOPLE if self.review.fits(seat, each)]
        to = data.draw(st.sampled_from(fit))
        self.on_a_seat(who, (action, to, 0), places.index(place), key, dies=False)

    # A history that ends at once shows little.
    @precondition(lambda self: self.worked > 2)
    @rule(
        who=st.sampled_from(["mary", ADA, SAM]),
        how=st.sampled_from(["recall", "recall", "approve", "reject"]),
        key=keys,
        dies=mortal,
    )
    def ended_from_above(self, who, how, key, dies):
        if how == "recall":
            self._do(
                lambda asking: recall(self.world.runtime, self.id, "no", asking),
                lambda: self.review.recall(who),
                (who, "recall", key),
                self.id,
                dies,
            )
            return
        wish = Override(
            workflow=self.id, decision=how, comment="no", limit=Decimal(100)
        )
        self._do(
            lambda asking: override(self.world.runtime, wish, asking),
            lambda: self.review.override(who, how),
            (who, "override", key),
            wish,
            dies,
        )

    @precondition(lambda self: self.idle < 2)
    @rule(hours=st.sampled_from([-30, -5, 3, 5, 9, 9, 50]), dies=mortal)
    def time(self, hours, dies):
        self.idle += 1
        self.world.wait(hours)
        at = max(self._now(), self._hours(self.world.read(self.id).updated_at))
        self._do(
            lambda _: tick(self.world.runtime, self.id),
            lambda: self.review.tick(self._now(), at),
            (SAM, "tick", None),
            None,
            dies,
        )
        self._ask_whom_it_asks()

    @precondition(lambda self: self.review.status != "pending" or self.worked > 4)
    @rule(key=keys)
    def revised(self, key):
        self.revision += 1
        self.world.quote(self.kind, self.revision, self.quote)
        self.fresh = True
        self.submitted(SAM, key)

    @precondition(lambda self: self.worked > 2)
    @rule(who=st.sampled_from([SAM, SAM, "mary"]), key=keys)
    def submitted(self, who, key):
        asked = (who, "submit", key), self.quote
        word, answer = self._told(
            lambda asking: submit(self.world.runtime, self.quote, asking), asked[0]
        )
        assert word == self._expected(self._submits(who), *asked)
        if word == WON:
            self._begin_anew(answer)
        self._keep(*asked, word, answer)

    @precondition(lambda self: self.plans < 1)
    @rule()
    def planned_anew(self):
        self.plans += 1
        self.world.amend()
        ends = self.review.status != "pending"
        word, done = self._told(
            lambda asking: replan(self.world.runtime, self.id, asking),
            (ADA, "replan", None),
        )
        assert word == (TOO_LATE if ends else WON)
        if word == WON:
            self._begin_anew(Answer(workflow=done.successor, status=done.status))

    @invariant()
    def everything_is_as_the_rules_say(self):
        found = self.world.read(self.id)
        review = self.review
        assert str(found.status) == review.status
        for task in found.tasks:
            seat = review.seats[task.step, task.seat]
            assert str(task.status) == seat.word
            if seat.word in OPEN:
                told = (task.assignee, task.principal, task.info_from)
                assert told == (seat.holder, seat.principal, seat.info)
        assert {(task.step, task.seat) for task in found.tasks} == set(review.seats)
        for workflow in (self.id, *self.older):
            assert self.world.findings(workflow) == []
        self.older.clear()

    def _do(self, command, rules, scope, request, dies):
        """
        Ask the rules and the product, and compare; first by one who is killed, if so.
        """
        if dies and self._expected(None, scope, request) is None:
            before = self.world.read(self.id)
            with self.world.dying():
                died = self._told(command, scope, mortal=True)[0]
            self.seen[f"{scope[1]} {died}"] += died == "killed"
            assert self.world.read(self.id) == before
        expected = self._expected(None, scope, request) or rules()
        word, answer = self._told(command, scope)
        assert word == expected, (scope, request, word, expected)
        if word in {WON, AGAIN}:
            assert answer.status == self.review.status
            self._name()
        self.worked += word == WON
        self.idle *= scope[1] == "tick"
        self._keep(scope, request, word, answer)

    def _told(self, command, scope, *, mortal=False):
        try:
            # The database outlives this history, and with it every key.
            key = scope[2] and f"{self.quote} {scope[2]}"
            answer = command(caller(scope[0], key))
        except Refused as refusal:
            word, answer = type(refusal).__name__, None
        except Killed:
            assert mortal
            word, answer = "killed", None
        else:
            word = _word(answer)
        if not mortal:
            self.seen[f"{scope[1]} {word}"] += 1
        if word == "replayed":
            assert replace(answer, replayed=False) == self.answers[scope][1]
        return word, answer

    def _expected(self, rules, scope, request):
        """
        What a key that was used comes to, else what the rules say.
        """
        if scope[2] is None or scope not in self.answers:
            return rules
        return "replayed" if self.answers[scope][0] == request else USED

    def _keep(self, scope, request, word, answer):
        if scope[2] and word in {WON, AGAIN}:
            self.answers[scope] = (request, answer)

    def _submits(self, who):
        if who != SAM:
            return NOT_MINE
        if self.fresh or self.review.status == "recalled":
            return WON
        return TOO_LATE if self.review.status in {"rejected", "returned"} else AGAIN

    def _begin_anew(self, answer):
        before, old = self.review, self.id
        given = {
            (seat.step, seat.by): seat.within
            for seat in before.seats.values()
            if seat.word == "approved"
        }
        before.replaced()
        assert str(self.world.read(old).status) == before.status
        self.older.append(old)
        self._adopt(answer)
        # The clock of a step goes on from the review before.
        self.review.rings = {step: {} for step in self.review.rings}
        for timer in self.world.read(self.id).timers:
            kind = RINGS[timer.step][timer.kind]
            self.review.rings[timer.step][kind] = self._hours(timer.due_at)
        for seat in self.review.seats.values():
            if seat.word == "approved":
                seat.within = given[seat.step, seat.by]
        assert self.review.status in {"pending", "approved"}

    def _adopt(self, answer):
        """
        A review begins: its steps and timers are as the rules say, the people as told.
        """
        self.id, self.fresh = answer.workflow, False
        found = self.world.read(self.id)
        at = self._hours(found.updated_at)
        steps = KINDS[self.kind][1]
        self.review = Review(
            seats={(t.step, t.seat): _seat(t) for t in found.tasks},
            rings={s: {k: at + h for k, h in TIMERS[s].items()} for s in steps},
            status=str(found.status),
        )
        assert {seat.step for seat in self.review.seats.values()} == set(steps)
        self._name()
        for step in steps:
            self.review._settle(step)

    def _name(self):
        tasks = self.world.read(self.id).tasks
        self.tasks = {(task.step, task.seat): task.id for task in tasks}

    def _ask_whom_it_asks(self):
        for task in self.world.read(self.id).open_tasks:
            seat = self.review.seats[task.step, task.seat]
            now = _seat(task)
            if seat.role != now.role or seat.asked != now.asked:
                assert SAM not in now.asked
                assert set(now.asked) <= set(ROLES[now.role])
                seat.role, seat.asked, seat.word = now.role, now.asked, now.word
                seat.holder, seat.principal = now.holder, now.principal

    def _hours(self, at):
        return self.world.hours(at)

    def _now(self):
        return self.world.hours(self.world.now)


def _word(answer):
    if answer is None:
        return NOTHING
    if not isinstance(answer, Answer):
        return WON
    return "replayed" if answer.replayed else answer.result


def _seat(task):
    return Seat(
        step=task.step,
        role=task.role,
        asked=tuple(task.candidates),
        holder=task.assignee,
        principal=task.principal,
        word=str(task.status),
        by=task.closed_by,
        info=task.info_from,
        extra=task.ad_hoc,
    )
