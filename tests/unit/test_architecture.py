"""Imports go one way, the core stands without the reports' libraries, the public names are these."""

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import porfse_analysis

PACKAGE = Path(porfse_analysis.__file__).parent
sys.path.insert(0, str(PACKAGE.parent / "docs"))

from layers import LAYERS, imported, modules, part_of  # noqa: E402

ORDER = {part: place for place, parts in enumerate(LAYERS) for part in parts}
# indicators, verdicts and display know frames, never files
NO_LOADERS = ("indicators", "verdicts", "display")


def test_imports_go_one_way():
    assert len(modules()) > 20
    wrong = []
    for path in modules():
        own = part_of(path)
        assert own in ORDER, f"{path.name}: give its part a layer"
        for other in imported(path):
            if other != own and ORDER[other] > ORDER[own]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {other}")
            if other == "loaders" and own in NO_LOADERS:
                wrong.append(f"{path.relative_to(PACKAGE)} reads files")
    assert not wrong


def modules_after(code):
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_the_core_needs_no_notebook_library():
    loaded = modules_after(
        "import porfse_analysis as pf\np = pf.load_programme()\npf.all_indicators(p, cutoff='2018-09-30')\npf.check(p)"
    )
    assert "pandas" in loaded
    assert not loaded & {
        "papermill",
        "nbconvert",
        "nbformat",
        "jupyterlab",
        "IPython",
        "jinja2",
        "joblib",
        "typer",
    }


def test_the_command_line_starts_without_heavy_libraries():
    # what an interrupt could meet before the command stands (`cli.process`)
    assert "typer" not in modules_after("import porfse_analysis.cli")
    loaded = modules_after("import porfse_analysis.cli; porfse_analysis.cli.app")
    assert "typer" in loaded
    assert not loaded & {"pandas", "numpy", "matplotlib", "papermill", "nbconvert", "jupyter_client"}


def test_public_names():
    for name in porfse_analysis.__all__:
        assert getattr(porfse_analysis, name).__name__ if callable(getattr(porfse_analysis, name)) else True
    assert dir(porfse_analysis) == sorted(porfse_analysis.__all__)
    # whatever was imported meanwhile
    assert porfse_analysis.plot.rates
    assert dir(porfse_analysis) == sorted(porfse_analysis.__all__)
    assert dir(porfse_analysis.plot) == ["funnel", "over_time", "rates", "targets"]
    assert {
        "load_programme",
        "certification_rate",
        "financial_progress",
        "target_achievement_ratio",
        "per_capita_spend",
        "participants",
        "residents",
        "Programme",
    } <= set(porfse_analysis.__all__)


def test_the_version_is_said_once_and_the_same():
    version = importlib.metadata.version("porfse_analysis")
    assert porfse_analysis.__version__ == version
    citation = (PACKAGE.parent / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {version}" in citation.replace('"', "")


def length(node):
    """Lines of a function without its docstrings, which say much where a user reads them."""
    lines = node.end_lineno - node.lineno + 1
    inner = [at for at in ast.walk(node) if isinstance(at, ast.ClassDef | ast.FunctionDef)]
    said = [at.body[0] for at in inner if ast.get_docstring(at) is not None]
    return lines - sum(at.end_lineno - at.lineno + 1 for at in said)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_read_at_once_is_short(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 450
    long = {at.name: length(at) for at in ast.walk(tree) if isinstance(at, ast.FunctionDef) and length(at) > 60}
    assert long == {}
