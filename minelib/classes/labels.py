"""A user's own labels: a CSV of petition and class."""

from pathlib import Path

import pandas as pd

from minelib.errors import InputError
from minelib.knowledge.taxonomy import Taxonomy


def read_labels(path: str | Path, taxonomy: Taxonomy) -> dict[str, str]:
    """Read a CSV with the columns ``id`` and ``class``.

    Returns
    -------
    dict
        Record id to class code; rows without a class are left out.

    Raises
    ------
    InputError
        When the file cannot be read, a column is missing, a class is not in the taxonomy, or an id has two classes.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read labels {path}: {error}") from error
    if missing := [c for c in ("id", "class") if c not in table]:
        raise InputError(f"{path} lacks the column {', '.join(missing)}; it has {', '.join(table.columns)}")
    table = table[table["class"].str.strip() != ""].drop_duplicates(["id", "class"])
    if unknown := sorted(set(table["class"]) - set(taxonomy.codes)):
        raise InputError(
            f"{path}: no class {unknown[0]!r} in the taxonomy; allowed: {', '.join(taxonomy.codes)}"
        )
    if table["id"].duplicated().any():
        raise InputError(
            f"{path}: {table.loc[table['id'].duplicated(), 'id'].iloc[0]} has two different classes"
        )
    return dict(zip(table["id"], table["class"], strict=True))
