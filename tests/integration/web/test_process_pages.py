"""
The pages of processes: who sees them, what a check says, and what deploying changes.
"""

import re
from base64 import b64decode

import pytest

from approval_engine.config import packaged
from approval_engine.operations import intake, repository
from approval_engine.store import processes
from tests.integration.executor.company import Company, directory, document
from tests.integration.web.browser import text_of

FRAME = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_text("utf-8")
TABLES = (packaged("bpmn") / "deal-desk.dmn").read_text("utf-8")
CONDITION = "${outcome_check_data == 'approved'}"
HOSTILE = "<script>alert(1)</script>{{7*7}}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}"
OFFICES = {"admin": "ada", "analyst": "anton", "auditor": "otto"}
UPLOAD = "/processes/upload"
DEPLOY = "/processes/deploy"


@pytest.fixture
def company(fresh_database):
    uses = [{"use": "deal_review"}]
    company = Company(fresh_database("sqlite", ready=True), processes=uses)
    people = directory()
    for role, person in OFFICES.items():
        people["users"].append(
            {"id": person, "name": person.title(), "email": f"{person}@example.com"}
        )
        people["roles"] = {**people["roles"], role: [person]}
    intake.import_directory(company.runtime, document(people))
    yield company
    company.runtime.database.close()


@pytest.fixture
def analyst(company, enter):
    return enter("anton")


def changed(*pairs, text=FRAME):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def check(browser, text, name="deal_review.bpmn", **fields):
    token = fields.pop("token", None) or browser.token()
    data = {"csrf_token": token, **fields}
    parts = [f'name="{key}"\r\n\r\n{value}' for key, value in data.items()]
    parts.append(f'name="file"; filename="{name}"\r\n\r\n{text}')
    lines = (f"--here\r\nContent-Disposition: form-data; {each}\r\n" for each in parts)
    return browser.client.post(
        UPLOAD,
        data=f"{''.join(lines)}--here--\r\n".encode(),
        content_type="multipart/form-data; boundary=here",
        buffered=True,
    )


def sent(page):
    """
    The hidden fields of the form that deploys.
    """
    form = re.search(rf'action="{DEPLOY}">(.*?)</form>', page.text, re.DOTALL)
    pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1])
    return {name: [v for n, v in pairs if n == name] for name, _ in pairs}


def deployed(company):
    with company.runtime.database.read() as transaction:
        found = processes.versions(transaction)
    return [(each.name, each.version, each.deployed_by) for each in found]


def put(company, text, name="deal_review.bpmn"):
    return repository.deploy(company.runtime, text.encode(), name, "anton")


@pytest.mark.parametrize("person", ["anton", "ada", "dana", "otto"])
def test_those_with_an_office_see_processes(company, enter, person):
    put(company, FRAME)
    browser = enter(person)

    assert "deal_review" in text_of(browser.get("/processes"))
    assert browser.get("/processes/deal_review/1").status_code == 200
    assert browser.get("/processes/compare").status_code == 200
    may = person in {"anton", "ada"}
    assert ("Check and deploy" in browser.get("/processes").text) is may
    assert browser.get(UPLOAD).status_code == (200 if may else 403)


@pytest.mark.parametrize("person", ["maria", "sam"])
def test_nobody_else_sees_or_deploys_them(company, enter, person):
    put(company, FRAME)
    browser = enter(person)
    pages = ("", "/compare", "/deal_review/1", "/deal_review/1/diagram.bpmn")
    pages += ("/deal_review/1/source", "/deal_review/1/export", "/upload")

    for page in pages:
        assert browser.get(f"/processes{page}").status_code == 403, page
    assert ">Processes<" not in browser.get("/").text
    assert check(browser, FRAME).status_code == 403
    assert browser.force(DEPLOY, name="a.bpmn", content="YQ==").status_code == 403
    assert len(deployed(company)) == 1


@pytest.mark.parametrize("person", ["dana", "otto"])
def test_who_may_look_may_not_deploy(company, enter, person):
    browser = enter(person)

    assert check(browser, FRAME).status_code == 403
    assert browser.force(DEPLOY, name="a.bpmn", content="YQ==").status_code == 403
    assert deployed(company) == []


def test_a_broken_file_says_what_where_and_why_and_changes_nothing(
    analyst, company, dump
):
    analyst.get("/")
    token = analyst.token()
    before = dump()
    wrong = changed(
        (CONDITION, "${outcome_check_dta == 'approved'}"), ("PT8H", "8 hours")
    )
    page = check(analyst, wrong, "wrong.bpmn", token=token)
    words = text_of(page)

    assert page.status_code == 422
    assert "wrong.bpmn cannot be deployed: 2 problems. Nothing was stored" in words
    assert "did you mean 'outcome_check_data'" in words
    assert 'data-element="data_fine"' in page.text
    assert "but got '8 hours'" in words
    assert 'data-element="check_data"' in page.text
    assert f'action="{DEPLOY}"' not in page.text
    assert dump() == before
    assert deployed(company) == []


def test_a_good_file_is_shown_and_stored_only_when_confirmed(analyst, company, dump):
    analyst.get("/")
    token = analyst.token()
    before = dump()
    page = check(analyst, FRAME, "a.bpmn", token=token)
    words = text_of(page)

    assert page.status_code == 200
    assert "It would become deal_review version 1 (frame)" in words
    assert "The next quotes run on it" in words
    assert "Legal first, if ${outcome_check_data == 'approved'}" in words
    assert dump() == before

    done = analyst.client.post(DEPLOY, data=sent(page))
    assert done.status_code == 303
    assert done.headers["Location"] == "/processes/deal_review/1"
    assert deployed(company) == [("deal_review", 1, "anton")]
    source = analyst.get("/processes/deal_review/1/source")
    assert source.data == FRAME.encode()
    assert source.headers["Content-Disposition"].startswith("attachment")
    workflow = company.started(margin_pct=20)
    assert company.task(workflow, "check_data").is_open


def test_a_new_version_says_what_changes_before_and_after_it_is_deployed(
    analyst, company
):
    put(company, FRAME)
    page = check(analyst, changed(('"deal_desk"', '"finance"'), ("PT8H", "PT4H")))
    words = text_of(page)
    assert "It would become deal_review version 2" in words
    assert "“Check the data”: role was deal_desk, is now finance." in words
    assert "“Check the data”: due was PT8H, is now PT4H." in words

    assert analyst.client.post(DEPLOY, data=sent(page)).status_code == 303
    both = "?before=deal_review@1&after=deal_review@2"
    compared = analyst.get(f"/processes/compare{both}")
    assert "due was PT8H, is now PT4H" in text_of(compared)
    assert compared.text.count("data-diagram") == 2


def test_a_file_that_is_deployed_already_offers_nothing(analyst, company):
    put(company, FRAME)
    page = check(analyst, FRAME)
    assert "This very file is deployed already as deal_review version 1" in text_of(
        page
    )
    assert f'action="{DEPLOY}"' not in page.text


def test_what_was_shown_is_what_happens_or_nothing_does(analyst, company):
    page = check(analyst, FRAME)
    put(company, changed(("Check the data", "Look at the data")))
    late = analyst.client.post(DEPLOY, data=sent(page))

    assert late.status_code == 409
    assert "somebody was faster" in text_of(late)
    assert "It would become deal_review version 2" in text_of(late)
    assert "name was Look at the data, is now Check the data" in text_of(late)
    assert len(deployed(company)) == 1
    assert analyst.client.post(DEPLOY, data=sent(late)).status_code == 303
    assert len(deployed(company)) == 2


def test_a_form_that_was_tampered_with_is_judged_like_any_file(analyst, company):
    page = check(analyst, FRAME)
    fields = sent(page)
    for content, status in (
        ("", 422),
        ("no base 64", 422),
        ("PGJwbW4+", 422),
    ):
        answer = analyst.client.post(DEPLOY, data={**fields, "content": content})
        assert answer.status_code == status
    slash = analyst.client.post(DEPLOY, data={**fields, "name": "../a.bpmn"})
    assert slash.status_code == 422
    assert deployed(company) == []


def test_nothing_chosen_and_too_much_are_refused_with_a_sentence(analyst, company):
    empty = check(analyst, "", "")
    assert empty.status_code == 422
    assert "Choose a file first" in text_of(empty)

    padded = FRAME + "<!--" + "x" * 1_100_000 + "-->"
    large = check(analyst, padded)
    assert large.status_code == 422
    assert "Expected at most 1048576 bytes" in text_of(large)
    assert check(analyst, FRAME + " " * 3_000_000).status_code == 413
    assert deployed(company) == []


def test_an_unused_process_does_not_claim_that_quotes_run_on_it(analyst):
    other = changed(("deal_review", "other_review"))
    words = text_of(check(analyst, other, "other.bpmn"))
    assert "No quote runs on it before a rule of the policy sends one there" in words
    assert "The next quotes run on it" not in words


def test_what_analysts_write_stays_text(analyst, company):
    hostile = changed(
        ("Check the data", ESCAPED),
        ("Are account, products and term", ESCAPED + "x" * 300),
    )
    page = check(analyst, hostile, f"{HOSTILE}.bpmn")
    wrong = check(analyst, changed((CONDITION, "${&lt;script&gt;}")), HOSTILE)
    analyst.client.post(DEPLOY, data=sent(page))
    put(company, FRAME)
    pages = [page, wrong, analyst.get("/processes"), analyst.get(UPLOAD)]
    pages += [analyst.get(f"/processes/deal_review/{n}") for n in (1, 2)]
    both = "?before=deal_review@1&after=deal_review@2"
    pages.append(analyst.get(f"/processes/compare{both}"))

    assert any(ESCAPED.partition("{")[0] in each.text for each in pages)
    for each in pages:
        text = each.text.replace('<script type="module" src="/static/', "")
        assert "<script" not in text
        assert ">49" not in text
    drawn = analyst.get("/processes/deal_review/1/diagram.bpmn")
    assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    assert drawn.headers["Content-Disposition"].startswith("attachment")


def test_decision_tables_are_checked_shown_deployed_and_compared(analyst, company):
    page = check(analyst, TABLES, "deal-desk.dmn")
    words = text_of(page)
    assert "It would become triggers version 1 (decision table)" in words
    assert "not(&#34;EMEA&#34;)" in page.text
    done = analyst.client.post(DEPLOY, data=sent(page))
    assert done.status_code == 303
    assert "ladder_sales" in text_of(analyst.get("/processes"))

    stricter = changed(("&lt; 24", "&lt; 25"), text=TABLES)
    page = check(analyst, stricter, "deal-desk.dmn")
    assert "Added:" in text_of(page)
    analyst.client.post(DEPLOY, data=sent(page))
    shown = analyst.get("/processes/triggers/2")
    assert "&lt; 25" in shown.text
    both = "?before=triggers@1&after=triggers@2"
    compared = text_of(analyst.get(f"/processes/compare{both}"))
    assert "Removed:" in compared
    assert "Added:" in compared


def test_a_broken_table_is_refused_whole(analyst, company):
    page = check(analyst, changed(("&lt; 24", "&lt; &lt;"), text=TABLES), "a.dmn")
    assert page.status_code == 422
    assert "a.dmn cannot be deployed" in text_of(page)
    assert deployed(company) == []


def test_a_table_and_a_process_are_not_compared(analyst, company):
    put(company, FRAME)
    put(company, TABLES, "deal-desk.dmn")
    both = "?before=deal_review@1&after=triggers@1"
    answer = analyst.get(f"/processes/compare{both}")
    assert answer.status_code == 404
    assert "but got one of each" in text_of(answer)
    assert analyst.get("/processes/compare?before=a@b&after=").status_code == 404


def test_a_quote_is_played_only_for_those_who_see_every_quote(company, enter):
    company.quote("Q-1", margin_pct=20)
    ada = check(enter("ada"), FRAME, quote="Q-1")
    assert "The way of Q-1 if everybody approves" in text_of(ada)
    missing = check(enter("ada"), FRAME, quote="Q-none")
    assert missing.status_code == 200
    assert "Q-none" in text_of(missing)
    anton = check(enter("anton"), FRAME, quote="Q-1")
    assert "The way of Q-1 if everybody approves" not in text_of(anton)


def test_reading_changes_nothing(company, analyst, dump):
    put(company, FRAME)
    put(company, changed(("PT8H", "PT4H")))
    put(company, TABLES, "deal-desk.dmn")
    pages = ["", "/upload", "/compare", "/deal_review/1", "/triggers/1"]
    pages += ["/deal_review/1/source", "/deal_review/1/export", "/triggers/1/source"]
    pages += ["/deal_review/1/diagram.bpmn", "/triggers/1/export"]
    pages.append("/compare?before=deal_review@1&after=deal_review@2")
    before = dump()
    for _ in range(3):
        for page in pages:
            assert analyst.get(f"/processes{page}").status_code == 200, page
    assert dump() == before
    for missing in ("/deal_review/9", "/nothing/1", "/nothing/1/source"):
        assert analyst.get(f"/processes{missing}").status_code == 404


def test_a_file_without_a_drawing_is_drawn_for_the_page_and_kept_as_it_came(
    analyst, company
):
    bare = FRAME[: FRAME.index("<bpmndi:BPMNDiagram")] + "</bpmn:definitions>"
    page = check(analyst, bare)
    shown = re.search(r'<input id="content" type="hidden" value="([^"]+)"', page.text)
    assert b"BPMNDiagram" in b64decode(shown[1])
    assert analyst.client.post(DEPLOY, data=sent(page)).status_code == 303
    assert analyst.get("/processes/deal_review/1/source").data == bare.encode()
    drawn = analyst.get("/processes/deal_review/1/diagram.bpmn").data
    assert b"BPMNDiagram" in drawn


def test_a_part_says_that_processes_call_it_from_now_on(analyst):
    part = """<bpmn:definitions
      xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t" id="d">
      <bpmn:process id="look" isExecutable="true">
        <bpmn:startEvent id="s" /><bpmn:endEvent id="e" name="Looked" />
        <bpmn:userTask id="look_at" name="Look" camunda:candidateGroups="deal_desk" />
        <bpmn:sequenceFlow id="a" sourceRef="s" targetRef="look_at" />
        <bpmn:sequenceFlow id="b" sourceRef="look_at" targetRef="e" />
      </bpmn:process></bpmn:definitions>"""
    words = text_of(check(analyst, part, "look.bpmn"))
    assert "It would become look version 1 (part)" in words
    assert "Processes that are deployed from now on call it" in words
