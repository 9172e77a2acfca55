"""
The administration: what is stuck and the ways out, people and what they may do here.

Auditors read all of it; only admins act, and every act is a command that the command
line has too.
"""

from approval_engine.web.admin import (
    away,
    delegations,
    directory,
    ending,
    imports,
    incidents,
    outbox,
    override,
    overrides,
    overview,
    person,
    seats,
    tokens,
    webhook,
    webhooks,
    workers,
)

BLUEPRINTS = (
    overview.blueprint,
    incidents.blueprint,
    seats.blueprint,
    ending.blueprint,
    overrides.blueprint,
    override.blueprint,
    outbox.blueprint,
    webhooks.blueprint,
    webhook.blueprint,
    workers.blueprint,
    directory.blueprint,
    person.blueprint,
    imports.blueprint,
    delegations.blueprint,
    tokens.blueprint,
    away.blueprint,
)
"""Everything that is served here, with a guard before each but `away`."""
