"""
The log of a review → what people wrote in it, as threads: a word and the answers to it.
"""

from dataclasses import dataclass
from typing import Any

from approval_engine.documents import load
from approval_engine.history.reading import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """
    What somebody wrote, and what was written back, oldest first.
    """

    entry: Entry
    replies: tuple[Entry, ...] = ()

    @property
    def all(self) -> tuple[Entry, ...]:
        """
        The first word, then the answers.
        """
        return self.entry, *self.replies


def threads(entries: tuple[Entry, ...]) -> tuple[Thread, ...]:
    """
    The threads of a review. An answer to an answer stands in the same thread.
    """
    root: dict[int, int] = {}
    grown: dict[int, list[Entry]] = {}
    for entry in entries:
        if not entry.text:
            continue
        data: Any = load(entry.event.data.encode())
        seq = entry.event.seq
        first = root.get(data.get("replyTo") or 0, seq)
        root[seq] = first
        grown.setdefault(first, []).append(entry)
    return tuple(
        Thread(entry=group[0], replies=tuple(group[1:])) for group in grown.values()
    )
