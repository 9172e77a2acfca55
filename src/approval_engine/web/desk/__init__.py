"""
The pages of the deal desk: what is under review, and the register of exceptions.
"""
