"""
A document and what was typed into a page of its form → the document that says so.

Whatever was not typed, or says what is there already, stays as it is written.
"""

from collections.abc import Sequence
from copy import deepcopy

from approval_engine.documents import JsonValue
from approval_engine.policy.form.blocks import (
    Block,
    Grid,
    Object,
    Path,
    Section,
    blocks,
)
from approval_engine.policy.form.cells import Cell, Sign, changed
from approval_engine.policy.form.fields import Typed, assign, clean, get, name_of, put
from approval_engine.policy.form.shapes import folded, spread

SIGN, FIRST, SECOND, KEY = ":sign", ":first", ":second", ":key"
"""What the names of the fields end with that are no value of their own."""


def saved(document: Object, section: Section, typed: Typed) -> dict[str, JsonValue]:
    """
    A copy of the document after a page of its form was sent.
    """
    copy: dict[str, JsonValue] = deepcopy(dict(document))
    found = blocks(copy, section)
    for block in found:
        _save(copy, block, typed)
    for block in found:
        if block.renamed:
            _rename(copy, block.path, typed)
    return copy


def _save(document: dict[str, JsonValue], block: Block, typed: Typed) -> None:
    for inner in block.within:
        _save(document, inner, typed)
    part = get(document, block.path)
    work = spread({} if part is None else part)
    before = deepcopy(work)
    place = name_of("", block.path)
    for field in block.fields:
        name = name_of(place, field.path)
        if name in typed:
            put(field, work, typed[name])
    for grid in block.grids:
        _save_grid(work, grid, place, typed)
    if work != before:
        _replace(document, block.path, folded(work, part))


def _save_grid(part: JsonValue, grid: Grid, place: str, typed: Typed) -> None:
    columns = grid.columns(part)
    for row in grid.rows(part):
        for field in grid.fields:
            name = name_of(place, (*row, *field.path))
            if name in typed:
                put(field, get(part, row), typed[name])
        for column in columns:
            _save_cell(part, (*row, *grid.cells), column, grid, place, typed)


def _save_cell(
    part: JsonValue, path: Path, column: str, grid: Grid, place: str, typed: Typed
) -> None:
    name = name_of(place, (*path, column))
    old = get(part, (*path, column))
    if name + SIGN not in typed or not isinstance(old, str | None):
        return
    kind = grid.types.get(column)
    new = changed(old, cell_of(name, typed), kind)
    holder = get(part, path)
    if new == old:
        return
    if holder is None and path:
        above = get(part, path[:-1])
        if not isinstance(above, dict):
            return
        holder = above[str(path[-1])] = {}
    if not isinstance(holder, dict):
        return
    if new is None:
        holder.pop(column, None)
    else:
        holder[column] = new


def cell_of(name: str, typed: Typed) -> Cell:
    """
    What was typed into a cell.
    """
    sign = _first(typed, name + SIGN)
    return Cell(
        sign=Sign(sign) if sign in set(Sign) else Sign.ANY,
        first=_first(typed, name + FIRST),
        second=_first(typed, name + SECOND),
    )


def _first(typed: Typed, name: str) -> str:
    texts: Sequence[str] = clean(typed.get(name, ()))
    return texts[0] if texts else ""


def _replace(document: dict[str, JsonValue], path: Path, part: JsonValue) -> None:
    if not path and isinstance(part, dict):
        document.clear()
        document.update(part)
        return
    assign(get(document, path[:-1]), path[-1], part)


def _rename(document: dict[str, JsonValue], path: Path, typed: Typed) -> None:
    """
    Give a part another key at the same place, and whoever names it too.
    """
    old, new = str(path[-1]), _first(typed, name_of("", path) + KEY)
    holder = get(document, path[:-1])
    if not new or new == old or not isinstance(holder, dict) or new in holder:
        return
    renamed = {(new if key == old else key): part for key, part in holder.items()}
    if path[0] == "steps" and get(renamed, (new, "role")) is None:
        _keep_role(renamed, new, old)
    _replace(document, path[:-1], renamed)
    _follow(document, str(path[0]), old, new)


def _keep_role(steps: dict[str, JsonValue], step: str, role: str) -> None:
    # A step without a role asks the role that is called like it.
    part = steps[step]
    if isinstance(part, dict):
        steps[step] = {"role": role, **part}


def _follow(document: Object, kind: str, old: str, new: str) -> None:
    triggers = document.get("triggers")
    for trigger in triggers if isinstance(triggers, list) else ():
        if not isinstance(trigger, dict):
            continue
        asked = trigger.get("require")
        if kind == "steps" and isinstance(asked, list):
            trigger["require"] = [new if each == old else each for each in asked]
        if kind == "ladders" and trigger.get("ladder") == old:
            trigger["ladder"] = new
    if kind == "calendars":
        steps = document.get("steps")
        every = [document.get("defaults"), *_values(steps)]
        for step in every:
            if isinstance(step, dict) and step.get("calendar") == old:
                step["calendar"] = new


def _values(value: JsonValue) -> list[JsonValue]:
    return list(value.values()) if isinstance(value, dict) else []
