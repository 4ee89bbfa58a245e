"""The rendered page against GB/T 9704-2012, measured in millimetres of ink; nothing alone at a page's edge."""

import io

import numpy as np
import pytest
from fake_run import CONFIG, make_run
from PIL import Image
from pypdf import PdfReader

from minelib.briefing import compose, draw_figures, summarise, typeset
from minelib.briefing.typeset import page_images

PPI = 254  # ten dots a millimetre
LEFT, RIGHT, TOP, BOTTOM = 28, 210 - 26, 37, 297 - 35  # 5.2.1: the type area
SLACK = 0.35  # half a rule's width, and what the renderer smooths


def ink(page: bytes) -> np.ndarray:
    """Return where a page is not white."""
    return np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 200


def box(marks: np.ndarray) -> list[float]:
    """Return left, top, right, bottom of the ink in mm."""
    rows, columns = np.where(marks.any(axis=1))[0], np.where(marks.any(axis=0))[0]
    return [n / 10 for n in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]


def pages_of(template: str) -> list[np.ndarray]:
    run = make_run(400)
    facts = summarise(run, config=CONFIG)
    figures = {f"{kind}.svg": chart.svg() for kind, _, chart in draw_figures(run, facts)}
    document = compose(facts, template=template, figures={name[:-4]: name for name in figures})
    return [ink(page) for page in page_images(document, figures, ppi=PPI)]


@pytest.fixture(scope="module", params=["briefing", "short", "cards"])
def pages(request):
    return pages_of(request.param)


def test_no_ink_stands_outside_the_type_area_but_the_page_number(pages):
    for page in pages:
        left, top, right, bottom = box(page[: int(BOTTOM * 10 + 5)])
        assert left >= LEFT - SLACK and right <= RIGHT + SLACK
        assert top >= TOP - SLACK and bottom <= BOTTOM + SLACK


def test_the_page_number_stands_7_mm_under_the_type_area_outside_on_the_sheet(pages):
    for number, page in enumerate(pages, start=1):
        left, top, right, bottom = box(np.where(np.arange(len(page))[:, None] > BOTTOM * 10 + 5, page, False))
        assert 6 < (top + bottom) / 2 - BOTTOM < 8
        assert (right <= RIGHT and left > 105) if number % 2 else (left >= LEFT and right < 105)


def test_a_full_page_fills_the_type_area():
    text = "一二三四五六七八九十" * 200
    pages = page_images(
        {"title": "满", "date": "2026-01-05", "blocks": [{"kind": "para", "text": text}]}, ppi=PPI
    )
    left, top, right, bottom = box(ink(pages[1])[: int(BOTTOM * 10 + 5)])
    assert abs(left - LEFT) < 1 and abs(right - RIGHT) < 1  # a character does not fill its square
    assert abs(top - TOP) < 1.5 and 0 <= BOTTOM - bottom < 5  # the last line's own leading hangs below


def test_the_last_rule_of_the_imprint_is_the_lower_edge_of_the_type_area():
    document = {"title": "版记", "date": "2026-01-05", "blocks": [{"kind": "para", "text": "正文。"}],
                "head": {"masthead": "简报", "issue": "", "office": "某院", "recipients": "院领导",
                         "day": "2026年1月5日"}}  # fmt: skip
    page = ink(page_images(document, ppi=PPI)[0])
    long = np.where(page.mean(axis=1) > 0.7)[0]  # rules as wide as the type area
    assert abs(long.max() / 10 - BOTTOM) < 0.4
    edge = long[long > 2000]
    outer, inner = edge[-1] - edge[edge > edge[-1] - 20].min() + 1, (np.diff(edge) > 1).sum()
    assert outer <= 5 and inner == 2  # 0.35 mm rules outside, one of 0.25 mm between


def document(blocks) -> dict:
    return {"title": "题", "date": "2026-01-05", "blocks": blocks}


def lines_of(pdf: bytes) -> list[list[str]]:
    """Return the lines of each page without the page number."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [[line.strip() for line in page.extract_text().split("\n") if line.strip()][:-1] for page in pages]


@pytest.mark.parametrize("offset", range(5))
def test_no_paragraph_leaves_one_line_alone(offset):
    body = {"kind": "para", "text": "首" * 26 + "中" * 84 + "末" * 28}
    pages = lines_of(typeset(document([{"kind": "para", "text": "前"}] * offset + [body] * 12)))
    assert len(pages) > 2
    for page in pages:
        assert "首" not in page[-1] and "末" not in page[0]


@pytest.mark.parametrize("kind", ["para", "table", "form", "figure"])
def test_no_heading_stands_alone_at_the_foot_of_a_page(kind):
    follower = {
        "para": {"kind": "para", "text": "正文" * 40},
        "table": {"kind": "table", "columns": ["甲", "乙"], "rows": [["一", "二"]] * 3, "caption": "表"},
        "form": {"kind": "form", "rows": [["甲", ["一", "二"]]] * 3},
        "figure": {"kind": "figure", "file": "f.svg", "caption": "图", "alt": "图"},
    }[kind]
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="120"><rect width="400" height="120"/></svg>'
    for offset in range(15, 22):
        blocks = [
            *[{"kind": "para", "text": "前"}] * offset,
            {"kind": "heading", "level": 1, "text": "题目", "numbered": True},
            {"kind": "heading", "level": 2, "text": "小题", "numbered": True},
            follower,
        ]
        for page in lines_of(typeset(document(blocks), {"f.svg": svg})):
            assert not page[-1].endswith(("题目", "小题")), f"{kind} after {offset} lines"


def test_a_word_longer_than_its_line_does_not_run_over_the_edge():
    wide = {"kind": "para", "text": "编号" + "A1B2C3D4E5" * 30 + "，末。"}
    cell = {"kind": "table", "columns": ["编号", "数"], "rows": [["X9" * 60, "1"]], "widths": [1, 3]}
    for page in page_images(document([wide, cell]), ppi=PPI):
        assert box(ink(page))[2] <= RIGHT + SLACK


def test_a_card_stays_on_its_page_however_much_it_holds():
    facts = summarise(make_run(400), config=CONFIG)
    for row in facts["candidates"]:
        row["verify"] = [
            f"{n}. 核查事项的说明文字，写得稍长一些以占去一行多的地方，再长一点" for n in range(1, 10)
        ]
    assert len(PdfReader(io.BytesIO(typeset(compose(facts, template="cards")))).pages) == len(
        facts["candidates"]
    )
