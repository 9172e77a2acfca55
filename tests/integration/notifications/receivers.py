"""
A mail server and a webhook's receiver on this machine: real sockets, real protocols.
"""

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    """
    One mail as it came over the wire.
    """

    sender: str
    recipients: list
    raw: bytes

    @property
    def mail(self):
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self):
        return self.mail.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.mail.get_body(("html",)).get_content()


@dataclass
class MailBox:
    """
    A mail server. `faults` are used up one per mail, whoever writes it.

    A fault is a place and a reply: `("rcpt", "450 later")`; the reply `None` hangs up,
    and `...` says nothing until the other side leaves.
    """

    faults: list = field(default_factory=list)
    refuses: dict = field(default_factory=dict)
    received: list = field(default_factory=list)
    logins: list = field(default_factory=list)
    connections: int = 0
    port: int = 0
    tls: object = None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def of(self, person):
        return [m for m in self.received if m.recipients == [f"{person}@example.com"]]

    def fault(self, place):
        if self.faults and self.faults[0][0] == place:
            return (self.faults.pop(0)[1],)
        return ()


class Talk:
    """
    One connection to a mail server.
    """

    def __init__(self, box, line):
        self.box = box
        self.take(line)
        self.sender, self.recipients = "", []

    def take(self, line):
        self.line = line
        self.file = line.makefile("rb")

    def run(self):
        self.box.connections += 1
        self.say("220 test")
        while command := self.file.readline():
            verb, _, rest = command.decode().strip().partition(" ")
            if self.step(verb.upper(), rest) is False:
                return

    def say(self, reply):
        if reply is ...:
            self.file.read()
            return False
        if reply is None:
            return False
        self.line.sendall(f"{reply}\r\n".encode())
        return True

    def step(self, verb, rest):
        steps = {"MAIL": self.mail, "RCPT": self.rcpt, "DATA": self.data}
        if verb in steps:
            return steps[verb](address(rest))
        if verb == "AUTH":
            self.box.logins.append(rest)
        if verb == "STARTTLS":
            self.say("220 go on")
            self.take(self.box.tls.wrap_socket(self.line, server_side=True))
            return True
        known = {
            "EHLO": "250-test\r\n250-STARTTLS\r\n250 AUTH PLAIN",
            "AUTH": "235 welcome",
        }
        return self.say(known.get(verb, "250 fine")) and verb != "QUIT"

    def mail(self, sender):
        self.sender, self.recipients = sender, []
        return self.answer("mail", "250 fine")

    def answer(self, place, fine):
        for reply in self.box.fault(place):
            return self.say(reply)
        return self.say(fine)

    def rcpt(self, recipient):
        if recipient in self.box.refuses:
            return self.say(self.box.refuses[recipient])
        self.recipients.append(recipient)
        return self.answer("rcpt", "250 fine")

    def data(self, _):
        for reply in self.box.fault("data"):
            return self.say(reply)
        self.say("354 go on")
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                # Whoever sent it died in the middle: that is no mail.
                return False
            lines.append(line.removeprefix(b"."))
        for reply in self.box.fault("refused"):
            return self.say(reply)
        self.box.received.append(
            Received(self.sender, self.recipients, b"".join(lines))
        )
        return self.answer("dot", "250 taken")


def address(text):
    return text.partition("<")[2].partition(">")[0]


@contextmanager
def serving_mail(tls=None, *, at_once=False):
    """
    A mail server, with this TLS context once it is asked for it, or at once.
    """
    box = MailBox(tls=tls)
    listener = socket.create_server(("127.0.0.1", 0))
    box.port = listener.getsockname()[1]
    lines, threads = [], []

    def accept():
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            lines.append(line)
            thread = threading.Thread(target=talk, args=(line,))
            threads.append(thread)
            thread.start()

    def talk(line):
        try:
            with line:
                wrapped = tls.wrap_socket(line, server_side=True) if at_once else line
                talk = Talk(box, wrapped)
                talk.run()
                talk.line.close()
        except OSError:
            return

    door = threading.Thread(target=accept)
    door.start()
    try:
        yield box
    finally:
        # Closing alone does not wake who waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        door.join()
        for line in lines:
            close(line)
        for thread in threads:
            thread.join()


def close(line):
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@dataclass
class Hook:
    """
    A webhook's receiver. `answers` are used up one per request, then it says 204.

    An answer is a status, a pair of status and headers, or None to hang up.
    """

    answers: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    port: int = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook?from=cpq"


@contextmanager
def serving_hook(wrap=None):
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.requests.append((self.path, dict(self.headers), body))
            answer = hook.answers.pop(0) if hook.answers else 204
            if answer is None:
                self.close_connection = True
                return
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    if wrap:
        server.socket = wrap(server.socket)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
