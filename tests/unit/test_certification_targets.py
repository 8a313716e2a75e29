"""Certification targets against what was certified, the profile of the rule, and rates that a document prints."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis import resources
from porfse_analysis.display import blocks
from porfse_analysis.display.programme_report.certification import certification_targets
from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.errors import DataError
from porfse_analysis.indicators.certification_targets import targets_over_time
from porfse_analysis.schema import conform
from porfse_analysis.verdicts.certification_profile import certification_profile

BEFORE = "por-fse-lombardia-2007-2013"


@pytest.fixture(scope="module")
def programme():
    return pf.load_programme(BEFORE)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(resources.programme_folder(BEFORE), tmp_path / "p")
    return tmp_path / "p"


def rewritten(folder, table, old, new):
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return pf.load_programme(folder)


def test_each_target_with_what_was_certified_by_its_day(programme):
    rows = targets_over_time(programme.finance, programme.certification_targets, cutoff="2013-12-31")
    assert rows["denominator"].tolist() == [0.085, 0.247, 0.4125, 0.5818]
    # 165,701,429.70 / 798 million over 8.5%, and so on; the last allocation is 796,227,352
    certified = [165_701_429.70 / 798e6, 290_510_033.07 / 798e6, 411_598_652.83 / 798e6, 478_602_294.88 / 796_227_352]
    assert rows["numerator"].tolist() == certified
    assert rows["value"].round(4).tolist() == [2.4429, 1.4739, 1.2504, 1.0332]
    assert rows["data_date"].tolist() == rows["cutoff"].tolist()


@pytest.mark.parametrize(
    ("cutoff", "value", "data_date", "stale"),
    [
        ("2010-12-31", 2.4429, "2010-12-31", False),
        ("2012-10-31", 1.4739, "2011-12-31", True),
        ("2013-12-31", 1.0332, "2013-12-31", False),
    ],
)
def test_the_last_target_due_by_the_cutoff(programme, cutoff, value, data_date, stale):
    (row,) = pf.certification_target_ratio(programme, cutoff=cutoff).to_dict("records")
    assert round(row["value"], 4) == value
    assert row["value"] == row["numerator"] / row["denominator"]
    assert (row["unit"], row["axis"], row["data_date"]) == ("1", "ALL", pd.Timestamp(data_date))
    assert row["source"] == "opencoesione-20131231;opencoesione-targets"
    assert ("stale" in row["note"].split(";")) == stale


def test_before_the_first_target_there_is_no_row(programme, bundled):
    assert pf.certification_target_ratio(programme, cutoff="2010-10-31").empty
    assert pf.certification_target_ratio(bundled, cutoff="2018-09-30").empty
    assert programme.until("2011-12-31").certification_targets["share"].tolist() == [0.085, 0.247]


def test_a_certified_amount_older_than_the_target_keeps_its_date(folder):
    data = rewritten(folder, "finance", "ALL,2011-12-31,certified,ESF,,opencoesione-20131231,290510033.07,\n", "")
    (row,) = pf.certification_target_ratio(data, cutoff="2011-12-31").to_dict("records")
    # 252,057,129.82 of 31 October 2011
    assert (row["numerator"], row["data_date"]) == (252_057_129.82 / 798e6, pd.Timestamp("2011-10-31"))
    assert "stale" in row["note"]


def test_nothing_certified_by_a_target_is_missing_and_a_target_of_zero_has_no_ratio(folder):
    early = rewritten(folder, "certification_targets", "2010-12-31,0.085", "2008-12-31,0.01")
    rows = targets_over_time(early.finance, early.certification_targets, cutoff="2009-05-31")
    assert rows["denominator"].tolist() == [0.01]
    assert rows[["value", "numerator"]].isna().all(axis=None)
    assert rows["note"].tolist() == ["not_reported"]
    assert rows["source"].tolist() == ["opencoesione-targets"]
    (table,) = certification_targets(pf.open_report(early, cutoff="2009-05-31", lang="en"))
    assert table.written().iloc[0].tolist() == ["31/12/2008", "1.0%", "n/a", "n/a", ""]
    zero = rewritten(folder, "certification_targets", "2011-12-31,0.247", "2011-12-31,0")
    (row,) = pf.certification_target_ratio(zero, cutoff="2011-12-31").to_dict("records")
    assert pd.isna(row["value"])
    assert "zero_denominator" in row["note"]


@pytest.mark.parametrize("share", ["8.5", "1.0001"])
def test_a_share_above_one_is_refused(folder, share):
    with pytest.raises(DataError) as raised:
        rewritten(folder, "certification_targets", "0.085", share)
    (fault,) = raised.value.faults
    assert (fault.row, fault.column, fault.problem) == (2, "share", "is above 1")
    assert "0.085" in fault.remedy


def test_a_target_may_be_of_a_day_to_come(folder):
    data = rewritten(folder, "certification_targets", "2013-12-31", "2049-12-31")
    assert len(data.certification_targets) == 4
    assert len(targets_over_time(data.finance, data.certification_targets, cutoff="2013-12-31")) == 3


def test_the_profile_of_the_rule():
    """By hand: 13.7202 of 2008 and a sixth of 13.4512 of 2007, less 7.5, are 8.462; at closure there is none."""
    shares = {day.year: round(share * 100, 2) for day, share in certification_profile(pf.RULES["2007-2013"]).items()}
    assert shares == {2009: 0.0, 2010: 8.46, 2011: 24.7, 2012: 41.21, 2013: 58.02, 2014: 75.11}
    # without growth a year is a seventh: 14.2857 * 7 / 6 - 7.5
    even = certification_profile(pf.RULES["2007-2013"], growth=0.0)
    assert round(even[pd.Timestamp("2010-12-31")] * 100, 4) == 9.1667


def test_the_table_names_target_and_profile(programme):
    (table,) = certification_targets(pf.open_report(programme, cutoff="2013-12-31", lang="en"))
    assert table.written()[["denominator", "numerator", "value", "profile"]].values.tolist() == [
        ["8.5%", "20.76%", "244.3%", "8.46%"],
        ["24.7%", "36.40%", "147.4%", "24.70%"],
        ["41.25%", "51.58%", "125.0%", "41.21%"],
        ["58.18%", "60.11%", "103.3%", "58.02%"],
    ]
    labels = [column.label for column in table.columns]
    assert labels[1] == "Published target"
    assert labels[-1] == "By the N+2 rule, even profile"
    assert any("not a target of this programme" in note and "grow by 2%" in note for note in table.notes)
    assert certification_targets(pf.open_report(programme, cutoff="2010-10-31")) == ()


def test_a_programme_with_commitments_of_its_own_needs_no_even_one(folder):
    """Its deadlines are worked out from them."""
    data = pf.load_programme(folder)
    rows = pd.DataFrame(
        {"year": range(2007, 2014), "eu_commitment_eur": 48_179_435.71, "source": "opencoesione-targets"}
    )
    plan = conform("eu_commitments", rows, programme=data.cci)
    (table,) = certification_targets(pf.open_report(replace(data, eu_commitments=plan), cutoff="2013-12-31", lang="en"))
    assert "profile" not in [column.name for column in table.columns]
    assert not any("not a target of this programme" in note for note in table.notes)


def test_the_table_stands_on_report_and_review(programme):
    report = pf.open_report(programme, cutoff="2011-10-31", lang="en")
    (table,) = blocks.certification_targets(report)
    assert table.written()["cutoff"].tolist() == ["31/12/2010"]
    assert table.name in [getattr(piece, "name", "") for piece in blocks.decommitment(report)]


# rates that a document prints -----------------------------------------------------------------------------------------


def test_a_percentage_that_its_own_amounts_do_not_give(programme):
    found = pf.check(programme)
    (row,) = found[found["check"] == "published_rate"].to_dict("records")
    assert (row["severity"], row["axis"], row["figure"]) == ("warning", "ALL", "certification_rate")
    assert (row["found"], row["expected"]) == (0.601105, 478_602_294.88 / 796_227_352)
    assert (row["source"], row["other_source"]) == ("opencoesione-targets", "opencoesione-20131231")
    message = word_findings(found[found["check"] == "published_rate"], "en")["message"].iloc[0]
    assert "prints 60.1105%" in message
    assert "give 60.1087%" in message
    message = word_findings(found[found["check"] == "published_rate"], "it")["message"].iloc[0]
    assert "riporta 60,1105%" in message
    assert pf.check(programme, cutoff="2013-10-31").query("check == 'published_rate'").empty


@pytest.mark.parametrize(
    ("value", "precision", "fires", "verdict"),
    [
        ("0.601105", "0.000001", True, "contradicted"),
        ("0.601087", "0.000001", False, "confirmed"),
        ("0.6011", "0.0001", False, "confirmed"),
        ("0.601", "0.001", False, "confirmed"),
        ("0.6010", "0.0001", True, "contradicted"),
    ],
)
def test_as_far_as_its_last_digit_tells(folder, value, precision, fires, verdict):
    data = rewritten(folder, "claims", "0.601105,1,exact,0.000001", f"{value},1,exact,{precision}")
    assert len(pf.check(data).query("check == 'published_rate'")) == fires
    assert pf.check_claims(data)["verdict"].tolist() == [verdict]


def test_the_verdict_has_the_digits(programme):
    checked = pf.check_claims(programme)
    (row,) = word_claims(checked, programme.claims, "en").to_dict("records")
    assert row["stated"] == "60.1105%"
    assert "Certification rate at 31/12/2013: 60.1087%" in row["why"]


def test_a_rate_of_the_document_itself_is_no_check_of_it(folder):
    rewritten(folder, "claims", "opencoesione-targets", "opencoesione-20131231")
    data = pf.load_programme(folder)
    (row,) = pf.check_claims(data).to_dict("records")
    assert (row["verdict"], row["reason"], row["needs"]) == ("not_verifiable", "no_figure", "rate")
    # that its own amounts give another is a finding all the same
    assert len(pf.check(data).query("check == 'published_rate'")) == 1


def test_a_rate_published_as_a_limit_is_left_to_the_verdict(folder):
    data = rewritten(folder, "claims", "0.601105,1,exact", "0.6,1,more_than")
    assert pf.check(data).query("check == 'published_rate'").empty
    assert pf.check_claims(data)["verdict"].tolist() == ["confirmed"]


def test_the_descriptor_declares_what_is_there():
    folder = resources.programme_folder(BEFORE)
    declared = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert sorted(item["path"] for item in declared) == sorted(path.name for path in folder.glob("*.csv"))
