"""
A load balancer in front of servers, and people and programs who work through it.

It knows of a server only what `/readyz` says, and hands on whole connections.
"""

import socket
from collections import Counter
from contextlib import suppress
from http.client import HTTPConnection
from itertools import count
from operator import gt
from threading import Event, Lock, Thread
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
        self._stop, self._choosing = Event(), Lock()
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
            ready = tuple(port for port in self._ports if _is_ready(port))
            # Whoever has chosen by what was known before is connected by then.
            with self._choosing:
                self.ready = ready

    def _take(self):
        while not self._stop.is_set():
            outside, _ = self._door.accept()
            Thread(target=self._hand_on, args=(outside,), daemon=True).start()

    def _hand_on(self, outside):
        try:
            with self._choosing:
                port = self.ready[next(self._turns) % len(self.ready)]
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
    connection = HTTPConnection("127.0.0.1", port, timeout=10 * PATIENCE_S)
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
        self.counts, self.errors, self._served = Counter(), [], [0] * len(clients)
        self._port, self._stop = port, Event()
        self._threads = [
            Thread(target=self._work, args=(client, number))
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
        Until each of them has had so many more answers.
        """
        until = [each + more for each in self._served]
        while not self.errors and any(map(gt, until, self._served)):
            sleep(_PAUSE_S)

    def _work(self, client, number):
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10 * PATIENCE_S)

        def ask(what, method, path, body=None, **headers):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read().decode()
            if number % 2:
                connection.close()
            if answer.status not in {200, 201}:
                raise AssertionError(what, answer.status, content[:500])
            self.counts[what] += 1
            self._served[number] += 1
            return content

        while not self._stop.wait(_PAUSE_S):
            try:
                client(ask)
            except Exception as error:  # noqa: BLE001 whatever it is, it is one
                self.errors.append(repr(error))
                connection.close()
        connection.close()
