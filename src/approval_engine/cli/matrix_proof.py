"""
`cpq policy prove`, and the findings that somebody accepts who publishes.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import FILE
from approval_engine.errors import StorageError

if TYPE_CHECKING:
    from approval_engine.domain.people import Directory
    from approval_engine.policy.finding import Finding
    from approval_engine.policy.model import Policy

ACCEPT = click.option(
    "--accept",
    "accepts",
    multiple=True,
    metavar="FINDING=REASON",
    help="Publish although 'policy prove' finds this; as often as needed.",
)


@click.command()
@FILE
@pass_session
def prove(session: Session, path: str) -> None:
    """
    Prove that a policy has no gap, no row in vain and nobody missing; or show where.

    Each finding comes with a quote that shows it. Roles and personal limits are judged
    by the directory of the database, if there is one. Ends with 8 if anything is found.
    """
    from approval_engine.escalations.times import check_times
    from approval_engine.operations.proving import from_today, labelled
    from approval_engine.policy.load import load

    document = session.read(path)
    found = load(document)
    check_times(document, found, session.bare_runtime.clock())
    findings = from_today(session.bare_runtime, found, directory_of(session))
    shown = labelled(findings)
    if session.as_json:
        session.document(_document(found, shown))
    else:
        session.rows(_line(label, each) for label, each in shown.items())
    if findings:
        raise SystemExit(8)
    if not session.as_json:
        session.record(prove="ok", policy=found.name, version=found.version)


def directory_of(session: Session) -> "Directory | None":
    """
    Today's directory; a policy is judged also where no database can be asked.
    """
    from approval_engine.cli.directory import current
    from approval_engine.store.upgrade import is_empty

    try:
        empty = is_empty(session.bare_runtime.database)
        return None if empty else current(session)[1]
    except StorageError as error:
        click.echo(f"warning: No role was looked up: {error}", err=True)
        return None


def reasons_of(accepts: tuple[str, ...]) -> dict[str, str]:
    """
    The findings that are accepted, and why.
    """
    found: dict[str, str] = {}
    for text in accepts:
        label, sign, reason = text.partition("=")
        if not sign or not reason.strip():
            sentence = f"Expected --accept FINDING=REASON, but got '{text}'."
            raise click.UsageError(sentence)
        found[label.strip()] = reason.strip()
    return found


def _line(label: str, each: "Finding") -> dict[str, object]:
    examples = " · ".join(example.sentence for example in each.examples)
    return {
        "finding": each.code,
        "at": each.element,
        "accept": label,
        "sentence": each.sentence,
        "example": examples or None,
    }


def _document(policy: "Policy", found: Mapping[str, "Finding"]) -> dict[str, object]:
    from approval_engine.operations.proving import views

    return {
        "policy": policy.name,
        "version": policy.version,
        "sha256": policy.sha256,
        "prove": "found" if found else "ok",
        "findings": views(found),
    }
