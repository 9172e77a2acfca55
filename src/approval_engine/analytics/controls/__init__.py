"""
Tests of controls: questions about what was recorded, with evidence; no accusations.
"""
