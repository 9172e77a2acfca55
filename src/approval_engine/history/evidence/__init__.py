"""
What proves a log to somebody who does not trust the database: keys and checkpoints.

Packets of one workflow, which need rules and engine besides, are made above this.
"""
