"""
Writers of several processes take turns, and none of them waits for one that stopped.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread, main_thread

import pytest

from approval_engine.store.queueing import Queue

LONG = 60
LOCKS, FILES = Path("/proc/locks"), Path("/dev/fd")

OTHER = """
import sys
from approval_engine.store.queueing import Queue
with Queue(sys.argv[1], 60).mine():
    print("inside", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "cpq.db-wal").touch()
    return str(tmp_path / "cpq.db")


@pytest.fixture
def other(path):
    """
    A process that is inside until its input ends.
    """
    command = [sys.executable, "-c", OTHER, path]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "inside\n"
        yield process
        process.kill()


def waiting(path):
    """
    How many wait for the log, as the system tells.
    """
    inode = f":{Path(f'{path}-wal').stat().st_ino} "
    lines = LOCKS.read_text().splitlines()
    return sum("->" in line and inode in line for line in lines)


needs_proc = pytest.mark.skipif(not LOCKS.exists(), reason="the system lists no locks")


@needs_proc
def test_whoever_came_first_is_next(path, other):
    done, threads = [], []

    def write(name):
        # Each has the file open for itself, as processes have.
        with Queue(path, LONG).mine():
            done.append(name)

    for number in range(8):
        threads.append(Thread(target=write, args=(number,)))
        threads[-1].start()
        while waiting(path) <= number:
            pass
    assert done == []
    other.stdin.close()
    for thread in threads:
        thread.join()

    assert done == list(range(8))


@pytest.mark.parametrize("end", [signal.SIGSTOP, None])
def test_nobody_waits_for_ever(path, other, end):
    if end:
        other.send_signal(end)

    with Queue(path, 0.01).mine():
        pass


def test_a_process_that_dies_leaves(path, other):
    other.kill()
    with Queue(path, LONG).mine(), pytest.raises(KeyError), Queue(path, 0.01).mine():
        raise KeyError


@needs_proc
def test_who_is_interrupted_leaves(path, other):
    """
    Ctrl-C while it waits: whoever comes next must not wait for what is left of it.
    """

    def interrupt():
        while not waiting(path):
            pass
        signal.pthread_kill(main_thread().ident, signal.SIGINT)

    Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt), Queue(path, LONG).mine():
        pytest.fail("nobody was to come in")
    other.stdin.close()
    other.wait()
    while waiting(path):
        pass

    with Queue(path, LONG).mine():
        pass


def test_where_no_thread_can_begin_everybody_goes_on(path, other, monkeypatch):
    def start(_):
        sentence = "can't start new thread"
        raise RuntimeError(sentence)

    monkeypatch.setattr(Thread, "start", start)
    before = len(list(FILES.iterdir()))
    with Queue(path, LONG).mine():
        assert len(list(FILES.iterdir())) == before


@needs_proc
def test_who_went_on_without_a_turn_passes_it_on(path, other):
    with Queue(path, 0.01).mine():
        assert waiting(path) == 1
    other.stdin.close()
    other.wait()

    with Queue(path, LONG).mine():
        assert waiting(path) == 0


def test_a_fork_does_not_keep_the_turn(path):
    queue = Queue(path, LONG)
    with queue.mine():
        # What was open before it was forked is open in the child as well.
        place = next(
            int(each.name)
            for each in FILES.iterdir()
            if each.resolve() == Path(f"{path}-wal")
        )
        copy = os.dup(place)
    with queue.mine():
        os.close(copy)


def test_where_there_is_no_log_everybody_goes_on(tmp_path):
    queue = Queue(str(tmp_path / "cpq.db"), LONG)
    with queue.mine(), queue.mine():
        assert not (tmp_path / "cpq.db-wal").exists()
