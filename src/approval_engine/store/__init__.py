"""
The only place that defines tables and writes SQL; domain values go in and come out.

A transaction is passed around as `Transaction`; nobody else sees SQL.
"""
