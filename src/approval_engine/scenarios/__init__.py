"""
A made-up deal desk and a clock moved by hand → databases to show, measure and test.

Everything in here happens by running the engine: no row is written past a command.
"""
