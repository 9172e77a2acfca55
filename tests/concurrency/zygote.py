"""
A process that forks one child per command and lets it die where it is told to.

One request per line comes in; `at POINT`, `ack ANSWER` or `error TEXT`, and at last
`end` go out. Forking spares each child the imports, so a kill takes milliseconds.
"""

import json
import os
import signal
import socket
import sys
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import event

from approval_engine.domain.actions import Action
from approval_engine.domain.actions.checks import NEEDS_COMMENT
from approval_engine.errors import InvalidState
from approval_engine.executor.answer import Answer
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.replan import replan
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.commands.tick import tick
from approval_engine.executor.commands.withdraw import Seat, withdraw
from approval_engine.executor.runtime import Runtime
from approval_engine.notifications import round as outbox
from approval_engine.notifications.post import Post
from approval_engine.notifications.smtp import mail_server
from approval_engine.notifications.transport import Reach
from approval_engine.store.database import Database
from approval_engine.worker.archive import archive
from tests.concurrency.company import ADA, NOW, SAM, TO, caller
from tests.concurrency.faults import FAULTS

COMMITTED = "committed"
"""The point after the commit: the effect is there, but nobody was told."""

SAID = "said"
"""A point after something went out to a mail server or a webhook's receiver."""


def post_to(url):
    """
    What messages are sent with: to this mail server, and to hooks of this machine.
    """
    return Post(
        server=mail_server(url),
        sender="Approvals <cpq@example.com>",
        base_url="https://cpq.example.com",
        secrets={"default": (b"a secret of both",)},
        reach=Reach(loopback=True),
    )


def _send(runtime, _, url):
    outbox.once(runtime, post_to(url))


def _archive(runtime, _):
    archive(runtime, runtime.clock())


def _submit(runtime, key, quote):
    return submit(runtime, quote, caller(SAM, key))


def _recall(runtime, key, workflow):
    return recall(runtime, workflow, "changed my mind", caller(SAM, key))


def _tick(runtime, _, workflow):
    return tick(runtime, workflow)


def _override(runtime, key, workflow):
    wish = Override(
        workflow=workflow, decision="reject", comment="no", limit=Decimal(100)
    )
    return override(runtime, wish, caller(ADA, key))


def _replan(runtime, _, workflow):
    try:
        done = replan(runtime, workflow, caller(ADA))
    except InvalidState:
        # It knows no keys: who asks again is told that it is done.
        return None
    return Answer(workflow=done.successor, status=done.status)


def _withdraw(runtime, key, workflow, task):
    seat = Seat(workflow=workflow, task=task, comment="he left")
    return withdraw(runtime, seat, caller(ADA, key))


_COMMANDS = {
    "send": _send,
    "archive": _archive,
    "submit": _submit,
    "recall": _recall,
    "tick": _tick,
    "override": _override,
    "replan": _replan,
    "withdraw": _withdraw,
}
"""All but actions on tasks; what workers do for no one workflow answers nobody."""


def perform(runtime, command, key):
    """
    Carry out a command given as plain words.
    """
    name, *rest = command
    if name in _COMMANDS:
        return _COMMANDS[name](runtime, key, *rest)
    workflow, task, person = rest
    action = Action(name)
    comment = "because" if action in NEEDS_COMMENT else None
    wish = Wish(
        workflow=workflow, task=task, action=action, comment=comment, to=TO.get(action)
    )
    return act(runtime, wish, caller(person, key))


class Points:
    """
    Counts the points at which a process can die, and dies at the chosen one.
    """

    def __init__(self, chosen, engine):
        self._chosen = chosen
        self._passed = 0
        self._committing = False
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "checkin", self._checkin)
        self._listen_to_sockets()

    def _listen_to_sockets(self):
        sendall = socket.socket.sendall

        def said(line, data, *more):
            sendall(line, data, *more)
            self._pass(SAID)

        # Only the child that dies here has it so.
        socket.socket.sendall = said

    def _statement(self, _connection, _cursor, statement, *_rest):
        self._pass(" ".join(statement.split()[:3]))

    def _commit(self, _connection):
        self._pass("commit")
        self._committing = True

    def _checkin(self, *_):
        self._pass(COMMITTED if self._committing else "rolled back")

    def _pass(self, name):
        self._passed += 1
        if self._passed == self._chosen:
            _say(f"at {name}")
            os.kill(os.getpid(), signal.SIGKILL)


class Server:
    """
    Like a server that has run for a while: what it read and compiled is at hand.
    """

    def __init__(self, url):
        self.now = NOW
        self.runtime = Runtime(database=Database(url), clock=lambda: self.now)

    def serve(self, request):
        """
        Carry the request out, and say so.
        """
        self.now = datetime.fromisoformat(request["now"])
        answer = perform(self.runtime, request["command"], request["key"])
        _say(f"ack {json.dumps(answer and asdict(answer))}")

    def fork(self, request):
        """
        Let a child carry it out, and die of it if the request says so.
        """
        # A child must not share its parent's connections.
        self.runtime.database.close()
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            return
        try:
            self._doomed(request)
        except BaseException as error:  # noqa: BLE001 the parent must hear of anything
            _say(f"error {error!r}")
        os._exit(0)

    def _doomed(self, request):
        with FAULTS.get(request["fault"], nullcontext)():
            self._until_death(request)

    def _until_death(self, request):
        Points(request["point"], self.runtime.database.engine)
        if request["within_s"]:
            # Nobody handles this signal: it ends the process wherever it is just then.
            signal.setitimer(signal.ITIMER_REAL, request["within_s"])
        self.serve(request)


def _say(line):
    os.write(1, f"{line}\n".encode())


def main():
    servers = {}
    for line in sys.stdin:
        request = json.loads(line)
        server = servers.setdefault(request["url"], None) or Server(request["url"])
        servers[request["url"]] = server
        (server.fork if request["mortal"] else server.serve)(request)
        _say("end")


if __name__ == "__main__":
    main()
