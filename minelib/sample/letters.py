"""Write a planned petition as a person would: in its register, long or short, with slips and corruptions.

Personal information stays marked (see `people.mark`) through every change, so its place is known in the end.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from minelib.sample.grammar import Grammar
from minelib.sample.people import unmark
from minelib.sample.topics import Topic, packaged, topics
from minelib.sample.world import Matter, Petition, own_values

_WISH = "[希望|恳请|请求|要求|请|强烈要求|盼|盼望|望]"
_LENGTHS = {"letter": (1, 2, 2, 3, 3), "visit": (1, 1, 2), "net": (1, 1, 1, 2), "hotline": (1, 1, 1, 2)}
_THIRD_PERSON = (
    *(("我们", "其"), ("本人", "其"), ("咱们", "其"), ("我", "其")),
    *(("！", "。"), ("您好，", ""), ("您", "")),
)
_CLAUSE = re.compile(r"[，。：；？！]")
_SENTENCE = re.compile(r"(?<=[。！？])")
_TRADITIONAL = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Letter:
    """A written petition; spans are `[start, end, kind, surface]` in code points."""

    register: str
    title: str
    text: str
    title_spans: list
    text_spans: list
    copy_of: int | None  # position of the petition it repeats
    second: str = ""  # class of a second grievance


class Writer:
    """Writes petitions one after the other; remembers each matter's first letter for the copies."""

    def __init__(self, registers: Mapping[str, float], rng: Random, makers: Mapping):
        frames = packaged("frames")
        self.rng, self.registers, self.frames = rng, registers, frames["frames"]
        self.grammar = Grammar({**packaged("words")["lists"], **frames["lists"]}, rng, makers)
        self._first: dict[int, tuple[int, str, str, str, str]] = {}

    def write(self, petition: Petition, position: int) -> Letter:
        """Return the letter of `petition`, which stands at `position` in the ledger."""
        first = self._first.get(petition.matter.number)
        copy_of, second = None, ""
        if first and petition.mode in ("near", "copy"):
            copy_of, register, title, text, second = first
            if petition.mode == "near":
                text = self._near(text, register)
        else:
            register = self.rng.choices(list(self.registers), list(self.registers.values()))[0]
            title, text, second = self._compose(petition, register)
            self._first.setdefault(petition.matter.number, (position, register, title, text, second))
            text = self._slips(text, register)
        if petition.empty:
            title, text = "", self.rng.choice(("", "", "　", " "))
        (title, title_spans), (text, text_spans) = unmark(title), unmark(text)
        return Letter(register, title, text, title_spans, text_spans, copy_of, second)

    def _compose(self, petition: Petition, register: str) -> tuple[str, str, str]:
        matter, rng = petition.matter, self.rng
        values = {**matter.values, **own_values(petition.petitioner, matter.topic.place)}
        other = self._other(matter.topic)
        wrong = self.grammar.expand(self._vary(self._wrong(matter, register)), values)
        told = _pairs(wrong) - _pairs(matter.area + matter.town + matter.place)
        values |= self._parts(matter.topic, register, told, values)
        values["wrong"] = wrong + (
            self.grammar.expand("{also}" + rng.choice(other.wrong), values) if other else ""
        )
        thanks = "[{greet_net}|{caller}|{greet}]{wrong}[{bye_net}|]"
        frame = thanks if matter.topic.purpose == "感谢" else rng.choice(self.frames[register])
        text = self.grammar.expand(frame, values)
        title = self._title(matter.topic, told, values)
        if register == "net":
            title += self.grammar.expand("{title_tail}")
        if petition.mode == "again":
            opening = "{again_note}" if register in ("hotline", "visit") else "{again}"
            text = self.grammar.expand(opening, values) + text
            title = self.grammar.expand("[{title_again}|]", values) + title
        if register in ("hotline", "visit"):
            text = _third_person(text)
        return title, text, other.code if other else ""

    def _wrong(self, matter: Matter, register: str) -> str:
        wordings = matter.topic.wrong
        if not matter.topic.one_wrong:
            return wordings[matter.angle]
        return "".join(self.rng.sample(wordings, min(self.rng.choice(_LENGTHS[register]), len(wordings))))

    def _vary(self, template: str) -> str:
        """Put some words of a template in other words."""
        for word, others in packaged("words")["synonyms"].items():
            if word in template and self.rng.random() < 0.4:
                template = template.replace(word, self.rng.choice(others))
        return template

    def _title(self, topic: Topic, told: set[str], values: Mapping[str, str]) -> str:
        """A title; where a topic's wrongs differ, a fitting one or its first words; at times a vague cry."""
        if self.rng.random() < 0.12:
            return self.grammar.expand("{vague_title}", values)
        title = self._fitting(topic, topic.title, told, values)
        if topic.one_wrong or topic.trap or _pairs(title) & told:
            return title
        first = _CLAUSE.split(values["wrong"])[0]
        return self.grammar.expand("[|反映|投诉|关于]") + first

    def _fitting(
        self, topic: Topic, templates: Sequence[str], told: set[str], values: Mapping[str, str]
    ) -> str:
        """One of `templates`; where a topic's wrongs differ, the nearest to `told` of a few tries."""
        tries = [
            self.grammar.expand(self._vary(self.rng.choice(templates)), values)
            for _ in range(1 if topic.one_wrong else 6)
        ]
        return max(tries, key=lambda text: len(_pairs(text) & told))

    def _parts(
        self, topic: Topic, register: str, told: set[str], values: Mapping[str, str]
    ) -> dict[str, str]:
        rng = self.rng
        core = self._fitting(topic, topic.want, told, values)
        details = rng.sample(topic.detail, min(len(topic.detail), 2 if register == "letter" else 1))
        done = [rng.choice(topic.done)] if topic.done and rng.random() < 0.5 else []
        if rng.random() < 0.6:
            done.append("{done_any}")
        return {
            "back": self._vary(rng.choice(topic.back)),
            "detail": self._vary("".join(details)),
            "done": "".join(done),
            "evidence": "{proof}" if topic.purpose == "T" and not topic.storm else "",
            "want": f"{_WISH}{core}[。|！|。]",
            "want_bare": f"{core}。",
        }

    def _other(self, topic: Topic) -> Topic | None:
        """Now and then a second grievance of the same compound or village."""
        if (
            topic.trap
            or topic.storm
            or topic.place not in ("compound", "village")
            or self.rng.random() > 0.07
        ):
            return None
        return self.rng.choice([t for t in _plain_topics(topic.place) if t.code != topic.code])

    def _near(self, text: str, register: str) -> str:
        """A copy with a sentence left out, one moved, or a new greeting."""
        sentences = [s for s in _SENTENCE.split(text) if s]
        if len(sentences) > 2:
            del sentences[self.rng.randrange(1, len(sentences))]
        written = register in ("letter", "net")
        greeting = self.grammar.expand("[{greet_net}||领导好！|各位领导：]") if written else ""
        return self._typos(greeting + "".join(sentences), 2)

    def _slips(self, text: str, register: str) -> str:
        rng = self.rng
        if register != "hotline" and rng.random() < 0.25:
            text = self._typos(text, rng.randint(1, 2))
        if register == "net" and rng.random() < 0.15:
            text = text.replace("。", rng.choice(("，", " ", "！！", "。。。")))
        if register == "net" and rng.random() < 0.06:
            text = text.translate({ord("，"): ",", ord("："): ":", ord("？"): "?", ord("！"): "!"})
        chance = rng.random() if register != "visit" else 1
        if chance < 0.02:
            text = _traditional(text)
        return _with_pinyin(text) if chance < 0.01 else text

    def _typos(self, text: str, count: int) -> str:
        typos = packaged("words")["typos"]
        found = [right for right in typos if right in text]
        for right in self.rng.sample(found, min(count, len(found))):
            text = text.replace(right, typos[right], 1)
        return text


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters, punctuation apart."""
    return {text[i : i + 2] for i in range(len(text) - 1) if not _CLAUSE.search(text[i : i + 2])}


def _third_person(text: str) -> str:
    """A clerk's note tells it of the petitioner, not as the petitioner.

    >>> _third_person("我们找过{who}，我家没有钱！")
    '其找过{who}，其家没有钱。'
    """
    for own, clerk in _THIRD_PERSON:
        text = text.replace(own, clerk)
    return text.replace("其和其", "其和").replace("。。", "。")


@cache
def _plain_topics(place: str) -> tuple[Topic, ...]:
    """Topics of one kind of place whose wordings need nothing of their own matter."""
    usual = (t for t in topics().values() if t.place == place and not (t.trap or t.storm or t.fix))
    return tuple(t for t in usual if "{who}" not in "".join(t.wrong))


@cache
def _converter():
    import opencc

    return opencc.OpenCC("s2t")


def _traditional(text: str) -> str:
    return _converter().convert(text)


def _with_pinyin(text: str) -> str:
    """Write the reading in brackets after some characters, everywhere they stand, as a corrupting copy does.

    >>> _with_pinyin("還錢")
    '還(hái)錢(qián)'
    """
    readings = packaged("words")["pinyin"]
    return _TRADITIONAL.sub(lambda m: f"{m[0]}({readings[m[0]]})" if m[0] in readings else m[0], text)
