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
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal, get_args

from minelib.errors import InputError
from minelib.knowledge import word_list
from minelib.schema import MASK

Engine = Literal["rjieba", "jieba"]

# What is one token whatever the dictionary says: masks, anonymised places (A市, K9县), and the rare Han characters that
# jieba emits singly. Each is cut as the stand-in, a character that neither engine takes for part of a word.
_STAND_IN = "\ue000"
_ALONE = re.compile(
    f"{MASK.pattern}|(?<![A-Za-z0-9])[A-Z][0-9]{{0,2}}[市区县省州镇乡]"
    f"|[{_STAND_IN}\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

_ASCII_WORD = re.compile(r"[A-Za-z0-9+#&._%\-]+")
# jieba.finalseg.re_skip: how its new-word finder splits what is not Han; and runs that it does not keep whole.
_FINALSEG_SKIP = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_ODD_RUN = re.compile(
    r"(?<![A-Za-z0-9+#&._%\-])(?=[A-Za-z0-9+#&._%\-]{2})(?!(?:[a-zA-Z0-9]+(?:\.\d+)?%?|[+#&._%\-]+)(?![A-Za-z0-9+#&._%\-]))"
)
# jieba cuts each run of word characters, and each run of others, on its own.
_BLOCK = re.compile(r"[\u4e00-\u9fd5A-Za-z0-9+#&._%\-]+|[^\u4e00-\u9fd5A-Za-z0-9+#&._%\-]+")

# A character three times in a row or nearly so: two paths may then be equally good, and which one wins hangs on the
# order of float additions. Such texts take jieba's new-word model, or, where its dictionary has a tie, jieba itself.
_STUTTER = re.compile("([\u4e00-\u9fd5])(?:[\u4e00-\u9fd5]{0,2}\\1){2}")
_TRIPLE = re.compile("([\u4e00-\u9fd5])\\1\\1")

# A user's own word: more than any split of it reaches in jieba's dictionary of 60 million counts, so it stays whole.
_OWN_FREQUENCY = 5_000


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
        self._cut = _ENGINES[engine](packaged_lexicon(), own)
        self.fingerprint = _fingerprint(engine, own)

    def cut(self, text: str) -> list[str]:
        """Return the tokens of one text; joined, they are the text again."""
        alone = _ALONE.findall(text)
        if not alone:
            return self._cut(text)
        found = iter(alone)
        return [next(found) if w == _STAND_IN else w for w in self._cut(_ALONE.sub(_STAND_IN, text))]

    def segment(self, texts: Iterable[str]) -> list[list[str]]:
        """Return the tokens of each text, in the order given."""
        return [self.cut(text) for text in texts]


def _rjieba_cutter(lexicon: Mapping[str, int], own: tuple[str, ...]):
    import rjieba

    engine = rjieba.Jieba()
    for word, frequency in lexicon.items():
        engine.add_word(word, frequency, None)
    for word in own:
        engine.add_word(word, _OWN_FREQUENCY, None)

    reference = cache(lambda: _jieba_cutter(lexicon, own))

    def cut(text: str) -> list[str]:
        if _STUTTER.search(text):
            return [w for block in _BLOCK.findall(text) for w in cut_block(block)]
        return cut_plain(text)

    def cut_block(block: str) -> list[str]:
        if not _STUTTER.search(block):
            return cut_plain(block)
        tied = any(engine.has_word(c * 2) for c in _TRIPLE.findall(block))
        return reference()(block) if tied else _cut_stutter(engine, block)

    def cut_plain(text: str) -> list[str]:
        tokens = engine.cut(text)
        return list(_resplit(tokens, engine.has_word)) if _ODD_RUN.search(text) else tokens

    return cut


def _cut_stutter(engine, text: str) -> list[str]:
    """Cut by the compiled dictionary, then let jieba's own model join the single characters left over."""
    import jieba.finalseg

    def join(run: str) -> list[str]:
        if len(run) < 2 or engine.has_word(run):
            return list(run)
        return list(jieba.finalseg.cut(run))

    return list(_join_runs(engine.cut(text, False), _is_leftover(engine.has_word), join))


def _is_leftover(is_word):
    def leftover(token: str) -> bool:
        return bool(_ASCII_WORD.fullmatch(token) and not (len(token) > 1 and is_word(token))) or (
            len(token) == 1 and "\u4e00" <= token <= "\u9fd5"
        )

    return leftover


def _resplit(tokens: list[str], is_word) -> Iterator[str]:
    """Split runs of ASCII word characters as jieba does: one run is all that stands between two known words."""

    def loose(token: str) -> bool:
        return bool(_ASCII_WORD.fullmatch(token)) and not (len(token) > 1 and is_word(token))

    return _join_runs(tokens, loose, _split_run)


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
    return engine.lcut


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


_ENGINES = {"rjieba": _rjieba_cutter, "jieba": _jieba_cutter}


@cache
def _fingerprint(engine: str, own: tuple[str, ...]) -> str:
    from importlib.metadata import version

    parts = [f"{engine} {version(engine)}", *(f"{w} {f}" for w, f in packaged_lexicon().items()), *own]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
