"""
A policy document ↔ a form: fields, cells and rows that people fill in without JSON.

The form is never the truth: what is typed changes the document at its place, what was
not changed stays as it was written, and what no field shows is left alone.
"""
