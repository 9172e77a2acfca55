"""
A person's own page: where he is logged in, his password, his tokens; and who he is now.
"""
