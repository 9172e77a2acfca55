"""
What was signed elsewhere shows what a chain of hashes alone cannot.
"""

import base64
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from approval_engine import worker
from approval_engine.errors import Altered, Conflict, InvalidInput
from approval_engine.history.evidence import keys, signed
from approval_engine.history.evidence.checkpoint import read, write
from approval_engine.operations.invariants import check_all
from approval_engine.store import checkpoints, erasures
from tests.integration.executor.company import Company
from tests.integration.operations.tampering import Logs, cut_tail, remove, unguard


@pytest.fixture
def company(ready_database_url):
    made = Company(ready_database_url)
    yield made
    made.runtime.database.close()


@pytest.fixture
def signer(tmp_path):
    return keys.make(tmp_path / "private.pem")


@pytest.fixture
def sign(company, signer, tmp_path):
    def make(name="checkpoint-1.txt"):
        database = company.runtime.database
        return write(database, signer, company.now, lambda _: tmp_path / name)

    return make


def differing(company, known):
    with company.runtime.database.read() as transaction:
        return [
            (each.workflow, each.seq, each.checkpoint)
            for each in known.differences(transaction)
        ]


def test_what_grew_since_is_as_it_was_signed(company, signer, sign):
    workflow = company.started()
    made, path = sign()
    company.act(workflow, "finance", "approve", "fred")
    company.started()

    known = signed.checked([path], [signer.public])
    assert differing(company, known) == []
    assert (made.number, made.workflows, made.previous) == (1, 1, None)


def test_the_log_of_erasures_is_signed_too(company, signer, sign):
    with company.runtime.database.begin() as transaction:
        for number in (1, 2):
            erasures.append(transaction, "at", ("ada", f"p-{number}"), "left", {})
    made, path = sign()
    known = signed.checked([path], [signer.public])
    before = differing(company, known)
    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        transaction.execute(text("DELETE FROM erasure WHERE number = 2"))
        cut = list(known.differences(transaction))
        erasures.append(transaction, "at", ("ada", "p-2"), "for another reason", {})

    assert (made.erasures, before) == (2, [])
    assert [(each.workflow, each.seq) for each in cut] == [("erasures", 2)]
    assert differing(company, known) == [("erasures", 2, 1)]


def test_a_database_of_no_workflow_is_signed(company, signer, sign):
    _, path = sign()

    assert differing(company, signed.checked([path], [signer.public])) == []


@pytest.mark.broken
def test_the_oldest_checkpoint_that_differs_tells_where(company, signer, sign):
    workflow = company.started()
    first = sign()
    company.act(workflow, "finance", "approve", "fred")
    second = sign("checkpoint-2.txt")
    known = signed.checked([first[1].parent], [signer.public])

    assert second[0].previous == first[0].sha256
    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        logs = Logs(transaction, None)
        log = logs.of[workflow]
        logs.delete(log[-1])
        logs.end_with(log[-2])
    assert differing(company, known) == [(workflow, 5, 2)]


@pytest.mark.broken
@pytest.mark.parametrize("change", [cut_tail, remove])
def test_a_check_of_the_whole_database_takes_a_checkpoint(
    company, signer, sign, change
):
    """
    I3 speaks of the head that was signed, too.
    """
    company.act(company.started(), "finance", "approve", "fred")
    known = signed.checked([sign()[1]], [signer.public])
    assert check_all(company.runtime, signed=known).findings == ()

    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        wanted = change(Logs(transaction, random.Random(1)))  # noqa: S311 a draw
    found = check_all(company.runtime, signed=known).findings
    said = [each for each in found if "checkpoint 1" in each.detail]
    assert [each.invariant for each in said] == ["I3"]
    assert said[0].detail.startswith(f"event {wanted.seq}:")


def other_digit(line):
    last = line[-2:-1]
    return line[:-2] + (b"0" if last != b"0" else b"1") + b"\n"


CHANGES = (
    (lambda lines: [other_digit(lines[0]), *lines[1:]], "its heads"),
    (lambda lines: lines[1:], "its heads"),
    (lambda lines: [lines[1], lines[0], *lines[2:]], "its heads"),
    (lambda lines: [*lines[:-1], lines[-1][4:]], "none of the keys"),
    (lambda lines: [*lines[:-2], lines[-2][:-4] + b'x"}\n', lines[-1]], "none of"),
    (lambda lines: [*lines, b"WF-1 1 x\n"], "is no head"),
    (lambda lines: lines[:-1], "is no head"),
    (lambda lines: [b"WF-1 one\n", *lines], "is no head"),
    (lambda _: [], "is no head"),
    (lambda lines: [b"x" * 5000, *lines], "is no head"),
)


def test_a_changed_checkpoint_is_refused(company, signer, sign):
    company.started()
    company.started()
    _, path = sign()
    lines = path.read_bytes().splitlines(keepends=True)
    for change, words in CHANGES:
        path.write_bytes(b"".join(change(lines)))
        with pytest.raises(Altered, match=words):
            read(path, [signer.public])

    path.write_bytes(b"".join(lines))
    assert read(path, [signer.public])


def test_another_key_and_another_statement_prove_nothing(
    company, signer, sign, tmp_path
):
    """
    A signed manifest of a packet is no checkpoint.
    """
    _, path = sign()
    other = keys.make(tmp_path / "other.pem")
    with pytest.raises(Altered, match="none of the keys"):
        read(path, [other.public])

    manifest = b'{"packet":1}'
    signature = base64.b64encode(signer.sign(manifest))
    path.write_bytes(manifest + b"\n" + signature + b"\n")
    with pytest.raises(Altered, match="no checkpoint"):
        read(path, [signer.public])


def test_checkpoints_that_do_not_follow_each_other_are_found(
    company, signer, sign, tmp_path
):
    """
    As they do where a database was put back and signed on.
    """
    company.started()
    sign()
    sign("checkpoint-2.txt")
    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        transaction.execute(text("DELETE FROM checkpoint WHERE number = 2"))
    company.wait(hours=1)
    sign("checkpoint-2b.txt")
    sign("checkpoint-3.txt")

    with pytest.raises(Altered, match="two checkpoints 2"):
        signed.checked([tmp_path], [signer.public])
    both = [tmp_path / "checkpoint-2.txt", tmp_path / "checkpoint-3.txt"]
    with pytest.raises(Altered, match="does not follow checkpoint 2"):
        signed.checked(both, [signer.public])
    right = [tmp_path / "checkpoint-2b.txt", tmp_path / "checkpoint-3.txt"]
    assert len(signed.checked(right, [signer.public]).files) == 2


def test_a_file_that_is_there_is_left_as_it_is(company, sign, tmp_path):
    (tmp_path / "checkpoint-1.txt").write_text("mine")

    with pytest.raises(InvalidInput, match="already"):
        sign()
    assert (tmp_path / "checkpoint-1.txt").read_text() == "mine"
    with pytest.raises(InvalidInput, match="cannot be written"):
        sign("nowhere/checkpoint.txt")


@pytest.mark.parametrize("same", [False, True])
def test_of_two_that_sign_at_once_one_has_the_number(company, signer, tmp_path, same):
    """
    The other one takes back what he wrote, and nothing else, also under one name.
    """
    database = company.runtime.database
    folder = tmp_path / "folder"
    folder.mkdir()
    begun = []

    def late(number):
        if not begun:
            begun.append(number)
            write(database, signer, company.now, lambda _: folder / "first.txt")
            (folder / "first.txt").rename(tmp_path / "kept.txt")
        return folder / ("first.txt" if same else "second.txt")

    with pytest.raises(Conflict):
        write(database, signer, company.now, late)
    assert list(folder.iterdir()) == []
    assert read(tmp_path / "kept.txt", [signer.public]).number == 1


def test_whoever_dies_before_the_file_has_its_name_leaves_no_fork(
    company, signer, tmp_path, sign, monkeypatch
):
    """
    The number is taken, so the next checkpoint follows it; one file is missing.
    """
    sign()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(Gone))
        with pytest.raises(Gone):
            sign("checkpoint-2.txt")
    sign("checkpoint-3.txt")

    known = signed.checked([tmp_path], [signer.public])
    assert [each.number for each, _ in known.files] == [1, 3]


class Gone(BaseException):
    """
    A process that ends here.
    """


def test_workers_sign_once_an_hour(company, signer, tmp_path):
    """
    All of them together, and what is signed follows what was.
    """
    folder = tmp_path / "folder"
    folder.mkdir()
    company.started()
    rounds = []
    for _ in range(3):
        for _ in range(2):
            signing = worker.Signing(signer, folder)
            rounds.append(worker.once(company.runtime, signing=signing).signed)
        company.wait(minutes=59)
        worker.once(company.runtime, signing=worker.Signing(signer, folder))
        company.wait(minutes=1)

    assert rounds == [1, 0, 1, 0, 1, 0]
    known = signed.checked([folder], [signer.public])
    assert [each.number for each, _ in known.files] == [1, 2, 3]
    assert differing(company, known) == []


def test_a_folder_that_is_away_stops_no_worker(company, signer, tmp_path, caplog):
    signing = worker.Signing(signer, tmp_path / "away")
    company.started()

    assert worker.once(company.runtime, signing=signing).signed == 0
    assert worker.once(company.runtime, signing=signing).signed == 0
    told = [r for r in caplog.records if "checkpoint_failed" in r.getMessage()]
    assert len(told) == 1
    (tmp_path / "away").mkdir()
    company.now += timedelta(minutes=1)
    assert worker.once(company.runtime, signing=signing).signed == 1


def test_a_running_worker_signs(company, signer, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    stop = threading.Event()
    beside = threading.Thread(
        target=worker.run,
        args=(company.runtime, stop, 0.01),
        kwargs={"signing": worker.Signing(signer, folder)},
    )
    beside.start()
    while not list(folder.glob("checkpoint-*.txt")):
        stop.wait(0.01)
    stop.set()
    beside.join()

    with company.runtime.database.read() as transaction:
        assert checkpoints.count(transaction) == 1
