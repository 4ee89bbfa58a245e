"""A text with the names of places and respondents taken out."""

from collections.abc import Iterator, Sequence

from minelib.mentions.find import Mention, find_all_mentions, find_mentions
from minelib.mentions.words import mention_words


def mask_mentions(text: str, mentions: Sequence[Mention]) -> str:
    """Replace each name by the general word of its kind, so that what was done stays readable.

    A compound becomes 小区, a road 路, a village 村; schools, offices and firms keep their ending; districts
    go.

    >>> text = "A3区云栖听澜苑的启明幼儿园收费高"
    >>> mask_mentions(text, find_mentions(text))
    '小区的幼儿园收费高'
    """
    words = mention_words()
    parts, done = [], 0
    for m in mentions:
        parts += [text[done : m.start], _general(text[m.start : m.end], m.kind, words)]
        done = m.end
    return "".join(parts) + text[done:]


def strip_mentions(text: str) -> str:
    """Find the names in `text` and take them out; see `mask_mentions`.

    >>> strip_mentions("云栖听澜苑小区的物业收费高")
    '小区的物业收费高'
    """
    return mask_mentions(text, find_mentions(text))


def strip_all_mentions(texts: Sequence[str]) -> Iterator[str]:
    """Yield what `strip_mentions` returns of each text; many are looked at together."""
    return map(mask_mentions, texts, find_all_mentions(texts))


def _general(surface: str, kind: str, words) -> str:
    """Return the word that stands for a name: its kind's, else its own ending."""
    if kind in words.general:
        return words.general[kind]
    starts = (i for i in range(len(surface)) if surface[i:] in words.kind_of)
    return surface[next(starts, len(surface)) :]
