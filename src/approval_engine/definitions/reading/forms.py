"""
The form of a user task: its fields, and plain values that are shown beside them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from lxml import etree

from approval_engine.definitions.model import Field
from approval_engine.definitions.namespaces import CAMUNDA, ZEEBE
from approval_engine.definitions.reading.names import FIELD_KINDS, is_taken
from approval_engine.definitions.reading.source import Source, children, extensions
from approval_engine.definitions.reading.texts import Texts, is_marked, shown
from approval_engine.policy.conditions import ConditionError, Kind, parse_condition
from approval_engine.policy.conditions.tree import Literal

_LONG = re.compile(r"-?[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES = (None, "", "true")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """
    The fields of one task while they are read; `inputs` are facts of the quote.
    """

    texts: Texts
    inputs: Mapping[str, Kind]
    fields: list[Field] = field(default_factory=list)

    def add(self, element: etree._Element, found: Field) -> None:
        """
        Keep a field, unless its name is not its own.
        """
        if any(other.id == found.id for other in self.fields):
            sentence = f"Expected field {found.id!r} once in a form."
            self.texts.source.refuse(element, "field", sentence)
        elif is_taken(found.id, self.inputs) and not found.read_only:
            sentence = (
                f"Expected another id than {found.id!r}, which says something already:"
                " rename the field, or give it the constraint `readonly`."
            )
            self.texts.source.refuse(element, "field", sentence)
        else:
            if not found.read_only:
                self.texts.declare(element, found.id, found.type)
            self.fields.append(found)


def fields_of(
    texts: Texts, task: etree._Element, inputs: Mapping[str, Kind]
) -> tuple[Field, ...]:
    """
    The fields of a user task, in document order.
    """
    form = Form(texts=texts, inputs=inputs)
    for data in extensions(task, f"{CAMUNDA}formData"):
        for element in data.iterchildren(f"{CAMUNDA}formField"):
            found = _field(texts, element)
            if found is not None:
                form.add(element, found)
    for element, name, value in _shown_values(task):
        found = _shown(texts, element, name, value)
        if found is not None:
            form.add(element, found)
            sentence = f"{name!r} is translated: it is shown as a read-only field."
            texts.source.note(element, sentence)
    return tuple(form.fields)


def _field(texts: Texts, element: etree._Element) -> Field | None:
    name = texts.name(element, "the id of a field", element.get("id", ""))
    kind = element.get("type", "string")
    if kind not in FIELD_KINDS:
        known = ", ".join(FIELD_KINDS)
        sentence = f"Expected a field of type {known}, but got {shown(kind)}."
        texts.source.refuse(element, "field", sentence)
        return None
    if name is None:
        return None
    found = Field(
        id=name,
        type=kind,
        label=element.get("label", ""),
        default=element.get("defaultValue"),
        choices=_choices(texts.source, element, kind),
    )
    _check_default(texts.source, element, found)
    return _constrained(texts, element, found)


def _choices(
    source: Source, element: etree._Element, kind: str
) -> tuple[tuple[str, str], ...]:
    found = {
        value.get("id", ""): value.get("name", value.get("id", ""))
        for value in element.iterchildren(f"{CAMUNDA}value")
    }
    number = sum(1 for _ in element.iterchildren(f"{CAMUNDA}value"))
    if (kind == "enum") != bool(found):
        sentence = "Expected choices for a field of type enum, and for no other."
        source.refuse(element, "field", sentence)
    elif number != len(found) or "" in found:
        sentence = "Expected an id of its own for every choice of a field."
        source.refuse(element, "field", sentence)
    return tuple(found.items())


def _check_default(source: Source, element: etree._Element, found: Field) -> None:
    if found.default is None or _fits(found, found.default):
        return
    sentence = (
        f"Expected the default of field {found.id!r} to be a plain {found.type},"
        f" but got {shown(found.default)}."
    )
    source.refuse(element, "field", sentence)


def _fits(found: Field, text: str) -> bool:
    match found.type:
        case "long":
            return _LONG.fullmatch(text) is not None
        case "boolean":
            return text in ("true", "false")
        case "enum":
            return text in dict(found.choices)
        case "date":
            return _is_day(text)
        case _:
            return not is_marked(text)


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _constrained(texts: Texts, element: etree._Element, found: Field) -> Field:
    for validation in element.iterchildren(f"{CAMUNDA}validation"):
        for constraint in children(validation):
            kept = _with(found, constraint.get("name", ""), constraint.get("config"))
            if kept is None:
                got = f"{constraint.get('name', '')} {constraint.get('config', '')}"
                sentence = (
                    "Expected a constraint required, readonly, min, max, minlength or"
                    f" maxlength, but got {shown(got)}."
                )
                texts.source.refuse(constraint, "field", sentence)
            found = kept or found
    return found


def _with(found: Field, name: str, config: str | None) -> Field | None:
    """
    The field under one more constraint; None if nobody knows this one.
    """
    number = int(config) if config and _LONG.fullmatch(config) else None
    match name:
        case "required" | "readonly" if config == "false":
            return found
        case "required" if config in _YES:
            return replace(found, required=True)
        case "readonly" if config in _YES:
            return replace(found, read_only=True)
        case "min" | "minlength" if number is not None:
            return replace(found, least=number)
        case "max" | "maxlength" if number is not None:
            return replace(found, most=number)
    return None


def _shown_values(task: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    for mapping in extensions(task, f"{CAMUNDA}inputOutput"):
        for element in children(mapping):
            yield element, element.get("name", ""), element.text or ""
    for mapping in extensions(task, f"{ZEEBE}ioMapping"):
        for element in children(mapping):
            yield element, element.get("target", ""), element.get("source", "")


def _shown(texts: Texts, element: etree._Element, name: str, text: str) -> Field | None:
    plain = _literal(text) if is_marked(text) else text.strip()
    if plain is None:
        sentence = (
            f"Expected a plain value of {shown(name)}, but got {shown(text)}: what"
            " depends on the quote is read where it is needed."
        )
        texts.source.refuse(element, "field", sentence)
        return None
    known = texts.name(element, "the name of a value", name)
    if known is None:
        return None
    return Field(id=known, label=known, default=plain, read_only=True)


def _literal(text: str) -> str | None:
    try:
        parsed = parse_condition(text)
    except ConditionError:
        return None
    if not isinstance(parsed, Literal) or parsed.value is None:
        return None
    if isinstance(parsed.value, bool):
        return str(parsed.value).lower()
    return str(parsed.value)
