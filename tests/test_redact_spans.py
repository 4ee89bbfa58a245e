"""What redaction finds and what it leaves: every name and number here is made up."""

import re

import numpy as np
import pytest

from minelib.redact import records
from minelib.redact.find import find_many
from minelib.redact.numbers import valid_identity
from minelib.redact.view import Page, digit_form, plain_form


def found(text):
    return [(text[s.start : s.end], s.kind) for s in find_many([text])[0]]


def surfaces(text, *kinds):
    return [surface for surface, kind in found(text) if kind in kinds]


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("身份证号码430211197603180517，请核实", "430211197603180517", "ID"),
        ("身份证4 3 0 2 0 4 2 0 1 5 0 3 0 7 1 2 1 X", "4 3 0 2 0 4 2 0 1 5 0 3 0 7 1 2 1 X", "ID"),
        ("身份证：４３０２２１１９７９０８１５００３７", "４３０２２１１９７９０８１５００３７", "ID"),
        ("身份证四三零二零三一九六五零八零二零三九三", "四三零二零三一九六五零八零二零三九三", "ID"),
        ("身份证号43O2O3I9650802O393有误", "43O2O3I9650802O393", "ID"),
        ("老人的一代身份证是430203520614042", "430203520614042", "ID"),
        ("身份证430203********2174看不清", "430203********2174", "ID"),
        ("共3人43022420120601118X是小儿子的", "43022420120601118X", "ID"),
        ("护照号E20483917不给换发", "E20483917", "ID"),
        ("残疾证号43020319700312104223", "43020319700312104223", "ID"),
        ("联系我请打 138 3423 6179，谢谢", "138 3423 6179", "PHONE"),
        ("手机+86 17715713022", "+86 17715713022", "PHONE"),
        ("其儿子电话是一三八六一一三五二三二，让我们打", "一三八六一一三五二三二", "PHONE"),
        ("手机号是1三86943〇三六一，平台删了", "1三86943〇三六一", "PHONE"),
        ("电话壹叁捌柒叁叁贰贰零壹玖", "壹叁捌柒叁叁贰贰零壹玖", "PHONE"),
        ("联系我：186.7334.9025（下班后）", "186.7334.9025", "PHONE"),
        ("手机号189****3021的人骚扰", "189****3021", "PHONE"),
        ("电话：(0733)2288 6190", "(0733)2288 6190", "PHONE"),
        ("拨打物业电话22668190一直占线", "22668190", "PHONE"),
        ("客服是400-817-3392，打不通", "400-817-3392", "PHONE"),
        ("电话138\u200b0013\u200b8000", "138\u200b0013\u200b8000", "PHONE"),
        ("请打1 7 7 5 2 9 6 2 8 5 6谢谢", "1 7 7 5 2 9 6 2 8 5 6", "PHONE"),
        ("号码(+86)15815888333骚扰", "(+86)15815888333", "PHONE"),
        ("联系李老板（139-****-0929）退款", "139-****-0929", "PHONE"),
        ("证件号码:430221401115589 姓名", "430221401115589", "ID"),
        ("台胞证号CA7309310无法注册", "CA7309310", "ID"),
        ("渣土车（赣 H 3 9 3 2 8）超载", "赣 H 3 9 3 2 8", "PLATE"),
        ("湘株芦检刑诉（2020）3293号起诉书", "湘株芦检刑诉（2020）3293号", "CASE_NO"),
        ("2021湘0202民初3992案何时判决", "2021湘0202民初3992", "CASE_NO"),
        ("工资卡（6228417751468555740）没有进账", "6228417751468555740", "BANK"),
        ("工资卡6228480402564890018被冻结", "6228480402564890018", "BANK"),
        ("建行 6217 0043 7712 9196 376 户名", "6217 0043 7712 9196 376", "BANK"),
        ("邮箱：ｈｎｚｚ＿ｔａｎ＠１２６．ｃｏｍ。", "ｈｎｚｚ＿ｔａｎ＠１２６．ｃｏｍ", "EMAIL"),
        ("请发739164280@qq.com，本人在外", "739164280@qq.com", "EMAIL"),
        ("加我微信tanxiaomei_0731，发视频", "tanxiaomei_0731", "SOCIAL"),
        ("微信号wxid开头：wxid_q8k2mz4v7t3p22，", "wxid_q8k2mz4v7t3p22", "SOCIAL"),
        ("QQ283746519，加的时候注明", "283746519", "SOCIAL"),
        ("一辆湘B7K392的渣土车遗撒", "湘B7K392", "PLATE"),
        ("网约车湘BD06821绕路", "湘BD06821", "PLATE"),
        ("车牌：湘Ｂ９２Ｌ５７，占道", "湘Ｂ９２Ｌ５７", "PLATE"),
        ("车号秦A5K27H的货车停在楼下", "秦A5K27H", "PLATE"),
        ("对方车牌号湘b2m718，蓝色小车", "湘b2m718", "PLATE"),
        ("出租车湘BT123学拒载", "湘BT123学", "PLATE"),
        ("我住湘江苑12栋2单元1904室，漏水", "12栋2单元1904室", "ADDRESS"),
        ("家住响田路86号附5号，异味严重", "86号附5号", "ADDRESS"),
        ("我家在江边村石塘组17号，路灯不亮", "17号", "ADDRESS"),
        ("我家7-1-1102漏水", "7-1-1102", "ADDRESS"),
        ("二十一栋一单元五零二的租客养鸡", "二十一栋一单元五零二", "ADDRESS"),
        ("出生日期:1965年8月2日 电话", "1965年8月2日", "DOB"),
        ("被害人生于2009-07-15，未成年", "2009-07-15", "DOB"),
        ("一九五八年七月初三生人", "一九五八年七月初三", "DOB"),
        ("（2022）湘0202民初1534号判决书", "（2022）湘0202民初1534号", "CASE_NO"),
        ("株公（荷）立字〔2022〕0456号告知书", "株公（荷）立字〔2022〕0456号", "CASE_NO"),
        ("作出渌检刑不诉〔2023〕7号决定书", "渌检刑不诉〔2023〕7号", "CASE_NO"),
    ],
)
def test_number_is_covered_however_it_is_written(text, number, kind):
    start = text.index(number)
    covering = [s for s in find_many([text])[0] if s.start <= start and start + len(number) <= s.end]
    assert [s.kind for s in covering] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "打12345没人管，打12309说不受理，打110让我去法院",
        "停电后拨打95598，又打12315、12388、96111都占线",
        "订单号430202198811203345678，商家不发货",
        "排污许可证编号91430200MA4L3X7K2P001V已过期",
        "统一社会信用代码91430204MA4LXN3T2K",
        "国办发〔2020〕23号、湘建房函〔2018〕215号都要求取消该收费",
        "株政发〔2021〕15号文、高检发〔2019〕4号、法释〔2020〕17号",
        "GB/T 50378-2019、JGJ 26-2018、DB43/T 1208号标准",
        "商品条码6901234567892，生产日期20230618",
        "合同总价肆仟伍佰万元（45000000元），已付13800000元",
        "平台一个月内下了13800单，被取消4300单",
        "排污口在东经113.1634，北纬27.8274",
        "黄兴路、蔡锷路、张衡路、李时珍大道交叉口红绿灯太短",
        "周家湾社区、李家桥菜市场、白鹤学校、何家坳小学门口没有斑马线",
        "T21路、28路、D107路公交车早高峰间隔超过30分钟",
        "该村在其担任主任期间账目混乱，前任会计也没有交接",
        "尊敬的领导：您好！我是一名普通市民，谢谢",
        "村支书、班主任、包工头、老板、老百姓、小区物业都知道",
        "得到这个消息我很高兴，马上联系了社区",
        "人民路88号区政府大院三楼会议室开会",
        "5栋和6栋之间的通道堵塞，18楼高空抛物",
        "小区2015年交房，2018年办证，2020-05-01起收费",
        "在业主微信群里发消息，群里500人都看到了",
    ],
)
def test_what_is_not_personal_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("来访人刘建平，男，反映欠薪", ["刘建平"]),
        ("我叫高兴，是一名退休教师", ["高兴"]),
        ("欧阳明华与邻居司马秋生因宅基地发生纠纷", ["欧阳明华", "司马秋生"]),
        ("阿依古丽．艾合买提和热孜万古丽・玉素甫被打", ["阿依古丽．艾合买提", "热孜万古丽・玉素甫"]),
        ("务工人员仁增卓玛、才让东智反映欠薪", ["仁增卓玛", "才让东智"]),
        ("张三的儿子李小四在校被打", ["张三", "李小四"]),
        ("由周丽娟代吴桂芳签字领走补偿款", ["周丽娟", "吴桂芳"]),
        ("欠薪名单：王芳3200元李强4100元欧阳雪5000元", ["王芳", "李强", "欧阳雪"]),
        ("投诉人：刘 志 强 被投诉人：何 军（楼上住户）", ["刘 志 强", "何 军"]),
        ("張(zhāng)三(sān)反映房屋漏水", ["張(zhāng)三(sān)"]),
        ("包工头李(li)小(xiao)四(si)卷款跑路，wang大海作担保", ["李(li)小(xiao)四(si)", "wang大海"]),
        ("请寄给劉麗華收", ["劉麗華"]),
        ("陈某红伙同黄×强诈骗", ["陈某红", "黄×强"]),
        ("姓名 贺晓峰 电话 未填", ["贺晓峰"]),
        ("序号|姓名|诉求\n1|肖红梅|欠薪\n2|邓超群|社保", ["肖红梅", "邓超群"]),
        ("彭俐、任砂、肖平细滥用职权", ["彭俐", "任砂", "肖平细"]),
        ("尹红、尹兰、首小兰、邓娟慧四人求助", ["尹红", "尹兰", "首小兰", "邓娟慧"]),
    ],
)
def test_full_names_are_found(text, names):
    assert surfaces(text, "NAME") == names


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("尊敬的胡书记：您好", ["胡书记"]),
        ("尊敬的大山书记您好", ["大山书记"]),
        ("隔壁老周和小李都看见了，张大爷拍了视频，王婶报的警", ["老周", "小李", "张大爷", "王婶"]),
        ("一位姚姓工作人员态度恶劣，谢警官到场", ["姚姓工作人员", "谢警官"]),
        ("都是姓杨的干的", ["姓杨的"]),
        ("经业主彭某三次反映", ["彭某"]),
        ("执行警官易、彭两位警官开车追踪", ["易、彭两位警官"]),
        ("请易检察官回复，之前是安法官办理", ["易检察官", "安法官"]),
        ("刘局说等通知，陈总说没钱", ["刘局", "陈总"]),
    ],
)
def test_surnames_with_titles_are_found(text, people):
    assert surfaces(text, "NAME_TITLE") == people


def test_name_found_once_is_masked_everywhere_in_the_text():
    text = "村主任谷斌海打人。事后谷斌海不认账，听说谷斌海跑了。"
    assert surfaces(text, "NAME") == ["谷斌海"] * 3


def test_word_that_is_a_name_here_stays_a_word_there():
    text = "我叫高兴，今天很高兴地来，因为邻居与高兴的纠纷"
    assert [s.start for s in find_many([text])[0]] == [2, 18]


def test_surname_with_title_needs_no_name_where_it_is_a_preposition():
    assert found("我多次向书记反映，和经理谈过，任主任三年") == []


def test_list_of_plates_needs_the_word_once():
    text = "违停车牌：楚A782DC、楚AK5F06、楚AP662U"
    assert surfaces(text, "PLATE") == ["楚A782DC", "楚AK5F06", "楚AP662U"]


def test_check_digit_decides_where_the_text_says_nothing():
    assert valid_identity("11010519491231002X")
    assert not valid_identity("110105194912310021")


def test_view_maps_offsets_back_over_what_was_dropped():
    text = "請\u200b找張(zhāng)三(sān)，謝謝"
    (v,) = Page([text])
    at = v.text.index("张三")
    assert text[slice(*v.original(at, at + 2))] == "張(zhāng)三(sān)"


def test_mask_is_neither_read_nor_split():
    assert found("〈姓名3QK7〉反映：〈电话9XBD〉打不通，〈证件0A1B〉丢失") == []


def test_very_long_text_is_read_in_time_that_grows_with_its_length():
    unit = "村民张小芳与王建国发生纠纷，电话13800138000。"
    text = unit * 2000
    spans = find_many([text], model=False)[0]
    assert len(spans) == 3 * 2000
    assert all(re.fullmatch("张小芳|王建国|13800138000", text[s.start : s.end]) for s in spans)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("律师事务所律师闰波前往经侦大队", "闰波"),
        ("申请人顿亚娜，住桥头村", "顿亚娜"),
        ("投诉人：平安", "平安"),
        ("我叫经纬，退休教师", "经纬"),
        ("其父周长利、姐夫周辉明丶亲戚周红姣", "周红姣"),
        ("维族商户迪丽拜尔·玉山被驱赶", "迪丽拜尔·玉山"),
        ("来务工的买买提明反映欠薪", "买买提明"),
        ("张jianguo卷款跑路", "张jianguo"),
        ("代表：1王芳、2李小强、3紫艳、4陈国华、5刘明", "紫艳"),
        ("老师支持于老师参选", "于老师"),
        ("这个向校长就不给办", "向校长"),
        ("尊敬的洋主任：您好", "洋主任"),
        ("衡花书记，您好", "衡花书记"),
        ("工友老夏受伤住院", "老夏"),
        ("开发商孔总、陈总都不理", "孔总"),
        ("被告人李××", "李××"),
        ("街道的张姓、宋姓领导在场", "张姓"),
    ],
)
def test_person_is_covered_whatever_the_name(text, person):
    start = text.index(person)
    assert any(s.start <= start and start + len(person) <= s.end for s in find_many([text])[0])


@pytest.mark.parametrize("text", ["由于老师不负责", "我们向书记反映过", "此致敬礼！", "敬爱的书记：您好",
                                  "社区名字和logo都不一样", "高校长期欠费", "在高院上诉"])  # fmt: skip
def test_words_beside_titles_are_left(text):
    assert found(text) == []


def test_what_a_text_holds_does_not_hang_on_its_neighbours():
    texts = ["村民张小芳反映", "", "电话13800138000", "王", "被告钦梅诉称"] * 3
    assert find_many(texts) == [find_many([text])[0] for text in texts]


def test_texts_side_by_side_read_as_each_alone():
    texts = ["張(zhāng)三１３\u200b八", "", "〈姓名3QK7〉王(wáng)五", "路灯不亮", "\u200b李四"]
    page = list(Page(texts))
    for text, v in zip(texts, page, strict=True):
        (alone,) = Page([text])
        assert (v.text, v.digits) == (alone.text, alone.digits) == (plain_form(text), digit_form(text))
        spans = [(a, b) for b in range(len(v.text) + 1) for a in range(b + 1)]
        assert [v.original(*s) for s in spans] == [alone.original(*s) for s in spans]


def test_places_are_counted_from_the_start_of_each_text_and_asked_once():
    asked = []

    def stops(codes):
        asked.append(len(codes))
        return np.flatnonzero(codes == ord("。"))

    page = Page(["甲。乙。", "丙", "。"])
    assert [v.places(stops) for v in page] == [[1, 3], [], [0]]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "text",
    [
        "住3栋802房、12号附3号5栋1单元201室",
        "5栋、6幢 2单元1203，七栋三零二",
        "1201业主与1302室住户，3-2-501家住",
        "号楼栋座#1栋",
    ],
)
def test_doors_around_a_building_are_those_of_a_whole_search(text):
    (v,) = Page([text])
    for pattern, find in ((records._DOOR, records._buildings), (records._UNIT_ROOM, records._units)):
        around = [m.span() for m in records._around(pattern, v.text, v.places(find))]
        assert around == [m.span() for m in pattern.finditer(v.text)]
