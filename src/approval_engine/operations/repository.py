"""
Files of analysts → deployed versions: the next submit runs on the newest.

A file with any problem deploys nothing, nor does a file whose content is deployed
already; workflows that run keep the definition that they began with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from approval_engine.definitions.inline import inline
from approval_engine.definitions.semantics import semantic_hash
from approval_engine.documents import sha256
from approval_engine.domain.events import stamp
from approval_engine.domain.processes import Role, Version
from approval_engine.errors import BpmnError, NotFound, Problem
from approval_engine.executor.deployed import listed
from approval_engine.executor.examine import Examined, examine
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog, processes
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction

MODELER = "modeler"
"""The source of what somebody drew."""

DEEPEST = 3
"""How deep calls may go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """
    A version, whether it is new, and what to know of its file.
    """

    version: Version
    is_new: bool
    notes: tuple[str, ...]


def check(runtime: Runtime | None, xml: bytes, file: str) -> Examined:
    """
    What a file defines, judged by what is active in the database, if there is one.

    Raises BpmnError with every problem.
    """
    if runtime is None:
        return examine(xml, file)
    with runtime.database.read() as transaction:
        return check_within(runtime, transaction, xml, file)


def deploy(runtime: Runtime, xml: bytes, file: str, actor: str) -> Deployment:
    """
    Make a file the newest version of the process that it defines.

    Raises BpmnError with every problem.
    """
    with runtime.database.begin() as transaction:
        processes.lock(transaction)
        found = check_within(runtime, transaction, xml, file)
        known = processes.versions(transaction)
        needs = _needs(found, known, file)
        notes = tuple(f"line {each.line}: {each.sentence}" for each in found.notes)
        mine = [each for each in known if each.name == found.process.id]
        digest = sha256(xml)
        if mine and (mine[-1].sha256, dict(mine[-1].needs)) == (digest, needs):
            return Deployment(version=mine[-1], is_new=False, notes=notes)
        version = Version(
            name=found.process.id,
            version=len(mine) + 1,
            role=found.role,
            sha256=digest,
            semantic=semantic_hash(xml, file),
            needs=needs,
            source=MODELER,
            file=Path(file).name,
            deployed_at=stamp(runtime.clock()),
            deployed_by=actor,
        )
        body = Document(sha256=digest, kind="process", body=xml)
        catalog.put(transaction, [body])
        processes.add(transaction, version)
        _point(transaction, (*known, version))
    return Deployment(version=version, is_new=True, notes=notes)


def find(
    transaction: Transaction, name: str, number: int | None = None
) -> tuple[Version, bytes]:
    """
    A version and its bytes as they came, the newest if none is named. Raises NotFound.
    """
    mine = processes.versions_of(transaction, name)
    for version in reversed(mine):
        if number in {None, version.version}:
            return version, catalog.body(transaction, version.sha256)
    which = f" version {number}" if number else ""
    known = ", ".join(dict.fromkeys(v.name for v in processes.versions(transaction)))
    sentence = f"There is no deployed process '{name}'{which}."
    raise NotFound(f"{sentence} There are: {known}." if known else sentence)


def whole(transaction: Transaction, version: Version) -> bytes:
    """
    The bytes of a version with everything that it calls in it.
    """
    called = {
        name: catalog.body(transaction, digest)
        for name, digest in version.needs.items()
    }
    return inline(catalog.body(transaction, version.sha256), called)


def check_within(
    runtime: Runtime, transaction: Transaction, xml: bytes, file: str
) -> Examined:
    """
    Like `check`, in a transaction that is there already.
    """
    current = catalog.current(transaction)
    policy = runtime.policy(transaction, current.policy) if current.policy else None
    directory = (
        runtime.directory(transaction, current.directory) if current.directory else None
    )
    return examine(xml, file, policy, directory)


def called_by(transaction: Transaction, found: Examined, file: str) -> dict[str, bytes]:
    """
    What a process that is not deployed would call today. Raises BpmnError.
    """
    needs = _needs(found, processes.versions(transaction), file)
    return {name: catalog.body(transaction, sha) for name, sha in needs.items()}


def _needs(found: Examined, known: Iterable[Version], file: str) -> dict[str, str]:
    """
    What the process calls at any depth, in the versions that are newest now.
    """
    newest = {each.name: each for each in known}
    needs: dict[str, str] = {}
    problems: list[Problem] = []
    for name in found.calls:
        version = newest.get(name)
        if version is None or version.role is not Role.PART:
            problems.append(_uncallable(found, name, version, file))
            continue
        needs |= {name: version.sha256, **version.needs}
    if problems:
        raise BpmnError(*problems)
    return needs


def _uncallable(
    found: Examined, name: str, version: Version | None, file: str
) -> Problem:
    call = next(n for n in found.process.nodes() if n.called == name)
    why = "is a frame or has steps of its own" if version else "is not deployed"
    if name == found.process.id:
        why = "is this process itself"
    sentence = f"Expected to call a deployed process, but '{name}' {why}."
    return Problem(
        file=file, line=call.line, code="call", element=call.id, sentence=sentence
    )


def _point(transaction: Transaction, versions: Iterable[Version]) -> None:
    """
    Let submits find the newest versions.
    """
    run = (each for each in versions if each.role in {Role.FRAME, Role.PINNED})
    body = listed((each, _offers(transaction, each)) for each in run)
    document = Document(sha256=sha256(body), kind=processes.POINTER, body=body)
    catalog.put(transaction, [document])
    catalog.set_setting(transaction, processes.POINTER, document.sha256)


def _offers(transaction: Transaction, version: Version) -> Mapping[str, object]:
    from approval_engine.definitions import shape
    from approval_engine.definitions.model import Kind
    from approval_engine.definitions.reading import EVERY_NAME, read

    body = catalog.body(transaction, version.sha256)
    process = read(body, version.file, EVERY_NAME).process
    slots = {n.id: list(n.steps) for n in process.nodes() if n.kind is Kind.SLOT}
    return {"slots": slots, "shapes": shape.drawn_in(process)}
