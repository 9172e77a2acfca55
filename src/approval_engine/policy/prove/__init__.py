"""
The proof of a policy: what no quote, or some quote that nobody thought of, would show.
"""
