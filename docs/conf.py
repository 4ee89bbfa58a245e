"""The site: `make docs`. Notebooks are shown with the outputs they were committed with; nothing is run or fetched."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import jieba  # noqa: E402

from minelib import __version__  # noqa: E402

jieba.setLogLevel(60)  # the search index is cut with it, and it tells so


def _copied_notebooks() -> None:
    """Lay the notebooks where Sphinx looks for pages; a page lies inside the source folder or not at all."""
    folder = HERE / "_notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    for path in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        shutil.copy(path, folder)


_copied_notebooks()

project = "minelib"
version = release = __version__
copyright = "MIT"
language = "zh_CN"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["README.md", "**/.ipynb_checkpoints"]
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {}  # would be fetched
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"minelib {__version__}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
