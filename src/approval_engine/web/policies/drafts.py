"""
The form of a policy: begin a draft, change it page by page, upload, give it up.

Every button sends the whole page; it is saved whether it is right or not.
"""

from dataclasses import asdict

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import JsonValue, load
from approval_engine.domain.rights import Right
from approval_engine.errors import InvalidInput, StaleRevision
from approval_engine.operations import policy_drafts
from approval_engine.policy.form.acts import acted
from approval_engine.policy.form.blocks import Section
from approval_engine.policy.form.saving import saved
from approval_engine.policy.form.view import view
from approval_engine.store import drafts as store
from approval_engine.store.drafts import Draft
from approval_engine.web import context
from approval_engine.web.headers import as_download
from approval_engine.web.policies import editing, intake
from approval_engine.web.policies.changes import told
from approval_engine.web.policies.pages import pretty
from approval_engine.web.policies.words import RARE, SIGNS

blueprint = Blueprint("policy_drafts", __name__, url_prefix="/policies/drafts")

_LONGEST_NUMBER = 9


@blueprint.post("")
def begin() -> AnyResponse:
    """
    Make a draft of a published version.
    """
    asker = context.demand(Right.PUBLISH)
    base = request.form.get("base", "")
    draft = policy_drafts.begin(context.runtime(), base, asker.user.id)
    return redirect(url_for("policy_drafts.draft", draft_id=draft.id), 303)


@blueprint.get("/<draft_id>")
def draft(draft_id: str) -> str:
    """
    A draft, at its first page.
    """
    return page(draft_id, Section.RULES)


@blueprint.get("/<draft_id>/form/<section>")
def section(draft_id: str, section: str) -> str:
    """
    One page of the form.
    """
    return page(draft_id, editing.section_of(section))


@blueprint.post("/<draft_id>/form/<section>")
def save(draft_id: str, section: str) -> AnyResponse:
    """
    Save what a page says and do what its button says; or show who was faster.
    """
    asker = context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    button = request.form.get("do", "")
    where = editing.section_of(section)
    try:
        policy_drafts.must_be_seen(found, seen())
        value = acted(_typed(found, where), button, _more(button))
        policy_drafts.keep(context.runtime(), draft_id, seen(), value, asker.user.id)
    except StaleRevision as refusal:
        return _too_late(draft_id, where, refusal)
    if not button or button == "save":
        flash("The draft is saved.")
    address = url_for("policy_drafts.section", draft_id=draft_id, section=section)
    return redirect(address + _anchor(button), 303)


@blueprint.post("/<draft_id>/form/<section>/check")
def check(draft_id: str, section: str) -> Response:
    """
    What would be wrong with the draft if this page were saved; nothing is.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = _typed(found, editing.section_of(section))
    judged = editing.judged(value, found.base, quick=True)
    panel = render_template("policies/_panel.html", judged=judged, draft=found)
    every = (*judged.problems, *judged.findings)
    return jsonify(panel=panel, told=[asdict(each) for each in every])


@blueprint.post("/<draft_id>/discard")
def discard(draft_id: str) -> AnyResponse:
    """
    Give a draft up.
    """
    context.demand(Right.PUBLISH)
    policy_drafts.discard(context.runtime(), draft_id, seen())
    flash("The draft was given up.")
    return redirect(url_for("policies.policies"), 303)


@blueprint.post("/<draft_id>/upload")
def upload(draft_id: str) -> AnyResponse:
    """
    Take the draft from a file: a document, or decision tables over what it says.
    """
    asker = context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        sentence = "Expected a file; choose one and press the button again."
        raise InvalidInput(sentence)
    value, notes = intake.read(found, file.read(), file.filename)
    policy_drafts.keep(context.runtime(), draft_id, seen(), value, asker.user.id)
    flash(f"The draft says what '{file.filename}' says.")
    for sentence in notes:
        flash(sentence)
    return redirect(url_for("policy_drafts.changes", draft_id=draft_id), 303)


@blueprint.get("/<draft_id>/policy.json")
def as_json(draft_id: str) -> Response:
    """
    The draft as a file.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = policy_drafts.value_of(found)
    return as_download(pretty(value), "draft.json")


@blueprint.get("/<draft_id>/changes")
def changes(draft_id: str) -> str:
    """
    What the draft would change.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = policy_drafts.value_of(found)
    return render_template(
        "policies/changes.html",
        draft=found,
        value=value,
        tab="changes",
        changes=told(_base(found), value),
        judged=editing.judged(value, found.base),
    )


def page(draft_id: str, section: Section) -> str:
    """
    A page of the form with everything that is wrong beside it.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = policy_drafts.value_of(found)
    return render_template(
        "policies/edit.html",
        draft=found,
        value=value,
        tab=section,
        blocks=view(value, section),
        judged=editing.judged(value, found.base),
        signs=SIGNS,
        rare=RARE,
    )


def seen() -> int:
    """
    The save of the draft that the sender had before him.
    """
    text = request.form.get("revision", "")
    fits = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if fits else 0


def _typed(draft: Draft, section: Section) -> dict[str, JsonValue]:
    return saved(
        policy_drafts.value_of(draft), section, request.form.to_dict(flat=False)
    )


def _more(button: str) -> str:
    """
    The name that was picked beside the button that adds a column.
    """
    return request.form.get(f"{button.partition(':')[2]}:more", "").strip()


def _anchor(button: str) -> str:
    place = button.partition(":")[2]
    parts = place.split("/")
    # A rule, a step or a rung is found again; what is inside it stands there too.
    return "#" + "/".join(parts[:3]) if len(parts) > 1 else ""


def _too_late(draft_id: str, section: Section, refusal: StaleRevision) -> Response:
    """
    The page that shows what the other has changed and what was typed here.
    """
    found = editing.opened(draft_id)
    with context.runtime().database.read() as transaction:
        body = store.body_at(transaction, draft_id, seen())
    known = load(body) if body else None
    before = known if isinstance(known, dict) else policy_drafts.value_of(found)
    mine = saved(before, section, request.form.to_dict(flat=False))
    page = render_template(
        "policies/late.html",
        draft=found,
        tab=section,
        theirs=told(before, policy_drafts.value_of(found)),
        mine=told(before, mine),
        refusal=str(refusal),
    )
    return make_response(page, 412)


def _base(draft: Draft) -> JsonValue:
    from approval_engine.web.policies import library

    return library.published(draft.base).value
