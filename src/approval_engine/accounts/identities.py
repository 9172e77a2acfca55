"""
Who somebody is at his issuer → which person of the directory he is here.

The key is (issuer, subject). An address in a mail is no key: it can be given to others.
"""

from approval_engine.accounts.oidc import Identity
from approval_engine.accounts.people import Host, active_user
from approval_engine.domain.events import stamp
from approval_engine.errors import Conflict, NotFound, Unauthenticated
from approval_engine.store import identities
from approval_engine.store.database import Transaction
from approval_engine.store.identities import IdentityRow


def person_of(host: Host, identity: Identity) -> str:
    """
    The id of the person, linked now if the configured claim names him.

    Raises Unauthenticated if nobody is linked, or he is not active.
    """
    with host.database.begin() as transaction:
        row = identities.find(transaction, identity.issuer, identity.subject)
        person = row.user_id if row else _named(host, transaction, identity)
        if active_user(host, transaction, person) is None:
            raise Unauthenticated(_UNKNOWN.format(identity.subject))
        if row is None:
            claim = "the claim of the provider"
            identities.add(transaction, _link(host, identity, person, claim))
    return person


def link(host: Host, user_id: str, identity: Identity, by: str) -> None:
    """
    Let that subject be this person from now on. Raises NotFound or Conflict.
    """
    with host.database.begin() as transaction:
        if active_user(host, transaction, user_id) is None:
            sentence = f"There is no active person '{user_id}' in the directory."
            raise NotFound(sentence)
        row = identities.find(transaction, identity.issuer, identity.subject)
        if row is not None and row.user_id != user_id:
            sentence = f"'{identity.subject}' is linked to '{row.user_id}' already."
            raise Conflict(sentence)
        if row is None:
            identities.add(transaction, _link(host, identity, user_id, by))


def unlink(host: Host, identity: Identity) -> None:
    """
    Let that subject be nobody. Raises NotFound if it is nobody already.
    """
    with host.database.begin() as transaction:
        if not identities.remove(transaction, identity.issuer, identity.subject):
            sentence = f"'{identity.subject}' is linked to nobody."
            raise NotFound(sentence)


def listed(host: Host, user_id: str | None = None) -> tuple[IdentityRow, ...]:
    """
    The links of a person, or of everybody.
    """
    with host.database.read() as transaction:
        return identities.listed(transaction, user_id)


_UNKNOWN = (
    "Nobody here is linked to this log-in; ask your administrator to link '{}' to you."
)


def _named(host: Host, transaction: Transaction, identity: Identity) -> str:
    """
    The person that the claim names, unless he has a log-in at this issuer already.

    A name that was changed at the provider must not lead into the account of another.
    """
    person = identity.named or ""
    taken = (
        row.issuer == identity.issuer for row in identities.listed(transaction, person)
    )
    if active_user(host, transaction, person) is None or any(taken):
        raise Unauthenticated(_UNKNOWN.format(identity.subject))
    return person


def _link(host: Host, identity: Identity, person: str, by: str) -> IdentityRow:
    return IdentityRow(
        issuer=identity.issuer,
        subject=identity.subject,
        user_id=person,
        linked_at=stamp(host.clock()),
        linked_by=by,
    )
