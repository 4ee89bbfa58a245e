"""HTML that came with a text: entities, tags, comments, scripts."""

import html
import re

from minelib.clean.characters import Cleaned

_ENTITY = re.compile(r"&(?:amp;)*(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});|(nbsp))")
_BLOCK = (
    "br|p|div|li|ul|ol|dl|dt|dd|tr|table|tbody|thead|h[1-6]|hr|section|article|header|footer|blockquote|pre"
)
_INLINE = (
    "a|abbr|b|body|big|button|center|code|col|del|em|embed|font|form|head|html|i|iframe|img|input|ins|label|link|mark|"
    "meta|nobr|object|option|param|s|script|select|small|span|strike|strong|style|sub|sup|svg|td|textarea|th|title|tt|"
    r"u|video|wbr|o:p|st1:\w{1,20}|v:\w{1,20}|w:\w{1,20}|xml"
)
# A tag ends before the next "<", so that an unclosed one never reaches far: time is linear.
_TAG = re.compile(rf"<[/!?]?(?:(?P<block>{_BLOCK})|doctype|{_INLINE})(?=[\s/>])[^<>]{{0,2000}}>", re.I)
_HIDDEN_PART = re.compile(r"<(?P<close>/?)(?:script|style)(?=[\s/>])[^<>]{0,2000}>", re.I)


def decode_entities(text: str) -> Cleaned:
    """Decode HTML entities that stand for one character, also twice encoded ones; others stay.

    >>> decode_entities("A&amp;amp;B &nbsp;&lt;通知&gt; &未知;")
    ('A&B \\xa0<通知> &未知;', 23)
    """
    touched = 0

    def decoded(match: re.Match) -> str:
        nonlocal touched
        character = html.unescape(f"&{match[1] or match[2]};")
        if character.startswith("&") and len(character) > 1:
            return match[0]
        touched += len(match[0])
        return character

    return (_ENTITY.sub(decoded, text), touched) if "&" in text else (text, 0)


def _cut(text: str, start: str, end: str) -> str:
    """Cut out everything from each `start` to the next `end`; what is never closed stays."""
    kept, at = [], 0
    while (begin := text.find(start, at)) >= 0 and (close := text.find(end, begin)) >= 0:
        kept.append(text[at:begin])
        at = close + len(end)
    return "".join(kept) + text[at:]


def _cut_hidden_parts(text: str) -> str:
    """Cut out scripts and style sheets with what they hold."""
    if "</" not in text:
        return text
    kept, at, opened = [], 0, None
    for tag in _HIDDEN_PART.finditer(text):
        if not tag["close"] and opened is None:
            opened = tag.start()
        elif tag["close"] and opened is not None:
            kept.append(text[at:opened])
            at, opened = tag.end(), None
    return "".join(kept) + text[at:]


def strip_tags(text: str) -> Cleaned:
    """Take out HTML tags, comments and scripts; a paragraph's end becomes a line's end.

    Only names of real tags are tags: <某公司> and a < b stay.

    >>> strip_tags("<p>欠薪<b>三个月</b></p><某公司>")
    ('\\n欠薪三个月\\n<某公司>', 12)
    """
    if "<" not in text or ">" not in text:
        return text, 0
    bare = _cut_hidden_parts(_cut(text, "<!--", "-->"))
    bare = _TAG.sub(lambda m: "\n" if m["block"] else "", bare)
    return (text, 0) if bare == text else (bare, max(1, len(text) - len(bare)))
