"""
`POST /api/v1/policies/simulate`: what a draft would change, for those who see all.
"""

import pytest

from approval_engine.operations import intake
from tests.integration.executor.company import TRIGGERS, document, policy, quote
from tests.integration.executor.office import people

PATH = "/api/v1/policies/simulate"


@pytest.fixture
def desk(company):
    intake.import_directory(company.runtime, document(people()))
    company.submit(company.quote("Q-1", margin_pct="21.4"))
    return company


def draft(floor):
    margin = {**TRIGGERS[0], "when": {"margin_pct": floor}}
    return policy(version="2", triggers=[margin, *TRIGGERS[1:]])


def asked(client, **body):
    return client.post(PATH, json=body, headers={"Idempotency-Key": "k"})


def test_the_past_is_asked_again_and_nothing_is_stored(desk, api, dump):
    dana = api("dana")
    before = dump()
    answer = asked(dana, policy=draft("< 20")).get_json()

    assert (answer["quotes"], answer["changed"], answer["automatic"]) == (1, 1, 1)
    assert answer["items"][0]["quoteId"] == "Q-1"
    assert answer["items"][0]["before"]["steps"] == ["manager", "finance"]
    assert answer["items"][0]["before"]["roles"] == ["manager", "finance"]
    nothing = {"refused": None, "roles": [], "steps": [], "triggers": []}
    assert answer["items"][0]["after"] == nothing
    assert dump() == before


def test_quotes_that_are_sent_are_tried_instead(desk, api, dump):
    dana, sent = api("dana"), [quote("Q-5", margin_pct="30"), quote("Q-6")]
    before = dump()
    answer = asked(dana, policy=draft("< 40"), quotes=sent).get_json()

    assert (answer["quotes"], answer["caught"]) == (2, 1)
    assert dump() == before


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "policy"),
        ({"policy": {"policy": "x"}}, "version"),
        ({"policy": policy(version="2"), "quotes": []}, "quotes"),
        ({"policy": policy(version="2"), "quotes": [{"id": "Q-5"}]}, "revision"),
        ({"policy": policy(version="2"), "last": 501}, "last"),
        ({"policy": policy(version="2"), "publish": True}, "publish"),
    ],
)
def test_what_cannot_be_tried_is_said_with_its_place(desk, api, body, where):
    answer = asked(api("dana"), **body)

    assert answer.status_code == 422
    assert where in answer.text


@pytest.mark.parametrize(("person", "status"), [("dana", 200), ("sam", 403)])
def test_only_who_sees_everything_sees_what_others_quote(desk, api, person, status):
    answer = asked(api(person, "read"), policy=draft("< 20"))
    assert answer.status_code == status
    assert asked(api(person, "act"), policy=draft("< 20")).status_code == 403


def test_figures_are_told_for_each_value_of_an_input(desk, api):
    dana, sent = api("dana"), [quote("Q-5"), quote("Q-6", clause=True)]
    body = {"policy": draft("< 20"), "quotes": sent}
    answer = asked(dana, **body, by="clause").get_json()

    assert [each["value"] for each in answer["segments"]] == ["false", "true"]
    assert [each["automatic"] for each in answer["segments"]] == [1, 0]
    assert (answer["hoursBefore"], answer["hoursAdded"]) == ("120", "-96")
    assert answer["exposed"][0]["amount"] == "184000"
    refused = dana.post(
        PATH, json=body | {"by": "colour"}, headers={"Idempotency-Key": "other"}
    )
    assert refused.status_code == 422
    assert "'colour' is none" in refused.get_json()["detail"]
