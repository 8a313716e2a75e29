"""The bundled tables are what was published, and what would differ is found."""

import functools
import importlib.util
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
while not (ROOT / "pyproject.toml").is_file():
    ROOT = ROOT.parent
spec = importlib.util.spec_from_file_location("data_build", ROOT / "data" / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)
build.own_rows = functools.cache(build.own_rows)  # read once for all tests

SHARED = build.default_folder()
MISSING = build.missing_inputs(SHARED)
published = pytest.mark.skipif(bool(MISSING), reason=f"the published inputs are not here: {', '.join(MISSING)}")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the bundled programme that the build compares with and writes."""
    folder = tmp_path / "programme"
    shutil.copytree(build.PROGRAMME, folder)
    monkeypatch.setattr(build, "PROGRAMME", folder)
    return folder


def change(folder, name, old, new):
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


@published
def test_the_bundled_tables_are_what_was_published():
    assert build.compare(SHARED) == []
    assert build.main([str(SHARED)]) == 0


@published
def test_every_published_row_is_compared():
    made = build.built_tables(SHARED)
    # 9 positions of 5 axes in 3 stages; all rows but 18 of 2021 without any value; 2016 to 2025
    assert (len(made["finance"]), len(made["population"])) == (135, 10)
    assert len(build.own_rows(SHARED / build.INDICATORS)) == 898
    sheet = [row for row in build.bundled("finance") if row["source"] == build.SHEET]
    assert len(sheet) == 14
    assert len(build.bundled("finance")) == 135 + 14
    for name in build.DERIVED:
        assert made[name] == build.bundled(name)


@published
def test_the_selection_of_achievements_is_one_constant(monkeypatch):
    assert len(build.built_tables(SHARED)["achievements"]) == 880
    monkeypatch.setattr(build, "ALL_ACHIEVEMENTS", False)
    assert len(build.built_tables(SHARED)["achievements"]) == 204


@published
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        # a cent too many, and a figure in another row's place
        ("finance", "133615344.12", "133615344.13", "amount_eur is '133615344.13', published '133615344.12'"),
        (
            "finance",
            "ALL,2018-09-30,activated,ESF,More developed,sheet-2018-09-30,614",
            "ALL,2018-09-30,activated,ESF,More developed,sheet-2018-09-30,641",
            "ALL, activated (slide 2): amount_eur is '641000000.00', the sheet says",
        ),
        ("population", "2018,9986962", "2018,9986926", "ITC4, 2018: residents is"),
        ("claims", ",0.47,", ",0.74,", "women-share (slide 3): value is '0.74'"),
        ("claims", "5,6,indicator", "5,7,indicator", "output-milestones (slide 3): out_of is '7'"),
        ("measures", ",14000,more_than,1,", ",14000,more_than,1000,", "nidi-gratis (slide 3): precision is '1000'"),
        ("axes", "Crescita dell'occupazione", "Crescita del lavoro", "axes.csv, I: the sheet does not say strand_it"),
    ],
)
def test_a_changed_cell_is_named(copy, name, old, new, said):
    change(copy, name, old, new)
    (line,) = build.compare(SHARED)
    assert said in line
    assert build.main([str(SHARED)]) == 1


@published
def test_a_row_too_many_and_a_row_too_few_are_named(copy):
    path = copy / "targets.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[2], *lines[3:], lines[1].replace(",1.2,", ",9,")]), encoding="utf-8")
    said = build.compare(SHARED)
    assert [line.split(": ")[1] for line in said] == ["published, not in the file", "in the file, not published"]
    assert "CO01, 1.2" in said[0]
    assert "CO01, 9" in said[1]


@published
def test_writing_gives_the_derived_tables_again_byte_for_byte(copy):
    before = {name: (copy / f"{name}.csv").read_bytes() for name in build.DERIVED}
    change(copy, "population", "2018,9986962", "2018,1")
    assert build.main([str(SHARED), "--write"]) == 0
    assert {name: (copy / f"{name}.csv").read_bytes() for name in build.DERIVED} == before


def test_missing_inputs_are_said(tmp_path, capsys):
    assert build.main([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in build.INPUTS)


@published
def test_another_input_than_the_one_used_is_said_and_nothing_is_written(tmp_path, monkeypatch, copy, capsys):
    for name in build.INPUTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHARED / name, tmp_path / name)
    with (tmp_path / build.POPULATION).open("a") as stream:
        stream.write("2026,1,invented\n")
    before = (copy / "population.csv").read_bytes()
    assert build.main([str(tmp_path), "--write"]) == 1
    assert f"{build.POPULATION}: SHA-256" in capsys.readouterr().err
    assert (copy / "population.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("quote", "text", "value", "last"),
    [
        ("358.000.000,00 €", "358.000.000,00", "358000000", "0.01"),
        ("970.47 Mln €", "970.47", "970470000", "10000"),
        ("più di 144 Meuro", "144", "144000000", "1000000"),
        ("il 47% donne", "47", "0.47", "0.01"),
        ("Circa 30.000 partecipanti", "30.000", "30000", "1"),
        ("Circa 2000 persone", "2000", "2000", "1"),
    ],
)
def test_a_figure_of_the_sheet(quote, text, value, last):
    assert build.figure(quote, text) == (Decimal(value), Decimal(last))


def test_the_readme_has_the_hash_of_every_input():
    said = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, digest in build.INPUTS.items():
        assert Path(name).name in said
        assert digest in said
    for table in ("axes", "claims", *build.KEYS, "measures", "sources"):
        assert f"`{table}`" in said
