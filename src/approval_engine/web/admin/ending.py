"""
The approvals that end soon, the next one first.
"""

from datetime import timedelta

from flask import Response, request

from approval_engine.store import oversight
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, office, page

blueprint = office("ending", "/ending")

SPANS = (7, 30, 90)
"""How many days ahead one may look."""


@blueprint.get("")
def ending() -> Response:
    """
    What was approved and is good only for some days more.
    """
    wanted = request.args.get("days", "")
    days = int(wanted) if wanted in {str(each) for each in SPANS} else SPANS[0]
    runtime = context.runtime()
    until = runtime.clock() + timedelta(days=days)
    with runtime.database.read() as transaction:
        rows = oversight.ending(transaction, until, LIMIT)
    full = len(rows) >= LIMIT
    return page("ending.html", rows=rows, days=days, spans=SPANS, full=full)
