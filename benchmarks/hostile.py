"""Every hostile file of the tests, each through the command line: exit status, seconds, memory.

    python benchmarks/hostile.py

Prints one line a case, then the worst. A status other than 0 or 2, more than one line of refusal, anything left of a
refused run, more than a minute of processor time or a gigabyte of memory is a failure. The full disk is a file system
of two megabytes where one may be mounted, else a limit on the size of files.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from minelib.redact import new_key

TESTS = Path(__file__).resolve().parent.parent / "tests"
SMALL = 2 << 20  # bytes of the full disk
SECONDS, MEGABYTES = 60, 1024  # a case may take
GOOD = "编号,内容\n" + "".join(f"{n},第{n}工地拖欠农民工工资三个月，多次讨要没有结果\n" for n in range(40))


def empty_rows() -> bytes:
    """Return a workbook of one petition and a million rows of nothing."""
    from test_ledger_hostile import SHEET, cell, repacked

    rows = [f'<row r="1">{cell("A1", "编号")}{cell("B1", "内容")}</row>']
    rows += [f'<row r="2">{cell("A2", "1")}{cell("B2", "工地拖欠农民工工资三个月")}</row>']
    rows += [f'<row r="{n}"><c r="A{n}"/><c r="B{n}"/></row>' for n in range(3, 1_000_003)]
    return repacked({"xl/worksheets/sheet1.xml": SHEET.format("".join(rows))})


def cases(folder: Path) -> dict[str, Path]:
    """Write each hostile ledger to a folder of its own."""
    sys.path.insert(0, str(TESTS))
    import test_hostile
    import test_ledger_hostile

    made = {}
    files = {name: case[:2] for name, case in test_ledger_hostile.CASES.items()}
    files["a million empty rows"] = ("a.xlsx", empty_rows)
    for n, (case, (name, make)) in enumerate(files.items()):
        (folder / str(n)).mkdir()
        made[case] = folder / str(n) / name
        made[case].write_bytes(make())
    made[f"{len(test_hostile.TEXTS)} hostile texts"] = test_hostile.ledger(folder / "texts.jsonl")
    return made


def measured(source: Path, out: Path, key: Path, *, most: int = 0) -> tuple[int, str, float, float]:
    """Mine in a process of its own; return exit status, what it said, wall seconds and peak megabytes."""

    def limit():
        if most:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [sys.executable, "-W", "ignore", "-m", "minelib", "mine", str(source)]
    command += ["--key", str(key), "--out", str(out)]
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, preexec_fn=limit)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return child.returncode, text, time.monotonic() - start, used.ru_maxrss / 1024


def on_a_full_disk(folder: Path, key: Path) -> tuple[str, tuple[int, str, float, float]]:
    """Mine to a disk that is too small; return how it was made, and what was measured."""
    source, disk = folder / "good.csv", folder / "disk"
    source.write_text(GOOD, encoding="utf-8")
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(disk)]
    if os.geteuid() == 0 and not subprocess.run(mount, capture_output=True, check=False).returncode:
        try:
            (disk / "full").write_bytes(bytes(SMALL - (64 << 10)))
            return "full disk (tmpfs of 2 MB)", measured(source, disk / "out", key)
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    return "full disk (files limited to 9 kB)", measured(source, disk / "out", key, most=9000)


def is_right(status: int, said: str, out: Path) -> bool:
    """Tell whether a case ended well, or with one line and no results."""
    if status == 0:
        return (out / "manifest.json").exists()
    refusals = [line for line in said.splitlines() if line.startswith("minelib: ")]
    return (
        status == 2
        and len(refusals) == 1
        and "Traceback" not in said
        and not (out / "manifest.json").exists()
    )


def main() -> int:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder, key = Path(name), Path(name) / "key"
        new_key(key)
        for n, (case, source) in enumerate(cases(folder).items()):
            result, out = measured(source, folder / f"out{n}", key), folder / f"out{n}"
            rows.append((case, *result[:1], *result[2:], is_right(*result[:2], out)))
            print(f"{result[0]}  {result[2]:5.1f} s  {result[3]:6.0f} MB  {case}", flush=True)
        case, result = on_a_full_disk(folder, key)
        rows.append((case, *result[:1], *result[2:], is_right(*result[:2], folder / "none")))
        print(f"{result[0]}  {result[2]:5.1f} s  {result[3]:6.0f} MB  {case}")
    wrong = [case for case, _, _, large, right in rows if not right or large > MEGABYTES]
    slow, large = (max(rows, key=lambda row: row[i]) for i in (2, 3))
    codes = {status: sum(row[1] == status for row in rows) for status in sorted({row[1] for row in rows})}
    print(f"{len(rows)} cases, exit status {codes}, wrong: {wrong or 'none'}")
    print(f"slowest {slow[2]:.1f} s ({slow[0]}); largest {large[3]:.0f} MB ({large[0]})")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
