"""What redaction vouches for is clean by the gate's own reading too."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minelib.clean import clean_petitions
from minelib.gate import Reader
from minelib.ledger import read_ledger
from minelib.redact import Redactor, compare_blocks, redact_block
from minelib.scale import Here, Table
from minelib.schema import RAW_PETITION, frame

DATA = Path(__file__).parent.parent / "data"


def vouched(petitions):
    """Return the texts of cells that redaction read last and found clean."""
    redactor = Redactor(bytes(range(32)))
    cleaned, _ = clean_petitions(petitions)
    (part,), _ = compare_blocks([Table(cleaned)], [redact_block(cleaned, redactor)], redactor, Here().map)
    return sorted(part.clean_texts(part.redacted(cleaned, redactor)))


@pytest.mark.parametrize("name", ["district.csv", "city.xlsx"])
def test_texts_vouched_for_read_clean(name):
    petitions = read_ledger(DATA / name).petitions.head(150)
    texts = vouched(petitions)
    assert len(texts) > 50
    assert not [kinds for kinds in map(Reader().find, texts) if kinds]


PIECES = [
    "张小芳",
    "我叫",
    "欧阳",
    "王某",
    "先生",
    "电话",
    "13912345678",
    "139",
    "京A",
    "12345",
    "，",
    "。",
    "的",
    "路",
    "李建国",
]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_texts_vouched_for_read_clean(texts):
    rows = [{"record_id": str(n), "source": "a", "row": n, "text": t} for n, t in enumerate(texts)]
    assert not [text for text in vouched(frame(rows, RAW_PETITION)) if Reader().find(text)]
