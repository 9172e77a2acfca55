"""
`cpq inbox`: the open tasks that a person can act on now.
"""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.table import table

if TYPE_CHECKING:
    from approval_engine.history.inbox import Entry
    from approval_engine.store.inbox import Place, Waiting

    Page = Callable[[Place], tuple[Waiting, ...]]


@click.command()
@click.option("--role", metavar="R", help="Only the tasks of this role.")
@click.option("--all", "everybody", is_flag=True, help="Everybody's open tasks.")
@click.option(
    "--notices", is_flag=True, help="Questions to you, and what you were told."
)
@click.option("--as", "acting_as", metavar="USER", help="Whose; as `cpq --as`.")
@pass_session
def inbox(
    session: Session,
    role: str | None,
    acting_as: str | None,
    *,
    everybody: bool,
    notices: bool,
) -> None:
    """
    A line per open task of the acting person, those due first before the others.

    What he must not decide, such as his own quotes, is not listed.
    """
    session.acting_as = acting_as or session.acting_as
    if notices:
        session.rows(_notices(session))
        return
    found = _everybodys(session, role) if everybody else _own(session, role)
    if session.as_json:
        session.document([entry.view() for entry in found])
    elif sys.stdout.isatty():
        _table(session, found)
    else:
        session.rows(entry.line() for entry in found)


def _table(session: Session, found: "tuple[Entry, ...]") -> None:
    from approval_engine.web.words import due

    now = session.runtime.clock()
    rows = [
        {
            "due": due(entry.waiting.task.due_at, now)[2],
            "task": entry.waiting.task.id,
            "workflow": entry.waiting.task.workflow_id,
            "account": entry.waiting.account,
            "quote": entry.waiting.quote_id,
            "step": entry.step.id,
            "why": ", ".join(reason.trigger for reason in entry.step.reasons),
        }
        for entry in found
    ]
    for line in table(rows):
        click.echo(line)
    if not rows:
        click.echo("Nothing waits for you.")


def _notices(session: Session) -> "list[dict[str, object]]":
    from approval_engine.store.notices import questions_to, told_to

    person = session.caller("read", None).actor
    with session.runtime.database.read() as transaction:
        asked = questions_to(transaction, person)
        told = told_to(transaction, person)
    return [
        {
            "notice": "question" if each.task else "information",
            "workflow": each.workflow,
            "task": each.task or "-",
            "quote": each.quote_id,
            "account": each.account,
            "status": each.status,
            "at": each.at,
        }
        for each in (*asked, *told)
    ]


def _own(session: Session, role: str | None) -> "tuple[Entry, ...]":
    from approval_engine.executor.reader import reader_of
    from approval_engine.store.inbox import open_for

    runtime, person = session.runtime, session.caller("read", None).actor
    with runtime.database.read() as transaction:
        reader = reader_of(runtime, transaction, person)
        return _entries(
            lambda after: open_for(transaction, reader, 500, after, role=role)
        )


def _everybodys(session: Session, role: str | None) -> "tuple[Entry, ...]":
    from approval_engine.store.inbox import open_of_all

    session.require_trust()
    with session.runtime.database.read() as transaction:
        return _entries(lambda after: open_of_all(transaction, 500, after, role=role))


def _entries(page: "Page") -> "tuple[Entry, ...]":
    from approval_engine.history.inbox import entries

    return entries(_all(page))


def _all(page: "Page") -> "Iterator[Waiting]":
    from approval_engine.store.inbox import START

    rows = page(START)
    while rows:
        yield from rows
        rows = page(rows[-1].place)
