"""
A quote in a document → `Quote`, with exact numbers that agree with each other.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal

from approval_engine.documents import JsonValue
from approval_engine.documents.node import Node, decimal_of
from approval_engine.domain.quote import Attachment, Quote, QuoteLine, Value
from approval_engine.policy.currency import largest_amount, minor_digits
from approval_engine.policy.reading.words import is_name, read_day, read_id, snake

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_DECIMALS = 6
_LARGEST = Decimal(2**53)
_ROUNDED_PCT = Decimal("0.05")
"""How far a stated discount may lie from that of prices rounded to the cent."""

_QUOTE_KEYS = frozenset(
    {
        "id",
        "revision",
        "submitted_by",
        "owner",
        "edited_by",
        "account",
        "currency",
        "lines",
        "justification",
        "needed_by",
        "attachments",
    }
)
_LINE_KEYS = frozenset(
    {
        "id",
        "product",
        "family",
        "quantity",
        "list_price",
        "net_price",
        "cost",
        "discount_pct",
        "period",
    }
)


class _Record:
    """
    An object whose keys may be written in camelCase or snake_case.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.spelled: dict[str, str] = {}
        for key in node.names():
            name = snake(key)
            if name in self.spelled:
                other = self.spelled[name]
                sentence = f"Expected one of '{other}' and '{key}', but got both."
                node.child(key).problem("duplicate_key", sentence)
            self.spelled[name] = key

    def part(self, name: str) -> Node:
        return self.node.child(self.spelled.get(name, name))

    def has(self, name: str) -> bool:
        return self.part(name).value is not None

    def needs(self, *names: str) -> None:
        for name in names:
            if not self.has(name):
                self.node.problem("missing", f"Expected a value for '{_camel(name)}'.")

    def id(self, name: str) -> str:
        return read_id(self.part(name)) if self.has(name) else ""

    def text(self, name: str) -> str | None:
        return self.part(name).text() or None if self.has(name) else None

    def decimal(self, name: str) -> Decimal | None:
        return _number(self.part(name)) if self.has(name) else None

    def percent(self, name: str) -> Decimal | None:
        return _small(self.part(name)) if self.has(name) else None

    def further(self, known: frozenset[str]) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        for name, key in self.spelled.items():
            if name in known or (node := self.node.child(key)).value is None:
                continue
            if not is_name(name):
                sentence = f"Expected a name of letters and digits, but got '{key}'."
                node.problem("name", sentence)
            found[name] = _value(node)
        return found


def read_quote(node: Node) -> Quote:
    """
    The quote at this node; placeholders stand where a problem was noted.
    """
    if not isinstance(node.value, dict):
        node.wants("a quote as an object")
    record = _Record(node)
    record.needs("id", "revision", "submitted_by", "account", "currency")
    currency = _currency(record)
    quote = Quote(
        id=record.id("id"),
        revision=record.part("revision").whole(1) if record.has("revision") else 1,
        submitted_by=record.id("submitted_by"),
        owner=record.id("owner") or None,
        account=record.text("account") or "",
        currency=currency,
        lines=_lines(record.part("lines"), currency),
        inputs=record.further(_QUOTE_KEYS),
        justification=_free_text(record.part("justification")),
        needed_by=read_day(record.part("needed_by")),
        attachments=_attachments(record.part("attachments")),
        edited_by=record.id("edited_by") or None,
    )
    _check_amount(node, sum((line.net for line in quote.lines), Decimal(0)), currency)
    return quote


def _currency(record: _Record) -> str:
    node = record.part("currency")
    code = node.value
    if isinstance(code, str) and minor_digits(code) is not None:
        return code
    if code is not None:
        node.wants("a currency of ISO 4217 such as 'USD'")
    return ""


def _lines(node: Node, currency: str) -> tuple[QuoteLine, ...]:
    if node.value is not None and not isinstance(node.value, list):
        node.wants("a list")
    lines: dict[str, QuoteLine] = {}
    for element in node.elements():
        line = _line(element, currency)
        if line.id in lines and line.id:
            element.problem("duplicate", f"Expected line '{line.id}' once.")
        lines[line.id] = line
    return tuple(lines.values())


def _line(node: Node, currency: str) -> QuoteLine:
    if not isinstance(node.value, dict):
        node.wants("a line as an object")
    record = _Record(node)
    record.needs("id", "product", "family", "quantity", "list_price", "net_price")
    line = QuoteLine(
        id=_label(record.part("id")) or "",
        product=record.text("product") or "",
        family=record.text("family") or "",
        quantity=record.decimal("quantity") or Decimal(0),
        list_price=record.decimal("list_price") or Decimal(0),
        net_price=record.decimal("net_price") or Decimal(0),
        cost=record.decimal("cost"),
        discount_pct=record.percent("discount_pct"),
        period=_label(record.part("period")),
        extra=record.further(_LINE_KEYS),
    )
    if line.quantity < 0:
        sentence = f"Expected a quantity from 0, but got {line.quantity}."
        record.part("quantity").problem("negative", sentence)
    for price in (line.list_price, line.net_price, line.cost or Decimal(0)):
        _check_amount(node, line.quantity * price, currency)
    priced = (record.part(name).value for name in ("list_price", "net_price"))
    if None not in map(decimal_of, priced):
        _check_discount(record.part("discount_pct"), line, currency)
    return line


def _check_amount(node: Node, amount: Decimal, currency: str) -> None:
    largest = largest_amount(currency)
    if abs(amount) > largest:
        sentence = f"Expected amounts of at most {largest}, but got {amount:f}."
        node.problem("too_large", sentence)


def _check_discount(node: Node, line: QuoteLine, currency: str) -> None:
    """
    Refuse a discount that the prices deny, for triggers would believe it.
    """
    claimed = line.discount_pct
    if claimed is None or line.list_price == 0:
        return
    derived = (line.list_price - line.net_price) * 100 / line.list_price
    cent = Decimal(1).scaleb(-(minor_digits(currency) or 0))
    exact = line.list_price * (100 - claimed) / 100
    # On a price of a few cents a cent is a discount of its own.
    near = abs(derived - claimed) <= _ROUNDED_PCT
    rounded_price = near and abs(exact - line.net_price) < cent
    # Zeros behind the point are not kept: 12.0 is read again as 12.
    places = max(1, -int(claimed.as_tuple().exponent))
    rounded_pct = round(derived, places) == claimed
    if not (claimed == derived or rounded_price or rounded_pct):
        sentence = (
            f"Expected the discount that the prices give, {derived.normalize():f},"
            f" but got {claimed}."
        )
        node.problem("disagrees", sentence)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _number(node: Node) -> Decimal:
    number = _small(node)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
        sentence = f"Expected at most {_MOST_DECIMALS} decimals, but got {number}."
        node.problem("too_exact", sentence)
    return number


def _small(node: Node) -> Decimal:
    number = node.decimal()
    if abs(number) <= _LARGEST:
        return number
    node.problem("too_large", f"Expected a number of at most {_LARGEST}.")
    return Decimal(0)


def _label(node: Node) -> str | None:
    value = node.value
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return node.text()


def _free_text(node: Node) -> str | None:
    if node.value is None or isinstance(node.value, str):
        return node.value
    node.wants("a text")
    return None


def _value(node: Node) -> Value:
    value = node.value
    if isinstance(value, list):
        return tuple(_scalar(element) for element in node.elements())
    return _scalar(node)


def _scalar(node: Node) -> Value:
    value: JsonValue = node.value
    if isinstance(value, str | bool):
        return value
    if decimal_of(value) is not None:
        return _small(node)
    node.wants("a text, a number, true or false")
    return None


def _attachments(node: Node) -> tuple[Attachment, ...]:
    if node.value is not None and not isinstance(node.value, list):
        node.wants("a list")
    return tuple(_attachment(element) for element in node.elements())


def _attachment(node: Node) -> Attachment:
    record = _Record(node)
    record.needs("name", "media_type")
    return Attachment(
        name=record.text("name") or "",
        media_type=record.text("media_type") or "",
        sha256=_hash(record),
    )


def _hash(record: _Record) -> str:
    claimed = record.text("sha256")
    content = record.part("content")
    if claimed is not None and not _SHA256.fullmatch(claimed):
        record.part("sha256").wants("64 hexadecimal digits")
    if content.value is None:
        record.needs("sha256")
        return claimed or ""
    try:
        found = hashlib.sha256(base64.b64decode(content.text(), validate=True))
    except binascii.Error:
        content.problem("type", "Expected content in base64.")
        return claimed or ""
    if claimed not in (None, found.hexdigest()):
        sentence = f"Expected content with the hash {claimed}."
        content.problem("disagrees", sentence)
    return found.hexdigest()
