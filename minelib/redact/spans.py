"""What redaction finds: spans of a text, their kinds, and the words that stand for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minelib.redact.keys import spelled

# Kind as the scorer and the spans file name it, and the word its mask carries.
MASK_WORD = {
    "NAME": "姓名", "NAME_TITLE": "姓名", "ADDRESS": "住址", "PHONE": "电话", "ID": "证件", "BANK": "银行卡",
    "EMAIL": "邮箱", "SOCIAL": "账号", "PLATE": "车牌", "DOB": "生日", "CASE_NO": "案号",
}  # fmt: skip
# Where two detectors claim the same characters the earlier kind names the mask.
_RANK = {k: i for i, k in enumerate(("EMAIL", "CASE_NO", "ID", "BANK", "PLATE", "SOCIAL", "PHONE", "DOB",
                                     "ADDRESS", "NAME", "NAME_TITLE"))}  # fmt: skip


@dataclass(frozen=True, order=True)
class Span:
    """One piece of personal information: code point offsets of the text it was found in, and its kind.

    `keep` characters at the end (the 书记 of 胡书记) identify nobody and stay readable in the redacted text.
    """

    start: int
    end: int
    kind: str
    keep: int = 0


def mask_of(kind: str, number: int) -> str:
    """Write a mask: what was there, and the code by which the same is known."""
    return f"〈{MASK_WORD[kind]}{spelled(number)}〉"


def masked(text: str, spans: Sequence[Span], numbers: Sequence[int]) -> str:
    """Write masks for spans, with the codes of these numbers; a title at the end of a span stays."""
    out, last = [], 0
    for s, number in zip(spans, numbers, strict=True):
        out += [text[last : s.start], mask_of(s.kind, number), text[s.end - s.keep : s.end]]
        last = s.end
    return "".join([*out, text[last:]])


def blanked(text: str, spans: Sequence[Span]) -> str:
    """Write 某某 for spans that do not overlap, in a text of our own making: no mask, for it names nobody's code.

    >>> blanked("张小芳与李强", [Span(0, 3, "NAME"), Span(4, 6, "NAME")])
    '某某与某某'
    """
    for span in sorted(spans, reverse=True):
        text = f"{text[: span.start]}某某{text[span.end :]}"
    return text


def settle(spans: Iterable[Span]) -> list[Span]:
    """Sort spans and join those that overlap, so that every character claimed once is covered once.

    >>> settle([Span(4, 9, "PHONE"), Span(0, 2, "NAME"), Span(4, 12, "EMAIL")])
    [Span(start=0, end=2, kind='NAME', keep=0), Span(start=4, end=12, kind='EMAIL', keep=0)]
    """
    out: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start, -s.end, _RANK[s.kind], s.keep)):
        if span.end <= span.start:
            continue
        if out and span.start < out[-1].end:
            last = out[-1]
            first = min(last, span, key=lambda s: (_RANK[s.kind], s.start))
            end = max(last.end, span.end)
            keep = min((s.keep for s in (last, span) if s.end == end), default=0)
            out[-1] = Span(last.start, end, first.kind, keep)
        else:
            out.append(span)
    return out
