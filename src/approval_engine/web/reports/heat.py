"""
The process as it is drawn, with its tasks coloured by how long they take.
"""

from collections import Counter
from collections.abc import Mapping

from flask import Response, render_template, request, url_for

from approval_engine.analytics.work.heat import MEASURES, STEPS, Heat, drawings, heats
from approval_engine.domain.rights import Right
from approval_engine.errors import NotFound
from approval_engine.operations import insight
from approval_engine.store import catalog, processes
from approval_engine.web import context
from approval_engine.web.headers import as_download
from approval_engine.web.reports.pages import blueprint

_SHOWS: Mapping[str, str] = {
    "duration": "hours that nine in ten need",
    "count": "how many tasks",
    "late": "how many late",
}
_LEGEND = tuple(
    (f"heat-{n}", "●", words)
    for n, words in ((1, "Cool"), (3, "Warm"), (STEPS, "Hottest"))
)


@blueprint.get("/reports/bottlenecks")
@context.lately
def bottlenecks() -> str:
    """
    Where tasks wait, on the drawing of the process and in words.
    """
    context.demand(Right.SEE_EVERYTHING)
    found = insight.work(context.runtime(), "process")
    used = Counter(each.review.process for each in found.pieces)
    names = [name for name, _ in used.most_common()]
    process = request.args.get("process", "")
    process = process if process in used else next(iter(names), "")
    show = request.args.get("show", "")
    show = show if show in MEASURES else "duration"
    mine = [each for each in found.pieces if each.review.process == process]
    drawing = next(iter(drawings(mine)), None)
    source = drawing and url_for("reports.drawing", sha256=drawing)
    return render_template(
        "reports/bottlenecks.html",
        process=process,
        processes=names,
        show=show,
        shows=_SHOWS,
        heats=[(each, _badge(each, show)) for each in heats(mine, show)],
        source=source,
        legend=_LEGEND,
        reviews=len({each.review.id for each in mine}),
    )


@blueprint.get("/reports/drawings/<sha256>.bpmn")
def drawing(sha256: str) -> Response:
    """
    A definition that some review runs on, as it runs.
    """
    context.demand(Right.SEE_EVERYTHING)
    with context.runtime().database.read() as transaction:
        if not processes.is_definition(transaction, sha256):
            sentence = f"There is no process definition '{sha256[:64]}'."
            raise NotFound(sentence)
        body = catalog.body(transaction, sha256)
    return as_download(body, "process.bpmn")


def _badge(each: Heat, show: str) -> tuple[str, str]:
    """
    What stands at a task of the drawing, and the same in words.
    """
    if show == "duration":
        return f"{each.p90_hours:.0f} h", f"nine in ten within {each.p90_hours:.1f} h"
    number = each.tasks if show == "count" else each.late
    return str(number), f"{number} {'tasks' if show == 'count' else 'late'}"
