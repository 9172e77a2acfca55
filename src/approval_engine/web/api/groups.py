"""
Everything that programs can do here, in the order of the documentation.
"""

from approval_engine.web.api import (
    canaries,
    delegations,
    policies,
    processes,
    quotes,
    tasks,
    webhooks,
    workflows,
)

GROUPS = (
    quotes.GROUP,
    workflows.GROUP,
    tasks.GROUP,
    delegations.GROUP,
    policies.GROUP,
    canaries.GROUP,
    processes.GROUP,
    webhooks.GROUP,
)
"""All groups of operations."""
