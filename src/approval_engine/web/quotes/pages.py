"""
My quotes, one quote with what a submit would do, and what its submitter may do to it.
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
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Attempt, Workflow
from approval_engine.errors import DefinitionError, NotFound, Refused
from approval_engine.executor.commands.nudge import nudge as remind
from approval_engine.executor.commands.recall import recall as withdraw
from approval_engine.executor.commands.submit import submit as command
from approval_engine.history.reading import Entry, timeline
from approval_engine.store import attachments, quotes, workflows
from approval_engine.store.quotes import QuoteFilter
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.headers import as_download
from approval_engine.web.quotes import form
from approval_engine.web.quotes.finding import Found, find
from approval_engine.web.quotes.listing import PAGE, filters, more
from approval_engine.web.quotes.outlook import NO_OUTLOOK, outlook

blueprint = Blueprint("quotes", __name__)


@blueprint.get("/quotes", endpoint="quotes")
def listed() -> str:
    """
    The newest revisions of my quotes, where each stands, who is next and until when.
    """
    runtime = context.runtime()
    wanted = filters(context.asker().user.id)
    with runtime.database.read() as transaction:
        found = quotes.page(transaction, wanted, PAGE + 1)
        ids = [row.workflow for row in found if row.workflow]
        waiting = quotes.open_tasks(transaction, ids)
        any_at_all = found or quotes.page(
            transaction, QuoteFilter(person=wanted.person), 1
        )
    shown = found[:PAGE]
    return render_template(
        "quotes/list.html",
        rows=[(row, runtime.quote_of(row.quote.sha256, row.body)) for row in shown],
        waiting=waiting,
        wanted=wanted,
        none_at_all=not any_at_all,
        more=more(found),
    )


@blueprint.get("/quotes/<quote_id>")
def quote(quote_id: str) -> Response:
    """
    One quote: where it stands, or whom a submit would ask and what it lacks for that.
    """
    return page(find(quote_id))


@blueprint.post("/quotes/<quote_id>/submit")
def submit(quote_id: str) -> AnyResponse:
    """
    Start the review of my quote; the page again with everything that it lacks.
    """
    found = find(quote_id)
    seen = request.form.get("revision", "")
    revision = int(seen) if seen.isdecimal() and len(seen) < 10 else None  # noqa: PLR2004 more digits than any has
    caller = context.asker().caller(request.form.get("key"))
    try:
        answer = command(context.runtime(), quote_id, caller, revision)
    except (Refused, DefinitionError) as refusal:
        return page(found, refusal)
    flash(f"Quote {quote_id} is under review as {answer.workflow}.")
    return redirect(url_for("workflows.workflow", workflow_id=answer.workflow), 303)


@blueprint.post("/quotes/<quote_id>/nudge")
def nudge(quote_id: str) -> AnyResponse:
    """
    Remind those who have not answered; the page again if that is too soon.
    """
    found = find(quote_id)
    caller = context.asker().caller(request.form.get("key"))
    try:
        remind(context.runtime(), _running(found), caller)
    except Refused as refusal:
        return page(found, refusal)
    flash("Everybody who has not answered is reminded.")
    return redirect(url_for("quotes.quote", quote_id=quote_id), 303)


@blueprint.post("/quotes/<quote_id>/recall")
def recall(quote_id: str) -> AnyResponse:
    """
    Withdraw my quote from review; the page again if that is refused.
    """
    found = find(quote_id)
    caller = context.asker().caller(request.form.get("key"))
    comment = request.form.get("comment", "")
    try:
        withdraw(context.runtime(), _running(found), comment, caller)
    except Refused as refusal:
        return page(found, refusal)
    flash(f"You recalled quote {quote_id}; nobody is asked any more.")
    return redirect(url_for("quotes.quote", quote_id=quote_id), 303)


@blueprint.get("/quotes/<quote_id>/attachments/<sha256>")
def attachment(quote_id: str, sha256: str) -> Response:
    """
    A file of the newest revision, to be saved and never rendered.
    """
    named = {e.sha256: e.name for e in find(quote_id).quote.attachments}
    body = None
    if sha256 in named:
        with context.runtime().database.read() as transaction:
            body = attachments.body(transaction, sha256)
    if body is None:
        sentence = f"There is no such attachment of quote '{quote_id}' here."
        raise NotFound(sentence)
    return as_download(body, named[sha256])


def page(
    found: Found,
    refusal: Refused | DefinitionError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """
    The page of a quote; after a refusal with what was against it and what was typed.
    """
    quote, last = found.quote, found.last
    ahead = outlook(quote.id) if found.is_draft else NO_OUTLOOK
    told = str(refusal) if isinstance(refusal, Refused) else ""
    problems = refusal.problems if isinstance(refusal, DefinitionError) else ()
    text = render_template(
        "quotes/quote.html",
        found=found,
        quote=quote,
        last=last,
        review=_review(last.id) if last else None,
        against=_against(last) if last else (),
        outlook=ahead,
        advice=ahead.advice(),
        breaching=ahead.breaching,
        kept=_kept(quote),
        field_of=form.field_of,
        beside=form.beside(problems, form.of_quote(quote)),
        # What is missing stands beside its fields; it need not be said twice.
        refusal="" if told == ahead.refusal and ahead.missing else told,
        typed=request.form if refusal and typed is None else typed or {},
    )
    return make_response(text, status_of(refusal)[0] if refusal else 200)


def _running(found: Found) -> str:
    if found.last is None:
        sentence = f"There is no review of quote '{found.quote.id}'."
        raise NotFound(sentence)
    return found.last.id


def _review(workflow_id: str) -> Workflow | None:
    with context.runtime().database.read() as transaction:
        row = workflows.read(transaction, workflow_id)
    return row[0] if row else None


def _against(last: Attempt) -> tuple[Entry, ...]:
    """
    What those said who would not have it; nothing if it did not end by that.
    """
    if last.status not in {WorkflowStatus.REJECTED, WorkflowStatus.RETURNED}:
        return ()
    log = timeline(context.runtime().database, last.id)
    said = {Fact.TASK_REJECTED, Fact.TASK_RETURNED}
    return tuple(entry for entry in log if entry.event.action in said)


def _kept(quote: Quote) -> frozenset[str]:
    with context.runtime().database.read() as transaction:
        return attachments.kept(transaction, (e.sha256 for e in quote.attachments))
