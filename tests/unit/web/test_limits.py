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

    refusals.note("a secret", TooManyAttempts("Too many.", 3))
    watch.now += 1.5
    assert refusals.find("a secret").retry_after_s == 2
    assert refusals.find("another") is None

    watch.now += 1.5
    assert refusals.find("a secret") is None


def test_secrets_are_not_kept_for_it(watch):
    refusals = Refusals(watch)
    refusals.note("a secret", TooManyAttempts("Too many.", 3))

    assert "a secret" not in repr(vars(refusals))


def test_only_so_many_are_remembered(watch):
    refusals = Refusals(watch)
    for number in range(10_001):
        refusals.note(f"secret {number}", TooManyAttempts("Too many.", 3))

    assert refusals.find("secret 0") is None
    assert refusals.find("secret 10000").retry_after_s == 3
