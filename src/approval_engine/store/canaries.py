"""
Canaries of policies: which one runs, what both versions said of quotes, and its log.

The terms of the one that runs stand in a setting, so that a submit reads them with all
else that is current, in no statement of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, case, delete, func, insert, or_, select, update

from approval_engine.store import catalog, prepared
from approval_engine.store.catalog import CANARY_SETTING, PolicyRow, set_setting
from approval_engine.store.database import Transaction
from approval_engine.store.moment import remembered
from approval_engine.store.schema import (
    CANARY,
    CANARY_EVENT,
    CANARY_QUOTE,
    SETTING,
    WORKFLOW,
)
from approval_engine.store.upgrade import OLDEST, shut_out_older_programs

SINCE = "0022"
"""The oldest schema whose programs route by a canary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryRow:
    """
    One canary. `status` is shadow, canary, promoted or stopped; `running` 1 or None.

    `sha256` is the new version, `against` the one in force when it began. `share`
    counts ten-thousandths. `terms` and `seen` are canonical JSON.
    """

    number: int
    name: str
    version: str
    sha256: str
    against: str
    status: str
    running: int | None
    share: int
    segment: str
    since: str
    terms: str
    started_at: str
    started_by: str
    seen: str | None = None
    seen_at: str | None = None
    ended_at: str | None = None
    ended_by: str | None = None
    comment: str = ""
    told_at: str | None = None

    @property
    def subject(self) -> str:
        """
        How sentences name it.
        """
        return f"canary {self.number} of policy '{self.name}' version {self.version}"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteSeen:
    """
    What both versions said of one quote, as canonical JSON, and which one routed it.

    `place` and `share` count ten-thousandths, `worth` hundredths of the currency of the
    policy; `counted`, `automatic`, `differs` and `failed` are 0 or 1.
    """

    canary: int
    workflow_id: str
    quote_id: str
    quote_revision: int
    side: str
    rule: str
    place: int
    share: int
    counted: int
    automatic: int
    worth: int
    differs: int
    failed: int
    active: str
    canary_says: str
    submitted_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """
    One thing that was done about a canary; `data` is canonical JSON.
    """

    canary: int
    action: str
    actor: str
    channel: str
    timestamp: str
    data: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """
    How many quotes both versions were asked about, and what came of it.
    """

    compared: int
    differing: int
    failed: int
    routed: int


_ADD_QUOTE = prepared.insert(CANARY_QUOTE)
# Whoever begins or ends one waits for whoever publishes, and the other way round.
_LOCK = select(SETTING.c.value).where(SETTING.c.name == OLDEST)
_RUNNING = select(CANARY).where(CANARY.c.running == 1)
_EVERY = select(CANARY).order_by(CANARY.c.number)


def lock(transaction: Transaction) -> None:
    """
    Let nobody else begin, end or publish anything until the commit.
    """
    transaction.execute(_LOCK.with_for_update())


def running(transaction: Transaction) -> CanaryRow | None:
    """
    The canary that runs, if one does.
    """
    return next(iter(_rows(transaction.execute(_RUNNING))), None)


def every(transaction: Transaction) -> tuple[CanaryRow, ...]:
    """
    All canaries, oldest first.
    """
    return remembered(
        transaction, "canaries", lambda: _rows(transaction.execute(_EVERY))
    )


def add(transaction: Transaction, row: CanaryRow) -> None:
    """
    Begin a canary; its number must be new.
    """
    shut_out_older_programs(transaction, SINCE)
    values = {name: getattr(row, name) for name in CanaryRow.__slots__}
    transaction.execute(insert(CANARY).values(values))


def change(transaction: Transaction, number: int, **values: object) -> None:
    """
    Change what may change of a canary.
    """
    query = update(CANARY).where(CANARY.c.number == number)
    transaction.execute(query.values(values))


def point(transaction: Transaction, terms: str | None) -> None:
    """
    Let submits go by these terms from now on; None is by none.
    """
    if terms is None:
        named = SETTING.c.name == CANARY_SETTING
        transaction.execute(delete(SETTING).where(named))
    else:
        set_setting(transaction, CANARY_SETTING, terms)


def note(transaction: Transaction, seen: QuoteSeen) -> None:
    """
    Record what both versions said, with all else that the submit writes.
    """
    row = {name: getattr(seen, name) for name in QuoteSeen.__slots__}
    _ADD_QUOTE.later(transaction, [row])


def log(transaction: Transaction, step: Step) -> None:
    """
    Add to the log of a canary.
    """
    mine = CANARY_EVENT.c.canary == step.canary
    last = select(func.coalesce(func.max(CANARY_EVENT.c.seq), 0)).where(mine)
    seq = int(transaction.execute(last).scalar_one()) + 1
    values = {name: getattr(step, name) for name in Step.__slots__}
    transaction.execute(insert(CANARY_EVENT).values(seq=seq, **values))


def steps(transaction: Transaction, number: int) -> tuple[Step, ...]:
    """
    The log of a canary, in order.
    """
    columns = (CANARY_EVENT.c[name] for name in Step.__slots__)
    query = select(*columns).where(CANARY_EVENT.c.canary == number)
    rows = transaction.execute(query.order_by(CANARY_EVENT.c.seq))
    return tuple(Step(**row._mapping) for row in rows)  # noqa: SLF001 public in SQLAlchemy


def tally(transaction: Transaction, number: int) -> Tally:
    """
    How many quotes were compared, differ, failed on one side, and went the new way.
    """
    table = CANARY_QUOTE.c
    new = case((table.side == "canary", 1), else_=0)
    sums = (table.differs, table.failed, new)
    query = select(
        func.count(), *(func.coalesce(func.sum(each), 0) for each in sums)
    ).where(table.canary == number)
    compared, differing, failed, routed = map(int, transaction.execute(query).one())
    return Tally(compared=compared, differing=differing, failed=failed, routed=routed)


def quotes(
    transaction: Transaction, number: int, limit: int, *, differing: bool = True
) -> tuple[QuoteSeen, ...]:
    """
    The quotes that both versions were asked about, or that differ, the newest first.
    """
    table = CANARY_QUOTE.c
    query = select(*(table[name] for name in QuoteSeen.__slots__))
    query = query.where(table.canary == number)
    if differing:
        query = query.where(table.differs == 1)
    rows = transaction.execute(
        query.order_by(table.submitted_at.desc(), table.workflow_id).limit(limit)
    )
    return tuple(QuoteSeen(**row._mapping) for row in rows)  # noqa: SLF001 public in SQLAlchemy


def tried(transaction: Transaction) -> tuple[PolicyRow, ...]:
    """
    The versions that canaries try or tried and that were never published.
    """
    found = {
        (row.name, row.version): PolicyRow(
            name=row.name,
            version=row.version,
            sha256=row.sha256,
            status=row.status,
            published_at=row.started_at,
            published_by=row.started_by,
            comment=row.comment,
        )
        for row in every(transaction)
    }
    if not found:
        return ()
    known = {(row.name, row.version) for row in catalog.policies(transaction)}
    return tuple(row for key, row in found.items() if key not in known)


def astray(transaction: Transaction) -> tuple[tuple[str, str, str], ...]:
    """
    The workflows that the other side has routed, with their side and their version.
    """
    mine = WORKFLOW.c.policy_version == CANARY.c.version
    new = CANARY_QUOTE.c.side == "canary"
    query = (
        select(WORKFLOW.c.id, CANARY_QUOTE.c.side, WORKFLOW.c.policy_version)
        .join(CANARY_QUOTE, CANARY_QUOTE.c.workflow_id == WORKFLOW.c.id)
        .join(CANARY, CANARY.c.number == CANARY_QUOTE.c.canary)
        .where(or_(and_(new, ~mine), and_(~new, mine)))
        .order_by(WORKFLOW.c.id)
    )
    return tuple((row[0], row[1], row[2]) for row in transaction.execute(query))


def is_untold(row: CanaryRow) -> bool:
    """
    Whether its guard stopped it and nobody was told yet.
    """
    return row.status == "stopped" and row.told_at is None


def _rows(rows: Iterable[object]) -> tuple[CanaryRow, ...]:
    return tuple(
        CanaryRow(**{name: getattr(row, name) for name in CanaryRow.__slots__})
        for row in rows
    )
