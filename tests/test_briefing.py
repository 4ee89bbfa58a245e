"""The briefing: every number traceable, words modest, pages as the standard sets them."""

import io
import json
import re
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from fake_run import CONFIG, make_run, tables
from pypdf import PdfReader

from minelib.briefing import (
    BriefingConfig,
    brief,
    compose,
    lint_facts,
    render,
    summarise,
    typeset,
    write_briefing,
)
from minelib.briefing.book import answer
from minelib.briefing.compose import templates_used
from minelib.briefing.prose import slots
from minelib.briefing.quote import quotation, unease
from minelib.errors import InputError, MinelibError
from minelib.review import decide


@pytest.fixture(scope="module")
def pdf(run):
    return PdfReader(io.BytesIO(brief(run, config=CONFIG)))


def text_of(reader) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


def test_facts_are_plain_data(facts):
    assert json.loads(json.dumps(facts)) == json.loads(json.dumps(facts, ensure_ascii=False))


def test_every_count_is_what_the_rows_say(run, facts):
    assert lint_facts(facts, run=run) == []
    assert facts["facts"]["petitions"]["value"] == len(run.petitions)
    assert facts["facts"]["people"]["value"] == run.petitions["n_people"].sum()
    assert facts["facts"]["matters"]["value"] == len(run.matters)


def test_a_count_that_differs_from_the_rows_is_found(run, facts):
    changed = json.loads(json.dumps(facts))
    changed["facts"]["petitioners"] |= {"value": 1, "shown": "1人"}
    assert any(line.startswith("petitioners: says 1") for line in lint_facts(changed, run=run))


def test_candidate_records_are_the_rows_counted(run, facts):
    for row in facts["candidates"]:
        assert len(row["records"]) == facts["facts"][f"{row['key']}.petitions"]["value"]
        assert set(row["records"]) <= set(run.petitions["record_id"])


def test_a_small_ledger_gives_counts_not_percentages_of_small_bases():
    run = make_run(60, days=60)
    small = summarise(run)
    assert lint_facts(small, run=run) == []
    for key, fact in small["facts"].items():
        if fact["unit"] == "%" and small["facts"][fact["base"]]["value"] < 20:
            assert "%" not in fact["shown"], key
    assert "不足以判断时间变化" in text_of(PdfReader(io.BytesIO(render(small))))


def test_a_few_months_are_told_without_judging_them():
    text = text_of(PdfReader(io.BytesIO(render(summarise(make_run(60, days=170))))))
    assert "不作趋势判断" in text and "预期范围。" not in text


@pytest.mark.parametrize("change", ["empty", "undated", "one"])
def test_a_run_with_next_to_nothing_in_it_still_gets_its_briefing(run, change):
    run = {
        "empty": tables(run, lambda table: table.iloc[:0]),
        "undated": replace(run, petitions=run.petitions.assign(received_at=pd.NaT)),
        "one": make_run(1),
    }[change]
    assert lint_facts(summarise(run), run=run) == []
    assert brief(run)[:5] == b"%PDF-"


def test_a_ledger_of_nothing_but_oddities_says_that_no_candidate_was_formed():
    run = make_run(60)
    none = replace(run, issues=run.issues.iloc[:0], candidates=run.candidates.iloc[:0])
    text = text_of(PdfReader(io.BytesIO(brief(none))))
    assert "未形成可供研判的疑似类案监督线索" in text


def test_a_period_with_its_year_before_in_the_ledger_is_compared(run):
    told = summarise(run, config={"period": ["2026-02-01", "2026-02-20"]})
    assert told["facts"]["yoy"]["shown"].startswith("同比")
    assert "上年同期" in told["facts"]["yoy"]["shown"]
    assert lint_facts(told, run=run) == []
    assert told["facts"]["petitions"]["value"] < len(run.petitions)


def test_a_period_without_a_past_is_not_compared(facts):
    assert "yoy" not in facts["facts"] and "pop" not in facts["facts"]


def test_petitions_without_a_petitioner_count_as_their_own(run):
    nameless = run.petitions.assign(petitioner_id="")
    changed = replace(run, petitions=nameless)
    assert summarise(changed)["facts"]["petitioners"]["value"] == len(nameless)


def test_the_query_of_a_fact_is_data(run, facts):
    query = facts["facts"]["c1.matters"]["query"]
    assert answer(run, json.loads(json.dumps(query))) == facts["facts"]["c1.matters"]["value"]


def test_the_pdf_gives_its_chinese_back(pdf, facts):
    text = text_of(pdf)
    for words in ("基本情况", "主要特点", "突出问题及典型事例", "拟开展类案监督的建议", "线索清单（脱敏）"):
        assert words in text
    assert facts["facts"]["petitions"]["shown"] in text
    assert facts["candidates"][0]["label"] in text
    assert "研判得分" in text  # the axis of a figure, so that figures can be searched too


def test_every_fact_of_the_sentences_can_be_read_out_of_the_pdf(pdf, facts):
    text = text_of(pdf)
    used = {key for template in templates_used(facts) for key in slots(template)}
    assert len(used) > 20
    for key in used:
        assert re.sub(r"\s", "", facts["facts"][key]["shown"]) in text, key
    for row in [*facts["candidates"], *facts["clues"]]:
        assert row["label"] in text
    for row in facts["candidates"]:
        for law in row["laws"]:
            assert re.sub(r"\s", "", law) in text


def test_a_ledger_without_head_counts_tells_no_head_count(run):
    without = replace(
        run, petitions=run.petitions.assign(n_people=pd.array([None] * len(run.petitions), dtype="Int64"))
    )
    assert "人次" not in text_of(PdfReader(io.BytesIO(render(summarise(without)))))


def test_the_whole_briefing_has_at_most_six_pages_before_its_appendices(pdf):
    pages = [re.sub(r"\s", "", page.extract_text()) for page in pdf.pages]
    first = next(n for n, page in enumerate(pages) if page.startswith("附件"))
    assert 3 <= first <= 6


def test_no_word_of_finding_stands_in_the_briefing(pdf):
    for word in ("查明", "违法事实", "经查", "证实"):
        assert word not in text_of(pdf)


def test_the_pdf_says_its_title_and_language_and_nothing_of_the_machine(pdf, facts):
    assert pdf.metadata.title == facts["head"]["title"]
    assert pdf.metadata.author is None
    assert pdf.trailer["/Root"]["/Lang"].lower() == "zh-cn"
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.metadata.creation_date.date().isoformat() == facts["head"]["date"]


def test_the_pdf_claims_its_standard_and_has_bookmarks(pdf):
    xmp = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>2<", xmp) and re.search(r"pdfaid:conformance>A<", xmp)
    titles = [item.title for item in pdf.outline if not isinstance(item, list)]
    assert titles[0].endswith("基本情况")


def test_all_fonts_are_embedded(pdf):
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font["/DescendantFonts"][0].get_object()
            assert (
                "/FontFile3" in descendant["/FontDescriptor"] or "/FontFile2" in descendant["/FontDescriptor"]
            )


def test_the_same_run_gives_the_same_bytes_in_any_row_order(run):
    shuffled = tables(run, lambda table: table.sample(frac=1, random_state=5))
    assert brief(run, config=CONFIG) == brief(shuffled, config=CONFIG)


def test_a_glyph_no_font_has_is_an_error_naming_only_the_code_point(facts):
    changed = json.loads(json.dumps(facts))
    changed["head"]["office"] = "某院\U0001f600"
    with pytest.raises(MinelibError, match=r"U\+1F600") as caught:
        render(changed)
    assert "某院" not in str(caught.value)


def test_a_petitioners_lost_glyph_is_shown_as_geta_and_said(run):
    said = run.petitions.assign(text="门店停业\U0001f600余额不退。")
    told = summarise(replace(run, petitions=said))
    assert "〓" in told["candidates"][0]["evidence"][0]["text"]
    assert "glyphs" in told["notes"]
    render(told)


def test_text_of_petitions_never_acts_as_markup(run):
    wild = "#panic(1) *粗* = 标题 \\ $x$ <a> @b [c] {petitions} // 注释"
    said = run.petitions.assign(text=wild + "。")
    labels = run.candidates.assign(label="{petitions}#strong[甲]")
    told = summarise(replace(run, petitions=said, candidates=labels))
    text = text_of(PdfReader(io.BytesIO(render(told))))
    assert re.sub(r"\s", "", wild) in text
    assert "{petitions}#strong[甲]" in text


@pytest.mark.parametrize("template", ["briefing", "short", "cards"])
def test_every_template_renders(facts, template):
    assert render(facts, template=template)[:5] == b"%PDF-"


def test_cards_give_one_page_a_candidate(facts):
    pages = PdfReader(io.BytesIO(render(facts, template="cards"))).pages
    assert len(pages) == len(facts["candidates"])


def test_the_short_template_has_two_pages(run):
    assert len(PdfReader(io.BytesIO(brief(run, config=CONFIG, template="short"))).pages) == 2


def test_an_unknown_template_is_refused(facts):
    with pytest.raises(InputError, match="cards"):
        compose(facts, template="poster")


def test_sections_are_switched_off_by_config(run):
    told = summarise(run, config=CONFIG | {"sections": ["basic", "method"], "appendices": []})
    headings = [b["text"] for b in compose(told)["blocks"] if b["kind"] == "heading"]
    assert headings == ["基本情况", "数据与方法说明"]


def test_a_misspelt_setting_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="masthead"):
        BriefingConfig.from_mapping({"mastheed": "x"})
    with pytest.raises(InputError, match="basic"):
        BriefingConfig(sections=("basik",))


def test_write_briefing_leaves_the_data_beside_each_figure(run, tmp_path):
    names = write_briefing(run, tmp_path, config=CONFIG)
    assert names == {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert (tmp_path / "briefing.pdf").read_bytes()[:5] == b"%PDF-"
    figures = {file.stem for file in (tmp_path / "figures").glob("*.png")}
    assert figures == {file.stem for file in (tmp_path / "figures").glob("*.csv")}
    assert len(figures) == 6
    assert json.loads((tmp_path / "facts.json").read_text(encoding="utf-8"))["schema_version"] == 1
    assert not list(tmp_path.glob(".*"))


def test_a_second_worker_changes_no_byte_of_the_briefing(run, tmp_path):
    written = {}
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        names = write_briefing(run, folder, config=CONFIG, workers=workers)
        written[workers] = {name: (folder / name).read_bytes() for name in names}
    assert written[1] == written[2]


def test_masks_are_written_for_readers(run):
    said = run.petitions.assign(text="〈姓名3QK7〉电话〈电话9XBD〉反映门店停业。")
    told = summarise(replace(run, petitions=said))
    assert told["candidates"][0]["evidence"][0]["text"] == "某某电话〔电话略〕反映门店停业。"


def test_duties_come_from_decisions_and_from_nothing_else(run):
    issue = run.candidates["issue_id"].iloc[0]
    when = datetime(2025, 9, 1, 9)
    done = [
        decide(run, issue, "accept", by="甲", at=when),
        decide(run, issue, "status", by="甲", at=when, status="检察建议", date="2025-09-01"),
    ]
    text = text_of(PdfReader(io.BytesIO(render(summarise(run, decisions=done)))))
    assert "提出检察建议1件" in text
    assert "履职情况" not in text_of(PdfReader(io.BytesIO(render(summarise(run)))))


def text_places(page):
    """Return (x, y) in mm from the lower left corner of every piece of text."""
    places = []

    def note(text, cm, tm, font, size):
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            places.append((x / 72 * 25.4, y / 72 * 25.4))

    page.extract_text(visitor_text=note)
    return places


def test_text_stands_in_the_type_area_of_the_standard(pdf):
    for number, page in enumerate(pdf.pages, start=1):
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
        foot = [(x, y) for x, y in text_places(page) if y < 35]
        body = [(x, y) for x, y in text_places(page) if y >= 35]
        assert min(x for x, _ in body) > 28 - 0.1
        assert max(x for x, _ in body) < 210 - 26
        assert max(y for _, y in body) < 297 - 37
        assert {round(y) for _, y in foot} == {26}  # the page number, seven millimetres under the type area
        assert all((x > 105) == (number % 2 == 1) for x, _ in foot)  # odd right, even left


def test_a_full_page_has_22_lines_of_28_characters():
    line = "一二三四五六七八九十" * 400
    document = {"title": "行", "date": "2026-01-05", "blocks": [{"kind": "para", "text": line}]}
    page = PdfReader(io.BytesIO(typeset(document))).pages[1]
    lines = sorted({round(y, 1) for _, y in text_places(page) if y > 35})
    assert len(lines) == 22
    steps = {round(b - a, 1) for a, b in zip(lines, lines[1:], strict=False)}
    assert steps <= {10.2, 10.3}  # 225 mm / 22
    assert len(page.extract_text().split("\n")[3].strip()) == 28


def test_the_head_of_a_long_table_stands_on_every_page():
    rows = [[str(n), "内容"] for n in range(120)]
    table = {"kind": "table", "columns": ["序号", "表头"], "rows": rows}
    pages = PdfReader(io.BytesIO(typeset({"title": "表", "date": "2026-01-05", "blocks": [table]}))).pages
    assert len(pages) > 2
    assert all("表头" in page.extract_text() for page in pages)


def test_a_quotation_loses_its_greeting_and_thanks_but_nothing_in_between():
    text = "尊敬的领导：您好！商铺停业三个月。恳请领导尽快解决！卡里还有余额未退。\n谢谢领导！"
    row = pd.Series({"title": "退卡", "text": text, "class_evidence": "[]"})
    assert quotation(row) == "商铺停业三个月。恳请领导尽快解决！卡里还有余额未退。"
    assert quotation(row, width=20) == "商铺停业三个月。"  # a quotation does not end on the plea


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("来访人〈姓名3QK7〉先生自述：房屋被占，至今未还。材料齐全，予以登记。", "房屋被占，至今未还。"),
        ("〈姓名3QK7〉（男，63岁，河口镇人）反映：工资未发。", "工资未发。"),
        ("独自来访。信访人称：判决生效两年未执行。", "判决生效两年未执行。"),
        ("要求：支持起诉。门店停业不退卡。", "门店停业不退卡。"),
        ("电梯停用三个月。联系电话〈电话9XBD〉。", "电梯停用三个月。"),
        ("法院判决支持起诉，被告未履行。", "法院判决支持起诉，被告未履行。"),
    ],
)
def test_a_quotation_leaves_out_what_the_clerk_wrote_and_who_came(text, quoted):
    evidence = (
        f'[[{3 + text.index("支持起诉")}, {3 + text.index("支持起诉") + 2}, ""]]'
        if "支持起诉" in text
        else "[]"
    )
    assert quotation(pd.Series({"title": "题目", "text": text, "class_evidence": evidence})) == quoted


def test_whole_quotations_come_before_cut_and_masked_ones():
    whole = "小区电梯一个月坏了三次，有人被困半小时，物业一直没有修理，请管一管。"
    assert (
        min(["……" + whole, whole[:20], whole, "某某和某某、某某、某某、某某都说" + whole], key=unease)
        == whole
    )


def test_a_quotation_begins_where_the_class_was_read_from():
    text = "我们住在老城区多年了，" + "邻居都认识，" * 12 + "相处很好。去年冬天开始停暖。物业说管道老化。"
    at = len("供暖") + 1 + text.index("停暖")
    row = pd.Series({"title": "供暖", "text": text, "class_evidence": f'[[{at}, {at + 2}, "停暖"]]'})
    assert quotation(row) == "……去年冬天开始停暖。物业说管道老化。"
