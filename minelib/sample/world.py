"""Plan an invented city: which matters there are, who petitions about them, when and how often.

The whole world is planned from one seed and then cut by period: the ledgers of three months are one story.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from minelib.sample.grammar import Grammar
from minelib.sample.people import COMPOUND_SURNAMES, MAKERS, Person, mark, person
from minelib.sample.topics import Topic, packaged, topics

_HOURS = (0, 0, 0, 0, 0, 0, 1, 2, 7, 10, 10, 7, 4, 4, 8, 9, 8, 5, 3, 3, 3, 3, 2, 1)


@dataclass(frozen=True)
class Matter:
    """One concrete thing at one place; `values` are the slots that stay the same in all its petitions."""

    number: int
    topic: Topic
    area: str
    town: str
    place: str
    respondent: str
    angle: int  # which of the topic's wrongs
    values: Mapping[str, str]


@dataclass(frozen=True)
class Petition:
    """One row to be: what about, by whom, when, and how it relates to the matter's earlier ones."""

    matter: Matter
    petitioner: Person
    received: datetime
    registered: datetime
    mode: str = "first"  # first, again (same petitioner, new words), near, copy, joint
    n_people: int = 1
    batch: bool = False
    empty: bool = False


class Calendar:
    """The days of a world and how likely each is under a profile."""

    def __init__(self, start: date, months: int, last_day: int, *, trend: bool):
        last = start.year * 12 + start.month - 1 + months - 1
        end = date(last // 12, last % 12 + 1, 1)
        end = min(end + timedelta(last_day - 1), _month_end(end))
        self.days = [start + timedelta(i) for i in range((end - start).days + 1)]
        self.months, self.trend, self._weights = months, trend, {}

    def draw(self, rng: Random, profile: str) -> int:
        """Return the index of a day."""
        if profile not in self._weights:
            self._weights[profile] = list(accumulate(self._weight(day, profile) for day in self.days))
        return rng.choices(range(len(self.days)), cum_weights=self._weights[profile])[0]

    def _weight(self, day: date, profile: str) -> float:
        week = 0.35 if day.weekday() >= 5 else 1.0
        first = self.days[0]
        left = self.months - 1 - ((day.year - first.year) * 12 + day.month - first.month)
        recent = max(2, self.months // 5)
        if not self.trend:
            return week
        if profile == "rise":
            return week * (1 + 3 * max(0, recent + 1 - left))
        if profile == "new":
            return week * (left <= recent)
        season = {"winter": (12, 1, 2), "summer": (6, 7, 8), "enrol": (5, 6, 7, 8)}.get(profile, ())
        return week * (3 if day.month in season else 1)


def _month_end(first: date) -> date:
    return (first + timedelta(32)).replace(day=1) - timedelta(1)


class World:
    """Makes matters and petitions; see `plan`."""

    def __init__(self, recipe: Mapping, *, months: int, seed: int, trend: bool):
        words = packaged("words")
        self.rng = Random(f"minelib sample {seed}")
        self.recipe, self.areas = recipe, words["areas"]
        self.places, self.agencies = words["places"], words["agency"]
        self.grammar = Grammar({**words["lists"], **packaged("frames")["lists"]}, self.rng, MAKERS)
        self.calendar = Calendar(recipe["start"], months, recipe["last_day"], trend=trend)
        self.year = self.calendar.days[-1].year
        self.known_places: dict[str, list] = {}
        self.used: set[tuple] = set()
        self.people: list[Person] = []
        self.n_matters = 0

    def matter(self, topic: Topic, area: str = "") -> Matter:
        """Return a new matter: a place not yet used with this topic, its respondent and fixed facts."""
        area, town, place = self._place(topic, area)
        self.n_matters += 1
        stems = {"area": area, "town": town, "town_stem": town[:2], "area_stem": area[:2], "place": place}
        fixed = {"since": self.grammar.pick("past"), "place": place}
        for name, template in topic.fix.items():
            fixed[name] = self.grammar.expand(template, {**stems, **fixed})
        who = self.grammar.expand(topic.who, {**stems, **fixed})
        agency = self.grammar.expand(topic.agency or self.agencies[topic.code], stems)
        said = _ways_to_say(topic.place, place, self.rng)
        values = {
            **stems,
            **fixed,
            "who": who,
            "who_reply": agency,
            "place": said,
            **_home(topic.place, place),
        }
        # Some wrongs of a topic are far more common than others.
        angle = 0 if topic.one_wrong else min(int(self.rng.expovariate(0.7)), len(topic.wrong) - 1)
        return Matter(self.n_matters, topic, area, town, place, who, angle, values)

    def _place(self, topic: Topic, area: str) -> tuple[str, str, str]:
        known = self.known_places.setdefault(topic.place, [])
        for _ in range(40):
            if known and not area and self.rng.random() < 0.2:
                found = self.rng.choice(known)
            else:
                found = self._new_place(topic.place, area)
            if (topic.id, found) not in self.used:
                break
        self.used.add((topic.id, found))
        known.append(found)
        return found

    def _new_place(self, kind: str, area: str) -> tuple[str, str, str]:
        area = area or self.recipe.get("area") or self.rng.choice(list(self.areas))
        rural = [t for t in self.areas[area] if t[-1] in "镇乡"] if kind == "village" else []
        town = self.rng.choice(rural or self.areas[area])
        stems = {"area": area, "town": town, "town_stem": town[:2], "area_stem": area[:2]}
        return area, town, self.grammar.expand(self.places[kind], stems)

    def petitioner(self, topic: Topic) -> Person:
        """Return somebody new or, now and then, somebody who has petitioned about another matter."""
        if self.people and self.rng.random() < 0.02:
            return self.rng.choice(self.people)
        someone = person(self.rng, self.year, elder=topic.elder and self.rng.random() < 0.6)
        self.people.append(someone)
        return someone

    def petitions(self, topic: Topic, room: int) -> Iterator[Petition]:
        """Yield the petitions of one new matter, at most `room` of them."""
        matter, rng = self.matter(topic), self.rng
        count = min(room, rng.choices((1, 2, 3, 4, 6, 9), (66, 17, 8, 4, 3, 2))[0])
        joint = count > 1 and rng.random() < 0.4
        n_people = rng.choice((5, 6, 8, 12, 23, 40, 86)) if joint or rng.random() < 0.03 else 1
        first = self.petitioner(topic)
        for i, day in enumerate(self._days(topic.profile, count)):
            who = self.petitioner(topic) if joint and i else first
            mode = rng.choices(("joint" if joint else "again", "near", "copy"), (72, 18, 10))[0]
            yield self._petition(matter, who, day, mode if i else "first", n_people)

    def _days(self, profile: str, count: int) -> list[int]:
        first, last = self.calendar.draw(self.rng, profile), len(self.calendar.days) - 1
        if profile in ("rise", "new") and self.calendar.trend:
            return sorted([first, *(self.rng.randint(first, last) for _ in range(count - 1))])
        gaps = accumulate(int(self.rng.expovariate(1 / 25)) for _ in range(count - 1))
        # Wrapped round the end, so that a steady topic is as frequent in the last month as in the first.
        return sorted([first, *((first + gap) % (last + 1) for gap in gaps)])

    def _petition(self, matter: Matter, who: Person, day: int, mode: str, n_people: int) -> Petition:
        rng = self.rng
        hour = rng.choices(range(24), _HOURS)[0]
        received = datetime.combine(self.calendar.days[day], datetime.min.time()) + timedelta(
            hours=hour, minutes=rng.randrange(60), seconds=rng.randrange(60)
        )
        lag = timedelta(days=rng.choices((0, 1, 2, 5), (70, 20, 8, 2))[0], minutes=rng.randint(2, 240))
        return Petition(matter, who, received, received + lag, mode, n_people)

    def storm(self, topic: Topic, size: int) -> Iterator[Petition]:
        """Yield many people's letters about one matter within a few weeks."""
        matter = self.matter(topic)
        start = self.rng.randrange(max(1, len(self.calendar.days) - 40))
        for i in range(size):
            mode = self.rng.choice(("joint", "joint", "joint", "near", "copy")) if i else "first"
            day = min(start + int(self.rng.expovariate(1 / 9)), len(self.calendar.days) - 1)
            yield self._petition(matter, self.petitioner(topic), day, mode, 1)

    def batch(self, size: int) -> Iterator[Petition]:
        """Yield old letters of one county, all entered in the same minute."""
        rural = [t for t in topics().values() if t.place == "village" and not t.trap]
        usual = [t for t in rural if t.id not in self.recipe["planted"]]
        moment = datetime.combine(self.calendar.days[len(self.calendar.days) * 3 // 4], datetime.min.time())
        moment += timedelta(hours=10, minutes=24)
        for i in range(size):
            matter = self.matter(self.rng.choice(usual), self.recipe["batch_area"])
            when = moment + timedelta(seconds=i % 60)
            yield Petition(matter, self.petitioner(matter.topic), when, when, batch=True)


def _home(kind: str, place: str) -> dict[str, str]:
    """Where a petitioner lives: in the place where there are homes, else somewhere in the town."""
    lives_there = kind in ("compound", "village")
    return {"home": "{place}" if lives_there else "{town}{brand}{compound_tail}"}


def _ways_to_say(kind: str, place: str, rng: Random) -> str:
    if kind == "village":
        return f"[{place}|{place}|{{town}}{place}|{{area}}{{town}}{place}]"
    if kind == "compound":
        dotted = f"{place[:2]}·{place[2:]}"
        other = dotted if rng.random() < 0.5 else place.removesuffix("小区") + "[一期|二期|]"
        return f"[{place}|{place}|{place}|{other}|{{area}}{place}]"
    if kind in ("school", "home", "site", "road", "market", "kindergarten"):
        return f"[{place}|{place}|{place}|{{area}}{place}]"
    return place


def fill(world: World, ids: list[str], weights: list[float], quota: int) -> Iterator[Petition]:
    """Yield `quota` petitions, matter after matter, of the topics `ids` in proportion to `weights`."""
    total, given, done = sum(weights), dict.fromkeys(ids, 0), 0
    want = {i: quota * w / total for i, w in zip(ids, weights, strict=True)}
    while done < quota:
        topic_id = max(ids, key=lambda i: want[i] - given[i])
        for petition in world.petitions(
            topics()[topic_id], min(quota - done, max(4, round(want[topic_id] / 6)))
        ):
            given[topic_id] += 1
            done += 1
            yield petition


def plan(kind: str, *, rows: int, months: int, seed: int, trend: bool) -> list[Petition]:
    """Return the petitions of a world, by time.

    Parameters
    ----------
    kind : {"city", "district"}
        The recipe of that name in words.toml.
    rows, months, seed : int
        How many petitions over how many months, and the seed of all chance.
    trend : bool
        False plants no trend: no storm, batch, season, rise or new topic.
    """
    recipe = packaged("words")[kind]
    world = World(recipe, months=months, seed=seed, trend=trend)
    if kind == "district":
        found = list(fill(world, list(recipe["mix"]), list(recipe["mix"].values()), rows))
    else:
        found = _plan_city(world, recipe, rows)
    n_empty = round(rows * recipe.get("empty_share", 0))
    for i in world.rng.sample(range(len(found)), n_empty):
        found[i] = replace(found[i], empty=True)
    order = sorted(range(len(found)), key=lambda i: (found[i].received, i))
    return [found[i] for i in order]


def _plan_city(world: World, recipe: Mapping, rows: int) -> list[Petition]:
    planted = recipe["planted"]
    traps = [t.id for t in topics().values() if t.trap]
    storms = [t for t in topics().values() if t.storm]
    usual = [t.id for t in topics().values() if not t.trap and not t.storm and t.id not in planted]
    found: list[Petition] = []
    if world.calendar.trend:
        for topic, share in zip(storms, recipe["storm_shares"], strict=True):
            found += world.storm(topic, round(rows * share))
        found += world.batch(round(rows * recipe["batch_share"]))
    more = [2 if topics()[i].profile == "rise" else 1 for i in planted]
    found += fill(world, planted, more, round(rows * recipe["planted_share"]))
    found += fill(world, traps, [1] * len(traps), round(rows * recipe["trap_share"]))
    shares = [topics()[i].share or Random(f"share {i}").uniform(0.3, 1.8) for i in usual]
    return found + list(fill(world, usual, shares, rows - len(found)))


def own_values(who: Person, lives: str = "compound") -> dict[str, str]:
    """Return the slots that tell of the petitioner, marked as personal information.

    `lives` is the kind of place: doors of a village are numbered otherwise.
    """
    title = who.name[:2] if who.name[:2] in COMPOUND_SURNAMES else who.name[0]
    door = (
        f"{int(who.phone[-2:]) % 12 + 1}组{int(who.phone[-5:-2]) + 1}号" if lives == "village" else who.door
    )
    return {
        "me": mark("NAME", who.name),
        "my_title": mark("NAME_TITLE", title + ("女士" if who.female else "先生")),
        "my_id": mark("ID", who.id_number),
        "my_phone": mark("PHONE", who.phone),
        "my_door": mark("ADDRESS", door),
        "age": str(who.age),
        "sex": "女" if who.female else "男",
    }
