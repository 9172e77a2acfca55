"""
Every request has an id and one line in the log, which tells nothing that it should not.
"""

import json
import logging

import pytest

from approval_engine import logs
from tests.integration.web.browser import PASSWORD

FAKE = 'fine\n{"action": "request", "actor": "cfo", "status": 200}'


@pytest.fixture
def lines():
    """
    What the product logs meanwhile, as JSON lines.
    """

    class Kept(logging.Handler):
        def emit(self, record):
            found.append(self.format(record))

    found = []
    handler = Kept(logging.DEBUG)
    handler.setFormatter(logs.AsJson())
    logger = logging.getLogger("approval_engine")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(before)


def requests(lines):
    found = [json.loads(line) for line in lines]
    return [each for each in found if each.get("action") == "request"]


def test_a_request_says_what_it_was_and_what_it_concerned(company, enter, lines):
    workflow = company.started()
    maria = enter("maria")
    lines.clear()
    maria.get("/tasks/T-1?comment=personal", headers={"X-Request-ID": "lb-1.a_2"})
    maria.get(f"/workflows/{workflow}")
    first, second = requests(lines)
    del first["at"], first["ms"]

    assert first == {
        "level": "info",
        "logger": "approval_engine.web.traffic",
        "action": "request",
        "request": "lb-1.a_2",
        "task": "T-1",
        "method": "GET",
        "route": "/tasks/<task_id>",
        "status": 200,
        "actor": "maria",
    }
    assert second["workflow"] == workflow
    assert second["request"] not in {"", "lb-1.a_2"}


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "a\tb", "ü", '{"a":1}', "a;b"])
def test_an_id_that_is_none_is_made_anew(browser, sent):
    answer = browser.get("/healthz", headers={"X-Request-ID": sent})

    assert answer.headers["X-Request-ID"].isalnum()
    assert answer.headers["X-Request-ID"] != sent


def test_an_id_that_came_along_is_answered(browser, enter):
    for path in ("/healthz", "/nothing", "/", "/api/v1/tasks"):
        answer = browser.get(path, headers={"X-Request-ID": "abc-1"})
        assert answer.headers["X-Request-ID"] == "abc-1"


def test_what_people_write_and_know_stands_in_no_line(company, enter, lines):
    company.started()
    maria = enter("maria")
    maria.act("T-1", "comment", comment=FAKE)
    maria.get("/login?next=/" + "s" * 20)
    maria.get("/m/" + "t" * 43)
    maria.get("/nothing/personal")
    maria.log_in("maria", "wrong " + PASSWORD)

    assert len(lines) >= 6
    for line in lines:
        assert "\n" not in line
        json.loads(line)
        for private in ("fine", "cfo", "ssss", "tttt", "personal", PASSWORD):
            assert private not in line


def test_a_workflow_with_a_lying_name_stays_one_line(enter, lines):
    maria = enter("maria")
    lines.clear()
    maria.get("/workflows/WF-1%0A%7B%22actor%22:%22cfo%22%7D")
    (line,) = lines

    assert "\n" not in line
    assert json.loads(line)["actor"] == "maria"


def test_what_broke_names_its_incident_and_its_request(
    company, enter, lines, monkeypatch
):
    def fail():
        raise ZeroDivisionError(FAKE)

    maria = enter("maria")
    monkeypatch.setattr("approval_engine.web.queue.counts", fail)
    answer = maria.get("/", headers={"X-Request-ID": "abc-1"})
    broken = [json.loads(each) for each in lines if "request_failed" in each]

    assert len(broken) == 1
    assert broken[0]["incident"] in answer.text
    assert broken[0]["request"] == "abc-1"
    assert broken[0]["error"] == "ZeroDivisionError"
    assert requests(lines)[-1]["status"] == 500


def test_probes_scrapes_and_files_are_quiet(browser, lines):
    for path in ("/healthz", "/readyz", "/metrics", "/static/app.css"):
        browser.get(path)

    assert {each["level"] for each in requests(lines)} == {"debug"}
