"""The taxonomy file: what it accepts, and how it says what is wrong."""

import pytest

from minelib.errors import InputError
from minelib.knowledge.taxonomy import load_taxonomy, make_taxonomy, parse_phrase

TWO = [{"code": "A", "name": "欠薪", "words": "工资"}, {"code": "B", "name": "其他"}]


def test_packaged_taxonomy_has_forty_classes_with_words_and_a_description():
    taxonomy = load_taxonomy()
    assert taxonomy.codes == tuple(f"C{i:02d}" for i in range(1, 41))
    assert all(c.about and c.name and len(c.phrases) >= 10 for c in taxonomy.classes)


def test_a_user_file_is_read_with_its_other_class(tmp_path):
    path = tmp_path / "my.toml"
    toml = 'other = "闲"\n[[class]]\nname = "欠薪"\nwords = "工资 讨薪"\n[[class]]\nname = "闲"\n'
    path.write_text(toml, "utf-8")
    taxonomy = load_taxonomy(path)
    assert taxonomy.codes == ("欠薪", "闲") and taxonomy.other == "闲"
    assert [p.text for p, _ in taxonomy.classes[0].phrases] == ["工资", "讨薪"]


def test_an_earlier_tier_keeps_a_phrase_named_twice():
    taxonomy = make_taxonomy({"class": [{"name": "甲", "sure": "工资", "hint": "工资"}, {"name": "乙"}]})
    assert taxonomy.classes[0].phrases[0][1] == 4.0


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "at least two"),
        ({"class": [TWO[0], {"code": "B"}]}, "class 2: needs a name"),
        ({"class": [TWO[0], TWO[0]]}, "class code A is given more than once"),
        ({"class": TWO, "other": "Z"}, "other = 'Z'"),
        ({"class": TWO, "borrow": "no"}, "borrow = 'no'"),
        ({"class": [TWO[0], {"name": "丙", "wrods": "x"}]}, "class 2 (丙): unknown key wrods"),
        ({"class": [TWO[0], {"name": "丙", "words": 3}]}, "class 2 (丙): words: must be words"),
        ({"class": [TWO[0], {"name": "丙", "sure": "欠~工资&钱"}]}, "(丙): sure: phrase '欠~工资&钱' mixes"),
        ({"class": [TWO[0], {"name": "丙", "lookalike": "欠|~工资"}]}, "(丙): lookalike: phrase '欠|~工资'"),
    ],
)
def test_errors_name_the_entry(data, says):
    with pytest.raises(InputError) as caught:
        make_taxonomy(data, where="my.toml")
    assert says in str(caught.value) and "my.toml" in str(caught.value)


def test_phrases_read_choices_and_operators():
    assert parse_phrase("拖欠|克扣~工资").parts == (("拖欠", "克扣"), ("工资",))
    assert parse_phrase("小区&电梯").operator == "&"
    assert parse_phrase("讨薪").operator == ""


def test_every_class_has_example_sentences_and_none_is_in_two_classes():
    classes = load_taxonomy().classes
    assert all(len(c.examples) >= 15 for c in classes)
    told = [e for c in classes for e in c.examples]
    assert len(told) == len(set(told))
