"""What holds of any text and any ledger: cleaning is done after once, what is saved comes back, order tells nothing."""

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from minelib.clean import boilerplate_spans, clean_petitions
from minelib.gate import Reader
from minelib.redact import Redactor, scan
from minelib.runs import StageStore
from minelib.schema import RAW_PETITION, frame
from minelib.segment import Segmenter

KEY = bytes(range(32))
PARTS = [
    "张小芳", "电话", "13800138000", "110105194912310021", "１３８ ", "〈姓名3QK7〉", "投诉人", "的", "\u200b",
    "<b>", "&#49;", "\r\n", "尊敬的领导：", "此致", "敬礼", "王书记", "幸福路12号", "a@b.com", "=1+1", "，", "。",
    "工地拖欠工资", "張", "x1", " ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=12).map("".join)
TABLES = st.lists(TEXTS, min_size=1, max_size=5)


def petitions(texts):
    rows = [{"record_id": f"L{n}", "source": "a.csv", "title": t[:9], "text": t} for n, t in enumerate(texts)]
    return frame([{"row": n, **row} for n, row in enumerate(rows)], RAW_PETITION)


def redacted(table):
    out, _ = Redactor(KEY, model=False).redact_petitions(table)
    return out.sort_values("record_id", ignore_index=True).drop(columns="row")


@given(TABLES)
@settings(max_examples=25, deadline=None)
def test_cleaning_is_done_after_once(texts):
    once, _ = clean_petitions(petitions(texts))
    again, _ = clean_petitions(once)
    pd.testing.assert_frame_equal(once, again)


@given(TEXTS)
@settings(max_examples=25, deadline=None)
def test_spans_map_back_to_the_text(text):
    spans = [(s.start, s.end) for s in scan(text)]
    assert all(0 <= a < b <= len(text) for a, b in spans) and spans == sorted(spans)
    cleaned = clean_petitions(petitions([text]))[0].loc[0, "text"]
    parts = [(a, b) for a, b, *_ in boilerplate_spans(cleaned)]
    assert all(0 <= a < b <= len(cleaned) for a, b in parts)


@given(TABLES, st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_tells_nothing(texts, rng):
    table = clean_petitions(petitions(texts))[0]
    order = rng.sample(range(len(table)), len(table))
    pd.testing.assert_frame_equal(redacted(table), redacted(table.iloc[order].reset_index(drop=True)))


@given(TABLES)
@settings(max_examples=15, deadline=None)
def test_what_a_stage_keeps_comes_back_the_same(texts):
    table = redacted(clean_petitions(petitions(texts))[0])
    with tempfile.TemporaryDirectory() as folder:
        store = StageStore(Path(folder))
        store.put("read", "k", {"petitions": table})
        pd.testing.assert_frame_equal(store.get("read", "k")["petitions"], table, check_dtype=False)
        assert store.get("read", "other") is None


@given(TABLES)
@settings(max_examples=15, deadline=None)
def test_words_put_together_are_the_text(texts):
    for text, words in zip(texts, Segmenter().segment(texts), strict=True):
        assert "".join(words) == text


@given(TABLES)
@settings(max_examples=15, deadline=None)
def test_a_settled_text_passes_the_gate(texts):
    reader = Reader()
    settled = reader.settle_many(texts, Redactor(KEY, model=False))
    assert not any(scan(text) for text in settled)
