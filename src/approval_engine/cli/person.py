"""
`cpq person`: erase who has left.
"""

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT


@click.group()
def person() -> None:
    """
    Erase who has left, but for his id.
    """


@person.command()
@click.option("--user", required=True, metavar="USER")
@click.option("--reason", required=True, metavar="C", type=COMMENT)
@click.option("--also", multiple=True, metavar="TEXT", help="Another spelling of him.")
@click.option("--mentions", is_flag=True, help="Comments of others that name him too.")
@click.option("--dry-run", is_flag=True, help="Only say what would become.")
@pass_session
def erase(
    session: Session,
    user: str,
    reason: str,
    also: tuple[str, ...],
    *,
    mentions: bool,
    dry_run: bool,
) -> None:
    """
    Take names, addresses and words of a person out of everything; his id stays.

    Restart servers and workers afterwards: they keep in memory what they have read.
    """
    from approval_engine.operations.erasure import Wish
    from approval_engine.operations.erasure import erase as command

    session.require_trust()
    wish = Wish(
        person=user,
        by=session.administrator,
        reason=reason,
        also=also,
        mentions=mentions,
        dry_run=dry_run,
    )
    done = command(session.runtime, wish)
    result = "would_erase" if dry_run else "erased"
    if session.as_json:
        fields = {name: getattr(done, name) for name in type(done).__slots__}
        session.document({"result": result, "user": user, **fields})
        return
    for event in done.mentions:
        session.record(named_by_others=event)
    for place, count in done.remains.items():
        session.record(remains=place, values=count)
    session.record(result, user=user, documents=done.documents, **done.tables)
