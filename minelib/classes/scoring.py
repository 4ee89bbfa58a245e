"""Weigh the phrases found in petitions: title above body, request above background, nothing denied."""

from dataclasses import dataclass

import numpy as np

from minelib.classes.matching import Hits, PhraseFinder
from minelib.knowledge.taxonomy import Taxonomy, parse_phrase

TITLE, REQUEST, LEAD, BODY, SOLVED = 3.0, 1.5, 1.3, 1.0, 0.3
LEAD_LENGTH = 100  # characters after the title that usually say what it is about
BODY_ROOM = 12.0  # points a long body tends to, so that length does not outvote the title
_REQUEST = "请求|恳请|恳求|希望|要求|建议|请问|咨询|诉求|强烈呼吁|望领导|望政府|请政府|请领导|盼"
_DENIAL = "不是|并非|不属于|不涉及|与~无关"
_SOLVED = "已解决|已经解决|已处理|已经处理|已得到解决|得到了解决|已妥善解决"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weighed hits: `hits.phrase` indexes `PhraseScorer.phrases`, `points` may be negative."""

    hits: Hits
    points: np.ndarray
    in_title: np.ndarray


class PhraseScorer:
    """Points of every class of a taxonomy for every text.

    Attributes
    ----------
    phrases : list of str
        As they stand in the file, class after class.
    owner : int array
        Class index of each phrase.
    """

    def __init__(self, taxonomy: Taxonomy):
        own = [(i, p, w) for i, c in enumerate(taxonomy.classes) for p, w in c.phrases]
        alike = [(i, p) for i, c in enumerate(taxonomy.classes) for p in c.lookalikes]
        cues = [parse_phrase(p) for p in (_REQUEST, _DENIAL.split("|与")[0], _SOLVED)]
        self.phrases = [p.text for _, p, _ in own]
        self.owner = np.array([i for i, _, _ in own], dtype=np.int64)
        self.weight = np.array([w for _, _, w in own])
        self.n_classes = len(taxonomy.classes)
        self._alike_owner = np.array([i for i, _ in alike], dtype=np.int64)
        self._n_own, self._n_alike = len(own), len(alike)
        self._finder = PhraseFinder([p for _, p, _ in own] + [p for _, p in alike] + cues)

    def weigh(self, texts: list[str]) -> Evidence:
        """Find and weigh every phrase; hits that are denied or part of a look-alike are left out."""
        found = self._finder.find(texts)
        first_alike, first_cue = self._n_own, self._n_own + self._n_alike
        own = found.take(found.phrase < first_alike)
        alike = found.take((found.phrase >= first_alike) & (found.phrase < first_cue))
        request, denial, solved = (found.take(found.phrase == first_cue + k) for k in range(3))
        keep = ~_inside(own, self.owner[own.phrase], alike, self._alike_owner[alike.phrase - first_alike])
        keep &= ~(_distance_after(own, denial) <= 2)
        own = own.take(keep)
        title_end = np.array([max(t.find("\n"), 0) for t in texts], dtype=np.int64)[own.text]
        in_title = own.end <= title_end
        factor = np.where(own.start <= title_end + LEAD_LENGTH, LEAD, BODY)
        factor = np.where(_distance_after(own, request) <= 30, REQUEST, factor)
        factor = np.where(in_title, TITLE, factor)
        factor = np.where(np.isin(own.sentence, solved.sentence), SOLVED, factor)
        return Evidence(own, self.weight[own.phrase] * factor, in_title)

    def points(self, evidence: Evidence, n_texts: int) -> np.ndarray:
        """Sum a phrase's best hit in the title and in the body; (n_texts, n_classes)."""
        total = np.zeros((2, n_texts, self.n_classes))
        hits = evidence.hits
        strength = np.abs(evidence.points)
        order = np.lexsort((-strength, evidence.in_title, hits.phrase, hits.text))
        key = (hits.text[order] * self._n_own + hits.phrase[order]) * 2 + evidence.in_title[order]
        best = order[np.flatnonzero(np.diff(key, prepend=-1))]
        np.add.at(
            total,
            (evidence.in_title[best].astype(int), hits.text[best], self.owner[hits.phrase[best]]),
            evidence.points[best],
        )
        body, title = total
        size = np.maximum(body, 0).max(axis=1, keepdims=True)
        return title + body * BODY_ROOM / (BODY_ROOM + size)


def _inside(hits: Hits, group, cover: Hits, cover_group) -> np.ndarray:
    """Which hits lie wholly inside a covering hit of their own group."""
    if not len(cover):
        return np.zeros(len(hits), dtype=bool)
    scale = np.int64(max(hits.end.max(initial=0), cover.end.max(initial=0)) + 1)
    n_groups = max(group.max(initial=0), cover_group.max(initial=0)) + 1
    place = (cover.text * n_groups + cover_group) * scale
    order = np.argsort(place + cover.start, kind="stable")
    begins = (place + cover.start)[order]
    # The furthest end of any cover that begins no later; place grows with text and group, so none leaks over.
    reach = np.maximum.accumulate((place + cover.end)[order])
    mine = (hits.text * n_groups + group) * scale
    at = np.searchsorted(begins, mine + hits.start, side="right") - 1
    return (at >= 0) & (reach[np.maximum(at, 0)] >= mine + hits.end)


def _distance_after(hits: Hits, cue: Hits) -> np.ndarray:
    """Characters between the last cue before each hit in its sentence and the hit; very large where none."""
    far = np.iinfo(np.int64).max // 4
    if not len(cue):
        return np.full(len(hits), far)
    scale = np.int64(max(hits.start.max(initial=0), cue.end.max(initial=0)) + 1)
    order = np.argsort(cue.text * scale + cue.end, kind="stable")
    ends = (cue.text * scale + cue.end)[order]
    at = np.searchsorted(ends, hits.text * scale + hits.start, side="right") - 1
    ok = (at >= 0) & (cue.sentence[order][np.maximum(at, 0)] == hits.sentence)
    return np.where(ok, hits.text * scale + hits.start - ends[np.maximum(at, 0)], far)
