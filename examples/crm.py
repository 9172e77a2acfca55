"""
A CRM that offers quotes for approval and books only what is cleared. Standard library.

    export CPQ_URL=http://127.0.0.1:5000 CPQ_TOKEN=...
    python examples/crm.py offer examples/quote.json
    python examples/crm.py book Q-2026-0200 FINGERPRINT

Copy it and put your own system where `Ledger` stands.
"""

import argparse
import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

TRIES = 5
LONGEST_WAIT_S = 30
TIMEOUT_S = 10


class Refused(Exception):
    """
    The server said no, and would say so again: decide by `code`, show `detail`.
    """

    def __init__(self, problem: dict) -> None:
        super().__init__(problem["detail"])
        self.code = problem["code"]
        self.problem = problem


class Away(Exception):
    """
    No answer came that says what happened; the same key may ask again later.
    """


@dataclass(frozen=True)
class Approvals:
    """
    The server, asked with one token.
    """

    url: str
    token: str

    def get(self, path: str, **query: str) -> dict:
        """
        Read something.
        """
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: dict) -> dict:
        """
        Do something once, however often it is tried here: every try has the same key.

        Where a repeated wish would do harm after a crash of yours, keep the key beside
        it. A quote revision has one review anyway.
        """
        return self._ask("POST", path, json.dumps(body).encode(), str(uuid4()))

    def _ask(self, method: str, path: str, sent: bytes | None = None, key: str = ""):
        headers = {"Authorization": f"Bearer {self.token}"}
        if sent is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        request = Request(
            f"{self.url}/api/v1{path}", data=sent, headers=headers, method=method
        )
        for tried in range(1, TRIES + 1):
            try:
                with urlopen(request, timeout=TIMEOUT_S) as answer:
                    return json.load(answer)
            except HTTPError as error:
                wait = _wait(error)
            except (URLError, TimeoutError, ConnectionError):
                wait = tried
            if tried < TRIES:
                time.sleep(wait)
        sentence = f"{method} {path} got no answer in {TRIES} tries."
        raise Away(sentence)


def _wait(error: HTTPError) -> int:
    """
    How many seconds to wait before the same again. Raises Refused if that is no use.
    """
    with error:
        said = error.read()
    if "Retry-After" in error.headers:
        return min(int(error.headers["Retry-After"]), LONGEST_WAIT_S)
    if error.headers.get_content_type() == "application/problem+json":
        raise Refused(json.loads(said)) from None
    return 1


class Ledger:
    """
    Where this CRM keeps what it booked: each revision of a quote once.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with closing(self.open()) as database, database:
            database.executescript(
                "CREATE TABLE IF NOT EXISTS booking (quote TEXT, fingerprint TEXT,"
                " workflow TEXT, PRIMARY KEY (quote, fingerprint));"
                "CREATE TABLE IF NOT EXISTS seen (message TEXT PRIMARY KEY);"
            )

    def open(self) -> sqlite3.Connection:
        """
        A connection; what is done in `with connection:` is done whole or not at all.
        """
        return sqlite3.connect(self._path)

    def bookings(self) -> list[tuple[str, str, str]]:
        """
        Everything that was booked.
        """
        with closing(self.open()) as database:
            return database.execute("SELECT * FROM booking ORDER BY 1, 2").fetchall()


def book(
    approvals: Approvals, database: sqlite3.Connection, quote_id: str, fingerprint: str
) -> str:
    """
    Book what a fingerprint stands for, if it is cleared at this moment; the answer.
    """
    found = approvals.get(
        f"/quotes/{quote(quote_id, safe='')}/clearance", fingerprint=fingerprint
    )
    if found["clearance"] == "cleared":
        database.execute(
            "INSERT OR IGNORE INTO booking VALUES (?, ?, ?)",
            (quote_id, fingerprint, found["workflowId"]),
        )
    return found["clearance"]


def offer(approvals: Approvals, document: dict) -> dict:
    """
    Store a quote revision and submit it, in one request; the workflow.
    """
    return approvals.post("/workflows", {"quote": document})


def connected() -> Approvals:
    """
    The server that the environment names.
    """
    try:
        return Approvals(os.environ["CPQ_URL"].rstrip("/"), os.environ["CPQ_TOKEN"])
    except KeyError as missing:
        sys.exit(f"Set {missing.args[0]}.")


def main() -> None:
    """
    The command line.
    """
    parser = argparse.ArgumentParser(description="Offer quotes, and book what may be.")
    commands = parser.add_subparsers(dest="command", required=True)
    offering = commands.add_parser("offer", help="store and submit a quote revision")
    offering.add_argument("file", type=Path)
    booking = commands.add_parser("book", help="book what is cleared")
    booking.add_argument("quote")
    booking.add_argument("fingerprint")
    asked = parser.parse_args()
    try:
        _run(asked, connected())
    except (Refused, Away) as error:
        sys.exit(f"{getattr(error, 'code', 'away')}: {error}")


def _run(asked: argparse.Namespace, approvals: Approvals) -> None:
    if asked.command == "offer":
        found = offer(approvals, json.loads(asked.file.read_text(encoding="utf-8")))
        waiting = ",".join(found["currentTasks"])
        print(f"workflow={found['id']} status={found['status']} waiting=[{waiting}]")
        print(f"fingerprint={found['fingerprint']}")
        return
    ledger = Ledger(os.environ.get("CRM_DATABASE", "crm.db"))
    with closing(ledger.open()) as database, database:
        answer = book(approvals, database, asked.quote, asked.fingerprint)
    print(f"quote={asked.quote} clearance={answer}")
    if answer != "cleared":
        sys.exit("Not booked: only what is cleared may be.")


if __name__ == "__main__":
    main()
