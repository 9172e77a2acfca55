"""
Exchange rates by set, currency and day, and the first evaluation of a quote.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import select, update

from approval_engine.domain.rates import Rate
from approval_engine.store.database import Transaction
from approval_engine.store.schema import DOCUMENT, EXCHANGE_RATE, WORKFLOW


def put(transaction: Transaction, name: str, rates: Iterable[Rate]) -> int:
    """
    Store the rates of a set; a day that is there already gets the new rate.

    What was frozen for a quote stands in its evaluation and does not change.
    """
    count = 0
    for rate in rates:
        key = {
            "set_name": name,
            "currency": rate.currency,
            "into_currency": rate.into,
            "on_day": rate.on.isoformat(),
        }
        same = [EXCHANGE_RATE.c[column] == value for column, value in key.items()]
        text = format(rate.rate, "f")
        query = update(EXCHANGE_RATE).where(*same).values(rate=text)
        if not transaction.execute(query).rowcount:
            transaction.execute(EXCHANGE_RATE.insert().values(**key, rate=text))
        count += 1
    return count


def newest(
    transaction: Transaction, name: str, currencies: tuple[str, str], on: date
) -> Rate | None:
    """
    The last rate of a set from one currency into another on or before a day.
    """
    currency, into = currencies
    table = EXCHANGE_RATE.c
    query = (
        select(table.on_day, table.rate)
        .where(
            table.set_name == name,
            table.currency == currency,
            table.into_currency == into,
            table.on_day <= on.isoformat(),
        )
        .order_by(table.on_day.desc())
        .limit(1)
    )
    row = transaction.execute(query).one_or_none()
    if row is None:
        return None
    day = date.fromisoformat(row.on_day)
    return Rate(currency=currency, into=into, on=day, rate=Decimal(row.rate))


def first_evaluation(transaction: Transaction, quote_id: str) -> bytes | None:
    """
    The evaluation of the first workflow of any revision of a quote.
    """
    query = (
        select(DOCUMENT.c.body)
        .join(WORKFLOW, WORKFLOW.c.evaluation_sha256 == DOCUMENT.c.sha256)
        .where(WORKFLOW.c.quote_id == quote_id)
        .order_by(WORKFLOW.c.number)
        .limit(1)
    )
    body = transaction.execute(query).scalar_one_or_none()
    return None if body is None else bytes(body)
