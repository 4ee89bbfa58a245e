"""The table of issues: label, keywords, exemplars, counts."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib import describe
from minelib.issues.gather import Gathered
from minelib.issues.group import Grouping, closeness, likeness
from minelib.scale import distinct
from minelib.schema import ISSUE
from minelib.vectorise import document_frequency

OF_A_CLASS = "（按类别归集）"  # ends the name of what was gathered by class alone
_ONE_THING = 0.1  # mean cosine between the words of matters from which on a clause can name them all
_NOBODYS = 5  # places from which on a word is nobody's name
_PLACES_READ = 1 << 14  # at a time
_TITLES_READ = 200  # of a group, to name it


def issue_ids(g: Gathered, found: Grouping) -> np.ndarray:
    """Return an id for each group, made of the smallest record id inside and so the same in any row order."""
    first = g.table["record_id"].groupby(found.group).min()
    return np.array([f"I{_digest(first[k])}" for k in range(len(found.names))], dtype=object)


def issue_table(g: Gathered, found: Grouping, ids: np.ndarray, firm: np.ndarray) -> pd.DataFrame:
    """Return `schema.ISSUE` and ``known``, one row a group, largest first."""
    rows = g.table.assign(group=found.group)
    rows = rows[rows["group"] >= 0]
    groups = rows.groupby("group")
    words, labels = _words_and_labels(g, found)
    table = pd.DataFrame(
        {
            "issue_id": ids,
            "label": labels,
            "keywords": ["、".join(w) for w in words],
            "class_code": _most_common(rows, "class_code"),
            "n_petitions": groups.size(),
            "n_matters": groups["matter_id"].nunique(),
            "n_petitioners": _petitioners(rows),
            "n_places": _distinct(rows, ("named_place", "place")),
            "n_respondents": _distinct(rows, ("named_respondent", "respondent")),
            "stability": firm,
            "exemplars": _exemplars(g, found),
            "first_at": _when(groups, "min"),
            "last_at": _when(groups, "max"),
        },
        index=range(len(found.names)),
    )
    table = table[list(ISSUE)].astype({k: "object" if v == "str" else v for k, v in ISSUE.items()})
    table["known"] = [bool(n) and not n.endswith(OF_A_CLASS) for n in found.names]
    return table.sort_values(["n_matters", "issue_id"], ascending=[False, True], ignore_index=True)


def _words_and_labels(g: Gathered, found: Grouping) -> tuple[list[list[str]], list[str]]:
    n = len(found.names)
    inside = np.flatnonzero(found.group >= 0)
    member = sp.csr_matrix((found.strength[inside], (inside, found.group[inside])), shape=(len(g.rows), n))
    scores = describe.class_tfidf(member, g.wording.terms.counts)
    scores *= _shared(g, found)
    words = describe.keywords(scores, g.wording.terms.words)
    labels = list(found.names)
    common = _common(g) if "" in labels else frozenset()
    alike = likeness(g.wording.weights, found, g.rows.matter)
    for k in (k for k, name in enumerate(labels) if not name):
        clearest = _clearest(found, k)[:_TITLES_READ]
        said = _clause(g, clearest, scores[k], common) if alike[k] >= _ONE_THING else ""
        rest = "、".join([w for w in words[k] if w not in said][:3])
        labels[k] = f"{said}（{rest}）" if said and rest else said or f"涉及{rest}的各类诉求"
    return words, _distinguish(labels, words)


def _common(g: Gathered) -> frozenset[str]:
    """Return the words said at so many places that they are nobody's name."""
    n_rows = len(g.rows)
    shape = int(g.rows.site.max(initial=-1)) + 1, n_rows
    at = sp.csr_matrix((np.ones(n_rows, np.float32), (g.rows.site, np.arange(n_rows))), shape=shape)
    n_sites = sum(document_frequency(said) for _, said in _said_at(at, g.wording.terms.counts))
    return frozenset(g.wording.terms.words[j] for j in np.flatnonzero(n_sites >= _NOBODYS))


def _clause(g: Gathered, rows: np.ndarray, scores: np.ndarray, common: frozenset[str]) -> str:
    """Return the clause that says best what petitions have in common, "" where they share mere words."""
    weights = {g.wording.terms.words[j]: float(scores[j]) for j in np.flatnonzero(scores)}
    counts = g.wording.terms.counts[rows]
    used = distinct(counts.indices)
    said = counts[:, used].toarray() > 0
    column = {g.wording.terms.words[j]: c for c, j in enumerate(used)}

    @cache
    def share(some: frozenset[str]) -> float:
        columns = [column[w] for w in some if w in column]
        return float(said[:, columns].all(axis=1).mean()) if columns else 0.0

    return describe.label(
        [g.wording.heads[i] for i in rows], weights, share, describe.parts_of_speech, common
    )


def _shared(g: Gathered, found: Grouping) -> np.ndarray:
    """Tell which words several places or respondents of a group share; the others may be somebody's name."""
    inside = np.flatnonzero(found.group >= 0)
    n_sites = int(g.rows.site.max(initial=-1)) + 1
    place, row = np.unique(found.group[inside] * n_sites + g.rows.site[inside], return_inverse=True)
    at = sp.csr_matrix((np.ones(len(inside), np.float32), (row, inside)), shape=(len(place), len(g.rows)))
    cells = place // max(n_sites, 1), np.arange(len(place))
    sites = sp.csc_matrix((np.ones(len(place), np.float32), cells), shape=(len(found.names), len(place)))
    least = np.clip(np.asarray(sites.sum(axis=1)).ravel() // 2, 2, 3)
    n_places = np.zeros((len(found.names), len(g.wording.terms.words)), np.float32)
    for part, said in _said_at(at, g.wording.terms.counts):
        n_places += (sites[:, part] @ said).toarray()
    return n_places >= least[:, None]


def _said_at(at: sp.csr_matrix, counts: sp.csr_matrix) -> Iterator[tuple[slice, sp.csr_matrix]]:
    """Yield 1 for each word said at each of some places, some places at a time: all words at once take gigabytes."""
    for begin in range(0, at.shape[0], _PLACES_READ):
        part = slice(begin, begin + _PLACES_READ)
        said = at[part] @ counts
        said.data.fill(1)
        yield part, said


def _clearest(found: Grouping, k: int) -> np.ndarray:
    rows = np.flatnonzero(found.group == k)
    return rows[np.argsort(-found.strength[rows], kind="stable")]


def _distinguish(labels: list[str], words: list[list[str]]) -> list[str]:
    """Add keywords to labels that stand more than once."""
    repeated = {name for name in labels if labels.count(name) > 1}
    pairs = zip(labels, words, strict=True)
    return [f"{n}（{'、'.join(w[:3])}）" if n in repeated and w and "（" not in n else n for n, w in pairs]


def _exemplars(g: Gathered, found: Grouping) -> list[str]:
    """Return three record ids a group: clear, and near the middle of what the group says."""
    said = closeness(g.rows.vectors, found.group) * (0.2 + found.strength)
    ids, matters = (g.table[c].to_numpy(object) for c in ("record_id", "matter_id"))
    rows = (np.flatnonzero(found.group == k) for k in range(len(found.names)))
    return [" ".join(describe.exemplars(said[r], ids[r], matters[r])) for r in rows]


def _petitioners(rows: pd.DataFrame) -> pd.Series:
    """Count distinct petitioners; a petition without one counts as its own."""
    who = rows["record_id"]
    if "petitioner_id" in rows:
        who = rows["petitioner_id"].where(rows["petitioner_id"].fillna("") != "", rows["record_id"])
    return who.groupby(rows["group"]).nunique()


def _distinct(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Count the distinct names in the first of `columns` that the petitions have."""
    column = next((c for c in columns if c in rows), None)
    if column is None:
        return rows.groupby("group").size() * 0
    named = rows[rows[column].fillna("") != ""]
    return named.groupby("group")[column].nunique().reindex(sorted(rows["group"].unique()), fill_value=0)


def _most_common(rows: pd.DataFrame, column: str) -> pd.Series:
    counts = rows.groupby(["group", column]).size().reset_index(name="n")
    best = counts.sort_values(["group", "n", column], ascending=[True, False, True]).drop_duplicates("group")
    return best.set_index("group")[column]


def _when(groups, which: str):
    empty = pd.Series(pd.NaT, index=list(groups.groups), dtype="datetime64[s]")
    return groups["received_at"].agg(which).astype("datetime64[s]") if "received_at" in groups.obj else empty


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
