"""Cut Chinese text into words: jieba's words, at a compiled engine's speed.

jieba 0.42.1 (https://github.com/fxsjy/jieba) is the reference. `rjieba` is a compiled re-implementation that differs
from it in four places, mended here, so that both engines give the same tokens:

1. it keeps runs such as ``2019.10-31`` whole, where jieba's new-word finder splits them by its own pattern;
2. it counts rare Han characters (extensions, compatibility forms) as word material, where jieba emits them singly;
3. it guesses its own frequency for an added word, so jieba's frequency is passed along;
4. where two cuts are equally likely, it may choose the other one.

Each `Segmenter` owns its dictionary; the engines' own are not touched, nothing is written to stderr or a shared cache.
"""

import gc
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from math import log
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from minelib.errors import InputError
from minelib.knowledge import word_list
from minelib.schema import MASK

Engine = Literal["rjieba", "jieba"]

# What is one token whatever the dictionary says: masks, anonymised places (A市, K9县), and the rare Han characters that
# jieba emits singly. Each is cut as the stand-in, a character that neither engine takes for part of a word.
_STAND_IN = "\ue000"
_RARE = f"{_STAND_IN}\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# One class of characters first, which the expression engine looks for fast, and only then what each begins.
_ALONE = re.compile(
    f"([{MASK.pattern[0]}A-Z{_RARE}]"
    f"(?:(?<={MASK.pattern[0]}){MASK.pattern[1:]}|(?<=[A-Z])(?<![A-Za-z0-9].)[0-9]{{0,2}}[市区县省州镇乡]|(?<=[{_RARE}])))",
    re.S,
)

# Words of jieba's dictionary that hold characters of such runs.
_MIXED_WORDS = """
AT&T B超 c# C# c++ C++ T恤 A座 A股 A型 A轮 AA制 AB型 B座 B股 B型 B轮 BB机 BP机 C盘 C座 C语言 CD盒 CD机 CALL机 D盘
D座 D版 E盘 E座 E化 E通 F盘 F座 G盘 H盘 H股 I盘 IC卡 IP卡 IP电话 IP地址 K党 K歌之王 N年 O型 PC机 PH值 SIM卡 U盘 VISA卡
Z盘 Q版 QQ号 RSS订阅 T盘 X光 X光线 X射线 T恤衫 T型台 T台 4S店 4s店 江南style 江南Style 1号店 小S 大S 阿Q"""
_RUN = "&"  # stands for a run that is split by jieba's pattern: one character of that kind, in no other word
_ASCII = re.compile(r"[A-Za-z0-9+#&._%\-]")
_HAN_OR_NOT = re.compile("[\u4e00-\u9fd5]+|[^\u4e00-\u9fd5]+")
# Two ways to join characters can only be equally likely where some of them are said again.
_AGAIN = re.compile("(.{1,6})\\1")
_BLOCK_SIZE = 1_000  # texts looked at together
# Kinds of ASCII characters by code; 127 stands for all others. No other two kinds have the sum of these.
_ALNUM, _MARK = 1, 3
_ASCII_KINDS = np.array(
    [_MARK if chr(c) in "+#&._%-" else _ALNUM * chr(c).isalnum() for c in range(128)], np.uint8
)
_ASCII_WORD = re.compile(r"[A-Za-z0-9+#&._%\-]+")
# jieba.finalseg.re_skip: how its new-word finder splits what is not Han; and runs that it does not keep whole.
_FINALSEG_SKIP = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_ODD_RUN = re.compile(
    r"[A-Za-z0-9+#&._%\-](?<![A-Za-z0-9+#&._%\-].)"
    r"(?<!(?=(?:[a-zA-Z0-9]+(?:\.\d+)?%?|[+#&._%\-]+)(?![A-Za-z0-9+#&._%\-])).)[A-Za-z0-9+#&._%\-]+"
)
# jieba cuts each run of word characters on its own; this is all that stands before such a run.
_BEFORE_RUN = re.compile(r".*[^\u4e00-\u9fd5A-Za-z0-9+#&._%\-]", re.S)
_REST_OF_RUN = re.compile(r"[\u4e00-\u9fd5A-Za-z0-9+#&._%\-]*")

# What is said three times on end: where it is a word said once, and another said twice, two cuts are equally good.
_THRICE = re.compile("(?=([\u4e00-\u9fd5]{1,3}?)\\1\\1)")
_TIMES = range(2, 6)  # as often as one word of a dictionary may say the same

# A user's own word: more than any split of it reaches in jieba's dictionary of 60 million counts, so it stays whole.
_OWN_FREQUENCY = 5_000
_FIRST_HAN = "一".encode()  # jieba's dictionary is in order of first characters from here on
_JIEBA_TOTAL = 60_101_967  # the sum of all counts in jieba 0.42.1's dictionary


def packaged_lexicon() -> dict[str, int]:
    """Return the petition and law dictionary: word to frequency.

    The frequencies are those jieba itself suggests, so that each word cuts as one token in either engine.

    >>> packaged_lexicon()["支持起诉"] > 0
    True
    """
    pairs = (line.split() for line in word_list("lexicon"))
    return {word: int(frequency) for word, frequency in pairs}


class Segmenter:
    """Cut texts into words with the project's dictionary.

    Parameters
    ----------
    words : iterable of str
        The user's own words, added to the packaged dictionary.
    engine : {"rjieba", "jieba"}
        The compiled engine or the reference; the tokens are the same.

    Examples
    --------
    >>> Segmenter().cut("A市渌口区某公司拖欠农民工工资")
    ['A市', '渌口区', '某', '公司', '拖欠', '农民工工资']
    """

    def __init__(self, words: Iterable[str] = (), *, engine: Engine = "rjieba"):
        if engine not in get_args(Engine):
            raise InputError(f"engine is {engine!r}; allowed: {', '.join(get_args(Engine))}")
        own = tuple(sorted({w.strip() for w in words} - {""}))
        self.engine, self._own = engine, own
        self._cut = _cutter(engine, own)

    @property
    def fingerprint(self) -> str:
        """Digest of engine version and dictionary, for the manifest."""
        return _fingerprint(self.engine, self._own)

    def cut(self, text: str) -> list[str]:
        """Return the tokens of one text; joined, they are the text again."""
        return self.segment([text])[0]

    def segment(self, texts: Iterable[str]) -> list[list[str]]:
        """Return the tokens of each text, in the order given."""
        texts = list(texts)
        blocks = (texts[at : at + _BLOCK_SIZE] for at in range(0, len(texts), _BLOCK_SIZE))
        with _uncollected():
            return [tokens for block in blocks for tokens in self._cut_block(block)]

    def _cut_block(self, texts: list[str]) -> list[list[str]]:
        parts = [_ALONE.split(text) for text in texts]
        cut = self._cut([_STAND_IN.join(part[::2]) for part in parts])
        for tokens, part in zip(cut, parts, strict=True):
            _put_back(tokens, _STAND_IN, zip(part[1::2], strict=True))
        return cut


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector wait: it would look at all tokens over and over, and lists of words hold no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _put_back(tokens: list[str], stand_in: str, values: Iterable[Sequence[str]]) -> None:
    """Replace each stand-in by what it stands for, in order."""
    at = -1
    for value in values:
        at = tokens.index(stand_in, at + 1)
        tokens[at : at + 1] = value
        at += len(value) - 1


def _places(texts: list[str]) -> Iterator[dict[int, list[int]]]:
    """Look at many texts at once for what needs more than the engine: which hold stutters, and mixed runs, and where.

    Most hold neither, so nothing is made for those: a list each would keep the garbage collector busy.
    """
    codes = np.frombuffer("\0\0\0\0\0\0\0".join((*texts, "")).encode("utf-32-le", "surrogatepass"), "<u4")
    ends = np.cumsum([len(text) + 7 for text in texts])
    for places in (_stutters(codes), _mixtures(codes)):
        found = {}
        owners = np.searchsorted(ends, places, side="right")
        for owner, place in zip(owners.tolist(), (places - ends[owners]).tolist(), strict=True):
            found.setdefault(owner, []).append(place + len(texts[owner]) + 7)
        yield found


def _stutters(codes: np.ndarray) -> np.ndarray:
    """Give the places of Han characters that stand three times within seven, with nothing but Han between.

    Two paths may then be equally good, and which one wins hangs on the order of float additions: such runs are worked
    out anew with jieba's own numbers, in jieba's own order.
    """
    han = (codes >= 0x4E00) & (codes <= 0x9FD5)
    one, two, three = (han[:-3] & (codes[:-3] == codes[d : len(codes) - 3 + d]) for d in (1, 2, 3))
    two &= han[1:-2]
    three &= han[1:-2] & han[2:-1]
    again = one | two | three
    return np.flatnonzero((one[:-3] & again[1:-2]) | (two[:-3] & again[2:-1]) | (three[:-3] & again[3:]))


def _mixtures(codes: np.ndarray) -> np.ndarray:
    """Give the places where a letter or digit stands beside a mark of such runs: `_ODD_RUN` needs one."""
    kinds = _ASCII_KINDS[np.minimum(codes, 127)]
    return np.flatnonzero(kinds[:-1] + kinds[1:] == _MARK + _ALNUM)


class _Rjieba:
    """The compiled engine with jieba's tokens."""

    def __init__(self, lexicon: Mapping[str, int], own: tuple[str, ...]):
        jieba = engine_class()
        self._engine, self._no_words = jieba(), jieba.empty()
        self._added = {**lexicon, **dict.fromkeys(own, _OWN_FREQUENCY)}
        for word, frequency in (*lexicon.items(), *((word, _OWN_FREQUENCY) for word in own)):
            self._engine.add_word(word, frequency, None)
        mixed = sorted({*_MIXED_WORDS.split(), *(w for w in self._added if _ASCII.search(w))})
        self._mixed = re.compile("|".join(map(re.escape, mixed)))
        self._counts = cache(lambda: _Counts(lexicon, own))

    def __call__(self, texts: list[str]) -> list[list[str]]:
        stutters, mixtures = _places(texts)
        return [self._cut_one(text, stutters.get(i), i in mixtures) for i, text in enumerate(texts)]

    def _cut_one(self, text: str, stutters: list[int] | None, mixed: bool) -> list[str]:
        cut = self._cut_plain if mixed else self._engine.cut
        if not stutters:
            return cut(text)
        tokens, done = [], 0
        for place in stutters:
            if place >= done:
                before = _BEFORE_RUN.match(text, done, place)
                start, end = before.end() if before else done, _REST_OF_RUN.match(text, place).end()
                tokens += cut(text[done:start]) + self._cut_stutter(text[start:end])
                done = end
        return tokens + cut(text[done:])

    def _cut_plain(self, text: str) -> list[str]:
        runs = _ODD_RUN.findall(text)
        if not runs:
            return self._engine.cut(text)
        if _RUN in text or self._mixed.search(text):
            return list(_join_runs(self._engine.cut(text), self._is_loose, _split_run))
        tokens = self._engine.cut(_ODD_RUN.sub(_RUN, text))
        _put_back(tokens, _RUN, map(_split_run, runs))
        return tokens

    def _is_loose(self, token: str) -> bool:
        return bool(_ASCII_WORD.fullmatch(token)) and not (len(token) > 1 and self._engine.has_word(token))

    def _cut_stutter(self, text: str) -> list[str]:
        """Cut by the dictionary, by jieba's own counts where it has a tie, then join what is left over."""
        tied = any(self._engine.has_word(said * n) for said in _THRICE.findall(text) for n in _TIMES)
        tokens = self._counts().cut(text) if tied else self._engine.cut(text, False)
        return list(_join_runs(tokens, _is_leftover(self._engine.has_word), self._join))

    def _join(self, run: str) -> list[str]:
        """Join single characters as jieba's new-word finder does."""
        if len(run) < 2 or self._engine.has_word(run):
            return list(run)
        parts = (
            self._new_words(part) if part[0] >= "\u4e00" else _split_run(part)
            for part in _HAN_OR_NOT.findall(run)
        )
        return [word for words in parts for word in words]

    def _new_words(self, run: str) -> list[str]:
        if _AGAIN.search(run):
            import jieba.finalseg

            return list(jieba.finalseg.cut(run))
        return self._no_words.cut(run)


def engine_class():
    """Return `rjieba.Jieba` alone: the package around it loads a dictionary for itself, which takes as long again."""
    package = find_spec("rjieba")
    spec = PathFinder.find_spec("rjieba.rjieba", package.submodule_search_locations)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Jieba


class _Counts:
    """jieba's likeliest path, worked out as jieba does, addition by addition: where two are equal, that decides.

    Few texts need it, so of the dictionary only the words are read that begin as some word of the text may.
    """

    def __init__(self, lexicon: Mapping[str, int], own: tuple[str, ...]):
        dictionary = (Path(find_spec("jieba").origin).parent / "dict.txt").read_bytes()
        at = dictionary.index(_FIRST_HAN)
        self._head, self._han = dictionary[:at].decode().splitlines(), dictionary[at:]
        self._added = {**lexicon, **dict.fromkeys(own, _OWN_FREQUENCY)}
        self._log_total = log(_JIEBA_TOTAL + sum(lexicon.values()) + _OWN_FREQUENCY * len(own))
        self.words_from = cache(self._read)

    def cut(self, text: str) -> list[str]:
        route = {len(text): (0.0, 0)}
        for i in range(len(text) - 1, -1, -1):
            words = self._words(text, i) or {i + 1: 1}
            route[i] = max((log(n) - self._log_total + route[j][0], j - 1) for j, n in words.items())
        tokens, at = [], 0
        while at < len(text):
            end = route[at][1] + 1
            tokens.append(text[at:end])
            at = end
        return tokens

    def _words(self, text: str, start: int) -> dict[int, int]:
        """Give where the words that may begin here end, and their counts."""
        counts, ends, end = self.words_from(text[start]), {}, start + 1
        while end <= len(text) and (count := counts.get(text[start:end])) is not None:
            ends |= {end: count} if count else {}
            end += 1
        return ends

    def _read(self, first: str) -> dict[str, int]:
        """Give the counts of all words that begin with a character, and 0 for what only begins one."""
        low, high = (self._place(character.encode()) for character in (first, chr(ord(first) + 1)))
        entries = (line.split(" ") for line in (*self._head, *self._han[low:high].decode().splitlines()))
        words = {word: int(count) for word, count, *_ in entries} | self._added
        words = {word: count for word, count in words.items() if word.startswith(first)}
        return dict.fromkeys((word[:n] for word in words for n in range(1, len(word))), 0) | words

    def _place(self, character: bytes) -> int:
        """Find the first line that begins no lower; the lines stand in order of their first characters."""
        return bisect_left(range(len(self._han)), character, key=self._first_at)

    def _first_at(self, place: int) -> bytes:
        start = self._han.rfind(b"\n", 0, place) + 1
        return self._han[start : start + len(_FIRST_HAN)]


def _is_leftover(is_word):
    def leftover(token: str) -> bool:
        if len(token) == 1:
            return "\u4e00" <= token <= "\u9fd5" or bool(_ASCII.match(token))
        return bool(_ASCII_WORD.fullmatch(token)) and not is_word(token)

    return leftover


def _split_run(run: str) -> list[str]:
    return [run] if len(run) == 1 else [w for w in _FINALSEG_SKIP.split(run) if w]


def _join_runs(tokens: list[str], is_loose, cut_run) -> Iterator[str]:
    """Glue neighbouring loose tokens together and cut the glued run anew."""
    run = ""
    for token in tokens:
        if is_loose(token):
            run += token
            continue
        if run:
            yield from cut_run(run)
            run = ""
        yield token
    if run:
        yield from cut_run(run)


def _jieba_cutter(lexicon: Mapping[str, int], own: tuple[str, ...]):
    engine = _plain_jieba()
    for word, frequency in lexicon.items():
        engine.add_word(word, frequency)
    for word in own:
        engine.add_word(word, _OWN_FREQUENCY)
    return lambda texts: [engine.lcut(text) for text in texts]


def _plain_jieba():
    """Return a jieba tokenizer of its own: no shared cache file, no words on stderr."""
    import logging
    import tempfile

    import jieba

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory(prefix="minelib-jieba-") as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    return tokenizer


_ENGINES = {"rjieba": _Rjieba, "jieba": _jieba_cutter}


@cache
def _cutter(engine: str, own: tuple[str, ...]):
    """Load an engine once for each set of words; nothing changes it afterwards."""
    return _ENGINES[engine](packaged_lexicon(), own)


@cache
def _fingerprint(engine: str, own: tuple[str, ...]) -> str:
    import hashlib
    from importlib.metadata import version

    parts = [f"{engine} {version(engine)}", *(f"{w} {f}" for w, f in packaged_lexicon().items()), *own]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
