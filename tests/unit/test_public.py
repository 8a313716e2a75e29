"""What users rely on: what changes in it is meant, and said."""

import difflib
import importlib
import inspect
import itertools
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

import porfse_analysis as pf

ROOT = Path(__file__).resolve().parent
while not (ROOT / "pyproject.toml").is_file():
    ROOT = ROOT.parent
sys.path.insert(0, str(ROOT / "docs"))

import make_public  # noqa: E402

CHANGED = """
Users rely on what docs/public-names.txt lists, and the code differs from it as above (-: no longer, +: new).
If that is not meant, mend the code. If it is: run `python docs/make_public.py`, say it in the section "Changed" of
CHANGELOG.md (what is only new: "Added"), and say in docs/from-0.1-to-0.2.md what a user has to write instead."""


@pytest.mark.long
def test_what_users_rely_on_is_as_listed():
    listed = make_public.FILE.read_text(encoding="utf-8").splitlines()
    found = make_public.text().splitlines()
    said = [
        line for line in difflib.unified_diff(listed, found, n=2, lineterm="") if not line.startswith(("---", "+++"))
    ]
    assert not said, "\n".join(["", *said, CHANGED])


def test_the_list_would_show_a_change(monkeypatch):
    monkeypatch.setattr(pf, "participants", lambda achievements, *, at: pd.DataFrame({"value": [1]}))
    monkeypatch.setattr(make_public, "FRAMES", {"participants": lambda p: pf.participants(None, at="")})
    assert "pf.participants(achievements, *, at)" in list(make_public.public_names())
    assert list(itertools.islice(make_public.frames(), 2)) == ["pf.participants", "    value: int64"]


def test_every_function_that_gives_a_frame_has_its_columns_listed():
    giving = {
        name
        for name in pf.__all__
        if inspect.isfunction(getattr(pf, name))
        and "DataFrame" in str(inspect.signature(getattr(pf, name)).return_annotation)
    }
    assert giving == set(make_public.FRAMES)


def test_the_lists_of_codes_are_found():
    """One of each kind by name, so that a list which moves out of sight is missed."""
    codes = list(make_public.codes())
    for code in ("stale", "no_commitments", "serious_failure", "settled_at_closure", "contradicted", "not_updated"):
        assert f"    {code}" in codes
    # a list, then its codes: no list is empty
    heads = [place for place, line in enumerate(codes) if not line.startswith(" ")]
    assert len(heads) == len(make_public.CODES)
    assert all(after - before > 1 for before, after in zip(heads, [*heads[1:], len(codes)], strict=True))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("porfse_analysis.loaders.cohesion_data", "read_finance"),
        ("porfse_analysis.loaders.cohesion_data", "read_planned"),
        ("porfse_analysis.loaders.cohesion_data", "read_indicators"),
        ("porfse_analysis.loaders.cohesion_data", "read_payments"),
        ("porfse_analysis.loaders.cohesion_data", "tables_from_cohesion_data"),
        ("porfse_analysis.loaders.cohesion_data", "programme_from_cohesion_data"),
        ("porfse_analysis.resources", "bundled"),
        ("porfse_analysis.schema", "TABLES"),
        ("porfse_analysis", "open_report"),
        ("porfse_analysis", "record"),
        ("porfse_analysis", "show"),
    ],
)
def test_stays_importable(module, name):
    assert getattr(importlib.import_module(module), name) is not None


def test_a_report_opens_as_it_did():
    data = pf.load_programme(importlib.import_module("porfse_analysis.resources").bundled())
    report = pf.open_report(data, cutoff="2018-12-31", lang="en")
    assert len(report.results) > 0
    # 122,136,070.10 of 358,000,000 declared in axis I
    rows = report.results.query("indicator == 'declaration_rate' and axis == 'I'")
    assert rows["value"].tolist() == [122_136_070.10 / 358_000_000]


def test_changes_are_said_where_users_look():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = changelog.split("\n## [", 2)[1]
    assert newest.startswith(f"{pf.__version__}] - ")
    assert "### Changed" in newest
    assert "from-0.1-to-0.2.md" in newest
    assert (ROOT / "docs" / "from-0.1-to-0.2.md").is_file()


def public_functions():
    for name in pf.__all__:
        found = getattr(pf, name)
        if inspect.ismodule(found):
            yield from (getattr(found, inner) for inner in found.__all__)
        elif inspect.isfunction(found):
            yield found


@pytest.mark.parametrize("function", list(public_functions()), ids=lambda function: function.__name__)
def test_a_public_function_says_what_it_takes_gives_and_refuses(function):
    """In the sections of numpydoc, so that the reference and the help of an editor show them; with an example."""
    heads = re.split(r"\n(\w+)\n-{3,}\n", inspect.getdoc(function))
    sections = dict(zip(heads[1::2], heads[2::2], strict=True))
    documented = re.findall(r"^(\*?\w[\w, ]*)$", sections["Parameters"], flags=re.MULTILINE)
    assert {name for line in documented for name in line.split(", ")} == {
        f"*{name}" if parameter.kind is parameter.VAR_POSITIONAL else name
        for name, parameter in inspect.signature(function).parameters.items()
    }
    gives = inspect.signature(function).return_annotation not in (None, "None")
    assert ("Returns" in sections) == gives
    assert ">>> import porfse_analysis as pf" in sections["Examples"]
