"""What an office sets for its briefing: names, date, period, sections, length."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from minelib.errors import InputError

SECTIONS = ("basic", "features", "problems", "causes", "proposals", "education", "duties", "method")
APPENDICES = ("clues", "laws", "figures")
TEMPLATES = ("briefing", "short", "cards")


@dataclass(frozen=True)
class BriefingConfig:
    """Settings of a briefing; every one has a default that states nothing the run does not hold.

    Attributes
    ----------
    masthead, title, office, issue, recipients : str
        简报名称、标题、编印单位、期号、分送范围; an empty one is left out.
    date : str
        成文日期, ISO; empty takes the last day of the period, since a clock would change the bytes.
    period : tuple of str
        First and last day counted, ISO; empty takes the whole ledger.
    top, evidence, clues : int
        How many candidates are told, how many petitions are quoted for each (a card quotes all), and how many
        candidates the appended list names.
    sections, appendices : tuple of str
        Which parts to print, of `SECTIONS` and `APPENDICES`.
    class_names : mapping
        Class code → Chinese name; empty takes the project's taxonomy.
    """

    masthead: str = "类案监督线索研判简报"
    title: str = "关于群众诉求中类案监督线索的研判简报"
    office: str = ""
    issue: str = ""
    recipients: str = ""
    date: str = ""
    period: tuple[str, str] | tuple[()] = ()
    top: int = 3
    evidence: int = 1
    clues: int = 10
    sections: tuple[str, ...] = SECTIONS
    appendices: tuple[str, ...] = APPENDICES
    class_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        for name, allowed in (("sections", SECTIONS), ("appendices", APPENDICES)):
            if unknown := [part for part in getattr(self, name) if part not in allowed]:
                raise InputError(f"briefing.{name}: {unknown[0]!r} is not one of {', '.join(allowed)}")
        if self.top < 1:
            raise InputError(f"briefing.top is {self.top}; it must be 1 or more")

    @classmethod
    def from_mapping(cls, settings: Mapping) -> "BriefingConfig":
        """Make a config of the `[briefing]` table of a TOML file.

        >>> BriefingConfig.from_mapping({"top": 3}).top
        3

        Raises
        ------
        InputError
            When a key is unknown; the message names the nearest one.
        """
        from difflib import get_close_matches

        known = [item.name for item in fields(cls)]
        for key in settings:
            if key not in known:
                near = get_close_matches(key, known, n=1) or known[:1]
                raise InputError(f"briefing.{key} is not a setting; did you mean {near[0]}?")
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})
