"""
A version of the product that does not exist yet: a copy of this one with three changes.

Its schema has a column more, which takes nothing from older programs. It knows a newer
engine state, which it writes only of processes with a step that this version never
makes. The rest is as it is today, so that both can be let loose on one database.
"""

import shutil
from pathlib import Path

import approval_engine
from approval_engine.store.upgrade import NEWEST

SCHEMA = "9000"
"""The schema of that version."""

NEW_STEP = "newest"
"""The step by which a process needs the newer state."""

_MIGRATION = f'''"""
One column more, of which older programs know nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "{SCHEMA}"
down_revision = "{NEWEST}"
branch_labels = None
depends_on = None

OLDEST = "{NEWEST}"


def upgrade() -> None:
    """
    Add the column.
    """
    op.add_column("workflow_instance", sa.Column("mood", sa.Text(), nullable=True))
'''

_STATES = f"""

_old_decode, _OLD = decode, VERSION


def encode(marking):
    state = _plain(marking)
    if b"{NEW_STEP}" not in state:
        return state
    document = orjson.loads(state)
    document |= {{"v": _OLD + 1, "was": document["v"]}}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def decode(state, definition):
    document = _document(state)
    if document.get("v") == _OLD + 1:
        document["v"] = document.pop("was")
        state = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return _old_decode(state, definition)
"""


def make(folder):
    """
    Write it into a folder; the path that a Python must look into first to run it.
    """
    home = folder / "next"
    package = Path(approval_engine.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__", "vendor")
    shutil.copytree(package, home / package.name, ignore=ignored)
    for name in ("bpmn", "templates"):
        (home.parent / name).symlink_to(package.parents[1] / name)
    store = home / package.name / "store"
    _change(store / "upgrade.py", f'NEWEST = "{NEWEST}"', f'NEWEST = "{SCHEMA}"')
    _change(
        store / "upgrade.py",
        "for number in range(1, int(NEWEST))",
        f"for number in range(1, {int(NEWEST) + 1})",
    )
    versions = store / "migrations" / "versions"
    (versions / f"v{SCHEMA}_next.py").write_text(_MIGRATION, encoding="utf-8")
    codec = home / package.name / "executor" / "engine" / "codec.py"
    _change(codec, "if encode(marking) != state", "if _plain(marking) != state")
    _change(codec, "def encode(", "def _plain(")
    codec.write_text(codec.read_text(encoding="utf-8") + _STATES, encoding="utf-8")
    return home


def _change(file, before, after):
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after), encoding="utf-8")
