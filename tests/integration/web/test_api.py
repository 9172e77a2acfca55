"""
The HTTP interface: shapes, keys, scopes, strict bodies, pages, and its refusals.
"""

import json

import pytest

from approval_engine.documents import load
from approval_engine.errors import StorageError
from approval_engine.executor.commands import act as commands
from approval_engine.store import catalog, replies

KEY = {"Idempotency-Key": "k-1"}


def post(client, path, body, key="k-1", **headers):
    """
    A POST with a JSON body; `key=None` leaves the idempotency key out.
    """
    keyed = {"Idempotency-Key": key} if key is not None else {}
    return client.post(path, json=body, headers={**keyed, **headers})


def problem(answer):
    """
    Status, code and sentence of a refusal.
    """
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"], body["detail"]


def test_submit_answers_with_the_workflow_and_its_place(company, api):
    company.quote()
    answer = post(api("sam"), "/api/v1/workflows", {"quoteId": "Q-1"})

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/workflows/WF-8809"
    body = answer.get_json()
    unlike = ("processVersion", "createdAt", "updatedAt", "fingerprint")
    assert body | dict.fromkeys(unlike, "") == {
        "id": "WF-8809",
        "quoteId": "Q-1",
        "quoteRevision": 1,
        "policyVersion": "1",
        "processVersion": "",
        "status": "pending",
        "currentTasks": ["manager", "finance"],
        "triggers": [{"id": "margin", "reason": "below_floor"}],
        "submittedBy": "sam",
        "supersedes": None,
        "fingerprint": "",
        "createdAt": "",
        "updatedAt": "",
    }
    assert body["createdAt"] == "2026-03-02T09:00:00.000000Z"


def test_the_same_request_gets_the_same_bytes_whatever_happened_since(company, api):
    company.quote()
    sam = api("sam")
    first = post(sam, "/api/v1/workflows", {"quoteId": "Q-1"})
    company.act("WF-8809", "manager", "approve", "maria")
    second = post(sam, "/api/v1/workflows", {"quoteId": "Q-1"})

    assert (second.status_code, second.data) == (201, first.data)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_the_same_quote_under_another_key_is_the_same_workflow(company, api):
    company.quote()
    sam = api("sam")
    post(sam, "/api/v1/workflows", {"quoteId": "Q-1"})
    answer = post(sam, "/api/v1/workflows", {"quoteId": "Q-1"}, key="k-2")

    assert (answer.status_code, answer.get_json()["id"]) == (200, "WF-8809")
    assert company.log("WF-8809").count("submitted") == 1


def test_a_key_is_good_for_one_request_only(company, api):
    company.quote()
    company.quote("Q-2")
    sam = api("sam")
    post(sam, "/api/v1/workflows", {"quoteId": "Q-1"})
    answer = post(sam, "/api/v1/workflows", {"quoteId": "Q-2"})

    assert problem(answer)[:2] == (422, "idempotency-key-reuse")


def test_a_key_belongs_to_one_person(company, api):
    company.started()
    post(api("maria"), "/api/v1/tasks/T-1/actions", {"action": "approve"})
    answer = post(api("fred"), "/api/v1/tasks/T-2/actions", {"action": "approve"})

    assert answer.get_json()["result"] == "applied"


@pytest.mark.parametrize("key", [None, "", "x" * 256, "tab\there", "käse"])
def test_a_write_needs_a_key_that_is_one(company, api, key):
    company.quote()
    answer = post(api("sam"), "/api/v1/workflows", {"quoteId": "Q-1"}, key=key)

    assert problem(answer)[0] == 400
    assert "Idempotency-Key of 1 to 255" in problem(answer)[2]


def test_a_refusal_is_not_kept_under_the_key(company, api):
    company.quote()
    sam = api("sam")
    missing = post(sam, "/api/v1/workflows", {"quoteId": "Q-9"})
    company.quote("Q-9")

    assert problem(missing)[:2] == (404, "not-found")
    assert post(sam, "/api/v1/workflows", {"quoteId": "Q-9"}).status_code == 201


def test_a_decision_answers_with_task_and_workflow(company, api):
    company.started()
    maria = api("maria")
    body = {"action": "approve", "comment": "fine", "revision": 1}
    answer = post(maria, "/api/v1/tasks/T-1/actions", body).get_json()

    assert answer["result"] == "applied"
    assert (answer["task"]["id"], answer["task"]["status"]) == ("T-1", "approved")
    assert answer["workflow"]["currentTasks"] == ["finance"]
    assert company.is_sound()


def test_the_same_decision_is_told_apart_from_a_retry(company, api):
    workflow = company.started()
    maria, body = api("maria"), {"action": "approve"}
    first = post(maria, "/api/v1/tasks/T-1/actions", body)
    retry = post(maria, "/api/v1/tasks/T-1/actions", body)
    other = post(maria, "/api/v1/tasks/T-1/actions", body, key="k-2")

    assert retry.data == first.data
    assert other.get_json()["result"] == "duplicate"
    assert company.log(workflow).count("task_approved") == 1


def test_whoever_comes_second_is_told_who_what_and_when(company, api):
    workflow = company.started()
    company.act(workflow, "finance", "reject", "fiona")
    answer = post(api("fred"), "/api/v1/tasks/T-2/actions", {"action": "approve"})

    status, code, sentence = problem(answer)
    assert (status, code) == (409, "decided")
    assert "it is rejected by 'fiona' at 2026-03-02 09:00 UTC" in sentence
    assert answer.get_json()["decision"] == {
        "by": "fiona",
        "outcome": "rejected",
        "at": "2026-03-02T09:00:00.000000Z",
    }


def test_a_refusal_says_what_stands_in_the_way(company, api):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    path, body = "/api/v1/tasks/T-1/actions", {"action": "reject", "comment": "no"}
    own = post(api("maria"), path, body)
    company.recall(workflow)
    over = post(api("fred"), "/api/v1/tasks/T-2/actions", {"action": "approve"})

    assert problem(own)[:2] == (409, "already-decided")
    assert own.get_json()["decision"]["by"] == "maria"
    assert problem(over)[:2] == (409, "ended")
    assert over.get_json()["workflowStatus"] == "recalled"


def test_a_stale_revision_is_told_as_such(company, api):
    company.started()
    body = {"action": "approve", "revision": 2}
    answer = post(api("maria"), "/api/v1/tasks/T-1/actions", body)

    assert problem(answer)[:2] == (412, "stale-revision")
    assert "revision 2" in problem(answer)[2]


@pytest.mark.parametrize(
    ("person", "body", "status"),
    [
        ("maria", {"action": "reject"}, 422),
        ("maria", {"action": "fly"}, 422),
        ("maria", {"action": 1}, 422),
        ("maria", {"action": None}, 422),
        ("maria", {}, 422),
        ("maria", [], 422),
        ("maria", {"action": "approve", "comment": ["x"]}, 422),
        ("maria", {"action": "approve", "revision": 2}, 412),
        ("maria", {"action": "approve", "revision": "1"}, 422),
        ("maria", {"action": "delegate"}, 422),
        ("maria", {"action": "delegate", "to": "sam"}, 403),
        ("maria", {"action": "delegate", "to": "nobody"}, 403),
        ("sam", {"action": "approve"}, 403),
        ("fred", {"action": "approve"}, 403),
        ("leo", {"action": "approve"}, 404),
    ],
)
def test_an_action_that_is_refused_changes_nothing(
    company, api, dump, person, body, status
):
    company.started()
    client = api(person)
    before = dump()
    answer = post(client, "/api/v1/tasks/T-1/actions", body)

    assert problem(answer)[0] == status
    assert dump() == before


@pytest.mark.parametrize(
    "extra", ["amount", "approved_by", "status", "role", "tenant", "__class__", "task"]
)
def test_keys_that_do_not_belong_there_are_refused(company, api, dump, extra):
    company.started()
    maria = api("maria")
    before = dump()
    body = {"action": "approve", extra: "x"}
    answer = post(maria, "/api/v1/tasks/T-1/actions", body)

    assert problem(answer)[0] == 422
    assert f"There is no key '{extra}'" in problem(answer)[2]
    assert dump() == before


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b'{"action": "reject", "action": "approve"}', 400),
        (b'{"action": "approve", "comment": NaN}', 400),
        (b'{"action": "approve", "comment": 1e400}', 400),
        (b'{"action": "approve", "comment": "\\u0000"}', 400),
        (b'{"action": "approve", "comment": "\\ud800"}', 400),
        (b'{"action": "approve", "revision": 9223372036854775808}', 400),
        (b"[" * 100_000, 400),
        (b"{" * 100_000, 400),
        (b"", 400),
        (b"action=approve", 400),
        (b'\xff\xfe{"action"}', 400),
        (b" " * 300_000, 413),
    ],
)
def test_what_is_not_strict_json_is_refused(company, api, dump, text, status):
    company.started()
    maria = api("maria")
    before = dump()
    answer = maria.post(
        "/api/v1/tasks/T-1/actions",
        data=text,
        headers=KEY,
        content_type="application/json",
    )

    assert problem(answer)[0] == status
    assert dump() == before


def test_a_body_of_another_type_is_refused(company, api):
    company.started()
    maria = api("maria")
    answer = maria.post(
        "/api/v1/tasks/T-1/actions", data={"action": "approve"}, headers=KEY
    )

    assert problem(answer)[0] == 415


READS = [
    "/api/v1/workflows",
    "/api/v1/workflows/WF-8809",
    "/api/v1/workflows/WF-8809/history",
    "/api/v1/workflows/WF-8809/plan",
    "/api/v1/workflows/WF-8809/diagram.bpmn",
    "/api/v1/tasks",
    "/api/v1/tasks/T-1",
]
WRITES = [
    ("/api/v1/workflows", {"quoteId": "Q-1"}, "submit"),
    ("/api/v1/workflows/WF-8809/recall", {"comment": "x"}, "submit"),
    ("/api/v1/tasks/T-1/actions", {"action": "approve"}, "act"),
    ("/api/v1/preview", {"quoteId": "Q-1"}, "read"),
]
ALL_SCOPES = {"read", "act", "submit", "admin"}


@pytest.mark.parametrize("path", READS)
def test_reading_needs_the_scope_for_it(company, api, path):
    company.started()

    assert api("sam", "read").get(path).status_code == 200
    refused = api("sam", "act", "submit", "admin").get(path)
    assert problem(refused)[:2] == (403, "forbidden")
    assert "lacks the scope 'read'" in problem(refused)[2]


@pytest.mark.parametrize(("path", "body", "scope"), WRITES)
def test_writing_needs_the_scope_for_it(company, api, dump, path, body, scope):
    company.started()
    person = "maria" if scope == "act" else "sam"
    others = ALL_SCOPES - {scope} - ({"submit"} if scope == "read" else set())
    client, able = api(person, *others), api(person, scope)
    before = dump()

    assert problem(post(client, path, body))[:2] == (403, "forbidden")
    assert dump() == before
    assert post(able, path, body).status_code in {200, 201}


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer ", "Basic c2FtOng=", "x"]
)
def test_without_a_token_that_holds_it_is_401(company, app, enter, header):
    company.started()
    client = enter("sam").client
    answer = client.get("/api/v1/workflows", headers={"Authorization": header})

    assert problem(answer)[:2] == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_in_the_address_is_worth_nothing(company, app, api):
    company.started()
    secret = api("sam").environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    for name in ("token", "access_token", "bearer"):
        answer = app.test_client().get(f"/api/v1/workflows?{name}={secret}")
        assert answer.status_code == 401


def test_a_session_reads_without_and_writes_only_with_its_form_token(company, enter):
    company.started()
    maria = enter("maria")
    path, body = "/api/v1/tasks/T-1/actions", {"action": "approve"}
    assert maria.get("/api/v1/tasks/T-1").status_code == 200

    assert problem(post(maria.client, path, body))[:2] == (403, "forbidden")
    token = {"X-CSRFToken": maria.token()}
    assert post(maria.client, path, body, **token).status_code == 200


def test_the_channel_of_an_event_names_the_token(company, api):
    company.started()
    post(api("maria"), "/api/v1/tasks/T-1/actions", {"action": "approve"})
    found = api("sam").get("/api/v1/workflows/WF-8809/history").get_json()["items"]

    channels = [e["channel"] for e in found if e["action"] == "task_approved"]
    assert channels[0].startswith("api:K-")
    assert [e["seq"] for e in found] == list(range(1, len(found) + 1))


def test_the_plan_has_a_routing_step_per_step(company, api):
    company.started()
    items = api("sam").get("/api/v1/workflows/WF-8809/plan").get_json()["items"]

    assert [(i["role"], i["slaHours"], i["stage"]) for i in items] == [
        ("manager", "24", 1),
        ("finance", "24", 1),
    ]
    assert items[0]["reasons"][0]["facts"] == [
        {"name": "margin_pct", "value": "21.4", "test": "< 24", "lines": []}
    ]


def test_the_diagram_is_byte_for_byte_what_runs(company, api):
    workflow = company.started()
    answer = api("sam").get(f"/api/v1/workflows/{workflow}/diagram.bpmn")
    with company.runtime.database.read() as transaction:
        stored = catalog.body(transaction, company.case(workflow).evidence.definition)

    assert answer.data == stored


def test_a_task_has_the_shape_of_the_contract(company, api):
    company.started()
    task = api("fred").get("/api/v1/tasks/T-2").get_json()

    assert {**task, "reasons": None} == {
        "id": "T-2",
        "workflowId": "WF-8809",
        "step": "finance",
        "role": "finance",
        "assignee": None,
        "candidates": ["fred", "fiona"],
        "dueAt": "2026-03-04T17:00:00.000000Z",
        "status": "open",
        "reasons": None,
        "escalationLevel": 0,
    }


def collect(client, path, size):
    """
    All items of a list, page by page.
    """
    cursor, found = "", []
    while cursor is not None:
        answer = client.get(f"{path}&limit={size}&cursor={cursor}").get_json()
        assert len(answer["items"]) <= size
        found += [item["id"] for item in answer["items"]]
        cursor = answer["nextCursor"]
    return found


def test_workflows_come_in_pages_newest_first(company, api):
    ids = [company.started() for _ in range(5)]
    ids.reverse()

    for size in (1, 2, 5, 100):
        assert collect(api("sam"), "/api/v1/workflows?status=pending", size) == ids


def test_tasks_come_in_pages_those_due_first_before_the_others(company, api):
    for hours in (0, 1, 2, 3):
        company.wait(hours=hours)
        company.started()
    everything = [f"T-{number}" for number in range(1, 9)]

    assert collect(api("dana"), "/api/v1/tasks?status=open", 3) == everything
    assert collect(api("fred"), "/api/v1/tasks?role=finance", 3) == everything[1::2]
    assert collect(api("sam"), "/api/v1/tasks?assignee=maria", 3) == everything[::2]
    assert collect(api("leo"), "/api/v1/tasks?status=open", 3) == []


def test_tasks_can_be_asked_for_by_when_they_are_due(company, api):
    company.started()
    company.wait(days=1)
    company.started()
    path = "/api/v1/tasks?dueBefore=2026-03-05T00:00:00%2B00:00"

    assert collect(api("dana"), path, 10) == ["T-1", "T-2"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=1e3",
        "limit=²",
        "status=open' OR 1=1",
        "cursor=nonsense",
        "cursor=WF-' OR 1=1 --",
        "cursor=%00",
        "order=status",
        "token=x",
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/workflows", "/api/v1/tasks"])
def test_a_question_that_makes_no_sense_is_422(company, api, path, query):
    company.started()

    assert problem(api("dana").get(f"{path}?{query}"))[:2] == (422, "invalid-input")


@pytest.mark.parametrize(
    "word",
    ["yesterday", "2026-03-05", "2026-03-05T00:00:00", "1", "9999-12-31T23:00-14:00"],
)
def test_an_instant_needs_its_zone(api, word):
    assert api("dana").get(f"/api/v1/tasks?dueBefore={word}").status_code == 422


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "_", '"', "maria%"])
def test_a_filter_is_a_value_and_nothing_else(company, api, text):
    company.started()
    answer = api("dana").get("/api/v1/tasks", query_string={"assignee": text})

    assert answer.get_json() == {"items": [], "nextCursor": None}


def test_recall_by_the_submitter_and_nobody_else(company, api):
    workflow = company.started()
    path = f"/api/v1/workflows/{workflow}/recall"

    assert problem(post(api("maria"), path, {"comment": "x"}))[0] == 403
    assert problem(post(api("leo"), path, {"comment": "x"}))[0] == 404
    assert problem(post(api("sam"), path, {"comment": " "}))[0] == 422
    answer = post(api("sam"), path, {"comment": "wrong price"}, key="k-2")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "recalled")
    assert company.is_sound()


def test_preview_shows_the_plan_and_stores_nothing(company, api, dump):
    company.quote()
    sam = api("sam")
    before = dump()
    answer = post(sam, "/api/v1/preview", {"quoteId": "Q-1"}).get_json()

    assert [step["role"] for step in answer["steps"]] == ["manager", "finance"]
    assert answer["triggers"] == [{"id": "margin", "reason": "below_floor"}]
    assert dump() == before
    assert problem(post(sam, "/api/v1/preview", {"quoteId": "Q-9"}))[0] == 404
    assert problem(post(api("olga"), "/api/v1/preview", {"quoteId": "Q-1"}))[0] == 404


def test_a_quote_that_allows_no_plan_says_every_problem(company, api):
    company.quote("Q-new", margin_pct=None)
    answer = post(api("sam"), "/api/v1/workflows", {"quoteId": "Q-new"})
    body = answer.get_json()

    assert (answer.status_code, body["code"]) == (422, "document")
    assert "margin_pct" in body["problems"][0]["sentence"]


def test_while_a_request_runs_its_key_is_busy(company, api, monkeypatch):
    """
    The second one comes while the first has taken effect and not yet answered.
    """
    company.started()
    maria, body = api("maria"), {"action": "approve"}
    path = "/api/v1/tasks/T-1/actions"
    act, meanwhile = commands.act, []

    def overtaken(*arguments):
        answer = act(*arguments)
        meanwhile.append(post(maria, path, body))
        return answer

    monkeypatch.setattr(commands, "act", overtaken)
    first = post(maria, path, body)
    (second,) = meanwhile

    assert problem(second)[:2] == (409, "in-progress")
    assert second.headers["Retry-After"] == "1"
    assert post(maria, path, body).data == first.data
    assert len(meanwhile) == 1
    assert company.log("WF-8809").count("task_approved") == 1


def test_a_request_that_died_can_be_made_again(company, api, monkeypatch):
    """
    Its process ended after the effect: nothing was kept and nothing let go of.
    """
    company.started()
    maria, body = api("maria"), {"action": "approve"}
    path = "/api/v1/tasks/T-1/actions"
    monkeypatch.setattr(replies, "keep", lambda *_: None)
    post(maria, path, body)
    monkeypatch.undo()

    assert problem(post(maria, path, body))[:2] == (409, "in-progress")
    company.wait(seconds=61)
    again = post(maria, path, body)
    assert (again.status_code, again.get_json()["result"]) == (200, "applied")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert company.log("WF-8809").count("task_approved") == 1


def test_what_programs_were_told_is_no_finding_of_the_check(company, api):
    company.quote()
    assert post(api("sam"), "/api/v1/workflows", {"quoteId": "Q-1"}).status_code == 201

    assert not company.findings()


def test_a_database_that_is_busy_is_503_and_the_key_may_try_again(
    company, api, monkeypatch
):
    company.started()
    maria, body = api("maria"), {"action": "approve"}
    path = "/api/v1/tasks/T-1/actions"

    def locked(*_):
        raise StorageError("The database cannot do this now: it is locked.")

    monkeypatch.setattr(commands, "act", locked)
    busy = post(maria, path, body)
    monkeypatch.undo()

    assert problem(busy)[:2] == (503, "unavailable")
    assert int(busy.headers["Retry-After"]) >= 1
    assert post(maria, path, body).get_json()["result"] == "applied"


def test_answers_are_canonical_json(company, api):
    company.started()
    answer = api("sam").get("/api/v1/workflows/WF-8809")

    assert answer.mimetype == "application/json"
    assert load(answer.data) == json.loads(answer.data)
