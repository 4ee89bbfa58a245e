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
_MAX_LINE = 64 * MAX_CELL  # bytes
_SNIFFED = 1 << 20
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
    """Decode one line: UTF-8 if it is, else GB18030, else with its bytes kept as surrogates."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    # Short GB18030 words such as 联通 happen to be UTF-8 too, but not of Chinese characters.
    if text is not None and (utf8 or raw.isascii() or _CJK.search(text)):
        return text
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape") if text is None else text


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


class _Splitter:
    """Cuts records at one separator; a record whose quote is still open has no fields yet."""

    def __init__(self, separator: str):
        cut = re.escape(separator)
        self.separator = separator
        self._plain = re.compile(f"[^{cut}]*+")
        self._quoted = re.compile(f'"((?:[^"]++|"")*+)"([^{cut}]*+)')
        self._inside = re.compile(r'(?:[^"]++|"")*+')

    def fields(self, record: str) -> tuple[list[str] | None, bool]:
        """Return a record's fields, None while a quote is open; and whether its quotes are well formed."""
        if '"' not in record:
            return record.split(self.separator), True
        found: list[str] = []
        at, well_formed = 0, True
        while True:
            if record.startswith('"', at):
                match = self._quoted.match(record, at)
                if match is None:
                    return None, False
                found.append(match[1].replace('""', '"') + match[2])
                well_formed = well_formed and not match[2].strip()
            else:
                match = self._plain.match(record, at)
                found.append(match[0])
            at = match.end()
            if at >= len(record):
                return found, well_formed
            at += 1

    def closes(self, line: str) -> bool:
        """Whether a quote left open by the lines above is closed in this one."""
        return self._inside.match(line).end() < len(line)


def records(lines: Iterator[str], separator: str, width: int) -> Iterator[list[str]]:
    """Yield the fields of each record; a quoted field may go over several lines.

    A quote that swallows what is plainly the next record (text after the closing quote, or the wrong number
    of fields where a swallowed line has enough by itself) was never meant as one: its line is cut at the
    separators alone and reading goes on with the next line. Time is linear in the length of the file.
    """
    splitter = _Splitter(separator)
    waiting: deque[str] = deque()
    source = iter(lambda: waiting.popleft() if waiting else next(lines, None), None)
    for line in source:
        fields, well_formed = splitter.fields(line)
        if fields is not None:
            yield fields
            continue
        taken, size = [line], len(line)
        for more in source:
            taken.append(more)
            size += len(more)
            if splitter.closes(more):
                fields, well_formed = splitter.fields("\n".join(taken))
                if fields is not None:
                    break
            if len(taken) > MAX_LINES or size > _MAX_LINE:
                break
        if _swallowed(taken, fields, well_formed, separator, width):
            waiting.extendleft(reversed(taken[1:]))
            fields = line.split(separator)
        yield fields if fields is not None else ("\n".join(taken)).split(separator)


def _swallowed(taken: list[str], fields: list | None, well_formed: bool, separator: str, width: int) -> bool:
    if fields is not None and well_formed and len(fields) == width:
        return False
    if len(taken) > MAX_LINES or (fields is not None and not well_formed):
        return True
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
