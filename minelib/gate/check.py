"""Stop what still holds personal information."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pandas as pd

from minelib.errors import InputError, LeakError
from minelib.gate.reader import Reader
from minelib.gate.texts import Text, notebook_texts, texts_of

_SHOWN = 10


def check_leaks(folder: str | Path, *, reader: Reader | None = None) -> None:
    """Read every text of a run folder and stop when one holds personal information.

    Parameters
    ----------
    folder : path
    reader : Reader, optional
        Knows what was masked at load, and which texts it has read before.

    Raises
    ------
    LeakError
        Naming up to ten places, as file and record id, page or cell, and the kinds of information found
        there; or a file of a kind that cannot be read.
    """
    numbers, ids = _ids(Path(folder))
    papers = [n for n, record_id in enumerate(numbers, 1) if _is_paper(record_id)]
    found = {f"petitions.parquet: record_id, place {n} in order": ["ID"] for n in papers}
    _stop(found | _found(texts_of(Path(folder)), reader or Reader(), ids))


def check_notebook(notebook: str | Path | Mapping, *, reader: Reader | None = None) -> None:
    """Read a saved notebook, sources, outputs and metadata, and stop when it holds personal information.

    Parameters
    ----------
    notebook : path or mapping
        An .ipynb file or its JSON tree.
    reader : Reader, optional

    Raises
    ------
    InputError
        When the file is no notebook.
    LeakError
        Naming cells and kinds, never text.

    Examples
    --------
    >>> cell = {"cell_type": "markdown", "source": ["联系13800138000"]}
    >>> check_notebook({"cells": [cell]})
    Traceback (most recent call last):
    minelib.errors.LeakError: 1 texts still hold personal information, nothing was released: cell 1 (PHONE)
    """
    tree = notebook if isinstance(notebook, Mapping) else _tree(Path(notebook))
    _stop(_found(notebook_texts(tree), reader or Reader()))


def _tree(path: Path) -> Mapping:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no readable notebook") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("cells"), list):
        raise InputError(f"{path} is no notebook: it has no cells")
    return tree


def _found(texts: Iterable[Text], reader: Reader, ids: Collection[str] = ()) -> dict[str, list[str]]:
    return {where: kinds for where, text in texts if (kinds := reader.kinds(text, ids=ids))}


def _stop(found: Mapping[str, list[str]]) -> None:
    if found:
        shown = "; ".join(f"{where} ({', '.join(kinds)})" for where, kinds in sorted(found.items())[:_SHOWN])
        raise LeakError(f"{len(found)} texts still hold personal information, nothing was released: {shown}")


def _ids(folder: Path) -> tuple[list[str], frozenset[str]]:
    """Return the ledger's own numbers in order, and these with the numbers of our making."""
    path = folder / "petitions.parquet"
    if not path.exists():
        return [], frozenset()
    table = pd.read_parquet(path, columns=["record_id", "matter_id", "issue_id", "petitioner_id"])
    own = (table[c].dropna().unique() for c in table)
    return sorted(table["record_id"]), frozenset(i for ids in own for i in ids)


def _is_paper(record_id: str) -> bool:
    """Tell whether a ledger's own number is an identity card's, by region, day of birth and check digit."""
    from minelib.redact import scan
    from minelib.redact.numbers import valid_identity

    shaped = len(record_id) == 18 and record_id[:17].isdecimal() and record_id[17] in "0123456789Xx"
    return shaped and valid_identity(record_id) and any(span.kind == "ID" for span in scan(record_id))
