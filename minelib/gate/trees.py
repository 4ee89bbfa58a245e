"""The strings of JSON trees, of notebooks above all."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

Text = tuple[str, str]  # where it stands, and what it says
_TELLING = 10**9  # a number of so many digits can be a telephone's, written as a number


def leaves(node, where: str = "") -> list[Text]:
    """Return the strings of a JSON tree; the name of a field too, where it stands first.

    >>> leaves([{"a": ["x", 1]}, {"a": "y"}])
    [('[0] field 1', 'a'), ('[0].a[0]', 'x'), ('[1].a', 'y')]
    """
    told: list[Text] = []
    _tell(node, where, set(), told)
    return told


def _tell(node, where: str, names: set[str], told: list[Text]) -> None:
    """Add the strings of a tree to those told, the names of its fields to those known."""
    if isinstance(node, str):
        told.append((where, node))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            if type(value) is str:  # a page holds tens of thousands
                told.append((f"{where}[{i}]", value))
            elif type(value) is not int or not -_TELLING < value < _TELLING:
                _tell(value, f"{where}[{i}]", names, told)
    elif isinstance(node, int | float):
        if isinstance(node, int) and abs(node) >= _TELLING:
            told.append((where, str(node)))
    elif isinstance(node, Mapping):
        for n, (field, value) in enumerate(node.items(), 1):
            if (name := str(field)) not in names:
                names.add(name)
                told.append((f"{where} field {n}", name))
            _tell(value, f"{where}.{field if _is_plain(name) else n}", names, told)
    elif isinstance(node, Iterable):
        _tell(list(node), where, names, told)


@lru_cache(1024)
def _is_plain(name: str) -> bool:
    """Tell whether the name of a field can be shown: a word of a program, and nobody's number or address."""
    return name.isascii() and name.isidentifier() and sum(map(str.isdigit, name)) < 5


def loads(content: str):
    """Read JSON; what stands in a field that is given twice is kept too, for it is in the file.

    >>> loads('{"a": 1, "a": 2}')
    {'a': 2, 'repeated': [1, 2]}
    """
    return json.loads(content, object_pairs_hook=_all_fields)


def _all_fields(pairs: list[tuple[str, object]]) -> dict:
    tree = dict(pairs)
    return tree if len(tree) == len(pairs) else tree | {"repeated": [value for _, value in pairs]}


def json_file(path: Path) -> Iterator[Text]:
    """Yield the strings of a JSON file; the digests of a manifest are none."""
    tree = loads(path.read_text(encoding="utf-8"))
    own = ("key", "petitions", "program", "segmenter", "onto") if path.name == "manifest.json" else ()
    yield from leaves({k: v for k, v in tree.items() if k not in own} if own else tree)


def lines_file(path: Path) -> Iterator[Text]:
    """Yield the strings of a file with one JSON value a line."""
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield from ((f"line {n}{where}", text) for where, text in leaves(loads(line)))
        except ValueError:
            yield f"line {n}", line


def notebook_file(path: Path) -> Iterator[Text]:
    """Yield what a saved notebook says."""
    yield from notebook_texts(loads(path.read_text(encoding="utf-8")))


def notebook_texts(tree: Mapping) -> Iterator[Text]:
    """Yield all that a saved notebook says, known fields or not, but the bytes of pictures.

    >>> list(notebook_texts({"cells": [{"source": ["电话", "139"]}]}))[:2]
    [('cell 1 field 1', 'source'), ('cell 1.source', '电话139')]
    """
    cells = tree.get("cells", [])
    yield from _said({name: value for name, value in tree.items() if name != "cells"})
    for n, cell in enumerate(cells, 1):
        yield from _said(cell, f"cell {n}")


def _said(node, where: str = "") -> Iterator[Text]:
    """Yield the strings of a part of a notebook; a text kept as a list of lines is one."""
    if isinstance(node, Mapping):
        for n, (name, value) in enumerate(node.items(), 1):
            yield f"{where} field {n}", str(name)
            place = f"{where}.{name if _is_plain(str(name)) else n}"
            yield from _form(str(name), value, place) if "/" in str(name) else _said(value, place)
    elif isinstance(node, list) and any(isinstance(part, str) for part in node):
        yield where, joined(node)
        parts = () if all(str(part).endswith("\n") for part in node[:-1]) else enumerate(node)  # not lines
        yield from ((w, t) for i, part in parts for w, t in _said(part, f"{where}[{i}]"))
    elif isinstance(node, list):
        yield from ((w, t) for i, part in enumerate(node) for w, t in _said(part, f"{where}[{i}]"))
    else:
        yield from leaves(node, where)


def _form(kind: str, content, where: str) -> Iterator[Text]:
    """Yield the texts of one output or attachment in one of its forms."""
    from minelib.gate.markup import words

    if kind.startswith("image/") and "svg" not in kind:
        return
    if isinstance(content, str | list) and ("html" in kind or "svg" in kind):
        yield from ((f"{where} {place}", text) for place, text in words(joined(content)))
    else:
        yield from _said(content, where)


def joined(content) -> str:
    """Join the lines of a field that nbformat may keep as a list."""
    return content if isinstance(content, str) else "".join(map(str, content))
