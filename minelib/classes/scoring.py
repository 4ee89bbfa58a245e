"""Weigh the phrases found in petitions: title above body, request above background, nothing denied."""

from dataclasses import dataclass

import numpy as np

from minelib.classes.matching import Hits, PhraseFinder
from minelib.knowledge.taxonomy import Taxonomy, parse_phrase
from minelib.scale import Keys, distinct

# A title names the place first and the grievance last, so words late in it weigh more.
TITLE_START, TITLE_END = 1.8, 4.2
REQUEST, LEAD = 1.5, 1.3  # against 1 for a word anywhere in the body
SOLVED, LANDMARK, THANKS = 0.3, 0.3, 0.3
LEAD_LENGTH = 100  # characters after the title that usually say what it is about
REQUEST_REACH = 30  # characters a "请求" covers
THANKS_REACH = 4  # a letter of thanks says so in its first words
NESTED = 0.4  # "征地" inside "征地补偿" is hardly a second clue
TITLE_ROOM, BODY_ROOM = 40.0, 20.0  # points saturate towards these, so that length does not outvote the title
_REQUEST = parse_phrase("请求|恳请|恳求|希望|要求|建议|请问|咨询|诉求|呼吁|望领导|望政府|请政府|请领导|盼")
_DENIAL = parse_phrase("不是|并非|不属于|不涉及")
_SOLVED = parse_phrase("已解决|已经解决|已处理|已经处理|已得到解决|得到了解决|已妥善解决")
_LANDMARK = parse_phrase("附近|旁|对面|门口|隔壁|边上|楼下|后面|前面")
_THANKS = parse_phrase("感谢|表扬|致谢|点赞")


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
    owner, weight : arrays
        Class index and points of each phrase.
    """

    def __init__(self, taxonomy: Taxonomy):
        own = [(i, p, w) for i, c in enumerate(taxonomy.classes) for p, w in c.phrases]
        alike = [(i, p) for i, c in enumerate(taxonomy.classes) for p in c.lookalikes]
        self.phrases = [p.text for _, p, _ in own]
        self.owner = np.array([i for i, _, _ in own], dtype=np.int64)
        self.weight = np.array([w for _, _, w in own], dtype=float)
        self.n_classes = len(taxonomy.classes)
        self._alike_owner = np.array([i for i, _ in alike], dtype=np.int64)
        self._other = taxonomy.codes.index(taxonomy.other)
        cues = [_REQUEST, _DENIAL, _SOLVED, _LANDMARK, _THANKS]
        self._finder = PhraseFinder([p for _, p, _ in own] + [p for _, p in alike] + cues)

    def weigh(self, texts: list[str]) -> Evidence:
        """Find and weigh every phrase; hits that are denied or part of a look-alike are left out."""
        own, alike, request, denial, solved, landmark, thanks = self._split(self._finder.find(texts))
        covered = _inside(own, self.owner[own.phrase], alike, self._alike_owner[alike.phrase])
        own = own.take(~covered & (_distance_after(own, denial) > 2))
        title_end = np.array([max(t.find("\n"), 0) for t in texts], dtype=np.int64)[own.text]
        in_title = own.end <= title_end
        late = own.end / np.maximum(title_end, 1)
        factor = np.where(own.start <= title_end + LEAD_LENGTH, LEAD, 1.0)
        factor = np.where(_distance_after(own, request) <= REQUEST_REACH, REQUEST, factor)
        factor = np.where(in_title, TITLE_START + (TITLE_END - TITLE_START) * late, factor)
        factor = np.where(np.isin(own.sentence, solved.sentence), SOLVED, factor)
        factor = np.where(_ends_at(own, landmark), LANDMARK, factor)
        thankful = np.isin(own.text, thanks.text[thanks.start < THANKS_REACH])
        factor = np.where(thankful & (self.owner[own.phrase] != self._other), THANKS, factor)
        weight = self.weight[own.phrase]
        nested = _nested(own, self.owner[own.phrase], weight > 0)
        return Evidence(own, weight * factor * np.where(nested, NESTED, 1.0), in_title)

    def _split(self, found: Hits) -> list[Hits]:
        """Part hits into those of classes, of look-alikes, and of each cue; each numbered from 0."""
        n_own, n_alike = len(self.phrases), len(self._alike_owner)
        starts = np.cumsum([0, n_own, n_alike, 1, 1, 1, 1, 1])
        bounds = np.searchsorted(found.phrase, starts)
        return [
            found.take(slice(low, high)).shifted(first)
            for low, high, first in zip(bounds[:-1], bounds[1:], starts[:-1], strict=True)
        ]

    def points(self, evidence: Evidence, n_texts: int) -> np.ndarray:
        """Sum each phrase's best hit in the title and in the body; (n_texts, n_classes)."""
        sums = [
            self._best(evidence.hits.take(part), evidence.points[part], n_texts)
            for part in (evidence.in_title, ~evidence.in_title)
        ]
        title, body = (s.reshape(n_texts, self.n_classes) for s in sums)
        title = title * TITLE_ROOM / (TITLE_ROOM + np.maximum(title, 0))
        return title + body * BODY_ROOM / (BODY_ROOM + body.max(axis=1, keepdims=True, initial=0))

    def _best(self, hits: Hits, points: np.ndarray, n_texts: int) -> np.ndarray:
        """Sum the best hit of each phrase in each text, by text and class; such hits stand in turn."""
        first = np.flatnonzero(
            (np.diff(hits.phrase, prepend=-1) != 0) | (np.diff(hits.text, prepend=-1) != 0)
        )
        phrase, text = hits.phrase[first], hits.text[first]
        best = np.maximum.reduceat(np.abs(points), first) if len(first) else points
        place = text * self.n_classes + self.owner[phrase]
        return np.bincount(place, np.copysign(best, self.weight[phrase]), minlength=n_texts * self.n_classes)


def _inside(hits: Hits, group, cover: Hits, cover_group) -> np.ndarray:
    """Which hits lie wholly inside a covering hit of their own group."""
    n_groups = max(group.max(initial=0), cover_group.max(initial=0)) + 1
    own, others = hits.text * n_groups + group, cover.text * n_groups + cover_group
    some = np.flatnonzero(_are_in(own, others))
    inside = np.zeros(len(hits), dtype=bool)
    inside[some] = _reached(hits.take(some), own[some], cover, others)
    return inside


def _reached(hits: Hits, own: np.ndarray, cover: Hits, others: np.ndarray) -> np.ndarray:
    """Which hits lie wholly inside a covering hit of the same number."""
    scale = np.int64(max(hits.end.max(initial=0), cover.end.max(initial=0)) + 1)
    place = others * scale
    order = np.argsort(place + cover.start, kind="stable")
    begins = (place + cover.start)[order]
    # The furthest end of any cover that begins no later; place grows with text and group: none leaks over.
    reach = np.maximum.accumulate((place + cover.end)[order])
    mine = own * scale
    at = np.searchsorted(begins, mine + hits.start, side="right") - 1
    return (at >= 0) & (reach[np.maximum(at, 0)] >= mine + hits.end)


def _nested(hits: Hits, group, counts) -> np.ndarray:
    """Which hits lie inside another one of their group that counts (an equal one only if it came first)."""
    scale = np.int64(hits.end.max(initial=0) + 1)
    place = (hits.text * (group.max(initial=0) + 1) + group) * scale
    length = hits.end - hits.start
    most = length.max(initial=0)
    order = np.argsort((place + hits.start) * (most + 1) + most - length, kind="stable")
    end = np.where(counts, place + hits.end, 0)[order]
    before = np.concatenate([[0], np.maximum.accumulate(end)[:-1]]) if len(end) else end
    nested = np.zeros(len(hits), dtype=bool)
    nested[order] = end <= before
    return nested & counts


def _ends_at(hits: Hits, cue: Hits) -> np.ndarray:
    """Which hits end where a cue begins: "公交站旁" names a place, not a grievance about the bus."""
    scale = np.int64(max(hits.end.max(initial=0), cue.start.max(initial=0)) + 1)
    begins = Keys(distinct(cue.text * scale + cue.start).astype(np.uint64))
    ends = np.zeros(len(hits), dtype=bool)
    ends[begins.find((hits.text * scale + hits.end).astype(np.uint64))[0]] = True
    return ends


def _distance_after(hits: Hits, cue: Hits) -> np.ndarray:
    """Characters between the last cue before each hit in its sentence and the hit; very large where none."""
    distance = np.full(len(hits), np.iinfo(np.int64).max // 4)
    some = np.flatnonzero(_are_in(hits.sentence, cue.sentence))
    if len(some):
        hits = hits.take(some)
        scale = np.int64(max(hits.start.max(), cue.end.max()) + 1)
        order = np.argsort(cue.text * scale + cue.end, kind="stable")
        ends, place = (cue.text * scale + cue.end)[order], hits.text * scale + hits.start
        at = np.searchsorted(ends, place, side="right") - 1
        ok = (at >= 0) & (cue.sentence[order][at] == hits.sentence)
        distance[some[ok]] = (place - ends[at])[ok]
    return distance


def _are_in(numbers: np.ndarray, few: np.ndarray) -> np.ndarray:
    """Tell of each small number whether it is among a few."""
    said = np.zeros(max(numbers.max(initial=0), few.max(initial=0)) + 1, dtype=bool)
    said[few] = True
    return said[numbers]
