"""
`/api/v1/policies/canary`: try a version beside the one in force, promote it or stop it.
"""

from decimal import Decimal

from flask import url_for

from approval_engine.accounts.tokens import Scope
from approval_engine.documents import Document
from approval_engine.domain.rights import Right
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import canary as ending
from approval_engine.executor.commands.canary import Done
from approval_engine.history import views
from approval_engine.operations import canary
from approval_engine.operations.canary_status import FIGURES, status
from approval_engine.operations.canary_wish import Wish
from approval_engine.web import context
from approval_engine.web.api.canary_shapes import (
    CanaryDone,
    CanaryEnd,
    CanaryPromoted,
    CanaryQuery,
    CanaryRequest,
    CanaryStatus,
)
from approval_engine.web.api.operation import Group, Says
from approval_engine.web.api.refusals import (
    CONFLICT,
    DOCUMENT,
    NOT_FOUND,
    STATE,
    UNACCEPTED,
)
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import JsonBody, part

GROUP = Group(
    "canaries", "Canaries", "A new policy version beside the one in force, on trial."
)


@GROUP.get(
    "/policies/canary",
    Says(
        name="getCanary",
        scopes=(Scope.READ,),
        right=FIGURES,
        query=CanaryQuery,
        answer=CanaryStatus,
        refuses=(NOT_FOUND,),
    ),
)
def one(asked: CanaryQuery) -> views.View:
    """
    See where a canary stands: both versions, what differs, and what its guard sees.
    """
    number = int(asked.number) if asked.number else None
    return status(context.runtime(), number).view()


@GROUP.post(
    "/policies/canary",
    Says(
        name="startCanary",
        scopes=(Scope.ADMIN,),
        right=Right.PUBLISH,
        body=JsonBody(model=CanaryRequest, whole=True),
        answer=CanaryDone,
        statuses={200: "It runs so, now or already."},
        refuses=(NOT_FOUND, STATE, UNACCEPTED, CONFLICT, DOCUMENT),
    ),
)
def start(given: tuple[CanaryRequest, Document], caller: Caller) -> Reply:
    """
    Begin a canary in the shadow, let it route a share of the quotes, or a larger one.

    In the shadow every quote is asked under both versions, and routed by the old one.
    Which quotes get the new one follows from their ids. What the proof of the policy
    finds must be accepted before it routes any.
    """
    asked, document = given
    wish = Wish(
        document=part(document, "policy") if asked.policy is not None else None,
        version=asked.version,
        share=None if asked.share is None else int(Decimal(asked.share) * 100),
        segment=asked.segment,
        alpha=None if asked.alpha is None else float(asked.alpha),
        at_least=asked.at_least,
        tolerated={name: float(times) for name, times in asked.tolerated.items()},
        accepts=asked.accept,
    )
    return _told(canary.start(context.runtime(), wish, _unkeyed(caller)))


@GROUP.post(
    "/policies/canary/promote",
    Says(
        name="promoteCanary",
        scopes=(Scope.ADMIN,),
        right=Right.PUBLISH,
        body=JsonBody(model=CanaryPromoted),
        answer=CanaryDone,
        statuses={200: "It is published for all quotes, now or already."},
        refuses=(NOT_FOUND, STATE, UNACCEPTED, CONFLICT, DOCUMENT),
    ),
)
def promote(asked: CanaryPromoted, caller: Caller) -> Reply:
    """
    Publish the version that is tried. Open reviews keep the version they began with.
    """
    done = canary.promote(
        context.runtime(), _unkeyed(caller), asked.comment, accepts=asked.accept
    )
    return _told(done)


@GROUP.post(
    "/policies/canary/stop",
    Says(
        name="stopCanary",
        scopes=(Scope.ADMIN,),
        right=Right.PUBLISH,
        body=JsonBody(model=CanaryEnd),
        answer=CanaryDone,
        statuses={200: "It is stopped, now or already."},
        refuses=(NOT_FOUND, STATE, CONFLICT),
    ),
)
def stop(asked: CanaryEnd, caller: Caller) -> Reply:
    """
    Go back to the version in force. Open reviews keep the version they began with.
    """
    return _told(ending.stop(context.runtime(), _unkeyed(caller), asked.comment))


def _unkeyed(caller: Caller) -> Caller:
    """
    The key of a request keeps its whole answer; the command need not do so again.
    """
    return Caller(actor=caller.actor, channel=caller.channel, proof=caller.proof)


def _told(done: Done) -> Reply:
    place = url_for("api_canaries.one", number=done.canary)
    return told(done.view(), location=place)
