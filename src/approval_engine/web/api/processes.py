"""
`/api/v1/processes`: check and deploy files of analysts, and fetch what is deployed.
"""

from flask import Response

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.processes import Version
from approval_engine.domain.rights import Right
from approval_engine.errors import NotFound
from approval_engine.executor.answer import Caller
from approval_engine.history import views
from approval_engine.operations import repository
from approval_engine.store import processes
from approval_engine.web import context
from approval_engine.web.api import office_shapes as shapes
from approval_engine.web.api.bodies import FileQuery
from approval_engine.web.api.operation import File, Group, Says
from approval_engine.web.api.refusals import CONFLICT, DOCUMENT, STATE
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import FileBody
from approval_engine.web.headers import as_download

GROUP = Group(
    "processes", "Processes", "What analysts draw in Camunda Modeler, in versions."
)

LARGEST_FILE = 1024 * 1024
"""So many bytes a process may have."""

_LONGEST_NUMBER = 9
_TYPES = ("application/xml", "text/xml", "application/octet-stream")


@GROUP.post(
    "/processes",
    Says(
        name="deployProcess",
        scopes=(Scope.ADMIN,),
        right=Right.DEPLOY,
        query=FileQuery,
        body=FileBody(types=_TYPES, largest=LARGEST_FILE),
        answer=shapes.DeploymentList,
        statuses={
            201: "Something of it is new.",
            200: "All of it is deployed already.",
        },
        refuses=(STATE, CONFLICT, DOCUMENT),
    ),
)
def deploy(options: FileQuery, xml: bytes, caller: Caller) -> Reply:
    """
    Make a BPMN or DMN file the newest version of what it defines.

    A file with any problem deploys nothing: `problems` names each with its element and
    line. Workflows that run keep the definition that they began with.
    """
    runtime = context.runtime()
    done = repository.deploy(runtime, xml, options.file, caller.actor)
    items = [
        _version(each.version) | {"isNew": each.is_new, "notes": list(each.notes)}
        for each in done
    ]
    return told({"items": items}, 201 if any(each.is_new for each in done) else 200)


@GROUP.get(
    "/processes",
    Says(
        name="listProcesses",
        scopes=(Scope.READ,),
        right=Right.SEE_PROCESSES,
        answer=shapes.ProcessList,
        statuses={200: "All of them, perhaps none."},
    ),
)
def listed() -> views.View:
    """
    Find every deployed version, by name and number.
    """
    with context.runtime().database.read() as transaction:
        found = processes.versions(transaction)
    return {"items": [_version(each) for each in found]}


@GROUP.get(
    "/processes/<process>/<version>/diagram.bpmn",
    Says(
        name="getProcessFile",
        scopes=(Scope.READ,),
        right=Right.SEE_PROCESSES,
        answer=File(
            media_type="application/octet-stream", what="The file as it was deployed"
        ),
    ),
)
def file(process: str, version: str) -> Response:
    """
    Fetch a deployed version, byte for byte as it came.
    """
    if not (
        version.isascii() and version.isdigit() and len(version) <= _LONGEST_NUMBER
    ):
        sentence = f"There is no version '{version}' of a process '{process}'."
        raise NotFound(sentence)
    with context.runtime().database.read() as transaction:
        found, body = repository.find(transaction, process, int(version))
    return as_download(body, found.file)


def _version(version: Version) -> views.View:
    return {
        "process": version.name,
        "version": version.version,
        "kind": str(version.role),
        "sha256": version.sha256,
        "semantic": version.semantic,
        "source": version.source,
        "file": version.file,
        "deployedAt": version.deployed_at,
        "deployedBy": version.deployed_by,
    }
