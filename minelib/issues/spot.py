"""How strongly each petition says each known wrong."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy.sparse as sp

from minelib.classes.matching import PhraseFinder
from minelib.describe import say_plainly
from minelib.issues.wrongs import Wrong
from minelib.scale import distinct

TITLE, BODY, HINT = 3.0, 1.0, 0.4  # weight of a saying in the title, in the body; of a hint beside a saying
SAID = 3.0  # from here on the wrong counts as said: once in the title, or three times in the body
_REPEAT = 2  # a saying counts at most twice in one body
_SHORT = 250  # in a body shorter than this a saying weighs more, the more the shorter it is,
_MOST_A_SAYING = 3.0  # up to so many times
_UNLESS = 0.25  # what is left when the title speaks against it
_BLOCK = 20_000  # petitions looked at together, for memory's sake
_TELLING = 3  # characters from which on a title, stripped of 反映, 关于 … 的问题, may say something
_HEADING = 60  # of a first sentence taken for a title
_SENTENCE = re.compile(r"[。！？!?；;\n]")


def spot_wrongs(titles: Sequence[str], bodies: Sequence[str], wrongs: Sequence[Wrong]) -> sp.csr_matrix:
    """Score petitions against kinds of wrong.

    Returns
    -------
    csr_matrix of float32, shape (n_petitions, n_wrongs)
        From `SAID` on a petition says the wrong.

    Examples
    --------
    >>> from minelib.issues.wrongs import make_wrongs
    >>> wrongs = make_wrongs({"wrong": [{"name": "拖欠工资", "say": "拖欠~工资"}]})
    >>> spot_wrongs(["工资被拖欠半年"], ["老板拖欠我们工资"], wrongs).toarray().tolist()
    [[6.0]]
    """
    sayings = _sayings(tuple(wrongs))
    starts = range(0, max(len(titles), 1), _BLOCK)
    blocks = [sayings.score(titles[i : i + _BLOCK], bodies[i : i + _BLOCK]) for i in starts]
    return sp.vstack(blocks, format="csr", dtype=np.float32)


@lru_cache(maxsize=2)
def _sayings(wrongs: tuple[Wrong, ...]) -> "_Sayings":
    return _Sayings(wrongs)


def _heading(title: str, body: str) -> str:
    """Return the title, or the body's first sentence where the title says nothing (反映问题, 申请再审)."""
    if len(say_plainly(title)) >= _TELLING:
        return title
    return next((s for s in _SENTENCE.split(body) if len(s) >= _TELLING), title)[:_HEADING]


class _Sayings:
    """All sayings of all wrongs in one finder."""

    def __init__(self, wrongs: Sequence[Wrong]):
        kinds = {"say": 1.0, "hint": HINT, "unless": 0.0}
        rows = [(i, kind, s) for i, w in enumerate(wrongs) for kind in kinds for s in getattr(w, kind)]
        self.n_wrongs = len(wrongs)
        self.wrong = np.array([i for i, _, _ in rows], dtype=np.int64)
        self.weight = np.array([kinds[kind] for _, kind, _ in rows], dtype=np.float32)
        self.speaks_against = np.array([kind == "unless" for _, kind, _ in rows], dtype=bool)
        self.finder = PhraseFinder([phrase for _, _, saying in rows for phrase in saying])
        self.saying_of = np.repeat(np.arange(len(rows)), [len(saying) for _, _, saying in rows])

    def score(self, titles: Sequence[str], bodies: Sequence[str]) -> sp.csr_matrix:
        shape = (len(titles), self.n_wrongs)
        if not (len(titles) and self.n_wrongs):
            return sp.csr_matrix(shape, dtype=np.float32)
        titles = [_heading(t, b) for t, b in zip(titles, bodies, strict=True)]
        hits = self.finder.find([f"{t}\n{b}" for t, b in zip(titles, bodies, strict=True)])
        in_title = hits.start <= np.fromiter(map(len, titles), dtype=np.int64, count=len(titles))[hits.text]
        text, saying = hits.text.astype(np.int64), self.saying_of[hits.phrase]
        title = self._sum(text[in_title], saying[in_title], TITLE, 1, shape)
        length = np.fromiter(map(len, bodies), dtype=np.int64, count=len(bodies))
        short = sp.diags_array(np.clip(_SHORT / np.maximum(length, 1), 1, _MOST_A_SAYING).astype(np.float32))
        said = ~in_title & (self.weight[saying] == 1)
        body = short @ self._sum(text[said], saying[said], BODY, _REPEAT, shape)
        body += self._sum(text[~in_title & ~said], saying[~in_title & ~said], BODY, _REPEAT, shape)
        against = in_title & self.speaks_against[saying]
        return self._soften(title + body, text[against], self.wrong[saying[against]])

    def _sum(self, text, saying, weight: float, most: int, shape) -> sp.csr_matrix:
        n = len(self.wrong)
        pair, times = np.unique(text * n + saying, return_counts=True)
        value = weight * np.minimum(times, most) * self.weight[pair % n]
        return sp.csr_matrix((value.astype(np.float32), (pair // n, self.wrong[pair % n])), shape=shape)

    def _soften(self, score: sp.csr_matrix, text, wrong) -> sp.csr_matrix:
        pair = distinct(text * self.n_wrongs + wrong)
        place = pair // self.n_wrongs, pair % self.n_wrongs
        mask = sp.csr_matrix((np.ones(len(pair), np.float32), place), shape=score.shape)
        score = (score - (1 - _UNLESS) * score.multiply(mask)).tocsr()
        score.eliminate_zeros()
        return score
