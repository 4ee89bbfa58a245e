"""Cut Chinese text into words: jieba's words, at a compiled engine's speed.

jieba 0.42.1 (https://github.com/fxsjy/jieba) is the reference. `rjieba` is a compiled re-implementation that differs
from it in four places, mended here, so that both engines give the same tokens:

1. it keeps runs such as ``2019.10-31`` whole, where jieba's new-word finder splits them by its own pattern;
2. it counts rare Han characters (extensions, compatibility forms) as word material, where jieba emits them singly;
3. it guesses its own frequency for an added word, so jieba's frequency is passed along;
4. where two cuts are equally likely, it may choose the other one.

Each `Segmenter` owns its dictionary; nothing global is touched, nothing is written to stderr or to a shared cache.
"""

import hashlib
import re
import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import log
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
# jieba cuts each run of word characters, and each run of others, on its own.
_BLOCK = re.compile(r"[\u4e00-\u9fd5A-Za-z0-9+#&._%\-]+|[^\u4e00-\u9fd5A-Za-z0-9+#&._%\-]+")

# A character three times in a row or nearly so: two paths may then be equally good, and which one wins hangs on the
# order of float additions. Such texts are worked out anew with jieba's own numbers, in jieba's own order.
_STUTTER = re.compile("([\u4e00-\u9fd5])(?:[\u4e00-\u9fd5]{0,2}\\1){2}")
_TRIPLE = re.compile("([\u4e00-\u9fd5])\\1\\1")

# A user's own word: more than any split of it reaches in jieba's dictionary of 60 million counts, so it stays whole.
_OWN_FREQUENCY = 5_000
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

    Attributes
    ----------
    fingerprint : str
        Digest of engine versions and dictionary, for the manifest.

    Examples
    --------
    >>> Segmenter().cut("A市渌口区某公司拖欠农民工工资")
    ['A市', '渌口区', '某', '公司', '拖欠', '农民工工资']
    """

    def __init__(self, words: Iterable[str] = (), *, engine: Engine = "rjieba"):
        if engine not in get_args(Engine):
            raise InputError(f"engine is {engine!r}; allowed: {', '.join(get_args(Engine))}")
        own = tuple(sorted({w.strip() for w in words} - {""}))
        self.engine = engine
        self._cut = _cutter(engine, own)
        self.fingerprint = _fingerprint(engine, own)

    def cut(self, text: str) -> list[str]:
        """Return the tokens of one text; joined, they are the text again."""
        return self._cut_one(text, True, True)

    def segment(self, texts: Iterable[str]) -> list[list[str]]:
        """Return the tokens of each text, in the order given."""
        texts = list(texts)
        blocks = (texts[at : at + _BLOCK_SIZE] for at in range(0, len(texts), _BLOCK_SIZE))
        return [self._cut_one(*seen) for block in blocks for seen in zip(block, *_seen(block), strict=True)]

    def _cut_one(self, text: str, stutters: bool, mixes: bool) -> list[str]:
        parts = _ALONE.split(text)
        if len(parts) == 1:
            return self._cut(text, stutters, mixes)
        tokens = self._cut(_STAND_IN.join(parts[::2]), stutters, mixes)
        _put_back(tokens, _STAND_IN, ([alone] for alone in parts[1::2]))
        return tokens


def _put_back(tokens: list[str], stand_in: str, values: Iterable[list[str]]) -> None:
    """Replace each stand-in by what it stands for, in order."""
    at = -1
    for value in values:
        at = tokens.index(stand_in, at + 1)
        tokens[at : at + 1] = value
        at += len(value) - 1


def _seen(texts: list[str]) -> tuple[list[bool], list[bool]]:
    """Look at many texts at once for what needs more than the engine: stutters, and mixed runs of ASCII."""
    codes = np.frombuffer("\0\0\0\0\0\0\0".join((*texts, "")).encode("utf-32-le", "surrogatepass"), "<u4")
    ends = np.cumsum([len(text) + 7 for text in texts])
    return tuple(_owners(places, ends) for places in (_stutters(codes), _mixtures(codes)))


def _owners(places: np.ndarray, ends: np.ndarray) -> list[bool]:
    found = np.zeros(len(ends), bool)
    found[np.searchsorted(ends, places, side="right")] = True
    return found.tolist()


def _stutters(codes: np.ndarray) -> np.ndarray:
    """Give the places of Han characters that stand three times within seven."""
    han = (codes >= 0x4E00) & (codes <= 0x9FD5)
    same = [np.append(han[:-d] & (codes[:-d] == codes[d:]), np.zeros(d, bool)) for d in (1, 2, 3)]
    return np.flatnonzero(np.logical_or.reduce([same[d - 1][:-3] & same[e - 1][d : len(codes) - 3 + d]
                                                for d in (1, 2, 3) for e in (1, 2, 3)]))  # fmt: skip


def _mixtures(codes: np.ndarray) -> np.ndarray:
    """Give the places where a letter or digit stands beside a mark of such runs: `_ODD_RUN` needs one."""
    kinds = _ASCII_KINDS[np.minimum(codes, 127)]
    return np.flatnonzero(kinds[:-1] + kinds[1:] == _MARK + _ALNUM)


class _Rjieba:
    """The compiled engine with jieba's tokens."""

    def __init__(self, lexicon: Mapping[str, int], own: tuple[str, ...]):
        import rjieba

        self._engine, self._no_words = rjieba.Jieba(), rjieba.Jieba.empty()
        self._added = {**lexicon, **dict.fromkeys(own, _OWN_FREQUENCY)}
        for word, frequency in (*lexicon.items(), *((word, _OWN_FREQUENCY) for word in own)):
            self._engine.add_word(word, frequency, None)
        mixed = sorted({*_MIXED_WORDS.split(), *(w for w in self._added if _ASCII.search(w))})
        self._mixed = re.compile("|".join(map(re.escape, mixed)))
        self._counts = cache(lambda: _Counts(lexicon, own))

    def __call__(self, text: str, stutters: bool, mixes: bool) -> list[str]:
        if not stutters or not _STUTTER.search(text):
            return self._cut_plain(text) if mixes else self._engine.cut(text)
        tokens, done = [], 0
        for block in _BLOCK.finditer(text):
            if _STUTTER.search(block[0]):
                tokens += self._cut_plain(text[done : block.start()]) + self._cut_stutter(block[0])
                done = block.end()
        return tokens + self._cut_plain(text[done:])

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
        tied = any(self._engine.has_word(c * 2) for c in _TRIPLE.findall(text))
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


class _Counts:
    """jieba's likeliest path, worked out as jieba does, addition by addition: where two are equal, that decides.

    Few texts need it, so the dictionary's lines are sorted and looked up, which takes less than reading them all.
    """

    def __init__(self, lexicon: Mapping[str, int], own: tuple[str, ...]):
        from importlib.util import find_spec
        from pathlib import Path

        self._added = {**lexicon, **dict.fromkeys(own, _OWN_FREQUENCY)}
        lines = (Path(find_spec("jieba").origin).parent / "dict.txt").read_bytes().split(b"\n")
        self._lines = sorted([*lines, *(word.encode("utf-8", "surrogatepass") for word in self._added)])
        self._log_total = log(_JIEBA_TOTAL + sum(lexicon.values()) + _OWN_FREQUENCY * len(own))

    def cut(self, text: str) -> list[str]:
        route = {len(text): (0.0, 0)}
        for i in range(len(text) - 1, -1, -1):
            route[i] = max(
                (log(count or 1) - self._log_total + route[j][0], j - 1)
                for j, count in self._words(text, i)
                if count or j == i + 1
            )
        tokens, at = [], 0
        while at < len(text):
            end = route[at][1] + 1
            tokens.append(text[at:end])
            at = end
        return tokens

    def _words(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """Yield the ends of words that may begin here and their counts, 0 for what only begins a word."""
        for end in range(start + 1, len(text) + 1):
            word = text[start:end]
            prefix = word.encode("utf-8", "surrogatepass")
            at = bisect_left(self._lines, prefix)
            begun = at < len(self._lines) and self._lines[at].startswith(prefix)
            if begun or end == start + 1:
                yield end, self._added.get(word) or self._count(prefix + b" ")
            if not begun:
                return

    def _count(self, entry: bytes) -> int:
        at = bisect_left(self._lines, entry)
        line = self._lines[at] if at < len(self._lines) else b""
        return int(line.split(b" ")[1]) if line.startswith(entry) else 0


def _is_leftover(is_word):
    def leftover(token: str) -> bool:
        return bool(_ASCII_WORD.fullmatch(token) and not (len(token) > 1 and is_word(token))) or (
            len(token) == 1 and "\u4e00" <= token <= "\u9fd5"
        )

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
    return lambda text, *_: engine.lcut(text)


def _plain_jieba():
    """Return a jieba tokenizer of its own: no shared cache file, no words on stderr."""
    import logging

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
    from importlib.metadata import version

    parts = [f"{engine} {version(engine)}", *(f"{w} {f}" for w, f in packaged_lexicon().items()), *own]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
