"""Every text in the files that leave, with the place where it stands; the place itself holds no text.

A file of a kind that cannot be read here does not leave.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from minelib.errors import LeakError
from minelib.gate.books import csv_file, parquet_file, word_file, workbook_file
from minelib.gate.markup import markup_file
from minelib.gate.prints import pdf_file, png_file
from minelib.gate.trees import Text, json_file, lines_file, notebook_file


def texts_of(
    folder: Path, *, only: Callable[[str], bool] | None = None, before: Mapping[str, Path] | None = None
) -> Iterator[Text]:
    """Yield (place, text) of every text that leaves with a folder, names of files too; hidden ones stay behind.

    Parameters
    ----------
    folder : Path
    only : callable, optional
        Tells by its name, relative to the folder, whether a file is read now.
    before : mapping of str to Path, optional
        Parquet files that were read before, by the name of the file that takes their place: what stands where it
        stood there is left out.

    Raises
    ------
    LeakError
        When a file is of a kind that cannot be read here, or a link.
    """
    before = before or {}
    for n, path in enumerate(sorted(folder.rglob("*")), 1):
        name = path.relative_to(folder)
        if any(part.startswith(".") for part in name.parts) or only and not only(name.as_posix()):
            continue
        if path.is_symlink():
            raise LeakError(f"file {n} is a link: what it leads to cannot be checked, so it must not leave")
        yield f"file {n} name", path.name
        if path.is_file():
            texts = texts_in(path, before.get(name.as_posix()))
            yield from ((f"{name.as_posix()}: {where}", text) for where, text in texts if text)


def texts_in(path: Path, before: Path | None = None) -> Iterator[Text]:
    """Yield (place, text) of every text in one file; of a parquet file those that stood elsewhere in one `before`.

    Raises
    ------
    LeakError
        When it is of a kind that cannot be read here, or damaged.
    """
    if before is not None:
        yield from parquet_file(path, before)
        return
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise LeakError(f"{path.name}: a file of this kind cannot be checked, so it must not leave")
    yield from read(path)


def _plain(path: Path) -> Iterator[Text]:
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield f"line {n}", line


_READERS = {
    ".parquet": parquet_file, ".csv": csv_file, ".json": json_file, ".jsonl": lines_file, ".pdf": pdf_file,
    ".xlsx": workbook_file, ".docx": word_file, ".svg": markup_file, ".html": markup_file, ".png": png_file,
    ".ipynb": notebook_file, ".txt": _plain, ".md": _plain,
}  # fmt: skip
