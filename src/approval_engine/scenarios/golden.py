"""
The first look at the product: the commands to show, and what serving them needs.
"""

import os
import secrets
from pathlib import Path

GOLDEN_PATH: tuple[str, ...] = (
    "seed --scenario approvals",
    "approval submit --quote Q-2026-0120",
    "approval status --workflow WF-8821",
    "approval action --workflow WF-8821 --task T-22 --action approve",
    "approval action --workflow WF-8821 --task T-22 --action approve",
)
"""The commands of the demo in order; they leave a task to the manager of the quote."""

NEXT_TO_DECIDE = "maria"
"""Whom the golden path waits for in the end."""


def secret_key(path: Path) -> str:
    """
    The key in that file; a fresh one, readable by its owner only, if there is no file.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    fresh = secrets.token_urlsafe(32)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(fresh)
    return fresh
