"""
The lists of the inbox, saved views, several at once, and pages that went stale.
"""

import re

import pytest

from approval_engine.operations import intake
from tests.integration.executor.company import STEPS, document, policy
from tests.integration.web.browser import text_of

MAIN = re.compile(r"<main.*</main>", re.DOTALL)


@pytest.fixture
def three(company):
    """
    Three reviews that ask maria and the pool of finance, of growing amounts.
    """
    return [
        company.started(account=account, amount=amount)
        for account, amount in (("Acme", "900"), ("Beta", "5000"), ("Corp", "70000"))
    ]


@pytest.fixture
def bulk(company):
    """
    Three reviews under a policy that lets finance decide several at once.
    """
    steps = {**STEPS, "finance": {**STEPS["finance"], "bulk": True}}
    body = document(policy(steps=steps, version="2"))
    intake.publish_policy(company.runtime, body, "dana")
    return [company.started(account=name) for name in ("Acme", "Beta", "Corp")]


def rows(answer):
    """
    The customers in the rows of a page, from the top.
    """
    return re.findall(r"<a data-open [^>]*><b>([^<]*)</b>", answer.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tab=mine", ["Acme", "Beta", "Corp"]),
        ("tab=mine&q=BETA", ["Beta"]),
        ("tab=mine&q=sam+acme", ["Acme"]),
        ("tab=mine&q=nobody", []),
        ("tab=mine&amount=5,000", ["Beta", "Corp"]),
        ("tab=mine&sort=-amount", ["Corp", "Beta", "Acme"]),
        ("tab=mine&sort=account", ["Acme", "Beta", "Corp"]),
        ("tab=mine&step=manager", ["Acme", "Beta", "Corp"]),
        ("tab=mine&step=legal", []),
        ("tab=mine&due=late", []),
        ("tab=mine&due=week", ["Acme", "Beta", "Corp"]),
        ("tab=mine&by=Sam", ["Acme", "Beta", "Corp"]),
        ("tab=mine&by=Sam+(sam)", ["Acme", "Beta", "Corp"]),
        ("tab=mine&by=carl", []),
        ("tab=roles", []),
    ],
)
def test_a_list_is_what_its_address_asks_for(enter, three, query, found):
    answer = enter("maria").get(f"/?{query}")

    assert (answer.status_code, rows(answer)) == (200, found)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("tab=yours", "Expected 'tab' to be one of mine, roles, coming, done"),
        ("due=never", "Expected 'due' to be one of late, today, week"),
        ("sort=--due", "Expected 'sort' to be one of"),
        ("amount=much", "Expected the least amount to be a number"),
        ("amount=NaN", "Expected the least amount to be a number"),
        ("after=x", "Expected 'after' to be the place where a page of this list"),
        ("q=" + "x" * 201, "Expected 'q' to be a line of at most 200 letters"),
    ],
)
def test_an_address_that_means_nothing_is_told_so(enter, three, query, said):
    answer = enter("maria").get(f"/?{query}")

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert rows(answer) == ["Acme", "Beta", "Corp"]


@pytest.mark.parametrize("sort", ["due", "-due", "-amount", "age", "margin"])
def test_pages_meet_without_gap_or_overlap(company, enter, monkeypatch, three, sort):
    monkeypatch.setattr("approval_engine.web.inbox.lists.PAGE", 2)
    maria = enter("maria")
    first = maria.get(f"/?tab=mine&sort={sort}")
    (further,) = re.findall(r'rel="next" href="([^"]*)"', first.text)
    second = maria.get(further.replace("&amp;", "&"))

    assert sorted(rows(first) + rows(second)) == ["Acme", "Beta", "Corp"]
    assert 'rel="next"' not in second.text


def test_a_row_says_what_it_takes_to_choose(enter, company):
    company.started(amount="184000", discount_pct="18")
    page = text_of(enter("maria").get("/"))

    assert "due in 2 d" in page
    assert "ACME Q-1 r1 USD 184,000 21.4 % Manager: below floor" in page
    assert "margin 21.4 %, asked when below 24 % Sam now" in page


def test_what_is_coming_is_shown_and_not_counted_as_waiting(company, enter):
    workflow = company.started(amount="2000000")
    carl = enter("carl")
    page = text_of(carl.get("/?tab=coming"))
    assert "Coming to me 1" in page
    assert "CFO ACME Q-1 r1" in page
    assert "Mine 0" in page

    for step, person in (("manager", "maria"), ("finance", "fred")):
        company.act(workflow, step, "approve", person)
    assert "Coming to me 0" in text_of(carl.get("/?tab=coming"))
    assert rows(carl.get("/?tab=roles")) == ["ACME"]


def test_nothing_is_coming_from_a_review_that_ended(company, enter):
    workflow = company.started(amount="2000000")
    company.act(workflow, "manager", "reject", "maria")

    page = text_of(enter("carl").get("/?tab=coming"))
    assert "Nothing is on its way to you." in page


def test_what_i_answered_is_listed_with_what_became_of_it(company, enter):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "reject", "fred")

    maria = text_of(enter("maria").get("/?tab=done"))
    assert "✓ Approved ACME Q-1 r1" in maria
    assert "✕ Rejected" in maria
    assert "You have not answered anything" in text_of(enter("mona").get("/?tab=done"))


def test_a_view_is_kept_used_renamed_and_deleted_by_its_owner(enter, three):
    maria, fred = enter("maria"), enter("fred")
    saved = maria.force("/views?tab=mine&q=beta", name="Betas")
    assert (saved.status_code, saved.location) == (303, "/?tab=mine&q=beta")
    assert "Betas" in maria.get("/").text
    assert "Betas" not in fred.get("/").text

    assert fred.force("/views/delete", name="Betas").status_code == 404
    assert maria.force("/views/rename", name="Betas", to="B").status_code == 303
    assert maria.force("/views/rename", name="Betas", to="C").status_code == 404
    assert maria.force("/views/delete", name="B").status_code == 303
    assert "Saved views" not in maria.get("/").text


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_view_needs_a_name(enter, three, name):
    answer = enter("maria").force("/views?tab=mine&q=beta", name=name)

    assert answer.status_code == 422
    assert "Expected a name of 1 to 60 letters" in text_of(answer)
    assert rows(answer) == ["Beta"]


def test_only_what_was_ticked_is_decided(company, enter, bulk):
    fred = enter("fred")
    tasks = [company.task(each, "finance").id for each in bulk]
    company.act(bulk[0], "manager", "comment", "maria", comment="Ask the bank.")
    page = fred.get("/several?" + "&".join(f"task={each}" for each in tasks))
    assert "3 tasks to decide together" in text_of(page)
    assert "Maria commented Ask the bank." in text_of(page)
    assert 'name="task" value="T-2" checked' not in page.text

    shown = fred.fields("/several?task=" + "&task=".join(tasks), "/several")
    none = fred.client.post("/several", data={**shown, "action": "approve"})
    assert none.status_code == 422
    answer = fred.client.post(
        "/several", data={**shown, "action": "approve", "task": tasks[:2]}
    )
    assert text_of(answer).count("✓ Approved") == 2
    statuses = [company.task(each, "finance").status for each in bulk]
    assert statuses == ["approved", "approved", "open"]
    assert company.is_sound()


def test_each_result_is_told_and_the_others_are_done_anyway(company, enter, bulk):
    fred = enter("fred")
    tasks = [company.task(each, "finance").id for each in bulk]
    company.act(bulk[0], "finance", "approve", "fiona")
    answer = fred.force(
        "/several", action="return", task=[*tasks, "T-999"], comment="say more"
    )

    said = text_of(answer)
    assert said.count("↩ Returned") + said.count("✓ Returned") == 2
    assert said.count("✕ Refused") == 2
    assert "it is approved by 'fiona'" in said
    assert "There is no task 'T-999'" in said
    assert company.is_sound()


def test_a_step_without_bulk_is_decided_alone(company, enter, three):
    maria = enter("maria")
    task = company.task(three[0], "manager").id
    assert 'name="task"' not in maria.get("/?tab=mine").text
    assert "must be decided one task at a time" in text_of(
        maria.get(f"/several?task={task}")
    )

    answer = maria.force("/several", action="approve", task=[task])
    assert "must be decided one task at a time" in text_of(answer)
    assert company.task(three[0], "manager").status == "open"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "fly"}, "Expected one of"),
        ({"action": "reject"}, "Expected a comment that says why you reject these."),
        ({"action": "approve", "task": []}, "Expected 1 to 20 tasks"),
        ({"action": "approve", "task": ["T-2"] * 21}, "Expected 1 to 20 tasks"),
    ],
)
def test_several_that_cannot_be_meant_are_refused(company, enter, bulk, fields, said):
    answer = enter("fred").force("/several", **{"task": ["T-2"], **fields})

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert company.task(bulk[0], "finance").status == "open"


def test_news_about_one_of_several_holds_only_that_one_up(company, enter, bulk):
    fred = enter("fred")
    tasks = [company.task(each, "finance").id for each in bulk[:2]]
    shown = fred.get("/several?task=" + "&task=".join(tasks)).text
    fields = dict(re.findall(r'name="(revision-[^"]*)" value="([^"]*)"', shown))
    company.act(bulk[0], "manager", "comment", "maria", comment="Ask the bank.")
    answer = fred.force("/several", action="approve", task=tasks, **fields)

    assert "Something came in since you opened this page" in text_of(answer)
    statuses = [company.task(each, "finance").status for each in bulk]
    assert statuses == ["open", "approved", "open"]


def _typed(browser, task):
    path = f"/tasks/{task}"
    fields = browser.fields(path, path, action="approve")
    return lambda **more: browser.client.post(path, data={**fields, **more})


def test_a_word_of_somebody_else_makes_a_page_stale(company, enter):
    workflow = company.started()
    send = _typed(enter("maria"), "T-1")
    company.act(workflow, "finance", "comment", "fred", comment="Wait for the bank.")
    answer = send(comment="fine by me")

    assert answer.status_code == 412
    said = text_of(answer)
    assert "What came since you opened the page Fred commented" in said
    assert ">fine by me</textarea>" in answer.text
    assert company.task(workflow, "manager").status == "open"
    # What the page shows now is read, so that its own form is good.
    (revision,) = {*re.findall(r'name="revision" value="([^"]*)"', answer.text)}
    assert send(comment="fine by me", revision=revision).status_code == 303


def test_a_newer_revision_makes_a_page_stale_and_its_difference_is_shown(
    company, enter
):
    company.started()
    send = _typed(enter("maria"), "T-1")
    company.quote("Q-1", revision=2, margin_pct="19")
    answer = send()

    assert answer.status_code == 412
    assert "You saw an earlier revision of the quote; revision 2" in text_of(answer)
    assert "Margin 21.4 % → 19 % · worse" in text_of(answer)


@pytest.mark.parametrize("action", ["approve", "claim"])
def test_what_others_decide_beside_me_makes_no_page_stale(company, enter, action):
    workflow = company.started()
    send = _typed(enter("maria"), "T-1")
    company.act(workflow, "finance", action, "fred", comment=None)

    assert send().status_code == 303


@pytest.mark.parametrize("revision", ["x", "1-2-3", "-".join(["1", "0" * 64])])
def test_a_revision_that_no_page_carries_is_refused(company, enter, revision):
    workflow = company.started()
    answer = _typed(enter("maria"), "T-1")(revision=revision)

    assert answer.status_code == 422
    assert company.task(workflow, "manager").status == "open"


def test_the_task_page_is_read_only_for_who_cannot_act(company, enter):
    company.started()
    page = MAIN.search(enter("dana").get("/tasks/T-1").text)[0]

    assert "Why this step" in page
    assert 'value="approve"' not in page


def test_room_for_later_revisions_is_left_by_fields(company, enter):
    workflow = company.started()
    maria = enter("maria")
    refused = maria.act("T-1", "approve", **{"within-margin_pct": "much"})
    assert refused.status_code == 422
    assert "Expected a number as the bound of margin_pct" in text_of(refused)

    assert maria.act("T-1", "approve", **{"within-margin_pct": "20"}).status_code == 303
    company.act(workflow, "finance", "return", "fred")
    again = company.revised(workflow, margin_pct="20.5").workflow
    assert company.task(again, "manager").status == "approved"


def test_a_comment_is_answered_in_its_thread_with_a_file(company, enter):
    workflow = company.started()
    company.act(workflow, "finance", "comment", "fred", comment="Which bank?")
    seq = len(company.log(workflow))
    maria = enter("maria")
    reply = maria.act("T-1", "comment", comment="This one.", reply_to=str(seq))
    assert reply.status_code == 303

    page = text_of(maria.get("/tasks/T-1"))
    assert "Comments 1 Fred commented now Which bank? Maria commented now" in page
    bad = maria.act("T-1", "comment", comment="And?", reply_to="first")
    assert bad.status_code == 422
