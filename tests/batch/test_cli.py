"""The command line: what it prints, what it leaves, how it ends."""

import functools
import io
import json
import re
import shutil

import pandas as pd
import pytest
from batch_tools import MONEY, porfse, programme_of

import porfse_analysis
from porfse_analysis import load_programme, resources
from porfse_analysis.indicators.result import KEY, RESULT_COLUMNS
from porfse_analysis.loaders.template import EXAMPLES
from porfse_analysis.schema import TABLES


@pytest.fixture
def damaged(tmp_path):
    folder = tmp_path / "programme"
    shutil.copytree(resources.bundled(), folder)
    table = folder / "finance.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("332500000.00", '"332.500.000,0O"', 1), encoding="utf-8")
    return folder


@functools.cache
def checked(lang):
    """What `porfse check` says of the bundled programme."""
    return porfse("check", "--lang", lang)


def test_indicators_as_csv_are_the_results_and_nothing_else():
    run = porfse("indicators", "--cutoff", "2018-09-30", "--format", "csv")
    assert run.exit_code == 0
    rows = pd.read_csv(io.StringIO(run.stdout), keep_default_na=False)
    assert list(rows.columns) == list(RESULT_COLUMNS)
    assert not rows.duplicated(list(KEY)).any()
    rate = rows[(rows["axis"] == "ALL") & (rows["indicator"] == "certification_rate")]
    assert float(rate["value"].iloc[0]) == 144e6 / 970.47e6
    assert set(rows["cutoff"]) == {"2018-09-30"}


def test_indicators_of_every_date(tmp_path):
    dates = ["2014-12-31", "2018-09-30"]
    run = porfse("indicators", programme_of(tmp_path / "programme", dates, MONEY), "--format", "csv")
    assert pd.read_csv(io.StringIO(run.stdout))["cutoff"].unique().tolist() == dates


@pytest.mark.long
def test_indicators_as_json_and_table():
    rows = json.loads(porfse("indicators", "--cutoff", "2018-09-30", "--format", "json").stdout)
    assert {row["indicator"] for row in rows} >= {"certification_rate", "participants"}
    table = porfse("indicators", "--cutoff", "2018-09-30").stdout
    assert "certification_rate_of_paid" in table
    assert "0.512456" in table


@pytest.mark.parametrize(("lang", "words"), [("it", "scende da"), ("en", "falls from")])
def test_check_of_the_bundled_programme(lang, words):
    run = checked(lang)
    assert run.exit_code == 0  # warnings only
    assert words in run.stdout
    assert "error 0, warning 3" in run.stderr
    assert "claims: confirmed 5, contradicted 2, compatible 1, not_verifiable 21" in run.stderr
    said = {
        "it": ("contraddetta", "troncata, non arrotondata", "Servirebbe:"),
        "en": ("contradicted", "was cut", "Needed:"),
    }
    assert all(part in run.stdout for part in said[lang])


def test_new_makes_a_folder_to_fill_in(tmp_path):
    folder = tmp_path / "mine"
    run = porfse("new", folder)
    assert run.exit_code == 0
    assert "LEGGIMI" in run.stdout
    for table in TABLES.values():
        lines = (folder / f"{table.name}.csv").read_text(encoding="utf-8").splitlines()
        assert lines == [",".join(table.names)]
    page = (folder / "LEGGIMI-README.md").read_text(encoding="utf-8")
    assert not [c.name for t in TABLES.values() for c in t.columns if f"| `{c.name}` | {c.kind} |" not in page]
    again = porfse("new", folder)
    assert again.exit_code == 2
    assert "is not empty" in again.stderr
    check = porfse("check", folder)
    assert check.exit_code == 2
    for name in ("axes", "finance", "sources"):
        assert f"table {name} has no rows. Fill it in" in check.stderr
    assert "claims" not in check.stderr  # the header alone is enough where a table is not needed


def test_new_refuses_a_file_and_leaves_nothing_behind(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("mine")
    run = porfse("new", taken)
    assert run.exit_code == 2
    assert "is a file" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_examples_of_a_new_folder_load(tmp_path):
    folder = tmp_path / "mine"
    porfse("new", folder)
    for name, rows in EXAMPLES.items():
        names = TABLES[name].names
        lines = [",".join(names), *(",".join(row.get(column, "") for column in names) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    programme = load_programme(folder)
    assert {name: len(getattr(programme, name)) for name in EXAMPLES} == {k: len(v) for k, v in EXAMPLES.items()}
    assert porfse("check", folder).exit_code == 0


def test_check_fails_on_an_impossible_figure(tmp_path):
    folder = programme_of(tmp_path / "programme", ["2020-12-31"], axis=["I"])
    table = folder / "achievements.csv"
    # more long-term unemployed than unemployed
    figure = re.compile(r"(?<=I,ESF,8i,More developed,OESF,CO02,2020-12-31,ec-2q3n-nr7n,)\d+")
    text, changed = figure.subn("157892", table.read_text(encoding="utf-8"))
    assert changed == 1
    table.write_text(text, encoding="utf-8")
    run = porfse("check", folder, "--lang", "en")
    assert run.exit_code == 1
    assert "157,892 people, more than the 157,891 of CO01" in run.stdout


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize("command", ["check", "indicators", "report"])
def test_a_damaged_folder_is_named_and_nothing_is_written(command, damaged, tmp_path):
    out = ["--out", tmp_path / "reports"] if command == "report" else []
    run = porfse(command, damaged, *out)
    assert run.exit_code == 2
    for part in ("finance.csv: 1 problem", "row 8", "column amount_eur", "332.500.000,0O", "is not a number"):
        assert part in run.stderr
    assert run.stdout == ""
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["mine", "--cutoff", "2018-09-29"], "it has 2018-09-30"),
        (["mine", "--cutoff", "30/09/2018"], "YYYY-MM-DD"),
        (["mine", "--lang", "fr"], "fr"),
        (["mine", "--notebook", "programme_reprt"], "did you mean 'programme_report'"),
        (["mine", "--cutof", "2018-09-30"], "--cutof"),
        (["nowhere"], "is not a folder"),
        (["mine", "--jobs", "-3"], "--jobs"),
    ],
)
@pytest.mark.usefixtures("lent")
def test_a_wrong_call_writes_nothing(args, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    programme_of(tmp_path / "mine", ["2018-09-30"], MONEY, axis=["I"])
    run = porfse("report", "--out", tmp_path / "reports", *args)
    assert run.exit_code == 2
    assert said in run.stderr
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "either the tables or --download"),
        (["--download", "finance.csv"], "either the tables or --download"),
        (["finance.csv", "--refresh"], "--refresh goes with --download"),
        (["finance.csv"], "finance.csv"),
    ],
)
def test_a_wrong_import_writes_nothing(args, said, tmp_path):
    run = porfse("import", "cohesion-data", *args, "--cci", "2014IT05SFOP005", "--to", tmp_path / "x")
    assert run.exit_code == 2
    assert said in run.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("command", ["report", "indicators", "check", "new"])
def test_help_shows_an_example(command):
    run = porfse(command, "--help")
    assert run.exit_code == 0
    assert f"Example: porfse {command}" in run.stdout


@pytest.mark.long
def test_report_end_to_end_with_one_failing_date(lent, tmp_path):
    """Two dates in parallel processes; one fails, the other is made, exit 1."""
    notebook = json.loads((resources.notebooks_folder() / "programme_report.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if "open_report" in source:
            cell["source"] = source + '\nassert cutoff != "2015-12-31", "not this one"\n'
    mine = tmp_path / "mine.ipynb"
    mine.write_text(json.dumps(notebook), encoding="utf-8")
    out = tmp_path / "reports"
    programme = programme_of(tmp_path / "programme", ["2014-12-31", "2015-12-31"])
    run = porfse("report", programme, "--notebook", mine, "--out", out, "--jobs", 2)
    assert run.exit_code == 1
    assert "1 of 2 reports made" in run.stderr
    assert "mine 2015-12-31 it" in run.stderr
    assert "AssertionError: not this one" in run.stderr
    assert (out / "2014-12-31" / "mine.html").is_file()
    assert not (out / "2015-12-31" / "mine.html").exists()
    assert pd.read_csv(out / "runs.csv")["status"].tolist() == ["ok", "failed"]


def test_the_version():
    run = porfse("--version")
    assert (run.exit_code, run.stdout) == (0, f"porfse {porfse_analysis.__version__}\n")


def test_indicators_of_an_axis_in_a_language(tmp_path):
    folder = programme_of(tmp_path / "programme", ["2018-09-30"], MONEY)
    asked = ("indicators", folder, "--cutoff", "2018-09-30", "--axis", "II")
    rows = json.loads(porfse(*asked, "--lang", "en", "--format", "json").stdout)
    assert {row["axis"] for row in rows} == {"II"}
    # 162 million activated of 227.1
    (rate,) = (row for row in rows if row["indicator"] == "activation_rate")
    assert rate["title"] == "Activation rate"
    assert rate["value"] == 162e6 / 227.1e6
    assert "title" not in json.loads(porfse(*asked, "--format", "json").stdout)[0]
    table = porfse(*asked, "--lang", "it").stdout
    assert "Tasso di attivazione" in table
    assert "activation_rate" not in table
    both = porfse(*asked, "--axis", "ALL", "--format", "csv").stdout
    assert set(pd.read_csv(io.StringIO(both))["axis"]) == {"II", "ALL"}
    wrong = porfse("indicators", folder, "--axis", "VII")
    assert wrong.exit_code == 2
    assert "axis 'VII': 2014IT05SFOP007 has ALL, I, II, III, IV, V" in wrong.stderr


def test_what_check_finds_as_csv_and_json():
    run = porfse("check", "--lang", "en", "--format", "json")
    assert run.exit_code == 0
    rows = json.loads(run.stdout)
    fall = next(row for row in rows if row["name"] == "fall")
    assert (fall["kind"], fall["result"], fall["axis"], fall["cutoff"]) == ("finding", "warning", "IV", "2022-06-30")
    assert (fall["expected"], fall["found"], fall["unit"]) == (19097553.45, 19064250.7, "EUR")
    assert "falls from" in fall["message"]
    claims = [row for row in rows if row["kind"] == "claim"]
    assert {row["result"] for row in claims} == {"confirmed", "contradicted", "compatible", "not_verifiable"}
    as_csv = pd.read_csv(io.StringIO(porfse("check", "--lang", "en", "--format", "csv").stdout))
    assert len(as_csv) == len(rows)
    assert len(checked("en").stdout.splitlines()) == len(rows)


@pytest.mark.long
def test_a_comparison_of_folders_is_a_page(tmp_path):
    first, second = (programme_of(tmp_path / name, ["2018-09-30"], MONEY) for name in ("first", "second"))
    descriptor = json.loads((second / "datapackage.json").read_text(encoding="utf-8"))
    (second / "datapackage.json").write_text(json.dumps(descriptor | {"cci": "2014IT05SFOP902"}), encoding="utf-8")
    asked = ("--notebook", "compare_programmes", "--out", tmp_path / "out", "--lang", "en")
    run = porfse("report", first, second, *asked)
    assert run.exit_code == 0, run.stderr
    page = tmp_path / "out" / "en" / "2018-09-30" / "compare_programmes.html"
    assert run.stdout.split() == [str(page)]
    assert "(highlighted)" in page.read_text(encoding="utf-8")
    refused = porfse("report", first, *asked)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "alone compares with nothing" in refused.stderr
