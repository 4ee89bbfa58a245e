"""The rooms stand in order: imports go left to right, modules and functions stay small, nothing phones home."""

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "minelib"
ORDER = """
errors schema knowledge codepoints config fonts progress display scale
ledger clean redact
segment tokens vectorise mentions
classes matters describe issues lookup
trends laws screen outreach
tally runs dossier tables review compare sheets
disclosure plots briefing gate explore widget exporter
stages pipeline update
sample notebooks cli __main__
"""
ROOMS = ORDER.split()
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(tree: ast.AST) -> set[str]:
    names = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return {n.split(".")[1] for n in names if n.startswith("minelib.")}


def functions(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = (
                node.body[0].end_lineno - node.body[0].lineno + 1
                if ast.get_docstring(node, clean=False)
                else 0
            )
            yield node, node.end_lineno - node.lineno + 1 - doc


@pytest.fixture(scope="module")
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def test_imports_go_left_to_right(trees):
    back = []
    for path, tree in trees.items():
        if room(path) == "__init__":
            continue
        here = ROOMS.index(room(path))
        back += [
            f"{path.name} imports {r}"
            for r in imported_rooms(tree)
            if r != room(path) and ROOMS.index(r) > here
        ]
    assert back == []


def test_relative_imports_are_not_used(trees):
    assert [
        p.name for p, t in trees.items() for n in ast.walk(t) if isinstance(n, ast.ImportFrom) and n.level
    ] == []


def test_modules_and_functions_stay_small(trees):
    assert [p.name for p in MODULES if len(p.read_text(encoding="utf-8").splitlines()) > 400] == []
    sizes = {f"{p.name}:{f.name}": n for p, t in trees.items() for f, n in functions(t)}
    assert {k: n for k, n in sizes.items() if n > 50} == {}
    assert statistics.median(sizes.values()) <= 10


def test_nothing_loads_code_or_talks_to_a_network(trees):
    banned = {"pickle", "joblib", "marshal", "shelve", "yaml", "requests", "urllib", "http", "socket"}
    found = [(p.name, n) for p, t in trees.items() for n in _imported_modules(t) if n.split(".")[0] in banned]
    assert found == []
    calls = [
        n.func.id
        for t in trees.values()
        for n in ast.walk(t)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    ]
    assert {"eval", "exec", "print"} & {c for c in calls if c != "print"} == set()


def _imported_modules(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_importing_the_package_loads_nothing_heavy():
    heavy = "{'sklearn', 'matplotlib', 'onnxruntime', 'igraph'}"
    code = f"import sys, minelib, minelib.cli; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_no_word_of_this_page_is_out_of_place():
    listed = set(re.findall(r"[a-z_]+", " ".join(ROOMS)))
    assert {room(p) for p in MODULES} - {"__init__"} <= listed
