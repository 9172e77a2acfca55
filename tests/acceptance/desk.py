"""
A desk: a folder with a database in it, and the command that works on it.
"""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

CPQ = Path(sys.executable).with_name("cpq")


class Desk:
    """
    A folder with a database in it, and the command to work on it.
    """

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "cpq.db"

    def run(self, line, *more, **environment):
        """
        Run `cpq` with the words of the line, then with arguments that hold spaces.
        """
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CPQ_")}
        return subprocess.run(
            [CPQ, *line.split(), *more],
            cwd=self.folder,
            env=clean | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def says(self, line, *more, **environment):
        """
        The output of a command that must succeed.
        """
        done = self.run(line, *more, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, line, *more, **environment):
        """
        Exit code and stderr of a command that must print nothing and store nothing.
        """
        before = self.content()
        done = self.run(line, *more, **environment)
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert self.content() == before
        return done.returncode, done.stderr

    def content(self):
        """
        Everything in the database, as the statements that would rebuild it.
        """
        with closing(sqlite3.connect(self.database)) as connection:
            return list(connection.iterdump())

    def file(self, name, value):
        """
        A file beside the database, as JSON unless it is text already.
        """
        text = value if isinstance(value, str) else json.dumps(value)
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


class QuickDesk(Desk):
    """
    The same commands in this process: for tables of many of them.
    """

    def __init__(self, folder, monkeypatch, capsys):
        super().__init__(folder)
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, line, *more, **environment):
        from approval_engine.cli import main

        with self._monkeypatch.context() as patch:
            for name in [each for each in os.environ if each.startswith("CPQ_")]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["cpq", *line.split(), *more])
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self._capsys.readouterr()
        return subprocess.CompletedProcess(line, ended.value.code or 0, out, err)
