"""Figures: tables are right, drawings repeat to the byte, no glyph is lost, no cell points at a person."""

from dataclasses import replace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from fake_run import make_run, tables
from matplotlib.text import Text

from minelib.briefing import summarise
from minelib.errors import MinelibError
from minelib.plots import FIGURES, class_change_data, draw_figure, heat_data, monthly_data, repeat_data
from minelib.plots.data import MIN_CELL, suppressed_cells
from minelib.screen import NAMES

KINDS = sorted(FIGURES)


@pytest.fixture(scope="module")
def run():
    return make_run(400)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_drawn_twice_has_the_same_bytes(run, kind):
    data = FIGURES[kind].data(run)
    first, second = draw_figure(kind, data), draw_figure(kind, data)
    assert first.svg() == second.svg()
    assert first.png() == second.png()
    assert first.png()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("kind", KINDS)
def test_row_order_does_not_matter(run, kind):
    shuffled = tables(run, lambda table: table.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(
        FIGURES[kind].data(run).reset_index(drop=True), FIGURES[kind].data(shuffled).reset_index(drop=True)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_drawing_leaves_the_users_settings_alone(run, kind):
    before = dict(matplotlib.rcParams)
    draw_figure(kind, FIGURES[kind].data(run)).svg()
    assert dict(matplotlib.rcParams) == before


def test_text_in_the_vector_file_stays_text(run):
    svg = draw_figure("monthly", monthly_data(run)).svg().decode()
    assert "件次" in svg


def test_a_missing_glyph_is_an_error_that_names_the_code_point(run):
    data = FIGURES["candidates"].data(run)
    data["label"] = "诉求\U0001f600"
    with pytest.raises(MinelibError, match=r"U\+1F600"):
        draw_figure("candidates", data)


def test_months_without_petitions_count_zero_and_a_cut_month_is_partial():
    run = make_run(200, start="2025-01-20", days=300)
    gone = run.petitions["received_at"].dt.month != 5
    data = monthly_data(replace(run, petitions=run.petitions[gone]))
    assert data.set_index("month").loc["2025-05", "n"] == 0
    assert data["n"].sum() == gone.sum()
    assert data["partial"].iloc[0]
    assert not data["partial"].iloc[2]


def test_the_band_of_a_month_does_not_rest_on_that_month():
    run = make_run(300)
    data = monthly_data(run)
    whole = data[~data["partial"]]
    assert data.loc[whole.index[8], "expected"] == pytest.approx(whole["n"].iloc[:8].mean())
    assert whole["expected"].iloc[:6].isna().all()


def test_a_month_far_above_the_year_before_stands_out_and_an_even_one_does_not():
    run = make_run(2000, days=700)
    burst = (run.petitions["received_at"].dt.to_period("M") == pd.Period("2026-06")).to_numpy()
    extra = run.petitions[burst].assign(record_id=lambda rows: rows["record_id"] + "b")
    data = monthly_data(replace(run, petitions=pd.concat([run.petitions, extra]))).set_index("month")
    assert data.loc["2026-06", "n"] > data.loc["2026-06", "high"]
    assert data.loc["2026-05", "n"] < data.loc["2026-05", "high"]


def test_few_months_give_no_band():
    assert monthly_data(make_run(60, days=90))["expected"].isna().all()


def test_small_cells_are_hidden_in_the_table_too(run):
    data = heat_data(run)
    assert data.loc[data["suppressed"], "n"].isna().all()
    shown = data.loc[~data["suppressed"], "n"]
    assert not shown.between(1, MIN_CELL - 1).any()


@pytest.mark.parametrize("seed", range(20))
def test_a_hidden_cell_cannot_be_worked_out_from_its_row_or_column(seed):
    counts = np.random.default_rng(seed).poisson(3, (6, 5))
    hidden = suppressed_cells(counts)
    assert hidden[(counts > 0) & (counts < MIN_CELL)].all()
    for grid, marks in ((counts, hidden), (counts.T, hidden.T)):
        for line, mark in zip(grid, marks, strict=True):
            assert mark.sum() != 1 or not (line[~mark] > 0).any()


def test_repeats_are_letters_beyond_the_first_of_a_matter(run):
    data = repeat_data(run).set_index("class_code")
    letters = run.petitions.groupby("class_code")["record_id"].size()
    matters = run.petitions.groupby("class_code")["matter_id"].nunique()
    assert (data["repeats"] == (letters - matters)[data.index]).all()
    assert (data["low"] <= data["share"]).all() and (data["share"] <= data["high"]).all()


def test_a_small_class_has_no_share():
    data = repeat_data(make_run(60))
    assert data.loc[data["n"] < 20, "share"].isna().all()
    assert (data["n"] < 20).any()


def test_halves_compared_are_as_long_as_each_other_and_shares_add_up(run):
    data = class_change_data(run)
    assert data["before"].sum() == pytest.approx(1)
    assert data["after"].sum() == pytest.approx(1)


def test_a_short_ledger_has_no_before_and_after():
    assert class_change_data(make_run(60, days=80)).empty


def test_nothing_is_drawn_of_an_empty_run():
    run = make_run(60)
    empty = tables(run, lambda table: table.iloc[:0])
    assert all(figure.data(empty).empty for figure in FIGURES.values())


def test_a_ledger_whose_classes_are_all_small_has_no_shares_to_draw():
    assert repeat_data(make_run(12)).empty


def test_the_repeats_drawn_are_those_of_the_briefings_table(run):
    facts = summarise(run)["facts"]
    for row in repeat_data(run).itertuples():
        if f"class.{row.class_code}.repeats" in facts:
            assert facts[f"class.{row.class_code}.repeats"]["value"] == row.repeats


def test_a_map_of_which_most_is_hidden_is_not_drawn():
    assert heat_data(make_run(12)).empty


def test_signals_differ_in_a_black_and_white_copy_too():
    rows = [
        {"rank": rank, "label": "诉求", "signal": name, "points": 12 - n}
        for rank in (1, 2)
        for n, name in enumerate(NAMES.values())
    ]
    chart = draw_figure("candidates", pd.DataFrame(rows))
    marks = [bars[0] for bars in chart.axes[0].containers]
    assert len(marks) == len(NAMES)
    assert len({bar.get_hatch() for bar in marks}) == len(marks)


def test_issues_on_the_map_differ_by_their_marker(run):
    chart = draw_figure("issue_map", FIGURES["issue_map"].data(run))
    points = [item for item in chart.axes[0].collections if len(item.get_offsets()) and item.get_paths()]
    shapes = {item.get_paths()[0].vertices.tobytes() for item in points}
    assert len(shapes) == len(points) > 2


def test_a_cut_month_is_hatched_and_named(run):
    data = monthly_data(run)
    assert data["partial"].any()
    chart = draw_figure("monthly", data)
    hatched = [bar for bar in chart.axes[0].patches if bar.get_hatch()]
    assert len(hatched) == data["partial"].sum()
    assert any("不足整月" in text.get_text() for text in chart.axes[0].get_legend().get_texts())


@pytest.mark.parametrize("kind", FIGURES)
def test_too_little_to_draw_is_said_in_the_place_of_the_figure(kind):
    chart = draw_figure(kind, FIGURES[kind].data(make_run(300)).iloc[:0], names={})
    assert "数据太少" in "".join(text.get_text() for text in chart.findobj(Text))


def test_pairs_of_characters_weigh_what_scikit_learn_gives_them():
    from sklearn.feature_extraction.text import TfidfVectorizer

    from minelib.plots.bigrams import bigram_vectors

    texts = ["夜间 施工　\n噪音扰民", "", "无", "ABab噪音\U0001f600扰民噪音扰民", "拖欠工资  拖欠"]
    for most in (2, 2000):
        theirs = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), max_features=most, sublinear_tf=True)
        theirs, ours = theirs.fit_transform(texts), bigram_vectors(texts, most=most)
        assert (theirs.indices == ours.indices).all()  # also in the order that sums are made in
        assert (theirs.data == ours.data).all()
    # theirs takes any of equals, as the processor sorts them
    assert bigram_vectors(["甲乙", "乙甲"], most=1).toarray().tolist() == [[0.0], [1.0]]
