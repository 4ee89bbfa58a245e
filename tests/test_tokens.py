"""Tokens as numbers are the same tokens."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minelib.tokens import Tokens
from minelib.vectorise import term_counts

TEXTS = st.lists(st.lists(st.text("拖欠工资物业费\n", min_size=1, max_size=4), max_size=8), max_size=8)


@given(TEXTS)
def test_coded_tokens_read_as_they_were(texts):
    tokens = Tokens.of(texts)
    assert list(tokens) == texts
    assert tokens.words.tolist() == sorted({w for text in texts for w in text})
    assert list(Tokens.of_tables(tokens.tables())) == texts


@given(TEXTS, st.integers(0, 8))
def test_however_parted_the_joined_tokens_are_the_same(texts, cut):
    whole, joined = Tokens.of(texts), Tokens.joined([Tokens.of(texts[:cut]), Tokens.of(texts[cut:])])
    assert joined.codes.tolist() == whole.codes.tolist()
    assert joined.ends.tolist() == whole.ends.tolist()
    assert joined.words.tolist() == whole.words.tolist()


@given(TEXTS, st.randoms())
def test_taken_rows_come_in_the_order_asked_for(texts, random):
    rows = [random.randrange(len(texts)) for _ in range(5)] if texts else []
    assert list(Tokens.of(texts).take(np.array(rows, dtype=int))) == [texts[i] for i in rows]


@given(TEXTS)
def test_a_head_is_the_tokens_that_begin_inside_it(texts):
    sizes = [len("".join(text)) // 2 for text in texts]
    for head, text, size in zip(Tokens.of(texts).heads(sizes), texts, sizes, strict=True):
        assert head == text[: len(head)]
        assert len("".join(head)) >= size or head == text
        assert not head or len("".join(head[:-1])) < size


@given(TEXTS)
def test_words_are_counted_alike(texts):
    plain, coded = term_counts(texts), term_counts(Tokens.of(texts))
    assert plain.words == coded.words
    assert (plain.counts != coded.counts).nnz == 0


def test_how_many_texts_are_looked_at_together_changes_nothing(monkeypatch):
    texts = [["拖欠", "工资", "工资"], [], ["物业费"], ["工资", "拖欠"], ["物业费", "物业费"], []]
    rows, sizes = np.array([4, 0, 0, 5, 2]), [2, 0, 9, 4, 3, 1]
    whole = Tokens.of(texts)
    counts, taken, heads = term_counts(whole).counts, whole.take(rows), whole.heads(sizes)
    monkeypatch.setattr("minelib.tokens._TEXTS", 2)
    monkeypatch.setattr("minelib.vectorise._TEXTS", 2)
    assert (term_counts(whole).counts != counts).nnz == 0
    assert list(whole.take(rows)) == list(taken) == [texts[i] for i in rows]
    assert list(whole.heads(sizes)) == list(heads)
