"""
An evaluation and a directory → the routing plan: which steps, in which order, for whom.
"""
