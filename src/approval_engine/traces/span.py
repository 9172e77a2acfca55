"""
What may be said of something that takes time; this one is told nothing and keeps none.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import TracebackType
from typing import Self, TypeAlias

Fact: TypeAlias = str | int | float | bool
Facts: TypeAlias = Mapping[str, Fact]
"""What is said of a span: names of OpenTelemetry where it has one, else `cpq.…`."""

Origin: TypeAlias = tuple[str, str]
"""A workflow and when a command moved it: what messages come of."""


class Kind(StrEnum):
    """
    On which side of a conversation something is done.
    """

    INTERNAL = "internal"  # within this process
    SERVER = "server"  # somebody asked us
    CLIENT = "client"  # we ask somebody and wait
    PRODUCER = "producer"  # somebody will be told later


class Span:
    """
    A span that nobody wanted: it costs nothing and says nothing.
    """

    __slots__ = ()

    @property
    def trace(self) -> str:
        """
        The id of its trace as 32 hexadecimal digits; empty if there is none.
        """
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def note(self, facts: Facts) -> None:
        """
        Say this of it.
        """

    def rename(self, name: str) -> None:
        """
        Call it otherwise.
        """

    def fail(self, kind: str) -> None:
        """
        It failed, with a word for how; never with a sentence, which may name people.
        """

    def promise(self, origin: Origin) -> None:
        """
        Messages may come of this, if the command around it succeeds.
        """

    def headers(self) -> dict[str, str]:
        """
        By which headers another program carries the trace on.
        """
        return {}


SILENT = Span()
"""The one for everybody."""
