"""
Writers of one process take turns.
"""

from threading import Thread

import pytest

from approval_engine.errors import StorageError
from approval_engine.store.turns import Turns

LONG = 60


def queue_up(turns, names, done):
    """
    One thread per name, each waiting before the next one comes.
    """

    def write(name):
        with turns.mine():
            done.append(name)

    threads = []
    for number, name in enumerate(names, start=1):
        thread = Thread(target=write, args=(name,))
        thread.start()
        threads.append(thread)
        while turns.waiting < number:
            pass
    return threads


def test_whoever_came_first_is_next():
    turns, done = Turns(LONG), []
    names = [str(number) for number in range(20)]

    with turns.mine():
        threads = queue_up(turns, names, done)
        assert done == []
    for thread in threads:
        thread.join()

    assert done == names


def test_a_turn_is_passed_on_when_its_owner_fails():
    turns = Turns(LONG)

    with pytest.raises(KeyError), turns.mine():
        raise KeyError

    with turns.mine():
        assert turns.waiting == 0


def test_who_waits_too_long_leaves_the_queue_and_stops_nobody():
    turns = Turns(0.01)

    with (
        turns.mine(),
        pytest.raises(StorageError, match="others write too long"),
        turns.mine(),
    ):
        pytest.fail("two were inside at once")

    assert turns.waiting == 0
    with turns.mine():
        assert turns.waiting == 0
