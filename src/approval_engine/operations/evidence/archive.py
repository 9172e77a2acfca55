"""
Named bytes ↔ a zip file of exactly one form, so that equal files are equal archives.

Nothing is compressed: a packet is the same bytes whichever library of compression is
there, and it cannot unfold into more than it is. Reading accepts no other form, so that
nothing can hide between or behind the files.
"""

import re
import struct
import zlib
from collections.abc import Mapping

from approval_engine.errors import Altered

LARGEST = 64 * 1024 * 1024
"""So many bytes of an archive are read at all."""

ARCHIVE = "archive"
"""How a sentence names what belongs to no file of it."""

_MOST_FILES = 1000
# Every part of a path begins with a letter or digit: there is no way up or to the root.
_NAME = re.compile(r"[a-z0-9]+(?:[/._-][a-z0-9]+)*")
_LONGEST_NAME = 120

# Version 2.0, no flags, stored, at the first moment that a zip file can name.
_COMMON = struct.pack("<HHHHH", 20, 0, 0, 0, 0x21)
_FILE, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_MADE_ON_UNIX = 20 | 3 << 8
_PLAIN_FILE = 0o100644 << 16
_HEAD = 30


def pack(files: Mapping[str, bytes]) -> bytes:
    """
    The archive of these files in their order.
    """
    body, directory = bytearray(), bytearray()
    for name, content in files.items():
        entry = _COMMON + _sizes(content) + struct.pack("<HH", len(name), 0)
        place = struct.pack("<HHHLL", 0, 0, 0, _PLAIN_FILE, len(body))
        made_on = struct.pack("<H", _MADE_ON_UNIX)
        directory += _ENTRY + made_on + entry + place + name.encode()
        body += _FILE + entry + name.encode() + content
    count = len(files)
    sizes = (count, count, len(directory), len(body))
    return bytes(body + directory + _END + struct.pack("<HHHHLLH", 0, 0, *sizes, 0))


def unpack(archive: bytes) -> dict[str, bytes]:
    """
    The files of an archive in their order; nothing is written anywhere.

    Checksums and the directory at the end are for `must_be_exact`. Raises Altered.
    """
    if len(archive) > LARGEST:
        raise Altered(f"it has more than {LARGEST} bytes", file=ARCHIVE)
    files: dict[str, bytes] = {}
    place, name = 0, ARCHIVE
    while archive[place : place + 4] == _FILE:
        name, start, end = _entry(archive, place, name)
        if name in files:
            raise Altered("there are two files of that name", file=name)
        files[name] = archive[start:end]
        if len(files) > _MOST_FILES:
            raise Altered(f"it holds more than {_MOST_FILES} files", file=ARCHIVE)
        place = end
    if archive[place : place + 4] not in {_ENTRY, _END} or not files:
        raise Altered("behind it no other file of a packet begins", file=name)
    return files


def must_be_exact(archive: bytes, files: Mapping[str, bytes]) -> None:
    """
    Raise Altered unless the archive is these files and not a byte besides.
    """
    exact = pack(files)
    if archive == exact:
        return
    pairs = enumerate(zip(archive, exact, strict=False))
    shorter = min(len(archive), len(exact))
    at = next((place for place, (a, b) in pairs if a != b), shorter)
    because = f"byte {at} of the archive is not as it was written"
    raise Altered(because, file=_file_at(files, at))


def _sizes(content: bytes) -> bytes:
    return struct.pack("<LLL", zlib.crc32(content), len(content), len(content))


def _entry(archive: bytes, place: int, before: str) -> tuple[str, int, int]:
    """
    The name of the file whose header is there, and where its content lies.
    """
    header = archive[place : place + _HEAD]
    if len(header) < _HEAD or header[4:14] != _COMMON:
        raise Altered("the header behind it is none of a packet", file=before)
    _, size, again, length, extra = struct.unpack("<LLLHH", header[14:])
    raw = archive[place + _HEAD : place + _HEAD + min(length, _LONGEST_NAME + 1)]
    name = raw.decode("ascii", "replace")
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise Altered(f"no file of a packet is called {name[:40]!a}", file=before)
    start = place + _HEAD + length
    if size != again or extra or start + size > len(archive):
        raise Altered("its header is none of a packet", file=name)
    return name, start, start + size


def _file_at(files: Mapping[str, bytes], at: int) -> str:
    end = 0
    for name, content in files.items():
        end += _HEAD + len(name) + len(content)
        if at < end:
            return name
    return ARCHIVE
