"""
`/api/v1`: the commands and the shapes of the contract, for programs.
"""
