"""
A policy document → typed rules; rules and a quote → an evaluation that explains itself.
"""
