"""
A person, today's directory and who stands in for whom → whose inbox this is.
"""

from approval_engine.errors import Forbidden, StorageError
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.separation import barred
from approval_engine.store import catalog
from approval_engine.store.asking import Reader
from approval_engine.store.database import Transaction


def reader_of(runtime: Runtime, transaction: Transaction, person: str) -> Reader:
    """
    The reader of that person's inbox now. Raises Forbidden if he has none.
    """
    current = catalog.current(transaction)
    if current.directory is None or current.delegations is None:
        sentence = "The database has no directory; run 'cpq directory import'."
        raise StorageError(sentence)
    directory = runtime.directory(transaction, current.directory)
    user = directory.user(person)
    if user is None or not user.active:
        word = "not in the directory" if user is None else "no longer active"
        sentence = f"Expected to open the inbox of '{person}', but he is {word}."
        raise Forbidden(sentence)
    delegations = runtime.delegations(transaction, current.delegations)
    return Reader(
        person=person,
        roles=directory.roles_of(person),
        barred=barred(person, directory, delegations, runtime.clock()),
    )
