"""
Commands: a request and a locked workflow → events, new rows and messages in one commit.
"""
