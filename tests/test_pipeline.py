"""One run, whole: what it writes, that it repeats itself to the byte, and that nothing good is lost when it fails."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from minelib import pipeline
from minelib.config import Config, load_config
from minelib.errors import InputError, LeakError
from minelib.gate import check_leaks
from minelib.pipeline import mine
from minelib.runs import StageStore, load_run, only_run_in
from minelib.schema import CANDIDATE, MATTER, RUN_PETITION
from minelib.stages.words import MOST, Words

KEY = bytes(range(32))
PLACES = ["云顶花园", "滨江雅苑", "金色家园", "翠竹新村", "锦绣华庭", "望江名邸", "桂花苑", "东湖公馆"]
WRONGS = {
    "物业费": (
        "物业擅自涨价",
        "我是{p}小区业主，物业公司没有召开业主大会就擅自上涨物业费，还停用门禁卡逼迫缴费。",
    ),
    "工资": (
        "工地拖欠农民工工资",
        "我们在{p}项目工地做木工，包工头和劳务公司拖欠农民工工资三个月，多次讨薪无果。",
    ),
    "房产证": ("房产证办不下来", "{p}小区交房已经五年，开发商一直不给业主办理房产证，孩子入学受到影响。"),
    "补课": ("学校违规收补课费", "{p}中学周末组织学生集体补课，每人收补课费八百元，不交的学生被点名。"),
}


def ledger(path: Path, seed: int = 0) -> Path:
    rng = random.Random(seed)
    rows = []
    for place in PLACES:
        for title, text in WRONGS.values():
            day = f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
            who = f"{rng.choice('赵钱孙李')}{rng.choice('建国秀英')}"
            rows.append(
                (
                    f"L{len(rows):03d}",
                    day,
                    who,
                    f"{place}{title}",
                    text.format(p=place) + f"联系电话1380013{len(rows):04d}。",
                )
            )
    rows.append(("L900", "2025-03-01", "", "", ""))
    rng.shuffle(rows)
    table = pd.DataFrame(rows, columns=["信访件编号", "信访日期", "姓名", "标题", "信访内容"])
    table.to_csv(path, index=False)
    return path


def contents(folder: Path, *, but: tuple[str, ...] = ()) -> dict[str, bytes]:
    files = (
        p
        for p in folder.rglob("*")
        if p.is_file() and ".stages" not in p.parts and p.name not in (".lock", *but)
    )
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    lines: list[str] = []
    mine(ledger(folder / "a.csv"), folder / "out", key=KEY, report=lines.append)
    return folder / "out", lines


def test_a_run_folder_holds_what_the_contract_names(finished):
    folder, _ = finished
    there = set(contents(folder))
    named = {
        "petitions.parquet",
        "candidates.csv",
        "candidates.xlsx",
        "facts.json",
        "briefing.pdf",
        "manifest.json",
        "rejects.csv",
    }
    assert named <= there
    assert any(name.startswith("figures/") and name.endswith(".png") for name in there)


def test_nothing_read_disappears(finished):
    folder, lines = finished
    counts = load_run(folder).counts
    assert counts["read"] == counts["used"] + counts["rejected"] == 33
    assert any("33 行 = 采用 32 + 退回 1" in line for line in lines)


def test_tables_have_the_named_columns_and_unique_ids(finished):
    run = load_run(finished[0])
    assert list(run.petitions) == list(RUN_PETITION)
    assert list(run.matters) == list(MATTER)
    assert list(run.candidates) == list(CANDIDATE)
    assert run.petitions["record_id"].is_unique
    assert set(run.petitions["matter_id"]) == set(run.matters["matter_id"])
    assert run.matters["n_petitions"].sum() == len(run.petitions)


def test_no_name_or_number_of_the_ledger_reaches_any_file(finished):
    folder, _ = finished
    whole = (
        b"".join(contents(folder).values()) + pd.read_parquet(folder / "petitions.parquet").to_csv().encode()
    )
    assert b"1380013" not in whole
    assert not any((a + b).encode() in whole for a in "赵钱孙李" for b in "建国秀英")


def test_the_same_petitioner_has_one_pseudonym(finished):
    petitions = load_run(finished[0]).petitions
    assert 1 < petitions["petitioner_id"].nunique() <= 16


def test_a_second_run_and_shuffled_rows_give_the_same_bytes(finished, tmp_path):
    folder, _ = finished
    source = ledger(tmp_path / "a.csv")
    shuffled = pd.read_csv(source, dtype=str).sample(frac=1, random_state=5)
    shuffled.to_csv(source, index=False)
    mine(source, tmp_path / "out", key=KEY)
    assert contents(tmp_path / "out", but=("rejects.csv",)) == contents(folder, but=("rejects.csv",))


def test_running_again_reuses_every_stage(finished):
    folder, _ = finished
    before, lines = contents(folder), []
    mine(folder.parent / "a.csv", folder, key=KEY, report=lines.append)
    assert sum("沿用" in line for line in lines) == 5
    assert contents(folder) == before


@pytest.mark.parametrize("stage", ["classes", "matters", "issues", "screen"])
def test_interrupted_work_goes_on_and_ends_in_the_same_bytes(finished, tmp_path, monkeypatch, stage):
    def stop(*args):
        raise KeyboardInterrupt

    source, lines = ledger(tmp_path / "a.csv"), []
    with monkeypatch.context() as patch:
        patch.setattr(pipeline.stages, stage, stop)
        with pytest.raises(KeyboardInterrupt):
            mine(source, tmp_path / "out", key=KEY)
    assert not (tmp_path / "out" / "manifest.json").exists()
    mine(source, tmp_path / "out", key=KEY, report=lines.append)
    assert any("沿用" in line for line in lines)
    assert contents(tmp_path / "out") == contents(finished[0])


def test_a_bad_ledger_leaves_the_earlier_run_whole(finished, tmp_path):
    folder, _ = finished
    before = contents(folder)
    bad = tmp_path / "bad.csv"
    bad.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="bad.csv"):
        mine(bad, folder, key=KEY)
    assert contents(folder) == before


@pytest.mark.parametrize("told", [frozenset({"note.csv"}), frozenset()], ids=["told of", "left behind"])
def test_a_leak_stops_the_run_and_releases_nothing(finished, tmp_path, monkeypatch, told):
    folder, _ = finished
    before = contents(folder)

    def leaky(run, out, **options):
        (out / "note.csv").write_text("record_id,text\nL001,请联系13912345678\n", encoding="utf-8")
        return told

    monkeypatch.setattr(pipeline, "write_briefing", leaky)
    with pytest.raises(LeakError, match=r"note.csv: L001 text \(PHONE\)") as caught:
        mine(ledger(tmp_path / "b.csv", seed=1), folder, key=KEY)
    assert "13912345678" not in str(caught.value)
    assert contents(folder) == before


def test_the_gate_reads_facts_and_pdf_text(finished, tmp_path):
    (tmp_path / "facts.json").write_text(json.dumps({"a": ["电话13912345678"]}), encoding="utf-8")
    with pytest.raises(LeakError, match=r"facts.json: .a\[0\]"):
        check_leaks(tmp_path)
    check_leaks(finished[0])


def test_a_second_run_on_one_folder_is_refused(tmp_path):
    out = tmp_path / "out"
    hold = "import sys, time; from pathlib import Path; from minelib.runs import only_run_in\n"
    hold += "with only_run_in(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, out], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(InputError, match="another run"), only_run_in(out):
            pass
        other.stdin.close()
    with only_run_in(out):
        assert out.is_dir()


@pytest.mark.parametrize("make", [lambda p: p.write_text("x"), lambda p: p.symlink_to(p.parent)])
def test_a_file_or_link_in_place_of_the_folder_is_refused(tmp_path, make):
    make(tmp_path / "out")
    with pytest.raises(InputError, match="not a plain folder"), only_run_in(tmp_path / "out"):
        pass


def test_a_half_written_stage_is_never_seen(tmp_path):
    store = StageStore(tmp_path)
    store.put("read", "k1", {"petitions": pd.DataFrame({"a": [1]})})
    (tmp_path / ".stages" / "read.new").mkdir()
    assert store.get("read", "k2") is None
    assert store.get("read", "k1")["petitions"]["a"].tolist() == [1]


def test_a_stage_cut_short_is_none(tmp_path):
    store = StageStore(tmp_path)
    store.put("read", "k", {"petitions": pd.DataFrame({"a": ["欠薪"] * 100}), "rejects": pd.DataFrame()})
    file = tmp_path / ".stages" / "read" / "petitions.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    assert store.get("read", "k") is None


def test_frames_of_a_stage_are_read_when_they_are_asked_for(tmp_path, monkeypatch):
    store, read, real = StageStore(tmp_path), [], pd.read_parquet
    store.put("classes", "k", {"classes": pd.DataFrame({"a": [1]}), "evidence": pd.DataFrame({"b": [2]})})
    monkeypatch.setattr(pd, "read_parquet", lambda path: read.append(path.stem) or real(path))
    kept = store.get("classes", "k")
    assert (sorted(kept), len(kept), read) == (["classes", "evidence"], 2, [])
    assert (kept["evidence"]["b"].tolist(), read) == ([2], ["evidence"])


def test_a_folder_without_a_finished_run_is_named(tmp_path):
    with pytest.raises(InputError, match="no finished run"):
        load_run(tmp_path)


def test_another_option_changes_the_run(finished, tmp_path):
    run = mine(finished[0].parent / "a.csv", tmp_path / "out", key=KEY, config=load_config(seed=1))
    assert run.manifest["config"]["seed"] == 1


@pytest.mark.parametrize("library", ["python-calamine", "jieba", "scikit-learn", "onnxruntime", "igraph"])
def test_no_stage_of_another_version_of_a_library_is_reused(library, monkeypatch, tmp_path):
    from minelib import pipeline, runs

    def key():
        return pipeline._Stages(tmp_path, print, None)._key

    versions = runs.library_versions()
    before = key()
    assert key() == before and library in versions
    monkeypatch.setattr(pipeline, "library_versions", lambda: versions | {library: "0.0"})
    assert key() != before


def test_words_are_cut_from_the_head_of_an_endless_text():
    text = "薪" * 300_000 + "拖欠工资"
    row = {"record_id": "1", "title": "甲", "text": text, "place": "", "respondent": ""}
    words = Words(pd.DataFrame([row]), Config())
    (cut,) = words.tokens
    assert len("".join(cut)) == MOST and cut[0] == "甲" and "拖欠" not in cut
