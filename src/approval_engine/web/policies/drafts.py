"""
The form of a policy: begin a draft, change it page by page, upload, give it up.

Every button sends the whole page; it is saved whether it is right or not.
"""

from dataclasses import asdict

from flask import (
    Blueprint,
    Response,
    flash,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import escape
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import JsonValue
from approval_engine.domain.rights import Right
from approval_engine.errors import InvalidInput, StaleRevision
from approval_engine.operations import policy_drafts
from approval_engine.policy.form.blocks import Section
from approval_engine.policy.form.view import view
from approval_engine.web import context
from approval_engine.web.headers import as_download
from approval_engine.web.policies import editing, intake, late, spoken
from approval_engine.web.policies.changes import told
from approval_engine.web.policies.pages import pretty
from approval_engine.web.policies.words import RARE, SIGNS

blueprint = Blueprint("policy_drafts", __name__, url_prefix="/policies/drafts")

_LONGEST_NUMBER = 9
_ELSEWHERE = {
    "changes": "policy_drafts.changes",
    "trial": "policy_drafts.tried",
    "simulation": "policy_drafts.simulated",
    "publish": "policy_drafts.publish_page",
}
"""The pages of a draft that are no page of its form."""


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
    where = editing.section_of(section)
    theirs, base = policy_drafts.value_of(found), late.before(found, seen())
    if base is None:
        return late.page(found, base, theirs, where)
    if found.revision not in (seen(), seen("over")):
        # Who has typed nothing has nothing to lose and stands in nobody's way.
        unchanged = base == late.typed(base, where)
        if unchanged:
            return _next(draft_id, section)
        return late.page(found, base, theirs, where)
    value = late.both(base, theirs, where).value
    try:
        policy_drafts.keep(
            context.runtime(), draft_id, found.revision, value, asker.user.id
        )
    except StaleRevision:
        found = editing.opened(draft_id)
        return late.page(found, base, policy_drafts.value_of(found), where)
    if request.form.get("do", "save") == "save":
        flash("The draft is saved.")
    return _next(draft_id, section)


@blueprint.post("/<draft_id>/form/<section>/check")
def check(draft_id: str, section: str) -> Response:
    """
    What would be wrong with the draft if this page were saved; nothing is.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = late.typed(policy_drafts.value_of(found), editing.section_of(section))
    judged = editing.judged(value, found.base, quick=True)
    panel = render_template(
        "policies/_panel.html",
        judged=judged,
        draft=found,
        changes=told(editing.compared(found).value, value),
    )
    every = (*judged.problems, *judged.findings)
    return jsonify(
        panel=panel,
        told=[asdict(each) for each in every],
        says=_says(value, judged),
        verdict=judged.verdict,
    )


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
        base=editing.compared(found).row,
        changes=told(editing.compared(found).value, value),
        judged=editing.judged(value, found.base),
    )


def page(draft_id: str, section: Section) -> str:
    """
    A page of the form with everything that is wrong beside it.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = policy_drafts.value_of(found)
    judged = editing.judged(value, found.base)
    return render_template(
        "policies/edit.html",
        draft=found,
        value=value,
        tab=section,
        blocks=view(value, section),
        changes=told(editing.compared(found).value, value),
        judged=judged,
        rules=spoken.rules(value),
        steps=spoken.steps(value, judged.policy),
        signs=SIGNS,
        rare=RARE,
    )


def seen(name: str = "revision") -> int:
    """
    The save of the draft that the sender had before him.
    """
    text = request.form.get(name, "")
    fits = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if fits else 0


def _next(draft_id: str, section: str) -> AnyResponse:
    """
    Where a button leads: to another page of the draft, or to the part that it is about.
    """
    verb, _, place = request.form.get("do", "").partition(":")
    if verb == "go" and place in _ELSEWHERE:
        return redirect(url_for(_ELSEWHERE[place], draft_id=draft_id), 303)
    if verb == "go" and place in set(Section):
        section, place = place, ""
    parts = place.split("/")
    # A rule, a step or a rung is found again; what is inside it stands there too.
    address = url_for(
        "policy_drafts.section",
        draft_id=draft_id,
        section=section,
        _anchor="/".join(parts[:3]) if len(parts) > 1 else None,
    )
    return redirect(address, 303)


def _says(value: dict[str, JsonValue], judged: editing.Judged) -> dict[str, str]:
    """
    The sentence of every part as it stands on the page, by its place.
    """
    says = get_template_attribute("policies/_parts.html", "says")
    return {
        **{place: says(rule) for place, rule in spoken.rules(value).items()},
        **{
            place: escape(text)
            for place, text in spoken.steps(value, judged.policy).items()
        },
    }
