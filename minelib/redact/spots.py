"""Where may a name begin? An upper bound of its weight for every character of many texts at once.

`names.weigh` reads a place exactly, in Python. Nearly all places can be ruled out before by tables over character
codes: what the surname, the given characters and the one or two characters beside them can mean at most.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from minelib.codepoints import CODES, GAP, char_table, matches
from minelib.redact import names
from minelib.redact.lexicon import any_of, lexicon, longer_surnames
from minelib.redact.names import DOUBTFUL, STRONG, Candidate, likeliest
from minelib.redact.view import Page
from minelib.scale import Keys

_FLOOR = -50.0

_Groups = Sequence[tuple[Iterable[str], float]]


class _Beside:
    """The most that words on one side of a place can mean, by the two characters nearest to it."""

    def __init__(self, groups: _Groups, *, behind: bool, least: float = names.PLAIN):
        rows = [(w if behind else w[::-1], bits) for words, bits in groups for w in words]
        nears, fars = (
            {c: i for i, c in enumerate(sorted({w[k] for w, _ in rows if len(w) > 1}), 1)} for k in (0, 1)
        )
        self._alone = np.full(CODES, least, np.float32)
        self._near, self._far = np.zeros(CODES, np.uint16), np.zeros(CODES, np.uint16)
        for table, ids in ((self._near, nears), (self._far, fars)):
            table[[ord(c) for c in ids]] = list(ids.values())
        self._both = np.full((len(nears) + 1, len(fars) + 1), _FLOOR, np.float32)
        for word, bits in rows:
            if len(word) == 1:
                self._alone[ord(word)] = max(self._alone[ord(word)], bits)
            else:
                at = nears[word[0]], fars[word[1]]
                self._both[at] = max(self._both[at], bits)

    def lower(self, chars: Iterable[str], bits: float) -> "_Beside":
        """Let characters that say nothing by themselves speak against a name."""
        for c in chars:
            if self._alone[ord(c)] <= names.PLAIN:
                self._alone[ord(c)] = bits
        return self

    def __call__(self, near: np.ndarray, far: np.ndarray) -> np.ndarray:
        return np.maximum(self._alone[near], self._both[self._near[near], self._far[far]])


@cache
def _sides() -> tuple[_Beside, _Beside, _Beside]:
    """Make the tables for before, for before with marks between (姓名: “), and for behind."""
    lex = lexicon()
    roles = ((lex.before, STRONG), (lex.naming, names.NAMING))
    near = ((lex.calls, names.CALL), (names.EDGE, names.OPEN), (lex.weak_before, names.WEAK_BEFORE))
    firm = [c for c, bits in lex.surnames.items() if bits > names.NEXT_NAME]
    after = ((lex.labels, names.LABEL), (lex.after, names.AFTER), ("的", names.AFTER), (lex.verbs, names.VERB),
             (names.EDGE, names.CLOSED), ("0123456789", names.CLOSED), (lex.weak_after, names.WEAK_AFTER),
             (firm, names.WEAK_AFTER))  # fmt: skip
    return (_Beside((*roles, *near), behind=False).lower("市县区省", -5.0), _Beside(roles, behind=False, least=_FLOOR),
            _Beside(after, behind=True).lower((w for w in lex.place_after if len(w) == 1), -8.0))  # fmt: skip


@cache
def _bits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make tables by character code: bits as a surname, as a character of a given name, and what glues."""
    lex = lexicon()
    own, given = np.full(CODES, _FLOOR, np.float32), np.full(CODES, _FLOOR, np.float32)
    own[0x3400:0xA000], given[0x3400:0xA000] = names.STRANGE, names.UNSEEN
    for table, rows in ((own, lex.surnames), (given, lex.given)):
        table[[ord(c) for c in rows]] = list(rows.values())
    return own, given, char_table(names.GLUE)


@cache
def _han() -> np.ndarray:
    own, given, _ = _bits()
    return (own > _FLOOR) & (given > _FLOOR)


@cache
def _pairs() -> tuple[Keys, np.ndarray]:
    """Look up the words of two characters, as numbers: their bits, and with more for those that are no names."""
    lex = lexicon()
    bits = {w: b for w, b in lex.words.items() if len(w) == 2}
    barred = {w for w in lex.not_names | lex.public if len(w) == 2}
    rows = sorted((ord(w[0]) << 21 | ord(w[1]), bits.get(w, 0.0), w in barred) for w in barred | set(bits))
    keys, words, no_names = (np.array(column) for column in zip(*rows, strict=True))
    return Keys(keys.astype(np.uint64)), np.column_stack((words, words + names.BARRED * no_names)).astype(
        np.float32
    )


def _pair_bits(first: np.ndarray, second: np.ndarray, column: int) -> np.ndarray:
    pairs, bits = _pairs()
    at, pair = pairs.find((first.astype(np.int64) << 21 | second).astype(np.uint64))
    found = np.zeros(len(first), np.float32)
    found[at] = bits[pair, column]
    return found


def _before(codes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Bound what stands before; as `names.before_bits` does, look through up to four marks."""
    near, linked, _ = _sides()
    glue = _bits()[2]
    bits = near(codes[places - 1], codes[places - 2])
    at, seen = places - 1, np.arange(len(places))
    for _ in range(4):
        inside = glue[codes[at]] & (at > 1)
        at, seen = at[inside], seen[inside]
        bits[seen] = np.maximum(bits[seen], linked(codes[at - 1], codes[at - 2]))
        at = at - 1
    return bits


def _promising(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the places where a name may begin, and the most that can be said of it but for what stands before."""
    own, given, _ = _bits()
    han = _han()
    places = np.flatnonzero(han[codes[:-GAP]] & han[codes[1 : 1 - GAP]])
    places = places[places >= GAP]
    before = _before(codes, places)
    named = before > STRONG
    keep = named | (own[codes[places]] != np.float32(names.STRANGE))
    places, before, named = places[keep], before[keep], named[keep]
    first, second = given[codes[places + 1]], given[codes[places + 2]]
    first, second = (np.where(named, np.maximum(g, -2.5), g) for g in (first, second))
    after = _sides()[2]
    short = names.LENGTH[1] + after(codes[places + 2], codes[places + 3])
    long = names.LENGTH[2] + 3.0 + second + after(codes[places + 3], codes[places + 4])
    long[given[codes[places + 2]] == _FLOOR] = _FLOOR
    most = names.PRIOR + own[codes[places]] + first + np.maximum(short, long)
    share = np.where(named, 0.15, np.where(before >= STRONG, 0.35, 0.7))
    against = share * _pair_bits(codes[places], codes[places + 1], 1)
    against += np.where(before < names.CALL, 0.6, 0.0) * _pair_bits(codes[places - 1], codes[places], 0)
    keep = most + before + names.CLOSED_NAME * named - against > DOUBTFUL
    return places[keep], most[keep]


@cache
def _longer() -> re.Pattern:
    """Return the pattern of a surname of two characters that goes on."""
    return re.compile(rf"{any_of(lexicon().compounds)}(?=[㐀-鿿])")


def candidates(page: Page) -> list[list[Candidate]]:
    """Find every doubtful or sure name of each text, the best reading at each start."""
    views, begin = list(page), longer_surnames()
    texts = [v.text for v in views]
    places, most = _promising(page.codes)
    owner = np.searchsorted(page.begins, places, side="right") - 1
    found: list[list[Candidate]] = [[] for _ in texts]
    for i, at, bits in zip(
        owner.tolist(), (places - page.begins[owner]).tolist(), most.tolist(), strict=True
    ):
        found[i].append(likeliest(texts[i], at, 1, bits))
    for v, best in zip(views, found, strict=True):
        best += [likeliest(v.text, m.start(), 2) for m in matches(_longer(), v.text, v.places(begin))]
    return [[c for c in best if c and c.bits > DOUBTFUL] for best in found]
