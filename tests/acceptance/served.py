"""
The product as it is served: `cpq serve` over a desk, and programs that ask it.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

from tests.acceptance.desk import CPQ

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENVIRONMENT = {
    "CPQ_SECRET_KEY": "a secret key that only tests know",
    "CPQ_WEBHOOK_SECRET": SECRET,
    "CPQ_ALLOW_LOOPBACK": "1",
}


class Served:
    """
    A running server. People ask it with tokens of theirs.
    """

    def __init__(self, desk, url):
        self.desk, self.url = desk, url

    def token(self, person, *scopes):
        words = " ".join(f"--scope {scope}" for scope in scopes)
        made = self.desk.says(f"token create --user {person} {words}")
        return made.split("secret=")[1].split()[0]

    def ask(self, token, method, path, body=None):
        """
        The status and the parsed answer.
        """
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            headers["Content-Type"] = "application/json"
        request = Request(  # noqa: S310 # our own server
            f"{self.url}/api/v1{path}", data=sent, headers=headers, method=method
        )
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310 # the same
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)


@contextmanager
def running(arguments, folder, **environment):
    """
    A program that says where it listens in its first line.
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CPQ_")}
    program = subprocess.Popen(
        arguments,
        cwd=folder,
        env=clean | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = program.stdout.readline()
        assert "=http" in line, line
        yield program, line.strip().partition("=")[2]
    finally:
        program.terminate()
        program.communicate(timeout=60)


@contextmanager
def serving(desk):
    """
    A server over a desk.
    """
    port = _free_port()
    serve = [CPQ, "serve", "--port", str(port)]
    with running(serve, desk.folder, **ENVIRONMENT) as (_, url):
        yield Served(desk, url)


def python(*arguments):
    """
    The arguments that run a Python program as we run.
    """
    return [sys.executable, *map(str, arguments)]


def _free_port():
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
