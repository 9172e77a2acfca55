"""
The policies in the web: read as sentences, changed in a form, tried, and published.
"""

from approval_engine.web.policies import publishing, simulating
from approval_engine.web.policies.canary import blueprint as canary_pages
from approval_engine.web.policies.drafts import blueprint as drafts
from approval_engine.web.policies.pages import blueprint as pages

__all__ = ["canary_pages", "drafts", "pages", "publishing", "simulating"]
