"""Rows of json lines files, and of a json file that holds one list of objects."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.delimited import text_lines
from minelib.ledger.tables import Row, Table, Unreadable, shown

MAX_LIST = 256 << 20  # bytes of a json list, which must be parsed whole; json lines are read one by one

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_JSON = Unreadable("不是有效的 JSON")
_NOT_OBJECT = Unreadable("JSON 不是“列名: 值”的对象")
_UNDECODED = Unreadable("编码无法识别：既不是 UTF-8，也不是 GB18030")


def _whole(text: str) -> str:
    """Return text in which lone surrogates became U+FFFD: no encoding can write them."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _parse(line: str):
    if _SURROGATE.search(line):
        return _UNDECODED
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return _NOT_JSON
    if not isinstance(record, dict):
        return _NOT_OBJECT
    if _ESCAPED_SURROGATE.search(line):
        return {_whole(k): _whole(v) if isinstance(v, str) else v for k, v in record.items()}
    return record


def _objects(path: Path) -> Iterator[tuple[int, dict | Unreadable]]:
    """Yield (line number, object); of a list, the number of the object in it."""
    lines = text_lines(path)[1]
    start = next((line for line in lines if line.strip()), "")
    if not start.lstrip().startswith("["):
        numbered = enumerate(chain([start], lines), 1)
        yield from ((n, _parse(line)) for n, line in numbered if line.strip())
        return
    if path.stat().st_size > MAX_LIST:
        raise InputError(
            f"{shown(path)}: a json list of more than {MAX_LIST >> 20} MB; write it as json lines"
        )
    try:
        members = json.loads(_whole("\n".join(chain([start], lines))))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown(path)} is not valid json ({error}); write one object a line") from error
    yield from ((n, _parse(json.dumps(member))) for n, member in enumerate(members, 1))


def _rows(path: Path, names: list[str]) -> Iterator[Row]:
    yield 0, names
    for number, record in _objects(path):
        yield number, record if isinstance(record, Unreadable) else [record.get(name) for name in names]


def read_json(path: Path) -> Iterator[Table]:
    """Yield the one table of a json file; its columns are all the keys its objects use.

    Raises
    ------
    InputError
        When no line is an object.
    """
    names = list(dict.fromkeys(key for _, r in _objects(path) if isinstance(r, dict) for key in r))
    if not names:
        raise InputError(f'{shown(path)} holds no json object; write one object a line: {{"列名": "值", …}}')
    yield Table(path, "", "json", _rows(path, names))
