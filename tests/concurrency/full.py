"""
The disk of a database fills up while people write, and has room again later.
"""

import os
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event

from approval_engine.domain.actions import Action
from approval_engine.errors import StorageError
from approval_engine.executor.commands.act import Wish, act
from approval_engine.history.reading import timeline
from tests.concurrency.company import FRED, MANAGERS, caller, do
from tests.concurrency.oracle import assert_all_holds, facts

_DICE = Random(12)  # noqa: S311 it makes words that nothing can make shorter


class Pages:
    """
    A limit to the pages of a file of SQLite, as if the disk ended there.
    """

    def __init__(self, database, room):
        self._database = database
        with database.read() as transaction:
            used = transaction.exec_driver_sql("PRAGMA page_count").scalar_one()
        self.limit = used + room
        event.listen(database.engine, "connect", self._connect)
        database.close()

    def _connect(self, connection, _):
        connection.execute(f"PRAGMA max_page_count = {self.limit}")

    def grow(self):
        self.limit *= 10
        self._database.close()


class Disk:
    """
    A small disk in memory; only root may make one.
    """

    def __init__(self, size_mib, owner):
        self.path = Path(tempfile.mkdtemp(prefix="cpq-small-"))
        self._mount(f"size={size_mib}m,uid={owner},mode=0700")
        self._size_mib = size_mib

    def grow(self):
        self._mount(f"remount,size={self._size_mib * 4}m")

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)  # noqa: S607 wherever it is
        self.path.rmdir()

    def _mount(self, options):
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path]
        ended = subprocess.run(words, capture_output=True, check=False)
        if ended.returncode:
            self.path.rmdir()
            pytest.skip(f"no small disk can be made here: {ended.stderr.decode()}")


@contextmanager
def small_disk(size_mib, owner=0):
    """
    A disk of that size for a while; skips the test where none can be made.
    """
    if os.getuid():
        pytest.skip("only root can make a small disk")
    disk = Disk(size_mib, owner)
    try:
        yield disk
    finally:
        disk.close()


def fill(company, disk, post):
    """
    People write until nothing fits, are refused, and go on once there is room.

    `post` asks the HTTP interface for an approval; how many comments were taken before.
    """
    (started,) = company.start(1)
    taken = _write_until_full(company, started)
    refused = _refused(post)
    # Reading goes on, and nothing of what was refused is there.
    assert facts(company.runtime, started.id)["commented"] == taken
    assert len(timeline(company.runtime.database, started.id)) > taken
    _assert_whole(company)
    assert_all_holds(company.runtime)
    disk.grow()
    # The same command under the same key; what was taken is taken no second time.
    for number in range(max(0, taken - 20), taken + 1):
        assert _write(company, started, number).replayed is (number < taken)
    assert facts(company.runtime, started.id)["commented"] == taken + 1
    if refused:
        _assert_goes_on(post())
    do(company.runtime, started, FRED, Action.APPROVE, step="finance")
    _assert_whole(company)
    assert_all_holds(company.runtime)
    return taken


def _assert_goes_on(answer):
    """
    It is done, or the key is still claimed: giving it back had no room either.
    """
    if answer.status_code == 409:
        assert (answer.json["code"], "Retry-After" in answer.headers) == (
            "in-progress",
            True,
        )
    else:
        assert answer.status_code == 200


def _write_until_full(company, started):
    for taken in count():
        try:
            _write(company, started, taken)
        except StorageError as refusal:
            message = str(refusal)
            break
    assert "full" in message or "No space left" in message
    return taken


def _write(company, started, number):
    words = f"{number} {_DICE.randbytes(4500).hex()}"
    wish = Wish(
        workflow=started.id,
        task=started.manager,
        action=Action.COMMENT,
        comment=_SAID.setdefault((started.id, number), words),
    )
    return act(
        company.runtime, wish, caller(MANAGERS[0], f"comment {started.id} {number}")
    )


_SAID = {}


def _refused(post):
    """
    Whether the HTTP interface had no room either; then it says so, and when to come.
    """
    answer = post()
    if answer.status_code == 200:
        return False
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    return True


def _assert_whole(company):
    database = company.runtime.database
    if database.is_sqlite:
        with database.read() as transaction:
            check = transaction.exec_driver_sql("PRAGMA quick_check")
            assert check.scalars().all() == ["ok"]
