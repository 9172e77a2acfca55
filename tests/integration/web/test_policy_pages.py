"""
Policies in the web: read by those who may, changed in a form, tried and published.
"""

import io
import json
import re

import pytest

from approval_engine.documents import parse
from approval_engine.operations import intake, policy_drafts
from approval_engine.store import catalog
from approval_engine.web.policies.changes import told
from tests.integration.executor.company import Company
from tests.integration.web.browser import text_of


@pytest.fixture
def desk(enter):
    """
    The deal desk, which may publish.
    """
    return enter("dana")


@pytest.fixture
def active(company):
    with company.runtime.database.read() as transaction:
        return catalog.policies(transaction)[-1]


@pytest.fixture
def draft(desk, active):
    """
    The address of a new draft of the active version.
    """
    answer = desk.force("/policies/drafts", base=active.sha256)
    assert answer.status_code == 303
    return answer.headers["Location"]


def value_of(company, draft):
    with company.runtime.database.read() as transaction:
        found = policy_drafts.find(transaction, draft.rpartition("/")[2])
    return policy_drafts.value_of(found), found.revision


def fields(page, form):
    """
    Everything that a browser sends of the form to this address, a list per name.
    """
    body = page.text.partition(f'action="{form}"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", body):
        attributes = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        ticked = attributes.get("type") != "checkbox" or " checked" in tag
        if ticked and "name" in attributes:
            name = attributes["name"]
            found.setdefault(name, []).append(unescaped(attributes.get("value", "")))
    for name, options in re.findall(
        r'<select [^>]*?name="([^"]*)"[^>]*>(.*?)</select>', body, re.DOTALL
    ):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        found[name] = [unescaped(chosen[0] if chosen else "")]
    return found


def unescaped(text):
    return text.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")


def save(desk, draft, section="rules", do="save", **typed):
    """
    Open a page of the form, type something into it, and press a button.
    """
    address = f"{draft}/form/{section}"
    data = fields(desk.get(address), address)
    data |= {name: [value] for name, value in typed.items()}
    return desk.client.post(address, data={**data, "do": do})


FLOOR = "/triggers/0/when/margin_pct"


def test_those_who_may_read_do_and_the_others_get_403(desk, enter, active):
    maria = enter("maria")
    for path in ("/policies", f"/policies/versions/{active.sha256}"):
        assert desk.get(path).status_code == 200
        assert maria.get(path).status_code == 403
    assert "/policies" in desk.get("/").text
    assert "/policies" not in maria.get("/").text


def test_a_version_reads_as_sentences(desk, active):
    text = text_of(desk.get(f"/policies/versions/{active.sha256}"))

    assert "When margin is below 24" in text
    assert "ask manager and finance" in text
    assert "When clause is yes" in text
    assert "{" not in text


def test_a_version_that_nobody_published_is_not_found(desk):
    assert desk.get("/policies/versions/" + "0" * 64).status_code == 404


def test_files_of_a_version_are_what_was_published(desk, active, company):
    path = f"/policies/versions/{active.sha256}"
    with company.runtime.database.read() as transaction:
        body = catalog.body(transaction, active.sha256)

    assert json.loads(desk.get(f"{path}/policy.json").data) == json.loads(body)
    assert b"<definitions" in desk.get(f"{path}/policy.dmn").data


def test_only_who_may_publish_begins_a_draft(desk, enter, active, dump):
    before = dump()
    for person in ("maria", "fred"):
        answer = enter(person).force("/policies/drafts", base=active.sha256)
        assert answer.status_code == 403
    assert "policy_draft" in before
    assert "INSERT INTO policy_draft" not in dump().replace('"', "")

    answer = desk.force("/policies/drafts", base=active.sha256)
    assert answer.status_code == 303
    assert desk.force("/policies/drafts", base="0" * 64).status_code == 404


@pytest.mark.parametrize("section", ["rules", "ladders", "steps", "inputs", "terms"])
def test_a_page_that_is_saved_untouched_changes_nothing(desk, draft, company, section):
    before = value_of(company, draft)
    assert save(desk, draft, section).status_code == 303

    assert value_of(company, draft) == before


def test_what_is_typed_is_saved_also_if_it_is_wrong(desk, draft, company):
    assert save(desk, draft, **{f"{FLOOR}:first": "22"}).status_code == 303
    value, revision = value_of(company, draft)
    assert (value["triggers"][0]["when"], revision) == ({"margin_pct": "< 22"}, 2)

    save(desk, draft, **{f"{FLOOR}:first": "twenty two"})
    value, revision = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< twenty two"}
    page = desk.get(draft).text
    cell = page.partition(f'data-at="{FLOOR}"')[2].partition("</td>")[0]
    assert 'class="wrong"' in cell
    assert "aria-invalid" in cell
    assert "1 problem" in text_of(desk.get(draft))


def test_rows_are_added_copied_moved_and_removed_without_a_script(desk, draft, company):
    save(desk, draft, do="row:/triggers/0/when")
    save(desk, draft, do="copy:/triggers/0")
    save(desk, draft, do="down:/triggers/1")
    save(desk, draft, do="remove:/triggers/0")
    value, _ = value_of(company, draft)

    ids = [each["id"] for each in value["triggers"]]
    assert ids == ["clause", "margin_2", "huge"]
    assert value["triggers"][1]["when"] == [{"margin_pct": "< 24"}] * 2


def test_a_column_is_added_and_taken_away(desk, draft, company):
    more = {"/triggers/0/when:more": "amount"}
    save(desk, draft, do="column:/triggers/0/when", **more)
    value, _ = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 24", "amount": "-"}

    save(desk, draft, do="uncolumn:/triggers/0/when/amount")
    value, _ = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 24"}


def test_a_step_that_is_renamed_is_asked_under_its_new_name(desk, draft, company):
    save(desk, draft, "steps", **{"/steps/finance:key": "treasury"})
    value, _ = value_of(company, draft)

    assert list(value["steps"]) == ["manager", "treasury", "legal", "cfo"]
    assert value["triggers"][0]["require"] == ["manager", "treasury"]


def typed_late(desk, draft, **typed):
    """
    The answer to who opened the page before somebody else moved the margin floor.
    """
    address = f"{draft}/form/rules"
    mine = fields(desk.get(address), address)
    save(desk, draft, **{f"{FLOOR}:first": "22"})
    mine |= {name: [value] for name, value in typed.items()}
    return desk.client.post(address, data={"do": "save", **mine})


def test_who_comes_late_sees_what_the_other_did_and_what_he_typed(desk, draft, company):
    late = typed_late(desk, draft, **{f"{FLOOR}:first": "20"})

    assert late.status_code == 412
    text = text_of(late)
    assert "was margin is below 24 %, and is now margin is below 22 %" in text
    assert "was margin is below 24 %, and is now margin is below 20 %" in text
    assert "You both changed the same" in text
    assert "Rule 'margin': When" in text
    value, _ = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 22"}


def test_both_are_saved_together_and_nothing_is_lost(desk, draft, company):
    reason = {"/triggers/1/reason": "odd clause"}
    late = typed_late(desk, draft, do="row:/triggers/1/when", **reason)
    assert late.status_code == 412
    assert "You both changed the same" not in text_of(late)

    address = f"{draft}/form/rules"
    data = fields(late, address)
    assert desk.client.post(address, data=data).status_code == 303
    value, revision = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 22"}
    assert value["triggers"][1]["reason"] == "odd clause"
    assert len(value["triggers"][1]["when"]) == 2
    assert revision == 3


def test_who_saves_both_together_too_late_is_asked_again(desk, draft, company):
    late = typed_late(desk, draft, **{"/triggers/1/reason": "odd clause"})
    save(desk, draft, **{f"{FLOOR}:first": "21"})
    address = f"{draft}/form/rules"
    again = desk.client.post(address, data=fields(late, address))

    assert again.status_code == 412
    data = fields(again, address)
    assert desk.client.post(address, data=data).status_code == 303
    value, _ = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 21"}
    assert value["triggers"][1]["reason"] == "odd clause"


def test_who_has_typed_nothing_is_in_nobodys_way(desk, draft, company):
    assert typed_late(desk, draft).status_code == 303
    value, revision = value_of(company, draft)
    assert (value["triggers"][0]["when"], revision) == ({"margin_pct": "< 22"}, 2)


def test_a_page_of_a_forgotten_save_still_shows_what_was_typed(desk, draft, company):
    late = typed_late(desk, draft, revision="0", **{f"{FLOOR}:first": "20"})

    assert late.status_code == 412
    assert "is now margin is below 20 %" in text_of(late)
    assert "Save both together" not in text_of(late)


@pytest.mark.parametrize("page", ["ladders", "changes", "trial", "publish", "odd"])
def test_who_goes_to_another_page_takes_along_what_he_typed(desk, draft, company, page):
    answer = save(desk, draft, do=f"go:{page}", **{f"{FLOOR}:first": "22"})

    assert answer.status_code == 303
    assert page == "odd" or answer.headers["Location"].endswith(page)
    value, _ = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 22"}


def test_a_ladder_is_a_table_with_a_column_for_each_limit(desk, draft, company):
    save(desk, draft, "ladders", do="add:/ladders")
    rungs = "/ladders/new_ladder"
    save(desk, draft, "ladders", do=f"add:{rungs}")
    for column in ("may/amount", "in/margin_pct"):
        more = {f"{rungs}:more": column}
        save(desk, draft, "ladders", do=f"limit:{rungs}", **more)
    # The column stands in every rung, also where nothing was said of it.
    cell = f"{rungs}/1/may/amount"
    typed = {f"{cell}:sign": "below", f"{cell}:first": "5000"}
    save(desk, draft, "ladders", **typed)
    value, _ = value_of(company, draft)
    assert value["ladders"]["new_ladder"] == [
        {"role": "", "may": {"amount": "-"}, "in": {"margin_pct": "-"}},
        {"role": "", "may": {"amount": "< 5000"}},
    ]

    save(desk, draft, "ladders", do=f"unlimit may/amount:{rungs}")
    save(desk, draft, "ladders", do=f"unlimit in/margin_pct:{rungs}")
    value, _ = value_of(company, draft)
    assert value["ladders"]["new_ladder"] == [{"role": "", "may": {}}] * 2


def test_the_check_tells_what_is_wrong_and_saves_nothing(desk, draft, dump):
    address = f"{draft}/form/rules"
    data = fields(desk.get(address), address)
    before = dump()
    right = desk.client.post(f"{address}/check", data=data).json
    data[f"{FLOOR}:first"] = ["< 3"]
    wrong = desk.client.post(f"{address}/check", data=data).json

    assert [each["at"] for each in wrong["told"] if each["at"] == FLOOR] == [FLOOR]
    assert wrong["verdict"] == "1 problem"
    assert "<b>manager</b> and <b>finance</b>" in right["says"]["/triggers/0"]
    assert "finance" in right["says"]["/steps/finance"].lower()
    assert FLOOR not in [each["at"] for each in right["told"]]
    assert dump() == before


def accepted(page):
    return re.findall(r'name="accept" value="([^"]*)"', page.text)


def publish(desk, draft, **typed):
    address = f"{draft}/publish"
    page = desk.get(address)
    data = {**fields(page, address), **typed}
    data["accept"] = typed.get(
        "accept", [unescaped(e).replace("&#39;", "'") for e in accepted(page)]
    )
    return desk.client.post(address, data=data)


def test_what_is_published_judges_the_next_quote(desk, draft, company):
    save(desk, draft, **{f"{FLOOR}:first": "10"})
    answer = publish(desk, draft, comment="Margins fell everywhere.")
    assert answer.status_code == 303, text_of(answer)

    page = text_of(desk.get(answer.headers["Location"]))
    assert "below 10" in page
    assert "Margins fell everywhere." in page
    assert "Margins fell everywhere." in text_of(desk.get("/policies"))
    assert desk.get(draft).status_code == 404


def test_a_draft_with_problems_is_never_published(desk, draft, company, active):
    save(desk, draft, **{f"{FLOOR}:first": "much"})
    answer = publish(desk, draft, comment="x")

    assert answer.status_code == 422
    assert "1 problem" in text_of(answer)
    with company.runtime.database.read() as transaction:
        assert catalog.policies(transaction)[-1].sha256 == active.sha256
    assert desk.get(draft).status_code == 200


def test_every_finding_is_accepted_by_itself_or_nothing_is_published(
    desk, draft, company, active
):
    save(desk, draft, do="add:/ladders")
    typed = {"/ladders/new_ladder/0/role": "nobody_at_all"}
    more = {"/ladders/new_ladder/0/may:more": "amount"}
    do = "column:/ladders/new_ladder/0/may"
    save(desk, draft, "ladders", do, **typed, **more)
    refused = publish(desk, draft, comment="A ladder", accept=[])
    assert refused.status_code == 409, text_of(refused)
    assert "Nobody active has the role 'nobody_at_all'." in text_of(refused)

    answer = publish(desk, draft, comment="A ladder")
    assert answer.status_code == 303, text_of(answer)
    with company.runtime.database.read() as transaction:
        row = catalog.policies(transaction)[-1]
    assert "Nobody active has the role 'nobody_at_all'." in row.accepted.splitlines()
    assert (row.comment, row.published_by) == ("A ladder", "dana")


def test_a_finding_stands_beside_the_form_with_a_quote_that_shows_it(desk, draft):
    assert "they ask nobody" not in text_of(desk.get(f"{draft}/publish"))

    save(desk, draft, **{f"{FLOOR}:sign": "above"})

    for page in (f"{draft}/publish", f"{draft}/form/rules"):
        shown = text_of(desk.get(page))
        assert "A worse 'margin_pct' means fewer approvers" in shown
        assert "they ask manager, finance · margin_pct 23: they ask nobody" in shown


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"comment": " "}, 422), ({"comment": "x", "revision": "7"}, 412)],
)
def test_a_publish_without_words_or_of_another_save_is_refused(
    desk, draft, company, active, typed, status
):
    assert publish(desk, draft, **typed).status_code == status
    with company.runtime.database.read() as transaction:
        assert catalog.policies(transaction)[-1].sha256 == active.sha256


def test_a_version_name_that_is_taken_is_refused(desk, draft, active):
    save(desk, draft, **{f"{FLOOR}:first": "10"})
    answer = publish(desk, draft, comment="x", version=active.version)

    assert answer.status_code == 409
    assert "give it a new version" in text_of(answer)


def test_a_draft_that_was_overtaken_says_so(desk, draft, company):
    other = desk.force("/policies/drafts", base=value_base(company, draft))
    save(desk, draft, **{f"{FLOOR}:first": "10"})
    assert publish(desk, draft, comment="x").status_code == 303

    page = text_of(desk.get(other.headers["Location"]))
    assert "was published since this draft began from" in page


def value_base(company, draft):
    with company.runtime.database.read() as transaction:
        return policy_drafts.find(transaction, draft.rpartition("/")[2]).base


def test_who_would_be_asked_is_shown_side_by_side(desk, draft, company):
    company.started()
    save(desk, draft, **{f"{FLOOR}:first": "1"})
    text = text_of(desk.get(f"{draft}/trial"))
    assert "1 of 1 would be asked otherwise" in text
    assert "\N{MINUS SIGN} manager \N{MINUS SIGN} finance" in text

    assert desk.get(f"{draft}/trial?quote=nothing").status_code == 404
    save(desk, draft, **{f"{FLOOR}:first": "oops oops"})
    assert "no quote can be judged by it" in text_of(desk.get(f"{draft}/trial"))


def keep(desk, draft, quote):
    found = fields(desk.get(f"{draft}/trial"), f"{draft}/scenarios")
    return desk.client.post(f"{draft}/scenarios", data={**found, "quote": [quote]})


def test_a_scenario_that_fails_is_told_and_must_be_accepted(desk, draft, company):
    quote = company.case(company.started()).quote_id
    assert keep(desk, draft, quote).status_code == 303
    assert "It passes" in text_of(desk.get(f"{draft}/trial"))
    assert "Look at again" not in text_of(desk.get(draft))

    save(desk, draft, **{f"{FLOOR}:first": "1"})
    sentence = f"Scenario {quote} (ACME) must be asked of manager, finance, and"
    assert sentence in text_of(desk.get(draft))
    assert "1 of 1 fails" in text_of(desk.get(f"{draft}/trial"))
    assert publish(desk, draft, comment="x", accept=[]).status_code == 409

    assert keep(desk, draft, quote).status_code == 303
    assert sentence not in text_of(desk.get(draft))
    assert publish(desk, draft, comment="x", accept=[]).status_code == 303


def test_scenarios_are_of_quotes_that_are_there_and_of_what_was_seen(
    desk, draft, company, dump
):
    quote = company.case(company.started()).quote_id
    before = dump()
    seen = {"quote": quote, "revision": "7"}
    assert desk.force(f"{draft}/scenarios", **seen).status_code == 412
    assert keep(desk, draft, "nothing").status_code == 404
    assert dump() == before

    save(desk, draft, **{f"{FLOOR}:first": "oops oops"})
    wrong = desk.force(f"{draft}/scenarios", quote=quote, revision="2")
    assert wrong.status_code == 422


def test_a_scenario_is_forgotten(desk, draft, company):
    quote = company.case(company.started()).quote_id
    keep(desk, draft, quote)
    form = f"{draft}/scenarios/forget"
    found = fields(desk.get(f"{draft}/trial"), form)

    assert desk.client.post(form, data=found).status_code == 303
    assert "There are none yet" in text_of(desk.get(f"{draft}/trial"))


def test_a_draft_goes_out_as_a_file_and_comes_back(desk, draft, company):
    body = desk.get(f"{draft}/policy.json").data
    changed = json.loads(body)
    changed["triggers"][0]["when"] = {"margin_pct": "< 5"}
    answer = upload(desk, draft, json.dumps(changed).encode(), "p.json")
    assert answer.status_code == 303

    value, _ = value_of(company, draft)
    assert value == changed


def test_a_file_that_is_none_changes_nothing(desk, draft, company):
    before = value_of(company, draft)
    for body, name in ((b"{", "p.json"), (b"[]", "p.json"), (b"<a/>", "p.dmn")):
        assert upload(desk, draft, body, name).status_code == 422
    assert value_of(company, draft) == before


def test_tables_come_back_into_the_draft(desk, draft, company, active):
    path = f"/policies/versions/{active.sha256}/policy.dmn"
    body = desk.get(path).data.replace(b"&lt; 24", b"&lt; 21")
    before, _ = value_of(company, draft)
    assert upload(desk, draft, body, "p.dmn").status_code == 303

    value, _ = value_of(company, draft)
    assert value["triggers"][0]["when"] == {"margin_pct": "< 21"}
    assert value["version"] == before["version"]


def upload(desk, draft, body, name):
    _, found = draft, desk.get(f"{draft}/form/terms")
    data = {
        key: values[0]
        for key, values in fields(found, f"{draft}/upload").items()
        if key != "file"
    }
    data["file"] = (io.BytesIO(body), name)
    return desk.client.post(f"{draft}/upload", data=data)


def test_a_draft_is_given_up(desk, draft):
    form = f"{draft}/discard"
    data = fields(desk.get(f"{draft}/form/terms"), form)

    assert desk.client.post(form, data=data).status_code == 303
    assert desk.get(draft).status_code == 404


def test_an_approver_gets_403_from_every_address_of_a_draft(desk, draft, enter):
    maria = enter("maria")
    paths = ("", "/form/rules", "/changes", "/trial", "/simulation", "/publish")
    for path in (*paths, "/policy.json"):
        assert maria.get(draft + path).status_code == 403, path
    for path in ("/form/rules", "/form/rules/check", "/publish", "/discard", "/upload"):
        assert maria.force(draft + path, revision="1").status_code == 403, path
    for path in ("/scenarios", "/scenarios/forget", "/simulation"):
        assert maria.force(draft + path, revision="1").status_code == 403, path


def test_texts_of_people_stay_text(desk, draft, company):
    attack = "<script>alert(1)</script>"
    save(desk, draft, **{"/triggers/0/reason": attack, f"{FLOOR}:first": attack})
    pages = [desk.get(f"{draft}{p}") for p in ("", "/changes", "/publish", "/trial")]

    assert all(attack not in page.text for page in pages)
    assert "&lt;script&gt;alert(1)" in pages[0].text


def test_rows_that_differ_are_told_one_by_one():
    rows = [{"margin_pct": "< 24"}, {"amount": "> 5"}, {"amount": "> 9"}]
    base = {"triggers": [{"id": "a", "when": rows[0], "reason": "x"}]}

    def after(*when):
        return {"triggers": [{"id": "a", "when": list(when), "reason": "x"}]}

    new = "Rule 'a': When (one row) is new: amount > 5"
    assert list(map(str, told(base, after(*rows[:2])))) == [new]
    gone = "Rule 'a': When (one row) is gone; it was amount > 9"
    assert list(map(str, told(after(*rows), after(*rows[:2])))) == [gone]
    assert told(after(*rows), after(*rows)) == ()


def test_both_versions_are_told_apart(desk, company, active):
    value = json.loads(desk.get(f"/policies/versions/{active.sha256}/policy.json").data)
    value["version"] = "next"
    value["steps"]["finance"]["slaHours"] = 30
    body = json.dumps(value).encode()
    row = intake.publish_policy(company.runtime, parse(body, "p"), "dana")
    page = desk.get(f"/policies/compare?from={active.sha256}&to={row.sha256}")

    assert "Step 'finance': Working hours to answer is new: 30" in text_of(page)
    assert desk.get("/policies/compare").status_code == 422
    assert isinstance(company, Company)


def simulation(page):
    return text_of(page).replace("\N{NO-BREAK SPACE}", " ")


def lower_floor(desk, draft):
    assert save(desk, draft, **{f"{FLOOR}:first": "15"}).status_code == 303


def test_the_past_is_simulated_with_its_sums_and_each_quote_leads_to_its_page(
    company, desk, draft
):
    company.submit(company.quote("Q-low", margin_pct="21.4"))
    company.submit(company.quote("Q-high", margin_pct="30"))
    lower_floor(desk, draft)

    page = desk.get(f"{draft}/simulation")

    assert page.status_code == 200
    text = simulation(page)
    assert "1 of 2 would be asked otherwise" in text
    assert "USD 184,000" in text
    assert "margin USD 39,376" in text
    assert "Steps 2 → 0, approver hours 48 → 0: \N{MINUS SIGN}48 h" in text
    assert 'href="/quotes/Q-low"' in page.text
    assert "Q-high" not in page.text
    assert 'href="#automatic"' in page.text
    assert 'id="automatic"' in page.text


def test_a_simulation_is_shown_for_each_value_of_an_input(company, desk, draft):
    company.submit(company.quote("Q-low", margin_pct="21.4"))
    lower_floor(desk, draft)

    text = simulation(desk.get(f"{draft}/simulation?by=margin_pct"))
    assert "For each margin" in text
    refused = desk.get(f"{draft}/simulation?by=colour")

    assert refused.status_code == 422
    assert "'colour' is none" in text_of(refused)


SOLD = (
    "id,revision,submittedBy,account,currency,margin_pct,amount,clause\n"
    "Q-new,1,sam,<b>ACME</b>,USD,{margin},100,false\n"
)


def uploaded(desk, draft, body, name):
    address = f"{draft}/simulation"
    form = desk.get(address).text.partition("multipart/form-data")[2]
    token = re.search(r'name="csrf_token" value="([^"]*)"', form)[1]
    data = {"csrf_token": token, "by": "", "file": (io.BytesIO(body.encode()), name)}
    return desk.client.post(address, data=data)


@pytest.mark.parametrize(
    ("margin", "number"), [("21.4", 1), ("14.99", 0), ("24", 0), ("15", 1)]
)
def test_quotes_of_a_file_are_simulated_and_not_stored(
    desk, draft, dump, margin, number
):
    lower_floor(desk, draft)
    before = dump()

    page = uploaded(desk, draft, SOLD.format(margin=margin), "q.csv")

    assert page.status_code == 200
    assert f"{number} of 1 would be asked otherwise" in simulation(page)
    assert "/quotes/Q-new" not in page.text
    assert ("&lt;b&gt;ACME" in page.text) == bool(number)
    assert dump() == before


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        ("", "", "choose one"),
        ("x", "quotes.exe", "a file that ends in"),
        ("[]", "quotes.json", "there are none"),
        ("{", "quotes.json", "Line 1:"),
        (SOLD.format(margin="1") + "Q-2\n", "quotes.csv", "Line 3: Expected 8 cells"),
        ("PAR1", "quotes.parquet", "Expected a Parquet file"),
        (SOLD.format(margin="1") * 2, "quotes.csv", "Line 3: Expected"),
        (
            "\n\n".join([SOLD.format(margin="1"), SOLD.splitlines()[1]]),
            "quotes.csv",
            "Line 5: Expected quote 'Q-new' revision 1 once, but it stands in line 2",
        ),
        (SOLD.replace("amount", "account"), "quotes.csv", "Line 1: Expected each col"),
    ],
)
def test_a_file_that_cannot_be_simulated_is_told_why(desk, draft, body, name, said):
    page = uploaded(desk, draft, body, name)

    assert page.status_code == 422
    assert said in simulation(page)
    assert "would be asked otherwise" not in simulation(page)


def test_a_negative_amount_is_told_on_the_page(desk, draft):
    below = uploaded(desk, draft, SOLD.replace(",100,", ",-100,"), "q.csv")
    above = uploaded(desk, draft, SOLD, "q.csv")

    assert "1 quote has a negative amount, first Q-new." in simulation(below)
    assert "negative" not in simulation(above)


def test_a_draft_with_problems_is_not_simulated(desk, draft):
    save(desk, draft, **{f"{FLOOR}:first": "twenty"})

    text = simulation(desk.get(f"{draft}/simulation"))

    assert "Mend them first" in text
    assert "would be asked otherwise" not in text
