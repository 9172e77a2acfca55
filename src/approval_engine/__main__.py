"""
`python -m approval_engine` does what the installed command `cpq` does.
"""

from approval_engine.cli import main

if __name__ == "__main__":
    main()
