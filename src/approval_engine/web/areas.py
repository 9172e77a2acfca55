"""
Every area of the web that people visit.
"""

from approval_engine.web import admin, health, mail, policies, quotes
from approval_engine.web.desk import queue as desk_queue
from approval_engine.web.desk import register as desk_register
from approval_engine.web.inbox import routes as inbox
from approval_engine.web.processes import comparing as process_comparing
from approval_engine.web.processes import pages as process_pages
from approval_engine.web.processes import upload as process_upload
from approval_engine.web.quotes import editing as quote_editing
from approval_engine.web.reports import blueprint as reports
from approval_engine.web.workflow import acts as workflow_acts
from approval_engine.web.workflow import routes as workflows

BLUEPRINTS = (
    health.blueprint,
    inbox.blueprint,
    mail.blueprint,
    workflows.blueprint,
    workflow_acts.blueprint,
    quotes.blueprint,
    quote_editing.blueprint,
    desk_queue.blueprint,
    desk_register.blueprint,
    process_pages.blueprint,
    process_comparing.blueprint,
    process_upload.blueprint,
    policies.pages,
    policies.drafts,
    policies.canary_pages,
    reports,
    *admin.BLUEPRINTS,
)
"""All of it, besides the ways in: `session`, `sso` and `account`."""
