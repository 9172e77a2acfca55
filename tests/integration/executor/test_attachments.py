"""
Attachments: kept by their content, within limits, known by their hash.
"""

import base64
import hashlib

import pytest

from approval_engine.documents import load
from approval_engine.domain.actions import Action
from approval_engine.errors import DocumentError, InvalidInput
from approval_engine.executor.answer import Caller
from approval_engine.executor.attached import Limits, attached
from approval_engine.executor.commands.act import Wish, act
from approval_engine.history.reading import timeline
from approval_engine.operations.invariants.table import check_all
from approval_engine.operations.quote_intake import import_quotes
from approval_engine.store import attachments, catalog
from tests.integration.executor.company import document, quote

BODY = b"the red lines"
SHA256 = hashlib.sha256(BODY).hexdigest()
FILE = {"name": "redline.pdf", "mediaType": "application/pdf"}
CONTENT = FILE | {"content": base64.b64encode(BODY).decode()}


def imported(company, *files, **more):
    given = document(quote("Q-7", attachments=list(files)))
    return import_quotes(company.runtime, given, **more)


def stored(company, digest=SHA256):
    with company.runtime.database.read() as transaction:
        return attachments.body(transaction, digest)


def test_a_content_is_kept_by_its_hash_and_the_quote_holds_only_that(company):
    assert imported(company, CONTENT, CONTENT | {"name": "again.pdf"}) == 1
    assert imported(company, CONTENT, CONTENT | {"name": "again.pdf"}) == 0
    with company.runtime.database.read() as transaction:
        row = catalog.quote(transaction, "Q-7")
        kept = load(catalog.body(transaction, row.sha256))

    assert stored(company) == BODY
    assert kept["attachments"][0] == FILE | {"sha256": SHA256}
    assert check_all(company.runtime).findings == ()


def test_a_path_is_read_beside_the_file_and_nowhere_else(company, tmp_path):
    home = tmp_path / "quotes"
    home.mkdir()
    (home / "redline.pdf").write_bytes(BODY)
    (tmp_path / "secret.pdf").write_bytes(b"secret")
    (home / "link.pdf").symlink_to(tmp_path / "secret.pdf")

    assert imported(company, FILE | {"path": "redline.pdf"}, folder=home) == 1
    assert stored(company) == BODY
    for path in ("../secret.pdf", str(tmp_path / "secret.pdf"), "link.pdf"):
        with pytest.raises(DocumentError, match="lies outside the folder"):
            imported(company, FILE | {"path": path}, folder=home)
    with pytest.raises(DocumentError, match="cannot be read"):
        imported(company, FILE | {"path": "missing.pdf"}, folder=home)
    with pytest.raises(DocumentError, match="a path, which only a file may name"):
        imported(company, FILE | {"path": "redline.pdf"})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (CONTENT | {"mediaType": "text/html"}, "is 'text/html', none of"),
        (CONTENT | {"name": "../x.pdf"}, "is no plain name of a file"),
        (CONTENT | {"content": ""}, "0 bytes, not 1 to 13"),
        (
            CONTENT | {"content": base64.b64encode(BODY + b"!").decode()},
            "14 bytes, not 1 to 13",
        ),
        (CONTENT | {"sha256": "0" * 64}, "Expected content with the hash 0000"),
        (CONTENT | {"content": "???"}, "Expected content in base64"),
    ],
)
def test_what_may_not_be_kept_is_refused_with_its_place(company, value, words):
    with pytest.raises(DocumentError, match=words) as refused:
        imported(company, value, limits=Limits(largest=len(BODY)))

    assert refused.value.problems[0].element.startswith("/attachments/0")
    assert stored(company) is None


def test_a_file_goes_with_a_comment_and_the_event_holds_its_hash(company):
    workflow = company.started()
    task = company.task(workflow, "finance").id
    wish = Wish(
        workflow=workflow,
        task=task,
        action=Action.COMMENT,
        comment="see the file",
        file=attached("task", "terms.txt", None, b"net 30"),
    )
    caller = Caller(actor="fred", channel="t", key="k")
    act(company.runtime, wish, caller)
    assert act(company.runtime, wish, caller).replayed
    entry = timeline(company.runtime.database, workflow)[-1]

    assert entry.attachment["name"] == "terms.txt"
    assert entry.attachment["mediaType"] == "text/plain"
    assert stored(company, entry.attachment["sha256"]) == b"net 30"
    assert entry.line()["attachment"] == "terms.txt"
    assert company.is_sound()
    assert check_all(company.runtime).findings == ()


def test_a_file_of_a_refused_comment_is_not_kept(company):
    workflow = company.started()
    file = attached("task", "terms.txt", None, b"net 90")
    wish = Wish(
        workflow=workflow,
        task=company.task(workflow, "finance").id,
        action=Action.COMMENT,
        file=file,
    )
    with pytest.raises(InvalidInput, match="a comment is missing"):
        act(company.runtime, wish, Caller(actor="fred", channel="t"))

    assert stored(company, file.sha256) is None


@pytest.mark.broken
def test_a_changed_file_is_found(company, ready_database_url):
    imported(company, CONTENT)
    with company.runtime.database.begin() as transaction:
        transaction.exec_driver_sql("UPDATE attachment SET size = 3")

    (finding,) = check_all(company.runtime).findings
    assert finding.invariant == "I43"
