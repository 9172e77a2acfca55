"""
`cpq rates`: what other currencies are worth.
"""

from pathlib import Path

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import FILE, Checked


def _name(text: str) -> None:
    from approval_engine.operations.rates import check_name

    check_name(text)


@click.group()
def rates() -> None:
    """
    Import exchange rates.
    """


@rates.command("import")
@FILE
@click.option(
    "--set",
    "name",
    metavar="NAME",
    type=Checked("name", _name),
    help="Default: the policy's own set.",
)
@pass_session
def import_(session: Session, path: str, name: str | None) -> None:
    """
    Store the rates of a CSV or JSON file: currency, date, rate.

    A rate is what one unit of the currency is worth in the policy's currency.
    """
    from approval_engine.operations.rates import import_rates

    session.require_trust()
    found = import_rates(session.runtime, Path(path).read_bytes(), path, name)
    session.record("imported", rates=found.count, into=found.into, set=found.name)
