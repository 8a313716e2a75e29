"""The wheel alone, in an empty environment, makes a report."""

import os
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = out.glob("*.whl")
    return path


def test_the_wheel_carries_data_and_notebooks(wheel):
    names = ZipFile(wheel).namelist()
    for name in (
        "data/por-fse-lombardia-2014-2020/datapackage.json",
        "data/por-fse-lombardia-2014-2020/finance.csv",
        "notebooks/programme_report.ipynb",
        "notebooks/performance_review.ipynb",
        "notebooks/information_sheet.ipynb",
        "notebooks/explore.ipynb",
        "explore/view.css",
        "display/sheet/sheet.typ",
        "display/templates/blocks.html.j2",
        "display/words/catalogue/it.toml",
        "display/words/catalogue/en.toml",
        "reports/page.html.j2",
        "reports/page.css",
        "__init__.pyi",
        "py.typed",
    ):
        assert f"porfse_analysis/{name}" in names
    assert not [name for name in names if name.startswith(("tests/", "data/", "notebooks/", "benchmarks/"))]


@pytest.mark.long
def test_a_report_from_the_installed_wheel(wheel, tmp_path):
    """Installed beside the libraries of this environment, but none of this checkout."""
    home = tmp_path / "env"
    venv.create(home, symlinks=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    (site,) = [Path(path) for path in sys.path if path.endswith("site-packages")]
    (here,) = home.glob("lib/*/site-packages") if os.name != "nt" else [home / "Lib" / "site-packages"]
    # the libraries come from this environment, the package from the wheel: the wheel is found first
    (here / "libraries.pth").write_text(f"{site}\n")
    # by the pip of this environment: to install one there takes longer than all the rest
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-qq", "--no-deps", "--no-index"]
    subprocess.run([*pip, wheel], check=True)
    code = "import porfse_analysis, sys; print(porfse_analysis.__file__)"
    run = [python, "-P", "-c", code]
    where = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert str(here) in where
    made = subprocess.run(
        [scripts / "porfse", "report", "--cutoff", "2014-12-31", "--jobs", "1"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        # the page templates of nbconvert are among the libraries
        env={**os.environ, "JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter")},
    )
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "reports" / "2014-12-31" / "programme_report.html").is_file()
    assert "2014IT05SFOP007" in (tmp_path / "reports" / "results.csv").read_text()
