import pytest

from minelib.config import Config, load_config
from minelib.errors import InputError


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_and_overrides_are_joined(tmp_path):
    path = write(tmp_path / "mine.toml", 'seed = 3\n[segment]\nwords = ["云顶花园"]\n')
    config = load_config(path, segment={"engine": "jieba"})
    assert (config.seed, config.segment.words, config.segment.engine) == (3, ("云顶花园",), "jieba")


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path):
    path = write(tmp_path / "mine.toml", '[segment]\nengin = "jieba"\n')
    with pytest.raises(InputError, match="'engin'; did you mean 'engine'"):
        load_config(path)


@pytest.mark.parametrize("text", ["seed = 'x'", "segment = 3", "[segment]\nengine = 3", "seed = true"])
def test_a_value_of_the_wrong_type_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="mine.toml"):
        load_config(write(tmp_path / "mine.toml", text))


def test_a_broken_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match="broken.toml"):
        load_config(write(tmp_path / "broken.toml", "seed = = 3"))
    with pytest.raises(InputError, match="none.toml"):
        load_config(tmp_path / "none.toml")


def test_the_digest_tells_which_part_changed():
    one, two = Config(), load_config(briefing={"office": "某区人民检察院"})
    assert one.digest("segment") == two.digest("segment")
    assert one.digest("briefing") != two.digest("briefing")
