"""
Approvals that came seconds after the task did.
"""

from collections.abc import Iterator

from approval_engine.analytics.controls.finding import Control, Finding, Who
from approval_engine.analytics.controls.past import REACHES, Past, Thresholds


def hasty(past: Past, thresholds: Thresholds) -> Iterator[Finding]:
    """
    Approvals less than so many seconds after the task came before whoever approved.

    Nobody records that a page was opened, so this cannot say that it was not.
    """
    for each in past.approvals:
        if each.took is None or each.reached is None or each.took >= thresholds.seconds:
            continue
        yield Finding(
            control=Control.HASTE,
            asks=(
                Who(id=each.person),
                f" approved {each.review.quote} {each.took:.1f} s after the task",
                f" {REACHES[each.reached]}: was it read?",
                " (Opening a page is not recorded.)",
            ),
            measure=f"{each.took:.1f} s",
            first_s=each.at_s - float(each.took),
            last_s=each.at_s,
            quotes=(each.review.quote,),
            workflows=(each.review.workflow,),
            tasks=(each.task,),
        )
