"""
Submitters at work: quotes are made, revised, copied, submitted, nudged and recalled.
"""

import io
import json

import pytest

from tests.integration.executor.company import TRIGGERS, Company
from tests.integration.web.browser import text_of

NEEDY = {**TRIGGERS[0], "needs": ["justification", "attachment:redline"]}
TYPED = {
    "account": "Harbor Lights",
    "currency": "USD",
    "in-margin_pct": "21.4",
    "in-amount": "184000",
    "in-clause": "false",
}

LINE = {
    "product": "Router",
    "family": "HW",
    "quantity": "2",
    "list_price": "100",
    "net_price": "90",
}


@pytest.fixture
def company(fresh_database):
    url = fresh_database("sqlite", ready=True)
    company = Company(url, triggers=[NEEDY, *TRIGGERS[1:]])
    yield company
    company.runtime.database.close()


def sent(browser, path, form=None, **typed):
    """
    The answer to a form as the page at `form` offers it, filled in further.
    """
    fields = browser.fields(form or path, path)
    return browser.client.post(path, data={**fields, **typed})


def made(browser, **changes):
    """
    The address of a new quote.
    """
    answer = sent(browser, "/quotes/new", **{**TYPED, **changes})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"]


def papers(browser, path, **typed):
    file = (io.BytesIO(b"%PDF-1.4"), "redline.pdf", "application/pdf")
    return sent(browser, f"{path}/papers", path, files=file, **typed)


def ready(browser):
    """
    The address of a quote that lacks nothing.
    """
    path = made(browser)
    assert papers(browser, path, justification="They grow.").status_code == 303
    return path


def stored(company):
    with company.runtime.database.read() as transaction:
        found = transaction.exec_driver_sql(
            "SELECT id, revision FROM quote ORDER BY id, revision"
        )
        return [tuple(row) for row in found]


def document(company, quote_id):
    with company.runtime.database.read() as transaction:
        body = transaction.exec_driver_sql(
            "SELECT body FROM document JOIN quote USING (sha256)"
            " WHERE id = ? ORDER BY revision DESC LIMIT 1",
            (quote_id,),
        ).scalar_one()
        return json.loads(body)


def test_a_quote_is_made_by_its_form_and_asks_nobody(company, enter):
    sam = enter("sam")
    path = made(sam, **{f"lines-0-{name}": text for name, text in LINE.items()})
    page = text_of(sam.get(path))
    value = document(company, path.rpartition("/")[2])

    assert "is stored. Nobody was asked yet." in page
    assert "Not submitted" in page
    assert (value["submittedBy"], value["account"]) == ("sam", "Harbor Lights")
    (line,) = value["lines"]
    assert (line["id"], line["product"], line["netPrice"]) == ("1", "Router", "90")


def test_the_same_form_sent_twice_makes_one_quote(company, enter):
    sam = enter("sam")
    fields = {**sam.fields("/quotes/new", "/quotes/new"), **TYPED}
    answers = [sam.client.post("/quotes/new", data=fields) for _ in range(2)]

    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(stored(company)) == 1


def test_everything_wrong_is_said_at_once_and_what_was_typed_stays(company, enter):
    sam = enter("sam")
    wrong = {**TYPED, "account": "", "currency": "DOL", "in-margin_pct": "a lot"}
    answer = sent(sam, "/quotes/new", **wrong)
    page = text_of(answer)

    assert answer.status_code == 422
    assert "Nothing was stored: mend this first" in page
    assert "Expected a value for 'account'." in page
    assert "'DOL'" in page
    assert "'a lot'" in page
    assert 'value="184000"' in answer.text
    assert 'value="a lot"' in answer.text
    assert stored(company) == []


def test_more_lines_keep_what_was_typed_and_store_nothing(company, enter):
    answer = sent(enter("sam"), "/quotes/new", **TYPED, more="yes")

    assert answer.status_code == 200
    assert 'value="Harbor Lights"' in answer.text
    assert 'id="lines-4-product"' in answer.text
    assert stored(company) == []


def test_a_submit_answers_with_everything_that_is_missing(company, enter):
    sam = enter("sam")
    path = made(sam)
    before = text_of(sam.get(path))
    answer = sent(sam, f"{path}/submit", path)
    page = text_of(answer)

    for told in (before, page):
        assert "Before it can be submitted" in told
        assert "A justification · asked for by the rule margin" in told
        assert "A file named redline · asked for by the rule margin" in told
    assert answer.status_code == 409
    assert "is under review" not in page


def test_the_missing_papers_make_a_revision_that_can_be_submitted(company, enter):
    sam = enter("sam")
    path = ready(sam)
    page = text_of(sam.get(path))
    assert "revision 2" in page
    assert "Before it can be submitted" not in page
    answer = sent(sam, f"{path}/submit", path)

    assert answer.headers["Location"] == "/workflows/WF-8809"
    assert company.case("WF-8809").quote_revision == 2
    assert document(company, path.rpartition("/")[2])["editedBy"] == "sam"


def test_a_file_that_is_refused_leaves_the_words_that_were_typed(company, enter):
    sam = enter("sam")
    path = made(sam)
    file = (io.BytesIO(b"MZ"), "tool.exe", "application/x-msdownload")
    typed = {"justification": "They grow.", "files": file}
    answer = sent(sam, f"{path}/papers", path, **typed)

    assert answer.status_code == 422
    assert "application/x-msdownload" in text_of(answer)
    assert "They grow.</textarea>" in answer.text
    assert len(stored(company)) == 1


def test_a_file_is_saved_by_those_who_see_the_quote_only(company, enter):
    sam = enter("sam")
    path = ready(sam)
    (file,) = document(company, path.rpartition("/")[2])["attachments"]
    address = f"{path}/attachments/{file['sha256']}"
    answer = sam.get(address)

    assert (answer.status_code, answer.data) == (200, b"%PDF-1.4")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert enter("olga").get(address).status_code == 404


def test_the_preview_says_whom_it_asks_and_until_when(company, enter):
    sam = enter("sam")
    path = ready(sam)
    page = text_of(sam.get(path))

    assert "Manager Maria due Wed 4 Mar 2026, 17:00 UTC" in page
    assert "Finance Fred or Fiona due Wed 4 Mar 2026, 17:00 UTC" in page
    company.submit(path.rpartition("/")[2])
    due = company.task("WF-8809", "manager").due_at
    assert due.isoformat() == "2026-03-04T17:00:00+00:00"


def test_a_stage_behind_another_is_due_after_it(company, enter):
    sam = enter("sam")
    path = made(sam, **{"in-amount": "2000000"})
    papers(sam, path, justification="They grow.")
    page = text_of(sam.get(path))

    assert "CFO Carl due by Mon 9 Mar 2026, 17:00 UTC at the latest" in page


def test_a_revision_is_made_of_what_was_seen(company, enter):
    sam = enter("sam")
    path = made(sam)
    form = f"{path}/revise"
    old = {**sam.fields(form, form), **TYPED, "in-margin_pct": "22"}
    answer = sent(sam, form, **{**TYPED, "in-margin_pct": "23"})
    assert answer.status_code == 303
    assert "Revision 2 is stored" in text_of(sam.get(path))
    late = sam.client.post(form, data=old)

    assert late.status_code == 412
    assert "there is revision 2 since" in text_of(late)
    assert 'value="22"' in late.text
    assert len(stored(company)) == 2


def test_a_revision_without_a_change_is_refused(company, enter):
    sam = enter("sam")
    path = made(sam)
    answer = sent(sam, f"{path}/revise", **TYPED)

    assert answer.status_code == 422
    assert "says the same as revision 1" in text_of(answer)
    assert len(stored(company)) == 1


@pytest.mark.parametrize(("person", "status"), [("dana", 403), ("olga", 404)])
def test_nobody_else_revises_a_quote(company, enter, person, status):
    path = made(enter("sam"))
    other = enter(person)

    assert other.get(f"{path}/revise").status_code == status
    refused = other.force(f"{path}/revise", **TYPED, revision="1")
    assert refused.status_code == status
    assert len(stored(company)) == 1


def test_a_rejected_quote_is_copied_with_its_files(company, enter):
    sam = enter("sam")
    path = ready(sam)
    sent(sam, f"{path}/submit", path)
    company.act("WF-8809", "manager", "reject", "maria")
    page = text_of(sam.get(path))
    assert "or begin anew with a copy" in page
    assert "Manager: Maria rejected · because" in page
    form = f"/quotes/new?from={path.rpartition('/')[2]}"
    typed = {**TYPED, "justification": "They grow.", "in-margin_pct": "23.9"}
    answer = sent(sam, "/quotes/new", form, **typed)
    copy = answer.headers["Location"]

    assert copy != path
    assert document(company, copy.rpartition("/")[2])["attachments"]
    answer = sent(sam, f"{copy}/submit", copy)
    assert answer.headers["Location"] == "/workflows/WF-8810"


def test_a_quote_of_somebody_else_cannot_be_copied(company, enter):
    path = made(enter("sam"))
    olga = enter("olga")
    quote_id = path.rpartition("/")[2]

    assert olga.get(f"/quotes/new?from={quote_id}").status_code == 404
    stolen = olga.force("/quotes/new", **TYPED, **{"from": quote_id})
    assert stolen.status_code == 404


def test_a_nudge_reminds_once_and_says_why_not_again(company, enter):
    sam = enter("sam")
    path = ready(sam)
    sent(sam, f"{path}/submit", path)
    first = sent(sam, f"{path}/nudge", path)
    again = sent(sam, f"{path}/nudge", path)

    assert first.status_code == 303
    assert "Everybody who has not answered is reminded" in text_of(sam.get(path))
    assert again.status_code == 409
    # One for each of the two who have not answered.
    assert company.log("WF-8809").count("nudged") == 2


def test_a_recall_needs_a_reason_and_lets_it_be_submitted_again(company, enter):
    sam = enter("sam")
    path = ready(sam)
    sent(sam, f"{path}/submit", path)
    without = sent(sam, f"{path}/recall", path, comment=" ")
    assert (without.status_code, company.case("WF-8809").status) == (422, "pending")
    answer = sent(sam, f"{path}/recall", path, comment="Not now.")
    page = text_of(sam.get(path))

    assert answer.status_code == 303
    assert company.case("WF-8809").status == "recalled"
    assert "Recalled WF-8809" in page
    assert "Submit for approval" in page


@pytest.mark.parametrize("act", ["nudge", "recall"])
def test_what_was_never_submitted_is_neither_nudged_nor_recalled(enter, act):
    sam = enter("sam")
    path = made(sam)

    assert sam.force(f"{path}/{act}", comment="because").status_code == 404


def test_my_quotes_come_in_pages_that_keep_the_filters(company, enter):
    for number in range(103):
        company.quote(f"Q-{number:03}", account="ACME" if number < 102 else "Zeta")
    sam = enter("sam")
    seen, page = [], sam.get("/quotes?q=acme&status=draft")
    while True:
        seen += [n for n in range(103) if f">Q-{n:03} r1<" in page.text]
        link = page.text.partition('class="button" href="')[2].partition('"')[0]
        if 'rel="next"' not in page.text:
            break
        link = link.replace("&amp;", "&")
        assert "q=acme" in link
        assert "status=draft" in link
        page = sam.get(link)

    assert sorted(seen) == list(range(102))


def test_what_i_own_is_mine_too_and_stands_there_once(company, enter):
    company.quote("Q-both", owner="sam")
    company.quote("Q-owned", submittedBy="olga", owner="sam")
    page = enter("sam").get("/quotes").text

    assert page.count(">Q-both r1<") == 1
    assert page.count(">Q-owned r1<") == 1
    assert ">Q-both r1<" not in enter("olga").get("/quotes").text


@pytest.mark.parametrize(("query", "empty"), [("q=nothing", "None has"), ("", "Make")])
def test_an_empty_list_says_what_to_do(company, enter, query, empty):
    sam = enter("sam")
    if query:
        made(sam)

    assert empty in text_of(sam.get(f"/quotes?{query}"))


def test_a_place_where_no_page_ended_is_refused(enter):
    answer = enter("sam").get("/quotes?after=nowhere")

    assert answer.status_code == 422
    assert "Expected 'after'" in text_of(answer)


def test_what_is_typed_is_shown_as_text(company, enter):
    sam = enter("sam")
    path = made(sam, account="<script>alert(1)</script>", justification="<b>x</b>")

    for address in (path, f"{path}/revise", "/quotes"):
        page = sam.get(address).text
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page
