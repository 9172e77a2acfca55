"""
Heads of workflows as they were once → what a database lacks of them.

A restored database must be a beginning of what was lost: no workflow goes further than
its log, and none has another past.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from approval_engine.errors import DocumentError, Problem
from approval_engine.store import ledger
from approval_engine.store.database import Transaction
from approval_engine.store.ledger import Head

_LINE = re.compile(rb"([A-Za-z0-9-]{1,64}) ([1-9][0-9]{0,8}) ([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """
    One workflow that is not as it was known: how many events it has, how many it had.

    `differs` if an event of before is another one here, which no backup explains.
    """

    workflow: str
    here: int
    known: int
    differs: bool = False

    def line(self) -> dict[str, object]:
        """
        The fields of a line of output.
        """
        what = "differs" if self.differs else "lost"
        return {what: self.workflow, "here": self.here, "known": self.known}


def read_heads(text: bytes, file: str) -> tuple[Head, ...]:
    """
    The heads in a text that `cpq db heads` printed, one a line.

    What follows the last of them, as in a signed file, is not looked at. Raises
    DocumentError if there is none.
    """
    found = tuple(
        Head(workflow=each[1].decode(), seq=int(each[2]), hash=each[3].decode())
        for each in takewhile(bool, map(_LINE.fullmatch, text.splitlines()))
        if each
    )
    if not found:
        sentence = "Expected 'WORKFLOW NUMBER HASH', as cpq db heads prints it."
        place = {"file": file, "element": "", "code": "heads"}
        raise DocumentError(Problem(line=1, sentence=sentence, **place))
    return found


def missing(transaction: Transaction, known: Iterable[Head]) -> Iterator[Missing]:
    """
    The workflows that lack events which were known, or have others in their place.
    """
    here = {each.workflow: each for each in ledger.every_head(transaction)}
    for each in known:
        mine = here.get(each.workflow)
        if mine is None or mine.seq < each.seq:
            seq = mine.seq if mine else 0
            yield Missing(workflow=each.workflow, here=seq, known=each.seq)
        elif _hash_at(transaction, mine, each.seq) != each.hash:
            found: dict[str, Any] = {"here": mine.seq, "known": each.seq}
            yield Missing(workflow=each.workflow, differs=True, **found)


def highest(known: Iterable[Head]) -> int:
    """
    The highest number that a workflow of these has; 0 if there is none.
    """
    numbers = (each.workflow.rpartition("-")[2] for each in known)
    return max((int(each) for each in numbers if each.isdecimal()), default=0)


def _hash_at(transaction: Transaction, head: Head, seq: int) -> str | None:
    if head.seq == seq:
        return head.hash
    place = Head(workflow=head.workflow, seq=seq, hash="")
    return ledger.hashes(transaction, (place,)).get((head.workflow, seq))
