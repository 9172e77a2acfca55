"""
Long work → a bar on stderr, where somebody is watching.
"""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

T = TypeVar("T")


def watched(items: Collection[T]) -> Iterator[T]:
    """
    The items, one after the other, with a bar if stderr is a terminal.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length=len(items), file=sys.stderr) as bar:
        yield from bar


@contextmanager
def advancing(length: int) -> Iterator[Callable[[int], None]]:
    """
    What is told how far the work is, of that length; a bar if stderr is a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, file=sys.stderr) as bar:
        # Drawing it costs more than a quote does.
        step = max(1, length // 200)

        def to(at: int) -> None:
            if at - bar.pos >= step or at >= length:
                bar.update(at - bar.pos)

        yield to
