"""
A company with one plant for each control, and the same company with none.
"""

from datetime import timedelta

from approval_engine.operations.intake import add_delegation


def submitted(company, by="sam", **changes):
    company.keys += 1
    name = f"Q-{company.keys}"
    company.quote(name, submittedBy=by, account=changes.pop("account", name), **changes)
    return company.submit(name, actor=by).workflow


def lent(company, principal, delegate, days=200):
    window = (company.now, company.now + timedelta(days=days))
    return add_delegation(company.runtime, (principal, delegate), window, None).id


def clean(company):
    """
    Work that nobody asks about, each of it beside a limit; the used window's id.
    """
    used = lent(company, "maria", "mona")
    review = submitted(company)
    company.wait(seconds=10)
    company.act(review, "manager", "approve", "mona")
    company.act(review, "finance", "approve", "fred")
    for by, other, count in (("fred", "fiona", 3), ("fiona", "fred", 2)):
        for _ in range(count):
            review = submitted(company, by=by)
            company.wait(hours=1)
            company.act(review, "finance", "approve", other)
    for account, amount in (("One", "600000"), ("Two", "600000"), ("One", "399999.99")):
        submitted(company, account=account, amount=amount)
        company.wait(days=1)
    return used


def planted(company):
    """
    One of each: two deals that are one, and so on; what to find, in order.
    """
    first = submitted(company, account="Three", amount="600000")
    company.wait(days=14)
    second = submitted(company, account="Three", amount="400000")
    quick = submitted(company)
    company.wait(seconds=9)
    company.act(quick, "finance", "approve", "fred")
    last = submitted(company, by="fiona")
    company.wait(hours=1)
    company.act(last, "finance", "approve", "fred")
    company.wait(hours=1)
    tied = submitted(company, by="fred")
    window = lent(company, "fiona", "fred", days=9)
    company.wait(hours=1)
    company.act(tied, "finance", "approve", "fiona")
    idle = lent(company, "dora", "dirk")
    company.wait(days=61)
    return {
        "split_deals": ((first, second), ()),
        "approved_in_seconds": ((quick,), ()),
        "mutual_approvals": ("fiona", "fred"),
        "stand_in_of_requester": ((tied,), (window,)),
        "dormant_delegations": ((), (idle,)),
    }
