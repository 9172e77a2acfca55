"""
Protections stand behind one another: each does its work also as the last of them.
"""

from tests.concurrency import layers


def test_a_writer_that_lost_its_lock_writes_nothing(company):
    layers.stale_writer(company)


def test_an_event_is_recorded_once(company):
    layers.second_event(company)


def test_what_one_worker_has_claimed_another_does_not_get(company):
    layers.shared_due(company)


def test_every_seat_counts(company):
    layers.one_of_many(company)
