"""Days and months as a briefing writes them: Arabic numerals, years in full (GB/T 15835-2011)."""

import re

import pandas as pd

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def day_words(iso: str) -> str:
    """Write an ISO day in words.

    >>> day_words("2026-01-05"), day_words("")
    ('2026年1月5日', '时间不详')
    """
    return without_iso(iso) if iso else "时间不详"


def without_iso(text: str) -> str:
    """Write the ISO days inside a text in words.

    >>> without_iso("事实发生在2026-08-15前后")
    '事实发生在2026年8月15日前后'
    """
    return _ISO.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", text)


def month_words(when) -> str:
    """Write a time as its month; unknown is empty.

    >>> month_words(pd.Timestamp("2026-01-05"))
    '2026年1月'
    """
    return "" if pd.isna(when) else f"{when.year}年{when.month}月"


def month_list(months) -> str:
    """Write months in order, each year named once.

    >>> month_list(map(pd.Period, ["2025-11", "2026-01", "2026-03"]))
    '2025年11月、2026年1月、3月'
    """
    words, year = [], None
    for month in months:
        words.append(month_words(month) if month.year != year else f"{month.month}月")
        year = month.year
    return "、".join(words)


def span_words(first, last) -> str:
    """Write the months from first to last.

    >>> span_words(pd.Timestamp("2025-08-01"), pd.Timestamp("2025-12-31"))
    '2025年8月至12月'
    """
    if pd.isna(first) or pd.isna(last):
        return "时间不详"
    if (first.year, first.month) == (last.year, last.month):
        return month_words(first)
    return f"{month_words(first)}至{month_words(last) if first.year != last.year else f'{last.month}月'}"
