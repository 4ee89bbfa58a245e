"""Petitioners' words as a briefing quotes them: short, masked for reading, every glyph drawable."""

import json
import re
from itertools import accumulate

import pandas as pd

from minelib.clean import boilerplate_spans
from minelib.fonts import missing_glyphs
from minelib.mentions import find_mentions
from minelib.redact.find import find_many
from minelib.redact.spans import blanked
from minelib.schema import MASK

GETA = "〓"  # the printer's sign for a character the type case lacks
_NAMELESS = {
    "company": "某公司", "platform": "某平台", "school": "某学校", "hospital": "某医院", "compound": "某小区",
    "village": "某村（社区）", "road": "某路", "place": "某处",
}  # fmt: skip
_CLAUSE_END = "。！？；!?;"
_SENTENCE = re.compile(rf"[^{_CLAUSE_END}]*[{_CLAUSE_END}]+[”’）]*|[^{_CLAUSE_END}]+$")
# Before the words: 来访人〈姓名…〉（男，63岁，某镇人）反映：
_SPEAKER = re.compile(
    rf"^(?:(?:来[访电]人|信访人|申请人)|{MASK.pattern})[^。：]{{0,24}}?(?:（[^）]*）)?[^。：]{{0,8}}?"
    r"(?:反[映应]|自述|表示|诉称|称)[：:，,]\s*"
)
_ITEM = re.compile("^[一二三四五]、[^。：，]{2,8}：")  # 一、基本情况：
# Sentences that say who came, and nothing of the wrong.
_FRAME = re.compile(
    rf"\s*$|(?:独自|由.{{1,8}}陪同|结伴).{{0,4}}来访|{MASK.pattern}等\d+人.{{0,8}}来访|我们?是{MASK.pattern}"
    "|(?:今天|现在)?.{0,4}(?:写信|来信|反映).{0,10}(?:情况|问题|事)[。：]|.{0,6}辛苦了|.{0,4}您好"
)
_PLEA = re.compile(
    r"(?:\s|[一二三四五六七八九十]、|\d[.、])*"
    r"(?:(?:来[访电]人|信访人|本人|我们?|现|特)?(?:要求|诉求|请求|希望|请|恳请|恳求|盼望?|望)|材料齐全|予以登记|已与.{0,12}对接|谢谢|求关注)"
)
_ASIDE = re.compile("〈(?:电话|证件|银行卡|邮箱|账号|车牌|住址)")
_GAP = re.compile(r"(?<![!-~])\s+|\s+(?![!-~])")  # a line break in Chinese is no space


def readable(text: str) -> str:
    """Write keyed masks as a reader expects them, and lost glyphs as 〓.

    >>> readable("〈姓名3QK7〉拨打〈电话9XBD〉无人接听")
    '某某拨打〔电话略〕无人接听'
    """
    text = MASK.sub(lambda mask: "某某" if mask[0].startswith("〈姓名") else f"〔{mask[0][1:-5]}略〕", text)
    for char in missing_glyphs(text):
        text = text.replace(char, GETA)
    return text


def plain(shown: str) -> str:
    """Take the asides out of a signal's words: a card prints them in full.

    >>> plain("重复访157件中18件，占11.5%（95%区间6.9%—17.5%）")
    '重复访157件中18件，占11.5%'
    """
    while (bare := re.sub(r"（[^（）]*）", "", shown)) != shown:
        shown = bare
    return shown


def nameless(text: str) -> str:
    """Write who and where as 某公司, 某小区: what is alleged is unverified, the record id leads to the rest.

    >>> nameless("我是月湖镇锦绣花园小区业主")
    '我是月湖镇某小区业主'
    """
    parts, at = [], 0
    for mention in find_mentions(text):
        if mention.kind in _NAMELESS and mention.start >= at:
            parts += [text[at : mention.start], _NAMELESS[mention.kind]]
            at = mention.end
    return "".join([*parts, text[at:]])


def quotation(petition: pd.Series, *, width: int = 72) -> str:
    """Return about `width` characters of a petition around what its class was read from.

    What a clerk wrote around the words (来访人某某反映：…, 材料齐全，予以登记。) is left out, and the plea with it.

    >>> text = "尊敬的领导：您好！工地完工后没有发工资。请帮忙。"
    >>> row = pd.Series({"title": "工资", "text": text, "class_evidence": "[]"})
    >>> quotation(row)
    '工地完工后没有发工资。'
    """
    text = _GAP.sub("", _unframed(petition["text"])).strip()
    if not text:
        return readable(petition["title"])
    said = _SENTENCE.findall(text)
    first = _telling(said, _evidence_at(petition, text))
    told = [_tells(sentence) for sentence in said]
    said = [_SPEAKER.sub("", _ITEM.sub("", sentence)) for sentence in said]
    start = first
    while start and told[start - 1] and len("".join(said[start - 1 : first + 1])) <= width:
        start -= 1
    quote = "".join(_as_many(said[start:], width)).strip()
    return ("……" if any(told[:start]) else "") + readable(nameless(_whole_clauses(quote, width)))


def _as_many(said: list[str], width: int) -> list[str]:
    """Return the first sentence and those after it that fit, up to one with a telephone or the like; no plea last."""
    kept = said[:1]
    for sentence in said[1:]:
        if len("".join([*kept, sentence])) > width or _ASIDE.search(sentence):
            break
        kept.append(sentence)
    while len(kept) > 1 and _PLEA.match(kept[-1]):
        kept.pop()
    return kept


def unnamed(quote: str) -> str:
    """Write 某某 for what reads as a name or a number once it is cut out of its text.

    A clause has lost the words before it that told redaction that no name begins there: better one word hidden too
    many than a run the leak gate stops.

    >>> unnamed("联系张三丰经理，电话13800138000。")
    '联系某某经理，电话某某。'
    """
    return blanked(quote, find_many([quote], model=False)[0])


def unease(quote: str) -> tuple[int, int]:
    """Order quotations by how hard they are to read: cut ones, stubs and much masked ones last.

    >>> sorted(["……要求立即检修。", "某小区电梯一个月坏了三次，有人被困半小时，物业不修。"], key=unease)[0][:4]
    '某小区电'
    """
    cut = quote.startswith("……") + quote.endswith("……")
    masked = len(re.findall("某|〔|〓", quote))
    return 2 * (len(quote) < 30) + 2 * cut + (masked > 3) + (masked > 5), masked


def _tells(sentence: str) -> bool:
    """Tell whether a sentence says something of the wrong, not who came or what is begged for."""
    return not (_FRAME.match(sentence) or _PLEA.match(sentence))


def _telling(said: list[str], at: int) -> int:
    """Return which sentence tells the wrong: the one `at` stands in, or where that does not, the first that does."""
    found = next((k for k, end in enumerate(accumulate(map(len, said))) if at < end), 0)
    return found if _tells(said[found]) else next(filter(lambda k: _tells(said[k]), range(len(said))), found)


def _unframed(text: str) -> str:
    """Take off the greeting before and the thanks after; nothing in between, for that would misquote."""
    spans = boilerplate_spans(text)
    start = end = None
    for left, right, _ in spans:
        if not text[start or 0 : left].strip():
            start = right
    for left, right, _ in reversed(spans):
        if not text[right:end].strip() and left >= (start or 0):
            end = left
    return text[start:end]


def _evidence_at(petition: pd.Series, text: str) -> int:
    """Return where in `text` the first words stand that the class was read from."""
    whole = petition["title"] + "\n" + petition["text"]
    for start, end, *_ in json.loads(petition["class_evidence"] or "[]"):
        if start > len(petition["title"]) and (at := text.find(whole[start:end])) >= 0:
            return at
    return 0


def _whole_clauses(text: str, width: int) -> str:
    """Cut after the last clause that ends within `width`, else hard, and mark the cut."""
    if len(text) <= width:
        return text
    end = max(text.rfind(mark, 0, width) for mark in _CLAUSE_END + "，")
    cut = text[: end + 1] if end > width // 3 else text[:width]
    return cut if cut[-1] in "。！？" else cut.rstrip("，；;") + "……"
