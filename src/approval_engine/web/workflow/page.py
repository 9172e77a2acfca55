"""
One workflow → its page: status, diagram, timeline, and what the reader may do there.
"""

from dataclasses import dataclass
from functools import partial

from flask import Response, make_response, render_template, request

from approval_engine.domain.actions import Action
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.people import User
from approval_engine.domain.rights import Right
from approval_engine.domain.workflow import Task
from approval_engine.errors import Refused
from approval_engine.executor.commands.replan import Replanned
from approval_engine.history.verify import Verified
from approval_engine.web import context, dossier, forecasts, grounds, packets
from approval_engine.web.advice import for_submitter
from approval_engine.web.dossier import Dossier
from approval_engine.web.errors import status_of
from approval_engine.web.workflow.elements import MARKS, shown
from approval_engine.web.workflow.steps import step_status


@dataclass(frozen=True, kw_only=True, slots=True)
class Acts:
    """
    What the reader may ask for here; `reassign` are the tasks he may give away.

    `office` says that the pages of the administration are open to him, `desk` that
    this review stands on the desk for him, `quote` that he finds the quote's page, and
    `evidence` that he is shown where to get a packet of it.
    """

    office: bool
    desk: bool
    quote: bool
    recall: bool
    nudge: bool
    override: bool
    replan: bool
    evidence: bool
    reassign: tuple[Task, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Besides:
    """
    What a request wants shown beside the page: a refusal, a preview, a verification.
    """

    refusal: Refused | None = None
    replanned: Replanned | None = None
    verified: Verified | None = None


NOTHING = Besides()


def page(workflow_id: str, besides: Besides = NOTHING) -> Response:
    """
    The page of a workflow. Raises NotFound if the reader has no part in it.
    """
    user = context.asker().user
    found = dossier.open_dossier(workflow_id, user)
    refusal = besides.refusal
    text = render_template(
        "workflow/page.html",
        found=found,
        workflow=found.workflow,
        breaching=grounds.breaching(found.case.plan.steps),
        chains=found.case.plan.chains(),
        status_of=partial(step_status, found.workflow, found.decided_by_time()),
        advice=for_submitter(found, user.id),
        forecast=forecasts.of_case(found.case),
        elements=shown(found),
        marks=MARKS,
        acts=_acts(found, user),
        replanned=besides.replanned,
        verified=besides.verified,
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    # Who only looks what would come of it gets an answer, also where that is no.
    refused = refusal if request.method == "POST" else None
    return make_response(text, status_of(refused)[0] if refused else 200)


def _acts(found: Dossier, user: User) -> Acts:
    workflow = found.workflow
    pending = workflow.status == WorkflowStatus.PENDING
    own = user.id in {workflow.submitted_by, workflow.owner}
    mine = pending and own
    rights = context.rights()
    desk = pending and Right.RUN_DESK in rights
    return Acts(
        office=Right.SEE_OFFICE in rights,
        desk=desk,
        quote=own or Right.SEE_EVERYTHING in rights,
        recall=mine,
        nudge=mine and bool(workflow.open_tasks),
        override=pending and Right.OVERRIDE in rights,
        replan=desk and bool(workflow.open_tasks),
        evidence=Right.SEE_EVERYTHING in rights and packets.can_sign(),
        reassign=tuple(
            task
            for task in workflow.open_tasks
            if found.offers(task, user)[Action.REASSIGN] is None
        ),
    )
