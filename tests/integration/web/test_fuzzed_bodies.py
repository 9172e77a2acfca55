"""
What is no request: each body is refused in a sentence, and none changes anything.

The short form sends some hundred of them to each database, the long form thousands.
"""

import hashlib
import json
from collections import Counter
from random import Random

import pytest
from sqlalchemy import select

from approval_engine.accounts.tokens import Scope, create
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios.seed import prepare, seed_approvals
from approval_engine.store.database import Database
from approval_engine.store.schema import METADATA
from approval_engine.web import limits
from tests.conftest import KINDS
from tests.integration.web.played import (
    FILE,
    NOON,
    OPERATIONS,
    _address,
    application,
    person_for,
)

EXAMPLES = json.loads(FILE.read_text(encoding="utf-8"))
ASKED = sorted(
    name
    for name, each in OPERATIONS.items()
    if each.method == "POST" and isinstance(EXAMPLES[name].get("body"), dict)
)
# A quote may say more than we know: whatever a policy may ask for.
CLOSED = [name for name in ASKED if name != "importQuotes"]
SHORT, LONG = 150, 5000
MANY = 1_000_000
# What a body must never be able to say, and what languages make of a name.
SMUGGLED = (
    "amount",
    "approved_by",
    "status",
    "role",
    "tenant",
    "actor",
    "__class__",
    "__proto__",
    "typename",
    "constructor",
)
NUMBERS = ("NaN", "Infinity", "-Infinity", "1e400", "9223372036854775808", "01", "+1")


def _truncated(dice, text):
    return text[: dice.randrange(len(text))]


def _doubled(dice, text):
    key = dice.choice(sorted(json.loads(text)))
    return text[:-1] + f", {json.dumps(key)}: null}}"


def _more(dice, text):
    value = dice.choice(["1", "true", '"cfo"', "[]", "{}"])
    return text[:-1] + f", {json.dumps(dice.choice(SMUGGLED))}: {value}}}"


def _number(dice, text):
    return text[:-1] + f', "x": {dice.choice(NUMBERS)}}}'


def _characters(dice, text):
    what = dice.choice(["\\u0000", "\\ud800", "\\udfff", "\x01", "\\x", "\\u12"])
    return text[:-1] + f', "x": "{what}"}}'


def _deep(dice, text):
    depth = dice.choice([21, 100, 100_000])
    return text[:-1] + f', "x": {"[" * depth}{"]" * depth}}}'


def _bytes(dice, text):
    raw = bytearray(text.encode())
    raw.insert(dice.randrange(len(raw) + 1), dice.choice([0xFF, 0xC0, 0x80, 0x00]))
    return bytes(raw)


def _noise(dice, _):
    return b"\xff" + dice.randbytes(dice.randrange(200))


def _twice(dice, text):
    return text + dice.choice([text, "null", "//", ",", "\u2028"])


def _no_object(dice, text):
    return dice.choice(
        [f"[[{text}]]", "null", "1", '""', "true", "[]", json.dumps(text)]
    )


def _wrong_type(dice, text):
    body = json.loads(text)
    key = dice.choice(sorted(body))
    # A value that is of no kind that any field of the interface has.
    body[key] = dice.choice([[[]], {"x": {}}, [None], [{"y": [1]}]])
    return json.dumps(body)


def _quotes(_, text):
    return text.replace('"', "'")


def _too_long(_, text):
    return text[:-1] + f', "x": "{"x" * 270_000}"}}'


WAYS = (
    _truncated,
    _doubled,
    _more,
    _number,
    _characters,
    _deep,
    _bytes,
    _noise,
    _twice,
    _no_object,
    _wrong_type,
    _quotes,
    _too_long,
)
SHAPES = {_more, _no_object, _wrong_type}
"""What only a body of fixed keys refuses."""


class Desk:
    """
    The demo with a review under way, and people who may do what they ask for.
    """

    def __init__(self, url):
        self.runtime = Runtime(database=Database(url), clock=lambda: NOON)
        prepare(self.runtime, reset=False)
        seed_approvals(self.runtime)
        submit(self.runtime, "Q-2026-0120", Caller(actor="sam", channel="t"))
        app = application(self.runtime)
        # What is too much of all this has tests of its own.
        limits.install(app, MANY, MANY)
        self.client = app.test_client()
        self.tokens = {
            name: create(self.runtime, person_for(name), tuple(Scope), None)[1]
            for name in ASKED
        }

    def send(self, name, body, key="k"):
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        return self.client.post(
            _address(OPERATIONS[name], EXAMPLES[name]),
            data=body,
            headers=headers | {"Idempotency-Key": key},
            content_type="application/json",
        )

    def content(self):
        """
        A hash of every row of every table, but for when a token was used last.
        """
        digest = hashlib.sha256()
        with self.runtime.database.read() as transaction:
            for table in METADATA.sorted_tables:
                columns = [c for c in table.columns if c.name != "seen_at"]
                rows = transaction.execute(select(*columns))
                digest.update(table.name.encode())
                for row in sorted(map(repr, rows)):
                    digest.update(row.encode())
        return digest.hexdigest()


@pytest.fixture(params=KINDS)
def desk(request, fresh_database, quick_hashes):
    desk = Desk(fresh_database(request.param))
    yield desk
    desk.runtime.database.close()


def bombard(desk, seed, count):
    """
    Send so many bodies; how often each status was answered.
    """
    dice = Random(seed)  # noqa: S311 the same ones each time
    seen = Counter()
    before = desk.content()
    for number in range(count):
        way = WAYS[number % len(WAYS)]
        name = dice.choice(CLOSED if way in SHAPES else ASKED)
        body = way(dice, json.dumps(EXAMPLES[name]["body"]))
        answer = desk.send(name, body)
        told = f"seed={seed} number={number} {name} {way.__name__} {body[:200]!r}"
        assert 400 <= answer.status_code < 500, f"{answer.status_code} {told}"
        assert answer.mimetype == "application/problem+json", told
        assert answer.get_json()["detail"], told
        seen[answer.status_code] += 1
        # Every so often, so that whoever changed something is not far away.
        if number % 500 == 0:
            assert desk.content() == before, told
    assert desk.content() == before
    return seen


def test_no_body_that_is_no_request_breaks_or_changes_anything(desk):
    seen = bombard(desk, 20260120, SHORT)

    assert seen.keys() >= {400, 413, 422}
    # They were refused for what they say: what they were made from is done.
    before = desk.content()
    body = json.dumps(EXAMPLES["actOnTask"]["body"])
    assert desk.send("actOnTask", body).status_code == 200
    assert desk.content() != before


@pytest.mark.proof
def test_five_thousand_bodies_break_and_change_nothing(desk, figure):
    seen = bombard(desk, 1, LONG)

    told = ", ".join(f"{count} × {status}" for status, count in sorted(seen.items()))
    figure("bodies that are no request", "0 × 5xx, 0 changes", f"{told}, 0 changes")
