"""
One person: roles, open tasks, windows and tokens, and the log-in that an admin sets.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.accounts import passwords
from approval_engine.domain.people import User
from approval_engine.errors import InvalidInput, NotFound, Refused
from approval_engine.store import accounts, api_tokens, delegations, oversight
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, done, must_be_fresh, office, page

blueprint = office("person", "/directory/people")


@blueprint.get("/<person>")
def person(person: str) -> Response:
    """
    What is known of a person of the directory.
    """
    return _page(person)


@blueprint.post("/<person>/password")
def password(person: str) -> AnyResponse:
    """
    Give him a password and end his sessions; nobody is told what it is.
    """
    user = _one(person)
    must_be_fresh()
    try:
        word, again = (request.form.get(name, "") for name in ("password", "again"))
        if word != again:
            sentence = "The two passwords differ; nothing was changed."
            raise InvalidInput(sentence)
        passwords.set_password(context.runtime(), user.id, word)
    except Refused as refusal:
        return _page(person, refusal)
    sentence = f"{user.name} has a new password, and no session any more."
    return done(sentence, "person.person", person=person)


def _one(person: str) -> User:
    with context.runtime().database.read() as transaction:
        user = context.directory(transaction).user(person)
    if user is None:
        sentence = f"There is no person '{person}' in the directory."
        raise NotFound(sentence)
    return user


def _page(person: str, refusal: Refused | None = None) -> Response:
    user = _one(person)
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        directory = context.directory(transaction)
        windows = [
            each
            for each in delegations.listed(transaction)
            if person in {each.principal, each.delegate}
        ]
        return page(
            "person.html",
            refusal,
            user=user,
            roles=directory.roles_of(person),
            reports=[u for u in directory.users.values() if u.manager == person],
            accounts=[a for a in directory.accounts_of(person) if a != person],
            tasks=oversight.tasks_at(transaction, person, LIMIT),
            windows=list(reversed(windows))[:LIMIT],
            tokens=api_tokens.listed(transaction, person, limit=LIMIT),
            has_password=accounts.password_hash(transaction, person) is not None,
            shortest=passwords.SHORTEST,
        )
