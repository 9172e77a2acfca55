"""
`cpq approval export` and `verify`: a packet for elsewhere, and whether records hold.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import (
    CHECKPOINTS,
    TRUSTED_KEYS,
    WORKFLOW,
    one_or_all,
)
from approval_engine.errors import Altered

if TYPE_CHECKING:
    from approval_engine.history.evidence.keys import Signer
    from approval_engine.history.evidence.signed import Signed

UNTRUSTED = (
    "Give --key PUBLIC.pem, a key that you trust and that did not come with what it"
    " checks: without one nobody knows who signed."
)
"""What is said to whoever would check a signature by nothing."""


@click.command()
@WORKFLOW
@click.option("--out", "path", required=True, metavar="FILE.zip")
@pass_session
def export(session: Session, workflow_id: str, path: str) -> None:
    """
    Write the signed evidence packet of a workflow; needs CPQ_EVIDENCE_KEY.
    """
    from approval_engine.documents import sha256
    from approval_engine.operations.evidence import export as pack

    body = pack(session.runtime, workflow_id, signer_of(session))
    session.write(path, body)
    session.record(packet=path, sha256=sha256(body))


@click.command()
@click.argument(
    "packet",
    metavar="[FILE.zip]",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--workflow", "workflow_id", metavar="WF")
@click.option("--all", "everything", is_flag=True)
@TRUSTED_KEYS
@CHECKPOINTS
@pass_session
def verify(
    session: Session,
    packet: Path | None,
    workflow_id: str | None,
    *,
    everything: bool,
    trusted: tuple[Path, ...],
    checkpoints: tuple[Path, ...],
) -> None:
    """
    Check a packet, or the hash chains of the database.

    A packet is checked without database and settings, by the keys that you trust. With
    --all, checkpoints that were signed elsewhere show also what a chain alone cannot:
    an end that was cut off, a log that was written anew, a workflow that is gone.
    """
    if packet is not None:
        if workflow_id or everything or checkpoints:
            raise click.UsageError("A packet is checked by itself, with --key only.")
        _verify_packet(session, packet, trusted)
        return
    which = one_or_all(workflow_id, everything=everything)
    if which and checkpoints:
        raise click.UsageError("Checkpoints are checked with --all.")
    _verify_database(session, which, signed_by(session, checkpoints, trusted))


def signer_of(session: Session) -> "Signer":
    """
    The private key of the settings; whoever signs with none is told how to make one.
    """
    from approval_engine.history.evidence import keys

    if session.settings.evidence_key is None:
        raise click.UsageError(keys.NO_KEY)
    return keys.signer(session.settings.evidence_key)


def signed_by(
    session: Session, checkpoints: tuple[Path, ...], trusted: tuple[Path, ...]
) -> "Signed | None":
    """
    The checkpoints that were given, each found whole; ends with 8 if one is not.
    """
    from approval_engine.history.evidence import keys, signed

    if not checkpoints:
        if trusted:
            raise click.UsageError("A --key checks a packet or a --checkpoint.")
        return None
    if not trusted:
        raise click.UsageError(UNTRUSTED)
    try:
        return signed.checked(checkpoints, map(keys.public, trusted))
    except Altered as error:
        _tell(session, error)
        raise SystemExit(8) from error


def _verify_packet(session: Session, path: Path, trusted: tuple[Path, ...]) -> None:
    from approval_engine.history.evidence import keys
    from approval_engine.operations import evidence
    from approval_engine.operations.evidence.archive import LARGEST

    if not trusted:
        raise click.UsageError(UNTRUSTED)
    with path.open("rb") as file:
        body = file.read(LARGEST + 1)
    try:
        found = evidence.verify(body, map(keys.public, trusted))
    except Altered as error:
        _tell(session, error)
        raise SystemExit(8) from error
    manifest = found.manifest
    session.record(
        verify="ok",
        workflow=manifest.workflow,
        status=manifest.status,
        events=len(manifest.hashes),
        head=manifest.head,
        key=found.key,
    )


def _tell(session: Session, error: Altered) -> None:
    named = {"workflow": error.workflow, "seq": error.seq}
    told = {name: value for name, value in named.items() if value}
    session.record(verify="altered", **told, file=error.file, because=error.because)


def _verify_database(
    session: Session, workflow_id: str | None, signed: "Signed | None"
) -> None:
    from approval_engine.operations.check import verify_all

    found = verify_all(session.runtime, workflow_id)
    altered = [
        {"workflow": each.workflow, "seq": each.first_altered}
        for each in found
        if each.first_altered is not None
    ]
    known = {each["workflow"] for each in altered}
    altered += [
        each for each in _unlike(session, signed) if each["workflow"] not in known
    ]
    for told in altered:
        session.record(verify="altered", **told)
    if altered:
        raise SystemExit(8)
    events = sum(each.events for each in found)
    against = {"checkpoints": len(signed.files)} if signed else {}
    session.record(verify="ok", workflows=len(found), events=events, **against)


def _unlike(session: Session, signed: "Signed | None") -> Iterator[dict[str, object]]:
    """
    What differs from checkpoints, as fields of a line.
    """
    if signed is None:
        return
    with session.runtime.database.read() as transaction:
        for each in signed.differences(transaction):
            yield {
                "workflow": each.workflow,
                "seq": each.seq,
                "checkpoint": each.checkpoint,
                "because": each.because,
            }
