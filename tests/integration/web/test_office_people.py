"""
People: searched, imported after a look, given a log-in and tokens.
"""

import io
import json

import pytest

from approval_engine.accounts.tokens import owner
from approval_engine.errors import Unauthenticated
from approval_engine.operations import intake
from tests.integration.executor.company import document
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.offices import (
    ends_at,
    form_on,
    housed,
    links_in,
    open_house,
    press,
)

LIST, IMPORT = "/admin/directory", "/admin/directory/import"
APPLY, TOKENS = f"{IMPORT}/apply", "/admin/tokens"


@pytest.fixture
def house(company):
    return open_house(company)


def without(*people):
    """
    A file that does not name these people any more.
    """
    found = housed()
    users = [
        {**user, "manager": None if user.get("manager") in people else user["manager"]}
        if "manager" in user
        else user
        for user in found["users"]
        if user["id"] not in people
    ]
    roles = {
        role: [each for each in members if each not in people]
        for role, members in found["roles"].items()
    }
    return json.dumps({"users": users, "roles": roles})


def test_people_are_found_by_name_role_and_state(house, enter):
    ada = enter("ada")
    open_house(house, fred=None)
    assert "Maria maria · maria@example.com" in text_of(ada.get(LIST))
    finance = text_of(ada.get(f"{LIST}?role=finance"))
    assert "Fiona fiona" in finance
    assert "Fred fred" not in finance
    left = text_of(ada.get(f"{LIST}?state=left"))
    assert "Fred fred" in left
    assert "Has left" in left
    nobody = ada.get(f"{LIST}?q=<b>nobody")

    assert "Nobody fits." in text_of(nobody)
    assert "<b>nobody" not in nobody.text


def test_a_long_directory_is_read_in_pages(house, enter, monkeypatch):
    from approval_engine.web.admin import directory

    names = {"mona": "Lee, Mo", "maria": "Lee", "lara": "Lee Ann", "leo": "Lee"}
    open_house(house, **{who: {"name": name} for who, name in names.items()})
    monkeypatch.setattr(directory, "LIMIT", 2)
    ada = enter("ada")
    page, names = ada.get(LIST), []
    while True:
        people = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
        names += [part.partition('"')[0] for part in people.split("people/")[1::1]]
        if not (more := links_in(page, "Show more")):
            break
        page = ada.get(more[0])

    assert set(names) >= {user["id"] for user in housed()["users"]}


def test_a_person_is_shown_with_what_waits_for_him(house, enter):
    workflow = house.started()
    page = text_of(enter("ada").get(f"{LIST}/people/maria"))

    assert "Is here · maria@example.com" in page
    assert workflow in page
    assert "Nobody reports to" not in page
    assert "Has no password here" in page


def test_a_password_is_set_and_ends_every_session(house, enter, app):
    maria, ada = enter("maria"), enter("ada")
    page = f"{LIST}/people/maria"
    target = f"{page}/password"
    for typed, words in (
        ({"password": "quite another", "again": "something else"}, "differ"),
        ({"password": "short", "again": "short"}, "12"),
    ):
        answer = press(ada, page, target, **typed)
        assert answer.status_code == 422, text_of(answer)
        assert typed["password"] not in answer.text
        assert words in text_of(answer) or "characters" in text_of(answer)
    assert maria.get("/").status_code == 200
    word = "quite another word"
    told = ends_at(ada, press(ada, page, target, password=word, again=word))

    assert "Maria has a new password, and no session any more." in told
    assert maria.get("/").status_code == 401
    assert Browser(app).log_in("maria", word).status_code == 303
    assert ada.force(f"{LIST}/people/nobody/password").status_code == 404


@pytest.mark.parametrize(
    ("target", "typed"),
    [
        (f"{LIST}/people/maria/password", {"password": PASSWORD, "again": PASSWORD}),
        (TOKENS, {"user": "maria", "scope": ["read"]}),
    ],
)
def test_a_way_in_is_given_by_an_admin_who_has_just_logged_in(
    house, enter, dump, target, typed
):
    page = target.removesuffix("/password")
    ada = enter("ada")
    assert press(ada, page, target, **typed).status_code < 400
    house.wait(minutes=11)
    hidden = form_on(ada, page, target)
    before = dump()
    answer = ada.client.post(target, data={**hidden, **typed})

    assert (answer.status_code, "Show who you are" in answer.text) == (401, True)
    assert dump() == before


def test_a_file_is_looked_at_before_it_counts(house, enter, dump):
    workflow = house.started()
    ada = enter("ada")
    before = dump()
    shown = press(ada, IMPORT, IMPORT, text=without("maria"))
    assert dump() == before
    page = text_of(shown)
    assert "Leaves Maria maria" in page
    assert "Changes Sam sam manager" in page, page
    seen = shown.text.partition('name="seen" value="')[2].partition('"')[0]

    told = ends_at(ada, ada.force(APPLY, text=without("maria"), seen=seen, key="k"))
    assert "The directory has" in told
    assert "1 task of leavers was handed on." in told
    assert "maria" not in (house.task(workflow, "manager").assignee or "")
    assert "Has left" in text_of(ada.get(f"{LIST}/people/maria"))
    assert house.findings() == ()


def test_a_file_may_be_sent_as_a_file(house, enter):
    ada = enter("ada")
    file = (io.BytesIO(without("maria").encode()), "people.json")
    fields = form_on(ada, IMPORT, IMPORT)
    answer = ada.client.post(
        IMPORT, data={**fields, "file": file}, content_type="multipart/form-data"
    )

    assert "Leaves Maria maria" in text_of(answer)


def test_what_somebody_changed_meanwhile_is_looked_at_again(house, enter):
    ada = enter("ada")
    shown = press(ada, IMPORT, IMPORT, text=without("maria"))
    seen = shown.text.partition('name="seen" value="')[2].partition('"')[0]
    intake.import_directory(house.runtime, document(json.loads(without("mona"))))
    answer = ada.force(APPLY, text=without("maria"), seen=seen, key="k")

    assert answer.status_code == 412
    assert "Look at the changes again." in text_of(answer)
    assert "Is here" in text_of(ada.get(f"{LIST}/people/maria"))


def test_a_file_in_another_encoding_is_refused(house, enter):
    ada = enter("ada")
    file = (io.BytesIO('{"users": [{"id": "zoë"'.encode("latin-1")), "people.json")
    answer = ada.force(IMPORT, file=file)

    assert answer.status_code == 422
    assert "Expected UTF-8 text, but byte 21 is not." in text_of(answer)


@pytest.mark.parametrize("path", [IMPORT, APPLY])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Line 1"),
        ("{nonsense", "Line 1"),
        ('{"users": [{"id": "a b"}], "roles": {}}', "Line 1"),
        ('{"users": [], "roles": {"x": ["nobody"]}}', "nobody"),
    ],
)
def test_a_wrong_file_says_where_and_changes_nothing(
    house, enter, dump, path, content, words
):
    ada = enter("ada")
    before = dump()
    answer = ada.force(path, text=content, key="k")

    assert answer.status_code == 422
    assert "The file is wrong; nothing was imported." in text_of(answer)
    assert words in text_of(answer)
    assert dump() == before


def test_a_file_without_an_admin_is_not_imported(house, enter):
    ada = enter("ada")
    shown = press(ada, IMPORT, IMPORT, text=without("ada", "abe"))
    assert "Nobody could administer the system any more" in text_of(shown)
    assert "Confirm: import" not in text_of(shown)
    seen = house_hash(house)
    answer = ada.force(APPLY, text=without("ada", "abe"), seen=seen, key="k")

    assert answer.status_code == 409
    assert ada.get("/admin").status_code == 200


def test_whoever_would_lose_his_own_office_is_told(house, enter):
    shown = press(enter("ada"), IMPORT, IMPORT, text=without("ada"))

    assert "You would be no admin any more. Abe would." in text_of(shown)


def house_hash(company):
    from approval_engine.store import catalog

    with company.runtime.database.read() as transaction:
        return catalog.current(transaction).directory


def test_a_file_that_is_too_large_is_not_read(house, enter):
    answer = enter("ada").force(IMPORT, text="x" * (8 * 1024 * 1024 + 1))

    assert answer.status_code == 413
    assert "At most 8192 KiB are read." in text_of(answer)


def test_a_token_is_shown_once_and_opens_nothing_after_it_is_revoked(house, enter):
    ada = enter("ada")
    made = press(
        ada, TOKENS, TOKENS, user="maria", scope=["read"], expires="2026-12-31"
    )
    assert made.status_code == 200
    secret = made.text.partition('class="secret">')[2].partition("<")[0]
    token = owner(house.runtime, secret)
    assert (token.user, token.scopes) == ("maria", ("read",))
    page = ada.get(TOKENS).text
    assert secret not in page
    assert token.id in page
    assert "There is no token of" in text_of(ada.get(f"{TOKENS}?user=mona"))

    told = ends_at(ada, press(ada, TOKENS, f"{TOKENS}/{token.id}/revoke"))
    assert f"Token {token.id} of maria opens nothing any more." in told
    with pytest.raises(Unauthenticated):
        owner(house.runtime, secret)
    assert ada.force(f"{TOKENS}/{token.id}/revoke").status_code == 303
    assert ada.force(f"{TOKENS}/K-9/revoke").status_code == 404


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"user": "nobody"}, 404, "There is no active person 'nobody'"),
        ({"scope": []}, 422, "Expected scopes out of"),
        ({"scope": ["root"]}, 422, "root"),
        ({"expires": "soon"}, 422, "Expected a day such as"),
        ({"expires": "2020-01-01"}, 422, "has passed"),
        ({"expires": "9999-12-31"}, 422, "Expected a day such as"),
    ],
)
def test_a_token_that_cannot_be_is_refused(house, enter, dump, typed, status, words):
    ada = enter("ada")
    before = dump()
    answer = press(ada, TOKENS, TOKENS, **{"user": "maria", "scope": ["read"], **typed})

    assert answer.status_code == status
    assert words in text_of(answer)
    assert dump() == before
