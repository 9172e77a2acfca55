"""
Programs that judge the product by rules of their own.
"""

import pytest

pytest.register_assert_rewrite("tests.proof.machine", "tests.proof.world")
