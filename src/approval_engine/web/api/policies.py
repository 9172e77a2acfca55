"""
`/api/v1/policies`: publish policies and read those that were published.
"""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.documents import Document, load
from approval_engine.domain.rights import Right
from approval_engine.errors import NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.routed import policies_today
from approval_engine.history import views
from approval_engine.operations import intake, simulation
from approval_engine.operations.intake import Remark
from approval_engine.policy.load import load as load_policy
from approval_engine.store import catalog
from approval_engine.store.catalog import PolicyRow
from approval_engine.web import context
from approval_engine.web.api import office_shapes as shapes
from approval_engine.web.api.operation import Group, Says
from approval_engine.web.api.publishing_shapes import (
    AcceptedPolicy,
    PublishQuery,
    PublishRequest,
)
from approval_engine.web.api.refusals import CONFLICT, DOCUMENT, STATE, UNACCEPTED
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import DocumentBody, JsonBody, checked, part
from approval_engine.web.api.simulation_shapes import (
    SHOWN,
    Simulated,
    SimulationRequest,
)

GROUP = Group("policies", "Policies", "The versioned rules on who approves.")


@GROUP.post(
    "/policies",
    Says(
        name="publishPolicy",
        scopes=(Scope.ADMIN,),
        right=Right.PUBLISH,
        query=PublishQuery,
        body=DocumentBody(model=PublishRequest),
        answer=shapes.PolicyVersion,
        statuses={200: "It is published, now or already."},
        refuses=(STATE, UNACCEPTED, CONFLICT, DOCUMENT),
    ),
)
def publish(options: PublishQuery, document: Document, caller: Caller) -> Reply:
    """
    Make a policy the active one, from its first day.

    The one before it is retired. A version never changes: the same one with other
    content is refused. Publishing the active one again changes nothing.

    It is proved first, as `cpq policy prove` does. Mend what is found, or send the
    policy again within `{"policy": {…}, "accept": {"code@place": "reason"}}`; finding
    and reason are kept with the version.
    """
    policy, accepts = _offered(document)
    row = intake.publish_policy(
        context.runtime(),
        policy,
        caller.actor,
        accept_fallback=options.accept_fallback,
        remark=Remark(accepts=accepts),
    )
    today = next(each for each in _today() if each.sha256 == row.sha256)
    place = url_for("api_policies.one", policy=row.name, version=row.version)
    return told(_version(today), location=place)


@GROUP.post(
    "/policies/simulate",
    Says(
        name="simulatePolicy",
        scopes=(Scope.READ,),
        right=Right.SEE_EVERYTHING,
        body=JsonBody(model=SimulationRequest, whole=True),
        answer=Simulated,
        statuses={200: "What would change."},
        refuses=(STATE, DOCUMENT),
        kept=False,
    ),
)
def simulate(given: tuple[SimulationRequest, Document], _: Caller) -> Reply:
    """
    See what a draft would change, on quotes of the past or on those that are sent.

    Each is asked under the policy in force and under the draft, with the people and the
    exceptions of today. Nothing is stored.
    """
    asked, document = given
    runtime, draft = context.runtime(), load_policy(part(document, "policy"))
    if asked.quotes is None:
        found = simulation.of_history(runtime, draft, asked.last, by=asked.by)
    else:
        found = simulation.of_file(runtime, draft, part(document, "quotes"), asked.by)
    return told(found.view(SHOWN))


@GROUP.get(
    "/policies",
    Says(
        name="listPolicies",
        scopes=(Scope.READ,),
        right=Right.SEE_POLICIES,
        answer=shapes.PolicyList,
        statuses={200: "All of them, perhaps none."},
    ),
)
def listed() -> views.View:
    """
    Find every published version, oldest first.
    """
    return {"items": [_version(each) for each in _today()]}


@GROUP.get(
    "/policies/<policy>/<version>",
    Says(
        name="getPolicy",
        scopes=(Scope.READ,),
        right=Right.SEE_POLICIES,
        answer=shapes.PolicyText,
    ),
)
def one(policy: str, version: str) -> views.View:
    """
    Read a published version with its document.
    """
    for row in _today():
        if (row.name, row.version) == (policy, version):
            with context.runtime().database.read() as transaction:
                document: Any = load(catalog.body(transaction, row.sha256))
            return _version(row) | {"document": document}
    sentence = f"There is no version '{version}' of a policy '{policy}'."
    raise NotFound(sentence)


def _offered(document: Document) -> tuple[Document, Mapping[str, str]]:
    """
    The policy of a body, and the findings that are accepted, with the reasons.
    """
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("policy"), dict):
        return document, {}
    return part(document, "policy"), checked(AcceptedPolicy, value).accept


def _today() -> tuple[PolicyRow, ...]:
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        return policies_today(runtime, transaction, runtime.clock())


def _version(row: PolicyRow) -> views.View:
    return {
        "policy": row.name,
        "version": row.version,
        "sha256": row.sha256,
        "status": row.status,
        "publishedAt": row.published_at,
        "publishedBy": row.published_by,
    }
