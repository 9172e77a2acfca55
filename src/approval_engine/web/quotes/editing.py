"""
The forms that make a quote: a new one, a copy, the next revision, or only its papers.
"""

from collections.abc import Mapping

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.documents import JsonValue
from approval_engine.domain.quote import Attachment, Quote
from approval_engine.errors import (
    DefinitionError,
    Forbidden,
    InvalidInput,
    Refused,
    StorageError,
)
from approval_engine.executor.routed import policy_in_force
from approval_engine.operations import quote_forms
from approval_engine.operations.quote_forms import Author, Draft, Upload
from approval_engine.policy.model import Policy
from approval_engine.store import catalog
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.quotes import form, pages
from approval_engine.web.quotes.finding import Found, find
from approval_engine.web.quotes.form import Sheet
from approval_engine.web.quotes.outlook import NO_OUTLOOK, Outlook, outlook

blueprint = Blueprint("drafting", __name__)

_UNKNOWN = "application/octet-stream"


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Response:
    most = context.limits().largest // 1024
    page = render_template(
        "error.html",
        heading="This is too large",
        status=413,
        sentence=f"A file may have {most} KiB, and a form may bring two of that size."
        " Nothing was stored; go back and choose other files.",
    )
    return make_response(page, 413)


@blueprint.get("/quotes/new")
def new() -> Response:
    """
    An empty form, or one with what another quote says.
    """
    source = _source()
    sheet = form.of_quote(source.quote) if source else Sheet(rows=({},) * 5)
    return _page(None, sheet, source=source)


@blueprint.post("/quotes/new")
def create() -> AnyResponse:
    """
    Store a new quote of mine; the form again with every problem beside its field.
    """
    source, sheet, policy = _source(), _typed(), _policy()
    if "more" in request.form:
        return _page(None, sheet.longer(), source=source)
    base = source.quote if source else None
    draft = _draft(form.value_of(sheet, policy, base), base)
    key = request.form.get("key", "")
    try:
        row = quote_forms.create(context.runtime(), draft, _author(), key)
    except (Refused, DefinitionError) as refusal:
        return _page(None, sheet, refusal, source)
    flash(f"Quote {row.id} is stored. Nobody was asked yet.")
    return redirect(url_for("quotes.quote", quote_id=row.id), 303)


@blueprint.get("/quotes/<quote_id>/revise")
def revise(quote_id: str) -> Response:
    """
    What the newest revision says, to be changed.
    """
    found = _editable(quote_id)
    return _page(found, form.of_quote(found.quote))


@blueprint.post("/quotes/<quote_id>/revise")
def save(quote_id: str) -> AnyResponse:
    """
    Store the next revision; the form again with every problem beside its field.
    """
    found, sheet = _editable(quote_id), _typed()
    if "more" in request.form:
        return _page(found, sheet.longer())
    draft = _draft(form.value_of(sheet, _policy(), found.quote), found.quote)
    try:
        row = quote_forms.revise(context.runtime(), _seen(quote_id), draft, _author())
    except (Refused, DefinitionError) as refusal:
        return _page(found, sheet, refusal)
    flash(f"Revision {row.revision} is stored. Nobody was asked yet.")
    return redirect(url_for("quotes.quote", quote_id=quote_id), 303)


@blueprint.post("/quotes/<quote_id>/papers")
def papers(quote_id: str) -> AnyResponse:
    """
    The next revision with other words, files or day, and all else as it is.
    """
    found = _editable(quote_id)
    typed = _typed().fields
    value = form.as_value(found.quote)
    for key, name in (("justification", "justification"), ("neededBy", "needed_by")):
        value.pop(key, None)
        value |= {key: typed[name]} if typed[name] else {}
    draft = _draft(value, found.quote)
    try:
        row = quote_forms.revise(context.runtime(), _seen(quote_id), draft, _author())
    except (Refused, DefinitionError) as refusal:
        return pages.page(found, refusal)
    flash(f"Revision {row.revision} is stored. Nobody was asked yet.")
    return redirect(url_for("quotes.quote", quote_id=quote_id), 303)


def _typed() -> Sheet:
    """
    What was typed. Raises InvalidInput for more lines than a browser could send.
    """
    sheet = form.of_request(request.form)
    if len(sheet.rows) > form.MOST_ROWS:
        sentence = (
            f"A form has at most {form.MOST_ROWS} lines; import what has more, with"
            " the HTTP interface or the command line."
        )
        raise InvalidInput(sentence)
    return sheet


def _page(
    found: Found | None,
    sheet: Sheet,
    refusal: Refused | DefinitionError | None = None,
    source: Found | None = None,
) -> Response:
    policy = _policy()
    base = found or source
    ahead = _lacks(found) if found and refusal is None else NO_OUTLOOK
    problems = ahead.problems
    if isinstance(refusal, DefinitionError):
        problems = refusal.problems
    text = render_template(
        "quotes/edit.html",
        found=found,
        source=source,
        files=base.quote.attachments if base else (),
        dropped=_dropped(base.quote) if base and request.form else frozenset(),
        sheet=sheet,
        line_names=form.LINE,
        stated=form.stated(policy),
        totals=form.totals(policy),
        currency=policy.currency if policy else "",
        beside=form.beside(problems, sheet),
        missing=ahead.missing,
        refusal=str(refusal) if isinstance(refusal, Refused) else "",
        refused=isinstance(refusal, DefinitionError),
    )
    return make_response(text, status_of(refusal)[0] if refusal else 200)


def _lacks(found: Found) -> Outlook:
    return outlook(found.quote.id) if found.is_draft else NO_OUTLOOK


def _editable(quote_id: str) -> Found:
    found = find(quote_id)
    if not found.is_editable:
        sentence = f"Expected to revise quote '{quote_id}', but it is not yours."
        if found.quote.waives is not None:
            sentence = f"Expected to revise '{quote_id}', but it asks for an exception."
        raise Forbidden(sentence)
    return found


def _source() -> Found | None:
    quote_id = request.values.get("from", "")
    return find(quote_id) if quote_id else None


def _seen(quote_id: str) -> tuple[str, int]:
    text = request.form.get("revision", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):  # noqa: PLR2004 more digits than any has
        sentence = f"Expected the revision of quote '{quote_id}' that you changed."
        raise InvalidInput(sentence)
    return quote_id, int(text)


def _draft(value: Mapping[str, JsonValue], base: Quote | None) -> Draft:
    kept = _kept(base) if base else ()
    return Draft(value=value, kept=kept, files=_uploads())


def _kept(base: Quote) -> tuple[Attachment, ...]:
    """
    Only what the quote has already: a hash alone gives nobody the file behind it.
    """
    dropped = _dropped(base)
    return tuple(each for each in base.attachments if each.sha256 not in dropped)


def _dropped(base: Quote) -> frozenset[str]:
    known = {each.sha256 for each in base.attachments}
    return frozenset(known.intersection(request.form.getlist("drop")))


def _uploads() -> tuple[Upload, ...]:
    found = (each for each in request.files.getlist("files") if each.filename)
    return tuple(
        Upload(
            name=each.filename or "",
            # A browser that does not know the type says this of everything.
            media_type=None if each.mimetype == _UNKNOWN else each.mimetype or None,
            body=each.read(),
        )
        for each in found
    )


def _author() -> Author:
    return Author(person=context.asker().user.id, limits=context.limits())


def _policy() -> Policy | None:
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        current = catalog.current(transaction)
        try:
            return policy_in_force(runtime, transaction, current, runtime.clock())
        except (Refused, StorageError):
            return None
