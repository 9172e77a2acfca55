"""
An evaluation and a directory → the routing plan: which steps, in which order, asking whom.
"""
