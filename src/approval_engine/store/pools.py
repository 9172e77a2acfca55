"""
Open tasks of one group, and of the pools of several roles, those due first.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    bindparam,
    false,
    func,
    select,
    true,
    union_all,
)

from approval_engine.store.asking import NOT_HIS, OPEN, Reader, pool, pool_of
from approval_engine.store.database import Transaction
from approval_engine.store.schema import TASK, WORKFLOW

_ROLES: BindParameter[Any] = bindparam("roles", type_=ARRAY(Text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pools:
    """
    How the pools of all roles are looked into: each of a list, or one after another.

    PostgreSQL plans a part for every role anew each time, which takes longer than the
    reading; a list of roles is planned once. SQLite has no lists.
    """

    listed: bool
    roles: int

    @classmethod
    def of(cls, transaction: Transaction, reader: Reader) -> "Pools":
        """
        The way of this database for a reader.
        """
        listed = transaction.dialect.name == "postgresql"
        return cls(listed=listed, roles=0 if listed else len(reader.roles))


def cuts(
    pools: Pools, within: tuple[ColumnElement[bool], ...], limit: str
) -> Select[Any]:
    """
    Id, due time and workflow of so many tasks of each pool; the pools in no order.
    """
    if pools.listed:
        roles = func.unnest(_ROLES).table_valued("role").render_derived()
        of_each = cut(pool_of(roles.c.role), within, limit).lateral()
        return select(of_each).select_from(roles.join(of_each, true()))
    groups = [pool(number) for number in range(pools.roles)] or [false()]
    # SQLite takes ORDER BY and LIMIT within a UNION only inside a subquery.
    parts = (select(cut(each, within, limit).subquery()) for each in groups)
    return select(union_all(*parts).subquery())


def cut(
    group: ColumnElement[bool], within: tuple[ColumnElement[bool], ...], limit: str
) -> Select[Any]:
    """
    Id, due time and workflow of so many tasks of a group, those due first.
    """
    query = select(TASK.c.id, TASK.c.due_at, TASK.c.workflow_id)
    if NOT_HIS in within:
        query = query.join(WORKFLOW, WORKFLOW.c.id == TASK.c.workflow_id)
    found = query.where(OPEN, group, *within).order_by(TASK.c.due_at, TASK.c.id)
    return found.limit(bindparam(limit))
