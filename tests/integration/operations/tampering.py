"""
Changes that somebody with all rights could make to a packet or to a database.

Each is drawn from a seeded generator and says itself what must be named: the file, the
event, or the workflow and its event.
"""

import io
import json
import zipfile
from dataclasses import dataclass, replace

from sqlalchemy import delete, select, text, update

from approval_engine.domain.events import GENESIS, Event, digest
from approval_engine.operations.evidence.archive import pack, unpack
from approval_engine.store.schema import (
    EVENT,
    EVENT_ORIGIN,
    EVENT_TEXT,
    OUTBOX,
    TASK,
    TASK_AHEAD,
    WORKFLOW,
)

FAR = 900
"""A number that no event has."""

COLUMNS = tuple(name for name in Event.__slots__ if name != "seq")


@dataclass(frozen=True)
class Wanted:
    """
    What must be named. Of a log that was written anew with all its hashes a checkpoint
    knows the end only, so any event from `seq` up to `until` may be named.
    """

    seq: int = 0
    until: int = 0
    file: str = ""
    workflow: str = ""


# --- packets -------------------------------------------------------------------------


def flip(dice, packet):
    """
    Another bit of a byte of any file.
    """
    files = unpack(packet)
    name = dice.choice([each for each, body in files.items() if body])
    start = _start(packet, name)
    at = start + dice.randrange(len(files[name]))
    changed = bytearray(packet)
    changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed), _in_file(name, files[name], at - start)


def flip_anywhere(dice, packet):
    """
    Another bit of a byte of the archive, headers and directory included.
    """
    changed = bytearray(packet)
    changed[dice.randrange(len(packet))] ^= 1 << dice.randrange(8)
    return bytes(changed), None


def drop_line(dice, packet):
    files, lines = _lines(packet)
    at = dice.randrange(len(lines))
    del lines[at]
    return _with(files, lines), Wanted(file="events.jsonl", seq=at + 1)


def cut_lines(dice, packet):
    files, lines = _lines(packet)
    at = dice.randrange(1, len(lines))
    return _with(files, lines[:at]), Wanted(file="events.jsonl", seq=at + 1)


def swap_lines(dice, packet):
    files, lines = _lines(packet)
    one, other = sorted(dice.sample(range(len(lines)), 2))
    lines[one], lines[other] = lines[other], lines[one]
    return _with(files, lines), Wanted(file="events.jsonl", seq=one + 1)


def repeat_line(dice, packet):
    files, lines = _lines(packet)
    at = dice.randrange(len(lines))
    lines.insert(at, lines[at])
    return _with(files, lines), Wanted(file="events.jsonl", seq=at + 2)


def rewrite_lines(dice, packet):
    """
    An event in another name, and every hash behind it made to fit.
    """
    files, lines = _lines(packet)
    at = dice.randrange(len(lines))
    log = [Event(**json.loads(line)) for line in lines]
    log[at] = replace(log[at], actor="nobody")
    lines = [
        json.dumps(
            {n: getattr(e, n) for n in Event.__slots__},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode()
        for e in rehashed(log, at)
    ]
    return _with(files, lines), Wanted(file="events.jsonl", seq=at + 1)


def drop_file(dice, packet):
    files = unpack(packet)
    name = dice.choice(list(files))
    del files[name]
    return pack(files), Wanted(file=name)


def add_file(dice, packet):
    files = unpack(packet)
    name = dice.choice(["approval.json", "tables/a.dmn", "zz"])
    return pack({**files, name: b"approved"}), Wanted(file=name)


def swap_files(dice, packet):
    """
    Two files stand in each other's place.
    """
    files = list(unpack(packet).items())
    one, other = sorted(dice.sample(range(len(files)), 2))
    files[one], files[other] = files[other], files[one]
    return pack(dict(files)), Wanted(file=files[one][0])


def append(dice, packet):
    return packet + bytes([dice.randrange(256)]), Wanted(file="archive")


def cut(dice, packet):
    return packet[: dice.randrange(1, len(packet))], None


def zip_again(dice, packet):
    """
    The same files through another program, compressed.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in unpack(packet).items():
            archive.writestr(name, body)
    return made.getvalue(), None


PACKETS = (flip,) * 8 + (
    flip_anywhere,
    drop_line,
    cut_lines,
    swap_lines,
    repeat_line,
    rewrite_lines,
    drop_file,
    add_file,
    swap_files,
    append,
    cut,
    zip_again,
)
"""Eight of twenty change a byte of a file."""


def rehashed(log, start):
    """
    The log with hashes that fit again from there on.
    """
    head = log[start - 1].hash if start else GENESIS
    for at in range(start, len(log)):
        event = replace(log[at], prev_hash=head)
        head = digest(event)
        log[at] = replace(event, hash=head)
    return log


def _start(packet, name):
    with zipfile.ZipFile(io.BytesIO(packet)) as archive:
        return archive.getinfo(name).header_offset + 30 + len(name)


def _in_file(name, body, at):
    line = body[:at].count(b"\n") + 1
    if name == "manifest.sig":
        # Whether the signature or what it signs is another one, nobody can tell.
        return Wanted(file="manifest.json")
    if name == "texts.jsonl":
        # The line says of which event it is; that may be what was changed.
        return Wanted(file=name)
    return Wanted(file=name, seq=line if name == "events.jsonl" else 0)


def _lines(packet):
    files = unpack(packet)
    return files, files["events.jsonl"].splitlines()


def _with(files, lines):
    body = b"".join(line + b"\n" for line in lines)
    return pack({**files, "events.jsonl": body})


# --- databases -----------------------------------------------------------------------


def unguard(transaction):
    """
    Take away, until the roll-back, what stops the owner of the database.
    """
    if transaction.dialect.name == "sqlite":
        transaction.execute(text("PRAGMA defer_foreign_keys = ON"))
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in transaction.execute(query).scalars().all():
            transaction.execute(text(f"DROP TRIGGER {name}"))
    else:
        transaction.execute(text("SET LOCAL session_replication_role = replica"))


class Logs:
    """
    The logs of a database within one transaction, to be changed behind its back.
    """

    def __init__(self, transaction, dice):
        self.run = transaction.execute
        self.dice = dice
        self.of = {}
        for row in self.run(select(EVENT).order_by(EVENT.c.workflow_id, EVENT.c.seq)):
            self.of.setdefault(row.workflow_id, []).append(Event(**row._mapping))

    def pick(self, least=1):
        """
        A log of more events than that, and the place of one of them.
        """
        log = self.dice.choice([each for each in self.of.values() if len(each) > least])
        return log, self.dice.randrange(len(log))

    def change(self, event, **values):
        self.run(update(EVENT).where(EVENT.c.id == event.id).values(values))

    def delete(self, *events):
        self.run(delete(EVENT).where(EVENT.c.id.in_([each.id for each in events])))

    def insert(self, event):
        self.run(EVENT.insert().values(_columns(event)))

    def end_with(self, event):
        """
        Let the row of a workflow know this event as the last one.
        """
        mine = WORKFLOW.c.id == event.workflow_id
        known = {"seq": event.seq, "head": event.hash}
        self.run(update(WORKFLOW).where(mine).values(known))


def change_column(logs):
    """
    Another value in any column of any event.
    """
    log, at = logs.pick()
    event, column = log[at], logs.dice.choice(COLUMNS)
    value = changed(logs.dice, getattr(event, column))
    if column == "workflow_id":
        # Of the workflows that have no event of that number.
        others = [w for w, each in logs.of.items() if len(each) < event.seq]
        value = logs.dice.choice(others or ["WF-1"])
    logs.change(event, **{column: value})
    return Wanted(workflow=event.workflow_id, seq=event.seq)


def change_number(logs):
    log, at = logs.pick()
    logs.change(log[at], seq=FAR)
    return Wanted(workflow=log[at].workflow_id, seq=at + 1)


def drop_event(logs):
    log, at = logs.pick()
    logs.delete(log[at])
    return Wanted(workflow=log[at].workflow_id, seq=at + 1)


def swap(logs):
    log, _ = logs.pick()
    one, other = sorted(logs.dice.sample(range(len(log)), 2))
    logs.change(log[one], seq=FAR)
    logs.change(log[other], seq=one + 1)
    logs.change(log[one], seq=other + 1)
    return Wanted(workflow=log[0].workflow_id, seq=one + 1)


def insert(logs):
    """
    A copy of an event between two others, which move up.
    """
    log, at = logs.pick()
    for event in reversed(log[at:]):
        logs.change(event, seq=event.seq + 1)
    logs.insert(_forged(log[at]))
    return Wanted(workflow=log[at].workflow_id, seq=at + 1)


def cut_tail(logs):
    """
    The end is gone, and the row knows an earlier one.
    """
    log, at = logs.pick()
    at = max(at, 1)
    logs.delete(*log[at:])
    logs.end_with(log[at - 1])
    return Wanted(workflow=log[0].workflow_id, seq=at + 1)


def rewrite(logs):
    """
    An event says something else, all hashes behind it fit, and the row knows the end.
    """
    log, at = logs.pick()
    log = list(log)
    log[at] = replace(log[at], actor="nobody")
    for event in rehashed(log, at)[at:]:
        logs.change(event, **_columns(event))
    logs.end_with(log[-1])
    return Wanted(workflow=log[0].workflow_id, seq=at + 1, until=len(log))


def insert_and_rewrite(logs):
    """
    An approval that nobody gave, in its place in a chain that fits.
    """
    log, at = logs.pick()
    moved = [
        replace(event, seq=number, id=f"{event.workflow_id}:{number}")
        for number, event in enumerate(
            [*log[:at], _forged(log[at]), *log[at:]], start=1
        )
    ]
    logs.delete(*log[at:])
    for event in rehashed(moved, at)[at:]:
        logs.insert(event)
    logs.end_with(moved[-1])
    return Wanted(workflow=log[0].workflow_id, seq=at + 1, until=len(log))


def remove(logs):
    """
    A workflow is gone with all that belongs to it.
    """
    log, _ = logs.pick()
    workflow, ids = log[0].workflow_id, [event.id for event in log]
    for table in (EVENT_TEXT, EVENT_ORIGIN):
        logs.run(delete(table).where(table.c.event_id.in_(ids)))
    for table in (OUTBOX, TASK, TASK_AHEAD, EVENT):
        logs.run(delete(table).where(table.c.workflow_id == workflow))
    return hide(logs, workflow)


def hide(logs, workflow=None):
    """
    The row is gone, its events are not.
    """
    workflow = workflow or logs.pick()[0][0].workflow_id
    logs.run(delete(WORKFLOW).where(WORKFLOW.c.id == workflow))
    return Wanted(workflow=workflow, seq=1)


def change_head(logs):
    log, _ = logs.pick()
    logs.end_with(replace(log[-1], hash=changed(logs.dice, log[-1].hash)))
    return Wanted(workflow=log[0].workflow_id, seq=len(log))


def change_text(logs):
    """
    Other words beside an event than were written.
    """
    column = logs.dice.choice(["body", "salt"])
    rows = logs.run(select(EVENT_TEXT).order_by(EVENT_TEXT.c.event_id)).all()
    row = logs.dice.choice(rows)
    value = changed(logs.dice, getattr(row, column))
    mine = EVENT_TEXT.c.event_id == row.event_id
    logs.run(update(EVENT_TEXT).where(mine).values({column: value}))
    workflow, _, seq = row.event_id.partition(":")
    return Wanted(workflow=workflow, seq=int(seq))


DATABASES = (change_column,) * 8 + (
    change_number,
    drop_event,
    swap,
    insert,
    cut_tail,
    cut_tail,
    rewrite,
    insert_and_rewrite,
    remove,
    hide,
    change_head,
    change_text,
)
"""Eight of twenty change a column of an event."""


def changed(dice, value):
    """
    Another text than this one; text where there was none.
    """
    if not value:
        return "x"
    at = dice.randrange(len(value))
    letter = dice.choice([each for each in "abcdef0123456789" if each != value[at]])
    return f"{value[:at]}{letter}{value[at + 1 :]}"


def _columns(event):
    return {name: getattr(event, name) for name in Event.__slots__}


def _forged(event):
    return replace(
        event,
        id=f"{event.id}x",
        actor="nobody",
        action="task_approved",
        natural_key=None,
    )
