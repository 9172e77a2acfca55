"""
XML from anybody is read without being trusted.
"""

import pytest

from approval_engine.definitions.tree import MAX_BYTES, parse
from approval_engine.errors import BpmnError


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
        (b"<a>\x00</a>", 1, "encoding"),
        ("<a>b</a>".encode("utf-16-le"), 1, "encoding"),
        (b"\xff\xfe", 1, "encoding"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', 1, "encoding"),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"), 1, "encoding"),
        (b"<a>" * 300 + b"</a>" * 300, 1, "syntax"),
        (b"<a>" + b"<b/>" * 50_000 + b"</a>", 1, "too_large"),
        (b"<a " + b" ".join(b'a%d=""' % n for n in range(65)) + b"/>", 1, "too_large"),
        (b"<a>\n<?php evil() ?></a>", 2, "instruction"),
        (b"<?evil?><a/>", 1, "instruction"),
        (b"<a/><?evil?>", 1, "instruction"),
        (b"<!-- a --> <!-- b --><!DOCTYPE a><a/>", 1, "doctype"),
        (b"<!DOCTYPE a><a/>", 1, "doctype"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 1, "doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hosts"><a/>', 1, "doctype"),
    ],
)
def test_what_is_no_plain_xml_is_refused_with_its_line(xml, line, code):
    with pytest.raises(BpmnError) as refusal:
        parse(xml, "deal.bpmn")
    (problem,) = refusal.value.problems
    assert (problem.file, problem.line, problem.code) == ("deal.bpmn", line, code)


@pytest.mark.parametrize(
    "xml",
    [
        b"\xef\xbb\xbf<a/>",
        b'<?xml version="1.0" encoding="utf-8"?><a/>',
        b"<a><!-- <!DOCTYPE a> --></a>",
        b"<a><![CDATA[<!DOCTYPE a>]]></a>",
    ],
)
def test_what_only_speaks_of_a_doctype_is_read(xml):
    assert parse(xml).tag == "a"


def test_a_prolog_of_many_comments_is_read_once():
    xml = b"<!--a-->" * 19_000 + b"<a/>"
    assert parse(xml).tag == "a"


def test_entities_do_not_multiply():
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    xml = b'<!DOCTYPE a [<!ENTITY l0 "lol">' + laughs + b"]><a>&l9;</a>"
    with pytest.raises(BpmnError):
        parse(xml)
