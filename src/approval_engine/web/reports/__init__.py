"""
The pages that say where time goes, and how far the past told of the present.
"""

from approval_engine.web.reports import controls, heat, views
from approval_engine.web.reports.pages import blueprint

__all__ = ["blueprint", "controls", "heat", "views"]
