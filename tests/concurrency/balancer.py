"""
A load balancer in front of servers, and people and programs who work through it.

It knows of a server only what `/readyz` says, and hands on whole connections.
"""

import socket
from collections import Counter
from contextlib import suppress
from http.client import HTTPConnection
from itertools import count
from threading import Event, Thread
from time import sleep

from tests.integration.web.served import PATIENCE_S

_EVERY_S = 0.2
"""How often it asks each server whether it is ready."""

_PAUSE_S = 0.1
"""How long a client thinks before he goes on."""


class Balancer:
    """
    Listens on `port`; `refused` counts connections that no server took.
    """

    def __init__(self, ports):
        self._stop = Event()
        self._turns = count()
        self._ports, self.ready, self.refused = ports, (), 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._threads = [Thread(target=each) for each in (self._look, self._take)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        while len(self.ready) < len(self._ports):
            sleep(_EVERY_S)
        return self

    def __exit__(self, *_):
        self._stop.set()
        # What listens wakes up by a last caller.
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self._threads:
            thread.join()
        self._door.close()

    def _look(self):
        while not self._stop.wait(_EVERY_S):
            self.ready = tuple(port for port in self._ports if _is_ready(port))

    def _take(self):
        while not self._stop.is_set():
            outside, _ = self._door.accept()
            Thread(target=self._hand_on, args=(outside,), daemon=True).start()

    def _hand_on(self, outside):
        ready = self.ready
        try:
            port = ready[next(self._turns) % len(ready)]
            inside = socket.create_connection(("127.0.0.1", port))
        except (OSError, ZeroDivisionError):
            self.refused += not self._stop.is_set()
            outside.close()
            return
        back = Thread(target=_pump, args=(inside, outside), daemon=True)
        back.start()
        _pump(outside, inside)
        back.join()
        outside.close()
        inside.close()


def _pump(source, sink):
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _is_ready(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Load:
    """
    Clients who go on until they are told to stop; each is a function of one request.

    Every other client keeps his connection for as long as the server lets him.
    """

    def __init__(self, port, clients):
        self.counts, self.errors = Counter(), []
        self._port, self._stop = port, Event()
        self._threads = [
            Thread(target=self._work, args=(client, number % 2 == 0))
            for number, client in enumerate(clients)
        ]

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
        Until everybody together has had so many more answers.
        """
        until = self.counts.total() + more
        while self.counts.total() < until and not self.errors:
            sleep(_PAUSE_S)

    def _work(self, client, keeps):
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)

        def ask(what, method, path, body=None, **headers):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read().decode()
            if not keeps:
                connection.close()
            if answer.status not in {200, 201}:
                raise AssertionError(what, answer.status, content[:500])
            self.counts[what] += 1
            return content

        while not self._stop.wait(_PAUSE_S):
            try:
                client(ask)
            except Exception as error:  # noqa: BLE001 whatever it is, it is one
                self.errors.append(repr(error))
                connection.close()
        connection.close()
