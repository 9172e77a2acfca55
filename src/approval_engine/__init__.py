"""
A quote comes in, the policy says who must sign it, the sign-off is run and proved.

Read the packages in the order of the data: `policy`, `planner`, `definitions`,
`executor`, `escalations`, `notifications`, `history`.
"""

__version__ = "0.1.0"
