from datetime import date

import pandas as pd
import pytest

from minelib.dossier import dossier, early_signs
from minelib.errors import InputError
from minelib.runs import Run
from minelib.schema import ISSUE, MATTER, RUN_PETITION, frame


@pytest.fixture
def run():
    rows = [
        ("a", "P1", "M1", "2025-01-01", "有"),
        ("b", "P1", "M1", "2025-02-01", ""),
        ("c", "P1", "M2", "2025-05-01", ""),
        ("d", "P2", "M3", "2025-06-01", ""),
    ]
    names = ("record_id", "petitioner_id", "matter_id", "received_at", "reply")
    petitions = frame([{**dict(zip(names, r, strict=True)), "class_margin": 0.5} for r in rows], RUN_PETITION)
    numbers = {"n_petitions": 1, "n_petitioners": 1, "n_places": 1, "n_respondents": 0, "stability": 1.0}
    issues = [
        {"issue_id": "I1", "label": "新问题", "n_matters": 3, "first_at": "2025-05-20", **numbers},
        {"issue_id": "I2", "label": "老问题", "n_matters": 3, "first_at": "2024-01-01", **numbers},
    ]
    matters = [
        {
            "matter_id": "M3",
            "issue_id": "I1",
            "place": "云顶花园",
            "n_petitions": 1,
            "n_petitioners": 1,
            "n_people": 1,
        }
    ]
    return Run(
        petitions,
        frame(matters, MATTER),
        pd.DataFrame(),
        frame(issues, ISSUE),
        pd.DataFrame(),
        pd.DataFrame(),
    )


def test_first_and_repeat_visits_are_told_apart_within_a_matter(run):
    rows = dossier(run, "P1")
    assert rows[["record_id", "visit"]].to_numpy().tolist() == [["a", "初访"], ["b", "重访"], ["c", "初访"]]


def test_only_unanswered_petitions_wait(run):
    rows = dossier(run, "P1", today=date(2025, 6, 1)).set_index("record_id")
    assert pd.isna(rows.loc["a", "waited"])
    assert rows.loc[["b", "c"], "waited"].tolist() == [120, 31]
    assert rows["long"].tolist() == [False, True, False]


def test_a_ledger_without_answers_calls_nobody_waiting(run):
    run.petitions["reply"] = ""
    assert dossier(run, "P1")["waited"].isna().all()


@pytest.mark.parametrize("who", ["P9", ""])
def test_an_unknown_pseudonym_is_refused(run, who):
    with pytest.raises(InputError, match="no petitioner"):
        dossier(run, who)


def a_ledger(*told):
    """A run of (issue, matter, first day, place), two years long."""
    days = ["2023-07-01", "2025-06-30"]
    petitions = [{"record_id": f"r{d}", "received_at": d, "class_margin": 0.5} for d in days]
    numbers = dict.fromkeys(("n_petitions", "n_petitioners", "n_people", "n_places", "n_respondents"), 1)
    matters = [
        {"issue_id": i, "matter_id": m, "first_at": d, "place": p, "township": "河口镇", **numbers}
        for i, m, d, p in told
    ]
    names = sorted({i for i, *_ in told})
    issues = [
        {"issue_id": i, "label": f"问题{i}", "n_matters": 1, "stability": 1.0, **numbers} for i in names
    ]
    tables = frame(petitions, RUN_PETITION), frame(matters, MATTER), pd.DataFrame(), frame(issues, ISSUE)
    return Run(*tables, pd.DataFrame(), pd.DataFrame())


def test_early_signs_name_matters_and_places_but_nobody():
    signs = early_signs(
        a_ledger(
            ("I1", "M1", "2025-06-01", "云顶花园"),
            ("I1", "M2", "2025-05-20", ""),
            ("I2", "M3", "2025-06-01", "望江里"),
            ("I2", "M4", "2024-01-01", "望江里"),
            ("I3", "M5", "2025-06-02", "南山里"),
        )
    )
    assert signs[["issue_id", "n_recent", "matters", "places"]].to_numpy().tolist() == [
        ["I1", 2, "M2、M1", "河口镇、云顶花园"]
    ]
    assert not {"petitioner_id", "respondent"} & set(signs.columns)


def test_a_widespread_issue_is_no_early_sign_and_an_empty_run_has_none():
    many = [("I1", f"M{i}", "2025-06-01", "") for i in range(9)]
    assert early_signs(a_ledger(*many)).empty and early_signs(a_ledger()).empty
