"""
Peer: SpiffWorkflow the obvious way, as its documents show it.

The XML is parsed for every instance, the stock serializer writes specification and
tasks into the row, SQLAlchemy's ORM stores rows much like ours, but for hash and rule.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
)

from approval_engine.store.database import Database
from benchmarks.world import EVIDENCE

PEOPLE = {"manager": ("maria",), "finance": ("fiona", "fred")}

# Its loggers collect the surroundings of every change, whether shown or not.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Base(DeclarativeBase):
    """
    The tables of this peer.
    """


class Instance(Base):
    """
    One process with all of its state.
    """

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    quote: Mapped[str] = mapped_column(String, unique=True)
    status: Mapped[str] = mapped_column(String)
    state: Mapped[str] = mapped_column(Text)
    tasks: Mapped[list["Seat"]] = relationship(back_populates="instance")
    audits: Mapped[list["Audit"]] = relationship()


class Seat(Base):
    """
    One task for a person.
    """

    __tablename__ = "seat"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    element: Mapped[str] = mapped_column(String)
    status: Mapped[str] = mapped_column(String)
    closed_by: Mapped[str | None] = mapped_column(String)
    instance: Mapped[Instance] = relationship(back_populates="tasks")
    mails: Mapped[list["Mail"]] = relationship()


class Audit(Base):
    """
    What happened.
    """

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    action: Mapped[str] = mapped_column(String)
    actor: Mapped[str] = mapped_column(String)
    at: Mapped[str] = mapped_column(String)


class Mail(Base):
    """
    One message that waits to be sent.
    """

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    recipient: Mapped[str] = mapped_column(String)


class PlainSpiff:
    """
    Starts and advances processes of the given width and depth.
    """

    def __init__(self, url: str, stages: tuple[tuple[str, ...], ...]) -> None:
        self.engine = Database(url).engine
        Base.metadata.create_all(self.engine)
        self.xml = drawing(stages).encode()
        self.serializer = BpmnWorkflowSerializer()
        # Named, because our product takes the stock one out of its process.
        self.scripts = PythonScriptEngine()

    def submit(self, number: int) -> None:
        """
        Start one.
        """
        parser = BpmnParser()
        parser.add_bpmn_str(self.xml)
        spec = parser.get_spec("review")
        workflow = BpmnWorkflow(spec, script_engine=self.scripts)
        workflow.data["evidence"] = {"id": number, "justification": EVIDENCE}
        workflow.do_engine_steps()
        with Session(self.engine) as session, session.begin():
            instance = Instance(quote=f"Q-{number}", status="pending")
            instance.state = self.serializer.serialize_json(workflow)
            instance.tasks = list(_seats(workflow, set()))
            instance.audits = [_audit("submitted", "rep")]
            session.add(instance)

    def approve(self, number: int, element: str) -> None:
        """
        Approve one of its tasks.
        """
        with Session(self.engine) as session, session.begin():
            query = select(Instance).where(Instance.quote == f"Q-{number}")
            instance = session.execute(query.with_for_update()).scalar_one()
            workflow = self.serializer.deserialize_json(instance.state)
            workflow.script_engine = self.scripts
            workflow.refresh_waiting_tasks()
            task = workflow.get_next_task(spec_name=element, state=TaskState.READY)
            task.data[f"outcome_{element}"] = "approved"
            task.run()
            workflow.do_engine_steps()
            instance.state = self.serializer.serialize_json(workflow)
            known = {seat.element: seat for seat in instance.tasks}
            known[element].status, known[element].closed_by = "approved", "maria"
            instance.tasks.extend(_seats(workflow, set(known)))
            instance.audits.append(_audit("approved", "maria"))
            if workflow.completed:
                instance.status = "approved"


def drawing(stages: tuple[tuple[str, ...], ...]) -> str:
    """
    A process of stages, each of user tasks side by side with a timer on each.
    """
    before = "start"
    parts = ['<startEvent id="start" />']
    for number, names in enumerate(stages, start=1):
        split, join = f"split_{number}", f"join_{number}"
        parts.append(f'<parallelGateway id="{split}" />{_flow(before, split)}')
        parts.append(f'<parallelGateway id="{join}" />')
        parts.extend(_task(name, split, join) for name in names)
        before = join
    parts.append(f'<endEvent id="approved" />{_flow(before, "approved")}')
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' targetNamespace="bench"><process id="review" isExecutable="true">'
        f"{''.join(parts)}</process></definitions>"
    )


def _task(name: str, before: str, after: str) -> str:
    return (
        f'<userTask id="{name}" />{_flow(before, name)}{_flow(name, after)}'
        f'<boundaryEvent id="due_{name}" attachedToRef="{name}" cancelActivity="false">'
        "<timerEventDefinition><timeDuration>&quot;PT24H&quot;</timeDuration>"
        f'</timerEventDefinition></boundaryEvent><endEvent id="late_{name}" />'
        f"{_flow(f'due_{name}', f'late_{name}')}"
    )


def _flow(source: str, target: str) -> str:
    name = f"{source}__{target}"
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}" />'


def _seats(workflow: BpmnWorkflow, known: set[str]) -> Iterator[Seat]:
    for task in workflow.get_tasks(state=TaskState.READY, manual=True):
        name = task.task_spec.name
        if name not in known:
            people = PEOPLE.get(name, ("maria", "mark"))
            mails = [Mail(recipient=person) for person in people]
            yield Seat(element=name, status="open", mails=mails)


def _audit(action: str, actor: str) -> Audit:
    return Audit(action=action, actor=actor, at=datetime.now(UTC).isoformat())
