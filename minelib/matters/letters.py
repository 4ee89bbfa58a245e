"""What each letter says by itself, read block by block: the names in it, and what its copies have in common with it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b

import numpy as np
import pandas as pd

from minelib.mentions import Joining, Mention, Mentions, find_all_mentions, named_heads, normalise_name
from minelib.schema import MASK

_NOT_WORD = re.compile(r"\W+")
_MIN_TITLE = 6  # characters of a title that can tell a copy
_DIGEST = np.dtype("V16")
_NONE = bytes(_DIGEST.itemsize)


@dataclass(frozen=True, eq=False)
class Letters:
    """Some letters.

    Attributes
    ----------
    mentions : Mentions
        Names in each title and the head of each text, joined by a line break.
    masks : Mentions
        Masks of redaction in them: one person or number is behind each, whoever that is.
    places, respondents : Mentions
        Names in the ledger's own columns.
    sizes : ndarray of int64
        Characters of each title.
    letter, title : ndarray of 16 bytes
        Stand for the words of a letter and of its title, marks and spaces aside, with the ledger's own place and
        respondent; zeros where there are too few to tell a copy.
    """

    mentions: Mentions
    masks: Mentions
    places: Mentions
    respondents: Mentions
    sizes: np.ndarray
    letter: np.ndarray
    title: np.ndarray

    @classmethod
    def joined(cls, parts: Iterable["Letters"]) -> "Letters":
        """Put the letters of several parts one after another, taking one part at a time."""
        names = {f.name: Joining() for f in fields(cls) if f.type is Mentions}
        others: dict[str, list] = {f.name: [] for f in fields(cls) if f.type is not Mentions}
        for part in parts:
            for name, joining in names.items():
                joining.add(getattr(part, name))
            for name, columns in others.items():
                columns.append(getattr(part, name))
        joined = {name: joining.done() for name, joining in names.items()}
        return cls(**joined, **{name: np.concatenate(columns) for name, columns in others.items()})

    def __len__(self) -> int:
        return len(self.sizes)

    def take(self, rows: np.ndarray) -> "Letters":
        """Return some letters, in another order."""
        if np.array_equal(rows, np.arange(len(self))):
            return self
        columns = (getattr(self, f.name) for f in fields(self))
        return Letters(*(c.take(rows) if isinstance(c, Mentions) else c[rows] for c in columns))


def read_letters(petitions: pd.DataFrame, mentions: Sequence[Sequence[Mention]] | None = None) -> Letters:
    """Read some letters; looks at one at a time, so it may be mapped over blocks.

    Parameters
    ----------
    petitions : DataFrame
        ``title``, ``text``; ``place`` and ``respondent`` where the ledger has them.
    mentions : sequence of sequences of Mention, optional
        Those of `named_heads`; found here when not given.
    """
    said = [text_column(petitions, c) for c in ("title", "text", "place", "respondent")]
    plain = [[_NOT_WORD.sub("", cell) for cell in column] for column in said]
    title, text, place, respondent = plain
    heads = named_heads(petitions)
    return Letters(
        mentions=Mentions.of(find_all_mentions(heads) if mentions is None else mentions),
        masks=Mentions.of(map(_masks, heads)),
        places=Mentions.of(find_all_mentions(said[2])),
        respondents=Mentions.of(map(_respondent, said[3])),
        sizes=np.fromiter(map(len, said[0]), np.int64, len(petitions)),
        letter=_digests(plain, [len(t) > 0 for t in text]),
        title=_digests((title, place, respondent), [len(t) >= _MIN_TITLE for t in title]),
    )


def text_column(petitions: pd.DataFrame, column: str) -> list[str]:
    """Return a column as text, "" throughout where the ledger has none."""
    return petitions[column].fillna("").astype(str).tolist() if column in petitions else [""] * len(petitions)


def _masks(head: str) -> list[Mention]:
    found = MASK.finditer(head) if "〈" in head else ()
    return [Mention(m.start(), m.end(), "mask", m.group()) for m in found]


def _respondent(said: str) -> list[Mention]:
    name = normalise_name(MASK.sub("", said), "company")
    return [Mention(0, 0, "respondent", name)] if name else []


def _digests(columns: Sequence[Sequence[str]], telling: Sequence[bool]) -> np.ndarray:
    """Return 16 bytes for each row of columns of words alone, zeros where it tells nothing."""
    rows = zip(telling, zip(*columns, strict=True), strict=True)
    told = (
        blake2b("\0".join(row).encode(), digest_size=16).digest() if tell else _NONE for tell, row in rows
    )
    return np.array(list(told), dtype=_DIGEST)
