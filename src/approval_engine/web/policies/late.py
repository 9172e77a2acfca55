"""
Somebody else saved the draft meanwhile: what he did, what was typed here, and both.

Nothing that was typed is lost: the page carries all of it, and one button puts it into
what the draft says by now.
"""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import JsonValue, load
from approval_engine.operations.drafts_merged import Merged, merged
from approval_engine.policy.form.acts import acted
from approval_engine.policy.form.blocks import Section
from approval_engine.policy.form.saving import saved
from approval_engine.store import drafts as store
from approval_engine.store.drafts import Draft
from approval_engine.web import context
from approval_engine.web.policies.changes import named_place, told

_OWN = frozenset({"csrf_token", "key", "over"})


def typed(value: dict[str, JsonValue], section: Section) -> dict[str, JsonValue]:
    """
    What a document says after the page that was sent, and after its button.
    """
    button = request.form.get("do", "")
    # The name that was picked beside the button that adds a column.
    more = request.form.get(f"{button.partition(':')[2]}:more", "").strip()
    found = saved(value, section, request.form.to_dict(flat=False))
    return acted(found, button, more)


def before(draft: Draft, revision: int) -> dict[str, JsonValue] | None:
    """
    What the draft said when the sender opened the page; None if that is forgotten.
    """
    with context.runtime().database.read() as transaction:
        body = store.body_at(transaction, draft.id, revision)
    known = load(body) if body else None
    return known if isinstance(known, dict) else None


def both(
    base: dict[str, JsonValue], theirs: dict[str, JsonValue], section: Section
) -> Merged:
    """
    What the draft says now, with what was typed here put into it.
    """
    return merged(base, theirs, typed(base, section))


def page(
    draft: Draft,
    base: dict[str, JsonValue] | None,
    theirs: dict[str, JsonValue],
    section: Section,
) -> AnyResponse:
    """
    The page that shows both, with everything that was typed.
    """
    found = both(base, theirs, section) if base is not None else None
    shown = render_template(
        "policies/late.html",
        draft=draft,
        tab=section,
        theirs=told(base, theirs) if base is not None else (),
        mine=told(base or theirs, typed(base or theirs, section)),
        clashes=[named_place(each) for each in found.clashes] if found else (),
        known=base is not None,
        sent=[each for each in request.form.items(multi=True) if each[0] not in _OWN],
    )
    return make_response(shown, 412)
