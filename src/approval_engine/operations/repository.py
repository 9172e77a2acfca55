"""
Files of analysts → deployed versions: the next submit runs on the newest.

A file with any problem deploys nothing, nor does a file whose content is deployed
already; workflows that run keep the definition that they began with.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from approval_engine.definitions.declared import declare
from approval_engine.definitions.dmn.read import read as read_decisions
from approval_engine.definitions.inline import inline
from approval_engine.definitions.reading import Names
from approval_engine.definitions.semantics import semantic_hash
from approval_engine.documents import sha256
from approval_engine.domain.events import stamp
from approval_engine.domain.people import Directory
from approval_engine.domain.processes import Role, Version, split
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.compile import check as arms_length
from approval_engine.executor.examine import Examined, examine, must_hold_together
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.deployment import Deployment, must_be_as_shown
from approval_engine.operations.inputs import must_be_given
from approval_engine.operations.needs import needs_of
from approval_engine.operations.pointing import point
from approval_engine.policy.model import Policy
from approval_engine.policy.names import names_of
from approval_engine.policy.reading.triggers import STANDARD
from approval_engine.store import catalog, processes
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction

MODELER = "modeler"
"""The source of what somebody drew."""


def deploy(
    runtime: Runtime, xml: bytes, file: str, actor: str, shown: Collection[str] = ()
) -> tuple[Deployment, ...]:
    """
    Make a file the newest version of the process, or of the decisions, in it.

    `shown` are the labels of what somebody was shown before and must be what happens.
    Raises BpmnError or DmnError with every problem.
    """
    if not is_dmn(xml, file):
        # At arm's length first, and before anybody waits for a lock.
        arms_length(xml, file, _names(runtime))
    with runtime.database.begin() as transaction:
        processes.lock(transaction)
        offer = _Offer(runtime, transaction, xml, file, actor)
        done = offer.all()
        must_be_as_shown(done, shown)
        offer.store()
        if any(each.is_new for each in done):
            point(transaction)
    return done


def rehearse(
    runtime: Runtime, xml: bytes, file: str, actor: str
) -> tuple[Deployment, ...]:
    """
    What `deploy` would do now; nothing is stored. Raises what `deploy` raises.
    """
    if not is_dmn(xml, file):
        arms_length(xml, file, _names(runtime))
    with runtime.database.read() as transaction:
        return _Offer(runtime, transaction, xml, file, actor).all()


def _names(runtime: Runtime) -> Names | None:
    with runtime.database.read() as transaction:
        active = catalog.current(transaction).policy
        return names_of(runtime.policy(transaction, active)) if active else None


def is_dmn(xml: bytes, file: str) -> bool:
    """
    Whether a file holds decisions and no process, by its name or what stands in it.
    """
    name = file.lower()
    return name.endswith(".dmn") or (
        not name.endswith(".bpmn") and b".omg.org/spec/DMN/" in xml
    )


class _Offer:
    """
    A file that somebody wants to be the newest, and what is deployed already.
    """

    def __init__(
        self,
        runtime: Runtime,
        transaction: Transaction,
        xml: bytes,
        file: str,
        actor: str,
    ) -> None:
        self.runtime = runtime
        self.transaction = transaction
        self.xml = self.runs = xml
        self.file = file
        self.actor = actor
        self.known = processes.versions(transaction)
        self.new: list[Version] = []

    def all(self) -> tuple[Deployment, ...]:
        """
        The process, or every decision, of the file.
        """
        if is_dmn(self.xml, self.file):
            return self.decisions()
        return (self.process(),)

    def store(self) -> None:
        """
        Keep the versions that are new.
        """
        for version in self.new:
            came = Document(sha256=version.sha256, kind="process", body=self.xml)
            runs = Document(sha256=version.runs, kind="process", body=self.runs)
            both = {each.sha256: each for each in (came, runs)}
            catalog.put(self.transaction, both.values())
            processes.add(self.transaction, version)

    def process(self) -> Deployment:
        """
        The process of a BPMN file.
        """
        found = check_within(self.runtime, self.transaction, self.xml, self.file)
        needs = needs_of(found, self.known, self.file)
        policy, _ = judges(self.runtime, self.transaction)
        if policy is not None:
            _, asked = split(needs)
            tables = {n: catalog.body(self.transaction, s) for n, s in asked.items()}
            names = names_of(policy)
            must_be_given(found.process, names, tables, self.file)
        self.runs = self._whole(found, needs)
        semantic = semantic_hash(self.xml, self.file)
        version = self._version(found.process.id, found.role, semantic, needs)
        notes = [f"line {each.line}: {each.sentence}" for each in found.notes]
        is_unused = policy is not None and _is_unused(found, policy)
        if policy is not None and is_unused:
            sentence = f"no rule of policy '{policy.name}' sends a quote to it yet"
            notes.append(f"{sentence}: see its key 'processes'.")
        done = self._deployed(version, tuple(notes))
        return replace(done, is_unused=is_unused)

    def _whole(self, found: Examined, needs: Mapping[str, str]) -> bytes:
        """
        The file with what it calls in it, which is judged once more if it calls.

        What was deployed is whole already, so nobody looks for its calls again.
        """
        own = declare(self.xml, found.process)
        if not found.calls:
            return own
        bodies = {n: catalog.body(self.transaction, needs[n]) for n in found.calls}
        whole = inline(own, bodies)
        by = judges(self.runtime, self.transaction)
        must_hold_together(whole, found.process, self.file, *by)
        return whole

    def decisions(self) -> tuple[Deployment, ...]:
        """
        Every decision of a DMN file.
        """
        found = read_decisions(self.xml, self.file)
        digest = sha256(self.xml)
        return tuple(
            self._deployed(self._version(name, Role.DECISION, digest, {}), ())
            for name in found.decisions
        )

    def _version(
        self, name: str, role: Role, semantic: str, needs: Mapping[str, str]
    ) -> Version:
        mine = self._of(name, role)
        return Version(
            name=name,
            version=len(mine) + 1,
            role=role,
            sha256=sha256(self.xml),
            runs=sha256(self.runs),
            semantic=semantic,
            needs=needs,
            source=MODELER,
            file=Path(self.file).name,
            deployed_at=stamp(self.runtime.clock()),
            deployed_by=self.actor,
        )

    def _deployed(self, version: Version, notes: tuple[str, ...]) -> Deployment:
        mine = self._of(version.name, version.role)
        if mine and _content(mine[-1]) == _content(version):
            return Deployment(version=mine[-1], is_new=False, notes=notes)
        self.new.append(version)
        return Deployment(version=version, is_new=True, notes=notes)

    def _of(self, name: str, role: Role) -> list[Version]:
        mine = [each for each in self.known if each.name == name]
        other = next(
            (v for v in mine if (v.role is Role.DECISION) != (role is Role.DECISION)),
            None,
        )
        if other is not None:
            sentence = f"Expected another id than '{name}': a {other.role} has it."
            raise InvalidState(sentence)
        return mine


def _is_unused(found: Examined, policy: Policy) -> bool:
    used = {rule.use for rule in policy.processes} | {STANDARD}
    return found.role is not Role.PART and found.process.id not in used


def _content(version: Version) -> tuple[str, dict[str, str]]:
    return version.sha256, dict(version.needs)


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
    which = "" if number is None else f" version {number}"
    known = ", ".join(dict.fromkeys(v.name for v in processes.versions(transaction)))
    sentence = f"There is no deployed process '{name}'{which}."
    raise NotFound(f"{sentence} There are: {known}." if known else sentence)


def check_within(
    runtime: Runtime, transaction: Transaction, xml: bytes, file: str
) -> Examined:
    """
    What a file defines, judged by what is active in the database.

    Raises BpmnError with every problem.
    """
    return examine(xml, file, *judges(runtime, transaction))


def judges(
    runtime: Runtime, transaction: Transaction
) -> tuple[Policy | None, Directory | None]:
    """
    The policy and the directory that are active, where there are.
    """
    current = catalog.current(transaction)
    policy = runtime.policy(transaction, current.policy) if current.policy else None
    people = current.directory
    directory = runtime.directory(transaction, people) if people else None
    return policy, directory


def needed_by(
    transaction: Transaction, found: Examined, file: str
) -> tuple[dict[str, bytes], dict[str, str]]:
    """
    What a process that is not deployed would call, and the decisions it would ask.

    Raises BpmnError.
    """
    calls, decisions = split(needs_of(found, processes.versions(transaction), file))
    return {n: catalog.body(transaction, sha) for n, sha in calls.items()}, decisions
