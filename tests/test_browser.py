"""JupyterLab as a researcher has it: its server over HTTP, then a whole visit in a real headless Chromium."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

import nbformat
import pandas as pd
import pytest
from fake_run import make_run
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from minelib.explore import write_explore
from minelib.notebooks import KERNEL
from minelib.review import read_decisions
from minelib.sample import write_sample
from minelib.widget import page_script

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
    """Open a menu of the bar and go down to an entry, by the names on the screen.

    JupyterLab fills the export menu when its server has told the formats, and one that is open stays as it is: on a
    busy machine it has to be opened again.
    """
    from playwright.sync_api import TimeoutError

    for patience in (2_000, 8_000, 30_000):
        page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{names[0]}")).click()
        for name in names[1:-1]:
            page.locator(".lm-Menu-itemLabel", has_text=name).last.hover()
        entry = page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{names[-1]}")).last
        with contextlib.suppress(TimeoutError):
            entry.wait_for(timeout=patience)
            break
        for _ in names:
            page.keyboard.press("Escape")
    entry.click()


def use_small_sample(path: Path, out: str) -> None:
    """Set the parameters cell of a copy, as a user does."""
    book = nbformat.read(path, as_version=4)
    cell = next(c for c in book.cells if "parameters" in c.metadata.get("tags", []))
    cell.source = f'LEDGER, KEY, OUT = "../data/city.xlsx", "../data/sample.key", "../out/{out}"\nBY = "甲"'
    nbformat.write(book, path)


def run_all(page):
    pick(page, "运行", "运行所有单元格")
    page.wait_for_function(FINISHED)


class Panel:
    """The review panel on the screen, and the file it writes."""

    def __init__(self, page, file: Path):
        self.root, self.file = page.locator(".ml-review"), file
        self.items, self.card = self.root.locator("li"), self.root.locator(".ml-card")
        self.root.scroll_into_view_if_needed()

    def decisions(self) -> list:
        decisions, n_broken = read_decisions(self.file)
        assert n_broken == 0
        return sorted(decisions, key=lambda d: d.at)

    def says(self, text: str) -> None:
        self.root.locator(".ml-status").get_by_text(text).wait_for()

    def press(self, key: str, words: str | None = None, said: str = "已记录"):
        """Press a key, give the words it asks for; return the decision this wrote."""
        before = len(self.decisions()) if self.file.exists() else 0
        self.root.press(key)
        if words is not None:
            self.card.locator(".ml-ask input").fill(words)
            self.card.locator(".ml-ask input").press("Enter")
        self.says(said)
        decisions = self.decisions()
        assert len(decisions) == before + 1
        self.root.focus()
        return decisions[-1]

    def shows(self, nth: int, text: str) -> None:
        self.items.nth(nth).get_by_text(text, exact=True).wait_for()


@pytest.fixture(scope="module")
def notebook(desk):
    """The notebook with the panel, set to the small sample."""
    path = next((desk / "notebooks").glob("08_*.ipynb"))
    use_small_sample(path, "a")
    return path


@pytest.fixture(scope="module")
def panel(page, lab, desk, notebook):
    open_notebook(page, lab, notebook)
    run_all(page)
    return Panel(page, desk / "out" / "a" / "decisions.jsonl")


def test_a_click_decides_and_is_in_the_file(panel):
    panel.items.nth(2).click()
    third = panel.card.locator("p").first.inner_text()
    panel.root.get_by_role("button", name="采纳 (a)", exact=True).click()
    panel.says("已记录")
    (decision,) = panel.decisions()
    assert decision.action == "accept"
    assert decision.issue_id in third
    panel.shows(2, "采纳")
    panel.root.press("j")


def test_keys_reject_undo_rename_and_note(panel):
    panel.items.nth(3).click()
    panel.root.focus()
    rejected = panel.press("r", "单一事件")
    assert (rejected.action, rejected.details["why"]) == ("reject", "单一事件")
    assert rejected.issue_id in panel.card.inner_text()
    panel.shows(3, "不采纳")
    panel.press("u", said="已撤销")
    panel.shows(3, "未定")
    assert panel.press("e", "改过的名称").details["label"] == "改过的名称"
    assert "改过的名称" in panel.items.nth(3).inner_text()
    assert panel.press("n", "先查合同").details["why"] == "先查合同"


def test_a_merged_candidate_leaves_the_list_and_undo_brings_it_back(panel):
    n, gone = panel.items.count(), panel.items.nth(4).inner_text()
    panel.items.nth(4).click()
    panel.root.focus()
    merged = panel.press("m", "1")
    panel.root.get_by_text(f"显示 {n - 1} / {n - 1}").wait_for()
    assert gone not in panel.items.all_inner_texts()
    panel.items.nth(0).click()
    panel.root.focus()
    assert panel.press("u", said="已撤销").details["decision"] == merged.id
    panel.root.get_by_text(f"显示 {n} / {n}").wait_for()
    assert gone in panel.items.all_inner_texts()


def test_the_list_is_filtered_by_words_and_by_decision(page, panel):
    n = panel.items.count()
    panel.root.press("/")
    page.keyboard.type("一个不会有的词")
    panel.root.get_by_text(f"显示 0 / {n}").wait_for()
    panel.root.get_by_label("筛选").fill("")
    panel.root.get_by_label("意见").select_option("采纳")
    panel.root.get_by_text(f"显示 1 / {n}").wait_for()
    assert "采纳" in panel.items.first.inner_text()


def test_the_panels_keys_leave_the_notebook_alone_and_no_petition_is_saved(page, panel, desk, notebook):
    shown = "() => window.jupyterapp.shell.currentWidget.content.widgets.map((c) => c.model.type)"
    cells = [c.cell_type for c in nbformat.read(notebook, as_version=4).cells]
    assert page.evaluate(shown) == cells
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    assert [c.cell_type for c in nbformat.read(notebook, as_version=4).cells] == cells
    (table,) = desk.glob("out/a/petitions.parquet")
    saved = notebook.read_text(encoding="utf-8")
    assert [text for text in pd.read_parquet(table)["text"] if text[10:40] in saved] == []


def test_the_panel_lists_moves_filters_and_asks_with_two_hundred_candidates(page, lab, desk):
    page.goto("about:blank")
    page.set_content("<div id=here></div>")
    page.add_script_tag(
        content=page_script().replace("export default { render };", "window.render = render;")
    )
    told = page.evaluate((ROOT / "tests" / "panel_of_many.js").read_text(encoding="utf-8"))
    assert told["items"] == 200
    assert told["chosen"] == ["1", "2", "3", "4", "5", "6", "7", "6", "7", "7", "7", "8"]
    assert told["asked"] == [["accept", "I7"], ["undo", "I7"]]
    assert told["found"] == [200, 22, 200]  # each ninth is of class 3


def test_the_explore_page_works_from_a_file_and_asks_nobody(page, tmp_path):
    hostile = '<img src=x onerror="document.title=1">'
    run = make_run(300)
    path = write_explore(replace(run, petitions=run.petitions.assign(title=hostile)), tmp_path)
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    found, rows = page.locator("#found"), page.locator("#rows tr")
    assert found.inner_text().startswith("300 件次")
    page.locator(".disc").first.focus()
    assert "个事项" in page.locator(".disc").first.get_attribute("aria-label")
    page.keyboard.press("Enter")
    best = run.candidates.sort_values("rank").iloc[0]
    assert page.locator("#card h2").inner_text().endswith(best["label"])
    assert found.inner_text().startswith(f"{best['n_petitions']} 件次")
    page.get_by_role("button", name="清除条件").click()
    page.get_by_role("searchbox").fill("预付卡 东河镇")
    told = run.petitions["text"].str.contains("预付卡|卡内") & run.petitions["text"].str.contains("东河镇")
    wanted = told & (run.petitions["text"].str.contains("预付卡"))
    assert found.inner_text().startswith(f"{int(wanted.sum())} 件次")
    page.get_by_role("button", name="清除条件").click()
    page.get_by_role("button", name="日期").click()
    days = page.locator("#rows td:nth-child(2)").all_inner_texts()
    assert days == sorted(days)
    rows.first.get_by_role("button").press("Enter")
    assert hostile in page.locator(".full").inner_text()
    assert (page.locator("#rows img").count(), page.title()) == (0, "类案监督线索：问题图与证据表")
    for key, fewer in (("+", True), ("0", False)):
        before = page.locator("#map").get_attribute("viewBox")
        page.locator("#map").press(key)
        now = page.locator("#map").get_attribute("viewBox")
        assert (float(now.split()[2]) < float(before.split()[2])) == fewer
    assert (asked, wrong) == ([path.as_uri()], [])


def test_the_briefing_comes_out_of_the_export_menu(page, lab, desk):
    path = desk / "notebooks" / "例_研判.ipynb"
    open_notebook(page, lab, path)
    with page.expect_download() as download:
        pick(page, "文件", "保存并导出", "SupervisionBriefing")
    text = pdf_text(Path(download.value.path()).read_bytes())
    assert "汀澜市诉求研判" in text
