"""
The bytes of a packet and public keys → whether it is what was signed, and what it says.

Nothing is read of it before its signature holds, and nothing of it is ever unpacked.
The key is the caller's: one that came with the packet would prove nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_engine.documents import sha256
from approval_engine.errors import Altered
from approval_engine.history.evidence.keys import PublicKey, signer_of
from approval_engine.operations.evidence.archive import must_be_exact, unpack
from approval_engine.operations.evidence.lines import events_in, texts_in
from approval_engine.operations.evidence.manifest import (
    EVENTS,
    MANIFEST,
    SIGNATURE,
    TEXTS,
    Manifest,
    manifest_in,
)
from approval_engine.operations.evidence.offline import must_follow


@dataclass(frozen=True, kw_only=True, slots=True)
class Proved:
    """
    What a packet proves: its manifest, signed by the key of that id.
    """

    manifest: Manifest
    key: str


def verify(archive: bytes, keys: Iterable[PublicKey]) -> Proved:
    """
    Check a packet from its signature to its verdict.

    Raises Altered with the first file that is not right, and of events the number.
    """
    files = unpack(archive)
    manifest, key = _manifest(files, keys)
    try:
        whole(archive, files, manifest)
        must_follow(files, manifest)
    except Altered as error:
        raise Altered(
            error.because, file=error.file, workflow=manifest.workflow, seq=error.seq
        ) from error
    return Proved(manifest=manifest, key=key.id)


def _manifest(
    files: Mapping[str, bytes], keys: Iterable[PublicKey]
) -> tuple[Manifest, PublicKey]:
    for name in (MANIFEST, SIGNATURE):
        if name not in files:
            raise Altered("it is missing", file=name)
    key = signer_of(keys, files[MANIFEST], files[SIGNATURE])
    if key is None:
        because = (
            "none of the keys that were given signed it: it, its signature or the key"
            " is another one"
        )
        raise Altered(because, file=MANIFEST)
    return manifest_in(files[MANIFEST]), key


def whole(archive: bytes, files: Mapping[str, bytes], manifest: Manifest) -> None:
    """
    Raise Altered unless the archive is, byte for byte, the files of the manifest.
    """
    for name, digest, _ in manifest.files:
        if name not in files:
            raise Altered("it is missing", file=name)
        if sha256(files[name]) != digest:
            # Where the file has lines, say which of them it is.
            _read_lines(files, manifest, name)
            raise Altered("its bytes are not those that were signed", file=name)
    known = [MANIFEST, SIGNATURE, *(name for name, _, _ in manifest.files)]
    for name in files:
        if name not in known:
            raise Altered("the manifest does not know it", file=name)
    for name, wanted in zip(files, known, strict=True):
        if name != wanted:
            raise Altered("it stands where another file was signed", file=name)
    must_be_exact(archive, files)


def _read_lines(files: Mapping[str, bytes], manifest: Manifest, name: str) -> None:
    if name == EVENTS:
        events_in(files[EVENTS], manifest)
    elif name == TEXTS:
        texts_in(files[TEXTS], manifest, events_in(files[EVENTS], manifest))
