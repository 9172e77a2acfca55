"""
What measures the product asks it for things that it has.
"""

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MEASURED = "approval_engine"


def imported(tree):
    """
    By which name something of the product is known: a module, or what one holds.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith(MEASURED):
            module = import_module(node.module)
            for each in node.names:
                known = each.asname or each.name
                if not hasattr(module, each.name):
                    yield known, import_module(f"{node.module}.{each.name}")
                else:
                    yield known, getattr(module, each.name)


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("*.py")), ids=lambda p: p.stem)
def test_every_name_that_a_benchmark_uses_is_there(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {n: m for n, m in imported(tree) if isinstance(m, ModuleType)}
    missing = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
        and not hasattr(modules[node.value.id], node.attr)
    ]

    assert missing == []
