"""
The command line in this process, on a database of its own.
"""

import io
import json
import logging
import os
import socket
import sys
from dataclasses import dataclass

import pytest

from approval_engine.cli import main
from tests.integration.executor.company import directory, policy, quote
from tests.sound import assert_sound

NOW = "2026-03-02T09:00:00Z"
"""A Monday."""


@dataclass(frozen=True)
class Ended:
    """
    How a command ended and what it printed; `notes` is stderr without the clock.
    """

    code: int
    out: str
    err: str

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def notes(self):
        lines = self.err.splitlines()
        return [each for each in lines if not each.startswith("warning: the clock")]

    @property
    def json(self):
        return json.loads(self.out)


class Shell:
    """
    Runs `cpq` as its users do, only faster: same arguments, same environment.
    """

    def __init__(self, monkeypatch, capsys, folder):
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.folder = folder

    def __call__(self, *arguments, **environment):
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["cpq", *arguments])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self._capsys.readouterr()
        return Ended(code=ended.value.code or 0, out=out, err=err)

    def ok(self, *arguments, **environment):
        ended = self(*arguments, **environment)
        assert ended.code == 0, ended.err
        return ended

    def on_a_terminal(self, *arguments, **environment):
        with self._monkeypatch.context() as patch:
            patch.setattr(sys.stdout, "isatty", lambda: True)
            return self.ok(*arguments, **environment)

    def fed(self, line, *arguments, **environment):
        """
        Run a command that reads these bytes, not from a terminal.
        """
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line)))
            return self(*arguments, **environment)

    def typed(self, lines, *arguments, **environment):
        """
        Run a command on a terminal where somebody types these lines unseen.
        """
        coming = iter(lines)
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
            patch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
            patch.setattr("click.termui.hidden_prompt_func", lambda _: next(coming))
            ended = self(*arguments, **environment)
        assert next(coming, None) is None
        return ended

    def file(self, name, value):
        """
        A file in the current folder, as JSON unless it is text already.
        """
        text = value if isinstance(value, str) else json.dumps(value)
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@pytest.fixture
def own_logs():
    """
    A command that sets up the logs of its process does so for its own test only.
    """
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.fixture
def shell(monkeypatch, capsys, tmp_path, own_logs, stays_sound):
    for name in [each for each in os.environ if each.startswith("CPQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CPQ_NOW", NOW)
    monkeypatch.chdir(tmp_path)
    yield Shell(monkeypatch, capsys, tmp_path)
    for path in tmp_path.glob("*.db") if stays_sound else ():
        assert_sound(f"sqlite:///{path}")


@pytest.fixture
def office(shell):
    """
    A shell over a database with people, a policy and two quotes.
    """
    quotes = [quote("Q-1"), quote("Q-2", margin_pct="40")]
    shell.ok("db", "upgrade")
    shell.ok("directory", "import", shell.file("people.json", directory()))
    shell.ok("policy", "publish", shell.file("policy.json", policy()))
    shell.ok("quote", "import", shell.file("quotes.json", quotes))
    return shell


@pytest.fixture
def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def taken_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        found.listen()
        yield found.getsockname()[1]
