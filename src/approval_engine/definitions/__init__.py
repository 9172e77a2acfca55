"""
A routing plan → a process definition an analyst can open, and checks on such files.

Knows BPMN and its diagrams; knows neither the engine nor any quote, person or clock.
"""
