"""Write the tables of a run: parquet for programs, CSV and a workbook for people.

A cell that a spreadsheet would take for a formula gets an apostrophe before it: petition text must not run in an
office's Excel (OWASP, "CSV Injection").
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path

import pandas as pd

from minelib.runs import TABLES, Run, in_order, table_path
from minelib.screen import law_sheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

# What a reader of the workbook sees for each column.
NAMES = {
    "rank": "排名", "score": "得分", "issue_id": "问题编号", "label": "问题",
    "keywords": "关键词", "class_code": "类别", "n_petitions": "件次", "n_matters": "事项数",
    "n_petitioners": "独立反映人", "n_people": "人次", "n_places": "地点数", "n_respondents": "被反映对象数",
    "stability": "稳定性", "exemplars": "典型件编号", "first_at": "最早", "last_at": "最近",
    "reasons": "主要理由", "rank_low": "排名下限", "rank_high": "排名上限", "person_routes": "个案方式",
    "class_routes": "类案方式", "supervised": "监督对象", "laws": "法律依据", "verify": "监督点（需核查）",
    "signal": "指标", "value": "数值", "shown": "说明", "points": "得分贡献",
    "matter_id": "事项编号", "place": "地点", "respondent": "被反映对象", "township": "地区",
    "exemplar": "典型件编号", "record_id": "编号", "source": "文件", "sheet": "工作表",
    "row": "行", "reason": "原因", "places": "地点",
    "n_recent": "近期事项", "matters": "近期事项编号",
}  # fmt: skip

SHEETS = {"candidates": "线索", "signals": "指标", "matters": "事项", "issues": "问题"}
FILE_ROWS = 200_000  # of a parquet file; a table of more becomes a folder
PART_ROWS = 5_000  # of each file there: what changes in one need not be written and checked in the others
MOST_ROWS = 20_000  # of a sheet: nobody reads on, and an office program could not open a million
PROPOSALS = ("法条", "苗头", "订单式普法", "检调对接")
METHOD = (
    "本表由程序从诉求文本归集生成，均为“疑似”线索，须经人工核查后方可使用。",
    "计数单位：件次为诉求件数；人次按台账所载人数，未载明的按1计；事项为同一地点或对象的同一具体事情。",
    "得分为各指标得分之和（满分100），各项得分见“指标”表；排名上下限为对事项重抽样所得5%和95%分位。",
    "法律依据按诉求日期适用；标注“未核”的条目尚未核对原文，引用前须核对。",
    f"每表至多{MOST_ROWS}行，事项多于此数的列件次最多者；全部事项见 tables/matters.parquet。",
)


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with formula-like text made plain.

    >>> harmless(pd.DataFrame({"a": ["=1+1", "拖欠"]}))["a"].tolist()
    ["'=1+1", '拖欠']
    """
    texts = [c for c in table if pd.api.types.is_string_dtype(table[c]) or table[c].dtype == object]
    return table.assign(**{c: table[c].map(_plain, na_action="ignore") for c in texts})


def _plain(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 with a byte order mark, without which Excel garbles Chinese."""
    harmless(table).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


@dataclass(frozen=True)
class Earlier:
    """A table of an earlier run, with which one of today begins: row for row as it stands in the files.

    Attributes
    ----------
    files : list of Path
    table : DataFrame
        What stands in them.
    """

    files: Sequence[Path]
    table: pd.DataFrame

    def sizes(self) -> list[tuple[Path, int]]:
        """Return how many rows stand in each file."""
        import pyarrow.parquet as pq

        return [(file, pq.read_metadata(file).num_rows) for file in self.files]


def write_parquet(table: pd.DataFrame, path: Path, earlier: Earlier | None = None) -> list[Path]:
    """Write without the index, and return the files; equal tables give equal bytes.

    A table of more than `FILE_ROWS` rows becomes a folder of that name with a file for each `PART_ROWS`, which pandas,
    Arrow, Spark and Dask read as one table. Files of an `earlier` one whose rows are what they were are taken over,
    and new rows stand in files of their own.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = pa.Table.from_pandas(table, preserve_index=False)
    kept = _Kept(earlier, whole.schema)
    cuts = _cuts(len(table), kept.sizes)
    parts = [path]
    if len(cuts) > 1:
        path.mkdir()
        parts = [path / f"part-{n:05d}.parquet" for n in range(len(cuts))]
        whole = kept.fitted(whole)
    for (start, end), part in zip(cuts, parts, strict=True):
        rows = whole.slice(start, end - start)
        if not kept.taken_over(rows, start, part):
            # combined, as a page ends where a chunk does
            pq.write_table(rows.combine_chunks(), part, compression="zstd")
    return parts


def _cuts(n_rows: int, sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Part rows into files: those of `sizes` stay, but the last where no more rows stand in it than come after.

    So a table to which a few rows are added each day has few files, and no row is written often.

    >>> _cuts(7, []), _cuts(210_000, [])[-2:]
    ([(0, 7)], [(200000, 205000), (205000, 210000)])
    >>> _cuts(203_000, [200_000, 1_000]), _cuts(203_000, [200_000, 2_000])
    ([(0, 200000), (200000, 203000)], [(0, 200000), (200000, 202000), (202000, 203000)])
    """
    if n_rows <= FILE_ROWS:
        return [(0, n_rows)]
    ends = [0, *accumulate(sizes)]
    while len(ends) > 1 and ends[-1] - ends[-2] <= n_rows - ends[-1] <= PART_ROWS - (ends[-1] - ends[-2]):
        ends.pop()
    ends += [min(end, n_rows) for end in range(ends[-1] + PART_ROWS, n_rows + PART_ROWS, PART_ROWS)]
    return list(pairwise(ends))


class _Kept:
    """The files of an earlier table, to be taken over where they hold what would be written."""

    def __init__(self, earlier: Earlier | None, schema):
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = pq.read_schema(earlier.files[0]) if earlier and earlier.files else None
        files = earlier.sizes() if self._schema and _fits(schema, self._schema) else []
        self.sizes = [size for _, size in files]
        self._begin = dict(zip(accumulate([0, *self.sizes]), files, strict=False))
        self._rows = pa.Table.from_pandas(earlier.table, preserve_index=False) if files else None

    def fitted(self, whole):
        """Return a table in the types of the files, since all parts of a table are of the same."""
        return whole.cast(self._schema) if self.sizes else whole

    def taken_over(self, rows, start: int, path: Path) -> bool:
        """Put the file that begins at a row in its new place, if it holds just these rows."""
        file, size = self._begin.get(start, (None, 0))
        if size != len(rows) or not size or not _same(rows, self._rows.slice(start, size)):
            return False
        try:
            path.hardlink_to(file.resolve())  # never a link to a link: the gate lets none leave
        except OSError:  # another file system, or one without links
            shutil.copyfile(file, path)
        return True


def _fits(schema, known) -> bool:
    """Tell whether a table can stand in files of these types: a column in which nothing stood yet had none."""
    import pyarrow.types as t

    pairs = zip(schema, known, strict=False)
    return schema.names == known.names and all(not t.is_null(k.type) or t.is_null(f.type) for f, k in pairs)


def _same(rows, others) -> bool:
    """Tell whether two Arrow tables say the same, in whatever types of text."""
    pairs = zip(rows.columns, others.columns, strict=True)
    return all(one.equals(other.cast(one.type)) for one, other in pairs)


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write one sheet a table and one on method, header frozen, columns sized, bytes the same each time."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    book = xlsxwriter.Workbook(path, options)
    book.set_properties({"created": datetime(2000, 1, 1), "title": "类案监督线索"})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    for name, table in tables.items():
        _write_sheet(book.add_worksheet(name), table.rename(columns=NAMES), head, cell)
    method = book.add_worksheet("方法与口径")
    method.set_column(0, 0, 100, cell)
    for row, line in enumerate(METHOD):
        method.write_string(row, 0, line)
    book.close()


def _write_sheet(sheet, table: pd.DataFrame, head, cell) -> None:
    sheet.freeze_panes(1, 0)
    shown = harmless(table)
    for column, name in enumerate(shown):
        sheet.write_string(0, column, name, head)
        values = shown[name].tolist()
        texts = [_shown(value) for value in values]
        sheet.set_column(column, column, _width(name, texts))
        for row, (value, text) in enumerate(zip(values, texts, strict=True), 1):
            if isinstance(value, int | float) and not pd.isna(value):
                sheet.write_number(row, column, value, cell)
            else:
                sheet.write_string(row, column, text[:32_767], cell)
    sheet.autofilter(0, 0, max(len(shown), 1), max(len(shown.columns) - 1, 0))


def _shown(value) -> str:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value)


def _width(name: str, texts: list[str]) -> float:
    """Return a column width in characters that shows most cells: a Han character takes two."""
    longest = max((max(map(_cells, text.split("\n"))) for text in [name, *texts[:200]]), default=8)
    return min(max(longest + 2, 8), 60)


def _cells(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def write_tables(
    run: Run, rejects: pd.DataFrame, folder: Path, earlier: Mapping[str, Earlier] | None = None
) -> frozenset[str]:
    """Write every table of a run into `folder`, and return the names of the files.

    Of a table with an `earlier` one the files that still hold are taken over.
    """
    (folder / "tables").mkdir()
    parquet, written, earlier = [table_path(name) for name in TABLES], [], earlier or {}
    for name, path in zip(TABLES, parquet, strict=True):
        written += write_parquet(getattr(run, name), folder / path, earlier.get(name))
    csv = {"candidates.csv": run.candidates, "rejects.csv": rejects}
    for name, table in csv.items():
        write_csv(table, folder / name)
    run = in_order(run)
    sheets = {title: _most_told(getattr(run, name)) for name, title in SHEETS.items()}
    write_workbook({**sheets, "法条": law_sheet(run.candidates, run.petitions)}, folder / "candidates.xlsx")
    parts = {part.relative_to(folder).as_posix() for part in written}
    return frozenset({*parquet, *parts, *csv, "candidates.xlsx"})


def _most_told(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is or, of one that is too long for a sheet, the rows with most petitions."""
    if len(table) <= MOST_ROWS or "n_petitions" not in table:
        return table
    most = table["n_petitions"].sort_values(ascending=False, kind="stable").head(MOST_ROWS)
    return table.loc[most.index.sort_values()]
