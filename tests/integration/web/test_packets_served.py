"""
The evidence packet from the page and from the interface: who gets it, and what it is.
"""

import pytest

from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.history.evidence import keys
from approval_engine.operations import intake
from approval_engine.operations.evidence import export, verify
from approval_engine.web.app import create_app
from tests.integration.executor.company import document
from tests.integration.operations.tampering import unguard
from tests.integration.web.browser import text_of
from tests.integration.web.conftest import SECRET
from tests.offices import staffed


@pytest.fixture
def signer(tmp_path):
    return keys.make(tmp_path / "private.pem")


@pytest.fixture
def app(company, signer, tmp_path):
    intake.import_directory(company.runtime, document(staffed()))
    settings = Settings(secret_key=SECRET, evidence_key=tmp_path / "private.pem")
    return create_app(settings, company.runtime)


def test_programs_get_the_packet_that_the_command_line_writes(company, api, signer):
    workflow = company.started()
    answer = api("sam").get(f"/api/v1/workflows/{workflow}/evidence.zip")

    assert answer.data == export(company.runtime, workflow, signer)
    assert verify(answer.data, [signer.public]).manifest.workflow == workflow
    assert answer.mimetype == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert f"{workflow}-evidence.zip" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("person", "status"),
    [("sam", 200), ("fred", 200), ("augusta", 200), ("ada", 200), ("leo", 404)],
)
def test_whoever_sees_the_history_gets_it_and_nobody_else(
    company, api, enter, person, status
):
    """
    Who has a part in it, auditors and admins; both ways ask the same.
    """
    workflow = company.started()
    paths = {
        "history": api(person).get(f"/api/v1/workflows/{workflow}/history"),
        "packet": api(person).get(f"/api/v1/workflows/{workflow}/evidence.zip"),
        "page": enter(person).get(f"/workflows/{workflow}/evidence.zip"),
    }

    assert {name: each.status_code for name, each in paths.items()} == dict.fromkeys(
        paths, status
    )


def test_a_token_needs_the_scope_that_reads(company, api):
    workflow = company.started()
    path = f"/api/v1/workflows/{workflow}/evidence.zip"

    assert api("sam", "act", "submit", "admin").get(path).status_code == 403


def test_whoever_sees_everything_finds_a_button(company, enter):
    workflow = company.started()
    address = f"/workflows/{workflow}"

    assert "Evidence packet" in text_of(enter("augusta").get(address))
    assert "Evidence packet" not in text_of(enter("sam").get(address))


def test_without_a_key_nothing_is_offered_and_the_refusal_says_why(company, api):
    workflow = company.started()
    keyless = create_app(Settings(secret_key=SECRET), company.runtime).test_client()
    keyless.environ_base["HTTP_AUTHORIZATION"] = api("augusta").environ_base[
        "HTTP_AUTHORIZATION"
    ]
    answer = keyless.get(f"/api/v1/workflows/{workflow}/evidence.zip")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "invalid-state")
    assert "cpq evidence key new" in answer.get_json()["detail"]


@pytest.mark.broken
def test_what_was_altered_is_not_signed(company, api):
    workflow = company.started()
    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        transaction.exec_driver_sql("UPDATE workflow_event SET actor='x' WHERE seq=2")
    answer = api("sam").get(f"/api/v1/workflows/{workflow}/evidence.zip")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "invalid-state")


def test_a_server_does_not_start_with_a_key_that_does_not_do(company, tmp_path):
    (tmp_path / "bad.pem").write_text("nonsense")
    (tmp_path / "bad.pem").chmod(0o600)
    settings = Settings(secret_key=SECRET, evidence_key=tmp_path / "bad.pem")

    with pytest.raises(InvalidInput, match="Ed25519"):
        create_app(settings, company.runtime)
