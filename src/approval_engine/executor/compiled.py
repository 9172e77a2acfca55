"""
The hash of a definition → the compiled definition, with the decisions that it asks.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from approval_engine.executor import engine

T = TypeVar("T")


class Derived(Protocol):
    """
    A memory of what always follows from documents that never change.
    """

    def __call__(self, key: str, make: Callable[[], T]) -> T:
        """
        The value of that key, made once.
        """


def compiled(
    derived: Derived, sha256: str, body: Callable[[str], bytes]
) -> engine.Definition:
    """
    The definition of that hash; `body` gives the bytes of a document by its hash.
    """
    read: dict[str, bytes] = {}

    def load(key: str) -> bytes:
        if key not in read:
            read[key] = body(key)
        return read[key]

    tables = derived(f"tables:{sha256}", lambda: _tables(load(sha256), body))
    return engine.definition(sha256, load, tables)


def _tables(
    xml: bytes, body: Callable[[str], bytes]
) -> Mapping[str, engine.DecisionTable]:
    # What we render asks none, and reading it twice would cost every first submit.
    if b"businessRuleTask" not in xml:
        return {}
    from approval_engine.definitions.reading import EVERY_NAME, read
    from approval_engine.executor.tables import tables_of

    return tables_of(read(xml, "definition", EVERY_NAME).process, body)
