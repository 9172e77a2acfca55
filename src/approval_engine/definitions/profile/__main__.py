"""
`python -m approval_engine.definitions.profile` writes the page of the profile.
"""

import sys

from approval_engine.definitions.profile.page import page

if __name__ == "__main__":
    sys.stdout.write(page())
