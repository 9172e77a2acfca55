"""
The shape of the code: sizes, docstrings, words, clocks, imports and the code map.

Who may import whom is checked by import-linter in `make check`.
Run as a script, it prints what every module says of itself, foundations first.
"""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "approval_engine"
README = ROOT / "README.md"

MODULES = sorted(PACKAGE.rglob("*.py"))
PURE = ("domain", "policy", "planner")

# The words that the glossary bans and that mean nothing else in this product.
FORBIDDEN_WORDS = frozenset(
    {"alarm", "alarms", "crash", "job", "jobs", "proxy", "score", "scores", "ticket"}
    | {"tickets", "todo", "todos", "violation", "violations", "vote", "votes"}
)
CLOCKS = frozenset({"now", "today", "utcnow", "monotonic", "perf_counter"})

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def short(path):
    return path.relative_to(PACKAGE).as_posix()


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTION)]


def length(node):
    return node.end_lineno - node.lineno + 1


def public_definitions(node, prefix=""):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTION | ast.ClassDef) and not child.name.startswith(
            "_"
        ):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from public_definitions(child, f"{child.name}.")


def defined_names(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, FUNCTION | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def words(identifier):
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", identifier)}


def dotted(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_level_names():
    return {
        short(path).split("/")[0].removesuffix(".py")
        for path in MODULES
        if path.name not in {"__init__.py", "__main__.py"} or path.parent != PACKAGE
    }


def in_package_order():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = rules["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "layers")
    names = re.findall(r"\w+", " ".join(reversed(layers)))
    rank = {name: place for place, name in enumerate(names, start=1)}
    return sorted(
        MODULES,
        key=lambda path: (
            rank.get(short(path).split("/")[0].removesuffix(".py"), 0),
            path,
        ),
    )


every_module = pytest.mark.parametrize("path", MODULES, ids=short)
# A migration is a record of one day, written once and never read as a program.
every_program = pytest.mark.parametrize(
    "path", [path for path in MODULES if "versions" not in path.parts], ids=short
)


@every_module
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path))


@every_program
def test_a_module_has_at_most_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@every_program
def test_a_function_has_at_most_50_lines(path):
    assert [node.name for node in functions(path) if length(node) > 50] == []


@every_module
def test_what_is_public_is_documented(path):
    silent = [
        name
        for name, node in public_definitions(tree(path))
        if not ast.get_docstring(node)
    ]

    assert silent == []


# The engine package speaks to SpiffWorkflow in its words.
@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if not p.is_relative_to(PACKAGE / "executor" / "engine")],
    ids=short,
)
def test_names_use_the_words_of_the_glossary(path):
    wrong = {name for name in defined_names(path) if words(name) & FORBIDDEN_WORDS}

    assert wrong == set()


@pytest.mark.parametrize(
    "path", [path for path in MODULES if short(path).startswith(PURE)], ids=short
)
def test_a_rule_reads_no_clock(path):
    called = {
        node.func.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert called & CLOCKS == set()


def test_half_of_the_functions_have_at_most_10_lines():
    lengths = [length(node) for path in MODULES for node in functions(path)]

    assert statistics.median(lengths) <= 10


# Whoever asks for a module that is not finished yet depends on who came first. If
# nobody does while everything is imported once, the imports have no circle, and then
# each module can be the first one. A package is begun before what lies in it, whoever
# comes first, so what lies in it may ask it for a module, but not for a name.
CIRCLES = """
import builtins, importlib, sys

top, *names = sys.argv[1:]
load = builtins.__import__
known = set(names)

def parents(name):
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}

def asked(name, wanted):
    within = {f"{name}.{each}" for each in wanted or ()}
    return within & known | (set() if wanted and within <= known else {name})

def watched(name, globals=None, locals=None, fromlist=(), level=0):
    asker = (globals or {}).get("__name__", "")
    if level and asker.partition(".")[0] == top:
        print(f"{asker}: expected to name {name!r} in full")
    elif not level and name.partition(".")[0] == top:
        for target in asked(name, fromlist):
            around = (parents(target) - {asker}) - parents(asker)
            for each in {target, *around}:
                spec = getattr(sys.modules.get(each), "__spec__", None)
                if getattr(spec, "_initializing", False):
                    print(f"{asker}: asks {each} before it is finished")
    return load(name, globals, locals, fromlist, level)

for name in names:
    builtins.__import__ = watched
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error}")
    builtins.__import__ = load
"""


def circles(names, folder=SOURCE):
    """
    What goes wrong while modules are imported once, in a process of its own.
    """
    top = names[0].partition(".")[0]
    run = subprocess.run(
        [sys.executable, "-c", CIRCLES, top, *names],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_every_module_can_be_imported_first():
    names = [
        dotted(path)
        for path in MODULES
        # Alembic runs these two kinds of files, nobody imports them.
        if "migrations" not in path.parts and path.name != "__main__.py"
    ]

    assert circles(names) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        # Each of them is fine as long as the other one comes first.
        (
            {
                "one": "from shop import two\nNAME = 1",
                "two": "from shop.one import NAME",
            },
            ["asks shop.one", "cannot import name"],
        ),
        (
            {
                "one": "NAME = 1\nfrom shop import two",
                "two": "from shop.one import NAME",
            },
            ["asks shop.one"],
        ),
        (
            {"one": "import shop.two\nNAME = 1", "two": "import shop.one"},
            ["asks shop.one"],
        ),
        (
            {
                "__init__": "NAME = 1\nfrom shop import one",
                "one": "from shop import NAME",
            },
            ["asks shop before"],
        ),
        (
            {
                "far/__init__": "from shop import one",
                "far/two": "",
                "one": "from shop.far import two\nNAME = 1",
            },
            ["asks shop.far before"],
        ),
        (
            {
                "__init__": "from shop import one",
                "one": "from shop import two",
                "two": "",
            },
            [],
        ),
    ],
    ids=["of two", "names first", "whole modules", "a package", "from outside", "none"],
)
def test_a_circle_of_imports_is_found(files, found, tmp_path):
    names = ["shop"]
    for name, text in {"__init__": "", **files}.items():
        path = tmp_path / "shop" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        names.append(f"shop/{name}".removesuffix("/__init__").replace("/", "."))

    said = circles(names, tmp_path)

    assert all(any(words in line for line in said) for words in found), said
    assert bool(said) == bool(found)


@pytest.mark.skipif(not README.exists(), reason="there is no README.md yet")
def test_the_code_map_names_every_package():
    text = README.read_text(encoding="utf-8")
    heading = re.search(r"^#+ Code map$(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"\w+", heading[1] if heading else text))

    assert top_level_names() - named == set()


if __name__ == "__main__":
    for module in in_package_order():
        print(f"{short(module)}\n{ast.get_docstring(tree(module))}\n")  # noqa: T201
