"""
Webhooks: the addresses that are told of what happens, tried out, changed and ended.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.errors import InvalidInput, Refused
from approval_engine.notifications.bodies import SHAPES, TYPES, type_of
from approval_engine.notifications.post import Post, post_of
from approval_engine.operations import messages as commands
from approval_engine.store import webhooks as store
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, done, office, page

blueprint = office("webhooks", "/webhooks")

USUAL = ("workflow.approved", "workflow.rejected", "workflow.returned")
"""What most receivers want to know; the others are asked for by name."""


@blueprint.get("")
def webhooks() -> Response:
    """
    Every webhook, ended ones too, and a form for another.
    """
    return _page()


@blueprint.post("")
def add() -> AnyResponse:
    """
    Tell an address of everything of these kinds that happens from now on.
    """
    form = request.form
    what = (
        form.get("url", "").strip(),
        form.get("shape", "json"),
        form.get("secret", ""),
    )
    try:
        kinds = (*form.getlist("kind"), *form.get("others", "").split())
        if not kinds or what[1] not in SHAPES:
            sentence = "Expected at least one kind of event and a known shape."
            raise InvalidInput(sentence)
        new = commands.add_webhook(context.runtime(), _post(), what, kinds)
    except Refused as refusal:
        return _page(refusal)
    return done(f"{new.id} is told from now on.", "webhooks.webhooks")


@blueprint.post("/<webhook_id>/test")
def test(webhook_id: str) -> AnyResponse:
    """
    Send it a signed message that tells of nothing, and say what it answered.
    """
    try:
        status = commands.test_webhook(context.runtime(), _post(), webhook_id)
    except Refused as refusal:
        return _page(refusal)
    sentence = f"{webhook_id} answered {status}."
    return done(sentence, "webhooks.webhooks")


@blueprint.post("/<webhook_id>/sign")
def sign(webhook_id: str) -> AnyResponse:
    """
    Sign what it is told with another of the secrets that are set.
    """
    secret = request.form.get("secret", "")
    try:
        commands.sign_with(context.runtime(), _post(), webhook_id, secret)
    except Refused as refusal:
        return _page(refusal)
    sentence = f"{webhook_id} is signed with the secret '{secret}' from now on."
    return done(sentence, "webhooks.webhooks")


@blueprint.post("/<webhook_id>/end")
def end(webhook_id: str) -> AnyResponse:
    """
    Tell it nothing more, also not what waits for it.
    """
    try:
        commands.end_webhook(context.runtime(), webhook_id)
    except Refused as refusal:
        return _page(refusal)
    return done(f"{webhook_id} is told nothing more.", "webhooks.webhooks")


def _page(refusal: Refused | None = None) -> Response:
    with context.runtime().database.read() as transaction:
        found = store.listed(transaction)
    rows = [each for each in reversed(found) if each.ended_at is None]
    rows += [each for each in reversed(found) if each.ended_at is not None]
    return page(
        "webhooks.html",
        refusal,
        rows=rows[:LIMIT],
        full=len(rows) > LIMIT,
        secrets=_secrets(),
        kinds=sorted(TYPES),
        usual=USUAL,
        shapes=tuple(SHAPES),
        type_of=type_of,
        host_of=host_of,
    )


def _post() -> Post:
    return post_of(context.settings())


def _secrets() -> Mapping[str, int]:
    """
    The names of the secrets that are set, and how many keys count under each.
    """
    return {name: len(keys) for name, keys in _post().secrets.items()}


def host_of(url: str) -> str:
    """
    What is shown of an address: that of Slack or Teams is itself a password.
    """
    return urlsplit(url).netloc
