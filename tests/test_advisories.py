"""Advisories of pinned versions are told, and an index that knows none is told apart from one with none open."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import advisories
import pytest

KNOWN = {
    "/pypi/good/1.0/json": [],
    "/pypi/old/2.1/json": [{"id": "GHSA-1", "fixed_in": ["2.2"]}, {"id": "GHSA-2", "fixed_in": [], "withdrawn": "x"}],
}  # fmt: skip


class Index(BaseHTTPRequestHandler):
    def do_GET(self):
        known = KNOWN.get(self.path)
        self.send_response(404 if known is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"vulnerabilities": known}).encode() if known is not None else b"")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def root():
    """An index of our own on this machine, so that the test asks nobody else."""
    with HTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "http://{}:{}/pypi".format(*server.server_address)
        server.shutdown()


@pytest.mark.parametrize(
    "pinned, status, said",
    [
        ("good==1.0", 0, "1 pinned versions asked about, 0 open"),
        ("good==1.0\nold==2.1 \\\n  --hash=sha256:00", 1, "old 2.1: GHSA-1 (mended in 2.2)"),
        ("gone==9", 0, "skipped"),
    ],
)
def test_open_advisories_end_with_one(pinned, status, said, root, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(advisories, "index_root", lambda: root)
    (tmp_path / "r.txt").write_text(pinned)
    assert advisories.main([str(tmp_path / "r.txt")]) == status
    out = capsys.readouterr().out
    assert said in out and "GHSA-2" not in out


def test_every_requirement_is_pinned_by_hash():
    text = (Path(__file__).parents[1] / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^[A-Za-z0-9].*?(?=^\S|\Z)", text, re.M | re.S)
    assert len(pinned) > 50 and all("==" in part and "--hash=sha256:" in part for part in pinned)
