"""
The HTTP interface: nobody takes over a quote or a file of somebody else by storing one.
"""

import base64

import pytest

from tests.integration.executor.company import quote

FILE = base64.b64encode(b"what only sam may read").decode()


def post(client, path, body, key):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def attached(**content):
    return [{"name": "terms.txt", "mediaType": "text/plain", **content}]


@pytest.fixture
def his(company, api):
    """
    Sam's quote with a file in it, and the hash of that file.
    """
    body = quote("Q-1", attachments=attached(content=FILE))
    assert post(api("sam"), "/api/v1/quotes", body, "k").status_code == 201
    document = api("sam").get("/api/v1/quotes/Q-1").get_json()["document"]
    return document["attachments"][0]["sha256"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_revision_of_a_quote_is_stored_by_those_whose_it_is(
    company, api, his, dump, whole
):
    theirs = quote("Q-1", revision=2, submittedBy="fred", margin_pct="90")
    path = "/api/v1/quotes" if whole else "/api/v1/workflows"
    fred, before = api("fred"), dump()
    refused = post(fred, path, theirs if whole else {"quote": theirs}, "k")

    assert refused.status_code == 403
    assert "neither submits nor owns it" in refused.get_json()["detail"]
    assert [line for line in dump().splitlines() if line not in before] == []
    assert fred.get("/api/v1/quotes/Q-1").status_code == 404
    his_own = {**theirs, "submittedBy": "sam"}
    assert post(api("sam"), "/api/v1/quotes", his_own, "l").status_code == 201
    assert api("sam").get("/api/v1/quotes/Q-1").get_json()["revision"] == 2


def test_an_owner_hands_his_quote_over_and_the_desk_stores_all(company, api, his):
    given = quote("Q-1", revision=2, owner="fred")
    assert post(api("sam"), "/api/v1/quotes", given, "k2").status_code == 201
    taken = quote("Q-1", revision=3, submittedBy="fred")
    assert post(api("fred"), "/api/v1/quotes", taken, "k3").status_code == 201
    back = quote("Q-1", revision=4)
    assert post(api("sam"), "/api/v1/quotes", back, "k4").status_code == 403
    dana = api("dana", "read", "submit", "admin")
    assert post(dana, "/api/v1/quotes", back, "k4").status_code == 201


def test_the_hash_of_a_file_opens_it_to_nobody(company, api, enter, his):
    fred = api("fred")
    known = quote("Q-2", submittedBy="fred", attachments=attached(sha256=his))
    refused = post(fred, "/api/v1/quotes", known, "k")

    assert refused.status_code == 403
    assert "its hash alone opens no file" in refused.get_json()["detail"]
    assert enter("fred").get(f"/quotes/Q-2/attachments/{his}").status_code == 404


def test_a_file_is_sent_or_was_there_before_or_is_kept_elsewhere(company, api, his):
    sent = quote("Q-2", submittedBy="fred", attachments=attached(content=FILE))
    assert post(api("fred"), "/api/v1/quotes", sent, "k").status_code == 201
    again = quote("Q-1", revision=2, attachments=attached(sha256=his))
    assert post(api("sam"), "/api/v1/quotes", again, "k2").status_code == 201
    elsewhere = quote("Q-3", attachments=attached(sha256="0" * 64))
    assert post(api("sam"), "/api/v1/quotes", elsewhere, "k3").status_code == 201
