"""
When a review will be approved, as a span and how sure it is; and how often it held.
"""
