"""Run the notebooks: on the sample to refresh their committed outputs, or on a user's own ledger.

``python -m minelib.notebooks FILE …`` (``make refresh``) is the only way committed outputs are made: a fresh
kernel, cell ids from the file's name, no timings, no machine data, so that a second refresh changes nothing.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from minelib.errors import InputError

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"


def refresh(paths: Iterable[str | Path], *, timeout: int = 300) -> list[Path]:
    """Execute notebooks in place and normalise what is stored.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        When a cell fails; the notebook on disk is then left as it was.
    """
    import nbformat
    from nbclient import NotebookClient

    done = []
    for path in map(Path, paths):
        book = nbformat.read(path, as_version=4)
        here = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(
            book, timeout=timeout, kernel_name="python3", record_timing=False, resources=here
        )
        client.execute()
        nbformat.write(normalise(book, path.stem), path)
        done.append(path)
    return done


def normalise(book, stem: str):
    """Return the notebook without anything that differs from one machine or run to the next."""
    kept = {k: v for k, v in book.metadata.items() if k == "briefing"}
    book.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, **kept}
    for number, cell in enumerate(book.cells, 1):
        cell["id"] = f"{stem.split('_')[0]}-{number:02d}"
        cell["metadata"] = {"tags": cell["metadata"]["tags"]} if cell["metadata"].get("tags") else {}
        if cell["cell_type"] == "code":
            cell["outputs"] = _joined_streams(cell["outputs"])
            for output in cell["outputs"]:  # a widget's model is gone with its kernel; its table stays
                output.get("data", {}).pop(WIDGET, None)
    return book


def _joined_streams(outputs: list) -> list:
    """Join neighbouring chunks of one stream: how the kernel splits them depends on timing."""
    joined: list = []
    for output in outputs:
        if joined and output["output_type"] == "stream" and joined[-1].get("name") == output["name"]:
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def find_notebook(name: str, folder: str | Path = "notebooks") -> Path:
    """Return the notebook whose file name starts with `name` (``06`` is enough).

    Raises
    ------
    InputError
        When none or several match; the message lists what there is.
    """
    books = sorted(Path(folder).glob("*.ipynb"))
    found = [p for p in books if p.name.startswith(name)]
    if len(found) != 1:
        there = ", ".join(p.stem for p in books) or f"no notebooks in {folder}"
        raise InputError(f"{len(found)} notebooks start with {name!r}; there are: {there}")
    return found[0]


RESULTS = "结果"  # one run folder for all notebooks of a user: what one has mined the next takes over


def own_parameters(
    books: Iterable[Path], ledger: str | Path, out: str | Path, *, key=None, others: Iterable[str] = ()
) -> dict[Path, dict[str, str]]:
    """Return for each notebook the parameters that make it run on a user's ledger, checked by name.

    Parameters
    ----------
    books, ledger, out : paths
    key : path, optional
        The key file; without it the user's own, made on first use. Never the sample's.
    others : iterable of str
        Further parameters as ``NAME=value``; each must be one of some notebook's.

    Returns
    -------
    dict
        A notebook that needs an answer key, which only the sample has, is left out unless ANSWERS is given.

    Raises
    ------
    InputError
        When the ledger or the key is not there, or a name is no parameter of any of the notebooks.
    """
    from minelib.redact import load_key
    from minelib.redact.keys import key_path

    if not Path(ledger).exists():
        raise InputError(f"ledger {ledger} is not there")
    load_key(key)
    given = dict(_parted(text) for text in others)
    places = {"LEDGER": ledger, "OUT": Path(out) / RESULTS, "KEY": key or key_path()}
    chosen = {name: str(Path(path).resolve()) for name, path in places.items()} | given
    known = {book: set(_parameters(book)) for book in books}
    unknown = sorted(set(given) - set().union(*known.values()))
    if unknown:
        there = ", ".join(sorted(set().union(*known.values())))
        raise InputError(f"no notebook has parameter {', '.join(unknown)}; there are {there}")
    return {
        book: {name: value for name, value in chosen.items() if name in names}
        for book, names in known.items()
        if "ANSWERS" not in names or "ANSWERS" in given
    }


def _parted(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise InputError(f"a parameter is given as NAME=value, got {text!r}")
    return name, value


def _parameters(path: Path) -> list[str]:
    import papermill

    return list(papermill.inspect_notebook(str(path)))


def run(path: Path, out: str | Path, parameters: Mapping[str, str]) -> Path:
    """Run one notebook with other parameters into `out`; the original stays as it is.

    Raises
    ------
    InputError
        When a parameter is not one of the notebook's own, or the notebook stops at something the user gave.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    known = _parameters(path)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        raise InputError(f"{path.name} has no parameter {', '.join(unknown)}; it has {there}")
    target = Path(out) / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    options = {"kernel_name": "python3", "progress_bar": False, "cwd": str(path.parent)}
    # the kernel's own warnings mean nothing to a researcher
    options["extra_arguments"] = ["--log-level=ERROR"]
    try:
        papermill.execute_notebook(str(path), str(target), dict(parameters), **options)
    except PapermillExecutionError as error:
        if error.ename in ("InputError", "LeakError"):
            raise InputError(f"{path.name}: {error.evalue}") from error
        raise
    finally:
        _spell_parameters(target, parameters)
    return target


def _spell_parameters(path: Path, parameters: Mapping[str, str]) -> None:
    """Write the parameters of a run as a person would: papermill escapes every Chinese character of a file's name."""
    import nbformat

    if not path.exists():
        return
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = "\n".join(f"{name} = {str(value)!r}" for name, value in parameters.items())
    nbformat.write(book, path)


if __name__ == "__main__":
    refresh(sys.argv[1:])
