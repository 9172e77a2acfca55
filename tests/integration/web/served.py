"""
The product under gunicorn, as processes of its own on a free port, and who asks it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

GUNICORN = Path(sys.executable).with_name("gunicorn")
TOKEN = "a token for the one who scrapes"
PATIENCE_S = 30


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """
    A gunicorn that runs; `lines` is what it has written so far, as JSON.
    """

    def __init__(self, process, port, log):
        self.process = process
        self.port = port
        self._log = log

    def get(self, path, **headers):
        """
        Status and body of an answer. Raises what the connection raises.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metrics(self):
        status, body = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        return body

    def lines(self):
        text = self._log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def wait_for(self, found):
        """
        Wait until the log has as many lines as are wanted that `found` likes.
        """
        for _ in range(PATIENCE_S * 20):
            if found():
                return
            assert self.process.poll() is None, self._log.read_text(encoding="utf-8")
            time.sleep(0.05)
        raise AssertionError(self._log.read_text(encoding="utf-8"))

    def workers(self):
        """
        The processes that serve now.
        """
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in listing.read_text(encoding="utf-8").split()]

    def tell(self, number):
        self.process.send_signal(number)

    def end(self):
        """
        How it ended after SIGTERM.
        """
        self.tell(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


def wait_until(found):
    """
    Wait until that is so, however busy the machine is.
    """
    for _ in range(10 * PATIENCE_S * 20):
        if found():
            return
        time.sleep(0.05)
    raise AssertionError(found)


@contextmanager
def gunicorn(url, folder, app=None, workers=2, **environment):
    """
    A server that is ready; it ends with the block, if it has not ended before.
    """
    port, log = free_port(), folder / "log.jsonl"
    command = [GUNICORN, "--config", "python:approval_engine.web.server"]
    command += ["--bind", f"127.0.0.1:{port}", *([app] if app else [])]
    settings = {
        "CPQ_DATABASE_URL": url,
        "CPQ_SECRET_KEY": "k" * 32,
        "CPQ_LOG_FORMAT": "json",
        "CPQ_METRICS_TOKEN": TOKEN,
        "WEB_CONCURRENCY": str(workers),
        "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [_path()])]),
        "PATH": "/usr/bin:/bin",
    }
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            command, env=settings | environment, stderr=stream, cwd=folder
        )
    server = Server(process, port, log)
    try:
        server.wait_for(lambda: len(server.workers()) >= workers and _is_ready(server))
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE_S)


def _path():
    return os.environ.get("PYTHONPATH", "")


def _is_ready(server):
    try:
        return server.get("/readyz")[0] == 200
    except OSError:
        return False


class Callers:
    """
    Some who ask again and again, each time anew, until they are told to stop.

    An answer is whole if it ends as it should.
    A connection that is refused was never taken: a load balancer asks elsewhere.
    """

    def __init__(self, server, path, end, count=4, **headers):
        self.server, self.path, self.end, self.headers = server, path, end, headers
        self.answered = self.refused = 0
        self.errors = []
        self._stop = Event()
        self._threads = [Thread(target=self._ask) for _ in range(count)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more):
        """
        Wait until so many more are answered.
        """
        until = self.answered + more
        for _ in range(PATIENCE_S * 20):
            if self.answered >= until or self.errors:
                return
            time.sleep(0.05)

    def _ask(self):
        while not self._stop.is_set():
            try:
                status, body = self.server.get(self.path, **self.headers)
            except ConnectionRefusedError:
                self.refused += 1
                time.sleep(0.02)
                continue
            except Exception as error:  # noqa: BLE001 whatever it is, it is one
                self.errors.append(repr(error))
                continue
            if status == 200 and body.endswith(self.end):
                self.answered += 1
            else:
                self.errors.append((status, body[-200:]))
