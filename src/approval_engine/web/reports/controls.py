"""
The page of what the controls ask, with its evidence; and the same as a sheet.
"""

from collections.abc import Mapping
from io import BytesIO

from flask import Response, render_template, request, send_file

from approval_engine.analytics.controls.finding import HEADING, Control, cells
from approval_engine.analytics.controls.past import Thresholds
from approval_engine.documents.spreadsheet import sheet
from approval_engine.domain.rights import Right
from approval_engine.errors import InvalidInput
from approval_engine.operations import controls
from approval_engine.web import context
from approval_engine.web.reports.pages import blueprint

PAGE = 100
"""So many findings stand on a page; the sheet holds all of them."""

_USUAL = Thresholds()
_CALLED: Mapping[Control, str] = {
    Control.SPLIT: "Split deals",
    Control.HASTE: "Approved in seconds",
    Control.MUTUAL: "Mutual approvals",
    Control.REQUESTER: "Stand-in of requester",
    Control.DORMANT: "Dormant delegations",
}
_MEANS: Mapping[Control, str] = {
    Control.SPLIT: (
        "Quotes of one account and one submitter within"
        f" {_USUAL.split_days} days, each below a limit of the amount in its policy"
        " version, and together not."
    ),
    Control.HASTE: (
        f"Approvals less than {_USUAL.seconds} seconds after the task was opened,"
        " moved or claimed. Opening a page is not recorded."
    ),
    Control.MUTUAL: (
        f"Two people who each approved at least {_USUAL.mutual} quotes of the other,"
        " more than half of those that anybody approved."
    ),
    Control.REQUESTER: (
        "Approvals by somebody whom a delegation tied to the submitter or owner of the"
        " quote at some time of the review."
    ),
    Control.DORMANT: (
        f"Delegations open for longer than {_USUAL.dormant_days} days, under which"
        " none of the newest reviews was answered."
    ),
}


@blueprint.get("/reports/controls")
@context.lately
def control_page() -> str:
    """
    What is asked about, of one control or of all.
    """
    wanted, found = _found()
    shown = [each for each in found.findings if wanted in {None, each.control}]
    return render_template(
        "reports/controls.html",
        called=_CALLED,
        means=_MEANS,
        counts=found.counts(),
        wanted=wanted,
        shown=shown[:PAGE],
        count=len(shown),
        found=found,
        days=controls.DAYS,
        page=PAGE,
    )


@blueprint.get("/reports/controls.csv")
@context.lately
def control_sheet() -> Response:
    """
    The same as a sheet.
    """
    wanted, found = _found()
    shown = (each for each in found.findings if wanted in {None, each.control})
    body = sheet(HEADING, [cells(each.row()) for each in shown])
    return send_file(
        BytesIO(body),
        mimetype="text/csv",
        as_attachment=True,
        download_name="controls.csv",
    )


def _found() -> tuple[Control | None, controls.Examined]:
    context.demand(Right.SEE_EVERYTHING)
    name = request.args.get("control")
    if name and name not in set(Control):
        sentence = f"Expected 'control' to be one of {', '.join(Control)}."
        raise InvalidInput(sentence)
    return Control(name) if name else None, controls.examined(context.runtime())
