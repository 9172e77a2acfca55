"""
Rows and events → what people and programs are shown: the shapes of the contract.
"""
