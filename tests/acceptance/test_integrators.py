"""
What integrators do: a client made of the document, and the two examples, on loopback.
"""

import base64
import hashlib
import hmac
import importlib
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.acceptance.served import ENVIRONMENT, SECRET, python, running, serving

EXAMPLES = Path(__file__).parents[2] / "examples"
GENERATOR = Path(sys.executable).with_name("openapi-python-client")


@pytest.fixture
def server(desk):
    with serving(desk) as server:
        yield server


@pytest.fixture
def client(server, tmp_path, monkeypatch):
    """
    A client that was made of what the server says of itself.
    """
    made = subprocess.run(
        [
            *(GENERATOR, "generate", "--url", f"{server.url}/api/openapi.json"),
            *("--output-path", tmp_path / "made" / "approvals", "--meta", "none"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout
    monkeypatch.syspath_prepend(str(tmp_path / "made"))
    yield importlib.import_module("approvals")
    for name in [each for each in sys.modules if each.split(".")[0] == "approvals"]:
        del sys.modules[name]


def operation(path):
    """
    A function of the generated client.
    """
    return importlib.import_module(f"approvals.api.{path}").sync_detailed


@pytest.fixture
def person(server, client):
    """
    The generated client of somebody, by his name; it is closed in the end.
    """
    with ExitStack() as opened:

        def of(name):
            token = server.token(name, "read", "act", "submit")
            made = client.AuthenticatedClient(base_url=server.url, token=token)
            return opened.enter_context(made)

        yield of


def test_a_generated_client_plays_the_golden_path(person):
    """
    Sam submits, finance approves twice, the manager approves, and the CRM may book.
    """
    models = importlib.import_module("approvals.models")

    def approve(task, name, key):
        body = models.TaskAction(action=models.Action.APPROVE)
        act = operation("tasks.act_on_task")
        who = person(name)
        return act(task, client=who, body=body, idempotency_key=key).parsed

    submit = operation("workflows.submit_workflow")
    quote = models.StoredQuote(quote_id="Q-2026-0120")
    sam = person("sam")
    begun = submit(client=sam, body=quote, idempotency_key="k-1")
    again = submit(client=sam, body=quote, idempotency_key="k-1")
    assert (begun.status_code, begun.parsed.id) == (201, "WF-8821")
    assert begun.parsed.current_tasks == ["manager", "finance"]
    assert again.content == begun.content
    assert again.headers["Idempotency-Replayed"] == "true"

    assert approve("T-22", "fred", "k-1").result == "applied"
    assert approve("T-22", "fred", "k-2").result == "duplicate"
    beaten = approve("T-22", "fiona", "k-1")
    assert (beaten.status, beaten.code, beaten.decision.by) == (409, "decided", "fred")
    assert approve("T-21", "maria", "k-1").workflow.status == "approved"

    found = operation("workflows.list_workflows")(client=sam, limit=1).parsed
    assert [each.id for each in found.items] == ["WF-8821"]
    clearance = operation("quotes.get_clearance")(
        "Q-2026-0120", client=sam, fingerprint=begun.parsed.fingerprint
    ).parsed
    assert clearance.clearance == "cleared"


class Crm:
    """
    The two examples, in a folder of their own.
    """

    def __init__(self, server):
        self._folder = server.desk.folder
        self._environment = {
            "CPQ_URL": server.url,
            "CPQ_TOKEN": server.token("sam", "read", "submit"),
            "CRM_SECRET": SECRET,
        }

    def run(self, *arguments):
        return subprocess.run(
            python(EXAMPLES / "crm.py", *arguments),
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def receiving(self):
        listen = python(EXAMPLES / "receiver.py", 0)
        return running(listen, self._folder, **self._environment)

    def bookings(self):
        script = "import crm; print(crm.Ledger('crm.db').bookings())"
        done = subprocess.run(
            python("-c", script),
            cwd=self._folder,
            env={"PYTHONPATH": str(EXAMPLES)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()


@pytest.fixture
def crm(server):
    return Crm(server)


def offered(crm, server, **changes):
    """
    Offer the quote of the examples, changed so; what was printed.
    """
    document = json.loads((EXAMPLES / "quote.json").read_text(encoding="utf-8"))
    server.desk.file("quote.json", document | changes)
    done = crm.run("offer", "quote.json")
    assert done.returncode == 0, done.stderr
    return dict(word.split("=", 1) for word in done.stdout.split())


def test_the_crm_books_what_is_cleared_and_nothing_else(crm, server):
    told = offered(crm, server)
    quote, fingerprint = "Q-2026-0200", told["fingerprint"]
    assert told["status"] == "pending"

    early = crm.run("book", quote, fingerprint)
    assert early.returncode == 1
    assert "Not booked" in early.stderr
    assert crm.bookings() == "[]"

    status, task = server.ask(
        server.token("sam", "read"), "GET", "/tasks?status=open&limit=100"
    )
    mine = [t for t in task["items"] if t["workflowId"] == told["workflow"]]
    for each in mine:
        person = each["assignee"] or each["candidates"][0]
        body = {"action": "approve", "comment": "fine"}
        path = f"/tasks/{each['id']}/actions"
        status, _ = server.ask(server.token(person, "act"), "POST", path, body)
        assert status == 200

    assert crm.run("book", quote, fingerprint).returncode == 0
    assert crm.run("book", quote, fingerprint).returncode == 0
    assert crm.bookings().count(quote) == 1
    assert crm.run("book", quote, "0" * 64).returncode == 1


def test_a_refusal_is_one_sentence_with_its_code(crm, server):
    server.desk.file("quote.json", {"id": "Q-1"})
    done = crm.run("offer", "quote.json")

    assert done.returncode == 1
    assert done.stderr.startswith("document: ")
    assert "Traceback" not in done.stderr


def message(url, message_id, body, key=SECRET, *, age=0):
    """
    The status that a receiver answers to a signed message.
    """
    secret = base64.b64decode(key.removeprefix("whsec_"))
    stamp = str(int(time.time()) - age)
    content = f"{message_id}.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest())
    request = Request(  # noqa: S310 # our own receiver
        url,
        data=body,
        headers={
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature.decode()}",
        },
    )
    try:
        with urlopen(request, timeout=60) as answer:  # noqa: S310 # the same
            return answer.status
    except HTTPError as error:
        with error:
            return error.code


def test_the_receiver_books_an_approval_once_and_only_if_it_is_cleared(crm, server):
    desk = server.desk
    with crm.receiving() as (_, url):
        add = "webhook add --kind workflow.approved --url"
        desk.says(f"{add} {url}/approvals", **ENVIRONMENT)
        told = offered(crm, server, margin_pct="27.0")
        assert told["status"] == "approved"
        desk.says("worker --once", **ENVIRONMENT)
        assert crm.bookings().count("Q-2026-0200") == 1

        data = {"quoteId": "Q-2026-0200", "fingerprint": told["fingerprint"]}
        body = json.dumps({"type": "workflow.approved", "data": data}).encode()
        assert message(url, "m-1", body) == 204
        assert message(url, "m-1", body) == 204
        assert crm.bookings().count("Q-2026-0200") == 1
        other = body.replace(told["fingerprint"].encode(), b"0" * 64)
        assert message(url, "m-2", other) == 204
        assert crm.bookings().count("Q-2026-0200") == 1


def test_the_receiver_believes_no_stranger_and_nothing_old(crm):
    body = json.dumps({"type": "task.opened", "data": {}}).encode()
    with crm.receiving() as (_, url):
        assert message(url, "m-1", body) == 204
        assert message(url, "m-2", body, age=600) == 401
        assert message(url, "m-3", body, age=-600) == 401
        stranger = "whsec_" + base64.b64encode(b"another secret").decode()
        assert message(url, "m-4", body, stranger) == 401
