"""
A static file → its address, which changes with its content, so browsers may keep it.
"""

from pathlib import Path

from flask import Flask, url_for
from werkzeug.security import safe_join

from approval_engine.documents import sha256

_KEY = "approval_engine.assets"
_LENGTH = 12


def address(app: Flask, name: str) -> str:
    """
    Where a page finds a file that is there; a page that names another is broken.
    """
    found = version(app, name)
    if found is None:
        raise FileNotFoundError(name)
    return url_for("static", filename=name, v=found)


def version(app: Flask, name: str) -> str | None:
    """
    The version of a file in addresses, read once; None if there is no such file.
    """
    known: dict[str, str] = app.extensions.setdefault(_KEY, {})
    # Known by where it lies: strangers can call one file by any number of names.
    path = safe_join(str(app.static_folder), name)
    if path is None or not _is_file(path):
        return None
    if path not in known:
        known[path] = sha256(Path(path).read_bytes())[:_LENGTH]
    return known[path]


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        # Such as a name that is longer than any can be.
        return False
