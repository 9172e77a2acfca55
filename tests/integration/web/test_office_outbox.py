"""
Messages and webhooks: what waits, what was given up and why, and what was delivered.
"""

import pytest

from approval_engine import worker
from approval_engine.config import Settings
from approval_engine.notifications.post import post_of
from approval_engine.operations.messages import add_webhook
from approval_engine.web.app import create_app
from tests.integration.notifications.receivers import serving_hook
from tests.integration.web.browser import text_of
from tests.integration.web.conftest import SECRET
from tests.integration.web.offices import (
    ends_at,
    execute,
    form_on,
    kill_messages,
    links_in,
    messages_in,
    open_house,
    press,
)

LIST, HOOKS = "/admin/outbox", "/admin/webhooks"
KEYS = "crm=a-secret-of-both old=another-secret-of-both"


@pytest.fixture
def settings():
    return Settings(secret_key=SECRET, webhook_secret=KEYS, allow_loopback=True)


@pytest.fixture
def app(company, settings):
    return create_app(settings, company.runtime)


@pytest.fixture
def house(company):
    return open_house(company)


@pytest.fixture
def hook():
    with serving_hook() as hook:
        yield hook


@pytest.mark.broken
def test_a_message_that_was_given_up_is_sent_again(house, enter):
    house.started()
    kill_messages(house)
    ada = enter("ada")
    page = text_of(ada.get(LIST))
    assert "Given up after 15 tries" in page
    assert "cpq outbox retry --id 'WF-8809" in page
    (first, *rest) = messages_in(house, "dead")
    fields = form_on(ada, LIST, f"{LIST}/retry", message=first)

    told = ends_at(ada, ada.client.post(f"{LIST}/retry", data=fields))
    assert "The message is tried again at the worker's next round." in told
    assert messages_in(house, "waiting") == [first]
    assert messages_in(house, "dead") == rest
    again = ada.client.post(f"{LIST}/retry", data=fields)
    assert again.status_code == 303
    execute(house, "UPDATE outbox SET status = 'sent' WHERE status = 'waiting'")
    late = ada.client.post(f"{LIST}/retry", data=fields)
    assert late.status_code == 409
    assert "but it is sent" in text_of(late)


def test_a_message_is_never_sent(house, enter):
    house.started()
    ada = enter("ada")
    waiting = f"{LIST}?status=waiting"
    told = ends_at(ada, press(ada, waiting, f"{LIST}/give-up"))
    assert "The message is given up" in told
    (gone,) = messages_in(house, "cancelled")
    assert gone not in messages_in(house, "waiting")
    revived = ada.force(f"{LIST}/retry", message=gone)
    assert revived.status_code == 409
    unknown = ada.force(f"{LIST}/give-up", message="nothing")
    assert unknown.status_code == 404

    assert "There is no message 'nothing'." in text_of(unknown)
    assert house.findings() == ()


def test_messages_are_found_by_status_and_by_workflow(house, enter):
    first, second = house.started(), house.started()
    ada = enter("ada")
    assert "No message was given up" in text_of(ada.get(LIST))
    assert "Nothing was sent yet." in text_of(ada.get(f"{LIST}?status=sent"))
    assert "CPQ_SMTP_URL is not set" in text_of(ada.get(f"{LIST}?status=waiting"))
    page = ada.get(f"{LIST}?workflow={second}").text
    assert f"Messages of {second}" in page
    assert f"{first}:" not in page
    nothing = ada.get(f"{LIST}?workflow=WF-1")

    assert "There are no messages of WF-1." in text_of(nothing)
    assert ada.get(f"{LIST}?status=nonsense&after=x").status_code == 200


def test_long_lists_are_read_in_pages_that_miss_nothing(house, enter, monkeypatch):
    from approval_engine.web.admin import outbox

    monkeypatch.setattr(outbox, "LIMIT", 3)
    for _ in range(4):
        house.started()
    ada = enter("ada")
    for status in ("waiting", "dead"):
        if status == "dead":
            kill_messages(house)
        page, seen = ada.get(f"{LIST}?status={status}"), []
        while True:
            seen += [m for m in messages_in(house, status) if f'"{m}"' in page.text]
            more = links_in(page, "Show more")
            if not more:
                break
            page = ada.get(more[0])
        assert len(set(seen)) == len(messages_in(house, status)) > 6
        assert sorted(set(seen)) == messages_in(house, status)


def test_a_webhook_is_added_told_and_ended(house, settings, enter, hook):
    ada = enter("ada")
    typed = {"url": hook.url, "secret": "crm", "kind": ["task.opened"]}
    told = ends_at(ada, press(ada, HOOKS, HOOKS, shape="json", **typed))
    assert "is told from now on" in told
    (page,) = links_in(ada.get(HOOKS), f"<b>{hook.url.split('/')[2]}</b>")
    name = page.rpartition("/")[2]
    assert "It was told nothing yet." in text_of(ada.get(page))
    tested = ends_at(ada, press(ada, HOOKS, f"{HOOKS}/{name}/test"))
    assert f"{name} answered 2" in tested
    assert len(hook.requests) == 1

    workflow = house.started()
    assert "Waiting" in text_of(ada.get(page))
    worker.once(house.runtime, post=post_of(settings))
    shown = text_of(ada.get(page))
    assert shown.count("✓ Sent") == 2
    assert workflow in shown
    told = ends_at(ada, press(ada, HOOKS, f"{HOOKS}/{name}/end"))
    assert f"{name} is told nothing more." in told
    over = ada.force(f"{HOOKS}/{name}/end")
    assert over.status_code == 404
    assert "There is no running webhook" in text_of(over)
    house.started()
    assert text_of(ada.get(page)).count("✓ Sent") == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"url": "ftp://example.com/a"}, "it begins with 'ftp:'"),
        ({"url": "https://example.com/a", "secret": "none"}, "secret named 'none'"),
        ({"url": "https://example.com/a", "kind": []}, "at least one kind"),
        ({"url": "https://example.com/a", "kind": ["x"]}, "but got 'x'"),
        ({"url": "https://example.com/a", "shape": "x"}, "a known shape"),
    ],
)
def test_an_address_that_will_not_do_is_refused_with_what_was_typed(
    company, enter, typed, words, dump
):
    open_house(company)
    ada = enter("ada")
    before = dump()
    data = {"shape": "json", "secret": "crm", "kind": ["workflow.approved"], **typed}
    answer = press(ada, HOOKS, HOOKS, **data)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert f'value="{typed["url"]}"' in answer.text
    assert dump() == before


def test_another_secret_signs_what_comes(house, settings, enter):
    what = ("https://example.com/secret-path", "slack", "crm")
    new = add_webhook(house.runtime, post_of(settings), what, ["workflow.approved"])
    ada = enter("ada")
    page = ada.get(HOOKS).text
    assert "secret-path" not in page + ada.get(f"{HOOKS}/{new.id}").text
    target = f"{HOOKS}/{new.id}/sign"
    refused = press(ada, HOOKS, target, secret="none")
    assert refused.status_code == 422
    told = ends_at(ada, press(ada, HOOKS, target, secret="old"))

    assert f"{new.id} is signed with the secret 'old' from now on." in told
    gone = ada.force(f"{HOOKS}/WH-9/sign", secret="old")
    assert gone.status_code == 404


def test_an_address_that_does_not_answer_is_said_to_be_so(house, settings, enter, hook):
    what = ("http://127.0.0.1:1099/a", "json", "crm")
    new = add_webhook(house.runtime, post_of(settings), what, ["workflow.approved"])
    ada = enter("ada")
    answer = press(ada, HOOKS, f"{HOOKS}/{new.id}/test")

    assert answer.status_code == 409
    assert "does not answer" in text_of(answer)


def test_a_page_of_deliveries_goes_on_behind_the_last(
    house, settings, enter, monkeypatch
):
    from approval_engine.web.admin import webhook

    monkeypatch.setattr(webhook, "LIMIT", 3)
    what = ("https://example.com/a", "json", "crm")
    new = add_webhook(house.runtime, post_of(settings), what, ["task.opened"])
    for _ in range(2):
        house.started()
    ada = enter("ada")
    first = ada.get(f"{HOOKS}/{new.id}")
    second = ada.get(links_in(first, "Show older ones")[0])

    pages = [page.text.count("<tr>") - 1 for page in (first, second)]
    assert pages == [3, 1]
    assert links_in(second, "Show older ones") == []
