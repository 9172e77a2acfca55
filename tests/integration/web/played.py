"""
The examples of the interface, played against the deal desk of the demo.

Run as a script, it writes the answers anew into the examples that the product shows.
"""

import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from approval_engine.accounts.tokens import Scope, create
from approval_engine.config import Settings, packaged
from approval_engine.documents import parse
from approval_engine.domain.events import stamp
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.history.evidence import keys
from approval_engine.notifications import bodies
from approval_engine.notifications.bodies import Occasion
from approval_engine.operations import canary, intake, repository
from approval_engine.operations.canary_wish import Wish
from approval_engine.scenarios.seed import prepare, seed_approvals
from approval_engine.store import catalog, events, webhooks, workflows
from approval_engine.store.database import Database
from approval_engine.store.webhooks import Webhook
from approval_engine.web.api import spec
from approval_engine.web.api.groups import GROUPS
from approval_engine.web.app import create_app

NOON = datetime(2026, 3, 6, 16, tzinfo=UTC)
FILE = Path(spec.__file__).with_name("examples.json")
OPERATIONS = {each.says.name: each for group in GROUPS for each in group.operations}
# Whoever asks must have a part in it, or the office for it.
PEOPLE = {
    "actOnTask": "fred",
    "getClearance": "dora",
    "addDelegation": "fred",
    "endDelegation": "ada",
    "listDelegations": "ada",
    "getDelegation": "ada",
}
OFFICES = {"policies": "ada", "processes": "ada", "webhooks": "ada"}
FRESH = frozenset({"submitWorkflow", "deployProcess", "addWebhook"})
"""What is done in the demo before anything else is."""

TRIED = frozenset({"getCanary", "promoteCanary", "stopCanary"})
"""What is done where a canary runs."""

FRAME = packaged("bpmn") / "frames" / "deal_review.bpmn"


class Stage:
    """
    The demo at one moment, and the same with a review, a process and a webhook more.
    """

    def __init__(self, folder):
        self.folder = folder
        self.fresh, self.full = folder / "fresh.db", folder / "full.db"
        self.tried = folder / "tried.db"
        with Opened(self.fresh) as runtime:
            prepare(runtime, reset=False)
            seed_approvals(runtime)
        for path in (self.full, self.tried):
            shutil.copy(self.fresh, path)
        with Opened(self.tried) as runtime:
            wish = Wish(document=laxer(runtime), share=5000)
            canary.start(runtime, wish, Caller(actor="dana", channel="api:K-1"))
            submit(runtime, "Q-2026-0120", Caller(actor="sam", channel="api:K-1"))
        with Opened(self.full) as runtime:
            submit(runtime, "Q-2026-0120", Caller(actor="sam", channel="api:K-1"))
            window = (NOON + timedelta(days=3), NOON + timedelta(days=10))
            intake.add_delegation(runtime, ("carl", "fiona"), window, None)
            repository.deploy(runtime, FRAME.read_bytes(), "deal_review.bpmn", "ada")
            hook = Webhook(
                id="WH-1a2b3c4d",
                url="https://hooks.example.com/approvals",
                shape="json",
                secret="default",
                actions=("workflow_approved",),
            )
            with runtime.database.begin() as transaction:
                webhooks.add(transaction, hook, stamp(NOON))

    def play(self, name, example):
        """
        The answer to the example of an operation, on a database of its own.
        """
        operation = OPERATIONS[name]
        begun = self.tried if name in TRIED else self.full
        path = shutil.copy(self.fresh if name in FRESH else begun, self.folder / "p")
        with Opened(path) as runtime:
            _, secret = create(runtime, person_for(name), tuple(Scope), None)
            client = application(runtime).test_client()
            headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"}
            sent = {"headers": headers}
            if "body" in example:
                sent["json"] = example["body"]
            elif operation.says.body is not None:
                sent |= {"data": FRAME.read_bytes(), "content_type": "application/xml"}
            return client.open(
                _address(operation, example), method=operation.method, **sent
            )

    def message(self):
        """
        The body of a webhook that tells of the approval of a workflow.
        """
        with Opened(self.full) as runtime, runtime.database.read() as transaction:
            workflow, _ = workflows.read(transaction, "WF-8809")
            log = events.of(transaction, "WF-8809")
            event = next(e for e in log if e.action == "workflow_approved")
            return json.loads(
                bodies.body("json", Occasion(event=event, workflow=workflow))
            )


def laxer(runtime):
    """
    The policy of the demo as its next version, with a lower floor of the margin.
    """
    with runtime.database.read() as transaction:
        value = json.loads(
            catalog.body(transaction, catalog.current(transaction).policy)
        )
    value["version"] = "2026.3"
    for trigger in value["triggers"]:
        if trigger["id"] == "margin":
            trigger["when"] = {"margin_pct": "< 15"}
    return parse(json.dumps(value).encode(), "draft.json")


def person_for(name):
    """
    Who may do what an operation does.
    """
    area = OPERATIONS[name].rule.split("/")[1]
    return PEOPLE.get(name) or OFFICES.get(area, "sam")


class Opened:
    def __init__(self, path):
        database = Database(f"sqlite:///{path}")
        self.runtime = Runtime(database=database, clock=lambda: NOON)

    def __enter__(self):
        return self.runtime

    def __exit__(self, *_):
        self.runtime.database.close()


def application(runtime):
    """
    What serves the demo, with a key of its own that signs.
    """
    with tempfile.TemporaryDirectory() as folder:
        private = Path(folder) / "private.pem"
        keys.make(private)
        secrets = {
            "secret_key": "a secret that only tests know",
            "webhook_secret": "whsec_c2VjcmV0",
            "evidence_key": private,
        }
        return create_app(Settings(**secrets), runtime)


def _address(operation, example):
    rule = f"/api/v1{operation.rule}"
    for name, value in example.get("path", {}).items():
        rule = rule.replace(f"<{name}>", value)
    query = urlencode(example.get("query", {}))
    return f"{rule}?{query}" if query else rule


def shortened(value):
    """
    An answer as the documentation shows it: of long lists the first element.
    """
    if isinstance(value, dict):
        if "document" in value:
            kept = ("id", "revision", "policy", "version", "account", "currency")
            document = value["document"]
            value = {
                **value,
                "document": {k: document[k] for k in kept if k in document},
            }
        return {name: shortened(part) for name, part in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [shortened(value[0])]
    return value


def main():
    examples = json.loads(FILE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        for name in OPERATIONS:
            answer = stage.play(name, examples[name])
            if answer.status_code != examples[name]["status"]:
                sys.exit(f"{name}: {answer.status_code} {answer.text}")
            if answer.mimetype == "application/json":
                examples[name]["answer"] = shortened(answer.get_json())
        examples["webhook"] = {"body": stage.message()}
    text = json.dumps(examples, indent=1, ensure_ascii=False)
    FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
