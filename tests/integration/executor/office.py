"""
The company with an office: two admins, and a step whose clock stops for information.
"""

from approval_engine.documents import load
from approval_engine.operations import intake
from approval_engine.store import messages
from tests.integration.executor.company import STEPS, directory, document

PATIENT = {**STEPS, "finance": {**STEPS["finance"], "pauseOnInfo": True}}
BULKY = {
    **STEPS,
    "finance": {**STEPS["finance"], "bulk": True},
    "manager": {**STEPS["manager"], "bulk": True},
}


def people(**changes):
    """
    The directory with the admins ada and abe, and changed users: `fred=None` leaves.
    """
    found = directory()
    users = {user["id"]: user for user in found["users"]}
    for name in ("ada", "abe"):
        mail = f"{name}@example.com"
        users[name] = {"id": name, "name": name.title(), "email": mail}
    for name, change in changes.items():
        users[name] = {**users[name], **(change or {"active": False})}
    roles = {**found["roles"], "admin": ["ada", "abe"]}
    return {"users": list(users.values()), "roles": roles}


def staff(company, **changes):
    intake.import_directory(company.runtime, document(people(**changes)))
    return company


def told(company, workflow, kind):
    with company.runtime.database.read() as transaction:
        rows = messages.of(transaction, workflow)
    return sorted(row.recipient for row in rows if row.kind == kind)


def data(event):
    return load(event.data.encode())
