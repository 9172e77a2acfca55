"""
`cpq policy export-dmn`, `import-dmn` and `check-dmn`: policies as decision tables.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approval_engine.cli import published
from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import FILE

if TYPE_CHECKING:
    from approval_engine.definitions.dmn.model import Definitions
    from approval_engine.definitions.dmn.overlaps import Found, Report
    from approval_engine.documents import Document

_OUT = click.option(
    "--out", metavar="F", type=click.Path(dir_okay=False), help="Default: print it."
)
_VERSION = click.option("--version", metavar="V", help="Default: the active one.")


@click.command("export-dmn")
@click.option("--policy", "name", required=True, metavar="P", help="A name or a file.")
@_VERSION
@_OUT
@pass_session
def export_dmn(
    session: Session, name: str, version: str | None, out: str | None
) -> None:
    """
    Write a policy as DMN 1.3 tables, which Camunda Modeler opens.

    What the tables do not hold is listed on stderr.
    """
    from approval_engine.definitions.dmn.export import export
    from approval_engine.definitions.dmn.sheets import lacking
    from approval_engine.policy.load import load

    document = published.named(session, name, version)
    found = load(document)
    value = document.value if isinstance(document.value, dict) else {}
    body = export(value)
    _notes(lacking(value))
    said = {"policy": found.name, "version": found.version, "sha256": found.sha256}
    if out is not None:
        session.write(out, body)
        session.record(**said, out=out)
    elif session.as_json:
        session.document({**said, "dmn": body.decode()})
    else:
        click.echo(body, nl=False)


@click.command("import-dmn")
@FILE
@click.option("--base", metavar="F", type=click.Path(exists=True, dir_okay=False))
@click.option("--policy", "name", metavar="P", help="A published base.")
@_VERSION
@click.option("--new-version", metavar="V", help="Default: that of the base.")
@_OUT
@pass_session
def import_dmn(  # noqa: PLR0913 one argument per option
    session: Session,
    path: str,
    *,
    base: str | None,
    name: str | None,
    version: str | None,
    new_version: str | None,
    out: str | None,
) -> None:
    """
    Make a policy document of DMN tables, which may then be validated and published.

    What tables do not hold is taken from the base, a file or a published policy; it is
    assumed, and told on stderr, where none is named.
    """
    from approval_engine.definitions.dmn.importing import imported
    from approval_engine.documents import in_order, sha256

    if base and name:
        raise click.UsageError("Expected --base or --policy, but got both.")
    if version and not name:
        raise click.UsageError("Expected --policy beside --version.")
    definitions = _read(path)
    found = imported(definitions, _base(session, base, name, version), new_version)
    _notes(found.notes)
    if out is None:
        session.document(found.document)
        return
    session.write(out, _text(found.document))
    session.record(
        policy=found.document["policy"],
        version=found.document["version"],
        sha256=sha256(in_order(found.document)),
        status="valid",
        out=out,
    )


@click.command("check-dmn")
@FILE
@click.option("--all", "every", is_flag=True, help="Also what hit policies allow.")
@pass_session
def check_dmn(session: Session, path: str, *, every: bool) -> None:
    """
    Report overlaps, gaps and rules that never count, each with an example.

    Ends with 8 if the hit policy of a table does not allow one of them.
    """
    from approval_engine.definitions.dmn.overlaps import report

    definitions = _read(path)
    reports = [report(each) for each in definitions.decisions.values()]
    wrong = [e for found in reports for e in found.findings if not e.allowed]
    for found in reports:
        _notes(f"{found.decision}: {sentence}" for sentence in found.unchecked)
    session.rows(
        _line(definitions, found, each, as_json=session.as_json)
        for found in reports
        for each in found.findings
        if every or not each.allowed
    )
    if wrong:
        raise SystemExit(8)
    if not session.as_json:
        session.record(check="ok", decisions=len(reports))


def _read(path: str) -> "Definitions":
    from approval_engine.definitions.dmn.read import read

    return read(Path(path).read_bytes(), path)


def _base(
    session: Session, path: str | None, name: str | None, version: str | None
) -> "Document | None":
    from approval_engine.policy.load import load

    if path is None and name is None:
        return None
    found = (
        session.read(path) if path else published.named(session, name or "", version)
    )
    load(found)
    return found


def _notes(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        click.echo(f"note: {sentence}", err=True)


def _text(document: Mapping[str, object]) -> bytes:
    import json

    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _line(
    definitions: "Definitions", found: "Report", each: "Found", *, as_json: bool
) -> dict[str, object]:
    from approval_engine.definitions.dmn.literals import feel
    from approval_engine.definitions.dmn.model import Formula

    table = definitions.decisions[found.decision].logic
    rules = () if isinstance(table, Formula) else table.rules
    places = {rule.number: rule.place.line for rule in rules}
    example: object = each.example
    if not as_json:
        pairs = (
            f"{name}={feel(value) or 'null'}" for name, value in each.example.items()
        )
        example = ", ".join(pairs)
    return {
        "finding": each.finding,
        "decision": found.decision,
        "rules": each.rules,
        "lines": tuple(places[number] for number in each.rules),
        "allowed": each.allowed,
        "example": example,
        "sentence": each.sentence,
    }
