"""
Every submission, automatic approval, exception and override of some days, and totals.

The rows are counted against the event log, so that none is left out unseen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from approval_engine.documents import load, sha256
from approval_engine.domain.events import stamp
from approval_engine.errors import WrongOption
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.conditions.values import ARITHMETIC
from approval_engine.policy.currency import minor_digits
from approval_engine.store import catalog, exceptions
from approval_engine.store import population as store
from approval_engine.store.database import Transaction
from approval_engine.store.exceptions import ExceptionRow
from approval_engine.store.population import Submission

Row = dict[str, object]

_LARGEST = Decimal(10) ** 20

KINDS = ("submission", "automatic_approval", "exception", "override")
"""What a row can be, in the order of the report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """
    The rows by kind and time, and how many submissions the event log counts.
    """

    rows: tuple[Row, ...]
    logged: int

    @property
    def agrees(self) -> bool:
        """
        Whether the rows are as many as the log says.
        """
        return self._count("submission") == self.logged

    def totals(self) -> Iterator[Row]:
        """
        Number and sum of each kind, by currency where there are amounts.
        """
        for kind in KINDS:
            mine = [row for row in self.rows if row["kind"] == kind]
            currencies = sorted({str(row["currency"]) for row in mine if _sum_of(row)})
            if not currencies:
                yield {"total": kind, "count": len(mine)}
            for currency in currencies:
                same = [row for row in mine if row.get("currency") == currency]
                amount = _added(_sum_of(row) or Decimal(0) for row in same)
                yield {
                    "total": kind,
                    "currency": currency,
                    "count": len(same),
                    "amount": _text(amount, currency),
                }

    def control(self) -> Row:
        """
        The control total: what was listed, what the log counts, and the rows' hash.
        """
        return {
            "control": "ok" if self.agrees else "different",
            "listed": self._count("submission"),
            "logged": self.logged,
            "sha256": sha256(self.rows),
        }

    def _count(self, kind: str) -> int:
        return sum(row["kind"] == kind for row in self.rows)


def population(runtime: Runtime, first: date, last: date) -> Population:
    """
    The population of these days, both included, in the zone of the active policy.
    """
    with runtime.database.read() as transaction:
        span = _span(_zone(runtime, transaction), first, last)
        submitted = tuple(store.submissions(transaction, span))
        asked = [
            row
            for row in exceptions.listed(transaction)
            if span[0] <= row.created_at < span[1]
        ]
        rows = (
            *(_submission("submission", each) for each in submitted),
            *(
                _submission("automatic_approval", each)
                for each in submitted
                if each.steps == 0
            ),
            *map(_exception, asked),
            *_overrides(transaction, span),
        )
        return Population(rows=rows, logged=store.counted(transaction, span))


def amount_of(submission: Submission) -> Decimal | None:
    """
    The amount in the currency of the quote: as the policy read it, or as it is stated.

    Where the quote states none, it is what its lines add up to.
    """
    evaluation: Any = load(submission.evaluation)
    quote: Any = load(submission.quote)
    read = quote if evaluation.get("rate") else evaluation["inputs"]
    if (stated := read.get("amount")) is not None:
        return Decimal(str(stated))
    lines = quote.get("lines") or ()
    return _added(map(_net, lines)) if lines else None


def _net(line: Mapping[str, Any]) -> Decimal:
    price = line.get("netPrice", line.get("net_price"))
    return ARITHMETIC.multiply(Decimal(str(line["quantity"])), Decimal(str(price)))


def _zone(runtime: Runtime, transaction: Transaction) -> ZoneInfo:
    active = catalog.current(transaction).policy
    if active is None:
        return ZoneInfo("UTC")
    policy = runtime.policy(transaction, active)
    return ZoneInfo(policy.calendars[policy.default_step.calendar].time_zone)


def _span(zone: ZoneInfo, first: date, last: date) -> tuple[str, str]:
    try:
        days = (first, last + timedelta(days=1))
        begin, end = (
            stamp(datetime.combine(day, time(), zone).astimezone(UTC)) for day in days
        )
    except OverflowError:
        sentence = f"Expected days that begin and end, but got {first} to {last}."
        raise WrongOption(sentence) from None
    return begin, end


def _submission(kind: str, each: Submission) -> Row:
    quote: Any = load(each.quote)
    evaluation: Any = load(each.evaluation)
    amount = amount_of(each)
    fired = [trigger for trigger in evaluation["triggers"] if trigger["fired"]]
    return {
        "kind": kind,
        "at": each.created_at,
        "workflow": each.id,
        "quote": each.quote_id,
        "revision": each.quote_revision,
        "attempt": each.attempt,
        "account": each.account,
        "submitted_by": each.submitted_by,
        "policy": each.policy_version,
        "status": each.status,
        "steps": each.steps,
        "amount": None if amount is None else _text(amount, quote["currency"]),
        "currency": quote["currency"],
        "triggers": [trigger["id"] for trigger in fired],
        "waived_by": [t["waived_by"] for t in fired if t.get("waived_by")],
    }


def _exception(row: ExceptionRow) -> Row:
    waives = row.waives
    return {
        "kind": "exception",
        "at": row.created_at,
        "exception": row.id,
        "workflow": row.workflow_id,
        "account": row.account,
        "trigger": waives.trigger,
        "within": waives.within,
        "until": waives.ends_on.isoformat() if waives.ends_on else "unlimited",
        "uses": waives.uses or "unlimited",
        "used": row.used,
        "status": str(row.status),
        "requested_by": row.requested_by,
        "granted_by": list(row.granted_by),
    }


def _overrides(transaction: Transaction, span: tuple[str, str]) -> Iterator[Row]:
    for each in store.overrides(transaction, span):
        data: Any = load(each.data.encode())
        yield {
            "kind": "override",
            "at": each.timestamp,
            "workflow": each.workflow_id,
            "quote": each.quote_id,
            "seq": each.seq,
            "actor": each.actor,
            "decision": data.get("decision"),
        }


def _sum_of(row: Row) -> Decimal | None:
    amount = row.get("amount")
    return None if amount is None else Decimal(str(amount))


def _added(numbers: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = ARITHMETIC.add(total, number)
    return total


def _text(number: Decimal, currency: str) -> str:
    """
    An amount with all digits that it has, and with those that its currency has.
    """
    cent = Decimal(1).scaleb(-(minor_digits(currency) or 0))
    whole = number.quantize(cent) if abs(number) < _LARGEST else number
    return format(whole if whole == number else number, "f")
