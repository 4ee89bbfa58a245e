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


def run(path: Path, out: str | Path, parameters: Mapping[str, str]) -> Path:
    """Run one notebook with other parameters into `out`; the original stays as it is.

    Raises
    ------
    InputError
        When a parameter is not one of the notebook's own.
    """
    import papermill

    known = papermill.inspect_notebook(str(path))
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        raise InputError(f"{path.name} has no parameter {', '.join(unknown)}; it has {there}")
    target = Path(out) / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(
        str(path),
        str(target),
        dict(parameters),
        kernel_name="python3",
        progress_bar=False,
        cwd=str(path.parent),
    )
    return target


if __name__ == "__main__":
    refresh(sys.argv[1:])
