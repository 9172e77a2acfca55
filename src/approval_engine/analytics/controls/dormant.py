"""
Delegations that have been open for long, and nobody has decided anything under them.
"""

from collections.abc import Iterator

from approval_engine.analytics.controls.finding import Control, Finding, Who
from approval_engine.analytics.controls.past import Past, Thresholds

_DAY_S = 86_400


def dormant(past: Past, thresholds: Thresholds) -> Iterator[Finding]:
    """
    Windows that run for longer than so many days, without any answer under them.

    Answers are looked for in the newest reviews.
    """
    for window in past.windows:
        open_s = past.at_s - window.starts_at.timestamp()
        runs = past.at_s < window.closes_at.timestamp()
        if not runs or window.id in past.used:
            continue
        if open_s <= thresholds.dormant_days * _DAY_S:
            continue
        days = int(open_s // _DAY_S)
        yield Finding(
            control=Control.DORMANT,
            asks=(
                Who(id=window.delegate),
                " may decide for ",
                Who(id=window.principal),
                f" since {window.starts_at:%Y-%m-%d}, {days} days, and has not",
                ": is this still needed?",
            ),
            measure=f"{days} days",
            first_s=window.starts_at.timestamp(),
            last_s=past.at_s,
            windows=(window.id,),
        )
