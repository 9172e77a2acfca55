"""
The pages of whoever makes quotes: his list, a quote, and the forms that make one.
"""

from approval_engine.web.quotes.finding import find
from approval_engine.web.quotes.pages import blueprint

__all__ = ["blueprint", "find"]
