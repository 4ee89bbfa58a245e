"""Stop what still holds personal information."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import compress, islice
from pathlib import Path

import numpy as np
import pandas as pd

from minelib.errors import InputError, LeakError
from minelib.gate.marks import Marks, digests
from minelib.gate.numbers import MAY_TELL, codes_of, telling_numbers
from minelib.gate.reader import Reader
from minelib.gate.texts import texts_in, texts_of
from minelib.gate.trees import Text, loads, notebook_texts
from minelib.runs import parquet_parts

_SHOWN = 10
_BATCH = 4096  # texts held at once
_ROWS = 1 << 16  # and rows of numbers
_OWN = ["record_id", "matter_id", "issue_id", "petitioner_id"]


def check_leaks(
    folder: str | Path,
    *,
    reader: Reader | None = None,
    only: Callable[[str], bool] | None = None,
    own: Marks | None = None,
    before: Mapping[str, Path] | None = None,
) -> None:
    """Read every text of a run folder and stop when one holds personal information.

    Parameters
    ----------
    folder : path
    reader : Reader, optional
        Knows what was masked at load, and which texts it has read before.
    only : callable, optional
        Tells by its name, relative to the folder, whether a file is read now; another call has to read the rest.
    own : Marks, optional
        See `own_numbers`; read from ``petitions.parquet`` when not given.
    before : mapping of str to Path, optional
        See `texts_of`: files that this gate has read, with all that is masked now looked for in them.

    Raises
    ------
    LeakError
        Naming up to ten places, as file and record id, page or cell, and the kinds of information found
        there; or a file of a kind that cannot be read.
    """
    folder = Path(folder)
    numbers = _telling(folder, only or (lambda name: True))
    told = {f"petitions.parquet: record_id, place {n} in order": kinds for n, kinds in numbers}
    own = _ids(folder) if own is None else own
    if only is None or only("facts.json"):  # else it may be half written
        own = own.with_more(digests([str(n) for n in _counts(folder / "facts.json")]))
    _stop({**told, **_found(texts_of(folder, only=only, before=before), reader or Reader(), own)})


def own_numbers(*tables: pd.DataFrame) -> Marks:
    """Remember the ledger's own numbers and those of our making, which may look like telephone numbers."""
    marks = Marks()
    for column in (table[c] for table in tables for c in _OWN if c in table):
        marks.add(digests(codes_of(column.dropna().unique())).tolist())
    return marks


def check_file(path: str | Path, *, folder: str | Path, reader: Reader | None = None) -> None:
    """Read one file as part of a run folder, where it need not lie yet, and stop as `check_leaks` does.

    Parameters
    ----------
    path : path
    folder : path
        The run folder; its petitions give the ledger's own numbers, its ``.stages`` what was read before.
    reader : Reader, optional

    Raises
    ------
    LeakError
    """
    folder, path = Path(folder), Path(path)
    known = folder / ".stages" / "read" / "passed.parquet"
    passed = pd.read_parquet(known)["digest"] if reader is None and known.exists() else ()
    texts = ((f"{path.name}: {where}", text) for where, text in texts_in(path))
    _stop(_found(texts, reader or Reader(passed=passed), _ids(folder)))


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
    minelib.errors.LeakError: 1 texts still hold personal information, nothing was released: cell 1.source (PHONE)
    """
    tree = notebook if isinstance(notebook, Mapping) else _tree(Path(notebook))
    check_texts(notebook_texts(tree), reader=reader)


def check_texts(texts: Iterable[Text], *, reader: Reader | None = None) -> None:
    """Stop when one of (place, text) holds personal information.

    Raises
    ------
    LeakError
        Naming places and kinds.
    """
    _stop(_found(texts, reader or Reader()))


def _tree(path: Path) -> Mapping:
    try:
        tree = loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no readable notebook") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("cells"), list):
        raise InputError(f"{path} is no notebook: it has no cells")
    return tree


def _found(texts: Iterable[Text], reader: Reader, ids: Marks | None = None) -> dict[str, list[str]]:
    """Return the kinds found, by place; texts are read a batch at a time, the ledger's own numbers not at all."""
    out, rest = {}, iter(texts)
    while batch := list(islice(rest, _BATCH)):
        places: dict[str, list[str]] = {}  # a code stands in thousands of cells
        for where, text in batch:
            places.setdefault(text, []).append(where)
        marks = digests(places)
        others = ~ids.hold(marks) if ids is not None else np.ones(len(marks), bool)
        read = list(compress(places, others))
        for text, spans in zip(read, reader.find_many(read, marks=marks[others]), strict=True):
            if spans and (kinds := reader.kinds(text, ids=ids or ())):
                out |= dict.fromkeys(places[text], kinds)
    return out


def _stop(found: Mapping[str, list[str]]) -> None:
    if found:
        shown = "; ".join(f"{where} ({', '.join(kinds)})" for where, kinds in sorted(found.items())[:_SHOWN])
        raise LeakError(f"{len(found)} texts still hold personal information, nothing was released: {shown}")


def _numbers(
    folder: Path, columns: list[str], only: Callable[[str], bool] = lambda name: True
) -> Iterator[pd.Series]:
    """Yield columns of the petitions, a block of rows at a time."""
    import pyarrow.parquet as pq

    parts = parquet_parts(folder / "petitions.parquet")
    for part in (p for p in parts if only(p.relative_to(folder).as_posix())):
        file = pq.ParquetFile(part)
        there = [c for c in columns if c in file.schema_arrow.names]
        for batch in file.iter_batches(_ROWS, columns=there):
            yield from (column.dropna().astype(str) for _, column in batch.to_pandas().items())


def _ids(folder: Path) -> Marks:
    """Remember the ledger's own numbers and those of our making."""
    marks = Marks()
    for column in _numbers(folder, _OWN):
        marks.add(digests(codes_of(column.unique())).tolist())
    return marks


def _counts(path: Path) -> set[int]:
    """Return the whole numbers of the facts: side by side in a line (13887 1675) they can read as a telephone's.

    None is long enough to be one by itself.
    """
    if not path.exists():
        return set()
    found: set[int] = set()

    def keep(number: str) -> int:
        found.add(int(number))
        return 0

    json.loads(path.read_text(encoding="utf-8"), parse_int=keep)
    return {n for n in found if 0 < n < 10_000_000}


def _telling(folder: Path, only: Callable[[str], bool]) -> Iterator[tuple[int, list[str]]]:
    """Yield the places, in order of number, of ledger numbers that tell who somebody is, and the kinds."""
    numbers = list(_numbers(folder, ["record_id"], only))
    if any(column.str.contains(MAY_TELL).any() for column in numbers):
        yield from telling_numbers(sorted(i for column in numbers for i in column))
