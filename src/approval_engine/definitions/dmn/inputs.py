"""
The columns of tables → the inputs that a policy declares.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from approval_engine.definitions.dmn.intake import Notes, Source, Taken
from approval_engine.definitions.dmn.model import Column
from approval_engine.definitions.dmn.parts import IN, MAY, Object
from approval_engine.definitions.dmn.sheets import LADDER, objects
from approval_engine.documents import JsonValue
from approval_engine.policy.conditions import Kind
from approval_engine.policy.conditions.tree import Name
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.reading.draft import KIND_OF_TYPE

_TYPES = {
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.LIST: "list",
}


def declared(
    base: Object,
    sources: Sequence[Source],
    taken: Mapping[str, Sequence[Taken]],
    notes: Notes,
) -> JsonValue:
    """
    The inputs of a base with the values that columns declare; without one, new inputs.
    """
    columns = tuple(_columns(sources))
    values = dict(_values(columns, notes))
    if not base:
        return _new(columns, values, _of_quotes(taken))
    old = objects(base.get("inputs"))
    found: list[JsonValue] = []
    for each in old.values():
        name = str(each.get("name"))
        _check_types(each, (c for n, c in columns if n == name), notes)
        changed = values.get(name, each.get("values"))
        found.append(
            dict(each) if changed == each.get("values") else {**each, "values": changed}
        )
    return found


def _columns(sources: Iterable[Source]) -> Iterator[tuple[str, Column]]:
    for source in sources:
        for key, column in zip(source.keys, source.table.columns, strict=True):
            if key and isinstance(column.expression, Name):
                yield column.expression.name, column


def _values(
    columns: Iterable[tuple[str, Column]], notes: Notes
) -> Iterator[tuple[str, JsonValue]]:
    seen: dict[str, tuple[str, ...]] = {}
    for name, column in columns:
        if column.allowed is not None and not column.values:
            notes.sentences.append(
                f"What '{column.label}' can be is declared, but only texts are taken"
                " over."
            )
        if not column.values:
            continue
        if seen.setdefault(name, column.values) != column.values:
            sentence = f"Expected the same values of '{name}' in all tables."
            notes.problem(column.place, "contradiction", sentence)
        yield name, list(column.values)


def _check_types(declaration: Object, columns: Iterable[Column], notes: Notes) -> None:
    kind = KIND_OF_TYPE.get(str(declaration.get("type")), Kind.ANY)
    for column in columns:
        if Kind.ANY not in (kind, column.kind) and kind is not column.kind:
            sentence = (
                f"Expected type '{declaration.get('type')}' of '{column.label}', as the"
                f" policy declares it, but got '{column.type_ref}'."
            )
            notes.problem(column.place, "type", sentence)


def _new(
    columns: Iterable[tuple[str, Column]],
    values: Mapping[str, JsonValue],
    of_quotes: frozenset[str],
) -> list[JsonValue]:
    found: dict[str, JsonValue] = {}
    for name, column in columns:
        # A line has these fields by itself.
        if name in found or (name in LINE_KINDS and name not in of_quotes):
            continue
        more = {"values": values[name]} if name in values else {}
        found[name] = {"name": name, "type": _TYPES.get(column.kind, "string"), **more}
    return list(found.values())


def _of_quotes(taken: Mapping[str, Sequence[Taken]]) -> frozenset[str]:
    """
    The names that rules read of a quote as a whole, without those about lines.
    """
    names: set[str] = set()
    for identity, parts in taken.items():
        for part in (each.part for each in parts):
            for line in part.lines:
                if "each" not in line.said:
                    names |= {_name(identity, key) for key in line.tests}
    return frozenset(names)


def _name(identity: str, key: str) -> str:
    return (
        key.removeprefix(MAY).removeprefix(IN) if identity.startswith(LADDER) else key
    )
