"""
The HTTP interface of a company, asked by one of its people.
"""

from approval_engine.accounts.tokens import create
from approval_engine.config import Settings
from approval_engine.web.app import create_app


class Client:
    """
    A program with a token of that person.
    """

    def __init__(self, company, person):
        _, secret = create(company.runtime, person, ["read", "act"], None)
        app = create_app(
            Settings(secret_key="a key that only tests know"),
            company.runtime,
        )
        self._client = app.test_client()
        self._client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def get(self, path):
        return self._client.get(path)

    def approve(self, task):
        """
        The answer to an approval, always under one key for one task.
        """
        return self._client.post(
            f"/api/v1/tasks/{task}/actions",
            json={"action": "approve"},
            headers={"Idempotency-Key": f"key of {task}"},
        )
