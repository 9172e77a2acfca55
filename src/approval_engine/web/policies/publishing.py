"""
Trying a draft on real quotes, and publishing it.
"""

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.rights import Right
from approval_engine.errors import DefinitionError, InvalidState, PolicyError, Refused
from approval_engine.operations import policy_drafts, policy_scenarios, trial
from approval_engine.operations.drafts_judged import judge
from approval_engine.operations.policy_drafts import Wish
from approval_engine.operations.policy_scenarios import Played
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.policies import editing
from approval_engine.web.policies.changes import told
from approval_engine.web.policies.drafts import blueprint, seen


@blueprint.get("/<draft_id>/trial")
def tried(draft_id: str) -> str:
    """
    Who would be asked about the quotes submitted last, or about one, now and then.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    value = policy_drafts.value_of(found)
    verdict = judge(context.runtime(), value, found.base, quick=True)
    wanted = request.args.get("quote", "").strip()
    rows: tuple[trial.Tried, ...] = ()
    played: tuple[Played, ...] = ()
    refusal = ""
    if verdict.policy is not None:
        with context.runtime().database.read() as transaction:
            played = policy_scenarios.play(
                context.runtime(), transaction, verdict.policy
            )
        try:
            rows = (
                (trial.one(context.runtime(), verdict.policy, wanted),)
                if wanted
                else trial.last(context.runtime(), verdict.policy)
            )
        except InvalidState as error:
            refusal = str(error)
    return render_template(
        "policies/trial.html",
        draft=found,
        value=value,
        tab="trial",
        rows=rows,
        played=played,
        kept={each.scenario.quote_id for each in played},
        wanted=wanted,
        most=trial.LAST,
        sound=verdict.policy is not None,
        judged=editing.placed(value, verdict),
        refusal=refusal,
    )


@blueprint.post("/<draft_id>/scenarios")
def keep_scenario(draft_id: str) -> AnyResponse:
    """
    What the draft says to a quote is right, and must stay so.
    """
    asker = context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    policy_drafts.must_be_seen(found, seen())
    verdict = judge(
        context.runtime(), policy_drafts.value_of(found), found.base, quick=True
    )
    if verdict.policy is None:
        raise PolicyError(*verdict.problems)
    quote = request.form.get("quote", "")
    kept = policy_scenarios.keep(
        context.runtime(), verdict.policy, quote, asker.user.id
    )
    flash(f"{kept.quote_id} is a scenario now: every draft is tried on it.")
    return redirect(url_for("policy_drafts.tried", draft_id=draft_id), 303)


@blueprint.post("/<draft_id>/scenarios/forget")
def forget_scenario(draft_id: str) -> AnyResponse:
    """
    A scenario less.
    """
    context.demand(Right.PUBLISH)
    found = editing.opened(draft_id)
    policy = str(policy_drafts.value_of(found).get("policy", ""))
    quote = request.form.get("quote", "")
    policy_scenarios.forget(context.runtime(), policy, quote)
    flash("The scenario is forgotten.")
    return redirect(url_for("policy_drafts.tried", draft_id=draft_id), 303)


@blueprint.get("/<draft_id>/publish")
def publish_page(draft_id: str) -> AnyResponse:
    """
    What is to be known before a draft is published.
    """
    context.demand(Right.PUBLISH)
    return _page(draft_id)


@blueprint.post("/<draft_id>/publish")
def publish(draft_id: str) -> AnyResponse:
    """
    Make a draft the active policy; or the page again with everything in its way.
    """
    asker = context.demand(Right.PUBLISH)
    wish = Wish(
        draft=draft_id,
        revision=seen(),
        version=request.form.get("version", ""),
        first_day=request.form.get("first_day", ""),
        comment=request.form.get("comment", ""),
        accepted=frozenset(request.form.getlist("accept")),
    )
    try:
        row = policy_drafts.publish(context.runtime(), wish, asker.user.id)
    except DefinitionError as error:
        sentence = "It was not published: the policy has problems."
        return _page(draft_id, sentence, status_of(error)[0])
    except Refused as refusal:
        return _page(draft_id, str(refusal), status_of(refusal)[0])
    flash(f"Version {row.version} is published. The next quote is judged by it.")
    return redirect(url_for("policies.version", sha256=row.sha256), 303)


def _page(draft_id: str, refusal: str = "", status: int = 200) -> AnyResponse:
    found = editing.opened(draft_id)
    value = policy_drafts.value_of(found)
    if refusal:
        # What was typed is judged, not what is saved.
        version = request.form.get("version", "")
        value = policy_drafts.named(value, version, request.form.get("first_day", ""))
    base = editing.compared(found)
    page = render_template(
        "policies/publish.html",
        draft=found,
        value=value,
        tab="publish",
        base=base.row,
        changes=told(base.value, value),
        judged=editing.judged(value, found.base),
        refusal=refusal,
        typed=request.form,
        accepted=request.form.getlist("accept"),
    )
    return make_response(page, status)
