"""
One module per schema version, named by its number.
"""
