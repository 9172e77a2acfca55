"""
Bytes of JSON → exact values that know their lines; values → canonical bytes and hashes.

It knows no quote and no policy: what a document means is decided by whoever reads it.
"""

from approval_engine.documents.canonical import (
    canonical,
    in_order,
    load,
    sha256,
    written,
)
from approval_engine.documents.document import Document, JsonValue, pointer
from approval_engine.documents.parse import parse

__all__ = [
    "Document",
    "JsonValue",
    "canonical",
    "in_order",
    "load",
    "parse",
    "pointer",
    "sha256",
    "written",
]
