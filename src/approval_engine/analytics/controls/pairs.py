"""
Two people who approve each other's quotes, and hardly anybody else does.
"""

from collections.abc import Iterator

from approval_engine.analytics.controls.finding import Control, Finding, Who
from approval_engine.analytics.controls.past import Approval, Past, Thresholds

_HALF = 2


def mutual(past: Past, thresholds: Thresholds) -> Iterator[Finding]:
    """
    Pairs of whom each approved at least so many quotes of the other.

    These are more than half of the other's quotes that anybody approved.
    """
    between: dict[tuple[str, str], dict[str, Approval]] = {}
    approved: dict[str, set[str]] = {}
    for each in past.approvals:
        author, quote = each.review.submitted_by, each.review.quote
        between.setdefault((each.person, author), {})[quote] = each
        approved.setdefault(author, set()).add(quote)

    def is_most(approver: str, author: str) -> bool:
        count = len(between.get((approver, author), ()))
        most = count * _HALF > len(approved.get(author, ()))
        return most and count >= thresholds.mutual

    for one, other in sorted(between):
        if one < other and is_most(one, other) and is_most(other, one):
            yield _finding(one, other, between, approved)


def _finding(
    one: str,
    other: str,
    between: dict[tuple[str, str], dict[str, Approval]],
    approved: dict[str, set[str]],
) -> Finding:
    there, back = between[one, other], between[other, one]
    all_of_them = sorted(
        (*there.values(), *back.values()), key=lambda each: (each.at_s, each.task)
    )
    return Finding(
        control=Control.MUTUAL,
        asks=(
            Who(id=one),
            f" approved {len(there)} of the {len(approved[other])} approved quotes of ",
            Who(id=other),
            f", who approved {len(back)} of the {len(approved[one])} of ",
            Who(id=one),
            ": does anybody else look at them?",
        ),
        measure=f"{len(there)} and {len(back)} quotes",
        first_s=all_of_them[0].at_s,
        last_s=all_of_them[-1].at_s,
        quotes=tuple(dict.fromkeys(each.review.quote for each in all_of_them)),
        workflows=tuple(dict.fromkeys(each.review.workflow for each in all_of_them)),
        tasks=tuple(each.task for each in all_of_them),
    )
