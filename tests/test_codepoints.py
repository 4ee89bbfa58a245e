"""Characters are found in many texts at once as they are in each alone."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minelib.codepoints import Beginnings, char_table, followed, matches, places_in, side_by_side, to_codes

TEXTS = st.lists(st.text("甲乙丙丁a\ud800\U00020000", max_size=12), max_size=5)
WORDS = st.sets(st.text("甲乙丙丁a", min_size=1, max_size=4), min_size=1, max_size=6)


def _begin(text: str, words: set[str]) -> list[int]:
    heads = {word[:2] for word in words}
    return [i for i in range(len(text)) if text[i] in heads or text[i : i + 2] in heads]


@given(TEXTS, WORDS)
def test_words_begin_where_their_first_two_characters_stand(texts, words):
    found = [places for (places,) in places_in(texts, Beginnings(words))]
    assert found == [_begin(text, words) for text in texts]


@given(TEXTS)
def test_a_character_followed_by_another_is_found_in_one_text_only(texts):
    first, second = char_table("甲乙"), char_table("乙a")
    found = places_in(texts, lambda codes: followed(codes, first, second))
    assert [places for (places,) in found] == [
        [i for i in range(len(t) - 1) if t[i] in "甲乙" and t[i + 1] in "乙a"] for t in texts
    ]


@given(TEXTS)
def test_texts_side_by_side_stand_where_it_is_said(texts):
    whole, begins, ends = side_by_side(texts)
    assert [whole[a:b] for a, b in zip(begins, ends, strict=True)] == texts
    assert len(to_codes(whole)) == len(whole)


@given(st.text("甲乙丙", max_size=20), st.sampled_from(["甲乙?", "甲+", "(?=乙)", "甲(?!乙)", "乙甲|甲乙甲"]))
def test_matches_at_all_places_are_those_finditer_gives(text, pattern):
    expected = [m.span() for m in re.finditer(pattern, text) if m[0]]
    found = matches(re.compile(pattern), text, range(len(text)))
    assert [m.span() for m in found if m[0]] == expected


@pytest.mark.parametrize("n", [0, 1, 1023, 1024, 2500])
def test_as_many_texts_come_back(n):
    picked = places_in(["甲"] * n, lambda codes: np.flatnonzero(codes == ord("甲")))
    assert list(picked) == [([0],)] * n
