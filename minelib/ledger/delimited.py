"""Rows of csv and tsv files as they are found: any encoding, any separator, quotes that never close."""

import codecs
import re
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from statistics import median_low

from minelib.errors import InputError
from minelib.ledger.cells import MAX_CELL
from minelib.ledger.header import HEAD_ROWS, Columns, find_layout
from minelib.ledger.tables import Table, Unreadable, first_cell, shown

SEPARATORS = (",", "\t", ";", "，", "|")
MAX_LINES = 10_000  # a quoted cell over more lines than this is a quote nobody closed
_MAX_LINE = 16 * MAX_CELL  # bytes; what is longer comes in pieces, each too long for a cell
_SNIFFED = 1 << 20
_INSIDE = re.compile(r'(?:[^"]++|"")*+')
_CJK = re.compile("[\u2e80-\u9fff\uf900-\uffef]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _decode(raw: bytes, utf8: bool) -> str:
    """Decode one line: UTF-8 if it is, else GB18030.

    A line that is one of them but for a few bytes loses those as U+FFFD; one that is neither keeps its bytes
    as lone surrogates, for its row to be rejected.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    # Short GB18030 words such as 联通 happen to be UTF-8 too, but not of Chinese characters.
    if text is not None and (utf8 or raw.isascii() or _CJK.search(text)):
        return text
    if text is None and utf8 and _mostly_whole(damaged := raw.decode("utf-8", "replace")):
        return damaged
    if _mostly_whole(gb18030 := raw.decode("gb18030", "replace")):
        return gb18030
    return raw.decode("utf-8", "surrogateescape")


def _mostly_whole(text: str) -> bool:
    """Whether at most one character was lost of twenty Chinese ones."""
    return text.count("\ufffd") * 20 <= len(_CJK.findall(text))


def _byte_lines(path: Path, mac: bool) -> Iterator[bytes]:
    with path.open("rb") as file:
        for raw in iter(lambda: file.readline(_MAX_LINE), b""):
            if mac:
                yield from raw.splitlines()
            else:
                yield raw


def _utf16_lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace", newline=None) as file:
        yield from iter(lambda: file.readline(_MAX_LINE), "")


def text_lines(path: Path) -> tuple[str, Iterator[str]]:
    """Return a text file's encoding and its lines, without their ends.

    UTF-16 where a byte order mark or its zero bytes say so; otherwise every line is UTF-8 if it can be and
    GB18030 if not, so that a file glued together of both is read right. Bytes that are neither come as lone
    surrogates.
    """
    with path.open("rb") as file:
        head = file.read(_SNIFFED)
    utf16 = _utf16_name(head)
    if utf16:
        return "UTF-16", (line.rstrip("\n") for line in _utf16_lines(path, utf16))
    utf8 = _is_utf8(head)
    mac = b"\n" not in head and b"\r" in head
    lines = (_decode(raw, utf8).rstrip("\r\n") for raw in _byte_lines(path, mac))
    first = next(lines, "").removeprefix("\ufeff")
    return "UTF-8" if utf8 else "GB18030", chain([first], lines)


def _utf16_name(head: bytes) -> str:
    if head.startswith(_UTF16):
        return "utf-16"
    zeros = head[:4000].count(0)
    if zeros * 5 < len(head[:4000]):
        return ""
    return "utf-16-le" if head[1:4000:2].count(0) * 2 > zeros else "utf-16-be"


class _Record:
    """The fields of one record, read line by line until no quote is open."""

    def __init__(self, plain: re.Pattern):
        self.fields: list[str] = []
        self.well_formed = True  # nothing stands between a closing quote and the separator
        self._plain = plain
        self._open: list[str] = []

    def read(self, line: str) -> bool:
        """Read one line more; return whether the record is complete."""
        at = 0
        if self._open:
            end = _INSIDE.match(line).end()
            self._open.append(line[:end])
            if end == len(line):
                return False
            at = self._close(line, end + 1)
        while at <= len(line):
            if line.startswith('"', at):
                end = _INSIDE.match(line, at + 1).end()
                self._open = [line[at + 1 : end]]
                if end == len(line):
                    return False
                at = self._close(line, end + 1)
            else:
                end = self._plain.match(line, at).end()
                self.fields.append(line[at:end])
                at = end + 1
        return True

    @property
    def unfinished(self) -> list[str]:
        """The field whose quote is still open, if one is."""
        return ["\n".join(self._open)] if self._open else []

    def _close(self, line: str, at: int) -> int:
        rest = self._plain.match(line, at)
        self.fields.append("\n".join(self._open).replace('""', '"') + rest[0])
        self.well_formed = self.well_formed and not rest[0].strip()
        self._open = []
        return rest.end() + 1


def records(lines: Iterator[str], separator: str, width: int) -> Iterator[list[str]]:
    """Yield the fields of each record; a quoted field may go over several lines.

    A quote that swallows what is plainly the next record (text after the closing quote, or not `width` fields
    where a swallowed line has enough by itself) was never meant as one: its line is cut at the separators
    alone, and so are the swallowed lines up to the last. Time is linear in the length of the file.
    """
    plain = re.compile(f"[^{re.escape(separator)}]*+")
    waiting: deque[str] = deque()
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if '"' not in line:
            yield line.split(separator)
            continue
        record, taken, size = _Record(plain), [line], len(line)
        complete = record.read(line)
        while not complete and record.well_formed and len(taken) < MAX_LINES and size < _MAX_LINE:
            more = waiting.popleft() if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
            size += len(more)
            complete = record.read(more)
        if _swallowed(taken, record, separator, width):
            waiting.append(taken.pop())
            yield from (one.split(separator) for one in taken)
        elif not complete and len(taken) == 1 and line.count(separator) == width - 1:
            yield line.split(separator)
        else:
            yield record.fields + record.unfinished


def _swallowed(taken: list[str], record: _Record, separator: str, width: int) -> bool:
    if len(taken) == 1:
        return False
    if not record.well_formed or len(taken) >= MAX_LINES:
        return True
    if not width or len(record.fields) == width:
        return False
    return any(line.count(separator) >= max(1, width - 1) for line in taken[1:])


def _sniff(head: list[str], chosen: Columns) -> tuple[str, int]:
    """Return the separator under which the first lines name most fields, and how many fields records have."""
    declared = re.match(r'"?sep=(.)"?$', head[0]) if head else None
    best, score = (",", 0), (-1, -1)
    for separator in (declared[1],) if declared else SEPARATORS:
        rows = list(islice(records(iter(head), separator, 0), HEAD_ROWS))
        layout = find_layout([(n, r) for n, r in enumerate(rows, 1) if first_cell(r) is not None], chosen)
        widths = [len(r) for r in rows if first_cell(r) is not None] or [0]
        this = (len(layout.fields) if layout else 0, median_low(widths))
        if this > score:
            below = [len(r) for r in rows[layout.last_row :] if first_cell(r) is not None] if layout else []
            width = max(len(layout.names) if layout else 0, median_low(below or [0]))
            best, score = (separator, width), this
    return best


def _checked(fields: list[str], width: int):
    if _UNDECODED.search("".join(fields)):
        return Unreadable("编码无法识别：既不是 UTF-8，也不是 GB18030")
    if len(fields) > width > 0 and first_cell(fields[width:]) is not None:
        return Unreadable(f"字段数 {len(fields)} 多于表头的 {width}：可能是分隔符或引号未转义")
    return fields


def read_delimited(path: Path, chosen: Columns) -> Iterator[Table]:
    """Yield the one table of a csv or tsv file.

    Raises
    ------
    InputError
        When the file is empty or holds no text.
    """
    encoding, lines = text_lines(path)
    head = list(islice(lines, 300))
    if not any(head):
        raise InputError(f"{shown(path)}: the file is empty; export the ledger again")
    separator, width = _sniff(head, chosen)
    rows = records(chain(head, lines), separator, width)
    kind = f"csv, {encoding}, separator {separator!r}"
    yield Table(path, "", kind, ((n, _checked(fields, width)) for n, fields in enumerate(rows, 1)))
