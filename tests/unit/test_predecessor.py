"""The programme of the period before: named, found, set beside its successor at the same month, or why it cannot be."""

import json
import shutil

import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis import resources
from porfse_analysis.display.cutoffs import tables as cutoffs
from porfse_analysis.display.cutoffs.comparison import open_cutoff_comparison
from porfse_analysis.display.predecessor import beside
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.errors import ParameterError
from porfse_analysis.loaders.adding import add_file
from porfse_analysis.loaders.save import save_programme
from porfse_analysis.periods import PERIODS
from porfse_analysis.reports import fingerprint
from porfse_analysis.reports.site import write_folder

BEFORE = "por-fse-lombardia-2007-2013"


def named(folder, value):
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(descriptor | {"predecessor": value}), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled programme, alone in its place."""
    shutil.copytree(resources.bundled(), tmp_path / "home" / "p")
    return tmp_path / "home" / "p"


@pytest.fixture
def both(folder):
    """A copy of the bundled programme with one of its predecessor beside it."""
    shutil.copytree(resources.programme_folder(BEFORE), folder.parent / "before")
    return folder


def changed(folder, old, new):
    path = folder / "finance.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# the months -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "day", "month"),
    [
        ("2014-2020", "2018-09-30", 57),
        ("2014-2020", "2014-01-01", 1),
        ("2014-2020", "2022-06-30", 102),
        ("2007-2013", "2011-05-31", 53),
        ("2007-2013", "2011-10-31", 58),
        ("2007-2013", "2007-12-31", 12),
        ("2007-2013", "2006-12-31", 0),
    ],
)
def test_the_month_of_a_day(period, day, month):
    assert PERIODS[period].month(pd.Timestamp(day)) == month


def test_the_two_programmes_at_month_57(bundled):
    (row,) = pf.beside_predecessor(bundled, cutoff="2018-09-30").to_dict("records")
    assert (row["programme"], row["predecessor"]) == ("2014IT05SFOP007", "2007IT052PO006")
    assert (row["indicator"], row["unit"], row["cutoff_month"], row["month"]) == ("certification_rate", "1", 57, 57)
    # 144 million of 970.47 million
    assert (row["numerator"], row["denominator"]) == (144_000_000, 970_470_000)
    assert row["value"] == 144_000_000 / 970_470_000
    # 193,811,766.28 of 798 million is 24.29%, and the next 252,057,129.82 is 31.59%
    assert (row["predecessor_numerator"], row["predecessor_denominator"]) == (193_811_766.28, 798_000_000)
    assert round(row["predecessor_value"], 4) == 0.2429
    assert (row["predecessor_month"], row["predecessor_data_date"]) == (53, pd.Timestamp("2011-05-31"))
    assert row["predecessor_source"] == "opencoesione-20131231"
    assert (round(row["predecessor_next_value"], 4), row["predecessor_next_month"]) == (0.3159, 58)


def test_an_old_figure_is_set_beside_its_own_month(bundled):
    (row,) = pf.beside_predecessor(bundled, cutoff="2022-06-30").to_dict("records")
    assert (row["cutoff_month"], row["month"], row["predecessor_month"]) == (102, 57, 53)
    assert row["data_date"] == pd.Timestamp("2018-09-30")
    report = pf.open_report(bundled, cutoff="2022-06-30", lang="en")
    (table,) = beside(report)
    assert any("month 57, not at month 102" in note for note in table.notes)
    (table,) = beside(pf.open_report(bundled, cutoff="2018-09-30", lang="en"))
    assert not any("month 102" in note for note in table.notes)


def test_before_the_first_certification_there_is_nothing_to_set_beside(bundled):
    rows = pf.beside_predecessor(bundled, cutoff="2017-12-31")
    assert rows.empty
    assert beside(pf.open_report(bundled, cutoff="2017-12-31")) == ()


@pytest.mark.parametrize(("day", "expected"), [("2016-05-31", (29, 0.0)), ("2016-04-30", None)])
def test_the_predecessors_last_position_of_the_very_month_counts(bundled, day, expected):
    """31 May 2009 is month 29: a figure of the month before has no position of the predecessor beside it."""
    money = bundled.finance.copy()
    certified = money["stage"] == "certified"
    money.loc[certified, "cutoff"] = pd.Timestamp(day)
    money.loc[certified, "data_date"] = pd.NaT
    plan = money[(money["axis"] == "ALL") & (money["stage"] == "certified")].assign(stage="allocation", amount_eur=1e9)
    programme = pf.Programme(
        bundled.cci,
        bundled.titles,
        bundled.axes,
        pd.concat([money, plan], ignore_index=True),
        bundled.sources,
        before=bundled.before,
    )
    (row,) = pf.beside_predecessor(programme, cutoff="2016-12-31").to_dict("records")
    if expected:
        assert (row["predecessor_month"], row["predecessor_value"]) == expected
    else:
        assert pd.isna(row["predecessor_value"])
        assert row["predecessor_source"] == ""
        assert row["predecessor_next_month"] == 29
        (table,) = beside(pf.open_report(programme, cutoff="2016-04-30", lang="en"))
        assert "n/a" in table.written().iloc[1].tolist()


def test_other_stages_where_both_have_them(both):
    path = both.parent / "before" / "finance.csv"
    path.write_text(
        path.read_text(encoding="utf-8") + "ALL,2012-12-31,declared,ESF,,opencoesione-20131231,400000000.00,\n",
        encoding="utf-8",
    )
    rows = pf.beside_predecessor(pf.load_programme(both), cutoff="2019-12-31").set_index("indicator")
    # 31 December 2019 is month 72, as 31 December 2012
    assert rows.loc["declaration_rate", "month"] == rows.loc["declaration_rate", "predecessor_month"] == 72
    assert rows.loc["declaration_rate", "predecessor_value"] == 400 / 798
    assert pd.isna(rows.loc["declaration_rate", "predecessor_next_month"])
    assert rows.loc["certification_rate", "month"] == 57


def test_a_predecessor_can_be_given(bundled):
    before = bundled.before
    alone = pf.load_programme(BEFORE)
    assert alone.before is None
    with pytest.raises(ParameterError, match="no predecessor to set it beside"):
        pf.beside_predecessor(alone, cutoff="2013-12-31")
    with pytest.raises(ParameterError, match="is not an earlier one"):
        pf.beside_predecessor(before, cutoff="2013-12-31", predecessor=bundled)
    given = pf.beside_predecessor(bundled, cutoff="2018-09-30", predecessor=before)
    assert given.equals(pf.beside_predecessor(bundled, cutoff="2018-09-30"))


# naming it ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["../before", "2007IT052PO006", "  2007IT052PO006 "])
def test_a_folder_or_a_code(both, value):
    changed(both.parent / "before", "193811766.28", "193811766.29")
    programme = pf.load_programme(named(both, value))
    assert programme.predecessor == value.strip()
    row = pf.beside_predecessor(programme, cutoff="2018-09-30").iloc[0]
    assert row["predecessor_numerator"] == 193_811_766.29, "the folder beside comes before the bundled one"


def test_a_code_of_the_bundled_programmes(folder):
    assert pf.load_programme(folder).before.cci == "2007IT052PO006"


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (7, "no_text", "not a text"),
        (["2007IT052PO006"], "no_text", "not a text"),
        ("a\nb", "no_text", "not a text"),
        ("../nowhere", "absent", "is not there"),
        ("/before", "absent", "is not there"),
        ("x" * 400, "absent", "is not there"),
        ("2007IT052PO999", "absent", "is not there"),
        ("2014IT05SFOP007", "itself", "this very programme"),
        (".", "itself", "this very programme"),
        ("../later", "not_earlier", "not of an earlier"),
        ("../odd", "no_period", "no known programming period"),
        ("../broken", "unreadable", "cannot be read"),
        ("../empty", "unreadable", "cannot be read"),
    ],
)
def test_a_wrong_one_is_a_finding_and_the_report_is_made(both, value, code, said):
    home = both.parent
    for name, cci in (("later", "2014IT05SFOP005"), ("odd", "1999IT052PO006"), ("broken", ""), ("empty", "")):
        shutil.copytree(home / "before", home / name)
        text = (home / name / "datapackage.json").read_text(encoding="utf-8")
        (home / name / "datapackage.json").write_text(text.replace("2007IT052PO006", cci or "2007IT052PO001"))
    changed(home / "broken", "193811766.28", "193.811.766,28")
    (home / "empty" / "datapackage.json").write_text("{", encoding="utf-8")
    programme = pf.load_programme(named(both, value))
    assert programme.before is None
    assert programme.no_predecessor[0] == code
    found = pf.check(programme)
    found = found[found["check"] == "no_predecessor"]
    assert found["severity"].tolist() == ["warning"]
    for lang in ("it", "en"):
        assert "datapackage.json" in word_findings(found, lang)["message"].iloc[0]
    assert said in word_findings(found, "en")["message"].iloc[0]
    assert beside(pf.open_report(programme, cutoff="2018-09-30")) == ()


def test_several_folders_of_one_code(both):
    shutil.copytree(both.parent / "before", both.parent / "copy")
    programme = pf.load_programme(both)
    assert programme.no_predecessor == ("several", "before, copy")
    assert pf.load_programme(named(both, "../copy")).before.cci == "2007IT052PO006"


def test_a_folder_before_its_last_addition_is_not_another_one(both):
    shutil.copytree(both.parent / "before", both.parent / "before.previous")
    assert pf.load_programme(both).before.cci == "2007IT052PO006"


def test_its_own_code_is_itself_whatever_folders_have_it(both):
    for name in ("one", "two"):
        shutil.copytree(both, both.parent / name)
    assert pf.load_programme(named(both, "2014IT05SFOP007")).no_predecessor[0] == "itself"


def test_two_programmes_that_name_each_other_end(both):
    named(both.parent / "before", "../p")
    programme = pf.load_programme(both)
    assert programme.before.cci == "2007IT052PO006"
    assert programme.before.before is None
    assert pf.load_programme(both.parent / "before").no_predecessor[0] == "not_earlier"


# kept, and part of what a page is made of -----------------------------------------------------------------------------


def test_the_key_is_kept(both, tmp_path):
    programme = pf.load_programme(named(both, "../before"))
    saved = save_programme(programme, both.parent / "saved")
    assert pf.load_programme(saved).predecessor == "../before"
    assert pf.load_programme(saved).before is not None
    save_programme(programme, both, overwrite=True)
    assert pf.load_programme(both).predecessor == "../before"
    rows = "area,year,residents,source\nITC4,2026,10000000,eurostat-demo_r_d2jan\n"
    file = tmp_path / "people.csv"
    file.write_text(rows.replace("eurostat-demo_r_d2jan", programme.population["source"].iloc[0]), encoding="utf-8")
    add_file(both, file)
    assert pf.load_programme(both).predecessor == "../before"
    assert programme.until("2018-09-30").before is programme.before
    # what is no text stays what it is
    wrong = pf.load_programme(named(both, 7))
    save_programme(wrong, both, overwrite=True)
    assert json.loads((both / "datapackage.json").read_text(encoding="utf-8"))["predecessor"] == 7


def test_the_data_of_the_predecessor_make_a_page_due(both):
    before = fingerprint.of_programme(pf.load_programme(both))
    files = fingerprint.of_files(resources.programme_files(both))
    assert fingerprint.of_programme(pf.load_programme(both)) == before
    changed(both.parent / "before", "193811766.28", "193811766.29")
    assert fingerprint.of_files(resources.programme_files(both)) != files
    now = fingerprint.of_programme(pf.load_programme(both))
    assert not [date for date in before if before[date] == now[date]]
    named(both, "../nowhere")
    files = fingerprint.of_files(resources.programme_files(both))
    gone = fingerprint.of_programme(pf.load_programme(both))
    assert not [date for date in now if gone[date] == now[date]]
    shutil.copytree(both.parent / "before", both.parent / "nowhere")
    assert fingerprint.of_files(resources.programme_files(both)) != files


def test_the_pages_set_the_two_side_by_side(both, tmp_path):
    run = {"programme": "x", "notebook": "programme_report", "cutoff": "2018-09-30", "lang": "en", "status": "ok"}
    page = tmp_path / "out" / "en" / "2018-09-30" / "programme_report.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>a report</p>", encoding="utf-8")
    write_folder(str(both), tmp_path / "out", [run | {"seconds": "1", "reason": ""}])
    front = (tmp_path / "out" / "en" / "index.html").read_text(encoding="utf-8")
    assert "Beside the programme of the period before" in front
    assert "31/05/2011" in front
    assert "No verdict: what is certified and when" in front
    comparison = open_cutoff_comparison(pf.load_programme(both), cutoff="2018-09-30", lang="en")
    _, table = cutoffs.beside_predecessor(comparison)
    assert table.written()[["period", "value", "month"]].values.tolist() == [
        ["2014-2020", "14.8%", "57"],
        ["2007-2013", "24.3%", "53"],
    ]
    alone = open_cutoff_comparison(pf.load_programme(named(both, "")), cutoff="2018-09-30", lang="en")
    assert cutoffs.beside_predecessor(alone) == ()
