"""
The page of a canary: both versions side by side, its guard, what differs, the forms.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.analytics.canaries import TITLES
from approval_engine.documents import Document, in_order, parse
from approval_engine.domain.rights import Right
from approval_engine.errors import (
    DefinitionError,
    InvalidInput,
    InvalidState,
    NotFound,
    Refused,
)
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import canary as ending
from approval_engine.executor.commands.canary import Done
from approval_engine.operations import canary, policy_drafts
from approval_engine.operations.canary_status import (
    FIGURES,
    Status,
    in_words,
    status,
)
from approval_engine.operations.canary_wish import Wish
from approval_engine.operations.proving import labelled, proved
from approval_engine.policy.canary import SHARES, percent
from approval_engine.policy.finding import Finding
from approval_engine.store import canaries, drafts
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.drafts import Draft
from approval_engine.web import context
from approval_engine.web.errors import status_of

blueprint = Blueprint("policy_canary", __name__, url_prefix="/policies/canary")

_LONGEST = 12
_TICKED = "ticked on the page of the canary."
_TRIED, _DRAFT = "version:", "draft:"
_STEPS = {
    "shadow_started": "began in the shadow",
    "canary_started": "let it route quotes",
    "share_grown": "gave it more quotes",
    "promoted": "promoted it",
    "stopped": "stopped it",
}


@blueprint.get("")
def canary_page() -> AnyResponse:
    """
    The last canary, or the one that was asked for.
    """
    context.demand(Right.SEE_POLICIES)
    return _page()


@blueprint.post("/start")
def start() -> AnyResponse:
    """
    Begin a canary, let it leave the shadow, or give it more quotes.
    """
    context.demand(Right.PUBLISH)
    try:
        done = canary.start(context.runtime(), _wish(), _caller())
    except DefinitionError as error:
        sentence = "It was not begun: the policy has problems. Look at the draft."
        return _page(sentence, status_of(error)[0])
    except Refused as refusal:
        return _page(str(refusal), status_of(refusal)[0])
    words = "compares every quote" if done.status == "shadow" else "routes quotes"
    return _done(done, f"Canary {done.canary} of version {done.version} {words} now.")


@blueprint.post("/promote")
def promote() -> AnyResponse:
    """
    Publish the version that is tried.
    """
    context.demand(Right.PUBLISH)
    comment = request.form.get("comment", "").strip()
    try:
        _must_be_shown()
        done = canary.promote(
            context.runtime(), _caller(), comment, accepts=_accepted()
        )
    except Refused as refusal:
        return _page(str(refusal), status_of(refusal)[0])
    return _done(done, f"Version {done.version} is published for all quotes.")


@blueprint.post("/stop")
def stop() -> AnyResponse:
    """
    Go back to the version in force.
    """
    context.demand(Right.PUBLISH)
    comment = request.form.get("comment", "").strip()
    try:
        _must_be_shown()
        done = ending.stop(context.runtime(), _caller(), comment)
    except Refused as refusal:
        return _page(str(refusal), status_of(refusal)[0])
    return _done(done, f"Canary {done.canary} is stopped; open reviews keep theirs.")


def _caller() -> Caller:
    return context.asker().caller(request.form.get("key"))


def _done(done: Done, sentence: str) -> AnyResponse:
    flash(sentence)
    place = url_for("policy_canary.canary_page", number=done.canary)
    return redirect(place, 303)


def _must_be_shown() -> None:
    """
    Raises InvalidState if another canary runs than the one on the page that was sent.
    """
    with context.runtime().database.read() as transaction:
        row = canaries.running(transaction)
    if row is not None and str(row.number) != request.form.get("canary"):
        sentence = f"Another canary runs by now: {row.subject}. Look at it first."
        raise InvalidState(sentence)


def _wish() -> Wish:
    document, version = _wanted(request.form.get("what", ""))
    share = _share(request.form.get("share", "").strip())
    return Wish(
        document=document,
        version=version,
        share=share,
        segment=request.form.get("segment", "").strip(),
        accepts={} if share is None else _accepted(),
    )


def _accepted() -> dict[str, str]:
    """
    The findings whose sentences were ticked; the tick says that it is meant so.
    """
    ticked = set(request.form.getlist("accept"))
    found = _findings().items()
    return {label: _TICKED for label, each in found if each.sentence in ticked}


def _findings() -> Mapping[str, Finding]:
    """
    What the proof finds today in the version that is tried.
    """
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        row = canaries.running(transaction)
        if row is None:
            return {}
        policy = runtime.policy(transaction, row.sha256)
        return labelled(proved(runtime, transaction, policy))


def _wanted(what: str) -> tuple[Document | None, str | None]:
    """
    The draft or the version that was picked; neither is the one that runs.
    """
    if what.startswith(_TRIED):
        return None, what.removeprefix(_TRIED)
    if not what.startswith(_DRAFT):
        return None, None
    with context.runtime().database.read() as transaction:
        draft = policy_drafts.find(transaction, what.removeprefix(_DRAFT))
    return parse(in_order(policy_drafts.value_of(draft)), "draft"), None


def _share(text: str) -> int | None:
    """
    Percent points as ten-thousandths; nothing is the shadow. Raises InvalidInput.
    """
    if not text:
        return None
    try:
        share = Decimal(text) * 100 if len(text) <= _LONGEST else Decimal("NaN")
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or share != int(share):
        raise InvalidInput(f"Expected {SHARES}, but got '{text[:40]}'.")
    return int(share)


def _page(refusal: str = "", code: int = 200) -> AnyResponse:
    rights = context.rights()
    with context.runtime().database.read() as transaction:
        rows = canaries.every(transaction)
        found = drafts.every(transaction)
    page = render_template(
        "policies/canary.html",
        found=_found(rows, figures=FIGURES in rights),
        rows=rows[::-1],
        runs=any(each.running for each in rows),
        choices=tuple(_choices(rows, found)) if Right.PUBLISH in rights else (),
        may_publish=Right.PUBLISH in rights,
        findings=tuple(_findings().values()) if Right.PUBLISH in rights else (),
        accepted=request.form.getlist("accept"),
        figures=FIGURES,
        titles=TITLES,
        deeds=_STEPS,
        percent=percent,
        in_words=in_words,
        refusal=refusal,
        typed=request.form if refusal else {},
    )
    return make_response(page, code)


def _found(rows: tuple[CanaryRow, ...], *, figures: bool) -> Status | None:
    wanted = request.args.get("number", "")
    if not rows and not wanted:
        return None
    if wanted and not (
        wanted.isascii() and wanted.isdigit() and len(wanted) < _LONGEST
    ):
        raise NotFound("There is no such canary.")
    number = int(wanted) if wanted else None
    return status(context.runtime(), number, figures=figures)


def _choices(
    rows: tuple[CanaryRow, ...], found: tuple[Draft, ...]
) -> "list[tuple[str, str]]":
    """
    What can be tried, as the form sends it and in words.
    """
    begun = [
        (f"{_DRAFT}{each.id}", f"the draft by {each.owner}: version {_version(each)}")
        for each in found
    ]
    stopped = {each.version: each.name for each in rows if each.status == "stopped"}
    again = [
        (f"{_TRIED}{version}", f"{name} {version}, which was stopped")
        for version, name in stopped.items()
    ]
    return [*begun, *again]


def _version(draft: Draft) -> str:
    return str(policy_drafts.value_of(draft).get("version", "?"))
