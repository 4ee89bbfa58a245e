"""Which Chinese fonts this machine has, by the roles of an official document.

GB/T 9704-2012 names 仿宋, 小标宋, 楷体 and 黑体, whose usual files are licensed and may not be shipped.
A role takes the system's font where one is found by its well-known file name, else an open packaged one;
what was substituted is said in the manifest and in the briefing's notes.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from minelib.errors import MinelibError

# Role → file stems of fonts that are that very face, best first (Windows, macOS, the usual office bundles).
FACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "仿宋": ("simfang", "fangsong_gb2312", "仿宋_gb2312", "fzfangsong", "stfangsong", "stfangso"),
        "小标宋": ("fzxbsjw", "fzxiaobiaosong-b05s", "方正小标宋简体", "fzxbsk"),
        "楷体": ("simkai", "kaiti_gb2312", "楷体_gb2312", "stkaiti", "fzkaiti"),
        "宋体": (),  # page numbers; the packaged serif is a 宋体, and stands behind every other face
        "黑体": ("simhei", "notosanscjksc-regular", "sourcehansanssc-regular", "stheiti"),
    }
)
_SUFFIXES = (".ttf", ".otf")  # a collection (.ttc) holds several faces; its first is not always the right one


@dataclass(frozen=True)
class Font:
    """One font file in its role.

    Attributes
    ----------
    role : str
        仿宋, 小标宋, 楷体, 宋体 or 黑体.
    family : str
        The family name the file gives itself.
    path : Path
    substituted : bool
        True where the packaged font stands in for the face the standard names.
    """

    role: str
    family: str
    path: Path
    substituted: bool

    def covers(self, char: str) -> bool:
        """Tell whether the font has a glyph for `char`."""
        return ord(char) in _charmap(self.path)


@cache
def resolve_fonts() -> Mapping[str, Font]:
    """Return the font of each role on this machine.

    >>> sorted(resolve_fonts()) == sorted(FACES)
    True
    """
    found = _system_files()
    return MappingProxyType({role: _resolve(role, found) for role in FACES})


def substitutions(fonts: Mapping[str, Font] | None = None) -> dict[str, str]:
    """Return role → family for every role a packaged font stands in for.

    >>> set(substitutions()) <= set(FACES)
    True
    """
    fonts = resolve_fonts() if fonts is None else fonts
    return {role: font.family for role, font in fonts.items() if font.substituted}


def missing_glyphs(text: str, fonts: Iterable[Font] | None = None) -> list[str]:
    """List the characters of `text` that none of `fonts` covers, in code point order.

    >>> missing_glyphs("信访件 2000")
    []
    >>> missing_glyphs("好\\U0001f600")
    ['😀']
    """
    fonts = list(resolve_fonts().values() if fonts is None else fonts)
    maps = [_charmap(path) for path in {font.path for font in fonts}]
    return sorted(c for c in set(text) if c not in "\n\r\t" and not any(ord(c) in m for m in maps))


def check_glyphs(text: str, fonts: Iterable[Font] | None = None, *, where: str) -> None:
    """Raise when a character of `text` would be drawn as an empty box.

    Raises
    ------
    MinelibError
        Naming the code points, never the text around them.
    """
    if missing := missing_glyphs(text, fonts):
        points = ", ".join(f"U+{ord(c):04X}" for c in missing[:8])
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        raise MinelibError(f"{where}: no font covers {points}{more} (缺字)")


def _resolve(role: str, found: Mapping[str, Path]) -> Font:
    """Take the system's face for `role`, else the packaged one."""
    for stem in FACES[role]:
        if stem in found:
            return Font(role, _family(found[stem]), found[stem], False)
    from pylopdf_fonts_zh_cn import sans_path, serif_path

    path = Path(sans_path() if role == "黑体" else serif_path())
    return Font(role, _family(path), path, role != "宋体")


def _system_files() -> dict[str, Path]:
    """Return lower-case file stem → path of the wanted faces among the machine's fonts."""
    wanted = {stem for stems in FACES.values() for stem in stems}
    found: dict[str, Path] = {}
    for folder in _font_folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _SUFFIXES and path.stem.lower() in wanted:
                found.setdefault(path.stem.lower(), path)
    return found


def _font_folders() -> list[Path]:
    """Return the folders where this system keeps fonts, those that exist."""
    home = Path.home()
    folders = {
        "win32": [Path("C:/Windows/Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts"],
        "darwin": [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")],
    }.get(
        sys.platform,
        [
            home / ".local/share/fonts",
            home / ".fonts",
            Path("/usr/local/share/fonts"),
            Path("/usr/share/fonts"),
        ],
    )
    return [folder for folder in folders if folder.is_dir()]


@cache
def _charmap(path: Path) -> frozenset[int]:
    """Return the code points a font file has glyphs for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(path)).get_charmap())


@cache
def _family(path: Path) -> str:
    """Return the family name a font file gives itself."""
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(path)).family_name
