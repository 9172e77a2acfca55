"""
Text that people or files wrote → the same, with nothing in it that turns others round.

A few characters of Unicode tell a browser to show what follows from right to left. In a
name or a reason they would rewrite the sentence around it, so they show as themselves.
"""

import re

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def visible(value: object) -> object:
    """
    What a template is about to write; everything but such text as it is.
    """
    # Nearly all text ends the question at its second part, which reads none of it.
    if not isinstance(value, str) or value.isascii() or not _TURNS.search(value):
        return value
    # What is markup already stays markup: it is not escaped again.
    return type(value)(_TURNS.sub(_named, value))


def _named(found: re.Match[str]) -> str:
    return f"[U+{ord(found.group()):04X}]"
