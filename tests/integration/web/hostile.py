"""
A company in which everybody writes to break pages, and what a page must not make of it.

What the commands take is written through them, what forms take is typed into them by
`typed`, and what nothing takes is put into the tables by `poison`.
"""

import base64
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import MetaData, Text, select, update

from approval_engine import worker
from approval_engine.accounts.tokens import create
from approval_engine.config import packaged
from approval_engine.documents import parse
from approval_engine.domain.events import stamp
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.notifications.post import Post
from approval_engine.operations import intake, messages, quote_intake, repository
from approval_engine.store import incidents
from approval_engine.store.schema import OUTBOX, OUTBOX_FAILURE
from tests.integration.executor import exceptions, office
from tests.integration.executor.company import INPUTS, TRIGGERS, Company, quote
from tests.integration.operations.tampering import unguard

MARK = "pwned"
"""What every piece of markup of an attack is named after."""

SCRIPT = f"javascript:{MARK}()//"
ATTACK = (
    f"\"><svg onload={MARK}() {MARK}=1>'><script>{MARK}()</script><b {MARK}>"
    f"{{{{7*7}}}}{MARK}\u202e{SCRIPT}"
)
EXECUTED = f"49{MARK}"
TURNED = "\u202e"

ID = f"\"><b/{MARK}>'{{{{7*7}}}}{MARK}"
"""An attack without spaces and equals signs, which ids cannot have."""

_DEEDS = ("reject", "return", "approve", "recall", "check", "nothing")

EVERYBODY = ("sam", "maria", "fred", "dora", "dana", "ada", "anna", "aude")
"""Who looks: a submitter, approvers, the desk, an admin, an analyst, an auditor."""

FREE = frozenset(
    [
        "account",
        "address",
        "agent",
        "detail",
        "file",
        "host",
        "label",
        "name",
        "note",
        "query",
        "reason",
        "title",
        "url",
        "version",
    ]
)
"""Columns of these names hold text that somebody wrote, in whatever table."""

_LEADS = frozenset(
    [
        "action",
        "background",
        "cite",
        "data",
        "formaction",
        "href",
        "ping",
        "poster",
        "src",
        "srcset",
        "xlink:href",
    ]
)
_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
_NOTHING_INLINE = frozenset({"style", "srcdoc"})
_SPACE = re.compile(r"[\x00-\x20]")
_TYPED = frozenset({"text", "textarea", "search", "url", "hidden-text"})


def said(field):
    """
    The attack by which one recognises the field that holds it.
    """
    return f"x-{field} {ATTACK}"


def found_company(url):
    """
    The company, in which everything has happened that there are commands for.
    """
    company = Company(url, **_policy())
    _import(intake.import_directory, company, _directory())
    repository.deploy(company.runtime, _process(), "deal_review.bpmn", "dana")
    _import(quote_intake.import_quotes, company, _quote(ID))
    hostile = company.submit(ID, actor=ID).workflow
    company.act(hostile, "check_data", "approve", "dana", comment=said("approve"))
    company.act(hostile, "manager", "comment", "maria", comment=said("comment"))
    company.act(hostile, "finance", "request-info", "fred", comment=said("asked"))
    for number, deed in enumerate(_DEEDS, 1):
        _import(quote_intake.import_quotes, company, _quote(f"Q-{number}", sam=True))
        workflow = company.submit(f"Q-{number}").workflow
        if deed == "nothing":
            continue
        company.act(workflow, "check_data", "approve", "dana")
        if deed == "recall":
            company.recall(workflow)
        elif deed != "check":
            company.act(workflow, "manager", deed, "maria", comment=said(deed))
    _beside(company)
    return company


def _beside(company):
    """
    What is not said of a quote: windows, exceptions, overrides, addresses, failures.
    """
    runtime, now = company.runtime, company.runtime.clock()
    worker.once(runtime)
    window = (now, now + timedelta(days=9))
    intake.add_delegation(runtime, ("maria", ID), window, None)
    exceptions.ask(company, account=said("exception").replace(TURNED, ""))
    for admin in ("ada", "abe"):
        wish = Override(workflow="WF-8812", decision="reject", comment=said("override"))
        override(runtime, wish, Caller(actor=admin, channel="t"))
    post = Post(
        sender="a@example.com",
        base_url="https://a.example",
        secrets={"s": (b"s" * 16,)},
    )
    what = (f"https://hooks.example/?q='\"><b/{MARK}>", "json", "s")
    messages.add_webhook(runtime, post, what, ("workflow.approved",))
    create(runtime, "ada", ["read"], None)
    with runtime.database.begin() as transaction:
        for workflow in ("WF-8809", "WF-8813"):
            detail = said("incident")
            incidents.add(transaction, workflow, "engine", detail, stamp(now))
        message = transaction.execute(select(OUTBOX.c.id)).scalars().first()
        failure = {"message_id": message, "failed_at": stamp(now)}
        failed = OUTBOX_FAILURE.insert().values(**failure, detail=said("failure"))
        transaction.execute(failed)
        dead = update(OUTBOX).where(OUTBOX.c.id == message).values(status="dead")
        transaction.execute(dead)


def poison(database):
    """
    Write attacks into every column that holds free text; the names of what was hit.
    """
    tables, hit = MetaData(), []
    with database.begin() as transaction:
        unguard(transaction)
        tables.reflect(transaction)
        for table in tables.sorted_tables:
            free = [column for column in table.columns if _is_free(column)]
            for column in free:
                attack = SCRIPT if column.name == "url" else said(f"{table}.{column}")
                transaction.execute(update(table).values({column: attack}))
                hit.append(f"{table}.{column.name}")
    return hit


def _is_free(column):
    is_key = column.primary_key or column.foreign_keys
    return column.name in FREE and isinstance(column.type, Text) and not is_key


def typed(browser, pages):
    """
    Send every form that those pages hold, once each, with attacks in all its fields.

    Gives pairs of where it went and what was answered.
    """
    done = set()
    for page in pages:
        for form in page.parsed.forms if page.is_html else ():
            kind = (form.action, *(c.name for c in form.controls), _deed(form))
            if form.method != "post" or _is_about_log_ins(form) or kind in done:
                continue
            done.add(kind)
            data = _filled(form)
            yield (
                form.action,
                browser.client.post(
                    form.action, data=data, content_type="multipart/form-data"
                ),
            )


def _deed(form):
    return next((c.value for c in form.controls if c.name == "action"), "")


def _is_about_log_ins(form):
    named = {control.kind for control in form.controls}
    path = urlsplit(form.action).path
    return "password" in named or "log" in path or "session" in path


def _filled(form):
    data = {}
    for control in form.controls:
        if control.kind == "file":
            name = f"{said('upload')}.bpmn".replace("/", "")
            data[control.name] = (io.BytesIO(said("file").encode()), name)
        elif control.kind in _TYPED:
            data[control.name] = said(f"form-{control.name}")
        elif control.kind == "checkbox":
            data[control.name] = control.value
        elif control.is_sent:
            data[control.name] = _plausible(control)
    return data


def _plausible(control):
    if control.options:
        return next((each for each in reversed(control.options) if each), "")
    day = datetime.now(UTC).date() + timedelta(days=2)
    usual = {"date": f"{day}", "datetime-local": f"{day}T10:00", "number": "1"}
    return control.value or usual.get(control.kind, "")


def harm(parsed, *, forbidden=_NOTHING_INLINE):
    """
    What an attack made of a page, a line each.
    """
    for tag, attrs in parsed.elements:
        if MARK in tag or any(MARK in name for name in attrs):
            yield f"an attack became <{tag} {attrs}>"
        if tag == "script" and not attrs.get("src", "").startswith("/static/"):
            yield f"a script stands in the page: {attrs}"
        yield from (
            f"<{tag}> has {name}={value!r}"
            for name, value in attrs.items()
            if name.startswith("on") or name in forbidden or _misleads(name, value)
        )
    if EXECUTED in parsed.text:
        yield "a template was executed"
    if TURNED in parsed.text:
        yield "a character turns the text round"


def _misleads(name, value):
    scheme, colon, _ = _SPACE.sub("", value).partition(":")
    is_path = not colon or any(sign in scheme for sign in "/?#")
    return name in _LEADS and not is_path and scheme.lower() not in _SAFE_SCHEMES


def shown(pages):
    """
    How often each field's attack was read as it was written.
    """
    whole = re.compile(r"x-([\w.-]+) " + re.escape(_visible(ATTACK)))
    return Counter(field for page in pages for field in whole.findall(page.parsed.text))


def _visible(text):
    return text.replace(TURNED, "[U+202E]")


def _import(take, company, value):
    take(company.runtime, parse(json.dumps(value).encode(), "test.json"))


def _policy():
    where = {"name": "where", "type": "string", "values": [said("value"), "b"]}
    band = {**exceptions.BAND, "ladder": "sales"}
    discount = {"name": "discount_pct", "type": "number", "worse": "higher"}
    return {
        "policy": ID,
        "version": ID,
        "inputs": [*INPUTS, where, discount],
        "triggers": [*TRIGGERS, band],
        "ladders": exceptions.LADDERS,
        "processes": [{"use": "deal_review"}],
        "steps": {**office.BULKY, "director": {}},
    }


def _directory():
    found = office.people()
    for user in found["users"]:
        user["name"] = said(f"person-{user['id']}")
    more = {"anna": "maria", "aude": "maria", ID: "maria"}
    found["users"] += [
        {
            "id": each,
            "name": said("person"),
            "email": f"h{number}@example.com",
            "manager": manager,
            "attributes": {said("attribute"): said("attribute")},
        }
        for number, (each, manager) in enumerate(more.items())
    ]
    more_roles = {"analyst": ["anna"], "auditor": ["aude"]}
    managers = [*found["roles"]["manager"], ID]
    return {**found, "roles": {**found["roles"], **more_roles, "manager": managers}}


def _process():
    def written(field):
        return _escaped(said(field))

    frame = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_text("utf-8")
    form = f"""
    <bpmn:extensionElements><camunda:formData>
      <camunda:formField id="note" label="{written("label")}" type="string" />
      <camunda:formField id="size" label="Size" type="enum">
        <camunda:value id="s" name="{written("choice")}" /></camunda:formField>
    </camunda:formData></bpmn:extensionElements>"""
    place = "</bpmn:documentation>\n      <bpmn:incoming>to_check"
    frame = frame.replace(place, place.replace("\n", f"{form}\n", 1))
    frame = frame.replace('name="Check the data"', f'name="{written("task")}"')
    return frame.replace(
        "Are account, products", f"{written('documentation')} Are account, products"
    ).encode()


def _escaped(text):
    for sign, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(sign, f"&{name};")
    return text


def _quote(quote_id, *, sam=False):
    line = {
        "id": said("line"),
        "product": said("product"),
        "family": said("family"),
        "quantity": 2,
        "list_price": "100",
        "net_price": "80",
        "period": said("period"),
    }
    return quote(
        quote_id,
        submittedBy="sam" if sam else ID,
        account=said("account"),
        justification=f"{said('justification')}\n{said('justification')}",
        where=said("value"),
        discount_pct="1",
        lines=[line],
        attachments=[
            {
                "name": said("attachment"),
                "mediaType": said("media"),
                "sha256": "0" * 64,
            },
            {
                "name": f"x-file '<b {MARK}>{{{{7*7}}}}{MARK}.pdf",
                "mediaType": "application/pdf",
                "content": base64.b64encode(ATTACK.encode()).decode(),
            },
        ],
    )
