"""
A workflow id → everything that its pages show, if the person who asks may see it.

What somebody could do to a task is not decided here: the guard of `domain.actions` is
asked, the same one that every command asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.definitions.model import Field
from approval_engine.documents import JsonValue, load
from approval_engine.domain.actions import Action, Request, Surroundings, decide
from approval_engine.domain.events import Fact
from approval_engine.domain.people import Directory, User
from approval_engine.domain.quote import Quote
from approval_engine.domain.rights import Right, rights_of
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import InvalidInput, NotFound, Refused
from approval_engine.executor import engine
from approval_engine.executor.eligibility import Eligibility, eligibility
from approval_engine.executor.incident import naming
from approval_engine.history import chosen, reading, views
from approval_engine.history.reading import Case, Entry
from approval_engine.planner.lateness import Late, late
from approval_engine.planner.plan import PlannedStep, Reason, RoutingPlan
from approval_engine.policy.model import Policy
from approval_engine.store import attachments, catalog, notices, workflows
from approval_engine.web import context, grounds

_ANY_TEXT = "0" * 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """
    One input of the policy and its value as JSON has it.
    """

    name: str
    value: JsonValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """
    One workflow as pages show it, among the people of today.

    `kept` are the hashes of the attached files whose content is here.
    """

    case: Case
    quote: Quote
    policy: Policy
    people: Eligibility
    definition: engine.Definition
    entries: tuple[Entry, ...]
    kept: frozenset[str] = frozenset()

    @property
    def workflow(self) -> Workflow:
        """
        Where it stands.
        """
        return self.case.workflow

    @property
    def by_canary(self) -> str:
        """
        By which rule a canary chose its version, in words; empty if none did.
        """
        return str(chosen.line(self.entries[0].event).get("because", ""))

    def step(self, task: Task) -> PlannedStep:
        """
        The planned step of a task.
        """
        return self.case.step(task.step)

    def form(self, task: Task) -> tuple[Field, ...]:
        """
        The fields that the process asks of whoever approves the task.
        """
        elements = self.definition.tasks
        return next(e.work.fields for e in elements if e.id == task.element)

    def since(self, task: Task, user: User) -> Mapping[str, Any] | None:
        """
        What this person last decided of the step on an earlier revision, else anybody.
        """
        return self.case.since(task, user.id) or self.case.since(task)

    def late(self, task: Task) -> Late:
        """
        What happens, and when, if nobody answers the task.
        """
        return late(self.workflow, self.step(task))

    def decided_by_time(self) -> Mapping[str, str]:
        """
        The steps that silence decided, with the outcome.
        """
        log = (entry.event for entry in self.entries)
        facts = (each for each in log if each.action == Fact.STEP_TIMED_OUT)
        found: dict[str, str] = {}
        for event in facts:
            data: Any = load(event.data.encode())
            task = self.workflow.task(event.task_id or "")
            if task is not None:
                found[task.step] = data["outcome"]
        return found

    def closing(self, task: Task) -> str:
        """
        Why a task was closed that nobody answered; empty if somebody did.
        """
        for entry in self.entries:
            if entry.event.seq == task.closed_seq:
                data: Any = load(entry.event.data.encode())
                by = data.get("decidedBy")
                because = str(data.get("because", ""))
                return f"{because} by task {by}" if by else because
        return ""

    def figures(self) -> tuple[Figure, ...]:
        """
        What the policy read of the quote, in the order in which it names them.
        """
        document: Any = load(self.case.evaluation)
        values = document["inputs"]
        return tuple(
            Figure(name=each.name, value=values[each.name])
            for each in self.policy.inputs
            if each.name in values
        )

    def reasons(self) -> tuple[Reason, ...]:
        """
        Why anybody is asked, each trigger once.
        """
        return grounds.reasons_of(self.case.plan)

    def waivers(self) -> tuple[Mapping[str, Any], ...]:
        """
        The triggers that fired and ask nobody, each with the exception that waives it.
        """
        fired = views.fired(self.case.evaluation)
        return tuple(each for each in fired if each.get("waived_by"))

    def money(self) -> frozenset[str]:
        """
        The inputs of the policy that are amounts of money.
        """
        return grounds.money_inputs(self.policy)

    def offers(self, task: Task, user: User) -> Mapping[Action, str | None]:
        """
        For every action: None if this person may take it now, else why he may not.
        """
        around = self.people.around(task, (user.id,))
        return {
            action: _refusal(self.workflow, task, action, user, around)
            for action in Action
        }

    def also(self, task_id: str, user: User) -> tuple[Task, ...]:
        """
        The other open tasks of the review that this person may decide now.
        """
        return tuple(
            task
            for task in self.workflow.open_tasks
            if task.id != task_id and self.offers(task, user)[Action.APPROVE] is None
        )

    def stand_ins(self, task: Task) -> tuple[User, ...]:
        """
        Who may take the task over without climbing to another role.
        """
        able = self.people.able(task, task.role)
        members = self.people.directory.members(task.role)
        return tuple(user for user in members if user.id in able)


def open_dossier(workflow_id: str, user: User) -> Dossier:
    """
    The dossier of a workflow. Raises NotFound also if that person has no part in it.

    Raises Unreadable if it is broken.
    """
    with naming(workflow_id):
        return _opened(workflow_id, user)


def _opened(workflow_id: str, user: User) -> Dossier:
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        case = reading.case(transaction, workflow_id)
        directory = context.directory(transaction)
        part = may_see(case.workflow, case.plan, user, directory)
        if not (part or notices.was_told(transaction, user.id, workflow_id)):
            sentence = f"There is no workflow '{workflow_id}'."
            raise NotFound(sentence)
        quote = runtime.quote(transaction, case.workflow.evidence.quote)
        policy = runtime.policy(transaction, case.workflow.evidence.policy)
        current = catalog.current(transaction)
        people = eligibility(
            runtime, transaction, case.workflow, current, runtime.clock()
        )
        entries = reading.timeline_in(transaction, workflow_id)
        kept = attachments.kept(transaction, files_of(quote, entries))
        digest = case.workflow.evidence.definition
        definition = context.runtime().definition(transaction, digest)
    return Dossier(
        case=case,
        quote=quote,
        policy=policy,
        people=people,
        definition=definition,
        entries=entries,
        kept=kept,
    )


def files_of(quote: Quote, entries: tuple[Entry, ...]) -> Mapping[str, str]:
    """
    The names of the files of a quote and of its review, by their hashes.
    """
    came = {each.sha256: each.name for each in quote.attachments}
    added = (entry.attachment for entry in entries if entry.attachment)
    return came | {each["sha256"]: each["name"] for each in added}


def of_task(task_id: str, user: User) -> tuple[Dossier, Task]:
    """
    A task and the dossier it lies in. Raises NotFound like `open_dossier`.
    """
    with context.runtime().database.read() as transaction:
        workflow_id = workflows.workflow_of_task(transaction, task_id)
    try:
        found = open_dossier(workflow_id, user) if workflow_id else None
    except NotFound:
        found = None
    task = found.workflow.task(task_id) if found else None
    if found is None or task is None:
        sentence = f"There is no task '{task_id}'."
        raise NotFound(sentence)
    return found, task


def may_see(
    workflow: Workflow, plan: RoutingPlan, user: User, directory: Directory
) -> bool:
    """
    Whether a person has a part in a workflow, or holds a role that sees all of them.
    """
    people = {workflow.submitted_by, workflow.owner}
    for step in plan.steps:
        people |= set(step.staffing.candidates)
    for task in workflow.tasks:
        people |= {*task.candidates, task.assignee, task.principal, task.closed_by}
        people |= {task.info_from, *task.then_ask}
        # Who may reassign a task sees it: the manager of the one who has it.
        boss = directory.manager_of(task.assignee) if task.assignee else None
        people |= {boss.id} if boss and task.is_open else set()
    return user.id in people or oversees(user, directory)


def oversees(user: User, directory: Directory) -> bool:
    """
    Whether a person sees what he has no part in.
    """
    asker = context.asker()
    lent = asker.lent if asker.user.id == user.id else ()
    return Right.SEE_EVERYTHING in rights_of(directory.roles_of(user.id), lent)


def _refusal(
    workflow: Workflow, task: Task, action: Action, user: User, around: Surroundings
) -> str | None:
    request = Request(
        action=action, actor=user.id, channel="web", comment_sha256=_ANY_TEXT
    )
    try:
        decide(workflow, task, request, around)
    except InvalidInput:
        # Only a value is missing, such as the stand-in; that is what the form is for.
        return None
    except Refused as refusal:
        return str(refusal)
    return None
