"""
The deal desk on its pages: the queue of everybody, one review, and the exceptions.
"""

from datetime import date, timedelta

import pytest

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall
from approval_engine.operations import intake
from approval_engine.store import desk, incidents
from tests.integration.executor.company import Company, directory, document
from tests.integration.executor.exceptions import (
    POLICY,
    ask,
    ended,
    granted,
    quote,
    row,
    submitted,
)
from tests.integration.web.browser import text_of

ASKED = {
    "account": "ACME",
    "trigger": "band",
    "within": "discount_pct<=28,amount<=400000",
    "until": "2026-12-31",
    "uses": "2",
    "comment": "They grow.",
}
ASK = "/desk/exceptions/new"


def rows(page):
    """
    The quotes of a page of the queue, in its order.
    """
    return [part.partition(" r")[0] for part in page.text.split('whole-id">Q-')[1:]]


def following(browser, path):
    """
    The quotes of all pages from there on.
    """
    found, page = [], browser.get(path)
    while True:
        found += rows(page)
        link = page.text.partition('class="button" href="')[2].partition('"')[0]
        if 'rel="next"' not in page.text:
            return found
        page = browser.get(link.replace("&amp;", "&"))


@pytest.fixture
def company(fresh_database, request):
    changes = POLICY if "exceptions" in request.fixturenames else {}
    company = Company(fresh_database("sqlite", ready=True), **changes)
    yield company
    company.runtime.database.close()


@pytest.fixture
def exceptions(company):
    """
    A company with rules that exceptions can waive.
    """
    return company


@pytest.fixture
def three(company):
    """
    Three reviews of other values and days, and one that is over.
    """
    company.started(amount="300", neededBy="2026-04-01")
    company.started(amount="1000")
    company.started(amount="20", neededBy="2026-03-20")
    company.started(amount="9000", margin_pct="30")


@pytest.mark.parametrize("few", [desk.FEW, 0], ids=["sorted", "along an index"])
@pytest.mark.parametrize(
    ("order", "expected"),
    [("value", "213"), ("closing", "312"), ("age", "123"), ("", "213")],
)
def test_the_queue_is_sorted_as_wanted(three, enter, monkeypatch, few, order, expected):
    monkeypatch.setattr(desk, "FEW", few)

    assert rows(enter("dana").get(f"/desk?order={order}")) == list(expected)


@pytest.mark.parametrize("few", [desk.FEW, 0], ids=["sorted", "along an index"])
@pytest.mark.parametrize("order", ["value", "closing", "age"])
def test_the_pages_of_the_queue_show_everything_once(
    company, enter, monkeypatch, few, order
):
    monkeypatch.setattr(desk, "FEW", few)
    monkeypatch.setattr("approval_engine.web.desk.queue.PAGE", 2)
    for number in range(1, 8):
        company.started(amount=str(number // 3), neededBy=f"2026-04-0{1 + number // 4}")
    found = following(enter("dana"), f"/desk?order={order}&q=acme")

    assert sorted(found) == list("1234567")


def test_nobody_else_sees_the_queue(three, enter):
    assert enter("dana").get("/desk").status_code == 200
    for person in ("sam", "maria"):
        answer = enter(person).get("/desk")
        assert answer.status_code == 403
        assert "Deal desk</a>" not in answer.text


def test_the_queue_is_cut_to_what_is_asked_for(company, enter):
    first = company.started()
    company.wait(days=3)
    second = company.started(clause=True)
    company.act(second, "manager", "approve", "maria")
    dana = enter("dana")

    def found(query):
        return rows(dana.get(f"/desk?{query}"))

    assert found("only=late") == ["1"]
    assert found("role=legal") == ["2"]
    assert found("holder=maria") == ["1"]
    assert found("holder=lara") == ["2"]
    assert found("holder=mar") == []
    assert found("q=q-2") == ["2"]
    assert found(f"q={first}") == ["1"]
    assert found("only=held") == []
    assert "No review that runs fits these filters" in text_of(dana.get("/desk?q=x"))


def test_what_an_incident_holds_is_marked(company, enter):
    workflow = company.started()
    company.started()
    with company.runtime.database.begin() as transaction:
        incidents.add(transaction, workflow, "engine", "a test", "2026-03-02")
    dana = enter("dana")

    assert rows(dana.get("/desk?only=held")) == ["1"]
    assert "Held by incident IN-1" in text_of(dana.get("/desk"))
    page = text_of(dana.get(f"/desk/reviews/{workflow}"))
    assert "held by incident IN-1" in page


@pytest.mark.parametrize("after", ["x", "x~y", "9~", "~1", "1" * 40 + "~Q-1"])
def test_a_place_where_no_page_ended_is_refused(company, enter, after):
    answer = enter("dana").get(f"/desk?after={after}")

    assert answer.status_code == 422
    assert "Expected 'after'" in text_of(answer)


def test_an_empty_queue_says_so(company, enter):
    assert "No quote is under review" in text_of(enter("dana").get("/desk"))


def test_a_review_says_who_has_it_and_what_happens_otherwise(company, enter):
    workflow = company.started()
    page = text_of(enter("dana").get(f"/desk/reviews/{workflow}"))

    assert "Manager T-1 Maria" in page
    assert "If nobody answers: Director is asked" in page
    assert "Below floor" in page
    assert "can give it to somebody else" in page
    assert enter("sam").get(f"/desk/reviews/{workflow}").status_code == 403


def test_the_desk_gives_a_task_to_somebody_else_if_it_may(company, enter):
    changed = directory()
    maria = next(each for each in changed["users"] if each["id"] == "maria")
    intake.import_directory(company.runtime, document(changed))
    workflow = company.started()
    dana, path = enter("dana"), f"/desk/reviews/{workflow}"
    refused = dana.force(f"{path}/tasks/T-1", action="reassign", to="mona")
    assert refused.status_code == 403

    maria["manager"] = "dana"
    intake.import_directory(company.runtime, document(changed))
    form = f"{path}/tasks/T-1"
    fields = dana.fields(path, form, action="reassign")
    wrong = dana.client.post(form, data={**fields, "to": "fred", "comment": "Away."})
    assert wrong.status_code in {403, 409, 422}
    assert "Away.</textarea>" in wrong.text
    fields = dana.fields(path, form, action="reassign")
    answer = dana.client.post(form, data={**fields, "to": "mona"})

    assert answer.headers["Location"] == path
    assert company.task(workflow, "manager").assignee == "mona"
    assert "You gave T-1 of ACME to somebody else" in text_of(dana.get(path))


@pytest.mark.parametrize("action", ["approve", "override", "nonsense", ""])
def test_nothing_is_decided_from_the_desk(company, enter, action):
    workflow = company.started()
    path = f"/desk/reviews/{workflow}/tasks/T-1"
    answer = enter("dana").force(path, action=action, comment="because")

    assert answer.status_code == 422
    assert company.case(workflow).status == "pending"


def test_the_desk_nudges_for_its_own_quote_only(company, enter):
    company.quote("Q-9", submittedBy="dana")
    own, other = company.submit("Q-9", actor="dana").workflow, company.started()
    dana = enter("dana")

    def nudged(workflow):
        return dana.force(f"/desk/reviews/{workflow}/nudge").status_code

    assert "Nudge" in text_of(dana.get(f"/desk/reviews/{own}"))
    assert "Nudge" not in text_of(dana.get(f"/desk/reviews/{other}"))
    assert (nudged(own), nudged(other)) == (303, 403)


def test_an_exception_is_asked_for_once(exceptions, enter):
    sam = enter("sam")
    fields = {**sam.fields(ASK, ASK), **ASKED}
    answers = [sam.client.post(ASK, data=fields) for _ in range(2)]
    page = text_of(sam.get("/desk/exceptions/EX-1"))

    assert {a.headers["Location"] for a in answers} == {"/desk/exceptions/EX-1"}
    assert "Asked for" in page
    assert "discount at most 28 %, amount at most 400,000" in page
    assert "Waits for Dora or Dirk" in page
    assert row(exceptions, "EX-2") is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"account": ""}, "Expected the account"),
        ({"trigger": "nothing"}, "nothing"),
        ({"within": "discount_pct<=28"}, "amount"),
        ({"within": "so so"}, "so so"),
        ({"until": ""}, "Expected a last day"),
        ({"until": "2020-01-01"}, "Expected a last day from 2026-03-02 on"),
        ({"uses": ""}, "Expected a number of uses"),
        ({"uses": "-1"}, "Expected a number of uses"),
        ({"comment": " "}, "Expected a reason"),
    ],
)
def test_a_request_that_lacks_something_keeps_what_was_typed(
    exceptions, enter, change, sentence
):
    sam = enter("sam")
    typed = {**sam.fields(ASK, ASK), **ASKED, **change}
    answer = sam.client.post(ASK, data=typed)

    assert answer.status_code in {409, 422}
    assert sentence in text_of(answer)
    kept = "They grow.</textarea>" if "comment" not in change else 'value="ACME"'
    assert kept in answer.text
    assert row(exceptions, "EX-1") is None


def test_the_register_says_where_each_stands(exceptions, enter):
    today = date(2026, 3, 2)
    granted(exceptions, ends_on=today + timedelta(days=200))
    granted(exceptions, ends_on=today + timedelta(days=8))
    granted(exceptions, ends_on=today + timedelta(days=2))
    granted(exceptions, account="Zeta", ends_on=None, uses=1)
    ask(exceptions, actor="olga")
    ended(exceptions, granted(exceptions))
    quote(exceptions, 1, account="Zeta")
    exceptions.submit("Q-1")
    exceptions.wait(days=4)
    dana = enter("dana")

    def found(standing):
        page = dana.get(f"/desk/exceptions?standing={standing}").text
        return [f"EX-{n}" for n in range(1, 7) if f">EX-{n}<" in page]

    assert found("active") == ["EX-1", "EX-2"]
    assert found("soon") == ["EX-2"]
    assert found("expired") == ["EX-3"]
    assert found("used_up") == ["EX-4"]
    assert found("pending") == ["EX-5"]
    assert found("ended") == ["EX-6"]
    assert found("refused") == []
    assert len(found("")) == 6
    page = text_of(dana.get("/desk/exceptions"))
    assert "2026-03-10 ◆ in 4 days" in page
    assert "0 of 1" in page
    page = text_of(dana.get("/desk/exceptions/EX-4"))
    assert "Q-1 r1" in page
    assert "Granted by Dora" in page


def test_people_see_their_own_requests_and_the_desk_all(exceptions, enter):
    granted(exceptions)
    ask(exceptions, actor="olga")
    sam, dana = enter("sam").get("/desk/exceptions"), enter("dana")

    assert (">EX-1<" in sam.text, ">EX-2<" in sam.text) == (True, False)
    assert ">EX-2<" in dana.get("/desk/exceptions").text
    assert enter("sam").get("/desk/exceptions/EX-2").status_code == 404
    assert enter("dora").get("/desk/exceptions/EX-1").status_code == 200


def test_the_pages_of_the_register_show_everything_once(exceptions, enter, monkeypatch):
    monkeypatch.setattr("approval_engine.web.desk.register.PAGE", 2)
    for number in range(5):
        ask(exceptions, account=f"A{number}")
    dana, seen, link = enter("dana"), [], "/desk/exceptions?standing=pending"
    while link:
        page = dana.get(link.replace("&amp;", "&"))
        seen += [n for n in range(1, 6) if f">EX-{n}<" in page.text]
        more = page.text.partition('class="button" href="')[2].partition('"')[0]
        link = more if 'rel="next"' in page.text else ""

    assert sorted(seen) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30])
def test_a_number_where_no_page_ended_is_refused(exceptions, enter, before):
    answer = enter("dana").get(f"/desk/exceptions?before={before}")

    assert answer.status_code == 422


def test_an_exception_is_ended_with_a_reason_by_those_who_may(exceptions, enter):
    granted(exceptions)
    sam, path = enter("sam"), "/desk/exceptions/EX-1"
    assert enter("olga").force(f"{path}/end", comment="x").status_code == 404
    fields = sam.fields(path, f"{path}/end")
    without = sam.client.post(f"{path}/end", data={**fields, "comment": ""})
    assert without.status_code == 422
    assert row(exceptions, "EX-1").status == "active"
    answer = sam.client.post(f"{path}/end", data={**fields, "comment": "Over."})

    assert answer.headers["Location"] == path
    assert row(exceptions, "EX-1").status == "ended"
    page = text_of(sam.get(path))
    assert "Ended" in page
    assert "Confirm: end it" not in page
    workflow = submitted(exceptions).workflow
    assert exceptions.case(workflow).status == "pending"


def test_what_was_not_granted_cannot_be_ended(exceptions, enter):
    ask(exceptions)
    sam, path = enter("sam"), "/desk/exceptions/EX-1"

    assert "Confirm: end it" not in text_of(sam.get(path))
    assert sam.force(f"{path}/end", comment="Over.").status_code == 409


def test_a_request_that_was_recalled_is_shown_as_refused(exceptions, enter):
    _, workflow = ask(exceptions)
    recall(exceptions.runtime, workflow, "x", Caller(actor="sam", channel="t"))

    assert "✕ Refused" in text_of(enter("sam").get("/desk/exceptions/EX-1"))
