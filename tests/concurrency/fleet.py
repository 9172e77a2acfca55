"""
Some servers and workers on one database, as if each ran on a host of its own.

Each is a process with folders that no other one sees, so that all they share is the
database; and there are clients that never ask one server twice in a row.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from tests.integration.web.served import PATIENCE_S, free_port

SCRAPER = "a token for the one who scrapes"
CPQ = Path(sys.executable).with_name("cpq")
_SETTINGS = {
    "CPQ_SECRET_KEY": "7a90f1c2-the one of all servers-55e1",
    "CPQ_METRICS_TOKEN": SCRAPER,
    "CPQ_TRUST_CLI": "1",
    "CPQ_LOG_FORMAT": "json",
}


class Host:
    """
    A machine with one program of ours on it, which says when it is at work.
    """

    def __init__(self, folder, settings, *arguments):
        self.folder = folder
        self._arguments, self._settings = arguments, settings
        self.folder.mkdir(parents=True)
        self.log = folder / "log"
        self.start()

    def start(self):
        home = str(self.folder)
        apart = {"HOME": home, "TMPDIR": home, "PATH": "/usr/bin:/bin"}
        path = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [CPQ, *self._arguments],
                cwd=home,
                env={**_SETTINGS, **apart, **path, **self._settings},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait(self):
        """
        Until it serves. A worker says nothing, and need not be waited for.
        """
        assert self.process.stdout.readline(), self.log.read_text(encoding="utf-8")

    def tell(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        """
        How it ended; nobody may be under way to it any more.
        """
        self.process.communicate(timeout=10 * PATIENCE_S)
        return self.process.returncode

    def lines(self):
        """
        What it has logged so far.
        """
        text = self.log.read_text(encoding="utf-8")
        return [json.loads(each) for each in text.splitlines() if each[:1] == "{"]

    def files(self):
        """
        What it left on its own disk, beside its log.
        """
        found = {str(each.relative_to(self.folder)) for each in self.folder.rglob("*")}
        return found - {self.log.name}


class Fleet:
    """
    Its `servers` listen on `ports` of this machine, in the same order.
    """

    def __init__(self, url, folder, servers=2, workers=2, **settings):
        self.ports = [free_port() for _ in range(servers)]
        self.names = [f"server-{number}" for number in range(servers)]

        def host(name, *arguments):
            # By this name the database knows whose its sessions are.
            address = {"CPQ_DATABASE_URL": f"{url}&application_name={name}"}
            return Host(folder / name, {**settings, **address}, *arguments)

        self.servers = [
            host(name, "serve", "--port", str(port))
            for name, port in zip(self.names, self.ports, strict=True)
        ]
        self.workers = [host(f"worker-{n}", "worker") for n in range(workers)]
        for each in self.servers:
            each.wait()

    def test_client(self):
        """
        A client that goes round; a `Browser` asks for it by this name.
        """
        return Roundabout(self.ports)

    def close(self):
        """
        How all of them ended.
        """
        hosts = [*self.servers, *self.workers]
        for each in hosts:
            if each.process.poll() is None:
                # As by Ctrl-C: there is no load balancer to be told.
                each.process.send_signal(signal.SIGINT)
        return {each.end() for each in hosts}


@contextmanager
def running(url, folder, **settings):
    """
    A fleet that ends with the block, in good order.
    """
    fleet = Fleet(url, folder, **settings)
    try:
        yield fleet
    finally:
        ended = fleet.close()
    assert ended == {0}


class Roundabout:
    """
    Asks another server each time, and keeps its cookies as a browser does.
    """

    def __init__(self, ports):
        self._ports = cycle(ports)
        self._cookies = SimpleCookie()
        self.asked = []

    def get(self, path, *, headers=None, buffered=True):
        del buffered
        return self.ask("GET", path, headers or {})

    def post(self, path, *, data=None, json=None, headers=None):
        if json is not None:
            body, kind = _dumped(json), "application/json"
        else:
            body, kind = urlencode(data), "application/x-www-form-urlencoded"
        return self.ask("POST", path, {"Content-Type": kind, **(headers or {})}, body)

    def upload(self, path, data, name, content):
        """
        Post a form with a file in its field `file`.
        """
        edge = "edge-of-a-part"
        parts = "".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"{more}\r\n\r\n'
            f"{value}\r\n"
            for key, value, more in (
                *((key, value, "") for key, value in data.items()),
                ("file", content, f'; filename="{name}"\r\nContent-Type: text/plain'),
            )
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.ask("POST", path, kind, f"{parts}--{edge}--\r\n")

    def ask(self, method, path, headers, body=None):
        port = next(self._ports)
        self.asked.append(port)
        connection = HTTPConnection("127.0.0.1", port, timeout=10 * PATIENCE_S)
        try:
            kept = self._cookies.output(attrs=(), header="", sep=";").strip()
            more = {"Cookie": kept} if kept else {}
            sent = body.encode() if body is not None else None
            connection.request(method, path, sent, {**headers, **more})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", ()):
            self._cookies.load(line)
        return SimpleNamespace(
            status_code=answer.status,
            headers=answer.headers,
            data=content,
            text=content.decode(errors="replace"),
        )


def _dumped(value):
    return json.dumps(value)
