"""
What somebody wrote → the text that is kept, and the salted hash that is recorded of it.
"""

from approval_engine.domain.events import salted
from approval_engine.errors import InvalidInput

__all__ = ["comment_of", "salted"]

_LONGEST = 10_000


def comment_of(text: str | None) -> str | None:
    """
    The comment in a text; None if nothing of it can be read.

    Raises InvalidInput if it is too long, or no text that every database can hold.
    """
    comment = (text or "").strip()
    storable = "\x00" not in comment and not any(map(_is_half, comment))
    if len(comment) > _LONGEST or not storable:
        sentence = (
            f"A comment is Unicode text of at most {_LONGEST} characters, no NUL."
        )
        raise InvalidInput(sentence)
    readable = any(char.isprintable() and not char.isspace() for char in comment)
    return comment if readable else None


def _is_half(char: str) -> bool:
    """
    Whether this is half a surrogate pair, as bytes of another encoding come in.
    """
    return "\ud800" <= char <= "\udfff"
