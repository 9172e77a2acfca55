"""
What an approval does, told once more: plain rules, no engine, no database.

The policy that they tell of stands in `world`. Whom a clock or a new review asks is
read from outside; what may be done then, and what comes of it, is not.
"""

from dataclasses import dataclass, field

WON, AGAIN, NOTHING = "applied", "duplicate", "nothing"
TOO_LATE, NOT_MINE = "InvalidState", "Forbidden"
ANSWERS = {"approve": "approved", "reject": "rejected", "return": "returned"}
OPEN = ("open", "claimed", "delegated")

SAM, ADA = "sam", "ada"
ROLES = {
    "manager": ("mary", "mike"),
    "director": ("dana", "david"),
    "finance": ("fred", "fiona"),
    "panel": ("pat", "pia", "paul"),
    "admin": (ADA,),
    "deal_desk": ("dora",),
}
FIT = {"manager": ("manager", "director"), "finance": ("finance",), "panel": ("panel",)}
NEEDED = {"manager": 1, "finance": 1, "panel": 2}
TIMERS = {
    "manager": {"remind": 4, "escalate": 8},
    "finance": {"reject": 48},
    "panel": {},
}
LAST_TERM = 8
"""Hours from the last rung of the manager's ladder until the step holds."""


@dataclass
class Seat:
    step: str
    role: str
    asked: tuple = ()
    holder: str | None = None
    principal: str | None = None
    word: str = "open"
    by: str | None = None
    within: str | None = None
    info: str | None = None
    extra: bool = False

    @property
    def people(self):
        mine = self.holder if self.word in OPEN else None
        author = self.by if self.word in ANSWERS.values() else None
        return {each for each in (mine, author, self.principal) if each}


@dataclass
class Review:
    """
    One workflow: its seats by step and number, its timers, and how it stands.
    """

    seats: dict
    rings: dict
    status: str = "pending"
    overridden: str | None = None
    decided: dict = field(default_factory=dict)

    def act(self, who, action, place, to=None, within=None):
        seat = self.seats[place]
        if seat.by == who and seat.word == ANSWERS.get(action):
            same = action != "approve" or within == seat.within
            return AGAIN if same else TOO_LATE
        if action == "claim" and (seat.word, seat.holder) == ("claimed", who):
            return AGAIN
        if self.status != "pending" or seat.word not in OPEN:
            return TOO_LATE
        others = [
            s for p, s in self.seats.items() if p != place and s.step == seat.step
        ]
        return getattr(self, f"_{action.replace('-', '_')}", self._decide)(
            seat, others, who, to, ANSWERS.get(action), within
        )

    def _against(self, seat, who):
        holds = seat.holder == who or (
            seat.holder is None and who in seat.asked and who in ROLES[seat.role]
        )
        return NOT_MINE if who == SAM or not holds or not self.fits(seat, who) else None

    def fits(self, seat, who):
        roles = (seat.role, *FIT[seat.step])
        return seat.extra or any(who in ROLES[role] for role in roles)

    def _decide(self, seat, others, who, _to, word, within):
        taken = {p for s in others if s.word in ANSWERS.values() for p in s.people}
        if self._against(seat, who) or {who, seat.principal or who} & taken:
            return NOT_MINE
        seat.word, seat.by, seat.within = word, who, within
        self._settle(seat.step)
        return WON

    def _claim(self, seat, _others, who, *_):
        if against := self._against(seat, who):
            return against
        seat.word, seat.holder = "claimed", who
        return WON

    def _release(self, seat, _others, who, *_):
        asked = seat.holder is None and who in seat.asked and who in ROLES[seat.role]
        if seat.holder != who and not asked:
            return NOT_MINE
        if seat.word == "open":
            return TOO_LATE
        owner = seat.principal if seat.principal != seat.holder else None
        only = seat.asked[0] if len(seat.asked) == 1 else None
        seat.word = "claimed" if owner and not only else "open"
        seat.holder, seat.principal = owner or only, None
        return WON

    def _delegate(self, seat, others, who, to, *_):
        wrong = to == who or self._engaged(others, to) or not self.fits(seat, to)
        if self._against(seat, who) or wrong:
            return NOT_MINE
        seat.word, seat.holder, seat.principal = "delegated", to, seat.principal or who
        return WON

    def _reassign(self, seat, others, who, to, *_):
        wrong = (
            to == seat.holder or self._engaged(others, to) or not self.fits(seat, to)
        )
        if who != ADA or wrong:
            return NOT_MINE
        seat.word, seat.holder, seat.asked, seat.principal = "open", to, (to,), None
        return WON

    def _add_approver(self, seat, others, who, to, *_):
        part = {who, seat.holder, seat.principal}
        if self._against(seat, who) or to in part or self._engaged(others, to):
            return NOT_MINE
        number = 1 + max(n for step, n in self.seats if step == seat.step)
        self.seats[seat.step, number] = Seat(
            step=seat.step, role=seat.step, asked=(to,), holder=to, extra=True
        )
        return WON

    def _request_info(self, seat, _others, who, *_):
        if against := self._against(seat, who):
            return against
        if seat.info:
            return TOO_LATE
        seat.info = SAM
        return WON

    def _provide_info(self, seat, _others, who, *_):
        if seat.info != who:
            return NOT_MINE if seat.info else TOO_LATE
        seat.info = None
        return WON

    def _engaged(self, others, who):
        return who == SAM or any(who in each.people for each in others)

    def _settle(self, step):
        seats = [seat for seat in self.seats.values() if seat.step == step]
        words = [seat.word for seat in seats if not seat.extra]
        added = [seat.word for seat in seats if seat.extra]
        approved = words.count("approved") >= NEEDED[step]
        lost = len(words) - words.count("rejected") < NEEDED[step]
        no = "returned" if "returned" in words else "rejected" if lost else None
        no = no or next((w for w in added if w in ("rejected", "returned")), None)
        if no:
            self.end(no, "not_required")
        elif approved and set(added) <= {"approved"}:
            self.decided[step] = "approved"
            self.rings[step] = {}
            self._close("not_required", seats)
            if len(self.decided) == len(self.rings):
                self.end("approved", "not_required")
        elif approved:
            self._close("not_required", [seat for seat in seats if not seat.extra])

    def end(self, status, word):
        self.status, self.rings = status, {step: {} for step in self.rings}
        self._close(word, self.seats.values())

    def _close(self, word, seats):
        for seat in seats:
            if seat.word in OPEN:
                seat.word = word

    def recall(self, who):
        if who != SAM or self.status == "recalled":
            return AGAIN if who == SAM else NOT_MINE
        return self._ended("recalled")

    def override(self, who, decision):
        if who == ADA and self.overridden == decision:
            return AGAIN
        if who != ADA:
            return NOT_MINE
        word = self._ended(ANSWERS[decision])
        if word == WON:
            self.overridden = decision
        return word

    def replaced(self):
        if self.status in ("pending", "approved"):
            self.end("superseded", "cancelled")

    def _ended(self, status):
        if self.status != "pending":
            return TOO_LATE
        self.end(status, "cancelled")
        return WON

    def tick(self, now, at):
        """
        What is late at `now`; it is recorded `at`, for no log runs backwards.
        """
        late = {
            step: {kind for kind, due in rings.items() if due <= now}
            for step, rings in self.rings.items()
        }
        if not any(late.values()):
            return NOTHING
        for step, kinds in late.items():
            left = {k: due for k, due in self.rings[step].items() if k not in kinds}
            if self.status == "pending":
                self.rings[step] = left
            if "escalate" in kinds:
                self.rings[step] = left | {"hold": at + LAST_TERM}
            if "reject" in kinds:
                self.end("rejected", "not_required")
        return WON
