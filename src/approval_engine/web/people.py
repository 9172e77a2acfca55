"""
People as pickers write them, `Fiona Novak (fiona)`, and as people type them → ids.
"""

from approval_engine.domain.people import Directory, User


def picked(user: User) -> str:
    """
    How a picker offers somebody.
    """
    return f"{user.name} ({user.id})"


def person_of(directory: Directory, text: str) -> str:
    """
    The id that a text means: as a picker writes it, an id, or the name of one person.

    What means nobody stays as it is; the command then says that he is unknown.
    """
    typed = text.strip()
    inside = typed.rpartition("(")[2].removesuffix(")")
    if typed.endswith(")") and inside in directory.users:
        return inside
    if typed in directory.users:
        return typed
    folded = typed.casefold()
    named = [
        user.id
        for user in directory.users.values()
        if user.active and user.name.casefold() == folded
    ]
    return named[0] if len(named) == 1 else typed
