"""
Django, set up in code, and the operations of the review.
"""

import warnings

import django
from django.conf import settings
from sqlalchemy.engine import make_url

from benchmarks.world import EVIDENCE

PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"


class Viewflow:
    """
    Starts and approves reviews; one per process, because Django is.
    """

    def __init__(self, url: str) -> None:
        _configure(url)
        from django.contrib.auth import get_user_model
        from django.core.management import call_command

        from benchmarks.viewflow_peer.flows import Review

        call_command("migrate", verbosity=0)
        self.flow = Review
        self.people = get_user_model().objects
        for name in ("maria", "fiona"):
            self.people.create(username=name)
        self.processes: dict[int, int] = {}

    def submit(self, number: int) -> None:
        """
        Start one.
        """
        evidence = {"id": number, "justification": EVIDENCE}
        process = self.flow.start.run(evidence=evidence)
        self.processes[number] = process.pk

    def approve(self, number: int, name: str, person: str) -> None:
        """
        Approve one of its tasks.
        """
        user = self.people.get(username=person)
        node = getattr(self.flow, name)
        tasks = self.flow.task_class.objects
        task = tasks.get(process_id=self.processes[number], flow_task=node)
        with task.activation() as activation:
            if not activation.start.has_perm(user):
                raise PermissionError(person)
            activation.start(None)
            activation.execute()


def _configure(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        options = {"init_command": PRAGMAS, "transaction_mode": "IMMEDIATE"}
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": parsed.database}
    else:
        options = {"host": parsed.host or parsed.query.get("host")}
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parsed.database,
            "USER": parsed.username or "",
            "PASSWORD": parsed.password or "",
            "PORT": str(parsed.port or ""),
        }
    settings.configure(
        DATABASES={"default": database | {"OPTIONS": options, "CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "viewflow",
            "viewflow.workflow",
            "benchmarks.viewflow_peer",
        ],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        django.setup()
