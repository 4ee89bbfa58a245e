"""Find and mask personal information: names never leave this room.

`Redactor(key)` finds spans, writes masks and turns petitioners into pseudonyms; `scan` checks text that is
about to leave. See docs/redaction.md for what is masked, what stays, and how well it works.
"""

from minelib.redact.blocks import Found, Part, compare_blocks, masked_kinds, redact_block
from minelib.redact.jsonl import redact_jsonl
from minelib.redact.keys import key_id, key_path, load_key, new_key
from minelib.redact.petitions import RedactionLog
from minelib.redact.redactor import Redactor, scan
from minelib.redact.sealed import Sealed, seal
from minelib.redact.spans import MASK_WORD, Span
from minelib.redact.surfaces import Surfaces

__all__ = [
    "MASK_WORD",
    "Found",
    "Part",
    "RedactionLog",
    "Redactor",
    "Sealed",
    "Span",
    "Surfaces",
    "compare_blocks",
    "key_id",
    "key_path",
    "load_key",
    "masked_kinds",
    "new_key",
    "redact_block",
    "redact_jsonl",
    "scan",
    "seal",
]
