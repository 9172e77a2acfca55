"""
Whatever is changed behind the back of the product is found, and the place is named.
"""

import contextlib
import random

import pytest
from sqlalchemy import text

from approval_engine.errors import Altered, Conflict
from approval_engine.history.evidence import keys, signed
from approval_engine.history.evidence.checkpoint import write
from approval_engine.history.verify import verify_every
from approval_engine.operations.evidence import export, verify
from tests.integration.executor.company import Company
from tests.integration.operations.conftest import happen
from tests.integration.operations.tampering import (
    DATABASES,
    PACKETS,
    Logs,
    unguard,
)

SHORT, FULL = 40, 200


class Undo(Exception):
    """
    Ends a transaction without a trace.
    """


@pytest.fixture
def scene(ready_database_url, tmp_path):
    """
    A database in which everything happened, what was signed of it, and a key.
    """
    company = Company(ready_database_url)
    runs = happen(company)
    signer = keys.make(tmp_path / "private.pem")
    path = tmp_path / "checkpoint.txt"
    write(company.runtime.database, signer, company.now, lambda _: path)
    known = signed.checked([path], [signer.public])
    packets = [export(company.runtime, each, signer) for each in runs.values()]
    yield company.runtime.database, known, packets, signer
    company.runtime.database.close()


def found_in(database, known, change=None, dice=None):
    """
    What must be named, and what is: the event by workflow.
    """
    named, wanted = {}, None
    with contextlib.suppress(Undo), database.begin() as transaction:
        if change:
            unguard(transaction)
            wanted = change(Logs(transaction, dice))
        for each in verify_every(transaction):
            if each.first_altered is not None:
                named[each.workflow] = each.first_altered
        for each in known.differences(transaction):
            named.setdefault(each.workflow, each.seq)
        raise Undo
    return wanted, named


def tamper_with_packets(packets, signer, seed, count):
    dice = random.Random(seed)  # noqa: S311 a draw, no secret
    missed = []
    for number in range(count):
        packet = dice.choice(packets)
        change = PACKETS[number % len(PACKETS)]
        changed, wanted = change(dice, packet)
        assert verify(packet, [signer.public])
        try:
            verify(changed, [signer.public])
            missed.append((change.__name__, number, "nothing"))
        except Altered as error:
            right = wanted is None or (error.file, error.seq) == (
                wanted.file,
                wanted.seq or error.seq,
            )
            if not right:
                told = (error.file, error.seq, error.because)
                missed.append((change.__name__, number, told, wanted))
    return missed


def tamper_with_database(database, known, seed, count):
    dice = random.Random(seed)  # noqa: S311 a draw, no secret
    missed = []
    for number in range(count):
        change = DATABASES[number % len(DATABASES)]
        wanted, named = drawn(database, known, change, dice)
        seq = named.get(wanted.workflow, 0)
        if not wanted.seq <= seq <= (wanted.until or wanted.seq):
            missed.append((change.__name__, number, wanted, named))
        assert found_in(database, known)[1] == {}
    return missed


def drawn(database, known, change, dice):
    """
    The next change that no constraint of the database refuses by itself.
    """
    while True:
        with contextlib.suppress(Conflict):
            return found_in(database, known, change, dice)


def test_forty_changes_are_found_and_named(scene):
    database, known, packets, signer = scene

    assert tamper_with_packets(packets, signer, 1, SHORT // 2) == []
    assert tamper_with_database(database, known, 1, SHORT // 2) == []


@pytest.mark.proof
def test_two_hundred_changes_each_are_found_and_named(scene, record_property):
    database, known, packets, signer = scene
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed={seed}")  # noqa: T201 to play it again

    in_packets = tamper_with_packets(packets, signer, seed, FULL)
    in_database = tamper_with_database(database, known, seed, FULL)
    on = "sqlite" if database.is_sqlite else "postgresql"
    for what, missed in (("packets", in_packets), ("logs", in_database)):
        told = f"{FULL - len(missed)} of {FULL}"
        row = (f"changes in {what}, found and named", f"{FULL} of {FULL}", told, on)
        # One row of the table of proofs.
        record_property("figure", row)

    assert (in_packets, in_database) == ([], [])


def test_nothing_stays_of_what_was_tried(scene):
    database, known, _, _ = scene
    count = "SELECT count(*) FROM workflow_event"
    with database.read() as transaction:
        before = transaction.execute(text(count)).scalar_one()
    found_in(database, known, DATABASES[-4], random.Random(2))  # noqa: S311 a draw, no secret

    with database.read() as transaction:
        assert transaction.execute(text(count)).scalar_one() == before
