"""
Log lines: one each, with the facts of ours and whatever people wrote.
"""

import io
import json
import logging

import pytest

from approval_engine import logs

FAKE = 'fine\n{"action": "approved", "actor": "cfo"}\r\x1b[2K\u2028'


@pytest.fixture
def written():
    """
    Writes one record with a formatter and gives what came out.
    """

    def write(formatter, template, *values, error=None):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        logger = logging.Logger("test", logging.DEBUG)  # noqa: LOG001 nobody else has it
        logger.addHandler(handler)
        logger.warning(template, *values, exc_info=error)
        return stream.getvalue()

    return write


def test_a_line_of_json_has_action_facts_and_sentence(written):
    with logs.about(request="r-1"):
        logs.note(workflow="WF-1")
        text = written(logs.AsJson(), "action=put_off seconds=%s %s", 7, "it is busy")
    line = json.loads(text)

    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "test",
        "action": "put_off",
        "request": "r-1",
        "workflow": "WF-1",
        "seconds": 7,
        "message": "it is busy",
    }


@pytest.mark.parametrize(
    "template", ["%s", "action=sent message=%s", "action=x a=1 %s"]
)
def test_what_somebody_wrote_stays_one_line_and_adds_no_fact(written, template):
    for formatter in (logs.AsJson(), logs.AsText()):
        text = written(formatter, template, FAKE)
        assert text.count("\n") == 1
        assert text.isascii() or text.rstrip("\n").isprintable()
    line = json.loads(written(logs.AsJson(), template, FAKE))

    assert "actor" not in line
    assert line.get("action") != "approved"


def test_a_fact_that_somebody_wrote_is_no_fact(written):
    line = json.loads(written(logs.AsJson(), "%s", "action=approved actor=cfo"))

    assert line["message"] == "action=approved actor=cfo"
    assert "action" not in line


def test_what_broke_has_its_trace_in_the_same_line_of_json(written):
    error = ValueError(FAKE)
    text = written(
        logs.AsJson(), "action=request_failed incident=%s", "a1", error=error
    )
    line = json.loads(text)

    assert text.count("\n") == 1
    assert (line["error"], line["incident"]) == ("ValueError", "a1")
    assert "approved" in line["trace"]


def test_the_lines_of_a_trace_are_marked_as_such(written):
    text = written(logs.AsText(), "action=x", error=ValueError(FAKE))
    first, *others = text.splitlines()

    assert first.endswith("WARNING action=x")
    assert all(each.startswith("  | ") for each in others)


def test_facts_are_forgotten_with_their_block(written):
    with logs.about(request="r-1"), logs.about(request="r-2"):
        logs.note(task="T-1")
    logs.note(task="T-2")

    assert "T-" not in written(logs.AsJson(), "hello")


def test_library_lines_are_written_as_they_are(written):
    line = json.loads(written(logs.AsJson(), "100%% of %(name)s", {"name": "it"}))

    assert line["message"] == "100% of it"
