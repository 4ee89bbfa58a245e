import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer

from minelib.errors import InputError
from minelib.tokens import Tokens
from minelib.vectorise import Weights, document_frequency, sentence_vectors, stacked, term_counts, tfidf

TOKENS = [["拖欠", "工资", "，", "的"], ["工资", "2019", "噪音"], [], ["噪音", "噪音", "扰民"]]


def test_only_content_words_are_counted():
    matrix = term_counts(TOKENS)
    assert sorted(matrix.words) == list(matrix.words)
    assert set(matrix.words) == {"拖欠", "工资", "噪音", "扰民"}
    assert matrix.counts[3, matrix.words.index("噪音")] == 2
    assert matrix.counts[2].nnz == 0


def test_frequency_limits_leave_words_out():
    assert term_counts(TOKENS, min_df=2).words == ("噪音", "工资")
    assert term_counts(TOKENS, max_df=0.25).words == ("扰民", "拖欠")
    with pytest.raises(InputError, match="share"):
        term_counts(TOKENS, max_df=2)


def test_weights_are_those_of_scikit_learn():
    counts = term_counts(TOKENS).counts
    expected = TfidfTransformer(sublinear_tf=True).fit_transform(counts.astype(float)).toarray()
    np.testing.assert_allclose(tfidf(counts).toarray(), expected, atol=1e-6)


def test_nothing_in_gives_nothing_out():
    assert term_counts([]).counts.shape == (0, 0)
    assert term_counts([["的"], []]).counts.shape == (2, 0)


def test_sentence_vectors_put_a_paraphrase_nearer_than_another_topic():
    wage, pay, noise, empty = sentence_vectors(
        ["公司拖欠农民工工资", "老板不给我们发工钱", "楼下广场舞太吵", " "]
    )
    assert wage @ pay > wage @ noise
    assert not empty.any()


def test_how_many_texts_are_counted_and_weighed_at_a_time_changes_nothing(monkeypatch):
    heads = Tokens.of([words[:1] for words in TOKENS])
    whole = term_counts(TOKENS, heads=heads, times=2, min_df=2)
    weights = Weights.of(whole.counts)
    together = stacked(weights.blocks(), np.ones(len(whole.words), bool), document_frequency(whole.counts))
    monkeypatch.setattr("minelib.vectorise._TEXTS", 2)
    monkeypatch.setattr("minelib.vectorise.ROWS_WEIGHED", 2)
    parted = term_counts(TOKENS, heads=heads, times=2, min_df=2)
    assert parted.words == whole.words
    assert (parted.counts != whole.counts).nnz == 0
    apart = stacked(weights.blocks(), np.ones(len(whole.words), bool), document_frequency(whole.counts))
    assert np.array_equal(apart.toarray(), together.toarray())
    assert np.array_equal(together.toarray(), tfidf(whole.counts).toarray())


def test_words_that_do_not_pass_are_not_counted():
    assert term_counts(TOKENS, passes=lambda word: word == "工资").words == ("工资",)
