"""Which column of a ledger is what."""

from minelib.ledger.header import map_columns


def test_columns_are_found_by_alias_whatever_marks_stand_around():
    names = ["*留言 编号", "案情\n摘要（必填）", "【登记日期】", "是否重复(是/否)", "信访人 数", "随便"]
    assert map_columns(names, {}) == {
        "record_id": (0,), "text": (1,), "n_people": (4,), "is_repeat": (3,), "registered_at": (2,)
    }  # fmt: skip


def test_real_export_headers_are_understood():
    police = (
        "信访日期,信访件编号,信访形式,住址,问题发生地,信访内容,信访人数,信访诉求,转往处,具体承办单位,"
        "办结状态,办结时间,登记时间,信访事项编号,信访目的"
    )
    found = map_columns(police.split(","), {})
    assert found["record_id"] == (1,) and found["text"] == (5,) and found["agency"] == (9,)
    assert {"received_at", "registered_at", "replied_at", "place", "identity", "purpose", "status"} <= set(
        found
    )
    office = (
        "条码,登记日期,姓名,身份证号,联系电话,信访类型,是否重复,信访方式,案件名称,案发地,承办单位,推送日期,"
        "部门受案号,被信访人姓名,案情摘要"
    )
    found = map_columns(office.split(","), {})
    assert found["petitioner"] == (2,) and found["identity"] == (3, 4) and found["respondent"] == (13,)
    assert found["text"] == (14,) and found["title"] == (8,) and found["exchanged_at"] == (11,)


def test_headers_nobody_listed_are_known_by_their_endings():
    desk = "工单流水号,来电/来件时刻,诉求人,联系方式,事发属地,诉求对象,标题（坐席填）,诉求内容摘记,办理部门,回访满意否"
    found = map_columns(desk.split(","), {})
    assert {field: spots[0] for field, spots in found.items()} == {
        "record_id": 0, "received_at": 1, "petitioner": 2, "identity": 3, "place": 4, "respondent": 5,
        "title": 6, "text": 7, "agency": 8,
    }  # fmt: skip


def test_a_hand_kept_visitors_book_is_understood():
    names = [
        "登记簿号",
        "来访日",
        "所在镇街",
        "反映谁",
        "事由",
        "反映的主要情况",
        "承接科室",
        "反馈日",
        "几人来",
    ]
    fields = [
        "record_id",
        "received_at",
        "place",
        "respondent",
        "title",
        "text",
        "agency",
        "replied_at",
        "n_people",
    ]
    assert map_columns(names, {}) == {
        field: (names.index(name),) for field, name in zip(fields, names, strict=True)
    }


def test_a_cause_is_the_text_where_nothing_tells_more():
    assert map_columns(["编号", "事由"], {}) == {"record_id": (0,), "text": (1,)}
    assert map_columns(["编号", "事由", "内容"], {})["title"] == (1,)
