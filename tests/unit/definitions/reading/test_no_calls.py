"""
A file that names an address is read without asking there.
"""

import socket
from pathlib import Path

import pytest

from approval_engine.definitions.reading import read
from approval_engine.errors import BpmnError
from tests.unit.definitions.reading.files import ASKED, around

SECRET = "what only this machine knows"


@pytest.fixture
def listener():
    """
    Somebody who would notice a call.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def named(server):
    return f"http://127.0.0.1:{server.getsockname()[1]}/x"


def files(address, path):
    """
    Every way in which a file can make its reader fetch something.
    """
    plain = around(attributes=ASKED).decode()
    at_root = plain.replace("<bpmn:definitions", "<bpmn:definitions {}", 1)
    inside = around("{}", attributes=ASKED).decode()
    x_include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}"/>'
    body = around("<bpmn:documentation>&e;</bpmn:documentation>").decode()
    return {
        "external dtd": f'<!DOCTYPE x SYSTEM "{address}">{plain}',
        "public dtd": f'<!DOCTYPE x PUBLIC "-//x//y" "{address}">{plain}',
        "external entity": f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>{body}',
        "file entity": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{path}">]>{body}',
        "parameter": f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{address}"> %e;]>{plain}',
        "stylesheet": f'<?xml-stylesheet href="{address}" type="text/xsl"?>{plain}',
        "include": inside.replace("{}", x_include.format(address)),
        "include of a file": inside.replace("{}", x_include.format(f"file://{path}")),
        "import": plain.replace(
            "<bpmn:process",
            f'<bpmn:import importType="x" location="{address}" namespace="x"/>'
            "<bpmn:process",
            1,
        ),
        "schema": at_root.replace("{}", f'xsi:schemaLocation="x {address}"', 1),
        "schema without a name": at_root.replace(
            "{}", f'xsi:noNamespaceSchemaLocation="{address}"', 1
        ),
        "base": at_root.replace("{}", f'xml:base="{address}"', 1),
    }


HARMLESS = {"schema", "schema without a name", "base"}
"""What only says where something could be found is no reason to refuse a file."""


def test_nobody_is_asked_and_no_file_is_read(listener, tmp_path):
    secret = Path(tmp_path, "secret")
    secret.write_text(SECRET, encoding="utf-8")
    for name, text in files(named(listener), secret).items():
        try:
            told = repr(read(text.encode(), "evil.bpmn"))
        except BpmnError as refusal:
            told = str(refusal)
        else:
            assert name in HARMLESS
        assert SECRET not in told, name

    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_call_would_be_noticed(listener):
    socket.create_connection(listener.getsockname()).close()
    listener.settimeout(5)

    listener.accept()[0].close()
