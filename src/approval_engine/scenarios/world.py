"""
The packaged documents of the deal desk: its directory, policy, quotes and scenarios.
"""

from functools import cache
from pathlib import Path

from approval_engine.documents import Document, parse
from approval_engine.domain.calendar import WorkingTime
from approval_engine.escalations.calendars import working_time_around
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.intake import import_directory, publish_policy
from approval_engine.operations.quote_intake import import_quotes
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy

DIRECTORY = "directory.json"
POLICY = "approval_matrix.json"
QUOTES = "quotes.json"
SCENARIOS = "workflow_scenarios.json"

FOLDER = Path(__file__).with_name("data")
"""Where the documents lie; scenario files find each other by name here."""

PUBLISHER = "system"


@cache
def document(name: str) -> Document:
    """
    A packaged document by its file name.
    """
    return parse((FOLDER / name).read_bytes(), name)


@cache
def policy() -> Policy:
    """
    The policy of the deal desk.
    """
    return load(document(POLICY))


def office_hours(runtime: Runtime) -> WorkingTime:
    """
    The working time that stories are told in, around the time of the runtime.
    """
    deal_desk = policy()
    calendar = deal_desk.calendars[deal_desk.default_step.calendar]
    return working_time_around(calendar, runtime.clock())


def found(runtime: Runtime) -> None:
    """
    Import the directory, the policy and the quotes into an empty database.
    """
    import_directory(runtime, document(DIRECTORY))
    publish_policy(runtime, document(POLICY), PUBLISHER)
    import_quotes(runtime, document(QUOTES))
