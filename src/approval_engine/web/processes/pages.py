"""
What is deployed: the list of it, and a page for each version.
"""

from flask import Blueprint, Response, render_template

from approval_engine.definitions.arrange import arrange
from approval_engine.domain.processes import Role, Version, split
from approval_engine.domain.rights import Right
from approval_engine.operations import repository, serving
from approval_engine.store import catalog, processes
from approval_engine.web import context
from approval_engine.web.headers import as_download
from approval_engine.web.processes.parts import parts
from approval_engine.web.processes.tables import sheet

blueprint = Blueprint("processes", __name__)


@blueprint.get("/processes")
def listing() -> str:
    """
    Every process and decision, its versions, and where each serves.
    """
    context.demand(Right.SEE_PROCESSES)
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        found = serving.served(runtime, transaction)
    return render_template("processes/list.html", found=found)


@blueprint.get("/processes/<process>/<int:number>")
def version(process: str, number: int) -> str:
    """
    One version: its diagram, what it calls and asks, who deployed it and when.
    """
    context.demand(Right.SEE_PROCESSES)
    found, body = _find(process, number)
    with context.runtime().database.read() as transaction:
        known = processes.versions(transaction)
    is_table = found.role is Role.DECISION
    calls, asks = split(found.needs)
    mine = [each for each in known if each.name == process]
    return render_template(
        "processes/version.html",
        version=found,
        versions=mine[::-1],
        parts=() if is_table else parts(body, found.file),
        sheets=[sheet(body, found.file, process)] if is_table else [],
        calls=_named(known, calls),
        asks=_named(known, asks),
        users=serving.users(known, process) if found == mine[-1] else (),
    )


@blueprint.get("/processes/<process>/<int:number>/source")
def source(process: str, number: int) -> Response:
    """
    The file as it came, byte for byte.
    """
    context.demand(Right.SEE_PROCESSES)
    found, body = _find(process, number)
    return as_download(body, found.file)


@blueprint.get("/processes/<process>/<int:number>/export")
def export(process: str, number: int) -> Response:
    """
    The file that runs, in which nothing depends on the policy of the day.
    """
    context.demand(Right.SEE_PROCESSES)
    found, _ = _find(process, number)
    with context.runtime().database.read() as transaction:
        body = catalog.body(transaction, found.runs)
    return as_download(body, _called(found))


@blueprint.get("/processes/<process>/<int:number>/diagram.bpmn")
def diagram(process: str, number: int) -> Response:
    """
    The file with a drawing, also if it came without one.
    """
    context.demand(Right.SEE_PROCESSES)
    found, body = _find(process, number)
    if found.role is not Role.DECISION:
        body = arrange(body, found.file)
    return as_download(body, _called(found))


def _find(process: str, number: int) -> tuple[Version, bytes]:
    with context.runtime().database.read() as transaction:
        return repository.find(transaction, process, number)


def _called(found: Version) -> str:
    ending = "dmn" if found.role is Role.DECISION else "bpmn"
    return f"{found.name}-{found.version}.{ending}"


def _named(
    known: tuple[Version, ...], needs: dict[str, str]
) -> tuple[tuple[str, Version | None], ...]:
    by_content = {(each.name, each.runs): each for each in known}
    return tuple((name, by_content.get((name, sha))) for name, sha in needs.items())
