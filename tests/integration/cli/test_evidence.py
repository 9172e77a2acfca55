"""
Packets, checkpoints and keys on the command line, as an auditor and an operator use it.
"""

import json
import sqlite3
import stat

import psycopg
import pytest

from approval_engine.scenarios.golden import GOLDEN_PATH
from tests.offices import staffed


@pytest.fixture
def desk(office, monkeypatch):
    """
    A shell with a key, over a database with one review.
    """
    office.ok("evidence", "key", "new", "--out", "private.pem", "--public", "pub.pem")
    monkeypatch.setenv("CPQ_EVIDENCE_KEY", "private.pem")
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    return office


def export(shell, out="p.zip", *options):
    return shell(*options, "approval", "export", "--workflow", "WF-8809", "--out", out)


def test_a_key_is_made_for_its_owner_only_and_never_overwritten(office):
    made = office.ok("evidence", "key", "new", "--out", "private.pem")
    mode = stat.S_IMODE((office.folder / "private.pem").stat().st_mode)
    again = office("evidence", "key", "new", "--out", "private.pem")

    assert made.out.startswith("key=")
    assert mode == 0o600
    assert (again.code, "never overwritten" in again.err) == (4, True)


def test_the_public_key_is_shown_in_every_form(desk):
    shown = desk.ok("evidence", "key", "show")
    told = json.loads(desk.ok("--json", "evidence", "key", "show").out)
    desk.ok("evidence", "key", "show", "--private", "private.pem", "--out", "b.pem")

    assert shown.out == (desk.folder / "pub.pem").read_text()
    assert told["public"] == shown.out == (desk.folder / "b.pem").read_text()


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("nonsense", 0o600, "Ed25519 key in PEM"),
        (None, 0o644, "chmod 600"),
        ("", 0o600, "Ed25519 key in PEM"),
    ],
)
def test_a_key_that_does_not_do_signs_nothing(desk, text, mode, words):
    path = desk.folder / "private.pem"
    if text is not None:
        path.write_text(text)
    path.chmod(mode)
    refused = export(desk)

    assert (refused.code, words in refused.err) == (4, True)
    assert not (desk.folder / "p.zip").exists()
    path.unlink()
    assert "cannot be read" in export(desk).err


def test_without_a_key_the_sentence_says_how_to_get_one(desk):
    for command in (
        ("approval", "export", "--workflow", "WF-8809", "--out", "p.zip"),
        ("db", "checkpoint", "--out", "c.txt"),
        ("evidence", "key", "show"),
    ):
        refused = desk(*command, CPQ_EVIDENCE_KEY="")
        assert (refused.code, "cpq evidence key new" in refused.err) == (2, True)


def test_a_packet_is_exported_and_verified(desk):
    made = export(desk)
    again = export(desk, "q.zip")
    verified = desk.ok("approval", "verify", "p.zip", "--key", "pub.pem")

    assert made.out.startswith("packet=p.zip sha256=")
    assert again.out.rpartition("=")[2] == made.out.rpartition("=")[2]
    assert verified.out.startswith("verify=ok workflow=WF-8809 status=pending events=")
    told = json.loads(
        desk.ok("--json", "approval", "verify", "p.zip", "--key", "pub.pem").out
    )
    assert told["verify"] == "ok"


def test_of_a_changed_packet_the_event_is_named(desk):
    export(desk)
    path = desk.folder / "p.zip"
    path.write_bytes(path.read_bytes().replace(b'"seq":2,', b'"seq":7,'))
    found = desk("approval", "verify", "p.zip", "--key", "pub.pem")

    assert found.code == 8
    assert found.out.startswith(
        "verify=altered workflow=WF-8809 seq=2 file=events.jsonl because="
    )


def test_without_a_key_of_ones_own_nothing_is_verified(desk):
    export(desk)
    refused = desk("approval", "verify", "p.zip")
    other = desk("approval", "verify", "p.zip", "--key", "private.pem")

    assert (refused.code, refused.out) == (2, "")
    assert "Give --key PUBLIC.pem" in refused.err
    assert (other.code, "to be a public Ed25519 key" in other.err) == (4, True)


def test_keys_are_replaced_while_old_packets_stay_good(desk):
    export(desk, "old.zip")
    desk.ok("evidence", "key", "new", "--out", "new.pem", "--public", "new-pub.pem")
    made = desk.ok(
        *("approval", "export", "--workflow", "WF-8809", "--out", "new.zip"),
        CPQ_EVIDENCE_KEY="new.pem",
    )
    both = ("--key", "pub.pem", "--key", "new-pub.pem")

    assert made.code == 0
    assert desk("approval", "verify", "old.zip", *both).code == 0
    assert desk("approval", "verify", "new.zip", *both).code == 0
    assert desk("approval", "verify", "new.zip", "--key", "pub.pem").code == 8


def test_whoever_is_named_must_be_one_who_sees_everything(desk):
    desk.ok("directory", "import", desk.file("people.json", staffed()))

    assert export(desk, "p.zip", "--as", "augusta").code == 0
    assert export(desk, "p.zip", "--as", "fred").code == 4
    assert export(desk, "p.zip").code == 0
    missing = desk("approval", "export", "--workflow", "WF-1", "--out", "x.zip")
    assert missing.code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("p.zip", "--all"),
        ("p.zip", "--workflow", "WF-8809"),
        ("--all", "--key", "pub.pem"),
        ("--all", "--checkpoint", "c.txt"),
        ("--workflow", "WF-8809", "--checkpoint", "c.txt", "--key", "pub.pem"),
        (),
    ],
)
def test_what_makes_no_sense_together_is_wrong_usage(desk, arguments):
    export(desk)
    desk.ok("db", "checkpoint", "--out", "c.txt")

    assert desk("approval", "verify", *arguments).code == 2


@pytest.mark.broken
def test_a_cut_tail_is_found_by_a_checkpoint_only(desk):
    signed = desk.ok("db", "checkpoint", "--out", "c.txt")
    against = ("--checkpoint", "c.txt", "--key", "pub.pem")
    clean = desk.ok("approval", "verify", "--all", *against)
    with sqlite3.connect(desk.folder / "cpq.db") as raw:
        raw.execute("DROP TRIGGER workflow_event_no_delete")
        raw.execute("DELETE FROM outbox")
        raw.execute("DELETE FROM workflow_event WHERE seq = 4")
        raw.execute(
            "UPDATE workflow_instance SET seq = 3, head ="
            " (SELECT hash FROM workflow_event WHERE seq = 3)"
        )
    raw.close()

    assert signed.out.startswith("checkpoint=c.txt number=1 workflows=1 sha256=")
    assert clean.out.startswith("verify=ok workflows=1 events=4 checkpoints=1")
    assert desk("approval", "verify", "--all").code == 0
    found = desk("approval", "verify", "--all", *against)
    assert found.code == 8
    assert found.out.startswith("verify=altered workflow=WF-8809 seq=4 checkpoint=1")
    checked = desk("db", "check", *against)
    assert checked.code == 8
    assert "invariant=I3 workflow=WF-8809" in checked.out


def test_a_changed_checkpoint_is_named(desk):
    desk.ok("db", "checkpoint", "--out", "c.txt")
    path = desk.folder / "c.txt"
    path.write_bytes(path.read_bytes().replace(b"WF-8809", b"WF-8808"))
    found = desk(
        "approval", "verify", "--all", "--checkpoint", "c.txt", "--key", "pub.pem"
    )

    assert (found.code, found.out.startswith("verify=altered file=c.txt")) == (8, True)


def test_a_worker_signs_into_a_folder(desk):
    refused = desk("worker", "--once", CPQ_CHECKPOINT_DIR="away")
    (desk.folder / "signed").mkdir()
    done = desk.ok("worker", "--once", CPQ_CHECKPOINT_DIR="signed")
    keyless = desk("worker", "--once", CPQ_CHECKPOINT_DIR="signed", CPQ_EVIDENCE_KEY="")

    assert (refused.code, "no folder" in refused.err) == (2, True)
    assert done.out.endswith("signed=1\n")
    assert keyless.code == 2
    found = desk.ok(
        "approval", "verify", "--all", "--checkpoint", "signed", "--key", "pub.pem"
    )
    assert "checkpoints=1" in found.out


@pytest.mark.postgres
def test_the_golden_path_needs_no_right_to_change_the_log(shell, fresh_database):
    """
    A role of its own runs it, with what `db grants` prints; the owner only seeds.
    """
    owner = fresh_database("postgresql", ready=True)
    role = "app_" + owner.rpartition("test_")[2][:8]
    address = owner.replace("postgresql+psycopg:", "postgresql:")
    as_owner = {"CPQ_DATABASE_URL": owner, "CPQ_TRUST_CLI": "1"}
    shell.ok(*GOLDEN_PATH[0].split(), **as_owner)
    printed = shell.ok("db", "grants", "--role", role).out
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(printed)
    served = as_owner | {"CPQ_DATABASE_URL": owner.replace("//postgres:", f"//{role}:")}
    try:
        told = [shell.ok(*line.split(), **served).out for line in GOLDEN_PATH[1:]]
        shell.ok("worker", "--once", **served)
        checked = shell.ok("db", "check", **served)
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")

    assert told[0] == "workflow=WF-8821 status=pending steps=2\n"
    assert "result=applied" in told[2]
    assert "result=duplicate" in told[3]
    assert checked.out.startswith("check=ok workflows=13")
    assert shell("db", "grants", "--role", "x; DROP TABLE y").code == 4
