"""
HTTP requests → pages for people and JSON for programs; no rule and no SQL lives here.
"""
