"""
The words and rules of one approval: frozen values and pure functions over them.

Nothing in here reads a clock, a file or a database.
"""
