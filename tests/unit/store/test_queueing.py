"""
Writers of several processes take turns, and none of them waits for one that stopped.
"""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread, main_thread
from time import monotonic

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


def until(condition):
    """
    Wait until that is so; what never comes is told instead of waited for.
    """
    end = monotonic() + LONG
    while not condition():
        assert monotonic() < end


def is_free(path):
    """
    Whether nobody has the turn.
    """
    with Path(f"{path}-wal").open() as log:
        try:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def write(path, done, name, longest=LONG):
    # Each has the file open for itself, as processes have.
    with Queue(path, longest).mine():
        done.append(name)


@needs_proc
def test_whoever_came_first_is_next(path, other):
    done, threads = [], []
    for number in range(8):
        threads.append(Thread(target=write, args=(path, done, number)))
        threads[-1].start()
        until(lambda: waiting(path) > number)  # noqa: B023 it is asked now
    assert done == []
    other.stdin.close()
    for thread in threads:
        thread.join()

    assert done == list(range(8))
    assert is_free(path)


def test_whoever_waits_long_enough_goes_on_without_a_turn(path, other):
    gone_on = Thread(target=write, args=(path, [], 0, 0.01), daemon=True)
    gone_on.start()
    gone_on.join(LONG)

    assert not gone_on.is_alive()
    assert not is_free(path)


@needs_proc
def test_a_queue_that_does_not_move_is_waited_for_once(path, other):
    queue, files = Queue(path, 0.01), len(list(FILES.iterdir()))
    for _ in range(30):
        with queue.mine():
            pass

    until(lambda: waiting(path) == 1)
    assert len(list(FILES.iterdir())) == files + 1
    other.kill()
    other.wait()
    until(lambda: not queue._stander.is_alive())
    with queue.mine():
        assert not is_free(path)


@needs_proc
def test_a_process_that_stops_while_it_waits_holds_nobody_up(path, other):
    command = [sys.executable, "-c", OTHER, path]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as second:
        try:
            until(lambda: waiting(path) == 1)
            second.send_signal(signal.SIGSTOP)
            other.stdin.close()
            other.wait()
            # The system passes it over, or it has the turn while it stands still.
            gone_on = Thread(target=write, args=(path, [], 0, 0.5), daemon=True)
            gone_on.start()
            gone_on.join(LONG)
            assert not gone_on.is_alive()
        finally:
            second.kill()
    until(lambda: is_free(path))


def test_a_process_that_dies_leaves(path, other):
    other.kill()
    other.wait()
    with Queue(path, LONG).mine():
        assert not is_free(path)


def test_who_fails_leaves(path):
    with pytest.raises(KeyError), Queue(path, LONG).mine():
        raise KeyError

    assert is_free(path)


@needs_proc
@pytest.mark.parametrize("where", ["beginning", "waiting"])
def test_who_is_interrupted_leaves(path, other, monkeypatch, where):
    """
    Ctrl-C while it waits: whoever comes next must not wait for what is left of it.
    """
    start = Thread.start

    def interrupted(thread):
        start(thread)
        raise KeyboardInterrupt

    # Whoever is started in the background of a shell ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt():
        until(lambda: waiting(path))
        signal.pthread_kill(main_thread().ident, signal.SIGINT)

    if where == "waiting":
        Thread(target=interrupt).start()
    else:
        monkeypatch.setattr(Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), Queue(path, LONG).mine():
        pytest.fail("nobody was to come in")
    signal.signal(signal.SIGINT, before)
    other.stdin.close()
    other.wait()

    until(lambda: not waiting(path) and is_free(path))


def test_where_no_thread_can_begin_everybody_goes_on(path, other, monkeypatch):
    def start(_):
        sentence = "can't start new thread"
        raise RuntimeError(sentence)

    monkeypatch.setattr(Thread, "start", start)
    before = len(list(FILES.iterdir()))
    with Queue(path, LONG).mine():
        assert len(list(FILES.iterdir())) == before
    assert other.poll() is None


@needs_proc
def test_a_fork_does_not_keep_the_turn(path):
    with Queue(path, LONG).mine():
        place = next(
            int(each.name)
            for each in FILES.iterdir()
            if each.resolve() == Path(f"{path}-wal")
        )
        # What was open before it was forked is open in the child as well.
        copy = os.dup(place)

    assert is_free(path)
    os.close(copy)


def test_a_link_leads_to_the_same_queue(path, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with Queue(str(link), LONG).mine():
        assert not is_free(path)


def test_where_there_is_no_log_everybody_goes_on(tmp_path):
    queue = Queue(str(tmp_path / "cpq.db"), LONG)
    with queue.mine(), queue.mine():
        assert not (tmp_path / "cpq.db-wal").exists()
