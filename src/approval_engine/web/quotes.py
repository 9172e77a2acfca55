"""
My quotes: where each stands, who would be asked, and the button that asks them.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from approval_engine.errors import DefinitionError, NotFound, Refused
from approval_engine.executor.commands.submit import submit as command
from approval_engine.executor.routed import Routed
from approval_engine.operations.avoiding import of_preview
from approval_engine.operations.preview import preview
from approval_engine.store import catalog, lists
from approval_engine.store.lists import QuoteState
from approval_engine.web import context, dossier, grounds
from approval_engine.web.advice import Advice, advice

blueprint = Blueprint("quotes", __name__)

_LIMIT = 200


@blueprint.get("/quotes")
def quotes() -> str:
    """
    The newest revisions of my quotes, and where their review stands.
    """
    user = context.asker().user
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        rows = [
            (state, runtime.quote(transaction, state.quote.sha256))
            for state in lists.quotes(transaction, user.id, _LIMIT)
        ]
    return render_template("quotes.html", rows=rows, full=len(rows) >= _LIMIT)


@blueprint.get("/quotes/<quote_id>")
def quote(quote_id: str) -> str:
    """
    One quote, with the people that a submit would ask now, or why it would be refused.
    """
    state = find(quote_id)
    routed, refusal = _routed(quote_id)
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        found = runtime.quote(transaction, state.quote.sha256)
    return render_template(
        "quote.html",
        state=state,
        quote=found,
        routed=routed,
        money=grounds.money_inputs(routed.policy) if routed else frozenset(),
        breaching=grounds.breaching(routed.plan.steps) if routed else {},
        chains=routed.plan.chains() if routed else (),
        reasons=grounds.reasons_of(routed.plan) if routed else (),
        advice=_advice(routed) if routed else (),
        preview_refusal=refusal,
        mine=context.asker().user.id in {found.submitted_by, found.owner},
    )


@blueprint.post("/quotes/<quote_id>/submit")
def submit(quote_id: str) -> Response:
    """
    Start the review of my quote and show it.
    """
    find(quote_id)
    caller = context.asker().caller(request.form.get("key"))
    answer = command(context.runtime(), quote_id, caller)
    flash(f"Quote {quote_id} is under review as {answer.workflow}.")
    return redirect(url_for("workflows.workflow", workflow_id=answer.workflow), 303)


def find(quote_id: str) -> QuoteState:
    """
    The newest revision of a quote. Raises NotFound also if it is somebody else's.
    """
    runtime = context.runtime()
    user = context.asker().user
    with runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote_id)
        if row is not None:
            found = runtime.quote(transaction, row.sha256)
            mine = user.id in {found.submitted_by, found.owner}
            if mine or dossier.oversees(user, context.directory(transaction)):
                return lists.quote_states(transaction, (row,))[0]
    sentence = f"There is no quote '{quote_id}'."
    raise NotFound(sentence)


def _routed(quote_id: str) -> tuple[Routed | None, str]:
    try:
        return preview(context.runtime(), quote_id), ""
    except Refused as refusal:
        return None, str(refusal)
    except DefinitionError as error:
        return None, " ".join(problem.sentence for problem in error.problems)


def _advice(routed: Routed) -> tuple[Advice, ...]:
    ways = of_preview(routed, context.runtime().clock())
    policy = routed.policy
    return advice(ways, grounds.money_inputs(policy), policy.currency)
