"""Tables as a researcher reads them; the first pages of a briefing as a picture."""

from io import BytesIO

import pandas as pd
import pytest
from fake_run import make_run
from PIL import Image

from minelib.briefing.preview import preview
from minelib.compare import compare_runs
from minelib.issues import find_issues
from minelib.matters.link import REASONS
from minelib.schema import RAW_PETITION
from minelib.sheets import HEADS, show

HOSTILE = "<img src=x onerror=alert(1)>&\"'"


@pytest.fixture(scope="module")
def run():
    return make_run(120)


@pytest.mark.parametrize(
    "shown",
    [
        show(pd.DataFrame({HOSTILE: [HOSTILE]}), title=HOSTILE),
        show(pd.Series([1], index=pd.Index([HOSTILE], name="x"), name=HOSTILE)),
        show({HOSTILE: HOSTILE}),
        show(pd.DataFrame({"class_code": ["C01"]}), names={"C01": HOSTILE}),
    ],
)
def test_whatever_is_shown_is_escaped(shown):
    assert "<img" not in shown._repr_html_()
    assert "&lt;img" in shown._repr_html_()
    assert HOSTILE in repr(shown)


def test_columns_and_known_values_are_in_chinese(run):
    tables = (run.petitions, run.matters, run.issues, run.candidates, run.links, run.signals)
    shown = {c for table in tables for c in table}
    assert (shown | set(RAW_PETITION)) - set(HEADS) == {"class_evidence"}
    links = pd.DataFrame({"reason": list(REASONS)})
    assert all(ord(cell[0]) > 0x2E7F for cell in show(links).table["原因"])


def test_a_class_has_its_name_only_where_names_are_given():
    table = pd.DataFrame({"class_code": ["C01"], "second_class": [""]})
    assert show(table, names={"C01": "征地"}).table.iloc[0].tolist() == ["C01 征地", ""]
    assert show(table).table.iloc[0].tolist() == ["C01", ""]


def test_a_long_table_says_how_much_is_left_out():
    shown = show(pd.Series(range(20), name="n"), most=5)
    assert len(shown.table) == 5
    assert "另有 15 行" in repr(shown)


def test_a_comparison_shows_states_and_warnings_escaped(run):
    found = compare_runs(make_run(60), run)
    object.__setattr__(
        found, "warnings", pd.DataFrame([{"kind": HOSTILE, "label": HOSTILE, "warning": "升"}])
    )
    assert "<img" not in found._repr_html_()
    assert "延续" in repr(found)
    assert "预警 1" in repr(found)


def test_issues_show_their_table_and_what_is_left_over():
    rows = [(p, HOSTILE, f"{p}小区物业擅自涨价乱收停车费") for p in "甲乙丙丁"]
    petitions = pd.DataFrame(rows, columns=["record_id", "title", "text"])
    options = {"matter_id": petitions["record_id"], "class_code": ["C05"] * 4, "tokens": [["物业"]] * 4}
    found = find_issues(petitions, **options)
    object.__setattr__(found, "table", found.table.assign(label=HOSTILE))
    assert "<img" not in found._repr_html_()
    assert "&lt;img" in found._repr_html_()
    assert "归入问题的件 4" in repr(found)


def test_a_preview_shows_the_first_pages_as_one_small_picture(run):
    shown = preview(run, template="short", pages=1, ppi=30)
    with Image.open(BytesIO(shown._repr_png_())) as picture:
        assert picture.height > picture.width > 200
        assert len(set(picture.convert("L").tobytes())) > 2
    assert len(shown.png) < 60_000
    assert shown.n_pages >= 1
    assert repr(shown).startswith("简报《")


def test_a_hostile_title_stays_text_in_a_picture(run):
    hostile = run.candidates.assign(label=f"{HOSTILE}#image(x)")
    assert preview(type(run)(**{**run.__dict__, "candidates": hostile}), template="short", ppi=20).n_pages
