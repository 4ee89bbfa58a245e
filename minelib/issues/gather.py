"""Petitions as rows of numbers that carry no names: what each says, and which matter and place it is of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.wording import Wording, by_record_id
from minelib.issues.wrongs import Wrong
from minelib.knowledge.taxonomy import load_taxonomy

_COUNTED = ("record_id", "petitioner_id", "received_at") + (
    "named_place",
    "named_respondent",
    "place",
    "respondent",
)
_OTHER_CLASS = 0.8  # what is left of a score where the petition is of another class than the wrong


@dataclass(frozen=True)
class Rows:
    """Some petitions, one a row.

    Attributes
    ----------
    matter, site : ndarray of int, shape (n_rows,)
        Number of its matter, and of that matter's place or respondent; a matter that names none has its own.
    score : csr_matrix, shape (n_rows, n_wrongs)
        See `spot_wrongs`.
    vectors : ndarray of float32, shape (n_rows, n_dimensions)
        Unit length, on the grid of `exactly`; zero for a petition without words.
    code : ndarray of str, shape (n_rows,)
        Grievance class, of any taxonomy.
    """

    matter: np.ndarray
    site: np.ndarray
    score: sp.csr_matrix
    vectors: np.ndarray
    code: np.ndarray

    def __len__(self) -> int:
        return len(self.matter)

    def take(self, rows: np.ndarray) -> "Rows":
        columns = self.matter, self.site, self.score, self.vectors, self.code
        return Rows(*(column[rows] for column in columns))


@dataclass(frozen=True)
class Gathered:
    """All petitions of a ledger by `record_id`, without their texts."""

    table: pd.DataFrame
    rows: Rows
    wording: Wording


def gather(
    petitions: pd.DataFrame, matter_id: Sequence[str], class_code: Sequence[str], wording: Wording
) -> tuple[Gathered, np.ndarray]:
    """Bring petitions into the order of `wording`, with the matter, place and class of each; also return that order."""
    given = {"matter_id": matter_id, "class_code": class_code}
    table = petitions[[c for c in _COUNTED if c in petitions]]
    table = table.assign(**{k: np.asarray(v, dtype=object) for k, v in given.items()})
    order = by_record_id(petitions)
    table = table.iloc[order].reset_index(drop=True)
    matter, ids = pd.factorize(table["matter_id"], sort=True)
    site = pd.factorize(_sites(table, ids))[0][matter]
    score = _heed_class(wording.score, table["class_code"], wording.wrongs)
    rows = Rows(matter, site, score, wording.vectors, table["class_code"].to_numpy(object))
    return Gathered(table, rows, wording), order


def _heed_class(score: sp.csr_matrix, class_code: pd.Series, wrongs: Sequence[Wrong]) -> sp.csr_matrix:
    """Lower the score of wrongs that belong to another grievance class than the petition's.

    Not to nothing: the class may be mistaken, and one wrong crosses classes. Codes of another taxonomy, and
    the class of what fits nowhere, say nothing.
    """
    code = class_code.to_numpy(object)
    telling = tells_class(code)
    topic = np.array([w.topic for w in wrongs], dtype=object)
    cells = score.tocoo()
    elsewhere = telling[cells.row] & (code[cells.row] != topic[cells.col])
    cells.data = np.where(elsewhere, _OTHER_CLASS * cells.data, cells.data).astype(np.float32)
    return cells.tocsr()


def tells_class(class_code: np.ndarray) -> np.ndarray:
    """Tell which codes are a class of the packaged taxonomy, and not the class of what fits nowhere."""
    taxonomy = load_taxonomy()
    telling = [c for c in taxonomy.codes if c != taxonomy.other]
    return pd.Series(class_code, dtype=object).isin(telling).to_numpy()


def most_common(values: pd.Series, by: pd.Series) -> pd.Series:
    """Return the value that stands most often, by group; the smallest among equals.

    >>> most_common(pd.Series(["甲", "乙", "乙"]), pd.Series(["m", "m", "m"])).to_dict()
    {'m': '乙'}
    """
    counts = values.groupby([by.reindex(values.index), values]).size()
    counts.index.names = ["by", "value"]
    table = counts.reset_index(name="n").sort_values(["n", "value"], ascending=[False, True])
    return table.drop_duplicates("by").set_index("by")["value"]


def _sites(table: pd.DataFrame, matter_ids: Sequence[str]) -> pd.Series:
    """Return each matter's place or respondent: what petitions name, else what the ledger's columns say."""
    site = pd.Series(None, index=pd.Index(matter_ids), dtype=object)
    for column in ("named_place", "named_respondent", "respondent", "place"):
        if column in table:
            named = table[column].fillna("").replace("", None).dropna()
            site = site.fillna(most_common(named, table["matter_id"]).reindex(site.index))
    return site.fillna(pd.Series([f"\0{m}" for m in matter_ids], index=site.index))
