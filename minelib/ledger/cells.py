"""What one cell says: text, a date, a number of people, yes or no."""

import datetime as dt
import json
import math
import re
from collections.abc import Sequence

import numpy as np

# A book's length. Excel itself ends a cell at 32,767 characters.
MAX_CELL = 1_000_000

_NULLS = frozenset({"null", "none", "nan", "n/a", "#n/a", "nat", "\\n", "<na>"})
_HIDDEN = re.compile(
    "_x00[01][0-9A-Fa-f]_|[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3000\ufeff]"
)


def cell_text(value) -> str:
    """Return a cell as text, as a spreadsheet shows it: 188006.0 is "188006", nothing is "".

    >>> cell_text(188006.0), cell_text(None), cell_text("NULL"), cell_text(True)
    ('188006', '', '', '是')
    """
    if isinstance(value, str):
        return "" if len(value) < 5 and value.strip().lower() in _NULLS else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return "" if value != value else value.isoformat(" ", "seconds")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def one_line(text: str) -> str:
    """Return `text` on one line, without characters nobody sees: for ids, names and headers.

    >>> one_line(" 信访\\n件\\u200b编号_x000D_ ")
    '信访 件编号'
    """
    if text.isalnum():
        return text
    shown = _HIDDEN.sub(lambda m: " " if m[0].isspace() else "", text)
    return " ".join(shown.split())


_FULL_WIDTH = str.maketrans("０１２３４５６７８９／－．：　", "0123456789/-.: ")
_DATE = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})(?!\d)\s*日?"
    r"|(?P<y2>\d{2})\s*[.年]\s*(?P<m2>\d{1,2})\s*[.月]\s*(?P<d2>\d{1,2})(?!\d)\s*日?"
)
_TIME = re.compile(
    r"[\sT,]*(?:星期.|周.)?\s*(?P<half>上午|下午|晚上|中午|凌晨|AM|PM)?\s*"
    r"(?P<h>\d{1,2})\s*[:时点]\s*(?P<m>\d{1,2})?\s*(?:[:分]\s*(?P<s>\d{1,2})?)?",
    re.I,
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?$")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_YEARS = range(1949, 2100)  # 0001-01-01 and 1900-01-00 are how systems write "no date"


def _from_serial(days: float) -> dt.datetime | None:
    # 18264 is 1950-01-01, 73050 is 2099-12-31: other numbers are not dates of a petition.
    if not 18264 <= days <= 73050:
        return None
    return _EXCEL_EPOCH + dt.timedelta(seconds=round(days * 86400))


def _clock(rest: str) -> tuple[int, int, int]:
    found = _TIME.match(rest)
    if not found:
        return 0, 0, 0
    hour = int(found["h"])
    if (found["half"] or "").upper() in ("下午", "晚上", "PM") and hour < 12:
        hour += 12
    return hour, int(found["m"] or 0), int(found["s"] or 0)


def parse_date(value) -> dt.datetime | None:
    """Return the date a cell holds, to the second, or None where it holds none that can be.

    Takes true dates, Excel serial numbers, 2019/2/28 11:25:05, 2019-02-28, 2019年2月28日, 20190228 and
    2019.2.28; two-digit years only where the order cannot be mistaken (24年3月5日, 24.3.5). A time zone is
    ignored.

    >>> parse_date("2019年2月28日 下午3时05分"), parse_date(43524.5), parse_date("2019-02-30")
    (datetime.datetime(2019, 2, 28, 15, 5), datetime.datetime(2019, 2, 28, 12, 0), None)
    """
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None, microsecond=0) if value == value and value.year in _YEARS else None
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day) if value.year in _YEARS else None
    text = cell_text(value).translate(_FULL_WIDTH).strip()
    if _SERIAL.match(text):
        return _from_serial(float(text))
    if digits := _DIGITS.match(text):
        parts = [int(p) for p in digits.groups(default="0")]
    elif found := _DATE.match(text):
        day = (found["y"] or "20" + found["y2"], found["m"] or found["m2"], found["d"] or found["d2"])
        parts = [*map(int, day), *_clock(text[found.end() :])]
    else:
        return None
    try:
        return dt.datetime(*parts) if parts[0] in _YEARS else None
    except ValueError:
        return None


def as_dates(values: Sequence) -> tuple[np.ndarray, int]:
    """Return dates as datetime64[s] and how many non-empty cells held none."""
    seen: dict = {}
    dates = []
    for value in values:
        if value not in seen:
            seen[value] = parse_date(value)
        dates.append(seen[value])
    bad = sum(one_line(cell_text(v)) != "" for d, v in zip(dates, values, strict=True) if d is None)
    return np.array(dates, dtype="datetime64[s]"), bad


_COUNT = re.compile(r"\d+|[一二两三四五六七八九十百]+")
_UNITS = {c: n for n, c in enumerate("一二三四五六七八九", 1)} | {"两": 2}


def _chinese_number(text: str) -> int:
    total = 0
    digit = 0
    for c in text:
        if c in _UNITS:
            digit = _UNITS[c]
        else:
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
    return total + digit


def parse_people(value) -> int | None:
    """Return how many people a cell speaks of, the lower end of a range; None where it does not say.

    >>> parse_people("约30余人"), parse_people(5.0), parse_people("十二人"), parse_people("若干")
    (30, 5, 12, None)
    """
    found = _COUNT.search(cell_text(value).translate(_FULL_WIDTH))
    if not found or len(found[0]) > 6:
        return None
    people = int(found[0]) if found[0].isdigit() else _chinese_number(found[0])
    return people or None


_FIRST_WORDS = "初 初件 初访 初信 初信初访 首次 初次 初次信访 否 不 不是 无 不重复 非重复 0 n no f false"
_REPEAT_WORDS = "重 重件 重访 重信 重信重访 重复 重复件 重复访 重复信访 重复来访 再次 是 有 1 y yes t true"
_SAYS_REPEAT = dict.fromkeys(_FIRST_WORDS.split(" "), False) | dict.fromkeys(_REPEAT_WORDS.split(" "), True)


def parse_repeat(value) -> bool | None:
    """Return whether a cell calls the petition a repeat (重件, 重复访, 是); None where it does not say.

    >>> parse_repeat("初件"), parse_repeat("重复访"), parse_repeat("")
    (False, True, None)
    """
    return _SAYS_REPEAT.get(one_line(cell_text(value)).lower())
