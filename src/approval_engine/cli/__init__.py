"""
The command line `cpq`: options in, `key=value` lines or one JSON document out.

Every command is thin: it finds out who acts, calls one function and prints its answer.
"""

import gc
import os
import sys
from importlib import import_module

import click

from approval_engine import __version__, traces
from approval_engine.cli.context import session_of
from approval_engine.errors import (
    ApprovalEngineError,
    Conflict,
    DefinitionError,
    InvalidInput,
    NotFound,
    Refused,
    StepUpRequired,
    StorageError,
    WrongOption,
)

EXIT_CODES: tuple[tuple[type[ApprovalEngineError], int], ...] = (
    (WrongOption, 2),
    (NotFound, 3),
    (Conflict, 5),
    (Refused, 4),
    (StepUpRequired, 4),
    (DefinitionError, 6),
    (StorageError, 7),
    (ApprovalEngineError, 8),
)
"""The first class that fits gives the exit code."""

COMMANDS = {
    "approval": ("approval", "Submit, act on, recall and explain workflows."),
    "config": ("settings", "Show the settings, secrets masked."),
    "db": ("database", "Create, migrate, check, copy or restore the database."),
    "delegation": ("delegation", "Let one person stand in for another."),
    "demo": ("demo", "Seed, run the golden path and serve the inbox."),
    "directory": ("directory", "Import and list people and roles."),
    "evidence": ("evidence", "Make and show the keys that sign evidence."),
    "exception": ("exception", "Ask for exceptions to the policy, and end them."),
    "identity": ("identity", "Link log-ins of single sign-on to people."),
    "incident": ("incident", "List what holds workflows, repair it, let it go on."),
    "inbox": ("inbox", "List the open tasks of a person."),
    "outbox": ("outbox", "List messages and try them again."),
    "password": ("password", "Set what a person logs in with on the web."),
    "person": ("person", "Erase who has left, but for his id."),
    "policy": ("policy", "Validate, simulate, publish and compare policies."),
    "process": ("repository", "Check, deploy, compare and export processes."),
    "quote": ("quote", "Import and show quotes."),
    "rates": ("rates", "Import exchange rates."),
    "report": ("report", "Report on what was decided, and where time goes."),
    "seed": ("demo", "Fill the database with a believable deal desk."),
    "serve": ("serve", "Serve the web inbox and the HTTP interface."),
    "test": ("demo", "Run the scenarios of a suite."),
    "token": ("token", "Create, list and revoke API tokens."),
    "webhook": ("webhook", "Tell other programs of what happens."),
    "worker": ("worker", "Fire the timers that are due, send what waits."),
}
"""Command, the module that holds it, and its line of help: `--help` imports none."""


class LazyGroup(click.Group):
    """
    A group that imports a command's module when the command is called.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """
        The commands in alphabetical order.
        """
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """
        The command of that name, imported now.
        """
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"approval_engine.cli.{COMMANDS[cmd_name][0]}")
        return getattr(module, cmd_name)  # type: ignore[no-any-return] # a module found by name has no types

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """
        List the commands without importing any.
        """
        rows = [(name, COMMANDS[name][1]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="cpq")
@click.option(
    "--database", metavar="URL", help="Default: CPQ_DATABASE_URL, else cpq.db."
)
@click.option("--as", "acting_as", metavar="USER", help="Who acts; default CPQ_USER.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def cpq(
    ctx: click.Context, database: str | None, acting_as: str | None, *, as_json: bool
) -> None:
    """
    Decide who must sign off a sales quote, and get the sign-off.
    """
    try:
        ctx.obj = session_of(os.environ, database, acting_as, as_json=as_json)
        traces.set_up(os.environ, __version__)
    except InvalidInput as error:
        raise click.UsageError(str(error)) from error
    ctx.call_on_close(ctx.obj.close)


_ENOUGH = 200_000
"""So many new objects are worth a look for garbage: more than all imports make."""


def main() -> None:
    """
    Run `cpq`; whatever this product refuses becomes a sentence and an exit code.
    """
    gc.set_threshold(_ENOUGH, 20, 20)
    if not all(map(_is_text, sys.argv)):
        click.echo("Error: Expected all arguments in UTF-8.", err=True)
        sys.exit(2)
    try:
        cpq(prog_name="cpq")
    except ApprovalEngineError as error:
        click.echo(str(error), err=True)
        sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))


def _is_text(argument: str) -> bool:
    # Bytes that are no UTF-8 come in as halves of surrogate pairs.
    return not any("\ud800" <= char <= "\udfff" for char in argument)
