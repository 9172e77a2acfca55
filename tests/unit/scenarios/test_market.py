from decimal import Decimal
from random import Random

from approval_engine.policy.quotes import read_quotes
from approval_engine.scenarios.market import Market


def market_of(seed):
    return Market(Random(seed), 1)  # noqa: S311 patterns, not secrets


def offers(count, seed=1):
    market = market_of(seed)
    return [market.offer() for _ in range(count)]


def test_every_offer_can_be_read_and_adds_up():
    for offer in offers(40):
        (quote,) = read_quotes(offer.document)

        claimed = Decimal(quote.inputs["amount"])
        assert claimed == sum(line.net for line in quote.lines)


def test_offers_are_numbered_from_the_first():
    assert [offer.id for offer in offers(2)] == ["Q-H-00001", "Q-H-00002"]


def test_the_same_dice_make_the_same_offers():
    assert offers(10) == offers(10)
    assert offers(10) != offers(10, seed=2)


def test_a_better_offer_is_the_next_revision_with_more_margin():
    market = market_of(1)
    offer = market.offer()
    better = market.better(offer)

    assert (better.id, better.value["revision"]) == (offer.id, 2)
    gained = Decimal(better.value["margin_pct"]) - Decimal(offer.value["margin_pct"])
    assert gained > 0
