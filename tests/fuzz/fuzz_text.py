"""Fuzz ledger, cleaning and redaction: whatever the bytes, a ledger is read or refused, and no number is left.

    python tests/fuzz/fuzz_text.py -max_total_time=60

Needs atheris (Linux): `pip install atheris`.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["minelib.ledger", "minelib.clean", "minelib.redact"]):
    import minelib.clean
    import minelib.ledger
    import minelib.redact

from minelib.errors import InputError
from minelib.redact import Redactor, scan

REDACTOR = Redactor(bytes(range(32)), model=False)
HEAD = "编号,姓名,标题,内容\n".encode()
SUFFIXES = (".csv", ".jsonl", ".tsv", ".xlsx", ".xls", ".json")
FOLDER = tempfile.TemporaryDirectory()


def one_input(data: bytes) -> None:
    """Read, clean and redact; raise where a promise is broken."""
    if not data:
        return
    path = Path(FOLDER.name) / f"a{SUFFIXES[data[0] % len(SUFFIXES)]}"
    path.write_bytes(HEAD * (data[0] % 2) + data[1:])
    try:
        petitions = minelib.ledger.read_ledger(path).petitions
    except InputError as error:
        assert "\n" not in str(error)
        return
    cleaned, _ = minelib.clean.clean_petitions(petitions)
    again, _ = minelib.clean.clean_petitions(cleaned)
    assert again.equals(cleaned), "cleaning twice changes more"
    redacted, _ = REDACTOR.redact_petitions(cleaned)
    for text in redacted["text"]:
        assert not scan(text), "what was redacted is found again"


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
