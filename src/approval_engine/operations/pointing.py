"""
The newest versions of processes → the document by which submits find them.
"""

from collections.abc import Mapping

from approval_engine.definitions import shape
from approval_engine.definitions.model import Kind
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.documents import sha256
from approval_engine.domain.processes import Role, Version
from approval_engine.executor.deployed import listed
from approval_engine.store import catalog, processes
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction


def point(transaction: Transaction) -> None:
    """
    Let submits find the newest versions.
    """
    versions = processes.versions(transaction)
    run = (each for each in versions if each.role in {Role.FRAME, Role.PINNED})
    body = listed((each, _offers(transaction, each)) for each in run)
    document = Document(sha256=sha256(body), kind=processes.POINTER, body=body)
    catalog.put(transaction, [document])
    catalog.set_setting(transaction, processes.POINTER, document.sha256)


def _offers(transaction: Transaction, version: Version) -> Mapping[str, object]:
    body = catalog.body(transaction, version.runs)
    process = read(body, version.file, EVERY_NAME).process
    slots = {n.id: list(n.steps) for n in process.nodes() if n.kind is Kind.SLOT}
    return {"slots": slots, "shapes": shape.drawn_in(process)}
