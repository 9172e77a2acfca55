"""
What forecasts are made of is made once in some minutes, and holds up nobody else.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from approval_engine.analytics.forecast.asking import KEPT_S, Forecasts
from approval_engine.errors import StorageError

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
PATIENCE_S = 30


@pytest.fixture
def forecasts():
    return Forecasts(None)


def test_it_is_made_once_and_again_later(forecasts):
    made = iter(range(9))
    later = AT + timedelta(seconds=KEPT_S)

    def ask(at, key="judged"):
        return forecasts.kept(at, key, lambda: next(made))

    assert [ask(AT), ask(AT), ask(AT, "other")] == [0, 0, 1]
    assert [ask(later), ask(later)] == [2, 2]


def test_who_asks_for_the_same_waits_and_nobody_else_does(forecasts):
    begun, go_on = Event(), Event()

    def slow():
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return "slow"

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(forecasts.kept, AT, "slow", slow) for _ in range(2)]
        assert begun.wait(PATIENCE_S)
        assert forecasts.kept(AT, "other", lambda: "quick") == "quick"
        assert not any(each.done() for each in asked)
        go_on.set()
        assert [each.result() for each in asked] == ["slow", "slow"]


def test_what_went_wrong_is_not_kept(forecasts):
    def away():
        sentence = "The database is away."
        raise StorageError(sentence)

    with pytest.raises(StorageError):
        forecasts.kept(AT, "judged", away)
    assert forecasts.kept(AT, "judged", lambda: 7) == 7
