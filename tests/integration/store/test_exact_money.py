"""
Money comes out of both databases as it went in, to the last digit.
"""

import json
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import text as sql

from approval_engine.documents import parse
from approval_engine.errors import DocumentError
from approval_engine.operations import quote_intake
from approval_engine.policy.currency import largest_amount, minor_digits
from approval_engine.store import catalog
from tests.conftest import ON_BOTH
from tests.integration.executor.company import Company, quote

SEED = 20260120
CURRENCIES = ("USD", "JPY", "KWD", "CLF")
"""Two digits behind the point, none, three and four."""

# What binary fractions and 53 bits cannot hold.
HARD = ("0.1", "0.3", "1234567890123.45", "9007199254740.99", "0.01", "-0.01")


@pytest.fixture(params=ON_BOTH)
def company(request, fresh_database):
    company = Company(fresh_database(request.param, ready=True))
    yield company
    company.runtime.database.close()


def amounts(count):
    """
    So many random amounts, as texts, each with a currency that has such amounts.
    """
    dice = Random(SEED)  # noqa: S311 the same ones each time
    for text in HARD:
        yield text, "CLF" if len(text) < 6 else "USD"
    for _ in range(count - len(HARD)):
        currency = dice.choice(CURRENCIES)
        digits = minor_digits(currency)
        most = int(largest_amount(currency).scaleb(digits))
        minor = dice.randint(-most, most) >> dice.randrange(50)
        yield f"{Decimal(minor).scaleb(-digits):f}", currency


def stored(company, count):
    """
    What went in and what came out, by quote: as a text, and as a number of JSON.
    """
    given = {f"Q-{n}": each for n, each in enumerate(amounts(count))}
    documents = []
    for number, (quote_id, (text, currency)) in enumerate(given.items()):
        lines = [{"id": "1", "product": "P", "family": "F", "quantity": "1"}]
        lines[0] |= {"listPrice": text, "netPrice": text}
        priced = {"lines": lines} if not text.startswith("-") else {}
        body = json.dumps(quote(quote_id, amount="AMOUNT", currency=currency, **priced))
        # Half of them as numbers: the reader must not make floats of them either.
        documents.append(body.replace('"AMOUNT"', text if number % 2 else f'"{text}"'))
    text = "[" + ",".join(documents) + "]"
    quote_intake.import_quotes(company.runtime, parse(text.encode(), "quotes.json"))
    company.begin_anew()
    for quote_id, (text, _) in given.items():
        with company.runtime.database.read() as transaction:
            row = catalog.quote(transaction, quote_id)
            yield text, company.runtime.quote(transaction, row.sha256)


def assert_exact(company, count):
    found = list(stored(company, count))

    assert len(found) == count
    for text, read in found:
        assert Decimal(read.inputs["amount"]) == Decimal(text), text
        assert all(line.net_price == Decimal(text) for line in read.lines), text


def test_amounts_are_exact(company):
    assert_exact(company, 300)


@pytest.mark.proof
def test_ten_thousand_amounts_are_exact(company):
    assert_exact(company, 10_000)
    kind = company.runtime.database.engine.dialect.name
    print(f"\nmoney on {kind}: 10000 amounts came back exactly")  # noqa: T201 # a figure


@pytest.mark.parametrize("text", ["0.01", "1234567890123.45", "9007199254740.99"])
def test_what_a_list_sorts_by_is_exact_too(company, text):
    workflow = company.started(amount=text)
    query = "SELECT amount, amount_minor FROM workflow_instance WHERE id = :id"
    with company.runtime.database.read() as transaction:
        row = transaction.execute(sql(query), {"id": workflow}).one()

    assert Decimal(row.amount) == Decimal(text)
    assert row.amount_minor == Decimal(text) * 100


@pytest.mark.parametrize(
    "text", ["90071992547409.93", "90071992547410", "-90071992547409.93", "1e20"]
)
def test_more_than_every_system_can_hold_is_refused(company, text):
    with pytest.raises(DocumentError, match="element=/amount: Expected 'amount' "):
        company.quote(amount=text)
