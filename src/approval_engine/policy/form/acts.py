"""
A document and a button of its form → the document with a part more, less or elsewhere.

A button says `VERB:PLACE` or `VERB NAME:PLACE`; what does not fit the document changes
nothing.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy

from approval_engine.documents import JsonValue
from approval_engine.policy.form.blocks import Object, Path
from approval_engine.policy.form.fields import Key, assign, get

ANYTHING = "-"
"""The test of a cell that holds for any value: it keeps an empty column in view."""

_NEW: Mapping[str, tuple[str, JsonValue]] = {
    "triggers": ("new_rule", {"id": "", "reason": "", "when": {}, "require": []}),
    "ladders": ("new_ladder", [{"role": "", "may": {}}]),
    "steps": ("new_step", {}),
    "inputs": ("new_input", {"name": "", "type": "number"}),
    "calendars": (
        "new_calendar",
        {"timeZone": "UTC", "hours": "09:00-17:00", "days": "Mon-Fri"},
    ),
}
_IDENTITIES = ("id", "name")
_LIMITS = frozenset({"may", "in"})
_LONGEST_INDEX = 6
_RUNG: JsonValue = {"role": "", "may": {}}


def acted(document: Object, button: str, more: str = "") -> Object:
    """
    A copy of the document after a button; `more` is the name that was picked beside it.
    """
    head, _, place = button.partition(":")
    verb, _, name = head.partition(" ")
    copy = deepcopy(document)
    path = path_of(copy, place)
    act = _ACTS.get(verb)
    if act is not None and path is not None:
        act(copy, path, name or more)
    return copy


def path_of(document: JsonValue, place: str) -> Path | None:
    """
    The path of a JSON pointer in this document; None if it leads outside it.

    The last part may be missing yet.
    """
    path: list[Key] = []
    value = document
    parts = place.split("/")[1:]
    for index, part in enumerate(parts):
        name = part.replace("~1", "/").replace("~0", "~")
        key = _key(value, name, last=index == len(parts) - 1)
        if key is None:
            return None
        path.append(key)
        value = get(value, (key,))
    return tuple(path)


def _key(value: JsonValue, name: str, *, last: bool) -> Key | None:
    if isinstance(value, list):
        fits = name.isascii() and name.isdecimal() and len(name) <= _LONGEST_INDEX
        return int(name) if fits and int(name) < len(value) else None
    known = isinstance(value, dict) and (last or name in value)
    return name if known else None


def _add(document: Object, path: Path, more: str) -> None:
    """
    One more part of the collection there: a rule, a step, a rung, a row.
    """
    del more
    value = get(document, path)
    if len(path) == 1 and path[0] in _NEW:
        _add_part(document, str(path[0]))
    elif path[:1] == ("ladders",) and isinstance(value, list):
        # Above the others stands who may sign off everything.
        value.insert(max(len(value) - 1, 0), deepcopy(_RUNG))


def _add_part(document: Object, key: str) -> None:
    name, part = _NEW[key]
    new = deepcopy(part)
    if key not in document:
        document[key] = [] if key in ("triggers", "inputs") else {}
    holder = document[key]
    if isinstance(holder, dict):
        holder[_free(name, tuple(holder))] = new
    elif isinstance(holder, list):
        _name(new, holder, name)
        holder.append(new)


def _copy(document: Object, path: Path, more: str) -> None:
    del more
    holder, part = get(document, path[:-1]), get(document, path)
    if not path or part is None:
        return
    new, last = deepcopy(part), path[-1]
    if isinstance(holder, list) and isinstance(last, int):
        _name(new, holder, "")
        holder.insert(last + 1, new)
    elif isinstance(holder, dict) and isinstance(last, str):
        _reorder(holder, last, 0, {_free(last, tuple(holder)): new})


def _remove(document: Object, path: Path, more: str) -> None:
    del more
    holder = get(document, path[:-1])
    if not path:
        return
    last = path[-1]
    if isinstance(holder, list) and isinstance(last, int):
        if len(holder) > 1 or len(path) == 2:  # noqa: PLR2004 a part, no row of one
            del holder[last]
    elif isinstance(holder, dict) and isinstance(last, str):
        holder.pop(last, None)


def _move(step: int) -> Callable[[Object, Path, str], None]:
    def move(document: Object, path: Path, more: str) -> None:
        del more
        holder = get(document, path[:-1])
        last = path[-1] if path else ""
        if isinstance(holder, list) and isinstance(last, int):
            to = last + step
            if 0 <= to < len(holder):
                holder[last], holder[to] = holder[to], holder[last]
        elif isinstance(holder, dict) and last in holder:
            _reorder(holder, str(last), step, {})

    return move


def _row(document: Object, path: Path, more: str) -> None:
    """
    One more row of conditions, like the last one.
    """
    del more
    value = get(document, path)
    if isinstance(value, dict):
        value = [value]
        assign(get(document, path[:-1]), path[-1], value)
    if isinstance(value, list) and value:
        value.append(deepcopy(value[-1]))


def _column(document: Object, path: Path, more: str) -> None:
    """
    One more thing that every row there looks at.
    """
    if not more:
        return
    value = get(document, path)
    if value is None and path:
        assign(get(document, path[:-1]), path[-1], {})
        value = get(document, path)
    for row in value if isinstance(value, list) else [value]:
        holder = row
        if isinstance(row, dict) and _apart(path):
            holder = row.setdefault("when", {})
        if isinstance(holder, dict):
            holder.setdefault(more, ANYTHING)


def _uncolumn(document: Object, path: Path, more: str) -> None:
    """
    No row there looks at that any more.
    """
    name = more or str(path[-1] if path else "")
    value = get(document, path[:-1])
    for row in value if isinstance(value, list) else [value]:
        holder = get(row, ("when",)) if _apart(path[:-1]) else row
        if isinstance(holder, dict):
            holder.pop(name, None)


def _limit(document: Object, path: Path, more: str) -> None:
    """
    One more column of a ladder, `may/NAME` or `in/NAME`; any value is right at first.
    """
    key, _, name = more.partition("/")
    rungs = [each for each in _rungs(document, path) if not get(each, ("unlimited",))]
    if rungs and name and key in _LIMITS and not _limited(rungs, key, name):
        below = rungs[0].setdefault(key, {})
        if isinstance(below, dict):
            below[name] = ANYTHING


def _unlimit(document: Object, path: Path, more: str) -> None:
    """
    A column less in every rung of a ladder.
    """
    key, _, name = more.partition("/")
    for rung in _rungs(document, path) if key in _LIMITS else ():
        below = rung.get(key)
        if isinstance(below, dict):
            below.pop(name, None)
            if not below and key == "in":
                del rung[key]


def _rungs(document: Object, path: Path) -> list[dict[str, JsonValue]]:
    value = get(document, path)
    found = value if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict)]


def _limited(rungs: list[dict[str, JsonValue]], key: str, name: str) -> bool:
    return any(get(each, (key, name)) is not None for each in rungs)


def _by_condition(document: Object, path: Path, more: str) -> None:
    """
    Hours that were one number become rows, each with its condition.
    """
    del more
    hours = get(document, path)
    if path[-1:] == ("slaHours",) and not isinstance(hours, list):
        number = 24 if hours is None else hours
        rules: JsonValue = [{"when": {}, "hours": number}, {"hours": number}]
        assign(get(document, path[:-1]), path[-1], rules)


_ACTS: Mapping[str, Callable[[Object, Path, str], None]] = {
    "add": _add,
    "copy": _copy,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
    "row": _row,
    "column": _column,
    "uncolumn": _uncolumn,
    "limit": _limit,
    "unlimit": _unlimit,
    "split": _by_condition,
}


def _apart(path: Path) -> bool:
    """
    Whether the conditions of a row stand in an object of their own.
    """
    return path[-1:] in (("slaHours",), ("processes",))


def _name(part: JsonValue, among: list[JsonValue], usual: str) -> None:
    """
    Give a new part of a list a name that no other has.
    """
    if not isinstance(part, dict):
        return
    for key in _IDENTITIES:
        if key in part:
            taken = tuple(str(get(each, (key,))) for each in among)
            part[key] = _free(str(part[key]) or usual, taken)
            return


def _free(name: str, taken: tuple[str, ...]) -> str:
    number = 2
    found = name
    while found in taken:
        found = f"{name}_{number}"
        number += 1
    return found


def _reorder(
    holder: dict[str, JsonValue], key: str, step: int, beside: dict[str, JsonValue]
) -> None:
    """
    Move a key by one place, or put new ones right behind it.
    """
    keys = list(holder)
    at = keys.index(key)
    to = at + step
    if step and 0 <= to < len(keys):
        keys[at], keys[to] = keys[to], keys[at]
    keys[at + 1 : at + 1] = beside
    parts = {**holder, **beside}
    holder.clear()
    holder.update({each: parts[each] for each in keys})
