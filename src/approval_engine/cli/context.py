"""
What all commands share: settings, runtime, who acts, and how to print.
"""

import getpass
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from approval_engine import config
from approval_engine.cli import offices
from approval_engine.cli.words import camel, plain
from approval_engine.errors import Forbidden, InvalidInput

if TYPE_CHECKING:
    from approval_engine.documents import Document
    from approval_engine.executor.answer import Caller
    from approval_engine.executor.attached import Limits
    from approval_engine.executor.runtime import Runtime


@dataclass
class Session:
    """
    One call of the command line. Nothing heavy is imported before it is needed.
    """

    settings: config.Settings
    acting_as: str | None = None
    as_json: bool = False

    @cached_property
    def runtime(self) -> "Runtime":
        """
        The runtime of a database whose schema is the one this program knows.
        """
        from approval_engine.store.upgrade import require_newest

        runtime = self.bare_runtime
        require_newest(runtime.database)
        return runtime

    @cached_property
    def bare_runtime(self) -> "Runtime":
        """
        The runtime of a database that may be empty still.
        """
        from approval_engine.executor.runtime import (
            Runtime,
            database_of,
            step_up_of,
            wall_clock,
        )

        clock = wall_clock
        if fixed := self.settings.now:
            click.echo(f"warning: the clock stands at {fixed.isoformat()}", err=True)
            clock = lambda: fixed  # noqa: E731 one value, no name worth having
        try:
            database = database_of(self.settings)
        except InvalidInput as error:
            raise click.UsageError(str(error)) from error
        rule = step_up_of(self.settings)
        return Runtime(database=database, clock=clock, step_up=rule)

    def caller(
        self, scope: str, fallback: str | None, key: str | None = None
    ) -> "Caller":
        """
        Who acts, as the contract orders it: token, `--as`, `CPQ_USER`, then `fallback`.

        A token needs the scope; `fallback` counts only in a database made by seed or
        demo. Raises Forbidden.
        """
        from approval_engine.executor.answer import Caller, Proof

        if self.settings.token:
            from approval_engine.accounts.tokens import Scope, owner

            token = owner(self.runtime, self.settings.token)
            token.require(Scope(scope))
            proof = Proof(method="token", credential=token.id)
            channel = f"api:{token.id}"
            return Caller(actor=token.user, channel=channel, key=key, proof=proof)
        self._must_be_trusted()
        actor = self.acting_as or self.settings.user
        if actor is None and fallback and self._is_rehearsal():
            click.echo(f"warning: nobody was named, so '{fallback}' acts", err=True)
            actor = fallback
        if actor is None:
            sentence = "Say who you are: --as USER, CPQ_USER or CPQ_TOKEN."
            raise Forbidden(sentence)
        user = getpass.getuser()
        proof = Proof(method="machine", credential=user)
        return Caller(actor=actor, channel=f"cli:{user}", key=key, proof=proof)

    def require_trust(self, *, of: str | None = None) -> None:
        """
        Raise Forbidden unless whoever asks may do what this command does.

        Whoever is named, by a token or `--as`, needs the right of its office, unless he
        is the person `of` whom it is. Else the machine must be trusted.
        """
        right = offices.right_of(_command())
        if right is None or not self.is_anybody_named:
            self._must_be_trusted()
        else:
            self.demand(right, of=of)

    def demand(self, right: str, *, of: str | None = None) -> None:
        """
        Raise Forbidden unless whoever acts has the right of that name, or is `of`.
        """
        actor = self.caller(offices.scope_of(right), None).actor
        if actor != of:
            offices.demand(self.runtime, actor, right)

    def _must_be_trusted(self) -> None:
        trusted = self.bare_runtime.database.is_sqlite or self.settings.trust_cli
        if not trusted:
            sentence = (
                "The command line is trusted on SQLite only;"
                " set CPQ_TOKEN, or CPQ_TRUST_CLI=1 on a machine of yours."
            )
            raise Forbidden(sentence)

    @property
    def limits(self) -> "Limits":
        """
        What may be attached, by the settings.
        """
        from approval_engine.executor.attached import limits_of

        return limits_of(self.settings)

    @property
    def is_anybody_named(self) -> bool:
        """
        Whether a token or an option says who acts.
        """
        return bool(self.settings.token or self.acting_as)

    @property
    def officer(self) -> "Caller":
        """
        Who works in the office: whoever is named, else the user of this system.
        """
        from approval_engine.executor.answer import Caller, Proof

        if self.is_anybody_named:
            return self.caller("admin", None)
        user = getpass.getuser()
        proof = Proof(method="machine", credential=user)
        return Caller(actor=user, channel=f"cli:{user}", proof=proof)

    @property
    def administrator(self) -> str:
        """
        The name of whoever works in the office.
        """
        return self.officer.actor

    def _is_rehearsal(self) -> bool:
        from approval_engine.store import catalog

        with self.runtime.database.read() as transaction:
            return catalog.setting(transaction, "rehearsal") == "1"

    def record(self, *words: str, **values: object) -> None:
        """
        Print one record: words, then `key=value` pairs, on a line; as JSON one object.
        """
        if self.as_json:
            self.document(values)
            return
        pairs = (f"{name}={plain(value)}" for name, value in values.items())
        click.echo(" ".join((*words, *pairs)))

    def document(self, value: object) -> None:
        """
        Print one JSON document.
        """
        import json

        click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))

    def close(self) -> None:
        """
        Give the database back, if the command used it.
        """
        if "bare_runtime" in self.__dict__:
            self.bare_runtime.database.close()

    def rows(self, rows: Iterable[Mapping[str, object]]) -> None:
        """
        Print a record per row; as JSON one list, with camelCase names.
        """
        if self.as_json:
            self.document([{camel(n): v for n, v in row.items()} for row in rows])
            return
        for row in rows:
            self.record(**row)

    def write(self, path: str, body: bytes) -> None:
        """
        Write a file that the command was asked for.
        """
        try:
            Path(path).write_bytes(body)
        except OSError as error:
            reason = error.strerror or str(error)
            raise click.BadParameter(f"{path} cannot be written: {reason}.") from error

    def read(self, path: str) -> "Document":
        """
        The JSON document in a file. Raises DocumentError.
        """
        from approval_engine.documents import parse

        return parse(Path(path).read_bytes(), path)


def pass_session(function: Any) -> Any:  # noqa: ANN401 click's own decorator
    """
    Give a command its `Session` as first argument, if it may show anything.
    """

    @wraps(function)
    def guarded(session: Session, *arguments: object, **options: object) -> Any:  # noqa: ANN401 what the command gives
        right = offices.SHOWN.get(_command())
        if right and session.is_anybody_named:
            session.demand(right)
        return function(session, *arguments, **options)

    return click.make_pass_decorator(Session)(guarded)


def _command() -> str:
    """
    The words of the command that runs, without the program's own name.
    """
    return click.get_current_context().command_path.partition(" ")[2]


def session_of(
    environ: "os._Environ[str]",
    database: str | None,
    acting_as: str | None,
    *,
    as_json: bool,
) -> Session:
    """
    The session of a call: the environment, with the options of the call on top.
    """
    settings = config.load(environ)
    if database is not None:
        url = config.database_url(database, "--database")
        settings = replace(settings, database_url=url)
    return Session(settings=settings, acting_as=acting_as, as_json=as_json)
