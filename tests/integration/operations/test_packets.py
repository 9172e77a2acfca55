"""
A packet proves one workflow without a database, and nothing that is not in it.
"""

import io
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import delete

from approval_engine.documents import load
from approval_engine.errors import Altered, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.history.evidence import keys
from approval_engine.operations import intake
from approval_engine.operations.evidence import export, verify
from approval_engine.operations.evidence.archive import pack, unpack
from approval_engine.operations.evidence.manifest import listed, manifest_in
from approval_engine.store.schema import EVENT_TEXT
from tests.integration.executor.company import Company, document
from tests.integration.operations.tampering import unguard
from tests.offices import staffed


@pytest.fixture(scope="session")
def signer(tmp_path_factory):
    return keys.make(tmp_path_factory.mktemp("keys") / "private.pem")


@pytest.fixture
def company(fresh_database):
    made = Company(fresh_database("sqlite", ready=True))
    yield made
    made.runtime.database.close()


@pytest.fixture
def decided(company):
    """
    A company, and a workflow that somebody approved with a comment.
    """
    intake.import_directory(company.runtime, document(staffed()))
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred", comment="fine <b>by</b> me")
    return company, workflow


def packet_of(decided, signer):
    company, workflow = decided
    return export(company.runtime, workflow, signer)


def test_equal_workflows_are_equal_bytes_and_the_archive_is_a_zip(decided, signer):
    packet = packet_of(decided, signer)
    decided[0].begin_anew()

    assert packet == packet_of(decided, signer)
    with zipfile.ZipFile(io.BytesIO(packet)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(unpack(packet))


def test_it_holds_all_that_the_workflow_was_decided_under(decided, signer):
    files = unpack(packet_of(decided, signer))
    found = verify(pack(files), [signer.public])

    assert {"quote.json", "policy.json", "directory.json", "delegations.json"} < set(
        files
    )
    assert {"plan.json", "evaluation.json", "definition.bpmn", "events.jsonl"} < set(
        files
    )
    assert load(files["texts.jsonl"])["body"] == "fine <b>by</b> me"
    assert (found.manifest.status, found.key) == ("pending", signer.id)


def test_there_is_no_packet_of_what_is_not_there(decided, signer):
    with pytest.raises(NotFound, match="WF-1"):
        export(decided[0].runtime, "WF-1", signer)


def test_what_people_wrote_stays_text_on_the_page(decided, signer):
    page = unpack(packet_of(decided, signer))["summary.html"].decode()

    assert "fine &lt;b&gt;by&lt;/b&gt; me" in page
    assert "<script" not in page
    assert "OVERRIDE" not in page


def test_an_override_is_red_on_the_page(decided, signer):
    company, workflow = decided
    wish = Override(
        workflow=workflow, decision="reject", comment="fraud", limit=Decimal(200000)
    )
    override(company.runtime, wish, Caller(actor="ada", channel="t"))
    packet = packet_of(decided, signer)
    page = unpack(packet)["summary.html"].decode()

    assert '<p class="override">OVERRIDE' in page
    assert page.count('<tr class="override">') == 1
    assert verify(packet, [signer.public]).manifest.overridden


def test_an_erased_text_leaves_a_packet_that_says_so(decided, signer):
    company, _ = decided
    with company.runtime.database.begin() as transaction:
        transaction.execute(delete(EVENT_TEXT))
    packet = packet_of(decided, signer)
    found = verify(packet, [signer.public])

    assert unpack(packet)["texts.jsonl"] == b""
    assert len(found.manifest.erased) == 1


def test_another_key_proves_nothing(decided, signer, tmp_path):
    other = keys.make(tmp_path / "other.pem")
    packet = packet_of(decided, signer)

    with pytest.raises(Altered, match="none of the keys"):
        verify(packet, [other.public])
    with pytest.raises(Altered, match="none of the keys"):
        verify(packet, [])
    # While keys are replaced, whoever checks gives both.
    assert verify(packet, [other.public, signer.public]).key == signer.id


CHEAPER = (
    "UPDATE document SET body ="
    " CAST(replace(CAST(body AS TEXT), '184000', '1000') AS BLOB) WHERE kind = 'quote'"
)


@pytest.mark.broken
@pytest.mark.parametrize(
    ("statement", "file", "seq"),
    [
        ("UPDATE workflow_event SET actor = 'x' WHERE seq = 4", "events.jsonl", 4),
        ("UPDATE event_text SET body = 'no'", "texts.jsonl", 5),
        (CHEAPER, "quote.json", 1),
        ("UPDATE workflow_instance SET status = 'approved'", "events.jsonl", 5),
    ],
)
def test_what_was_altered_is_not_signed(decided, signer, statement, file, seq):
    company, _ = decided
    company.begin_anew()
    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        transaction.exec_driver_sql(statement)

    with pytest.raises(Altered) as refused:
        packet_of(decided, signer)
    assert (refused.value.file, refused.value.seq) == (file, seq)


def signed_anew(signer, files, **changes):
    """
    A packet whose signer lies: other files, with a manifest that fits.
    """
    manifest = manifest_in(files["manifest.json"])
    rest = {n: b for n, b in files.items() if not n.startswith("manifest")}
    rest |= changes.pop("bodies", {})
    text = replace(manifest, files=listed(rest), **changes).text()
    return pack({"manifest.json": text, "manifest.sig": signer.sign(text), **rest})


@pytest.mark.parametrize(
    ("change", "file"),
    [
        ({"status": "approved"}, "events.jsonl"),
        ({"overridden": True}, "events.jsonl"),
        ({"bodies": {"policy.json": b"{}"}}, "policy.json"),
        ({"bodies": {"quote.json": b"{}"}}, "quote.json"),
        ({"bodies": {"texts.jsonl": b""}}, "texts.jsonl"),
        ({"bodies": {"events.jsonl": b""}}, "events.jsonl"),
        ({"workflow": "WF-1"}, "events.jsonl"),
    ],
)
def test_who_has_the_key_cannot_sign_what_does_not_follow(
    decided, signer, change, file
):
    files = unpack(packet_of(decided, signer))
    assert verify(signed_anew(signer, files), [signer.public])

    with pytest.raises(Altered) as refused:
        verify(signed_anew(signer, files, **change), [signer.public])
    assert refused.value.file == file


def with_name(packet, name, body=b"x"):
    """
    The packet with a file of any name behind the others.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for each, content in unpack(packet).items():
            archive.writestr(zipfile.ZipInfo(each), content)
        archive.writestr(zipfile.ZipInfo(name), body)
    return made.getvalue()


def twice(packet):
    start = packet.index(b"PK\x01\x02")
    first = packet[: packet.index(b"PK\x03\x04", 4)]
    return packet[:start] + first + packet[start:]


def link(packet):
    """
    The first file as a symbolic link, which its attributes say.
    """
    at = packet.index(b"PK\x01\x02") + 38
    return packet[:at] + struct.pack("<L", 0o120777 << 16) + packet[at + 4 :]


def huge(packet):
    at = packet.index(b"PK\x03\x04") + 18
    return packet[:at] + struct.pack("<LL", 2**32 - 1, 2**32 - 1) + packet[at + 8 :]


ATTACKS = {
    "way up": (lambda p: with_name(p, "../evil"), "no file of a packet is called"),
    "root": (lambda p: with_name(p, "/etc/evil"), "no file of a packet is called"),
    "drive": (lambda p: with_name(p, "c:evil"), "no file of a packet is called"),
    "backslash": (lambda p: with_name(p, "a\\b"), "no file of a packet is called"),
    "folder": (lambda p: with_name(p, "a/"), "no file of a packet is called"),
    "long name": (lambda p: with_name(p, "a" * 500), "no file of a packet is called"),
    "extra file": (lambda p: with_name(p, "evil"), "the manifest does not know it"),
    "same name": (twice, "two files of that name"),
    "link": (link, "is not as it was written"),
    "endless": (huge, "its header is none of a packet"),
    "comment": (lambda p: p[:-2] + b"\x04\x00evil", "is not as it was written"),
    "in front": (lambda p: b"#!/bin/sh\n" + p, "no other file of a packet begins"),
    "no zip": (lambda _: b"{}", "no other file of a packet begins"),
    "nothing": (lambda _: b"", "no other file of a packet begins"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_archive_of_any_other_form_is_refused(decided, signer, name, tmp_path):
    attack, words = ATTACKS[name]
    packet = packet_of(decided, signer)

    with pytest.raises(Altered, match=words):
        verify(attack(packet), [signer.public])
    assert verify(packet, [signer.public])


def test_a_bomb_is_not_unfolded(decided, signer):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 20_000_000)

    with pytest.raises(Altered, match="none of a packet"):
        verify(made.getvalue(), [signer.public])
    with pytest.raises(Altered, match="more than"):
        verify(bytes(64 * 1024 * 1024 + 1), [signer.public])
    with pytest.raises(Altered, match="more than 1000 files"):
        unpack(pack({f"f{n}": b"" for n in range(1001)}))


def test_it_is_checked_without_a_database_and_settings(decided, signer, tmp_path):
    (tmp_path / "p.zip").write_bytes(packet_of(decided, signer))
    (tmp_path / "public.pem").write_bytes(signer.public.pem)
    command = ["-m", "approval_engine", "approval", "verify", "p.zip"]
    run = subprocess.run(
        [sys.executable, *command, "--key", "public.pem"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"verify=ok workflow={decided[1]} status=pending")
    assert {each.name for each in tmp_path.iterdir()} >= {"p.zip", "public.pem"}
    assert not list(tmp_path.glob("cpq.db*"))
