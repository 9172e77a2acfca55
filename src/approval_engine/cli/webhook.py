"""
`cpq webhook`: addresses that are told of what happens.
"""

from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import Checked

if TYPE_CHECKING:
    from approval_engine.store.webhooks import Webhook

SHAPES = ("json", "slack", "teams")


def _url(text: str) -> None:
    from approval_engine.notifications.transport import spelled_url

    spelled_url(text)


def _kind(text: str) -> None:
    from approval_engine.operations.messages import action_of

    action_of(text)


@click.group()
def webhook() -> None:
    """
    Tell other programs of what happens.
    """


@webhook.command()
@click.option(
    "--url",
    required=True,
    metavar="URL",
    type=Checked("address", _url),
    help="An https address.",
)
@click.option(
    "--kind",
    "kinds",
    required=True,
    multiple=True,
    metavar="K",
    type=Checked("kind", _kind),
    help="Such as workflow.approved; may be given more than once.",
)
@click.option("--shape", default="json", show_default=True, type=click.Choice(SHAPES))
@click.option(
    "--secret",
    default="default",
    show_default=True,
    metavar="NAME",
    help="Which secret of CPQ_WEBHOOK_SECRET signs it.",
)
@pass_session
def add(
    session: Session, url: str, kinds: tuple[str, ...], shape: str, secret: str
) -> None:
    """
    Tell an address of everything of these kinds that happens from now on.
    """
    from approval_engine.notifications.post import post_of
    from approval_engine.operations.messages import add_webhook

    session.require_trust()
    new = add_webhook(
        session.runtime, post_of(session.settings), (url, shape, secret), kinds
    )
    session.record(**_line(new))


@webhook.command("list")
@pass_session
def list_(session: Session) -> None:
    """
    Every webhook, ended ones too, oldest first.
    """
    from approval_engine.store import webhooks

    session.require_trust()
    with session.runtime.database.read() as transaction:
        found = webhooks.listed(transaction)
    session.rows(_line(each) for each in found)


@webhook.command()
@click.option("--webhook", "webhook_id", required=True, metavar="WH")
@pass_session
def end(session: Session, webhook_id: str) -> None:
    """
    Tell an address nothing more, also not what waits for it.
    """
    from approval_engine.operations.messages import end_webhook

    session.require_trust()
    end_webhook(session.runtime, webhook_id)
    session.record(webhook=webhook_id, status="ended")


@webhook.command("sign-with")
@click.option("--webhook", "webhook_id", required=True, metavar="WH")
@click.option("--secret", required=True, metavar="NAME", help="One that is set.")
@pass_session
def sign_with(session: Session, webhook_id: str, secret: str) -> None:
    """
    Sign what an address is told from now on with another secret.
    """
    from approval_engine.notifications.post import post_of
    from approval_engine.operations.messages import sign_with as command

    session.require_trust()
    command(session.runtime, post_of(session.settings), webhook_id, secret)
    session.record(webhook=webhook_id, secret=secret)


@webhook.command()
@click.option("--webhook", "webhook_id", required=True, metavar="WH")
@pass_session
def test(session: Session, webhook_id: str) -> None:
    """
    Send a signed message that tells of nothing, and print what was answered.
    """
    from approval_engine.notifications.post import post_of
    from approval_engine.operations.messages import test_webhook

    session.require_trust()
    status = test_webhook(session.runtime, post_of(session.settings), webhook_id)
    session.record(webhook=webhook_id, answered=status)


def _line(each: "Webhook") -> dict[str, object]:
    from approval_engine.notifications.bodies import type_of

    return {
        "webhook": each.id,
        "status": "ended" if each.ended_at else "running",
        "shape": each.shape,
        "secret": each.secret,
        "kinds": tuple(sorted(type_of(action) for action in each.actions)),
        # An address of Slack or Teams is itself a password: only its host is shown.
        "host": _host(each.url),
    }


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).netloc
