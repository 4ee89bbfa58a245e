"""Names brought to one form: 「伊豪·滨河苑二期」 and 伊豪滨河苑小区 are one compound.

Dots and brackets go, digits become ASCII, a stage or building number and the ending that says nothing of
*which* one it is are taken off.
"""

import re
from functools import lru_cache

from minelib.mentions.words import mention_words

_NUMERALS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"两": "2", "壹": "1"}
_DIGITS = str.maketrans("０１２３４５６７８９＃", "0123456789#")
_NOISE = re.compile(r"[\s·•．.・\-—_《》〈〉<>“”\"'‘’「」『』【】\[\]（）()]+")
_PART = re.compile(
    r"(?:第?[0-9一二三四五六七八九十]+(?:[、,和]?[0-9一二三四五六七八九十])*[#号]?(?:期|栋|幢|座|单元|组团|号楼|号院|标段))+$"
)
_LINE = re.compile(r"([一二三四五六七八九十]{1,3})(?=号线|路公交|线公交)")
_DISTRICT = re.compile(r"^(?:[A-Z]\d{0,2}[市县区州]|[一-龥]{2,3}[省市县州])+(?=..)")


def number(numeral: str) -> str:
    """Write a Chinese number below a hundred in digits: 十二 → 12.

    >>> number("二十"), number("三")
    ('20', '3')
    """
    if "十" not in numeral:
        return "".join(_NUMERALS.get(c, c) for c in numeral)
    tens, _, ones = numeral.partition("十")
    return _NUMERALS.get(tens, "1") + _NUMERALS.get(ones, "0")


@lru_cache(maxsize=1 << 16)
def name_stem(name: str) -> str:
    """Return a name without its endings: what tells it from another of its kind.

    >>> name_stem("望江派出所"), name_stem("云栖花园物业")
    ('望江', '云栖')
    """
    endings = mention_words().kind_of
    start = next((i for i in range(1, len(name)) if name[i:] in endings), len(name))
    return name if start == len(name) else name_stem(name[:start])


@lru_cache(maxsize=1 << 16)
def normalise_name(name: str, kind: str = "") -> str:
    """Return the form under which two spellings of `name` are equal.

    Parameters
    ----------
    name : str
        As written in the text.
    kind : str
        Kind of the mention; decides which ending is taken off (小区 of a compound, 有限公司 of a company).

    >>> normalise_name("伊豪·滨河苑二期", "compound"), normalise_name("伊豪滨河苑小区", "compound")
    ('伊豪滨河苑', '伊豪滨河苑')
    >>> normalise_name("地铁三号线", "transit"), normalise_name("某省金蝉商贸有限公司", "company")
    ('3号线', '某省金蝉商贸')
    """
    short = _PART.sub("", _NOISE.sub("", name).translate(_DIGITS))
    if kind == "transit":
        short = _LINE.sub(lambda m: number(m.group(1)), short.removeprefix("地铁").removeprefix("轻轨"))
    if kind in ("compound", "company", "platform", "place"):
        short = _DISTRICT.sub("", short)
    for ending in mention_words().normal.get(kind, ()):
        if short.endswith(ending) and len(short) >= len(ending) + 2:
            short = short[: -len(ending)]
            break
    return _PART.sub("", short) or name
