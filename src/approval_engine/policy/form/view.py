"""
A document and a page of the form → everything that the page shows, ready to be drawn.

What no field can show is named, so that nobody thinks it is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from approval_engine.documents import JsonValue
from approval_engine.policy.form.blocks import (
    Block,
    Grid,
    Object,
    Path,
    Section,
    blocks,
)
from approval_engine.policy.form.cells import SIGNS, Cell, Sign, split
from approval_engine.policy.form.fields import Field, Texts, get, name_of, show
from approval_engine.policy.form.parts import Known, known
from approval_engine.policy.form.shapes import spread
from approval_engine.policy.model import InputType

_UNTYPED = (Sign.ANY, Sign.FREE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownField:
    """
    A field with its name in the form and what it says.
    """

    name: str
    field: Field
    values: Texts
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCell:
    """
    A cell of a row: what is looked at, its type, and what it must be.
    """

    name: str
    column: str
    kind: InputType | None
    cell: Cell
    signs: tuple[Sign, ...]
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRow:
    """
    One row of conditions.
    """

    name: str
    cells: tuple[ShownCell, ...]
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGrid:
    """
    A table of conditions; `more` are the names that it could look at too.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    more: tuple[str, ...]
    many: bool
    apart: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownBlock:
    """
    One part of the document; `kept` are the keys in it that no field shows.
    """

    name: str
    key: str
    title: str
    fields: tuple[ShownField, ...]
    grids: tuple[ShownGrid, ...]
    within: tuple["ShownBlock", ...]
    kept: tuple[str, ...]
    renamed: bool
    movable: bool

    def names(self) -> Iterator[str]:
        """
        The places that something can be said of here, those inside it first.
        """
        for inner in self.within:
            yield from inner.names()
        for grid in self.grids:
            for row in grid.rows:
                yield from (cell.name for cell in row.cells)
                yield from (each.name for each in row.fields)
                yield row.name
        yield from (each.name for each in self.fields)
        yield self.name


def view(document: Object, section: Section) -> tuple[ShownBlock, ...]:
    """
    The blocks of a page as they are shown.
    """
    names = known(document)
    return tuple(_block(document, each, names) for each in blocks(document, section))


def _block(document: Object, block: Block, names: Known) -> ShownBlock:
    part = spread(get(document, block.path))
    place = name_of("", block.path)
    shown = [(each, show(each, part)) for each in block.fields]
    return ShownBlock(
        name=place,
        key=str(block.path[-1]) if block.path else "",
        title=block.title,
        fields=tuple(
            _field(each, values, place) for each, values in shown if values is not None
        ),
        grids=tuple(_grid(part, each, place, names) for each in block.grids),
        within=tuple(_block(document, each, names) for each in block.within),
        kept=tuple(dict.fromkeys(_kept(part, block, shown))),
        renamed=block.renamed,
        movable=block.movable,
    )


def _field(field: Field, values: Texts, place: str) -> ShownField:
    offered = [value for value, _ in field.choices]
    own = tuple((each, each) for each in values if each not in offered)
    return ShownField(
        name=name_of(place, field.path),
        field=field,
        values=values,
        # What is no choice any more stays one until somebody takes it away.
        choices=(*field.choices, *own) if field.choices or own else (),
    )


def _grid(part: JsonValue, grid: Grid, place: str, names: Known) -> ShownGrid:
    columns = grid.columns(part)
    return ShownGrid(
        name=name_of(place, grid.path),
        title=grid.title,
        columns=columns,
        rows=tuple(
            ShownRow(
                name=name_of(place, row),
                cells=tuple(
                    _cell(part, (*row, *grid.cells), column, grid, place, names)
                    for column in columns
                ),
                fields=tuple(
                    _field(each, show(each, get(part, row)) or (), name_of(place, row))
                    for each in grid.fields
                ),
            )
            for row in grid.rows(part)
        ),
        more=tuple(each for each in grid.types if each not in columns),
        many=grid.many,
        apart=bool(grid.cells),
    )


def _cell(
    part: JsonValue, path: Path, column: str, grid: Grid, place: str, names: Known
) -> ShownCell:
    kind = grid.types.get(column)
    text = get(part, (*path, column))
    return ShownCell(
        name=name_of(place, (*path, column)),
        column=column,
        kind=kind,
        cell=split(text if isinstance(text, str) else None, kind),
        signs=SIGNS[kind] if kind else _UNTYPED,
        options=names.values.get(column, ()),
    )


def _kept(
    part: JsonValue, block: Block, shown: list[tuple[Field, Texts | None]]
) -> Iterator[str]:
    """
    The names of what stands in the part and on no field of it.
    """
    yield from (".".join(map(str, f.path)) for f, values in shown if values is None)
    paths = {field.path for field in block.fields}
    paths |= {grid.path for grid in block.grids}
    paths |= {(key,) for key in block.apart}
    yield from _unseen(part, paths, ())


def _unseen(part: JsonValue, paths: set[Path], here: Path) -> Iterator[str]:
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        path = (*here, key)
        if path in paths:
            continue
        inside = any(each[: len(path)] == path for each in paths)
        if inside and isinstance(value, dict):
            yield from _unseen(value, paths, path)
        elif not (inside and isinstance(value, list)):
            yield ".".join(map(str, path))
