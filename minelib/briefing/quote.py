"""Petitioners' words as a briefing quotes them: short, masked for reading, every glyph drawable."""

import json
import re

import pandas as pd

from minelib.clean import boilerplate_spans
from minelib.fonts import missing_glyphs
from minelib.mentions import find_mentions
from minelib.schema import MASK

GETA = "〓"  # the printer's sign for a character the type case lacks
_NAMELESS = {
    "company": "某公司", "platform": "某平台", "school": "某学校", "hospital": "某医院", "compound": "某小区",
    "village": "某村（社区）", "road": "某路", "place": "某处",
}  # fmt: skip
_CLAUSE_END = "。！？；!?;"
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

    >>> text = "尊敬的领导：您好！工地完工后没有发工资。请帮忙。"
    >>> row = pd.Series({"title": "工资", "text": text, "class_evidence": "[]"})
    >>> quotation(row, width=14)
    '工地完工后没有发工资。'
    """
    text = _GAP.sub("", _unframed(petition["text"])).strip()
    if not text:
        return readable(petition["title"])
    found = _evidence_at(petition, text)
    start = max((text.rfind(mark, 0, found) + 1 for mark in _CLAUSE_END), default=0)
    if found - start > width // 2:  # a sentence without end: begin near the evidence instead
        start = max(text.rfind("，", 0, found) + 1, found - width // 2)
    return ("……" if start else "") + readable(nameless(_whole_clauses(text[start:].strip(), width)))


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
