"""
A quote ↔ the fields of a form ↔ what a document says; and problems → their fields.

Nothing is judged here: numbers stay as they were typed until the rules of every import
read them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from approval_engine.documents import JsonValue
from approval_engine.domain.quote import Quote, QuoteLine, Value
from approval_engine.errors import Problem
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import Input, InputType, Policy
from approval_engine.policy.reading.words import snake

HEAD = ("account", "currency", "needed_by", "justification")
LINE = (
    "product",
    "family",
    "quantity",
    "list_price",
    "net_price",
    "cost",
    "discount_pct",
    "period",
)
EMPTY_ROWS = 5
"""How many empty lines a new form has, and how many more it is given at once."""

MOST_ROWS = 2_000
"""So many lines fit into what is read of a form that has a field for each cell."""

GENERAL = ""
"""Where a problem stands that belongs to no field."""

_INPUT = "in-"
_ROW = re.compile(r"lines-([0-9]{1,4})-([a-z_]+)")
_PLACE = re.compile(r"/lines/([0-9]+)(?:/(\w+))?")
_LACKING = re.compile(r"Expected a value for '(\w+)'\.")
_OWN = frozenset({"account", "owner", "submitted_by", "edited_by", "needed_by"})

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """
    What the fields of a form hold, as text: by name, by line, and lists by name.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()

    def filled(self) -> tuple[tuple[int, Row], ...]:
        """
        The lines that say something and are to stay, with their places in the form.
        """
        return tuple(
            (place, row)
            for place, row in enumerate(self.rows)
            if not row.get("drop") and any(row.get(name) for name in LINE)
        )

    def longer(self) -> "Sheet":
        """
        The same with more empty lines.
        """
        rows = (*self.rows, *({} for _ in range(EMPTY_ROWS)))
        return Sheet(fields=self.fields, many=self.many, rows=rows)


def stated(policy: Policy | None) -> tuple[Input, ...]:
    """
    The inputs that a quote states outright.
    """
    return tuple(
        each
        for each in (policy.inputs if policy else ())
        if each.expr is None and each.name not in _OWN and not _derived(each)
    )


def totals(policy: Policy | None) -> tuple[Input, ...]:
    """
    The inputs that follow from the lines, and are stated only where there are none.
    """
    inputs = policy.inputs if policy else ()
    return tuple(e for e in inputs if e.expr is None and _derived(e))


def of_quote(quote: Quote) -> Sheet:
    """
    The form of a quote; what follows from its lines is left for them to say.
    """
    head = {
        "account": quote.account,
        "currency": quote.currency,
        "needed_by": quote.needed_by.isoformat() if quote.needed_by else "",
        "justification": quote.justification or "",
    }
    fields = {f"{_INPUT}{n}": _text(v) for n, v in quote.inputs.items()}
    many = {
        f"{_INPUT}{name}": tuple(map(_text, value))
        for name, value in quote.inputs.items()
        if isinstance(value, tuple)
    }
    rows = tuple(map(_row, quote.lines))
    return Sheet(fields=head | fields, many=many, rows=rows)


def of_request(form: "MultiDict[str, str]") -> Sheet:
    """
    What was typed.
    """
    rows: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        if found := _ROW.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = value.strip()
    fields = {name: form.get(name, "").strip() for name in HEAD}
    # Browsers send the line ends of another age.
    fields["justification"] = fields["justification"].replace("\r\n", "\n")
    inputs = [name for name in form if name.startswith(_INPUT)]
    fields |= {name: form.get(name, "").strip() for name in inputs}
    many = {name: tuple(filter(None, form.getlist(name))) for name in inputs}
    ordered = tuple(rows[number] for number in sorted(rows))
    return Sheet(fields=fields, many=many, rows=ordered)


def value_of(
    sheet: Sheet, policy: Policy | None, base: Quote | None
) -> dict[str, JsonValue]:
    """
    What the form says, as a document does; what it has no field for stays as it was.
    """
    given: dict[str, JsonValue] = {
        _camel(name): sheet.fields[name] for name in HEAD if sheet.fields.get(name)
    }
    known = (*stated(policy), *totals(policy))
    has_fields = {each.name for each in known}
    rest = base.inputs if base else {}
    given |= {n: as_json(v) for n, v in rest.items() if n not in has_fields}
    has_lines = bool(sheet.filled())
    for each in known:
        # What follows from lines is for them to say, as long as there are any.
        if not (has_lines and _derived(each)):
            given |= _as_it_was(_said(sheet, each), rest.get(each.name))
    given["lines"] = list(_lines(sheet, base))
    return given


def as_value(quote: Quote) -> dict[str, JsonValue]:
    """
    Everything that a quote says, as a document does; without its ids and people.
    """
    sheet = of_quote(quote)
    head: dict[str, JsonValue] = {
        _camel(name): sheet.fields[name] for name in HEAD if sheet.fields[name]
    }
    inputs = {name: as_json(value) for name, value in quote.inputs.items()}
    return head | inputs | {"lines": list(_lines(sheet, quote))}


def beside(problems: Iterable[Problem], sheet: Sheet) -> dict[str, list[str]]:
    """
    Sentences by the name of the field that they belong to.
    """
    places = [place for place, _ in sheet.filled()]
    found: dict[str, list[str]] = {}
    for each in problems:
        found.setdefault(_field(each, places), []).append(each.sentence)
    return found


def field_of(problem: Problem) -> str:
    """
    The field of the form of a stored quote, whose lines are all in their places.
    """
    return _field(problem, range(10**4))


def as_json(value: Value) -> JsonValue:
    """
    A value of a quote as its document has it.
    """
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, bool) else _text(value)


def _field(problem: Problem, places: "list[int] | range") -> str:
    if found := _PLACE.match(problem.element):
        number = int(found[1])
        name = snake(found[2] or _lacking(problem) or "")
        row = f"lines-{places[number]}" if number < len(places) else "lines-0"
        return f"{row}-{name if name in LINE else LINE[0]}"
    name = snake(problem.element.strip("/").partition("/")[0] or _lacking(problem))
    if name in {*HEAD, "attachments"}:
        return name
    return f"{_INPUT}{name}" if name else GENERAL


def _lacking(problem: Problem) -> str:
    found = _LACKING.fullmatch(problem.sentence)
    return found[1] if found else ""


def _derived(each: Input) -> bool:
    return each.aggregate is not None or each.name in LINE_KINDS


def _said(sheet: Sheet, each: Input) -> dict[str, JsonValue]:
    name = f"{_INPUT}{each.name}"
    text = sheet.fields.get(name, "")
    if each.type is InputType.LIST:
        # A list of which nothing is ticked is an empty list, and not unknown.
        return {each.name: list(_parts(sheet, name, each))}
    if not text:
        return {}
    if each.type is InputType.BOOLEAN and text in {"true", "false"}:
        return {each.name: text == "true"}
    return {each.name: text}


def _as_it_was(said: dict[str, JsonValue], before: Value) -> dict[str, JsonValue]:
    # A number that was imported as such is no other one for having passed a form.
    return {n: as_json(before) if v == _text(before) else v for n, v in said.items()}


def _parts(sheet: Sheet, name: str, each: Input) -> tuple[str, ...]:
    found = sheet.many.get(name, ())
    if each.values:
        return found
    return tuple(p.strip() for text in found for p in text.split(",") if p.strip())


def _lines(sheet: Sheet, base: Quote | None) -> Iterator[JsonValue]:
    extras = {line.id: line.extra for line in (base.lines if base else ())}
    taken = {row["id"] for _, row in sheet.filled() if row.get("id")}
    fresh = (str(n) for n in range(1, 10**5) if str(n) not in taken)
    for _, row in sheet.filled():
        line_id = row.get("id") or next(fresh)
        kept = extras.get(line_id, {})
        said = {_camel(name): row[name] for name in LINE if row.get(name)}
        yield {**{n: as_json(v) for n, v in kept.items()}, **said, "id": line_id}


def _row(line: QuoteLine) -> dict[str, str]:
    return {name: _text(getattr(line, name)) for name in ("id", *LINE)}


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)
