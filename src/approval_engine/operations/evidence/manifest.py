"""
What a packet holds, by name and hash: the one file that is signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.documents import canonical, load, sha256
from approval_engine.errors import Altered

FORM = 1
"""The form of a packet; a reader refuses any other."""

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
EVENTS, TEXTS, ORIGINS = "events.jsonl", "texts.jsonl", "origins.jsonl"
WINDOWS, ATTACHMENTS = "windows.json", "attachments.json"
EXPLANATION, SUMMARY = "explanation.json", "summary.html"

DOCUMENTS: Mapping[str, str] = {
    "quote": "quote.json",
    "policy": "policy.json",
    "directory": "directory.json",
    "delegations": "delegations.json",
    "evaluation": "evaluation.json",
    "plan": "plan.json",
    "definition": "definition.bpmn",
}
"""The file of each document that the first event of a workflow names by its hash."""

TABLES = "tables/"
"""Where decision tables lie that the definition asks, each under its hash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """
    Which workflow it is, how it stood, and what each file of the packet is.

    `hashes` are those of the events in order; `erased` are the numbers of events whose
    text is not there any more. `held` says that an incident held it.
    """

    workflow: str
    quote: str
    revision: int
    policy: str
    policy_version: str
    status: str
    overridden: bool
    held: bool
    hashes: tuple[str, ...]
    erased: tuple[int, ...]
    files: tuple[tuple[str, str, int], ...]
    key: str
    product: str

    @property
    def head(self) -> str:
        """
        The hash of the last event.
        """
        return self.hashes[-1]

    def text(self) -> bytes:
        """
        The bytes that are signed.
        """
        values = {name: getattr(self, name) for name in Manifest.__slots__}
        files = [{"name": n, "sha256": h, "size": size} for n, h, size in self.files]
        head = {"head": self.head, "events": len(self.hashes)}
        return canonical({"packet": FORM, **head, **values, "files": files})


def listed(files: Mapping[str, bytes]) -> tuple[tuple[str, str, int], ...]:
    """
    Name, hash and size of each file, as the manifest has them.
    """
    return tuple((name, sha256(body), len(body)) for name, body in files.items())


def manifest_in(text: bytes) -> Manifest:
    """
    The manifest in bytes whose signature holds.

    Raises Altered if whoever signed it signed something else.
    """
    values: Any = load(text)
    if not isinstance(values, dict) or values.pop("packet", None) != FORM:
        raise Altered("it is no manifest of a known form", file=MANIFEST)
    files = tuple((f["name"], f["sha256"], f["size"]) for f in values.pop("files"))
    told = (values.pop("events"), values.pop("head"))
    hashes, erased = (tuple(values.pop(name)) for name in ("hashes", "erased"))
    found = Manifest(files=files, hashes=hashes, erased=erased, **values)
    if told != (len(found.hashes), found.head):
        raise Altered("its head is not the last of its events", file=MANIFEST)
    return found
