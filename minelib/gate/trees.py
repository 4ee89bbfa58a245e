"""The strings of JSON trees, of notebooks above all."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Text = tuple[str, str]  # where it stands, and what it says


def leaves(node, where: str = "") -> Iterator[Text]:
    """Yield the strings of a JSON tree, the names of its fields too.

    >>> list(leaves({"a": ["x", 1]}))
    [(' field 1', 'a'), ('.a[0]', 'x')]
    """
    if isinstance(node, Mapping):
        for n, (name, value) in enumerate(node.items(), 1):
            yield f"{where} field {n}", str(name)
            yield from leaves(value, f"{where}.{name if _is_plain(str(name)) else n}")
    elif isinstance(node, str):
        yield where, node
    elif isinstance(node, int) and not isinstance(node, bool) and abs(node) >= 10**9:
        yield where, str(node)  # a telephone number written as a number
    elif isinstance(node, Iterable):
        for i, value in enumerate(node):
            yield from leaves(value, f"{where}[{i}]")


def _is_plain(name: str) -> bool:
    """Tell whether the name of a field can be shown: a word of a program, and nobody's number or address."""
    return name.isascii() and name.isidentifier() and sum(map(str.isdigit, name)) < 5


def json_file(path: Path) -> Iterator[Text]:
    """Yield the strings of a JSON file; the digests of a manifest are none."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    own = ("key", "petitions", "program", "segmenter", "onto") if path.name == "manifest.json" else ()
    yield from leaves({k: v for k, v in tree.items() if k not in own} if own else tree)


def lines_file(path: Path) -> Iterator[Text]:
    """Yield the strings of a file with one JSON value a line."""
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield from ((f"line {n}{where}", text) for where, text in leaves(json.loads(line)))
        except ValueError:
            yield f"line {n}", line


def notebook_file(path: Path) -> Iterator[Text]:
    """Yield what a saved notebook says."""
    yield from notebook_texts(json.loads(path.read_text(encoding="utf-8")))


def notebook_texts(tree: Mapping) -> Iterator[Text]:
    """Yield what a saved notebook says: sources, outputs in every form, attachments, metadata; no picture's bytes."""
    yield from (("metadata" + where, text) for where, text in leaves(tree.get("metadata", {})))
    for n, cell in enumerate(tree.get("cells", []), 1):
        yield f"cell {n}", joined(cell.get("source", ""))
        yield from ((f"cell {n} metadata{w}", text) for w, text in leaves(cell.get("metadata", {})))
        for file, (name, forms) in enumerate(cell.get("attachments", {}).items(), 1):
            yield f"cell {n} attachment {file} name", name
            yield from _forms(f"cell {n} attachment {file}", forms)
        for output in cell.get("outputs", []):
            told = ((k, joined(output.get(k, ""))) for k in ("text", "ename", "evalue", "traceback"))
            yield from ((f"cell {n} {'output' if k == 'text' else 'error'}", text) for k, text in told)
            yield from _forms(f"cell {n} output", output.get("data", {}))
            yield from ((f"cell {n} output metadata{w}", text) for w, text in leaves(output.get("metadata", {})))


def _forms(where: str, forms: Mapping) -> Iterator[Text]:
    """Yield the texts of one output or attachment in each form it is kept in."""
    for kind, content in forms.items():
        yield from ((f"{where} {kind}", text) for text in _shown(kind, content))


def _shown(kind: str, content) -> Iterator[str]:
    from minelib.gate.markup import words

    if kind.startswith("image/") and "svg" not in kind:
        return
    if isinstance(content, Mapping) or "json" in kind and not isinstance(content, str):
        yield from (text for _, text in leaves(content))
    elif "html" in kind or "svg" in kind:
        yield from (text for _, text in words(joined(content)))
    else:
        yield joined(content)


def joined(content) -> str:
    """Join the lines of a field that nbformat may keep as a list."""
    return content if isinstance(content, str) else "".join(map(str, content))
