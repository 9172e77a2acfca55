"""
The seats of a step → who has one already: nobody takes two, under whatever name.
"""

from collections.abc import Iterable, Iterator

from approval_engine.domain.lifecycle import ANSWERED
from approval_engine.domain.people import Directory
from approval_engine.domain.workflow import Task


def taken(seats: Iterable[Task], directory: Directory) -> dict[str, str]:
    """
    Everybody who answered or holds one of these seats, and the id of its task.

    A person counts with all his accounts, a principal beside his stand-in.
    """
    return {
        account: seat.id
        for seat in seats
        for person in _people(seat)
        for account in directory.accounts_of(person)
    }


def answered(seats: Iterable[Task], directory: Directory) -> dict[str, str]:
    """
    Like `taken`, for those seats that have their answer.
    """
    return taken((seat for seat in seats if seat.status in ANSWERED), directory)


def is_vacant(seat: Task, directory: Directory) -> bool:
    """
    Whether all whom it asks have left, and the principal of a stand-in with them.
    """
    asked = (seat.assignee,) if seat.assignee else seat.candidates
    people = (*asked, seat.principal) if seat.principal else asked
    users = (directory.user(person) for person in people)
    return seat.is_open and not any(user is not None and user.active for user in users)


def _people(seat: Task) -> Iterator[str]:
    holder = seat.assignee if seat.is_open else None
    author = seat.closed_by if seat.status in ANSWERED else None
    yield from (person for person in (holder, author, seat.principal) if person)
