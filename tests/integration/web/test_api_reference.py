"""
The documentation of the interface: it is the interface, it is valid, and it is true.
"""

import json
import re

import pytest
from openapi_spec_validator import validate
from pydantic import TypeAdapter

from approval_engine.web.api.describe import spelled
from tests.integration.web.browser import text_of
from tests.integration.web.played import FILE, OPERATIONS, Stage, shortened

EXAMPLES = json.loads(FILE.read_text(encoding="utf-8"))
# Ids that are drawn, hashes that a drawn salt is in, and tokens.
DRAWN = re.compile(r"\b([0-9a-f]{64}|K-[0-9a-f]{8}|WH-[0-9a-f]{8})\b")


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture
def document(browser):
    return browser.get("/api/openapi.json").get_json()


def served(app):
    """
    Method and address of everything under /api/v1, as the document writes it.
    """
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1"):
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield method.lower(), spelled(rule.rule)


def test_everything_that_is_served_is_documented_and_back(app, document):
    documented = {
        (method, path) for path, item in document["paths"].items() for method in item
    }

    assert set(served(app)) == documented
    assert len(documented) > 25


def test_the_document_is_openapi(document):
    validate(document)

    assert document["openapi"].startswith("3.1")


def test_every_operation_has_a_name_examples_and_its_refusals(document):
    names = []
    for item in document["paths"].values():
        for method, operation in item.items():
            names.append(operation["operationId"])
            assert {"401", "403", "422", "429", "500", "503"} <= set(
                operation["responses"]
            )
            keyed = [p for p in operation["parameters"] if p["in"] == "header"]
            assert bool(keyed) == (method == "post")
            for each in operation["parameters"]:
                assert "example" in each or not each["required"]
    assert len(names) == len(set(names))


def test_a_client_that_has_the_document_is_told_so(browser):
    first = browser.get("/api/openapi.json")
    same = {"If-None-Match": first.headers["ETag"]}
    again = browser.get("/api/openapi.json", headers=same)

    assert (first.status_code, again.status_code) == (200, 304)
    assert again.data == b""


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_example_is_what_happens(stage, name):
    answer = stage.play(name, EXAMPLES[name])

    assert answer.status_code == EXAMPLES[name]["status"]
    model = OPERATIONS[name].says.answer
    if isinstance(model, type):
        TypeAdapter(model).validate_json(answer.data)
        expected = json.dumps(EXAMPLES[name]["answer"], sort_keys=True)
        got = json.dumps(shortened(answer.get_json()), sort_keys=True)
        assert DRAWN.sub("x", got) == DRAWN.sub("x", expected)


def test_the_message_of_a_webhook_is_what_is_sent(stage):
    from approval_engine.web.api.office_shapes import WebhookMessage

    message = stage.message()

    assert WebhookMessage.model_validate(message)
    assert message.keys() == EXAMPLES["webhook"]["body"].keys()


def test_the_page_is_open_to_everybody_and_knows_who_looks(browser, enter):
    page = browser.get("/api/docs")
    mine = enter("maria").get("/api/docs")

    assert (page.status_code, mine.status_code) == (200, 200)
    assert "Log out" not in text_of(page)
    assert "Log out" in text_of(mine)
    for operation in OPERATIONS.values():
        assert f'id="{operation.says.name}"' in page.text
        assert spelled(operation.rule) in page.text


def test_links_of_the_page_lead_somewhere(browser):
    text = browser.get("/api/docs").text
    targets = set(re.findall(r'href="#([^"]+)"', text))
    ids = re.findall(r' id="([^"]+)"', text)

    assert targets - {*ids, "main"} == set()
    assert len(ids) == len(set(ids))
