"""What public pages do to a text: pinyin notes, Traditional forms, sign-off lines, others' headlines."""

import re
from functools import cache

from minelib.clean.characters import Cleaned
from minelib.knowledge import packaged_toml

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_LETTER = f"a-zü{_TONED}\u0300-\u030c"
_ANNOTATION = re.compile(rf"(?<=[\u3400-\u9fff])[(（][{_LETTER}]{{1,8}}[)）]")
TONES = f"{_TONED}\u0300-\u030c"
_HAS_TONE = re.compile(f"[{TONES}]")
_SYLLABLE = re.compile(r"[(（](?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiouü]{1,3}(?:ng|n|r)?[)）]")
_HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff”’》）])[,:;!?]")
_FULL_WIDTH = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？"}
_LOST_INDENT = re.compile(r"\?(?=[\u4e00-\u9fff])")
# Characters that stand in the list of standard Chinese characters although a Traditional table maps them.
_STANDARD = frozenset("昇陞甦迺龢邨氾椀喆堃淼晳")
_KEPT_ZHU = re.compile("(?<![显卓专原名土编论昭巨译遗合见拙撰所])著(?![名作称述者录书])")


def strip_pinyin(text: str) -> Cleaned:
    """Take out pinyin in brackets after a character; keep real brackets.

    Without a tone mark, (me) is pinyin only where the text holds toned ones too.

    >>> strip_pinyin("湖南法治報(bào)訊(全媒體記者 王薇),什麼(me)都(dōu)好(OK)")[0]
    '湖南法治報訊(全媒體記者 王薇),什麼都好(OK)'
    """
    found = _ANNOTATION.findall(text)
    if not any(map(_HAS_TONE.search, found)):
        return text, 0
    drop = [m for m in found if _HAS_TONE.search(m) or _SYLLABLE.fullmatch(m)]
    gone = frozenset(drop)
    return _ANNOTATION.sub(lambda m: "" if m[0] in gone else m[0], text), sum(map(len, drop))


def widen_punctuation(text: str) -> Cleaned:
    """Write , : ; ! ? after a Chinese character full-width; for texts a page has damaged, not for every text.

    >>> widen_punctuation("社会治理大局,将综治中心:3,000件")
    ('社会治理大局，将综治中心：3,000件', 2)
    """
    wide, n = _HALF_WIDTH.subn(lambda m: _FULL_WIDTH[m[0]], text)
    lost = _LOST_INDENT.match(wide)
    return (wide[1:], n + 1) if lost else (wide, n)


@cache
def _converter():
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def maybe_traditional() -> str:
    """Return, for a character class, what Big5 has and GB2312 has not: none of it in most texts."""
    return "".join(c for c in map(chr, range(0x4E00, 0x9FA6)) if _only_big5(c))


def _only_big5(c: str) -> bool:
    try:
        c.encode("big5")
    except UnicodeEncodeError:
        return False
    try:
        c.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


@cache
def _is_traditional(c: str) -> bool:
    return c not in _STANDARD and _converter().convert(c) != c


def to_simplified(text: str) -> Cleaned:
    """Convert a text that holds Traditional characters to Simplified; others are returned as they are.

    >>> to_simplified("淥口區徵收臺賬")
    ('渌口区征收台账', 5)
    >>> to_simplified("乾隆年间的著名狼藉")
    ('乾隆年间的著名狼藉', 0)
    """
    maybe = dict.fromkeys(re.findall(f"[{maybe_traditional()}]", text))
    if not any(map(_is_traditional, maybe)):
        return text, 0
    simple = _KEPT_ZHU.sub("着", _converter().convert(text))
    for old, new in packaged_toml("boilerplate")["traditional"]["after"].items():
        simple = simple.replace(old, new)
    changed = sum(a != b for a, b in zip(text, simple, strict=False)) + abs(len(text) - len(simple))
    return simple, changed


@cache
def _line_patterns() -> tuple[re.Pattern, re.Pattern, re.Pattern, re.Pattern]:
    """Return patterns of a sign-off line, a sure one, a heading over other articles, and page furniture."""
    known = packaged_toml("boilerplate")
    sure, others = ("|".join(known["sign_off"][k]) for k in ("sure", "others"))
    names = r"[\u4e00-\u9fff·]{2,4}(?:[\s、,，/]{1,3}[\u4e00-\u9fff·]{2,4}){0,5}"
    sign_off = rf"[(（【\[]?\s?(?:{sure}|{others})\s?[:：丨|/]\s?{names}\s?[)）】\]]?"
    source = r"[(（【\[]?\s?(?:来源|稿源)\s?[:：丨|]\s?[^\s，。！？]{1,20}\s?[)）】\]]?"
    surely = rf"[(（【\[]?\s?(?:{sure})\s?[:：丨|/].*"
    related = rf"[【\[]?(?:{'|'.join(known['page']['related'])})[】\]]?[:：]?"
    furniture = "|".join(f"(?:{p})" for p in known["page"]["furniture"])
    return (
        re.compile(rf"{sign_off}|{source}"),
        re.compile(surely),
        re.compile(related),
        re.compile(furniture, re.I),
    )


_EDGE_LINES = 50  # lines of text at either end, among which page furniture may stand
_HEADLINE = re.compile(r"[-–—·•▪●◆■*]\s?[^。]{4,80}")
_MOST_LINES = 10_000
LONGEST_LINE = 100  # characters of a line of furniture or a headline


def drop_tail(text: str) -> Cleaned:
    """Drop the sign-off lines of a news text and the list of other headlines under them.

    Nothing is dropped unless an editor signs (责编：…) or a heading says that other articles follow, so a
    petitioner's own list of demands or account of 一审 and 二审 stays.

    >>> drop_tail("累计接待群众咨询。\\n责编：张三\\n来源：某某日报\\n- 某地举行升旗仪式活动")
    ('累计接待群众咨询。', 27)
    >>> drop_tail("一审：败诉\\n二审：维持\\n- 请求立案再审")
    ('一审：败诉\\n二审：维持\\n- 请求立案再审', 0)
    """
    sign_off, surely, related, furniture = _line_patterns()
    tail = (_HEADLINE, sign_off, related, furniture)
    lines = _lines(text) if _is_one_of(tail, text[text.rfind("\n") + 1 :]) else []
    begin = len(lines)
    while begin and _is_one_of(tail, lines[begin - 1]):
        begin -= 1
    signs = [i for i in range(begin, len(lines)) if sign_off.fullmatch(lines[i])]
    signed = any(surely.match(lines[i]) for i in signs)
    heads = [i for i in range(begin, len(lines)) if related.fullmatch(lines[i])]
    first = min((signs if signed else []) + heads, default=len(lines))
    if first == len(lines):
        return text, 0
    kept = "\n".join(lines[:first])
    return kept, len(text) - len(kept)


def _lines(text: str) -> list[str]:
    """Return a text's lines, none of a text that has more than any page."""
    return text.split("\n") if text.count("\n") < _MOST_LINES else []


def _is_one_of(patterns: tuple[re.Pattern, ...], line: str) -> bool:
    return 0 < len(line) <= LONGEST_LINE and any(p.fullmatch(line) for p in patterns)


def drop_furniture(text: str) -> Cleaned:
    """Drop lines that are a page's buttons, counters and footers.

    >>> drop_furniture("【打印】【关闭】\\n楼道长期堆放杂物。\\n上一篇：关于某事的公告")[0]
    '楼道长期堆放杂物。'
    """
    furniture = (_line_patterns()[3],)
    lines = _lines(text)
    gone: set[int] = set()
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        n_kept = 0
        for i in order:
            if _is_one_of(furniture, lines[i]):
                gone.add(i)
            elif (n_kept := n_kept + 1) == _EDGE_LINES:
                break
    if not gone:
        return text, 0
    shorter = "\n".join(line for i, line in enumerate(lines) if i not in gone)
    return shorter, len(text) - len(shorter)
