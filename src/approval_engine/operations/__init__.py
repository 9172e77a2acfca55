"""
What admins and deal-desk owners do to the whole database, and what they can check.
"""
