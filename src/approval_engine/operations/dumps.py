"""
PostgreSQL's own programs, which write a copy of a database and read it back.

A password never stands among their arguments, where other users of a machine see it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from approval_engine.errors import InvalidState

DUMP, LOAD = "pg_dump", "pg_restore"


def dump(url: URL, target: Path, snapshot: str) -> None:
    """
    Write what that snapshot shows into a file. Raises InvalidState.
    """
    wanted = ("--format=custom", "--no-owner", "--no-privileges")
    _run(DUMP, url, (*wanted, f"--snapshot={snapshot}", f"--file={target}"))


def load(url: URL, backup: Path) -> None:
    """
    Read a file that `dump` wrote into an empty database, all of it or nothing.

    Raises InvalidState.
    """
    wanted = ("--single-transaction", "--exit-on-error", "--no-owner")
    _run(LOAD, url, (*wanted, "--no-privileges", str(backup)))


def _run(program: str, url: URL, options: tuple[str, ...]) -> None:
    address = url.set(drivername="postgresql", password=None).render_as_string()
    command = [program, f"--dbname={address}", *options]
    found = shutil.which(program)
    if found is None:
        told = " ".join(each for each in command if "--snapshot" not in each)
        sentence = (
            f"Expected '{program}' of PostgreSQL on the PATH, but it is not there."
            f" Where it is, run: {told}"
        )
        raise InvalidState(sentence)
    done = subprocess.run(  # noqa: S603 PostgreSQL's own program, no shell
        [found, *command[1:]],
        env=_environment(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it did not say why"]
        sentence = f"Expected '{program}' to work, but it ended: {said[0]}"
        raise InvalidState(sentence)


def _environment(url: URL) -> dict[str, str]:
    """
    What this process was given, without our own settings, and the password.
    """
    kept = {name: v for name, v in os.environ.items() if not name.startswith("CPQ_")}
    return kept | ({"PGPASSWORD": str(url.password)} if url.password else {})
