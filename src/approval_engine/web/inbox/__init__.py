"""
The approver's side: the lists of tasks, the task page, several decisions at once.
"""
