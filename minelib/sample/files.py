"""Write synthetic ledgers as an office would export them, and their answer keys; the same bytes each time."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd

from minelib.sample.tables import make_ledger

_OTHER_HEADERS = {  # the same things as another clerk calls them
    "工单编号": "工单号",
    "来电时间": "留言时间",
    "诉求人": "留言人",
    "联系电话": "联系方式",
    "问题发生地": "事发地点",
    "诉求标题": "留言主题",
    "诉求内容": "留言详情",
    "被反映单位": "被反映对象",
    "答复内容": "答复意见",
}
_CREATED = datetime(2026, 1, 5)  # a workbook's own clock would change its bytes
_EPOCH = datetime(1899, 12, 30)  # day 0 of Excel's calendar


def write_sample(
    out_dir: str | Path,
    *,
    kind: str = "city",
    rows: int | None = None,
    seed: int = 0,
    months: int | None = None,
    trend: bool = True,
    period: str | None = None,
) -> list[Path]:
    """Write a synthetic ledger and its answer key into `out_dir`.

    A district's ledger is a clean csv, a city's a messy workbook: merged titles above the header, blank rows
    and columns, three ways to write a date, leftovers of line breaks, other headers on another sheet.

    Parameters
    ----------
    out_dir : path
        Made where absent; files of the same names are replaced.
    kind, rows, seed, months, trend, period
        As in `make_ledger`; a period becomes part of the file names.

    Returns
    -------
    list of Path
        The ledger (`city.xlsx`, `district.csv`), its key (`city.answers.csv`) and its personal information
        (`city.pii.jsonl`).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_sample(folder, kind="district")]
    ['district.csv', 'district.answers.csv', 'district.pii.jsonl']
    """
    ledger, key = make_ledger(kind, rows=rows, seed=seed, months=months, trend=trend, period=period)
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    stem = kind + (f"-{period.replace(':', '-to-')}" if period else "")
    path = folder / f"{stem}.{'xlsx' if kind == 'city' else 'csv'}"
    if kind == "city":
        _write_workbook(path, ledger, Random(f"minelib workbook {seed}"))
    else:
        ledger.to_csv(path, index=False, encoding="utf-8-sig", date_format="%Y-%m-%d", lineterminator="\n")
    answers, pii = folder / f"{stem}.answers.csv", folder / f"{stem}.pii.jsonl"
    key.drop(columns="pii").to_csv(answers, index=False, lineterminator="\n")
    pii.write_text("".join(_pii_lines(key)), encoding="utf-8", newline="\n")
    return [path, answers, pii]


def _pii_lines(key: pd.DataFrame) -> Iterator[str]:
    for record_id, packed in zip(key["record_id"], key["pii"], strict=True):
        cells: dict[str, list] = {}
        for column, *span in json.loads(packed):
            cells.setdefault(column, []).append(span)
        for column, spans in cells.items():
            line = {"record_id": record_id, "column": column, "spans": spans}
            yield json.dumps(line, ensure_ascii=False) + "\n"


def _write_workbook(path: Path, ledger: pd.DataFrame, rng: Random) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _CREATED, "author": "", "title": "汀澜市热线工单台账"})
        notes = book.add_worksheet("填表说明")
        for row, text in enumerate(
            ("填表说明", "一、本表由各承办单位按月汇总。", "二、数据为合成，不含真实信息。")
        ):
            notes.write_string(row, 0, text)
        halves = ledger["来电时间"].dt.year * 2 + (ledger["来电时间"].dt.month > 6)
        for number, (half, part) in enumerate(ledger.groupby(halves)):
            title = f"{half // 2}年{'下' if half % 2 else '上'}半年"
            _write_sheet(book, book.add_worksheet(title), title, part, number, rng)


def _write_sheet(book, sheet, title: str, part: pd.DataFrame, number: int, rng: Random) -> None:
    left, head = number % 2, 3 if number % 2 else 2
    formats = {
        "date": book.add_format({"num_format": "yyyy/m/d h:mm"}),
        "bold": book.add_format({"bold": True}),
    }
    sheet.merge_range(0, left, 0, left + 8, f"汀澜市12345政务服务热线工单台账（{title}）", formats["bold"])
    sheet.write_string(1, left, "导出单位：市政务服务热线中心")
    names = part.columns if number % 2 == 0 else [_OTHER_HEADERS.get(c, c) for c in part.columns]
    for column, name in enumerate(names):
        sheet.write_string(head, left + column, name, formats["bold"])
    at = head
    for line in part.itertuples(index=False, name=None):
        at += 1 if rng.random() < 0.985 else 2
        for column, value in enumerate(line):
            _write_cell(sheet, at, left + column, value, formats["date"], rng)
    sheet.write_string(at + 2, left, f"合计：{len(part)}件")
    if number == 0:
        sheet.write_blank(64_999, 0, None, formats["bold"])  # the sheet now says it has 65,000 rows


def _write_cell(sheet, row: int, column: int, value, date_format, rng: Random) -> None:
    if value is None or value is pd.NaT or value == "" or value != value:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, _littered(value, rng) if len(value) > 25 else value)
    elif isinstance(value, datetime):
        _write_date(sheet, row, column, value, date_format, rng)
    else:
        sheet.write_number(row, column, value)


def _write_date(sheet, row: int, column: int, value: datetime, date_format, rng: Random) -> None:
    value = value.replace(microsecond=0, nanosecond=0) if isinstance(value, pd.Timestamp) else value
    chance = rng.random()
    if chance < 0.35:
        sheet.write_datetime(row, column, value.to_pydatetime(), date_format)
    elif chance < 0.45:
        sheet.write_number(row, column, (value - _EPOCH) / timedelta(days=1))
    else:
        clock = f"{value.hour}:{value:%M:%S}"
        sheet.write_string(row, column, _written_date(value, clock, rng))


def _written_date(value: datetime, clock: str, rng: Random) -> str:
    year, month, day = value.year, value.month, value.day
    return rng.choice(
        (
            f"{year}/{month}/{day} {clock}",
            f"{value:%Y-%m-%d %H:%M:%S}",
            f"{year}年{month}月{day}日 {clock}",
            f"{year}.{month}.{day} {clock}",
        )
    )


def _littered(text: str, rng: Random) -> str:
    """Add what exports leave in a cell: tabs and breaks around it, `_x000D_`, non-breaking spaces."""
    chance = rng.random()
    if chance < 0.25:
        return f"\n\t\t\t\n\t\t\t{text}\n\t\t\t\n\t\t"
    if chance < 0.4:
        return text.replace("。", "。_x000D_\n", 2)
    return text.replace("，", "，\xa0", 1) if chance < 0.5 else text
