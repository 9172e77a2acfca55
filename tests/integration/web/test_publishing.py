"""
`POST /api/v1/policies`: proved like on every other way, and accepted by finding.
"""

import json

import pytest

from approval_engine.operations import intake
from approval_engine.operations.intake import Remark
from approval_engine.operations.quote_intake import import_quotes
from approval_engine.store import catalog
from tests.integration.executor.company import TRIGGERS, document, policy
from tests.offices import staffed

PATH = "/api/v1/policies"
BOUNDED = [{**TRIGGERS[0], "when": {"margin_pct": "[10..24)"}}, *TRIGGERS[1:]]
LABEL = "fewer@/triggers/0/when"
REASON = "Below 10 nobody sells."


def faulty(version="2"):
    return policy(version=version, triggers=BOUNDED)


@pytest.fixture
def house(company):
    intake.import_directory(company.runtime, document(staffed()))
    return company


@pytest.fixture
def dana(house, api):
    return api("dana", "admin")


def send(client, body, key="k"):
    # The order of keys has a meaning in a policy, so it is sent as it stands.
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    return client.post(PATH, data=json.dumps(body), headers=headers)


def published(company):
    with company.runtime.database.read() as transaction:
        return [(row.version, row.accepted) for row in catalog.policies(transaction)]


def test_a_policy_without_findings_is_published_by_itself(house, dana):
    answer = send(dana, policy(version="2"))

    assert (answer.status_code, answer.get_json()["status"]) == (200, "active")
    assert published(house)[-1] == ("2", "")


def test_each_finding_comes_with_a_quote_and_the_name_to_accept_it(house, dana):
    answer = send(dana, faulty())

    assert (answer.status_code, len(published(house))) == (409, 1)
    body = answer.get_json()
    assert body["code"] == "unaccepted-findings"
    (found,) = body["findings"]
    assert (found["finding"], found["at"]) == ("fewer", "/triggers/0/when")
    assert found["accept"] == LABEL
    assert found["sentence"] in body["detail"]
    better, worse = found["examples"]
    assert [e["facts"]["margin_pct"] for e in (better, worse)] == ["10", "9"]
    assert import_quotes(house.runtime, document([better["quote"]])) == 1


def test_what_is_accepted_is_kept_as_on_every_other_way(house, dana):
    refused = send(dana, faulty())
    answer = send(dana, {"policy": faulty(), "accept": {LABEL: REASON}})

    # A refusal is not kept, so the same key may try again.
    assert (refused.status_code, answer.status_code) == (409, 200)
    by_file = Remark(accepts={LABEL: REASON})
    intake.publish_policy(house.runtime, document(faulty("3")), "dana", remark=by_file)
    (_, two), (_, three) = published(house)[-2:]
    assert two == three
    assert two.endswith(f"Accepted: {REASON}")
    # What is in force already was accepted once.
    assert send(dana, faulty("3"), key="2").status_code == 200


def test_what_accepts_nothing_publishes_nothing(house, dana):
    for accept, status, words in (
        ({}, 409, LABEL),
        ({"gap@/triggers": "There is none."}, 422, "'gap@/triggers' is not"),
        ({LABEL: ""}, 422, LABEL),
        ({LABEL: "x" * 1001}, 422, "1000"),
        ([LABEL], 422, "'accept'"),
    ):
        answer = send(dana, {"policy": faulty(), "accept": accept})

        assert (answer.status_code, len(published(house))) == (status, 1)
        assert words in answer.get_json()["detail"]


def test_beside_a_policy_stands_nothing_unknown(house, dana):
    answer = send(dana, {"policy": policy(version="2"), "force": True})

    assert answer.status_code == 422
    assert "'force'" in answer.get_json()["detail"]
    assert len(published(house)) == 1


def test_problems_within_the_offer_are_told_with_their_place(house, dana):
    broken = policy(version="2", triggers=[{**TRIGGERS[0], "when": {"speed": "< 1"}}])

    answer = send(dana, {"policy": broken, "accept": {}})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "document")
    assert answer.get_json()["problems"][0]["element"].startswith("/triggers/0")


def test_the_people_of_that_moment_are_asked(house, dana):
    people = staffed()
    people["roles"] = {**people["roles"], "finance": []}
    intake.import_directory(house.runtime, document(people))

    answer = send(dana, policy(version="2"))

    assert answer.status_code == 409
    codes = {each["finding"] for each in answer.get_json()["findings"]}
    assert codes == {"unstaffed"}
