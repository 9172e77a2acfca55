"""
Several servers and workers on several hosts: nobody needs to come back to the same one.

Whatever a person or a program does is begun at one server and goes on at another.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from json import dumps, loads
from threading import Event

import pytest
from sqlalchemy import text, update

from approval_engine.accounts import tokens
from approval_engine.accounts.passwords import set_password
from approval_engine.config import packaged
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake, repository
from approval_engine.store.schema import SESSION
from tests.concurrency import fleet as hosts
from tests.concurrency.balancer import Balancer, Load
from tests.concurrency.conftest import new_database
from tests.concurrency.oracle import rows
from tests.integration.executor.company import Company, directory, document, policy
from tests.integration.notifications.receivers import serving_mail
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.served import wait_until

pytestmark = pytest.mark.postgres

PEOPLE = ("maria", "fred", "mona")
LARGE = "500000"
"""Worth enough for a fresh log-in."""


@pytest.fixture(scope="module")
def company(postgres_url, postgres_template):
    company = Company(new_database(postgres_url, postgres_template))
    company.runtime = Runtime(database=company.runtime.database)
    for person in PEOPLE:
        set_password(company.runtime, person, PASSWORD)
    yield company
    assert company.is_sound()
    company.runtime.database.close()


@pytest.fixture(scope="module")
def mailbox():
    with serving_mail() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def fleet(company, mailbox, tmp_path_factory):
    url = company.runtime.database.url.render_as_string(hide_password=False)
    settings = {
        "CPQ_SMTP_URL": mailbox.url,
        "CPQ_MAIL_FROM": "cpq@example.com",
        "CPQ_BASE_URL": "http://127.0.0.1:1",
        "CPQ_STEP_UP_AMOUNT": LARGE,
        # Nobody waits for so long: told a second time, a server stops draining.
        "CPQ_DRAIN_SECONDS": "300",
    }
    folder = tmp_path_factory.mktemp("hosts")
    with hosts.running(url, folder, **settings) as fleet:
        yield fleet


@pytest.fixture
def enter(fleet):
    """
    A person who logs in: the form comes from one server and goes to another.
    """

    def enter(person):
        browser = Browser(fleet)
        assert browser.log_in(person).status_code == 303
        return browser

    return enter


@pytest.fixture
def program(fleet, company):
    """
    Sends a program's requests, each to the next server.
    """
    token, secret = tokens.create(
        company.runtime, "sam", ["read", "act", "submit"], None
    )
    client = fleet.test_client()

    def program(method, path, key="", body=None):
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
        if method == "GET":
            return client.get(f"/api/v1{path}", headers=headers)
        return client.post(f"/api/v1{path}", json=body, headers=headers)

    program.token = token
    return program


@pytest.fixture
def submitted(company, program):
    """
    Submits a new quote with these inputs; the workflow that a server answers.
    """

    def submitted(**changes):
        company.keys += 1
        quote = company.quote(f"Q-{company.keys}", **changes)
        answer = program("POST", "/workflows", f"submit-{quote}", {"quoteId": quote})
        assert answer.status_code == 201, answer.text
        return answer

    return submitted


def id_of(answer):
    return re.search(r'"id": ?"(WF-\d+)"', answer.text)[1]


def task_of(company, answer, step):
    return company.task(id_of(answer), step).id


def test_a_person_decides_though_every_request_reaches_another_server(
    fleet, company, enter, submitted
):
    answer = submitted()
    path = f"/tasks/{task_of(company, answer, 'manager')}"
    maria = enter("maria")
    form = maria.fields(path, path, action="approve")
    answers = [maria.client.post(path, data=form) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert set(maria.client.asked[-2:]) == set(fleet.ports)
    assert "done before" not in text_of(maria.get("/"))
    assert company.log(id_of(answer)).count("task_approved") == 1


def test_who_logs_out_at_one_server_is_out_everywhere(fleet, enter):
    maria = enter("maria")
    assert [maria.get("/").status_code for _ in fleet.ports] == [200, 200]
    maria.client.post("/logout", data={"csrf_token": maria.token()})
    # As somebody would who kept the cookie.
    assert [maria.get("/").status_code for _ in fleet.ports] == [401, 401]


def test_wrong_passwords_are_counted_over_all_servers(fleet):
    guesser = Browser(fleet)
    codes = [guesser.log_in("lara", "wrong horse").status_code for _ in range(5)]

    assert codes == [401, 401, 401, 429, 429]


def test_a_request_of_a_program_is_carried_out_once_by_all_servers(
    fleet, company, program
):
    quotes = [company.quote(f"Q-program-{number}") for number in range(2)]
    first, again, other = (
        program("POST", "/workflows", "one key", {"quoteId": quote})
        for quote in (quotes[0], quotes[0], quotes[1])
    )

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert (first.headers["Idempotency-Replayed"], first.data) == (None, again.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    path = f"/workflows/{id_of(first)}"
    shown = [loads(program("GET", path).data) for _ in fleet.ports]
    # What a forecast knows of past reviews each server keeps for some minutes.
    forecasts = [each.pop("forecast") for each in shown]
    assert all(forecasts)
    assert shown[0] == shown[1]


def test_a_token_that_is_revoked_opens_no_server(fleet, company, program):
    codes = [program("GET", "/tasks").status_code for _ in fleet.ports]
    tokens.revoke(company.runtime, program.token.id)
    codes += [program("GET", "/tasks").status_code for _ in fleet.ports]

    assert codes == [200, 200, 401, 401]


def test_what_is_published_elsewhere_counts_for_the_next_request(
    fleet, company, submitted
):
    before = [submitted(clause=True).text for _ in fleet.ports]
    frame = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_bytes()
    repository.deploy(company.runtime, frame, "deal_review.bpmn", "dana")
    newer = policy(
        version="2", processes=[{"use": "deal_review", "when": {"clause": "true"}}]
    )
    intake.publish_policy(company.runtime, document(newer), "dana")
    after = [submitted(clause=True).text for _ in fleet.ports]

    seen = [re.findall(r'"policyVersion": ?"(\d)"', each) for each in before + after]
    assert seen == [["1"], ["1"], ["2"], ["2"]]
    assert ["check_data" in each for each in before + after] == [
        False,
        False,
        True,
        True,
    ]


def test_who_has_left_is_out_of_every_server_at_once(fleet, company, enter):
    mona = enter("mona")
    codes = [mona.get("/").status_code for _ in fleet.ports]
    people = directory()
    users = [u | {"active": u["id"] != "mona"} for u in people["users"]]
    intake.import_directory(company.runtime, document(people | {"users": users}))
    codes += [mona.get("/").status_code for _ in fleet.ports]

    assert codes == [200, 200, 401, 401]


def test_a_fresh_log_in_at_one_server_lets_the_other_decide(company, enter, submitted):
    answer = submitted(amount=str(int(LARGE) + 1))
    task = task_of(company, answer, "manager")
    maria = enter("maria")
    with company.runtime.database.begin() as transaction:
        long_ago = {"proved_at": "2026-03-02T09:00:00.000000Z"}
        transaction.execute(update(SESSION).values(long_ago))
    asked = maria.act(task, "approve")
    assert (asked.status_code, company.log(id_of(answer)).count("task_approved")) == (
        401,
        0,
    )
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', asked.text))
    form |= {"_password": PASSWORD, "_target": f"/tasks/{task}"}
    led = maria.client.post("/confirm", data=form)
    assert (led.status_code, led.headers["Location"]) == (307, f"/tasks/{task}")
    del form["_password"]
    assert maria.client.post(f"/tasks/{task}", data=form).status_code == 303
    assert company.log(id_of(answer)).count("task_approved") == 1


def test_what_workers_send_comes_once_and_its_links_lead_to_any_server(
    company, enter, submitted, mailbox
):
    # What waits of other tests would come in the same letter, with other links.
    waits = text(
        "SELECT count(*) FROM outbox WHERE recipient = 'maria' AND status = 'waiting'"
    )
    wait_until(lambda: rows(company.runtime, waits) == [(0,)])
    answer = submitted(account="Umbrella")
    task = task_of(company, answer, "manager")

    def mails():
        return [each for each in mailbox.of("maria") if "Umbrella" in each.text]

    wait_until(mails)
    (mail,) = mails()
    path = re.search(r"http://127.0.0.1:1(/m/\S+)", mail.text)[1]
    maria = enter("maria")
    page = maria.get(path).headers["Location"]
    form = maria.fields(page, page, action="approve")
    assert maria.client.post(page, data=form).status_code == 303
    assert company.case(id_of(answer)).tasks[0].id == task
    assert company.log(id_of(answer)).count("task_approved") == 1
    query = text("SELECT count(*) FROM outbox WHERE status = 'dead'")
    assert rows(company.runtime, query) == [(0,)]


def test_a_file_that_one_server_took_another_gives_back(
    fleet, company, enter, submitted
):
    answer = submitted()
    task = task_of(company, answer, "manager")
    maria = enter("maria")
    path = f"/tasks/{task}"
    form = maria.fields(path, path, action="comment") | {"comment": "see the file"}
    sent = maria.client.upload(path, form, "terms.txt", "net 30")
    assert sent.status_code == 303
    page = maria.get(f"/workflows/{id_of(answer)}").text
    (where,) = set(re.findall(r'href="(/[^"]*attachments/[^"]*)"', page))

    assert [maria.get(where).data for _ in fleet.ports] == [b"net 30", b"net 30"]


def test_every_server_says_the_same_of_how_things_stand(fleet):
    scraper = fleet.test_client()
    headers = {"Authorization": f"Bearer {hosts.SCRAPER}"}

    def told():
        return [scraper.get("/metrics", headers=headers).text for _ in fleet.ports]

    wait_until(lambda: all("cpq_workers_live 2.0" in each for each in told()))
    standing = re.compile(r"(?m)^cpq_(?:workflows|tasks_open).*$")
    assert len({tuple(standing.findall(each)) for each in told()}) == 1


def test_a_crowd_gets_a_connection_for_each_thread_of_a_server(fleet, company, program):
    """
    A server has four threads; a worker has one as long as no two timers are due.
    """
    crowd = 12
    query = text(
        "SELECT application_name, count(*) FROM pg_stat_activity"
        " WHERE application_name LIKE '%er-%' GROUP BY 1"
    )
    stop = Event()

    def ask():
        while not stop.is_set():
            # Whoever waited too long for the lock below is told to come again.
            assert program("GET", "/tasks").status_code in {200, 503}

    def opened():
        return dict(rows(company.runtime, query))

    wanted = dict.fromkeys(fleet.names, 4) | {"worker-0": 1, "worker-1": 1}
    with ThreadPoolExecutor(crowd) as pool:
        asked = [pool.submit(ask) for _ in range(crowd)]
        try:
            # All threads are inside the database at once, or they might take turns.
            with company.runtime.database.engine.begin() as holder:
                holder.execute(text("LOCK TABLE approval_task"))
                wait_until(lambda: opened() == wanted)
        finally:
            stop.set()
        for each in asked:
            each.result()
    assert opened() == wanted


def test_servers_are_replaced_one_by_one_and_nobody_notices(fleet, company):
    """
    Submits, decisions and pages go on while each server in turn stops and comes back.
    """
    secrets = [
        tokens.create(company.runtime, person, ["read", "act", "submit"], None)[1]
        for person in ("sam", "maria", "fred")
    ]
    clients = [reviewer(company, number, *secrets) for number in range(2)]
    with Balancer(fleet.ports) as balancer, Load(balancer.port, clients) as load:
        load.wait_for(4)
        for server, port in zip(fleet.servers, fleet.ports, strict=True):
            server.tell()
            wait_until(lambda port=port: port not in balancer.ready)
            # By now nobody is sent there; whoever kept his connection is told as well.
            load.wait_for(2)
            server.tell()
            assert server.end() == 0
            server.start()
            wait_until(lambda port=port: port in balancer.ready)
            load.wait_for(4)

    assert (load.errors, balancer.refused) == ([], 0)
    assert min(load.counts[each] for each in ("submit", "act", "page")) > 2
    for server in fleet.servers:
        assert not [line for line in server.lines() if line.get("status", 0) >= 500]


def reviewer(company, number, sam, maria, fred):
    """
    One request after the other: a submit, what two people decide, and a page.
    """
    numbers = count()

    def json(ask, what, path, secret, body):
        headers = {
            **bearer_of(secret),
            "Idempotency-Key": f"{number}-{next(numbers)}",
            "Content-Type": "application/json",
        }
        return ask(what, "POST", f"/api/v1{path}", dumps(body), **headers)

    def work(ask):
        quote = company.quote(f"Q-{number}-{next(numbers)}")
        text = json(ask, "submit", "/workflows", sam, {"quoteId": quote})
        workflow = re.search(r'"id": ?"(WF-\d+)"', text)[1]
        for step, secret in (("manager", maria), ("finance", fred)):
            path = f"/tasks/{company.task(workflow, step).id}/actions"
            json(ask, "act", path, secret, {"action": "approve"})
        page = ask("page", "GET", f"/api/v1/workflows/{workflow}", **bearer_of(sam))
        assert '"approved"' in page

    return work


def bearer_of(secret):
    return {"Authorization": f"Bearer {secret}"}


def test_no_host_keeps_anything_of_its_own(fleet):
    for each in (*fleet.servers, *fleet.workers):
        assert each.files() == set()
        assert [line for line in each.lines() if line["level"] == "error"] == []
