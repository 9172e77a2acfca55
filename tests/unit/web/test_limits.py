"""
Who asks too much waits, and nobody else does.
"""

import pytest

from approval_engine.errors import TooManyAttempts
from approval_engine.web.limits import Bucket, Refusals


class Watch:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


def refusal(call, *arguments):
    try:
        call(*arguments)
    except TooManyAttempts as refusal:
        return refusal
    return None


def test_a_bucket_fills_bit_by_bit(watch):
    bucket = Bucket(6, watch)
    assert [refusal(bucket.take, "maria") is None for _ in range(7)] == [True] * 6 + [
        False
    ]
    assert refusal(bucket.take, "fred") is None

    watch.now += 9.9
    assert refusal(bucket.take, "maria").retry_after_s == 1
    watch.now += 0.2
    assert refusal(bucket.take, "maria") is None


def test_who_was_refused_is_refused_until_his_wait_is_over(watch):
    refusals = Refusals(watch)
    assert refusals.find("a secret") is None

    refusals.note("a secret", TooManyAttempts("requests", 3))
    watch.now += 1.5
    assert refusals.find("a secret").retry_after_s == 2
    assert refusals.find("another") is None

    watch.now += 1.5
    assert refusals.find("a secret") is None


def test_who_does_not_wait_as_told_has_his_changes_one_by_one(watch):
    bucket, refusals = Bucket(300, watch), Refusals(watch)
    for _ in range(300):
        bucket.take("maria")
    refusals.note("a secret", refusal(bucket.take, "maria"))
    assert refusals.find("a secret").retry_after_s == 1

    watch.now += 0.201
    assert refusals.find("a secret") is None
    assert refusal(bucket.take, "maria") is None
    assert refusal(bucket.take, "maria").retry_after_s == 1


def test_who_waits_as_he_is_told_has_all_of_that_second(watch):
    bucket, refusals = Bucket(300, watch), Refusals(watch)
    for _ in range(300):
        bucket.take("maria")
    refused = refusal(bucket.take, "maria")
    refusals.note("a secret", refused)

    watch.now += refused.retry_after_s
    assert refusals.find("a secret") is None
    assert [refusal(bucket.take, "maria") for _ in range(5)] == [None] * 5


def test_secrets_are_not_kept_for_it(watch):
    refusals = Refusals(watch)
    refusals.note("a secret", TooManyAttempts("requests", 3))

    assert "a secret" not in repr(vars(refusals))


def test_only_so_many_are_remembered(watch):
    refusals = Refusals(watch)
    for number in range(10_001):
        refusals.note(f"secret {number}", TooManyAttempts("requests", 3))

    assert refusals.find("secret 0") is None
    assert refusals.find("secret 10000").retry_after_s == 3
