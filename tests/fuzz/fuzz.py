"""Fuzz reading, cleaning, redaction: whatever the bytes, a ledger is read or refused, and no number is left.

    python tests/fuzz/fuzz.py ledger|clean|redact|notebook [-max_total_time=60] [FOLDER]

Needs atheris (Linux): `pip install atheris`. Seeds and a dictionary of tokens are made here, into a folder of their own
unless one is given, in which what was learnt is kept. Other options are libFuzzer's.
"""

import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["minelib.ledger", "minelib.clean", "minelib.redact", "minelib.gate"]
):
    import minelib.clean
    import minelib.gate
    import minelib.ledger
    import minelib.redact

from minelib.errors import InputError, LeakError
from minelib.redact import Redactor, scan
from minelib.schema import MASK, RAW_PETITION, frame

REDACTOR = Redactor(bytes(range(32)), model=False)
SHOWN = "<td>电话13800138000</td>".encode()
SUFFIXES = (".csv", ".jsonl", ".tsv", ".xlsx", ".xls", ".json")
FOLDER = Path(tempfile.mkdtemp())
HEAD = "编号,姓名,标题,内容,日期"
TOKENS = (
    "投诉人", "张小芳", "欧阳明月", "买买提·吐尔逊", "王书记", "李某", "电话", "13800138000", "１３８０",
    "一三八零零一三八零零零", "138 0013 8000", "身份证号", "11010519491231002X", "110105491231002",
    "银行卡", "6222020200112233445", "京A12345", "苏E·D1234", "a@b.com", "微信号wx_abc123",
    "QQ 123456789", "（2024）京0105民初123号", "1990年1月1日出生", "3栋2单元501室", "幸福路12号",
    "〈姓名3QK7〉", "〈电话9XBD〉", "〈", "〉", "張", "（", "）", "zhāng", "\u200b", "\u202e", "\ufeff",
    "\x00", "\n", "\r", "\u2028", "&#x31;", "&lt;b&gt;", "<b>", "</b>", "<!--", "-->", "<table>", "=1+1",
    "\t", '"', "'", ",", "，", "、", "。", "零", "〇", "O", "2024-03-05", "2024年3月", "20240305",
    "45356", "编号", "姓名", "标题", "内容", "日期", "此致", "敬礼", "尊敬的领导", "您好", "女儿", "的",
)  # fmt: skip
SENTENCES = (
    "投诉人张小芳，电话13800138000，身份证号11010519491231002X，住幸福路12号3栋2单元501室，望胡书记重视。",
    "我叫欧阳明月，1990年1月1日出生，银行卡6222020200112233445，微信号wx_abc123，邮箱a@b.com，车牌京A12345。",
    "<p>张(zhāng)三(sān)</p>电话&#x31;38 0013 8000\u200b，案号（2024）京0105民初123号<!-- x -->",
    "尊敬的领导：\r\n您好！工地拖欠农民工工资三个月。\n此致\n敬礼\n2024年3月5日",
)


def fuzz_ledger(data: bytes) -> None:
    """A file is read or refused in one line, and what was read goes through cleaning and redaction."""
    if not data:
        return
    path = FOLDER / f"a{SUFFIXES[data[0] % len(SUFFIXES)]}"
    path.write_bytes(data[1:])
    try:
        ledger = minelib.ledger.read_ledger(path)
    except InputError as error:
        assert "\n" not in str(error), "a refusal is one line"
        return
    petitions = ledger.petitions
    assert petitions["record_id"].is_unique and list(petitions) == list(RAW_PETITION)
    check_redacted(minelib.clean.clean_petitions(petitions)[0])


def fuzz_clean(data: bytes) -> None:
    """Cleaning is done after once, and the parts it names lie in the text."""
    text = data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace") if _is_text(data) else ""
    once, _ = minelib.clean.clean_petitions(table(text))
    again, _ = minelib.clean.clean_petitions(once)
    assert again.equals(once), "cleaning twice changes more"
    cleaned = once.loc[0, "text"]
    last = 0
    for start, end, *_ in minelib.clean.boilerplate_spans(cleaned):
        assert last <= start < end <= len(cleaned), "boilerplate lies outside the text"
        last = end
    assert len(minelib.clean.core_text(cleaned)) <= len(cleaned)


def fuzz_redact(data: bytes) -> None:
    """What was redacted is not found again, spans lie in order in the text, masks stay."""
    text = data.decode("utf-8", "replace")
    last = 0
    for span in scan(text):
        assert last <= span.start < span.end <= len(text) and 0 <= span.keep <= span.end - span.start
        last = span.end
    redacted = REDACTOR.redact(text)
    assert not scan(redacted), "what was redacted is found again"
    assert REDACTOR.redact(redacted) == redacted, "redacting twice changes more"
    assert set(MASK.findall(text)) <= set(MASK.findall(redacted)), "a mask was cut"
    if text.strip():
        check_redacted(minelib.clean.clean_petitions(table(text))[0])


def fuzz_notebook(data: bytes) -> None:
    """A notebook is passed, refused, or stopped without a word of its text."""
    path = FOLDER / "a.ipynb"
    path.write_bytes(data)
    try:
        minelib.gate.check_notebook(path)
    except InputError:
        return
    except LeakError as error:
        assert "13800138000" not in str(error)
        return
    assert SHOWN not in data or b"image/" in data, "a telephone number went through"


def check_redacted(petitions) -> None:
    """Raise where a redacted table still holds something."""
    redacted, _ = REDACTOR.redact_petitions(petitions)
    for column in ("title", "text", "place", "respondent"):
        for text in redacted[column]:
            assert not scan(text), "what was redacted is found again"


def table(text: str):
    """Return a raw petition that says `text`."""
    return frame(
        [{"record_id": "1", "source": "a", "row": 2, "title": text[:20], "text": text}], RAW_PETITION
    )


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return b"\xed" not in data
    return True


TARGETS = {"ledger": fuzz_ledger, "clean": fuzz_clean, "redact": fuzz_redact, "notebook": fuzz_notebook}


def seeds(target: str) -> list[bytes]:
    """Make inputs to begin with."""
    if target in ("clean", "redact"):
        return [s.encode() for s in SENTENCES]
    if target == "notebook":
        cell = {
            "cell_type": "code",
            "source": ["1"],
            "outputs": [{"data": {"text/html": "<td>电话13800138000</td>"}}],
        }
        return [
            json.dumps({"cells": [cell], "metadata": {"a": s}}, ensure_ascii=False).encode()
            for s in SENTENCES
        ]
    rows = [f'{n},张小芳,欠薪,"{s}",2024-03-05' for n, s in enumerate(SENTENCES)]
    lines = [json.dumps({"编号": str(n), "内容": s}, ensure_ascii=False) for n, s in enumerate(SENTENCES)]
    csv = "\n".join([HEAD, *rows])
    tabs = "\n".join([HEAD, *rows]).replace(",", "\t")
    texts = {
        0: [csv, csv.replace("\n", "\r\n")],
        1: ["\n".join(lines)],
        2: [tabs],
        5: [f"[{','.join(lines)}]"],
    }
    made = [
        bytes([n]) + t.encode(e)
        for n, several in texts.items()
        for t in several
        for e in ("utf-8", "gb18030")
    ]
    return made + [bytes([3]) + _workbook()]


def _workbook() -> bytes:
    import io

    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ["1", "张小芳", "欠薪", SENTENCES[0], "2024-03-05"])
    return held.getvalue()


def prepared(target: str, folder: Path) -> list[str]:
    """Write seeds and dictionary; return the arguments that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, seed in enumerate(seeds(target)):
        (folder / f"seed{n}").write_bytes(seed)
    escaped = ("".join(f"\\x{byte:02x}" for byte in token.encode()) for token in TOKENS)
    tokens = FOLDER / "tokens.dict"
    tokens.write_text("\n".join(f'"{token}"' for token in escaped) + "\n")
    return [f"-dict={tokens}", str(folder)]


def main() -> None:
    target, *rest = sys.argv[1:]
    options, folders = [a for a in rest if a.startswith("-")], [a for a in rest if not a.startswith("-")]
    known = prepared(target, Path(folders[0]) if folders else FOLDER / target)
    atheris.Setup([sys.argv[0], "-len_control=0", "-max_len=4096", *options, *known], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
