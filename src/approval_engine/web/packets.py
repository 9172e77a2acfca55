"""
A workflow → its signed evidence packet as a download, by the key of this server.
"""

from pathlib import Path

from flask import Flask, Response, current_app

from approval_engine.errors import Altered, InvalidState
from approval_engine.history.evidence import keys
from approval_engine.operations.evidence import export
from approval_engine.web import context
from approval_engine.web.headers import as_download

_SIGNER = "approval_engine.signer"


def install(app: Flask, path: Path | None) -> None:
    """
    Read the private key, once. Raises InvalidInput if its file does not do.
    """
    app.extensions[_SIGNER] = keys.signer(path) if path else None


def can_sign() -> bool:
    """
    Whether there is a key.
    """
    return current_app.extensions[_SIGNER] is not None


def download(workflow_id: str) -> Response:
    """
    The packet, for whoever was found to have a part in the workflow.

    Raises InvalidState without a key, and if the record is not as it was written.
    """
    if not can_sign():
        raise InvalidState(keys.NO_KEY)
    signer: keys.Signer = current_app.extensions[_SIGNER]
    try:
        body = export(context.runtime(), workflow_id, signer)
    except Altered as error:
        sentence = f"The record of workflow '{workflow_id}' is not signed: {error}"
        raise InvalidState(sentence) from error
    return as_download(body, f"{workflow_id}-evidence.zip")
