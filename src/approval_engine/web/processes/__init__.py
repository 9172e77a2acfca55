"""
The pages of processes: what is deployed, compared, checked and deployed.
"""
