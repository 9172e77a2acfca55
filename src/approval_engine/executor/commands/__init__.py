"""
The commands: one transaction each, with the same five beats in the same order.

lock → decide → advance → record → enqueue
"""
