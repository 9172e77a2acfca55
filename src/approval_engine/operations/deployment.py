"""
What deploying a file does, and that it does what somebody was shown before.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from approval_engine.domain.processes import Version
from approval_engine.errors import Conflict


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """
    A version, whether it is new, and what to know of its file.

    `is_unused` says that the active policy sends no quote to it.
    """

    version: Version
    is_new: bool
    notes: tuple[str, ...]
    is_unused: bool = False

    @property
    def label(self) -> str:
        """
        Which version it is, in a word.
        """
        return f"{self.version.name}@{self.version.version}"


def must_be_as_shown(done: Iterable[Deployment], shown: Collection[str]) -> None:
    """
    Whoever decided by what he was shown gets that or nothing.

    Nothing is demanded if `shown` is empty. Raises Conflict.
    """
    labels = [each.label for each in done]
    if shown and sorted(shown) != sorted(labels):
        said, found = ", ".join(sorted(shown)), ", ".join(sorted(labels))
        sentence = (
            f"Expected to deploy {said}, but it would be {found} now: somebody was"
            " faster. Look at what differs, and confirm again."
        )
        raise Conflict(sentence)
