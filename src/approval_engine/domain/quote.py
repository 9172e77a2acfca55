"""
A quote document → one frozen revision of a priced offer, with exact numbers.

It knows nothing of policies: which inputs matter and how they derive is `policy`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from approval_engine.documents.node import decimal_of
from approval_engine.domain.exceptions import Waives

Value: TypeAlias = "Decimal | str | bool | date | tuple[Value, ...] | None"
"""What an input can be; numbers are always `Decimal`, lists are tuples."""

NO_INPUTS: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteLine:
    """
    One position of a quote; prices are per unit, in the quote's currency.

    `extra` holds whatever else the document says of the line, by its snake_case name.
    """

    id: str
    product: str
    family: str
    quantity: Decimal
    list_price: Decimal
    net_price: Decimal
    cost: Decimal | None = None
    discount_pct: Decimal | None = None
    period: str | None = None
    extra: Mapping[str, Value] = field(default_factory=lambda: NO_INPUTS)

    @property
    def net(self) -> Decimal:
        """
        What the line adds to the amount of the quote.
        """
        return self.quantity * self.net_price


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """
    A file that came with the quote; the content itself may be kept elsewhere.
    """

    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """
    One revision of a quote. `inputs` are the further facts that it claims, by name.

    `edited_by` is who last edited a field that the policy protects.
    `waives` is set in the document of an exception, which is reviewed like a quote.
    """

    id: str
    revision: int
    submitted_by: str
    owner: str | None
    account: str
    currency: str
    lines: tuple[QuoteLine, ...] = ()
    inputs: Mapping[str, Value] = field(default_factory=lambda: NO_INPUTS)
    justification: str | None = None
    needed_by: date | None = None
    attachments: tuple[Attachment, ...] = ()
    edited_by: str | None = None
    waives: Waives | None = None

    @property
    def worth(self) -> Decimal | None:
        """
        What it is worth by its lines; without lines, what it states as its amount.
        """
        if self.lines:
            return sum((line.net for line in self.lines), Decimal(0))
        stated = self.inputs.get("amount")
        if isinstance(stated, str):
            return decimal_of(stated)
        return stated if isinstance(stated, Decimal) else None
