"""
What many quotes and their histories say together, beside the commands that made them.
"""
