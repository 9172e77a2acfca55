"""
Where the time of reviews goes: what waits now, what took how long, and what was late.
"""
