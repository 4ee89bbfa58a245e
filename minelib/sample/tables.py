"""Lay written petitions out as an office's ledger in its own Chinese headers, the answer key beside it."""

import json
from datetime import timedelta
from random import Random

import pandas as pd

from minelib.errors import InputError
from minelib.sample.grammar import Grammar
from minelib.sample.letters import Letter, Writer
from minelib.sample.people import MAKERS, unmark
from minelib.sample.topics import packaged
from minelib.sample.world import Matter, Petition, own_values, plan

_LAWSUIT_TYPES = ("控告", "申诉")
_OTHER_TYPES = ("其他信访", "民事支持起诉申请", "求助咨询")
_PURPOSE = {"T": "投诉", "Q": "求助", "Z": "咨询", "J": "建议", "感谢": "感谢"}
_CHANNEL = {"letter": "来信", "net": "网上留言", "hotline": "12345热线", "visit": "来访"}


def make_ledger(
    kind: str = "city",
    *,
    rows: int | None = None,
    seed: int = 0,
    months: int | None = None,
    trend: bool = True,
    period: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a synthetic ledger and its answer key; the same arguments give the same rows.

    Parameters
    ----------
    kind : {"city", "district"}
        A city hotline (2,000 rows, 24 months) or a district procuratorate's half year of visits (62 rows).
    rows : int, optional
        Petitions in the whole world; a `period` holds fewer.
    seed : int
        Another seed is another city.
    months : int, optional
        Length of the world.
    trend : bool
        False plants no storm, batch, season, rise or new topic: every topic is steady.
    period : str, optional
        Only petitions received in these months, such as "2025-10" or "2025-08:2025-10". Periods of one seed
        are one story: matters go on from one to the next.

    Returns
    -------
    ledger : DataFrame
        In the office's own Chinese headers, by time; true datetimes.
    key : DataFrame
        One row a petition, in the same order: `record_id, class, second_class, matter, issue, topic, label,
        planted, profile, group, place, respondent, mode, copy_of, storm, batch, reject, trap, doubtful,
        register, pii`; `pii` is a JSON list of `[column, start, end, kind, surface]`.

    Raises
    ------
    InputError
        For an unknown kind, a number out of range or a period that is no month.

    Examples
    --------
    >>> ledger, key = make_ledger("district", seed=1)
    >>> len(ledger), "案情摘要" in ledger, int(key["record_id"].duplicated().sum())
    (62, True, 0)
    """
    if kind not in ("city", "district"):
        raise InputError(f"kind must be 'city' or 'district', got {kind!r}")
    recipe = packaged("words")[kind]
    rows = recipe["rows"] if rows is None else rows
    months = recipe["months"] if months is None else months
    if rows < 1 or months < 1:
        raise InputError(f"rows and months must be at least 1, got {rows} and {months}")
    petitions = plan(kind, rows=rows, months=months, seed=seed, trend=trend)
    rng = Random(f"minelib letters {seed}")
    writer, desk = Writer(recipe["registers"], rng, MAKERS), _Desk(kind, rng)
    ids = [_record_id(kind, p, i) for i, p in enumerate(petitions)]
    lines, keys = [], []
    for i, petition in enumerate(petitions):
        letter = writer.write(petition, i)
        line, pii = desk.line(ids[i], petition, letter)
        lines.append(line)
        keys.append(_key(ids, i, petition, letter, recipe) | {"pii": json.dumps(pii, ensure_ascii=False)})
    keep = _inside(petitions, period)
    ledger = pd.DataFrame([lines[i] for i in keep], columns=list(lines[0]))
    return ledger, pd.DataFrame([keys[i] for i in keep], columns=list(keys[0]))


def _record_id(kind: str, petition: Petition, position: int) -> str:
    if kind == "district":
        return f"9701{petition.registered:%y%m}{position + 1:06d}"
    return f"TL{petition.received:%Y%m%d}{position + 1:06d}"


def _inside(petitions: list[Petition], period: str | None) -> list[int]:
    if period is None:
        return list(range(len(petitions)))
    first, _, last = period.partition(":")
    try:
        low, high = pd.Period(first, "M"), pd.Period(last or first, "M")
    except ValueError as error:
        raise InputError(f"period must be like 2025-10 or 2025-08:2025-10, got {period!r}") from error
    low_at, high_at = low.start_time, high.end_time
    return [i for i, p in enumerate(petitions) if low_at <= p.received <= high_at]


def _key(ids: list[str], i: int, petition: Petition, letter: Letter, recipe) -> dict:
    matter, topic = petition.matter, petition.matter.topic
    return {
        "record_id": ids[i],
        "class": "" if petition.empty else topic.code,
        "second_class": letter.second,
        "matter": f"M{matter.number:06d}",
        "issue": topic.id if topic.one_wrong else f"{topic.id}.{matter.angle + 1}",
        "topic": topic.id,
        "label": topic.label,
        "planted": int(topic.id in recipe["planted"]),
        "profile": topic.profile,
        "group": topic.group,
        "place": matter.area + matter.place,
        "respondent": unmark(matter.respondent)[0],
        "mode": petition.mode,
        "copy_of": "" if letter.copy_of is None else ids[letter.copy_of],
        "storm": int(topic.storm),
        "batch": int(petition.batch),
        "reject": int(petition.empty),
        "trap": topic.trap,
        "doubtful": int(topic.doubtful),
        "register": letter.register,
    }


def _spot(matter: Matter) -> str:
    return matter.town + ("" if matter.place in (matter.area, matter.town) else matter.place)


class _Desk:
    """The clerk who fills in the columns."""

    def __init__(self, kind: str, rng: Random):
        self.rng, self.kind = rng, kind
        self.grammar = Grammar({**packaged("words")["lists"], **packaged("frames")["lists"]}, rng, MAKERS)

    def line(self, record_id: str, petition: Petition, letter: Letter) -> tuple[dict, list]:
        """Return the cells by column and their personal information."""
        fill = self._city if self.kind == "city" else self._district
        cells, title, text = fill(record_id, petition, letter)
        pii = [[title, *span] for span in letter.title_spans] + [[text, *span] for span in letter.text_spans]
        for column, value in cells.items():
            if isinstance(value, str) and "\ue000" in value:
                cells[column], spans = unmark(value)
                pii += [[column, *span] for span in spans]
        return cells, pii

    def _city(self, record_id: str, petition: Petition, letter: Letter) -> tuple[dict, str, str]:
        rng, matter, own = self.rng, petition.matter, own_values(petition.petitioner)
        purpose = matter.topic.purpose if rng.random() < 0.85 else "T"
        reply, replied = self._reply(petition, own)
        cells = {
            "工单编号": record_id,
            "来电时间": petition.received,
            "登记时间": petition.registered,
            "诉求人": "" if rng.random() < 0.08 else own["me"],
            "联系电话": "" if rng.random() < 0.1 else own["my_phone"],
            "受理渠道": _CHANNEL[letter.register],
            "诉求类型": "求助" if purpose == "T" and rng.random() < 0.25 else _PURPOSE[purpose],
            "所属区县": matter.area,
            "问题发生地": matter.place if rng.random() < 0.3 else matter.area + _spot(matter),
            "诉求标题": letter.title,
            "诉求内容": letter.text,
            "被反映单位": "" if rng.random() < 0.4 else matter.respondent,
            "涉及人数": petition.n_people if petition.n_people > 1 or rng.random() < 0.5 else None,
            "承办单位": self.grammar.expand(matter.values["who_reply"], matter.values),
            "初重件": "重件" if petition.mode in ("again", "copy", "near") and rng.random() < 0.8 else "初件",
            "办理状态": "已办结" if reply else "办理中",
            "答复时间": replied,
            "答复内容": reply,
        }
        return cells, "诉求标题", "诉求内容"

    def _reply(self, petition: Petition, own: dict) -> tuple[str, object]:
        slow = petition.matter.topic.purpose == "T"
        if self.rng.random() < (0.42 if slow else 0.25):
            return "", pd.NaT
        answer = "[{reply_good}|{reply_dull}|{reply_dull}]"
        text = self.grammar.expand(answer, {**petition.matter.values, **own})
        return text, petition.registered + timedelta(days=self.rng.lognormvariate(2.9 if slow else 2.0, 0.8))

    def _district(self, record_id: str, petition: Petition, letter: Letter) -> tuple[dict, str, str]:
        rng, matter, own = self.rng, petition.matter, own_values(petition.petitioner)
        lawsuit = matter.topic.code in ("C33", "C34")
        again = petition.mode in ("again", "copy", "near")
        cells = {
            "条码": record_id,
            "登记日期": petition.registered.replace(hour=0, minute=0, second=0),
            "姓名": own["me"],
            "身份证号": own["my_id"],
            "联系电话": own["my_phone"],
            "信访类型": rng.choice(_LAWSUIT_TYPES if lawsuit else _OTHER_TYPES),
            "是否重复": "是" if again else "否",
            "信访方式": "来访" if letter.register == "visit" else "来信",
            "信访人数": petition.n_people,
            "案件名称": letter.title,
            "案发地": _spot(matter),
            "接收单位": f"{matter.area}综治中心检察服务窗口",
            "信访次数": rng.randint(2, 5) if again else 1,
            "承办单位": f"{matter.area}人民检察院控申检察部门",
            "被信访人姓名": matter.respondent or self.grammar.expand("[|{name}|{titled}]"),
            "办理情况": self.grammar.expand("{handled}", matter.values),
            "案情摘要": letter.text,
        }
        return cells, "案件名称", "案情摘要"
