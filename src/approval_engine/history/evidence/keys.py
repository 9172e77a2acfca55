"""
Ed25519 keys in PEM files: the private one signs evidence, the public one checks it.

A key has a short id, by which signatures name it. No key is ever stored in a database.
"""

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from approval_engine.errors import InvalidInput, InvalidState

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

NO_KEY = (
    "There is no key to sign evidence with: 'cpq evidence key new --out PRIVATE.pem'"
    " makes one, and CPQ_EVIDENCE_KEY names its file."
)
"""What is said where something should be signed and no key is set."""

_ID_DIGITS = 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """
    A key that checks signatures; `id` is the beginning of the hash of its 32 bytes.
    """

    id: str
    _key: "Ed25519PublicKey" = field(repr=False)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """
        Whether the signature is one of this key over exactly that message.
        """
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @property
    def pem(self) -> bytes:
        """
        The file that whoever checks is given.
        """
        from cryptography.hazmat.primitives import serialization as form

        return self._key.public_bytes(
            form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """
    A private key; the same message always gets the same signature.
    """

    public: PublicKey
    _key: "Ed25519PrivateKey" = field(repr=False)

    @property
    def id(self) -> str:
        """
        The id of its public key.
        """
        return self.public.id

    def sign(self, message: bytes) -> bytes:
        """
        The signature, 64 bytes.
        """
        return self._key.sign(message)


def make(path: Path) -> Signer:
    """
    A new key in a new file that only its owner can read.

    Raises InvalidInput if the file is there already or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        sentence = f"There is a file '{path}' already; a key is never overwritten."
        raise InvalidInput(sentence) from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return _signer(key)


def signer(path: Path | None) -> Signer:
    """
    The private key in that file.

    Raises InvalidState if no file is set, InvalidInput if it holds no such key or if
    others than its owner may read it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if path is None:
        raise InvalidState(NO_KEY)
    text = _read(path, "private")
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        sentence = (
            f"Expected only its owner to read the private key '{path}', but others"
            f" may: chmod 600 {path}."
        )
        raise InvalidInput(sentence)
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput(_other("private", path))
    return _signer(key)


def public(path: Path) -> PublicKey:
    """
    The public key in that file. Raises InvalidInput if it holds none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path, "public"))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInput(_other("public", path))
    return _public(key)


def signer_of(
    keys: Iterable[PublicKey], message: bytes, signature: bytes
) -> PublicKey | None:
    """
    Which of these keys signed the message; None if none of them did.
    """
    return next((each for each in keys if each.signed(message, signature)), None)


def _signer(key: "Ed25519PrivateKey") -> Signer:
    return Signer(public=_public(key.public_key()), _key=key)


def _public(key: "Ed25519PublicKey") -> PublicKey:
    digest = hashlib.sha256(key.public_bytes_raw()).hexdigest()
    return PublicKey(id=digest[:_ID_DIGITS], _key=key)


def _read(path: Path, kind: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        sentence = f"The {kind} key '{path}' cannot be read: {error.strerror}."
        raise InvalidInput(sentence) from error


def _other(kind: str, path: Path) -> str:
    return f"Expected '{path}' to be a {kind} Ed25519 key in PEM, but it is none."
