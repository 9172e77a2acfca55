"""
A quote and the active or a draft policy → the plan that a submit would make now.
"""

from approval_engine.documents import Document
from approval_engine.errors import NotFound
from approval_engine.executor import waivers
from approval_engine.executor.fallback import route_submitted
from approval_engine.executor.routed import Routed, route_quote
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.load import load as load_policy
from approval_engine.store import catalog


def preview(runtime: Runtime, quote_id: str, policy: Document | None = None) -> Routed:
    """
    Route the newest revision of a quote and store nothing. Raises what submit raises.
    """
    draft = load_policy(policy) if policy else None
    with runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote_id)
        if row is None:
            sentence = f"There is no quote '{quote_id}'."
            raise NotFound(sentence)
        current = waivers.beside(transaction, catalog.current(transaction), row.account)
        now = runtime.clock()
        if draft is None:
            return route_submitted(runtime, transaction, row, current, now)
        return route_quote(runtime, transaction, row, current, now, policy=draft)
