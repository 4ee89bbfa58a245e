"""Link the petitions of one matter (事项): the same concrete thing at the same place or respondent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.matters.average import average_groups
from minelib.matters.copies import copy_of
from minelib.matters.evidence import Evidence, dots, gather, shared, word_weights
from minelib.matters.letters import Letters, read_letters
from minelib.matters.names import TaughtNames, look_up
from minelib.matters.pairs import MAX_NEIGHBOURS, WEIGHTS, candidate_pairs, chances, features
from minelib.scale import MapBlocks, distinct, map_here
from minelib.schema import LINK, frame
from minelib.tokens import Tokens

FIRST = 0.75  # two petitions begin a matter from this chance on
LEAST = 0.4  # a matter grows while the mean chance of its pairs is at least this
MIN_CHANCE = 0.1  # weaker pairs say nothing for a matter
SMALL = 300  # letters among which a name is as common as any word: its words are then left to the names
_WEIGHED = 1 << 20  # pairs weighed at a time, for memory's sake
_NEAR = 0.8  # cosine of the words from which a link is called a near copy
REASONS = ("copy", "near copy", "same petitioner", "same place and thing")


@dataclass(frozen=True)
class Matters:
    """The matters of a ledger.

    Attributes
    ----------
    matter_id : Series of str
        By `record_id`, sorted; "M" and a digest of the smallest record id inside. A petition that is linked
        to none is a matter of its own.
    links : DataFrame
        `schema.LINK`: the strongest links that hold each matter together, one fewer than its petitions.
    """

    matter_id: pd.Series
    links: pd.DataFrame


def link_matters(
    petitions: pd.DataFrame,
    *,
    tokens: Sequence[Sequence[str]] | None = None,
    classes: Sequence[str] | pd.Series | pd.DataFrame | None = None,
    letters: Letters | None = None,
    seed: int = 0,
    map_blocks: MapBlocks = map_here,
) -> Matters:
    """Find which petitions are one matter.

    Copies first; then pairs that share rare words, names or a petitioner are weighed, and joined to groups by
    average linkage. No array grows with the square of the petitions.

    Parameters
    ----------
    petitions : DataFrame
        ``record_id``, ``title``, ``text``; ``petitioner_id``, ``received_at``, ``place`` and ``respondent``
        are used where they are there.
    tokens : sequence of sequences of str, optional
        Words of each title and text joined by a line break; cut here when not given.
    classes : sequence of str or DataFrame of str, optional
        Grievance class of each petition, "" where not known; several columns where it may be of several.
        Petitions with no class in common are linked less easily.
    letters : Letters, optional
        As `read_letters` gives them; read here when not given.
    seed : int
        Not used, as nothing is drawn at random; here so that every step is called alike.
    map_blocks : callable
        An engine's `map`: where names that letters teach are looked up.

    Examples
    --------
    >>> rows = [
    ...     ("1", "云栖苑小区垃圾站臭气扰民", "垃圾站每到夏天臭气熏天"),
    ...     ("2", "云栖苑小区垃圾站臭气何时治理", "垃圾站紧挨住宅，臭气熏天"),
    ...     ("3", "金蝉商贸公司拖欠货款", "欠货款半年"),
    ... ]
    >>> found = link_matters(pd.DataFrame(rows, columns=["record_id", "title", "text"]))
    >>> found.matter_id.nunique(), found.links["reason"].tolist()
    (2, ['same place and thing'])
    """
    order = np.argsort(petitions["record_id"].to_numpy(dtype=str), kind="stable")
    coded = Tokens.of(_cut(petitions) if tokens is None else tokens).take(order)
    read = (read_letters(petitions) if letters is None else letters).take(order)
    first, likeness, words = _originals(read, coded)
    kept = distinct(first)
    read, rows = read.take(kept), order[kept]
    taught = look_up(TaughtNames.of(read.mentions), petitions, rows, map_blocks)
    codes = (petitions[[]] if classes is None else pd.DataFrame(classes)).fillna("").to_numpy(dtype=object)
    told = petitions.drop(columns=["text"]).iloc[rows]
    e = gather(told, words, read, taught, codes[rows])
    edges = pd.concat([_copies(first, likeness), _pairs(e, kept)], ignore_index=True)
    matter = _matters(first, edges)
    ids = petitions["record_id"].to_numpy(dtype=str)[order]
    matter_id = pd.Series(_names(matter, ids), index=pd.Index(ids, name="record_id"), name="matter_id")
    return Matters(matter_id, _links(ids, matter, edges))


def _cut(rows: pd.DataFrame) -> list[list[str]]:
    """Cut titles and texts into words."""
    from minelib.segment import Segmenter

    pairs = zip(rows["title"], rows["text"], strict=True)
    return Segmenter().segment(f"{title}\n{text}" for title, text in pairs)


def _originals(letters: Letters, tokens: Tokens) -> tuple[np.ndarray, np.ndarray, sp.csr_matrix]:
    """Return what each letter copies and how like it is, see `copy_of`, and the words of those that copy none."""
    weights = word_weights(letters.sizes, tokens)
    first, likeness = copy_of(letters, weights)
    kept = distinct(first)
    if len(kept) < SMALL:
        some = letters.take(kept)
        return first, likeness, shared(word_weights(some.sizes, tokens.take(kept), some.mentions))
    return first, likeness, shared(weights, kept)


def _copies(first: np.ndarray, likeness: np.ndarray) -> pd.DataFrame:
    """Return the links of copies to what they copy: left, right, place of the reason, chance, is a copy."""
    right = np.flatnonzero(first != np.arange(len(first)))
    reason = np.where(likeness[right] < 1, 1, 0)
    columns = {"left": first[right], "right": right, "reason": reason, "chance": likeness[right]}
    return pd.DataFrame(columns).assign(copied=True)


def _pairs(e: Evidence, rows: np.ndarray) -> pd.DataFrame:
    """Return the pairs that may be one matter, numbered by `rows`; columns as those of `_copies`."""
    left, right = candidate_pairs(e)
    some = (slice(at, at + _WEIGHED) for at in range(0, max(len(left), 1), _WEIGHED))
    return pd.concat([_weigh(e, rows, left[part], right[part]) for part in some], ignore_index=True)


def _weigh(e: Evidence, rows: np.ndarray, left: np.ndarray, right: np.ndarray) -> pd.DataFrame:
    """Return those of some pairs that may be one matter."""
    found = features(e, left, right)
    chance = chances(found)
    near = dots(e.words, left, right) >= _NEAR
    again = found[:, list(WEIGHTS).index("petitioner")] > 0
    reason = np.select([near, again], [1, 2], default=3)
    pairs = pd.DataFrame({"left": rows[left], "right": rows[right], "reason": reason})
    return pairs.assign(chance=chance, copied=False)[chance >= MIN_CHANCE]


def _matters(first: np.ndarray, edges: pd.DataFrame) -> np.ndarray:
    """Return the first row of each row's matter: copies together, the rest by average linkage."""
    pairs = edges[~edges["copied"]]
    columns = (pairs[c].to_numpy() for c in ("left", "right", "chance"))
    groups = average_groups(*columns, len(first), first=FIRST, least=LEAST, most_pairs=MAX_NEIGHBOURS)
    return groups[first]


def _names(matter: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return an id for each row made from the smallest record id of its matter; `ids` are sorted."""
    _, where, inverse = np.unique(matter, return_index=True, return_inverse=True)
    names = ["M" + hashlib.sha256(smallest.encode()).hexdigest()[:12] for smallest in ids[where]]
    return np.array(names, dtype=object)[inverse]


def _links(ids: np.ndarray, matter: np.ndarray, edges: pd.DataFrame) -> pd.DataFrame:
    """Return the strongest links that hold each matter together."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    inside = edges[matter[edges["left"]] == matter[edges["right"]]]
    weight = 2 - inside["chance"].to_numpy(dtype=float)
    graph = sp.csr_matrix((weight, (inside["left"], inside["right"])), shape=(len(ids), len(ids)))
    left, right = minimum_spanning_tree(graph).nonzero()
    tree = pd.DataFrame({"left": left.astype(np.int64), "right": right.astype(np.int64)})
    held = tree.merge(inside, on=["left", "right"]).sort_values(["right", "left"])
    columns = {
        "record_id": ids[held["right"]],
        "linked_to": ids[held["left"]],
        "reason": np.array(REASONS, dtype=object)[held["reason"]],
        "strength": held["chance"].to_numpy(dtype=float),
    }
    return frame(columns, LINK)
