"""
`cpq evidence`: the keys that sign packets and checkpoints.
"""

from pathlib import Path

import click

from approval_engine.cli.context import Session, pass_session

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def evidence() -> None:
    """
    Make and show the keys that sign evidence.
    """


@evidence.group()
def key() -> None:
    """
    Make a private key, show its public one.
    """


@key.command()
@click.option("--out", "path", required=True, metavar="PRIVATE.pem", type=_FILE)
@click.option("--public", metavar="PUBLIC.pem", type=_FILE, help="Write it there, too.")
@pass_session
def new(session: Session, path: Path, public: Path | None) -> None:
    """
    Make an Ed25519 key in a new file that only you can read.

    Keep it away from whoever runs the database; give the public one to auditors.
    """
    from approval_engine.history.evidence import keys

    made = keys.make(path)
    if public:
        session.write(str(public), made.public.pem)
    told = {"public": public} if public else {}
    session.record(key=made.id, private=path, **told)


@key.command()
@click.option("--out", metavar="PUBLIC.pem", type=_FILE, help="Default: print it.")
@click.option(
    "--private",
    metavar="PRIVATE.pem",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Default: CPQ_EVIDENCE_KEY.",
)
@pass_session
def show(session: Session, out: Path | None, private: Path | None) -> None:
    """
    The public key of the private one, and its id.
    """
    from approval_engine.cli.proving import signer_of
    from approval_engine.history.evidence import keys

    found = (keys.signer(private) if private else signer_of(session)).public
    if out:
        session.write(str(out), found.pem)
        session.record(key=found.id, public=out)
    elif session.as_json:
        session.document({"key": found.id, "public": found.pem.decode()})
    else:
        click.echo(found.pem.decode(), nl=False)
