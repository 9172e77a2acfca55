"""
The page of a canary and `/api/v1/policies/canary`: seen and moved by those who may.
"""

import json
import re
from html import unescape

import pytest

from approval_engine.cli import offices
from approval_engine.executor.answer import Caller
from approval_engine.operations import canary, intake, policy_drafts
from approval_engine.operations.canary_status import FIGURES
from approval_engine.operations.canary_wish import Wish
from approval_engine.policy.canary import SHARES, place_of
from approval_engine.store import canaries, catalog
from tests.integration.executor.company import TRIGGERS, document, policy
from tests.integration.web.browser import text_of
from tests.offices import staffed

LAXER = [{**TRIGGERS[0], "when": {"margin_pct": "< 20"}}, *TRIGGERS[1:]]
DANA = Caller(actor="dana", channel="t")
PAGE, PATH = "/policies/canary", "/api/v1/policies/canary"


def laxer(version="2"):
    return policy(version=version, triggers=LAXER)


def last(company):
    with company.runtime.database.read() as transaction:
        return canaries.every(transaction)[-1]


@pytest.fixture
def shadow(company):
    """
    A company with a canary in the shadow, and a quote that it treats otherwise.
    """
    intake.import_directory(company.runtime, document(staffed()))
    canary.start(company.runtime, Wish(document=document(laxer())), DANA)
    company.started()
    return company


@pytest.fixture
def desk(enter):
    return enter("dana")


def draft_of(company):
    with company.runtime.database.read() as transaction:
        active = catalog.policies(transaction)[-1].sha256
    found = policy_drafts.begin(company.runtime, active, "dana")
    value = policy_drafts.value_of(found) | {"triggers": LAXER}
    return policy_drafts.keep(company.runtime, found.id, 1, value, "dana")


def test_without_a_canary_the_page_says_what_one_is_and_offers_drafts(company, desk):
    assert "There is nothing to try yet." in text_of(desk.get(PAGE))

    draft = draft_of(company)
    answer = desk.get(PAGE)
    assert "the draft by dana: version 2" in text_of(answer)
    sent = desk.force(f"{PAGE}/start", what=f"draft:{draft.id}")

    assert sent.status_code == 303
    assert (last(company).version, last(company).status) == ("2", "shadow")
    assert "compares every quote now" in text_of(desk.get(PAGE))


def test_the_page_tells_what_differs_with_links(shadow, desk):
    page = desk.get(PAGE)

    assert '<a href="/quotes/Q-1">Q-1</a>' in page.text
    with shadow.runtime.database.read() as transaction:
        (row,) = canaries.quotes(transaction, 1, 10)
    review = row.workflow_id
    assert f'<a href="/workflows/{review}">{review}</a>' in page.text
    told = text_of(page)
    assert "1 quote was asked under both versions" in told
    assert "Manager, Finance" in told
    assert "nobody is asked" in told
    assert desk.get("/policies").status_code == 200
    assert desk.get(f"/policies/versions/{last(shadow).sha256}").status_code == 200


def test_it_is_widened_promoted_and_stopped_from_the_page(shadow, desk):
    assert desk.force(f"{PAGE}/start", share="12.5", canary="1").status_code == 303
    assert (last(shadow).status, last(shadow).share) == ("canary", 1250)
    page = text_of(desk.get(PAGE))
    assert "What the guard sees" in page
    assert "Refused (by the new one alone)" in page
    back = desk.force(f"{PAGE}/start", share="5", canary="1")
    assert back.status_code == 409
    assert "none of them goes back" in text_of(back)

    assert desk.force(f"{PAGE}/stop", canary="1", comment="no").status_code == 303
    assert (last(shadow).status, last(shadow).comment) == ("stopped", "no")
    again = desk.force(f"{PAGE}/start", what="version:2")
    assert again.status_code == 303
    # Whoever looked at the first one promotes no second one that he has not seen.
    unseen = desk.force(f"{PAGE}/promote", canary="1", comment="yes")
    assert unseen.status_code == 409
    assert "Another canary runs by now" in text_of(unseen)
    assert desk.force(f"{PAGE}/promote", canary="2", comment="yes").status_code == 303
    assert last(shadow).status == "promoted"
    assert "Canary 1: deal-desk 2" in text_of(desk.get(PAGE))


@pytest.fixture
def unsure(company):
    """
    A company with a canary in the shadow in which the proof finds something.
    """
    intake.import_directory(company.runtime, document(staffed()))
    margin = {**TRIGGERS[0], "when": {"margin_pct": "[10..24)"}}
    new = document(policy(version="2", triggers=[margin, *TRIGGERS[1:]]))
    canary.start(company.runtime, Wish(document=new), DANA)
    return company


def ticks_of(page):
    """
    The sentences that can be ticked, once each.
    """
    found = re.findall(r'name="accept" value="([^"]*)"', page.text)
    return sorted({unescape(each) for each in found})


def test_findings_are_ticked_before_it_routes_and_before_it_is_published(unsure, desk):
    page = desk.get(PAGE)
    (sentence,) = ticks_of(page)
    assert "You let it route quotes although" in text_of(page)
    for deed, sent in (("start", {"share": "10"}), ("promote", {"comment": "yes"})):
        refused = desk.force(f"{PAGE}/{deed}", canary="1", **sent)
        assert refused.status_code == 409
        assert "Accept each finding" in text_of(refused)
        other = desk.force(f"{PAGE}/{deed}", canary="1", accept="Another.", **sent)
        assert other.status_code == 409
    assert last(unsure).status == "shadow"

    routed = desk.force(f"{PAGE}/start", canary="1", share="10", accept=sentence)
    assert routed.status_code == 303
    assert last(unsure).status == "canary"
    ended = desk.force(f"{PAGE}/promote", canary="1", comment="yes", accept=sentence)
    assert ended.status_code == 303
    with unsure.runtime.database.read() as transaction:
        row = catalog.policies(transaction)[-1]
    assert (row.version, row.accepted.startswith(sentence)) == ("2", True)


def test_programs_accept_findings_by_code_and_place(unsure, api):
    dana = api("dana", "read", "admin")
    accept = {"fewer@/triggers/0/when": "It is meant so."}

    assert send(dana, key="1", share="10").status_code == 409
    assert send(dana, "/promote", key="2").status_code == 409
    assert last(unsure).status == "shadow"
    assert send(dana, key="3", share="10", accept=accept).status_code == 200
    assert send(dana, key="4", share="20", alpha="0.1").status_code == 409
    ended = send(dana, "/promote", key="5", accept=accept)
    assert ended.get_json()["status"] == "promoted"


@pytest.mark.parametrize("share", ["ten", "0", "101", "1.234", "NaN", "1e99", "9" * 20])
def test_a_share_that_is_none_is_refused_in_words(shadow, desk, share):
    answer = desk.force(f"{PAGE}/start", share=share, canary="1")

    assert answer.status_code == 422
    assert SHARES in text_of(answer)
    assert last(shadow).status == "shadow"


@pytest.mark.parametrize("share", ["ten", "0", "101", "1.234"])
def test_programs_are_refused_it_in_the_same_words(shadow, api, share):
    answer = send(api("dana", "read", "admin"), share=share)

    assert answer.status_code == 422
    assert SHARES in answer.get_json()["detail"]


@pytest.mark.parametrize("number", ["9", "x", "1" * 30])
def test_what_is_not_there_is_not_found(shadow, desk, number):
    assert desk.get(f"{PAGE}?number={number}").status_code == 404
    assert desk.get(f"{PAGE}?number=1").status_code == 200


def test_figures_are_shown_by_one_right_on_every_channel(shadow, enter, api):
    canary.start(shadow.runtime, Wish(share=5000), DANA)
    assert offices.SHOWN["policy canary status"] == FIGURES.name
    for person in ("dana", "augusta", "ada", "anton"):
        page = text_of(enter(person).get(PAGE))
        read = api(person, "read", "admin").get(PATH).status_code
        sees = person != "anton"
        assert ("What the guard sees" in page) is sees
        assert ("was asked under both versions" in page) is sees
        assert read == (200 if sees else 403)


def test_who_only_sees_policies_sees_what_is_tried_and_no_figure(shadow, enter):
    analyst = enter("anton")
    page = analyst.get(PAGE)

    assert page.status_code == 200
    told = text_of(page)
    assert "began in the shadow" in told
    assert "shown to whoever may see every quote and every workflow" in told
    assert "Q-1" not in page.text
    assert "Promote" not in page.text
    assert analyst.force(f"{PAGE}/stop", canary="1").status_code == 403
    assert analyst.force(f"{PAGE}/promote", canary="1").status_code == 403
    assert analyst.force(f"{PAGE}/start", share="5").status_code == 403
    assert last(shadow).status == "shadow"


def test_nobody_else_sees_anything(shadow, enter):
    assert enter("sam").get(PAGE).status_code == 403


def test_a_review_and_a_preview_say_by_which_rule(shadow, desk, enter):
    canary.start(shadow.runtime, Wish(share=10_000), DANA)
    place = place_of(last(shadow).sha256, "Q-77")
    words = f"canary of 2, 100 %, hash 0.{place:04}"
    shadow.quote("Q-77")

    sam = enter("sam")
    assert words in text_of(sam.get("/quotes/Q-77"))
    workflow = shadow.submit("Q-77").workflow
    assert words in text_of(sam.get(f"/workflows/{workflow}"))


def send(client, path="", key="k", **body):
    return client.post(PATH + path, json=body, headers={"Idempotency-Key": key})


def test_programs_start_watch_and_end_one(company, api):
    intake.import_directory(company.runtime, document(staffed()))
    dana = api("dana", "read", "admin")
    assert dana.get(PATH).status_code == 404
    begun = send(dana, policy=laxer())
    assert begun.get_json() == {
        "canary": 1,
        "policy": "deal-desk",
        "version": "2",
        "status": "shadow",
        "result": "applied",
    }
    again = send(dana, policy=laxer())
    assert again.headers["Idempotency-Replayed"] == "true"
    company.started()
    routing = send(dana, key="2", share="50", tolerated={"automatic": "2"})
    assert routing.get_json()["status"] == "canary"

    told = dana.get(PATH).get_json()
    assert (told["share"], told["compared"], told["differing"]) == ("50", 1, 1)
    assert told["items"][0]["canary"]["steps"] == []
    refused = {each["side"]: each["refused"] for each in told["guard"]["arms"]}
    assert refused == {"active": 0, "canary": 0}
    metrics = {each["metric"]: each["tolerated"] for each in told["guard"]["metrics"]}
    assert metrics["automatic"] == "2"

    stopped = send(dana, "/stop", key="3", comment="no")
    assert stopped.get_json()["status"] == "stopped"
    assert send(dana, "/stop", key="4").get_json()["result"] == "duplicate"
    assert send(dana, "/promote", key="5").status_code == 409
    assert send(dana, key="6", version="2").get_json()["canary"] == 2
    promoted = send(dana, "/promote", key="7", comment="yes").get_json()
    assert promoted["status"] == "promoted"
    listed = dana.get("/api/v1/policies").get_json()["items"]
    assert [(each["version"], each["status"]) for each in listed] == [
        ("1", "retired"),
        ("2", "active"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"share": "x"},
        {"share": "0"},
        {"share": "50", "segment": "nothing > 1"},
        {"share": "50", "alpha": "0.9"},
        {"share": "50", "atLeast": 0},
        {"share": "50", "tolerated": {"speed": "2"}},
        {"share": "50", "tolerated": {"slow": "x"}},
        {"speed": 1},
    ],
)
def test_what_programs_may_not_wish_changes_nothing(shadow, api, body):
    answer = send(api("dana", "read", "admin"), **body)

    assert answer.status_code == 422, json.dumps(answer.get_json())
    assert last(shadow).status == "shadow"


def test_programs_of_others_may_not(shadow, api):
    analyst, sam = (api(each, "read", "admin") for each in ("anton", "sam"))
    assert send(analyst, "/stop").status_code == 403
    assert send(sam, policy=laxer("3")).status_code == 403
    assert sam.get(PATH).status_code == 403
