"""
The parameters of an address ↔ which list is asked for; the same for pages and views.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import UnionType

from approval_engine.documents import JsonValue, parse
from approval_engine.domain.events import stamp
from approval_engine.domain.people import Directory, User
from approval_engine.errors import DocumentError, InvalidInput
from approval_engine.store.wanted import Place, Sort, Wanted, Word
from approval_engine.web.figures import figure
from approval_engine.web.words import local

TABS = {
    "mine": "Mine",
    "roles": "My roles",
    "coming": "Coming to me",
    "done": "Done by me",
}
DUES = {"late": "Late", "today": "Today", "week": "In the next 7 days"}
LONGEST = 200
_MOST_WORDS = 6
_NAMES = ("tab", "q", "step", "due", "amount", "by", "sort")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    Which list, what is searched and filtered in it, and in which order.

    Every text is empty where nothing is asked. `after` is where the page before ended.
    """

    tab: str = ""
    q: str = ""
    step: str = ""
    due: str = ""
    amount: str = ""
    by: str = ""
    sort: str = ""
    after: str = ""

    def args(self, **changes: str) -> dict[str, str]:
        """
        The parameters of the same list, or of one that differs so; without its page.
        """
        found = {name: getattr(self, name) for name in _NAMES} | changes
        return {name: value for name, value in found.items() if value}

    @property
    def narrows(self) -> bool:
        """
        Whether it leaves tasks out.
        """
        return any((self.q, self.step, self.due, self.amount, self.by))

    @property
    def order(self) -> tuple[Sort, bool]:
        """
        What it is sorted by, and whether the largest comes first.
        """
        return Sort(self.sort.removeprefix("-") or Sort.DUE), self.sort[:1] == "-"

    @property
    def place(self) -> Place | None:
        """
        Where the page before ended. Raises InvalidInput for none of ours.
        """
        if self.tab in {"coming", "done"}:
            return _place(self.after, int if self.tab == "coming" else str)
        numbers = self.order[0] in {Sort.AMOUNT, Sort.DISCOUNT, Sort.MARGIN}
        return _place(self.after, int | float if numbers else str)

    def turned(self, sort: Sort) -> str:
        """
        What a click on the head of a column asks for.
        """
        now, falling = self.order
        down = not falling if now is sort else sort in {Sort.AMOUNT, Sort.DISCOUNT}
        word = f"-{sort}" if down else str(sort)
        return "" if word == Sort.DUE else word

    def wanted(self, directory: Directory, user: User, now: datetime) -> Wanted:
        """
        What the store is to look for.
        """
        sort, falling = self.order
        terms = self.q.split()[:_MOST_WORDS]
        return Wanted(
            pools=self.tab == "roles",
            words=tuple(
                Word(text=term, people=_named(directory, term)) for term in terms
            ),
            step=self.step or None,
            due_before=_before(self.due, user, now),
            least_minor=int(_amount(self.amount) * 100) if self.amount else None,
            submitted_by=_submitters(directory, self.by) if self.by else None,
            sort=sort,
            falling=falling,
            after=self.place,
        )


def asked(parameters: Mapping[str, str]) -> Asked:
    """
    The list that these parameters ask for. Raises InvalidInput for what none can mean.
    """
    given = {name: parameters.get(name, "").strip() for name in (*_NAMES, "after")}
    for name, text in given.items():
        if len(text) > LONGEST or not text.isprintable():
            sentence = f"Expected '{name}' to be a line of at most {LONGEST} letters."
            raise InvalidInput(sentence)
    found = Asked(**given)
    _must_be_one_of("tab", found.tab, ("", *TABS))
    _must_be_one_of("due", found.due, ("", *DUES))
    _must_be_one_of("sort", found.sort.removeprefix("-"), ("", *Sort))
    if found.amount:
        found = replace(found, amount=format(_amount(found.amount), "f"))
    if found.place is None:
        return replace(found, after="")
    return found


def written(place: Place) -> str:
    """
    A place as a parameter.
    """
    body = json.dumps([place.value, place.task]).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def _place(text: str, kinds: UnionType | type) -> Place | None:
    if not text:
        return None
    match _unpacked(text):
        case [value, str(task)] if not isinstance(value, bool):
            plain = float(value) if isinstance(value, Decimal) else value
            if isinstance(plain, str | int | float) and isinstance(plain, kinds):
                return Place(value=plain, task=task)
    sentence = "Expected 'after' to be the place where a page of this list ended."
    raise InvalidInput(sentence)


def _unpacked(text: str) -> JsonValue:
    """
    What a place was written as; None for what no database could have said.
    """
    try:
        body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return parse(body, "after").value
    except (binascii.Error, ValueError, DocumentError):
        return None


def _must_be_one_of(name: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        known = ", ".join(each for each in words if each)
        sentence = f"Expected '{name}' to be one of {known}, but got '{word}'."
        raise InvalidInput(sentence)


def _amount(text: str) -> Decimal:
    found = figure(text)
    if found is None:
        sentence = f"Expected the least amount to be a number, but got '{text}'."
        raise InvalidInput(sentence)
    return found


def _before(due: str, user: User, now: datetime) -> str | None:
    if not due:
        return None
    if due == "late":
        return stamp(now)
    if due == "week":
        return stamp(now + timedelta(days=7))
    today = local(now, user.time_zone)
    tomorrow = today.date() + timedelta(days=1)
    return stamp(datetime.combine(tomorrow, time(), today.tzinfo))


def _named(directory: Directory, term: str) -> tuple[str, ...]:
    folded = term.casefold()
    return tuple(
        user.id
        for user in directory.users.values()
        if folded in user.name.casefold() or folded == user.id.casefold()
    )


def _submitters(directory: Directory, text: str) -> tuple[str, ...]:
    """
    Those whom a text means: an id, a name as pickers write it, or a part of a name.
    """
    inside = text.rpartition("(")[2].removesuffix(")")
    exact = (text, inside) if text.endswith(")") else (text,)
    for each in exact:
        if each in directory.users:
            return (each,)
    return _named(directory, text)
