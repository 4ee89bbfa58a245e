"""pyproject.toml, requirements.txt and environment.yml name the same libraries in the same versions."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LISTED = ("jupyterlab", "pandas", "jieba", "scikit-learn", "matplotlib", "nbval")


@pytest.fixture(scope="module")
def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    requirements = [Requirement(line) for group in groups for line in group]
    return {canonicalize_name(r.name): r.specifier for r in requirements}


@pytest.fixture(scope="module")
def pinned():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, re.M)
    }


@pytest.fixture(scope="module")
def conda():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^\s+- ([\w.-]+)==(\S+)$", text, re.M)
    }


def test_every_declared_library_is_pinned_within_its_bounds(declared, pinned):
    assert {n for n in declared if n not in pinned} == set()
    assert {n: pinned[n] for n, bounds in declared.items() if Version(pinned[n]) not in bounds} == {}


def test_conda_gets_the_same_versions(declared, pinned, conda):
    assert conda == {name: pinned[name] for name in sorted(declared)}
    assert "      - -e ." in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()


def test_every_pin_has_a_hash_and_no_address():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\w)", text.split("\n", 2)[2])
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(r"^-(i|-index|-extra|-find)", text, re.M)


@pytest.mark.parametrize("name", LISTED)
def test_the_libraries_the_project_names_are_really_used(name):
    module = {"scikit-learn": "sklearn"}.get(name, name)
    used = re.compile(rf"^\s*(import|from) {module}\b", re.M)
    sources = [*ROOT.glob("minelib/**/*.py"), *ROOT.glob("tests/*.py")]
    in_code = any(used.search(path.read_text(encoding="utf-8")) for path in sources)
    in_make = re.search(
        {"jupyterlab": "jupyter lab", "nbval": "--nbval"}.get(name, "$^"), (ROOT / "Makefile").read_text()
    )
    assert in_code or in_make
