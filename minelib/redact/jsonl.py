"""Redact a file of JSON lines, for measuring and for other programs."""

import json
from pathlib import Path

from minelib.errors import InputError
from minelib.redact.redactor import Redactor

_CHUNK = 256


def _records(path: Path):
    try:
        lines = path.open(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    with lines:
        numbered = enumerate(lines, 1)
        while True:
            number = 0
            try:
                number, line = next(numbered)
                record = json.loads(line) if line.strip() else None
            except StopIteration:
                return
            except UnicodeDecodeError as error:
                raise InputError(f"{path} is not UTF-8; save it as UTF-8") from error
            except (json.JSONDecodeError, RecursionError) as error:
                raise InputError(
                    f"{path}, line {number or '?'}: not JSON; one object a line is needed"
                ) from error
            if record is None:
                continue
            if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "id" not in record:
                raise InputError(f'{path}, line {number}: needs an object with "id" and a string "text"')
            yield record


def redact_jsonl(path: str | Path, out: str | Path, key: bytes) -> int:
    """Redact every line of a file.

    Parameters
    ----------
    path : str or Path
        Lines `{"id", "text"}`; other fields are left out of the result.
    out : str or Path
        Written: lines `{"id", "spans": [[start, end, kind], …], "text": redacted}`. Offsets are code points
        of the text given.
    key : bytes

    Returns
    -------
    int
        Number of lines written.

    Raises
    ------
    InputError
        For a line that is no such object, naming it by number; nothing is written then.
    """
    redactor, written, chunks = Redactor(key), 0, []
    records = list(_records(Path(path)))
    for at in range(0, len(records), _CHUNK):
        chunk = records[at : at + _CHUNK]
        texts = [r["text"] for r in chunk]
        found = redactor.spans_many(texts)
        for record, spans, text in zip(chunk, found, redactor.redact_many(texts), strict=True):
            line = {"id": record["id"], "spans": [[s.start, s.end, s.kind] for s in spans], "text": text}
            chunks.append(json.dumps(line, ensure_ascii=False) + "\n")
            written += 1
    Path(out).write_text("".join(chunks), encoding="utf-8", newline="\n", errors="surrogatepass")
    return written
