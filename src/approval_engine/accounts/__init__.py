"""
A password, a session cookie or an API token → the person who is asking.

What that person may do is decided elsewhere, by `domain.actions` and the commands.
"""
