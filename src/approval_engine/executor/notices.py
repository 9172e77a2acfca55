"""
Notify tasks that the process passed → a fact each, of which the people named are told.

The engine only says that it passed them; who stands behind a name is looked up here,
in the directory of the moment, and the message goes out with the commit.
"""

from collections.abc import Callable, Iterator, Mapping

from approval_engine.definitions.model import Notice
from approval_engine.domain.events import Fact
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.recorder import Recorder

Members = Callable[[str], tuple[str, ...]]
"""The active people behind a name: of a role, or one person; empty if it is neither."""

SUBMITTER, OWNER = "submitter", "owner"
"""The names of those whose quote it is."""


def nobody(name: str) -> tuple[str, ...]:
    """
    No directory was brought along.
    """
    del name
    return ()


def send(recorder: Recorder, members: Members) -> None:
    """
    Record the notices that were passed since the last time, in order.
    """
    nodes = recorder.pinned.definition.nodes
    for element in recorder.take_passed():
        if notice := nodes[element].notice:
            data = _said(recorder.workflow, element, notice, members)
            recorder.note(Fact.NOTIFIED, data)


def _said(
    workflow: Workflow, element: str, notice: Notice, members: Members
) -> Mapping[str, object]:
    people = dict.fromkeys(_people(workflow, notice, members))
    return {
        "element": element,
        "channel": notice.channel,
        "people": tuple(people),
        "subject": notice.subject,
        "text": notice.text,
    }


def _people(workflow: Workflow, notice: Notice, members: Members) -> Iterator[str]:
    if notice.channel != "mail":
        return
    own = {SUBMITTER: workflow.submitted_by, OWNER: workflow.owner}
    for name in notice.to:
        if name in own:
            yield own[name] or workflow.submitted_by
        else:
            yield from members(name)
