"""
A receiver of webhooks that books an order when its quote is approved. Standard library.

    export CPQ_URL=http://127.0.0.1:5000 CPQ_TOKEN=... CRM_SECRET=whsec_...
    python examples/receiver.py 8080

Whoever sends is known by his signature, old and repeated messages are dropped, and an
approval is booked only if a clearance asked at that moment says so.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from crm import Approvals, Away, Ledger, Refused, book, connected

WINDOW_S = 5 * 60
"""What is older, or so much in the future, is refused: somebody may have kept it."""

LARGEST = 64 * 1024


def is_signed(headers: dict[str, str], body: bytes, key: bytes, now: float) -> bool:
    """
    Whether the sender has our secret and signed just now. Raw bytes, not parsed ones.
    """
    try:
        stamp = headers["webhook-timestamp"]
        if abs(now - int(stamp)) > WINDOW_S:
            return False
        content = b".".join((headers["webhook-id"].encode(), stamp.encode(), body))
        given = headers["webhook-signature"].split()
    except (KeyError, ValueError):
        return False
    mine = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    # While a secret is replaced there are two signatures; one that fits is enough.
    return any(hmac.compare_digest(b"v1," + mine, each.encode()) for each in given)


def take(
    approvals: Approvals, database: sqlite3.Connection, message_id: str, body: bytes
) -> str:
    """
    Act on a message, unless it was acted on before; what became of it.

    All in one transaction of the caller: what fails half way comes again and is new.
    """
    new = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (message_id,))
    if not new.rowcount:
        return "repeated"
    message = json.loads(body)
    if message["type"] != "workflow.approved":
        return "noted"
    told = message["data"]
    # The message says what was true when it was sent. The quote may have changed since.
    answer = book(approvals, database, told["quoteId"], told["fingerprint"])
    return "booked" if answer == "cleared" else answer


class Handler(BaseHTTPRequestHandler):
    """
    2xx: done, do not send it again. 401: not ours. 503: send it again later.
    """

    def do_POST(self) -> None:  # the library looks for it
        """
        One message.
        """
        length = int(self.headers.get("Content-Length", "0"))
        if not 0 < length <= LARGEST:
            return self._answer(413, "too large")
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_signed(headers, body, self.server.key, time.time()):
            return self._answer(401, "not signed")
        try:
            with closing(self.server.ledger.open()) as database, database:
                done = take(
                    self.server.approvals, database, headers["webhook-id"], body
                )
        except (Away, Refused, sqlite3.OperationalError) as error:
            return self._answer(503, f"later: {error}")
        return self._answer(204, done)

    def log_message(self, *_: object) -> None:
        """
        Our own line per message is enough.
        """

    def _answer(self, status: int, words: str) -> None:
        message = self.headers.get("webhook-id", "-")
        print(f"message={message!r} status={status} result={words!r}", flush=True)
        self.send_response(status)
        self.end_headers()


def main(port: str = "8080") -> None:
    """
    Listen on this machine; put a proxy with TLS in front of it.
    """
    secret = os.environ.get("CRM_SECRET", "")
    if not secret.startswith("whsec_"):
        sys.exit("Set CRM_SECRET to whsec_ and the base64 of the secret.")
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    server.key = base64.b64decode(secret.removeprefix("whsec_"))
    server.approvals = connected()
    server.ledger = Ledger(os.environ.get("CRM_DATABASE", "crm.db"))
    print(f"listening=http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
