"""A taxonomy of names and a few words borrows what the packaged one knows.

A user's seven classes say little about themselves; the packaged forty say much. Where the user's own words stand
mostly in one packaged class's phrases and examples, that class speaks for the user's: seven classes of eight words
each went from .61 to .94 accuracy (docs/classes.md). `borrow = false` in the file switches it off.
"""

from dataclasses import dataclass, replace

import numpy as np

from minelib.classes.matching import PhraseFinder
from minelib.knowledge.taxonomy import GrievanceClass, Taxonomy, load_taxonomy

LEAST = 0.004  # how much of a packaged class the words must meet, rare words counting more …
SHARE = 0.5  # … and which share of that must be one class's
NOTHING = 0.001  # below this the packaged class belongs to none of the user's: it speaks for "other"
NAMED = 5  # a name and a description count as much as this many examples


@dataclass(frozen=True, slots=True)
class Kin:
    """A user's classes followed by borrowed ones.

    Attributes
    ----------
    taxonomy : Taxonomy
        What phrases, model and sentence vectors work with.
    owner : int array
        For each of its classes the index of the user's class it speaks for.
    borrowed : int array
        Indices of the borrowed classes in the packaged taxonomy, in their order here.
    """

    taxonomy: Taxonomy
    owner: np.ndarray
    borrowed: np.ndarray

    def fold(self, points: np.ndarray) -> np.ndarray:
        """Give each of the user's classes the points of the best class that speaks for it."""
        if not len(self.borrowed):
            return points
        columns = [points[:, self.owner == u].max(axis=1) for u in range(self.owner.max() + 1)]
        return np.stack(columns, axis=1)


def with_kin(taxonomy: Taxonomy) -> Kin:
    """Join to `taxonomy` the packaged classes its words point at.

    >>> from minelib.knowledge.taxonomy import make_taxonomy
    >>> two = [{"name": "劳动", "words": "工资 欠薪 社保"}, {"name": "环境", "words": "噪音 污染"}, {"name": "其他"}]
    >>> kin = with_kin(make_taxonomy({"class": two}))
    >>> codes = load_taxonomy().codes
    >>> [codes[b] for b, u in zip(kin.borrowed, kin.owner[3:]) if u == 0]
    ['C23', 'C24']
    """
    own = np.arange(len(taxonomy.classes))
    alone = Kin(taxonomy, own, np.zeros(0, dtype=np.int64))
    if not taxonomy.borrow or any(c.examples for c in taxonomy.classes):
        return alone
    packaged = load_taxonomy()
    speaks_for = _speaks_for(taxonomy, _votes(taxonomy, packaged))
    speaks_for[packaged.codes.index(packaged.other)] = -1
    borrowed = np.flatnonzero(speaks_for >= 0)
    named = [i for i, c in enumerate(taxonomy.classes) if c.phrases]
    if 2 * len(set(speaks_for[borrowed]) & set(named)) <= len(named):
        return alone  # another field: what we know does not help
    lent = tuple(replace(packaged.classes[i], code=f"~{packaged.codes[i]}") for i in borrowed)
    joined = replace(taxonomy, classes=taxonomy.classes + lent)
    return Kin(joined, np.concatenate([own, speaks_for[borrowed]]), borrowed)


def _votes(taxonomy: Taxonomy, packaged: Taxonomy) -> np.ndarray:
    """How much of each packaged class the words of each user's class meet; (n_packaged, n_classes)."""
    told = [_told(c) for c in packaged.classes]
    place = np.repeat(np.arange(len(told)), [len(t) for t in told])
    own = [(u, p) for u, c in enumerate(taxonomy.classes) for p, weight in c.phrases if weight > 0]
    votes = np.zeros((len(told), len(taxonomy.classes)))
    if not own:
        return votes
    hits = PhraseFinder([p for _, p in own]).find([t for texts in told for t in texts])
    met = np.unique(np.stack([hits.text, hits.phrase]), axis=1)
    rate = np.zeros((len(told), len(own)))
    np.add.at(rate, (place[met[0]], met[1]), 1)
    rate /= np.bincount(place)[:, None]
    only_here = rate / np.maximum(rate.sum(axis=0), 1e-9)
    np.add.at(votes.T, np.array([u for u, _ in own]), (rate * only_here).T)
    return votes


def _told(c: GrievanceClass) -> list[str]:
    words = [w for p, weight in c.phrases if weight >= 4 for part in p.parts for w in part if len(w) > 2]
    return [c.name, c.about] * NAMED + list(c.examples) + words


def _speaks_for(taxonomy: Taxonomy, votes: np.ndarray) -> np.ndarray:
    """Index of the user's class each packaged one speaks for, -1 for none."""
    other = taxonomy.codes.index(taxonomy.other)
    total, best = votes.sum(axis=1), votes.argmax(axis=1)
    most = votes[np.arange(len(votes)), best]
    rest = -1 if taxonomy.classes[other].phrases else other
    found = np.where(total < NOTHING, rest, -1)
    return np.where((most >= LEAST) & (most >= SHARE * total), best, found)
