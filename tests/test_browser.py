"""JupyterLab as a researcher has it: its server over HTTP, then a whole visit in a real headless Chromium."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from minelib.notebooks import KERNEL
from minelib.review import read_decisions
from minelib.sample import write_sample

ROOT = Path(__file__).parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-proxy-server",
]  # fmt: skip
DIRECT = build_opener(ProxyHandler({}))
FINISHED = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const cells = panel?.content?.widgets?.filter((c) => c.model.type === "code" && c.model.sharedModel.source.trim());
  return cells?.length && cells.every((c) => c.model.executionCount)
    && panel.sessionContext.session?.kernel?.status === "idle";
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A researcher's folder: the sample in small, its key, and copies of the notebooks that use them."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "notebooks").mkdir()
    write_sample(desk / "data", kind="city", rows=400)
    shutil.copy(ROOT / "data" / "sample.key", desk / "data")
    (desk / "data" / "sample.key").chmod(0o600)
    for path in sorted((ROOT / "notebooks").glob("0[78]_*.ipynb")):
        shutil.copy(path, desk / "notebooks")
    nbformat.write(executed_notebook(), desk / "notebooks" / "例_研判.ipynb")
    return desk


def executed_notebook():
    table = "<table><tr><th>问题</th><th>事项</th></tr><tr><td>拖欠工资</td><td>12</td></tr></table>"
    output = new_output("execute_result", {"text/html": table, "text/plain": "表"}, execution_count=1)
    tagged = {"tags": ["briefing"]}
    return new_notebook(
        cells=[
            new_markdown_cell("# 汀澜市诉求研判", metadata=tagged),
            new_code_cell("table", execution_count=1, outputs=[output], metadata=tagged),
        ],
        metadata={"kernelspec": KERNEL},
    )


@pytest.fixture(scope="module")
def lab(desk, tmp_path_factory):
    """A JupyterLab of its own over the desk, in Chinese; yields its address."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install minelib[lab]")
    own = tmp_path_factory.mktemp("jupyter")
    chinese = {
        "@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    (own / "config" / "labconfig").mkdir(parents=True)
    (own / "config" / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(chinese))
    folders = {f"JUPYTER_{name.upper()}_DIR": str(own / name) for name in ("config", "data", "runtime")}
    folders |= {f"JUPYTERLAB_{name.upper()}_DIR": str(own / name) for name in ("settings", "workspaces")}
    options = {
        "ServerApp.root_dir": desk, "ServerApp.port": 0, "IdentityProvider.token": "", "ServerApp.open_browser": False,
        "ServerApp.allow_root": True, "LabApp.expose_app_in_browser": True, "LabApp.news_url": None,
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())]
    with (own / "log").open("w") as log:
        server = subprocess.Popen(command, env={**os.environ, **folders}, stdout=log, stderr=log)
    try:
        yield _address(server, own)
    finally:
        server.terminate()
        server.wait(20)


def _address(server: subprocess.Popen, own: Path) -> str:
    """Wait until the server has written down where it listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        for path in (own / "runtime").glob("jpserver-*.json"):
            text = path.read_text()
            if text.endswith("}"):
                return json.loads(text)["url"]
        time.sleep(0.2)
    raise AssertionError((own / "log").read_text()[-3000:])


def pdf_text(data: bytes) -> str:
    assert data.startswith(b"%PDF")
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages))


def test_the_server_offers_the_briefing_and_sends_it_as_a_download(lab):
    with DIRECT.open(f"{lab}api/nbconvert", timeout=60) as answer:
        assert json.load(answer)["SupervisionBriefing"]["output_mimetype"] == "application/pdf"
    path = quote("notebooks/例_研判.ipynb")
    url = f"{lab}nbconvert/SupervisionBriefing/{path}?download=true"
    with DIRECT.open(Request(url, headers={"Referer": f"{lab}lab"}), timeout=60) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("application/pdf")
        assert quote("例_研判.pdf") in answer.headers["Content-Disposition"]
        text = pdf_text(answer.read())
    assert "汀澜市诉求研判" in text
    assert "拖欠工资" in text


@pytest.fixture(scope="module")
def page(lab):
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is missing: pip install minelib[test]"
    )
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def open_notebook(page, lab, path: Path):
    page.goto(f"{lab}lab/tree/notebooks/{quote(path.name)}?reset")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")


def pick(page, *names: str):
    """Open a menu of the bar and go down to an entry, by the names on the screen."""
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{names[0]}")).click()
    for name in names[1:-1]:
        page.locator(".lm-Menu-itemLabel", has_text=name).last.hover()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{names[-1]}")).last.click()


def use_small_sample(path: Path, out: str) -> None:
    """Set the parameters cell of a copy, as a user does."""
    book = nbformat.read(path, as_version=4)
    cell = next(c for c in book.cells if "parameters" in c.metadata.get("tags", []))
    cell.source = f'LEDGER, KEY, OUT = "../data/city.xlsx", "../data/sample.key", "../out/{out}"'
    nbformat.write(book, path)


def test_a_decision_made_in_the_panel_is_in_the_file(page, lab, desk):
    path = next((desk / "notebooks").glob("08_*.ipynb"))
    use_small_sample(path, "a")
    open_notebook(page, lab, path)
    pick(page, "运行", "运行所有单元格")
    page.wait_for_function(FINISHED)
    panel = page.locator(".ml-review")
    panel.scroll_into_view_if_needed()
    panel.locator("li").nth(2).click()
    panel.get_by_role("button", name="采纳 (a)", exact=True).click()
    panel.get_by_text("已记录").wait_for()
    (file,) = desk.glob("**/decisions.jsonl")
    last = read_decisions(file)[0][-1]
    assert last.action == "accept"
    assert last.issue_id in panel.locator(".ml-card").inner_text()
    panel.locator("li").nth(2).get_by_text("采纳", exact=True).wait_for()


def test_the_briefing_comes_out_of_the_export_menu(page, lab, desk):
    path = desk / "notebooks" / "例_研判.ipynb"
    open_notebook(page, lab, path)
    with page.expect_download() as download:
        pick(page, "文件", "保存并导出", "SupervisionBriefing")
    text = pdf_text(Path(download.value.path()).read_bytes())
    assert "汀澜市诉求研判" in text
