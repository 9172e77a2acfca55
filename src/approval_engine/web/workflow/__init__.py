"""
What the pages of workflows are made of: the list, one page, its diagram, its acts.
"""
