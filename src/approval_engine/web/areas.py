"""
Every area of the web that people visit.
"""

from approval_engine.web import admin, health, mail, policies, quotes, workflows
from approval_engine.web.desk import queue, register
from approval_engine.web.inbox import routes as inbox
from approval_engine.web.processes import comparing, pages, upload
from approval_engine.web.quotes import editing
from approval_engine.web.workflow import acts

BLUEPRINTS = (
    health.blueprint,
    inbox.blueprint,
    mail.blueprint,
    workflows.blueprint,
    acts.blueprint,
    quotes.blueprint,
    editing.blueprint,
    queue.blueprint,
    register.blueprint,
    pages.blueprint,
    comparing.blueprint,
    upload.blueprint,
    policies.pages,
    policies.drafts,
    *admin.BLUEPRINTS,
)
"""All of it, besides the ways in: `session`, `sso` and `account`."""
