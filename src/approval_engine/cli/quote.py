"""
`cpq quote`: import, list and show quotes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import FILE
from approval_engine.errors import NotFound

if TYPE_CHECKING:
    from approval_engine.domain.quote import Quote


@click.group()
def quote() -> None:
    """
    Import and show quotes.
    """


@quote.command("import")
@FILE
@pass_session
def import_(session: Session, path: str) -> None:
    """
    Store the quote revisions of a file.
    """
    from approval_engine.operations.quote_intake import import_quotes

    session.require_trust()
    count = import_quotes(
        session.runtime, session.read(path), session.limits, Path(path).parent
    )
    session.record("imported", quotes=count)


@quote.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    The newest revision of every quote.
    """
    from approval_engine.store import quotes

    with session.runtime.database.read() as transaction:
        found = quotes.newest(transaction)
    session.rows(
        {
            "quote": row.id,
            "revision": row.revision,
            "account": row.account,
            "submitted_by": row.submitted_by,
        }
        for row in found
    )


@quote.command()
@click.option("--quote", "quote_id", required=True, metavar="Q")
@pass_session
def show(session: Session, quote_id: str) -> None:
    """
    The newest revision of a quote; with --json the document as it was imported.
    """
    from approval_engine.documents import load
    from approval_engine.operations.clearance import fingerprint_of
    from approval_engine.store import catalog

    runtime = session.runtime
    with runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote_id)
        if row is None:
            sentence = f"There is no quote '{quote_id}'."
            raise NotFound(sentence)
        body = catalog.body(transaction, row.sha256)
        found = runtime.quote(transaction, row.sha256)
    if session.as_json:
        session.document(load(body))
        return
    session.rows(_lines(found))
    session.record(fingerprint=fingerprint_of(runtime, quote_id))


@quote.command()
@click.option("--quote", "quote_id", required=True, metavar="Q")
@click.option("--fingerprint", required=True, metavar="F")
@pass_session
def clearance(session: Session, quote_id: str, fingerprint: str) -> None:
    """
    Whether what you hold the fingerprint of may be booked.
    """
    from approval_engine.operations.clearance import clearance as command

    found = command(session.runtime, quote_id, fingerprint)
    if session.as_json:
        session.document(
            {
                "clearance": str(found.clearance),
                "fingerprint": found.fingerprint,
                "workflow": found.workflow,
            }
        )
        return
    session.record(clearance=found.clearance)


@quote.command()
@click.option("--quote", "quote_id", required=True, metavar="Q")
@click.option("--name", required=True, metavar="N", help="As the quote calls it.")
@click.option("--revision", type=int, metavar="R", help="Default: the newest.")
@click.option("--out", required=True, metavar="FILE")
@pass_session
def attachment(
    session: Session, quote_id: str, name: str, revision: int | None, out: str
) -> None:
    """
    Write a file that came with a quote.
    """
    from approval_engine.store import attachments, catalog

    session.require_trust()
    runtime = session.runtime
    with runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote_id, revision)
        found = runtime.quote(transaction, row.sha256).attachments if row else ()
        named = next((each for each in found if each.name == name), None)
        body = attachments.body(transaction, named.sha256) if named else None
    if named is None or body is None:
        sentence = f"There is no attachment '{name}' of quote '{quote_id}'"
        kept = f"; its content, {named.sha256}, is kept elsewhere" if named else ""
        raise NotFound(f"{sentence} here{kept}.")
    session.write(out, body)
    session.record(attachment=out, sha256=named.sha256, size=len(body))


def _lines(found: "Quote") -> Iterator[dict[str, object]]:
    yield {
        "quote": found.id,
        "revision": found.revision,
        "account": found.account,
        "currency": found.currency,
        "submitted_by": found.submitted_by,
        "owner": found.owner,
    }
    for file in found.attachments:
        yield {"attachment": file.name, "type": file.media_type, "sha256": file.sha256}
    for name, value in found.inputs.items():
        yield {"input": name, "value": value}
    for line in found.lines:
        yield {
            "line": line.id,
            "product": line.product,
            "family": line.family,
            "quantity": line.quantity,
            "list_price": line.list_price,
            "net_price": line.net_price,
            "discount_pct": line.discount_pct,
        }
