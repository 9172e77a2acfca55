"""
Schema versions, oldest first; forward only. Alembic runs them.
"""
