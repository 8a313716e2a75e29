"""The README and the docs say what the package does."""

import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt

import porfse_analysis as pf

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "docs"))


def test_tables_are_up_to_date():
    import make_tables

    assert make_tables.folder_page() == (ROOT / "docs" / "programme-folder.md").read_text(encoding="utf-8"), (
        "run docs/make_tables.py"
    )


def test_it_is_short():
    assert len(README.splitlines()) < 120


def test_the_first_screen_has_the_two_commands_and_a_picture():
    first = "\n".join(README.splitlines()[:40])
    for part in ("make report", "make test", "py -m venv", "docs/front-page-en.png"):
        assert part in first


def test_pictures_are_linked_and_light():
    sheets = ("information-sheet-it", "information-sheet-en")
    gallery = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    for name in ("front-page", "front-page-en", "report", "report-en", *sheets, "explore"):
        assert f"({name}.png)" in gallery
        assert 10_000 < (ROOT / "docs" / f"{name}.png").stat().st_size < 250_000, name


def test_the_python_of_the_readme_runs(three_dates, monkeypatch):
    (code,) = re.findall(r"    import porfse_analysis as pf\n(?:    .*\n|\n)+", README)
    lines = "\n".join(line[4:] for line in code.splitlines())
    monkeypatch.setattr(pf, "load_programme", lambda: three_dates)
    names = {}
    exec(compile(lines, "README.md", "exec"), names)
    assert names["programme"] is three_dates
    assert set(names["rates"]["indicator"]) == {"declaration_rate"}
    assert names["ax"].get_lines()
    plt.close("all")


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_no_machine_and_no_registry_is_named():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    for name in listed or ["README.md", "pyproject.toml", "requirements.lock"]:
        path = ROOT / name
        if path.suffix in (".png", ".gz") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        for word in ("index" + "-url", "/" + "work/", "/" + "root/"):
            assert word not in text or name == "Makefile", f"{name} names {word}"
