"""The command line: exit status, one clear line, tables that line up."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from test_pipeline import ledger

from minelib.cli import main
from minelib.cli.show import table_lines, text_width
from minelib.review import read_decisions


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "office.key"
    path.write_text("ab" * 32 + "\n")
    path.chmod(0o600)
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, key):
    place = tmp_path_factory.mktemp("cli")
    assert main(["mine", str(ledger(place / "a.csv")), "--out", str(place / "out"), "--key", key]) == 0
    return place / "out"


def test_mine_prints_the_funnel_and_the_ranked_candidates(folder, key, capfd):
    assert main(["mine", str(folder.parent / "a.csv"), "--out", str(folder), "--key", key]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert "读到 33 行 = 采用 32 + 退回 1" in out
    assert "排名" in out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["mine", "nowhere.xlsx", "--out", "{tmp}/out"], "nowhere.xlsx"),
        (["mine", "{tmp}/a.csv", "--out", "{tmp}/out", "--columns", "内容"], "NAME=HEADER"),
        (["mine", "{tmp}/a.csv", "--out", "{tmp}/out", "--config", "{tmp}/none.toml"], "none.toml"),
        (["mine", "{tmp}/a.csv", "--out", "{tmp}/out", "--taxonomy", "{tmp}/none.toml"], "none.toml"),
        (["review", "{tmp}"], "no finished run"),
        (["brief", "{tmp}"], "no finished run"),
        (["redact", "{tmp}/none.jsonl", "--spans", "{tmp}/o.jsonl"], "none.jsonl"),
        (["notebook", "run", "99"], "notebooks"),
    ],
)
def test_what_the_user_got_wrong_is_one_line_and_exit_2(tmp_path, key, capfd, argv, said):
    ledger(tmp_path / "a.csv")
    argv = [a.replace("{tmp}", str(tmp_path)) for a in argv]
    assert main([*argv, "--key", key] if argv[0] in ("mine", "redact") else argv) == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert said in err


def test_redact_writes_spans_of_the_text_given(tmp_path, key):
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"id": "a", "text": "电话13812345678。"}) + "\n", encoding="utf-8"
    )
    assert (
        main(["redact", str(tmp_path / "in.jsonl"), "--spans", str(tmp_path / "out.jsonl"), "--key", key])
        == 0
    )
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert row["spans"] == [[2, 13, "PHONE"]]
    assert "13812345678" not in row["text"]


def test_review_records_a_decision_and_shows_it(folder, capfd):
    assert main(["review", str(folder), "accept", "1", "--by", "承办人"]) == 0
    assert "accept" in capfd.readouterr().out
    assert [d.action for d in read_decisions(folder / "decisions.jsonl")[0]] == ["accept"]
    assert main(["review", str(folder), "accept", "99", "--by", "承办人"]) == 2


def test_compare_and_like_answer(folder, capfd):
    assert main(["compare", str(folder), str(folder)]) == 0
    assert "延续" in capfd.readouterr().out
    assert main(["like", str(folder), "拖欠农民工工资", "--most", "3"]) == 0
    assert "工资" in capfd.readouterr().out


def test_brief_makes_the_other_templates(folder):
    assert main(["brief", str(folder), "--template", "short"]) == 0
    assert (folder / "short.pdf").read_bytes().startswith(b"%PDF")


def test_columns_of_a_table_line_up_under_han_characters():
    lines = table_lines(
        pd.DataFrame({"a": ["拖欠", "x"], "n": [1, 200]}), {"a": "问题", "n": "事项"}
    ).splitlines()
    assert {text_width(line) for line in lines} == {10}


def test_help_is_quick_to_import():
    code = "import sys, minelib.cli; print('pandas' in sys.modules, 'sklearn' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split()[1] == "False"
