"""
Some workflows are broken behind the product's back; the others must not notice.
"""

from itertools import cycle
from time import perf_counter

import orjson
import pytest
from sqlalchemy import text

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.errors import Quarantined
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.tick import due
from approval_engine.operations import incidents as commands
from approval_engine.store import incidents
from tests.concurrency.company import MANAGERS, do

ROOT = Caller(actor="root", channel="test")
NOWHERE = "f" * 64


def _said(state, **changes):
    document = {**orjson.loads(state), **changes}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


WAYS = {
    "truncated": lambda state: state[:-7],
    "no JSON": lambda state: b"not json" + state,
    "typename": lambda state: _said(state, typename="datetime"),
    "newer": lambda state: _said(state, v=9.9),
    "no definition": None,
    # It reads well, and the process has no such element.
    "engine": lambda state: _said(state, waits=[["nobody", 1, []]]),
}
"""How each is broken: what becomes of its state."""


def poison(runtime, workflow_id, way):
    """
    Break one workflow in the tables.
    """
    if WAYS[way] is None:
        _lose_definition(runtime.database, workflow_id)
        return
    mine = {"id": workflow_id}
    with runtime.database.begin() as transaction:
        query = text("SELECT state FROM workflow_instance WHERE id = :id")
        state = bytes(transaction.execute(query, mine).scalar_one())
        change = text("UPDATE workflow_instance SET state = :state WHERE id = :id")
        transaction.execute(change, {**mine, "state": WAYS[way](state)})


def _lose_definition(database, workflow_id):
    # What forbids that in the database has to be out of the way first.
    with database.engine.connect() as connection:
        if database.is_sqlite:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = OFF")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        lose = "UPDATE workflow_instance SET definition_sha256 = :no WHERE id = :id"
        connection.execute(text(lose), {"no": NOWHERE, "id": workflow_id})
        connection.commit()
        # It must not come back into the pool as it is now.
        connection.invalidate()


def undisturbed(company, healthy):
    """
    Seconds of one round in which nothing is broken.
    """
    company.start(healthy)
    return _round(company, healthy)


def quarantine(company, healthy, poisoned, ways=WAYS):
    """
    One round moves all that is well and holds the rest; its seconds.
    """
    started = company.start(healthy + poisoned)
    ways = cycle(ways)
    broken = {each.id: next(ways) for each in started[:: len(started) // poisoned]}
    broken = dict(list(broken.items())[:poisoned])
    for workflow_id, way in broken.items():
        poison(company.runtime, workflow_id, way)
    took_s = _round(company, healthy, set(broken))
    assert due(company.late) == ()
    assert worker.once(company.late) == worker.Round()
    held = {each.workflow_id: each for each in _open(company)}
    assert set(held) == set(broken)
    for each in started:
        if each.id in broken:
            _refused_at_once(company, each, held[each.id].id)
    return took_s


def _round(company, healthy, broken=frozenset()):
    begun = perf_counter()
    done = worker.once(company.late)
    took_s = perf_counter() - begun
    assert (done.fired, set(done.held), done.put_off) == (healthy, broken, ())
    return took_s


def _open(company):
    with company.runtime.database.read() as transaction:
        return incidents.listed(transaction, closed=False)


def _refused_at_once(company, started, incident):
    for key in (None, f"key of {started.id}"):
        with pytest.raises(Quarantined, match=f"is held by incident '{incident}'"):
            do(company.runtime, started, MANAGERS[0], Action.APPROVE, key=key)


def mend(company):
    """
    All that was broken is made again from its log, and goes on; how many that were.
    """
    seen = list(commands.mend(company.late, None, ROOT, only_look=True))
    done = list(commands.mend(company.late, None, ROOT, only_look=False))
    assert seen == done
    assert {each.against for each in done} == {""}
    assert all(each.fields for each in done)
    for each in done:
        commands.close(company.late, each.incident, "root")
    assert worker.once(company.late).fired == len(done)
    return len(done)
