"""What `make release` refuses, before anything is built or installed."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
release = importlib.util.module_from_spec(spec)
spec.loader.exec_module(release)

CITATION = "cff-version: 1.2.0\nversion: 1.2.3\ndate-released: 2026-01-31\n"
CHANGELOG = "# Changelog\n\n## [1.2.3] - 2026-01-31\n\n## [1.2.2] - 2025-01-31\n"


def test_version_and_date_agree_in_this_project():
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("CITATION.cff", "CHANGELOG.md")]
    assert list(release.disagreements(release.VERSION, *texts)) == []


def test_version_and_date_that_agree():
    assert list(release.disagreements("1.2.3", CITATION, CHANGELOG)) == []


@pytest.mark.parametrize(
    ("version", "citation", "changelog", "said"),
    [
        ("1.2.4", CITATION.replace("1.2.3", "1.2.4"), CHANGELOG, "CHANGELOG.md begins with 1.2.3, not with 1.2.4"),
        ("1.2.3", CITATION, CHANGELOG.replace(" - 2026-01-31", ""), "CHANGELOG.md gives 1.2.3 no date"),
        (
            "1.2.3",
            CITATION.replace("2026", "2025"),
            CHANGELOG,
            "CITATION.cff is of 2025-01-31, CHANGELOG.md of 2026-01-31",
        ),
        (
            "1.2.3",
            CITATION.replace("1.2.3", "1.2.2"),
            CHANGELOG,
            "CITATION.cff has version 1.2.2, pyproject.toml 1.2.3",
        ),
        ("1.2.3", CITATION, "## [Unreleased]\n" + CHANGELOG, "CHANGELOG.md begins with Unreleased, not with 1.2.3"),
    ],
)
def test_what_does_not_agree_is_said(version, citation, changelog, said):
    assert list(release.disagreements(version, citation, changelog)) == [said]


TRACKED = {
    "porfse_analysis/__init__.pyi",
    "porfse_analysis/py.typed",
    "porfse_analysis/it.toml/it.toml",
    "porfse_analysis/reports/page.html.j2",
    "data/p/datapackage.json",
    "data/build.py",
    "notebooks/programme_report.ipynb",
    "tests/test_a.py",
    "README.md",
}
WHEEL = {name for name in TRACKED if name.startswith("porfse_analysis/")} | {
    "porfse_analysis/data/p/datapackage.json",
    "porfse_analysis/notebooks/programme_report.ipynb",
    "porfse_analysis-1.dist-info/METADATA",
}
SDIST = (TRACKED - {"tests/test_a.py"}) | {"LICENSE", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"}


def test_contents_as_they_should_be():
    assert list(release.faults_of_contents(SDIST, WHEEL, TRACKED)) == []


@pytest.mark.parametrize(
    ("sdist", "wheel", "said"),
    [
        (
            SDIST,
            WHEEL - {"porfse_analysis/data/p/datapackage.json"},
            "the wheel lacks porfse_analysis/data/p/datapackage.json",
        ),
        (SDIST, WHEEL | {"tests/test_a.py"}, "the wheel has tests/test_a.py"),
        (SDIST, WHEEL - {"porfse_analysis/py.typed"}, "the wheel has no py.typed"),
        (SDIST - {"LICENSE"}, WHEEL, "the sdist lacks LICENSE"),
        (SDIST | {"tests/test_a.py"}, WHEEL, "the sdist has tests/test_a.py"),
    ],
)
def test_contents_that_should_not_be_so_are_said(sdist, wheel, said):
    assert said in list(release.faults_of_contents(sdist, wheel, TRACKED))
