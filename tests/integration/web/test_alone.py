"""
A process that serves by itself: told to stop, it stops in order.
"""

import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Thread

import pytest

from tests.integration.web.served import PATIENCE_S, wait_until

PROGRAM = """
import socket, sys, threading
from flask import Flask
from approval_engine.web import stopping
from approval_engine.web.alone import Server

app, asked, go_on = Flask("small"), threading.Event(), threading.Event()

@app.get("/ready")
def ready():
    return ("stopping", 503) if stopping.has_begun() else ("ok", 200)

@app.get("/slow")
def slow():
    asked.set()
    go_on.wait()
    return "whole" * 200_000

def hear():
    asked.wait()
    print("asked", flush=True)
    sys.stdin.readline()
    go_on.set()

threading.Thread(target=hear, daemon=True).start()
bound = socket.create_server(("127.0.0.1", 0))
server = Server(app, bound)
print(bound.getsockname()[1], flush=True)
server.run(float(sys.argv[1]))
"""
WHOLE = b"whole" * 200_000


class Small:
    """
    A small application that is served so; `/slow` waits until it is told to go on.
    """

    def __init__(self, process, ends):
        self.process, self._ends = process, ends
        self.port = int(process.stdout.readline())

    def connect(self):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        self._ends.callback(connection.close)
        return connection

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def is_closed(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return True
        except ConnectionResetError:
            # It closed while this connection was being made: the next one tells.
            return False
        return False


@contextmanager
def serving(drain_s):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(drain_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with ExitStack() as ends:
        ends.callback(process.communicate)
        ends.callback(process.kill)
        yield Small(process, ends)
        assert process.wait(PATIENCE_S) == 0


def asked(connection, path="/ready"):
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.headers["Connection"], answer.read()


def test_it_says_so_first_and_lets_nobody_keep_his_connection():
    with serving(drain_s=1) as server:
        kept, other = server.connect(), server.connect()
        assert [asked(kept) for _ in range(2)] == [(200, None, b"ok")] * 2
        server.stop()
        told = (503, "close", b"stopping")
        wait_until(lambda: asked(server.connect()) == told)
        assert asked(kept) == told
        assert asked(other) == told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_ends_whole(number):
    answers = []
    with serving(drain_s=0) as server:
        slow = server.connect()
        thread = Thread(target=lambda: answers.append(asked(slow, "/slow")))
        thread.start()
        assert server.process.stdout.readline() == "asked\n"
        idle = server.connect()
        assert asked(idle)[0] == 200
        server.stop(number)
        wait_until(server.is_closed)
        # Who only keeps his connection is sent away, who waits for an answer is not.
        assert idle.sock.recv(1) == b""
        server.process.stdin.write("\n")
        server.process.stdin.flush()
        thread.join()

    assert answers == [(200, "close", WHOLE)]


def test_a_request_of_which_half_has_come_is_answered():
    with serving(drain_s=0) as server:
        caller = socket.create_connection(("127.0.0.1", server.port))
        caller.sendall(b"GET /ready HTTP/1.1\r\n")
        server.stop()
        wait_until(server.is_closed)
        caller.sendall(b"Host: here\r\n\r\n")
        answer = HTTPResponse(caller)
        answer.begin()
        assert (answer.status, answer.read()) == (503, b"stopping")
        caller.close()


def test_told_a_second_time_it_waits_no_longer():
    with serving(drain_s=10 * PATIENCE_S) as server:
        server.stop()
        wait_until(lambda: asked(server.connect())[0] == 503)
        server.stop()


def test_told_a_third_time_it_waits_for_nobody():
    with serving(drain_s=10 * PATIENCE_S) as server:
        slow = server.connect()
        slow.request("GET", "/slow")
        assert server.process.stdout.readline() == "asked\n"
        for _ in range(2):
            server.stop(signal.SIGINT)
            wait_until(server.is_closed)
        assert slow.sock.recv(1) == b""
