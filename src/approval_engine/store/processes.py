"""
The process definitions that were deployed, and those that workflows are pinned to.
"""

from dataclasses import dataclass

import orjson
from sqlalchemy import Row, func, select

from approval_engine.domain.processes import Role, Version
from approval_engine.store import catalog
from approval_engine.store.database import Transaction
from approval_engine.store.schema import DOCUMENT, PROCESS_VERSION, SETTING, WORKFLOW

POINTER = "processes"
"""The setting that names the document which lists the newest versions."""

_USED = (
    select(
        WORKFLOW.c.process,
        WORKFLOW.c.definition_sha256.label("sha256"),
        func.count().label("workflows"),
    )
    .group_by(WORKFLOW.c.process, WORKFLOW.c.definition_sha256)
    .order_by(func.min(WORKFLOW.c.number))
)
_VERSIONS = select(PROCESS_VERSION).order_by(
    PROCESS_VERSION.c.name, PROCESS_VERSION.c.version
)
# Two who deploy at once must not give out one number twice, nor lose each other's.
_LOCK = select(SETTING.c.value).where(SETTING.c.name == POINTER).with_for_update()


MOST = 1000
"""Counting ends here; what is more than that is 'more than 1000'."""


DEFINITION = "definition"
"""What kind of document a process definition is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """
    One definition and how many workflows run, or ran, on it.
    """

    process: str
    sha256: str
    workflows: int


def used(transaction: Transaction) -> tuple[Used, ...]:
    """
    Every definition in use, in the order of their first workflows.
    """
    return tuple(
        Used(process=row.process, sha256=row.sha256, workflows=row.workflows)
        for row in transaction.execute(_USED)
    )


def counted(transaction: Transaction, names: tuple[str, ...]) -> dict[str, int]:
    """
    How many workflows run, or ran, on each process, counted up to one more than MOST.
    """
    mine = (
        select(WORKFLOW.c.number).where(WORKFLOW.c.process == name).limit(MOST + 1)
        for name in names
    )
    counts = [
        select(func.count()).select_from(each.subquery()).scalar_subquery()
        for each in mine
    ]
    found = transaction.execute(select(*counts)).one() if counts else ()
    return dict(zip(names, found, strict=True))


def counted_since(transaction: Transaction, since: str) -> dict[str, int]:
    """
    How many workflows began on each definition since then, by its hash.
    """
    query = (
        select(WORKFLOW.c.definition_sha256.label("sha256"), func.count().label("n"))
        .where(WORKFLOW.c.created_at >= since)
        .group_by(WORKFLOW.c.definition_sha256)
    )
    return {row.sha256: row.n for row in transaction.execute(query)}


def is_definition(transaction: Transaction, sha256: str) -> bool:
    """
    Whether the document of that hash is a process definition that reviews run on.
    """
    kind = select(DOCUMENT.c.kind).where(DOCUMENT.c.sha256 == sha256)
    return transaction.execute(kind).scalar_one_or_none() == DEFINITION


def lock(transaction: Transaction) -> None:
    """
    Let nobody else deploy until the commit.
    """
    if transaction.execute(_LOCK).one_or_none() is None:
        catalog.set_setting(transaction, POINTER, "")
        transaction.execute(_LOCK)


def add(transaction: Transaction, version: Version) -> None:
    """
    Record a version; its number must be new.
    """
    transaction.execute(
        PROCESS_VERSION.insert().values(
            name=version.name,
            version=version.version,
            kind=version.role,
            sha256=version.sha256,
            runs=version.runs,
            semantic=version.semantic,
            needs=orjson.dumps(
                dict(version.needs), option=orjson.OPT_SORT_KEYS
            ).decode(),
            source=version.source,
            file=version.file,
            deployed_at=version.deployed_at,
            deployed_by=version.deployed_by,
        )
    )


def versions(transaction: Transaction) -> tuple[Version, ...]:
    """
    Every version of everything, by name and number.
    """
    return tuple(_version(row) for row in transaction.execute(_VERSIONS))


def versions_of(transaction: Transaction, name: str) -> tuple[Version, ...]:
    """
    Every version of one name, oldest first.
    """
    mine = _VERSIONS.where(PROCESS_VERSION.c.name == name)
    return tuple(_version(row) for row in transaction.execute(mine))


def _version(row: Row[tuple[object, ...]]) -> Version:
    return Version(
        name=row.name,
        version=row.version,
        role=Role(row.kind),
        sha256=row.sha256,
        runs=row.runs,
        semantic=row.semantic,
        needs=orjson.loads(row.needs),
        source=row.source,
        file=row.file,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
    )
