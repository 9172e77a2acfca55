"""
Who may do what to a task that is with somebody, and to one that is with a role.

Every action by every kind of person, on the web, over HTTP and on the command line.
"""

import getpass

import pytest

from approval_engine.accounts import sessions, tokens
from approval_engine.accounts.sessions import Place
from approval_engine.config import Settings
from approval_engine.domain.actions import Action
from approval_engine.store import origins
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company
from tests.integration.web.browser import Browser
from tests.offices import staffed

SECRET = "a secret key that only tests know"

PEOPLE = {
    "sam": "the submitter",
    "maria": "manager, asked by name",
    "mona": "manager, not asked",
    "dora": "manager of the one who is asked",
    "fred": "finance, whose pool is asked",
    "lara": "legal, not asked",
    "dana": "deal desk",
    "anton": "analyst",
    "augusta": "auditor",
    "ada": "admin",
}
TO = {"manager": "mona", "finance": "fiona"}
# Asking and answering need a seat, comments a part, and handing over a charge.
MAY = {
    **{
        (step, str(action)): {person}
        for step, person in (("manager", "maria"), ("finance", "fred"))
        for action in (
            *(Action.APPROVE, Action.REJECT, Action.RETURN, Action.CLAIM),
            *(Action.DELEGATE, Action.REQUEST_INFO, Action.ADD_APPROVER),
        )
    },
    ("manager", "reassign"): {"ada", "dora"},
    ("finance", "reassign"): {"ada"},
    ("manager", "comment"): {"sam", "maria", "fred"},
    ("finance", "comment"): {"sam", "maria", "fred"},
}
"""Who may; nobody may what is not here, such as to release what nobody took."""


@pytest.fixture
def company(office):
    office.ok("directory", "import", office.file("people.json", staffed()))
    company = Company(f"sqlite:///{office.folder / 'cpq.db'}", found=True)
    company.keys = 2
    yield company
    company.runtime.database.close()


@pytest.fixture
def app(company):
    return create_app(Settings(secret_key=SECRET), company.runtime)


def wish(step, action):
    """
    What goes with the action, so that only the person is in question.
    """
    more = {} if action == Action.APPROVE else {"comment": "because"}
    if action in {Action.DELEGATE, Action.REASSIGN}:
        more["to"] = TO[step]
    if action == Action.ADD_APPROVER:
        more["to"] = "leo"
    return more


def on_the_web(company, app, shell, person):
    token = sessions.begin(company.runtime, person, Place(), "password", company.now)
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["session"] = token
    csrf = browser.token()

    def ask(task, action, more):
        data = {"csrf_token": csrf, "action": action, **more}
        return browser.client.post(f"/tasks/{task.id}", data=data).status_code == 303

    return ask


def over_http(company, app, shell, person):
    _, secret = tokens.create(company.runtime, person, ["act"], None)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def ask(task, action, more):
        answer = client.post(
            f"/api/v1/tasks/{task.id}/actions",
            json={"action": action, **more},
            headers={"Idempotency-Key": f"{task.id} {action}"},
        )
        return answer.status_code == 200

    return ask


def on_the_command_line(company, app, shell, person):
    def ask(task, action, more):
        words = [word for name, text in more.items() for word in (f"--{name}", text)]
        ended = shell(
            *("--as", person, "approval", "action", "--workflow", task.workflow_id),
            *("--task", task.id, "--action", str(action), *words),
        )
        return ended.code == 0

    return ask


@pytest.mark.parametrize("channel", [on_the_web, over_http, on_the_command_line])
def test_every_channel_lets_the_same_people_act(company, app, office, channel):
    found, workflow = {}, company.started()
    for person in PEOPLE:
        ask = channel(company, app, office, person)
        for step in TO:
            for action in Action:
                before = company.log(workflow)
                task = next(
                    each for each in company.case(workflow).tasks if each.step == step
                )
                if ask(task, action, wish(step, action)):
                    found.setdefault((step, str(action)), set()).add(person)
                    workflow = company.started()
                else:
                    assert company.log(workflow) == before

    assert len(PEOPLE) * len(TO) * len(Action) >= 200
    assert found == MAY


def test_beside_a_decision_by_a_command_stands_who_used_the_machine(company, office):
    workflow = company.started()
    task = company.task(workflow, "manager").id
    command = ("approval", "action", "--workflow", workflow, "--task", task)
    office.ok("--as", "maria", *command, "--action", "approve")
    with company.runtime.database.read() as transaction:
        (found,) = origins.of(transaction, workflow)

    assert (found.method, found.credential) == ("machine", getpass.getuser())
    assert (found.address, found.agent, found.proved_at) == ("", "", None)
