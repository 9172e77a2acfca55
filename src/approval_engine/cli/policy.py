"""
`cpq policy`: validate, simulate, publish, show and compare policies.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from approval_engine.cli import matrix_proof, published
from approval_engine.cli.canary import canary
from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.dmn import check_dmn, export_dmn, import_dmn
from approval_engine.cli.simulating import simulate
from approval_engine.cli.values import FILE

if TYPE_CHECKING:
    from approval_engine.documents import JsonValue
    from approval_engine.policy.model import Policy


@click.group()
def policy() -> None:
    """
    Validate, simulate, publish and compare policies.
    """


policy.add_command(export_dmn)
policy.add_command(import_dmn)
policy.add_command(check_dmn)
policy.add_command(simulate)
policy.add_command(canary)
policy.add_command(matrix_proof.prove)


@policy.command()
@FILE
@pass_session
def validate(session: Session, path: str) -> None:
    """
    Judge the form of a policy; what to look at again is told on stderr.

    That is what it declares in vain, what is perhaps not meant, and roles that nobody
    active fills in the directory of the database, if there is one.
    """
    from approval_engine.escalations.times import check_times
    from approval_engine.policy.load import load
    from approval_engine.policy.notes import notes
    from approval_engine.policy.warnings import warnings

    document = session.read(path)
    found = load(document)
    check_times(document, found, datetime.now(UTC))
    for sentence in notes(found):
        click.echo(f"note: {sentence}", err=True)
    for finding in warnings(found, matrix_proof.directory_of(session)):
        click.echo(f"warning: {finding.sentence}", err=True)
    session.record(
        policy=found.name, version=found.version, sha256=found.sha256, status="valid"
    )


@policy.command()
@FILE
@click.option(
    "--accept-fallback",
    is_flag=True,
    help="Although pinned processes then serve no plan any more.",
)
@matrix_proof.ACCEPT
@pass_session
def publish(
    session: Session, path: str, *, accept_fallback: bool, accepts: tuple[str, ...]
) -> None:
    """
    Make a policy the active one, from its first day; the one before it is retired.

    It is proved first. What is found must be mended, or accepted one by one.
    """
    from approval_engine.operations.intake import Remark, publish_policy

    session.require_trust()
    document = session.read(path)
    row = publish_policy(
        session.runtime,
        document,
        session.administrator,
        accept_fallback=accept_fallback,
        remark=Remark(accepts=matrix_proof.reasons_of(accepts)),
    )
    today = (r for r in published.rows(session) if r.sha256 == row.sha256)
    session.record(**published.line(next(today)))


@policy.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    Every published version, oldest first.
    """
    every = (
        published.line(row) | {"published_at": row.published_at, "by": row.published_by}
        for row in published.rows(session)
    )
    session.rows(every)


@policy.command()
@click.option(
    "--version", default=published.ACTIVE, metavar="V", help="Default: the active one."
)
@pass_session
def show(session: Session, version: str) -> None:
    """
    A published version; with --json the document itself.
    """
    row = published.row(session, version)
    if session.as_json:
        session.document(published.document(session, row))
        return
    with session.runtime.database.read() as transaction:
        found = session.runtime.policy(transaction, row.sha256)
    session.record(**published.line(row))
    session.rows(_contents(found))


@policy.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@pass_session
def diff(session: Session, before: str, after: str) -> None:
    """
    What differs between A and B: each a published version, 'active', or a file.
    """
    from approval_engine.operations.compare import differences

    one, other = published.either(session, before), published.either(session, after)
    session.rows(
        {
            "change": each.change,
            "at": each.place,
            "before": _shown(session, each.before),
            "after": _shown(session, each.after),
        }
        for each in differences(one, other)
    )


@policy.command()
@pass_session
def schema(session: Session) -> None:
    """
    Print the JSON Schema (draft 2020-12) of a policy.
    """
    from approval_engine.policy.load import schema as found

    session.document(found())


def _contents(found: "Policy") -> Iterator[dict[str, object]]:
    for trigger in found.triggers:
        rows = (
            " and ".join(f"{test.name} {test.text}" for test in row.tests)
            for row in trigger.rows
        )
        yield {
            "trigger": trigger.id,
            "reason": trigger.reason,
            "when": " or ".join(rows),
            "require": trigger.require,
            "ladder": trigger.ladder,
        }
    for ladder in found.ladders.values():
        roles = [rung.role for rung in ladder.rungs]
        yield {"ladder": ladder.name, "mode": ladder.mode, "roles": roles}
    for step in found.steps.values():
        yield {
            "step": step.id,
            "role": step.role,
            "chain": step.chain,
            "stage": step.stage,
            "completion": step.completion.rule,
        }


def _shown(session: Session, value: "JsonValue") -> object:
    if session.as_json or not isinstance(value, dict | list):
        return value
    from approval_engine.documents import canonical

    return canonical(value).decode()
