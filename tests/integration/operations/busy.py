"""
A company that worked for some weeks, every answer after as many hours as is said.
"""

from datetime import timedelta
from itertools import cycle

from approval_engine.analytics.forecast import habits

ENOUGH = 8
"""So many answers of a role are enough in a company so small."""

DAY_AND_NIGHT = {
    "calendars": {
        "all": {"timeZone": "UTC", "hours": "00:00-24:00", "days": "Mon-Sun"}
    },
    "defaults": {"slaHours": 24, "fallbackRole": "deal_desk", "calendar": "all"},
}
"""A policy under which every hour is worked, so that hours are easily told."""


def few_are_enough(monkeypatch):
    """
    Say something of a role after so many answers.
    """
    monkeypatch.setattr(habits, "ENOUGH", ENOUGH)


def worked(company, reviews=ENOUGH, manager=(8,), finance=(8,), apart=24):
    """
    So many reviews, one after the other; manager and finance answer after these hours.

    The next one begins `apart` hours after the one before.
    """
    hours = zip(cycle(manager), cycle(finance), strict=False)
    found = []
    for _, (first, second) in zip(range(reviews), hours, strict=False):
        workflow = company.started()
        begun = company.now
        answers = sorted(
            ((first, "manager", "maria"), (second, "finance", "fred")),
            key=lambda each: each[0],
        )
        for after, step, person in answers:
            company.now = begun + timedelta(hours=after)
            company.act(workflow, step, "approve", person)
        company.now = begun + timedelta(hours=max(apart, first, second))
        found.append(workflow)
    return found
