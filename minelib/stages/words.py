"""The words of a run's petitions: each text is looked at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from minelib.config import Config, SegmentOptions
from minelib.scale import Block, Engine, Here, Tables, pieces_of
from minelib.tokens import Tokens

if TYPE_CHECKING:
    from minelib.issues import Wording
    from minelib.matters import Letters

MOST = 20_000  # characters of a petition that are cut: jieba's new-word finder takes n² on one character said again

_BLOCKS = 100  # into which a large ledger is parted to be looked at,
_MOST_ROWS = 8_000  # and more where a block would have more rows
_CUT = 1_000  # texts of a block that are cut together, for memory's sake

_TOLD = ("record_id", "title", "text", "place", "respondent")

Frames = Mapping[str, pd.DataFrame]
Keep = Callable[[str, Callable[[], Frames]], Frames]


class Words:
    """The redacted petitions of a run and, when asked for, their words.

    Parameters
    ----------
    petitions : DataFrame
    config : Config
    engine : Engine, optional
        Where words are cut.
    keep : callable, optional
        Called with a name and a function that makes frames; returns these, or those it kept before.
    parts : sequence of Path, optional
        Files in which `petitions` lie in order, for workers to read them there.

    Attributes
    ----------
    petitions : DataFrame
    tokens : Tokens
        Words of each title and text, joined by a line break, without greetings and closings; what stands after the
        first `MOST` characters is not cut.
    groups : list of str
        Vulnerable groups each petition says are touched, see `screen.mark_groups`.
    letters : (Letters, DataFrame)
        What each letter says by itself, and its places and respondents, see `mentions.name_petitions`.
    wording : Wording
        What issues are found from. It is made of the tokens, and they are let go of: whoever needs them asks before.
    """

    def __init__(
        self,
        petitions: pd.DataFrame,
        config: Config,
        engine: Engine | None = None,
        keep: Keep = lambda name, make: make(),
        parts: Sequence[Path] = (),
    ):
        self.petitions, self.engine = petitions, engine or Here()
        self._options, self._seed = config.segment, config.seed
        self._keep, self._parts = keep, parts

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens.of_tables(self._read)

    @cached_property
    def groups(self) -> list[str]:
        return self._read["groups"]["groups"].tolist()

    @cached_property
    def letters(self) -> "tuple[Letters, pd.DataFrame]":
        from minelib.matters import Letters

        named: list[pd.DataFrame] = []
        letters = Letters.joined(firsts(self.map(_read_letters), named))
        return letters, pd.concat(named, ignore_index=True)

    @cached_property
    def wording(self) -> "Wording":
        from minelib.issues import read_wording

        tokens = self.tokens
        del self.tokens
        return read_wording(self.petitions, tokens, seed=self._seed, map_blocks=self.engine.map)

    @cached_property
    def _read(self) -> Frames:
        """What is found in one look at each petition's own words, without its greetings and closings."""
        return self._keep("words", self._look)

    def _look(self) -> Frames:
        segmenter(self._options)  # workers forked now and later inherit its dictionary
        groups: list[list[str]] = []
        # Of a large ledger larger blocks: to join their vocabularies keeps this process busy.
        rows = min(max(self.engine.block_rows, len(self.petitions) // _BLOCKS), _MOST_ROWS)
        tokens = Tokens.joined(firsts(self.map(_look_at, self._options, rows=rows), groups))
        marked = pd.DataFrame({"groups": [names for block in groups for names in block]}, dtype="str")
        return {**tokens.tables(), "groups": marked}

    def map(self, function: Callable, *common, rows: int | None = None) -> Iterator:
        """Yield what `function` makes of each block of titles and texts, `rows` in a block if that matters."""
        rows = rows or self.engine.block_rows
        if self._parts:
            blocks: Iterable[Block] = pieces_of(self._parts, rows, _TOLD)
        else:
            blocks = Tables(self.petitions[list(_TOLD)], rows)
        return self.engine.map(_read_then, blocks, function, *common)


def _read_then(block: Block, function: Callable, *common):
    return function(block.read(), *common)


def firsts(pairs: Iterable[tuple], seconds: list) -> Iterator:
    """Yield the first of each pair and put the second into a list."""
    for first, second in pairs:
        seconds.append(second)
        yield first


def _core_texts(petitions: pd.DataFrame) -> list[str]:
    """Return title and text of each petition, joined by a line break, no greetings, no closings, `MOST` characters."""
    from minelib.clean import core_text

    pairs = zip(petitions["title"].tolist(), petitions["text"].tolist(), strict=True)
    return [f"{title}\n{core_text(text[:MOST])}"[:MOST] for title, text in pairs]


def _look_at(petitions: pd.DataFrame, options: SegmentOptions) -> tuple[Tokens, list[str]]:
    """Cut the words of some petitions, and mark the groups they name."""
    from minelib.screen import mark_groups

    texts, cut = _core_texts(petitions), segmenter(options).segment
    some = (texts[at : at + _CUT] for at in range(0, max(len(texts), 1), _CUT))
    return Tokens.joined(Tokens.of(cut(part)) for part in some), mark_groups(texts)


def _read_letters(petitions: pd.DataFrame) -> tuple:
    """Read some letters, and name their places and respondents."""
    from minelib.matters import read_letters
    from minelib.mentions import find_all_mentions, name_petitions, named_heads

    found = list(find_all_mentions(named_heads(petitions)))
    return read_letters(petitions, found), name_petitions(petitions, found)


@cache
def segmenter(options: SegmentOptions):
    """Return the segmenter of these options; loading its dictionary takes longer than cutting a small ledger."""
    from minelib.segment import Segmenter

    return Segmenter(options.words, engine=options.engine)
