"""
A clock that stands still until somebody moves it.
"""

from datetime import UTC, datetime


class StoryClock:
    """
    The time of a story; given to a `Runtime` in the place of the wall clock.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        """
        The time of the story.
        """
        return self.at

    def move_to(self, at: datetime) -> None:
        """
        Stand at this instant; a clock never goes back, so an earlier one is ignored.
        """
        self.at = max(self.at, at.astimezone(UTC))
