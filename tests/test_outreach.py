"""Legal education goes where matters are; only quarrels two people can settle go to mediators."""

import pandas as pd

from minelib.outreach import EDUCATION, MEDIATION, education_plan, mediation_list
from minelib.schema import MATTER, RUN_PETITION, frame


def run(*rows):
    """(matter, township, class, title, groups) of one letter each."""
    day = pd.Timestamp("2026-09-01")
    petitions = [
        {"record_id": f"R{i}", "matter_id": m, "class_code": c, "title": t, "groups": g, "registered_at": day}
        for i, (m, _, c, t, g) in enumerate(rows)
    ]
    matters = [
        {"matter_id": m, "township": p, "class_code": c, "n_petitions": 1, "n_petitioners": 1, "n_people": 1,
         "exemplar": f"R{i}"}
        for i, (m, p, c, _, _) in enumerate(rows)
    ]  # fmt: skip
    return frame(petitions, RUN_PETITION), frame(matters, MATTER)


def test_a_place_gets_its_own_subjects_with_groups_and_law():
    plan = education_plan(
        *run(
            ("M1", "河口镇", "C23", "拖欠农民工工资", "农民工"),
            ("M2", "河口镇", "C23", "欠薪", "农民工、妇女"),
            ("M3", "河口镇", "C14", "公交班次", ""),
            ("M4", "河口镇", "C14", "公交线路", ""),
            ("M5", "山前乡", "C25", "子女不赡养", "老年人"),
            ("M6", "山前乡", "C25", "赡养费", "老年人"),
        )
    )
    assert list(plan) == list(EDUCATION)
    assert plan[["地区", "类别", "事项数", "涉及群体"]].values.tolist() == [
        ["山前乡", "C25", 2, "老年人"],
        ["河口镇", "C23", 2, "农民工、妇女"],
    ]
    wages = plan.set_index("地区").loc["河口镇"]
    assert "保障农民工工资支付条例" in wages["建议内容（法律条文）"] and wages["涉及群体"] == "农民工、妇女"


def test_a_single_matter_makes_no_lecture():
    assert len(education_plan(*run(("M1", "河口镇", "C23", "欠薪", "")))) == 0


def test_law_in_the_plan_is_that_of_the_day_and_marked_when_unverified():
    plan = education_plan(*run(("M1", "镇", "C09", "夜间噪音", ""), ("M2", "镇", "C09", "噪音", "")))
    law = plan["建议内容（法律条文）"].iloc[0]
    assert "生态环境法典" in law and "噪声污染防治法" not in law
    loans = education_plan(*run(("M1", "镇", "C28", "高利贷", ""), ("M2", "镇", "C28", "砍头息", "")))
    assert "（未核）" in loans["建议内容（法律条文）"].iloc[0]


def test_neighbours_and_families_go_to_mediation_and_violence_does_not():
    told = {"M1": ("C09", "楼上住户半夜吵闹"), "M2": ("C25", "儿子不赡养老母亲"), "M3": ("C33", "邻居持刀威胁"),
            "M4": ("C09", "邻居的酒吧扰民"), "M5": ("C23", "拖欠工资")}  # fmt: skip
    found = mediation_list(*run(*((matter, "镇", code, title, "") for matter, (code, title) in told.items())))
    assert list(found) == list(MEDIATION)
    assert found["最近"].eq(pd.Timestamp("2026-09-01")).all()  # all this ledger dates is registration
    assert found[["事项编号", "纠纷类型"]].values.tolist() == [["M1", "邻里纠纷"], ["M2", "家庭纠纷"]]


def test_nothing_in_gives_empty_tables():
    petitions, matters = frame([], RUN_PETITION), frame([], MATTER)
    assert len(education_plan(petitions, matters)) == 0 and len(mediation_list(petitions, matters)) == 0
