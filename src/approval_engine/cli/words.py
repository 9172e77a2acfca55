"""
Values and names as commands print them.
"""

FORMS = {True: "true", False: "false", None: ""}
"""How plain output writes what is not text."""


def plain(value: object) -> str:
    """
    A value as it stands behind `key=`: lists in brackets, text with spaces in quotes.
    """
    if value is None or isinstance(value, bool):
        return FORMS[value]
    if isinstance(value, tuple | list):
        return "[" + ",".join(plain(part) for part in value) + "]"
    text = str(value)
    awkward = not text.isprintable() or any(mark in text for mark in ' "')
    if not awkward:
        return text
    import json

    return json.dumps(text, ensure_ascii=False)


def camel(name: str) -> str:
    """
    A name as JSON spells it.
    """
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)
