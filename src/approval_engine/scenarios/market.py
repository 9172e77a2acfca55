"""
The quotes of the deal desk as patterns → ever new quotes, and better revisions of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from approval_engine.documents import Document, canonical, parse
from approval_engine.scenarios import world

PREFIX = "Q-H-"
"""How the ids of simulated quotes begin."""

NEVER = frozenset({"Q-2026-0164", "Q-2026-0166"})
"""Quotes that no policy lets through."""

_FACTORS = (1, 1, 1, 2, 3)
_BETTER_PCT = Decimal(4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """
    A quote revision and its document's value.
    """

    id: str
    submitter: str
    value: Mapping[str, Any]

    @property
    def document(self) -> Document:
        """
        The document to import.
        """
        return parse(canonical(self.value), self.id)


class Market:
    """
    Makes offers, the same ones for the same dice.
    """

    def __init__(self, dice: Random, first: int) -> None:
        self._dice = dice
        self._number = first
        directory: Any = world.document(world.DIRECTORY).value
        quotes: Any = world.document(world.QUOTES).value
        leads = {user.get("manager") for user in directory["users"]}
        self._home: dict[str, Mapping[str, str] | None] = {
            user["id"]: user.get("attributes")
            for user in directory["users"]
            if user.get("active", True) and user["id"] not in leads
        }
        self._patterns = [
            quote
            for quote in quotes
            if quote["revision"] == 1 and quote["id"] not in NEVER
        ]

    def offer(self) -> Offer:
        """
        The next quote: a pattern with another customer, colleague and volume.
        """
        pattern = self._dice.choice(self._patterns)
        factor = self._dice.choice(_FACTORS)
        lines = [
            {**line, "quantity": line["quantity"] * factor} for line in pattern["lines"]
        ]
        amount = sum(Decimal(line["netPrice"]) * line["quantity"] for line in lines)
        submitter = self._colleague(pattern["submittedBy"])
        quote = f"{PREFIX}{self._number:05d}"
        self._number += 1
        value = {
            **pattern,
            "id": quote,
            "submittedBy": submitter,
            "account": self._account(pattern["region"]),
            "lines": lines,
            "amount": amount,
        }
        return Offer(id=quote, submitter=submitter, value=value)

    def better(self, offer: Offer) -> Offer:
        """
        The next revision: more margin, ordinary payment, and a word on why.
        """
        value = {
            **offer.value,
            "revision": offer.value["revision"] + 1,
            "margin_pct": Decimal(offer.value["margin_pct"]) + _BETTER_PCT,
            "payment_days": min(offer.value["payment_days"], 60),
            "justification": "Changed as asked in the review.",
        }
        return Offer(id=offer.id, submitter=offer.submitter, value=value)

    def _colleague(self, person: str) -> str:
        home = self._home[person]
        return self._dice.choice([p for p, h in self._home.items() if h == home])

    def _account(self, region: str) -> str:
        names = [q["account"] for q in self._patterns if q["region"] == region]
        return str(self._dice.choice(names))
