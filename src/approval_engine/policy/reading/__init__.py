"""
The parts of documents → the values they stand for; what is wrong is noted, not raised.
"""
