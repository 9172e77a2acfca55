from decimal import Decimal

import pytest

from approval_engine.documents import parse
from approval_engine.documents.node import Node, decimal_of, said


def node_of(text):
    document = parse(text, "f.json")
    return Node(document, document.value)


def notes(node):
    return [(problem.line, problem.element, problem.code) for problem in node.problems]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, Decimal(5)),
        (Decimal("1.50"), Decimal("1.50")),
        ("1.50", Decimal("1.50")),
        ("-0", Decimal(0)),
        ("+1", None),
        ("1.", None),
        (".5", None),
        ("1e5", None),
        ("1_000", None),
        ("\uff11", None),
        ("NaN", None),
        (" 1", None),
        ("1\n", None),
        ("9" * 41, None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_a_number_is_plain_digits_or_a_json_number(value, number):
    assert decimal_of(value) == number


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        ({}, "an object"),
        ([], "a list"),
        (True, "true or false"),
        (5, "5"),
        ("x" * 50, f"'{'x' * 40}'"),
    ],
)
def test_a_sentence_names_a_value_shortly(value, words):
    assert said(value) == words


def test_parts_are_read_by_type():
    node = node_of(
        b'{"a": "x", "b": [1, "y"], "c": {"d": false}, "e": "2.5", "f": null}'
    )

    assert node.names() == ("a", "b", "c", "e", "f")
    assert (node.has("a"), node.has("f"), node.has("g")) == (True, False, False)
    assert node.child("a").text() == "x"
    assert node.child("c").child("d").flag(default=True) is False
    assert node.child("g").flag(default=True) is True
    assert node.child("e").decimal() == Decimal("2.5")
    assert next(node.child("b").elements()).whole(1) == 1
    assert [key for key, _ in node.child("c").children()] == ["d"]
    assert node.problems == []


def test_what_does_not_fit_is_noted_with_its_place_and_gets_a_stand_in():
    node = node_of(b'{"a": 1,\n"b": [0, "y"],\n"c": "x"}')

    assert node.child("a").text() == ""
    assert node.child("b").texts() == ("y",)
    assert node.child("c").texts() == ()
    assert node.child("c").decimal() == Decimal(0)
    assert node.child("c").flag(default=True) is True
    assert next(node.child("b").elements()).whole(1) == 1
    assert notes(node) == [
        (1, "/a", "type"),
        (2, "/b/0", "type"),
        (3, "/c", "type"),
        (3, "/c", "type"),
        (3, "/c", "type"),
        (2, "/b/0", "type"),
    ]


def test_a_problem_prints_as_one_line_whatever_the_document_says():
    node = node_of(b'{"a\\n\\u2028f.json:1: ok": "x\\ny"}')
    for _, child in node.children():
        child.text()
        child.wants("a number")

    assert all(len(str(problem).splitlines()) == 1 for problem in node.problems)
    assert len(node.problems) == 2
