"""
XML from anybody is read without being trusted.
"""

import pytest

from approval_engine.definitions.tree import MAX_BYTES, parse
from approval_engine.errors import BpmnError, DmnError


def test_xml_is_read():
    assert parse(b"<a><b id='c'/></a>").find("b").get("id") == "c"


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not():
    padding = b" " * (MAX_BYTES - len(b"<a></a>"))
    assert parse(b"<a>" + padding + b"</a>").tag == "a"
    with pytest.raises(BpmnError, match=f"at most {MAX_BYTES} bytes"):
        parse(b"<a>" + padding + b" </a>")


@pytest.mark.parametrize(
    ("xml", "line", "code"),
    [
        (b"", 1, "syntax"),
        (b"<a>\n<b>\n</a>", 3, "syntax"),
        (b"<a>\x00</a>", 1, "syntax"),
        (b"\xff\xfe", 1, "syntax"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', 1, "syntax"),
        (b"<a>" * 300 + b"</a>" * 300, 1, "syntax"),
        (b"<!DOCTYPE a><a/>", 1, "doctype"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 1, "doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hosts"><a/>', 1, "doctype"),
        (b"<a>\n<?php evil() ?></a>", 2, "instruction"),
        (b"<a/><?evil?>", 1, "instruction"),
    ],
)
def test_what_is_no_plain_xml_is_refused_with_its_line(xml, line, code):
    with pytest.raises(BpmnError) as refusal:
        parse(xml, "deal.bpmn")
    (problem,) = refusal.value.problems
    assert (problem.file, problem.line, problem.code) == ("deal.bpmn", line, code)


def test_entities_do_not_multiply():
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    xml = b'<!DOCTYPE a [<!ENTITY l0 "lol">' + laughs + b"]><a>&l9;</a>"
    with pytest.raises(BpmnError):
        parse(xml)


def test_a_refusal_is_of_the_kind_that_the_caller_names():
    with pytest.raises(DmnError):
        parse(b"", "table.dmn", DmnError)
