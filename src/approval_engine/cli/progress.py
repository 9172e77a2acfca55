"""
Long work → a bar on stderr, where somebody is watching.
"""

import sys
from collections.abc import Collection, Iterator
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
