"""The bundled series of certified expenditure of 2007-2013, and the fifty-two programmes of its workbook."""

from __future__ import annotations

import importlib.util
import io
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from sheet_reader import texts_of

import porfse_analysis as pf
from porfse_analysis.reports.results import results_csv
from porfse_analysis.verdicts.decommitment import payment_applications

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("data_certified", ROOT / "data" / "certified.py")
certified = importlib.util.module_from_spec(spec)
spec.loader.exec_module(certified)

SERIES = {
    "2009-05-31": 0.0,
    "2009-10-31": 20_000_000.00,
    "2009-12-31": 53_247_082.64,
    "2010-05-31": 82_055_201.43,
    "2010-10-31": 119_358_024.65,
    "2010-12-31": 165_701_429.70,
    "2011-05-31": 193_811_766.28,
    "2011-10-31": 252_057_129.82,
    "2011-12-31": 290_510_033.07,
    "2012-05-31": 290_510_033.07,
    "2012-10-31": 379_413_466.36,
    "2012-12-31": 411_598_652.83,
    "2013-05-31": 411_598_652.83,
    "2013-10-31": 442_211_620.92,
    "2013-12-31": 478_602_294.88,
}
"""What OpenCoesione published as certified at each date."""

WORKBOOK = certified.default_folder() / certified.WORKBOOK
published = pytest.mark.skipif(not WORKBOOK.is_file(), reason="the published workbook is not here")


@pytest.fixture(scope="module")
def programme():
    return pf.load_programme(ROOT / "data" / "por-fse-lombardia-2007-2013")


@published
def test_the_bundled_series_is_what_was_published(capsys):
    assert certified.main([]) == 0
    assert capsys.readouterr().out == "15 dates, 0 differ\n"


@published
def test_every_programme_of_the_workbook_is_read():
    found = certified.published(WORKBOOK)
    assert len(found) == 52
    assert {len(dates) for dates in found.values()} == {15}
    assert {len(amounts) for dates in found.values() for amounts in dates.values()} == {3}
    assert found["2007IT051PO001"]["2012-12-31"] == {
        "allocation": Decimal("1118000000.00"),
        "eu": Decimal("559000000.00"),
        "certified": Decimal("272271338.78"),
    }


def test_a_missing_workbook_is_said(tmp_path, capsys):
    assert certified.main([str(tmp_path)]) == 2
    assert "is missing" in capsys.readouterr().err


def test_certification_rates_at_the_ends_of_the_years(programme):
    rates = {
        year: pf.certification_rate(programme, cutoff=f"{year}-12-31", by="programme")["value"].iloc[0]
        for year in (2010, 2011, 2012, 2013)
    }
    assert {year: round(rate * 100, 2) for year, rate in rates.items()} == {
        2010: 20.76,
        2011: 36.40,
        2012: 51.58,
        2013: 60.11,
    }
    # OpenCoesione prints 60.1105 for the last; its own amounts give this
    assert rates[2013] == pytest.approx(0.601087, abs=5e-7)


def test_a_programme_without_axes_has_its_payment_applications(programme):
    # 478,602,294.88 at the EU rate of 337,256,050 / 796,227,352
    plan = programme.eu_commitments
    rows = payment_applications(plan, programme.finance, year=2013)
    assert rows["axis"].tolist() == ["ALL"]
    assert rows["certified_eur"].iloc[0] == 478602294.88
    assert rows["payment_applications_eu"].iloc[0] == pytest.approx(202_720_390.21, abs=0.01)


def test_the_report_and_the_sheet_of_a_programme_without_axes(programme):
    from porfse_analysis.display.blocks import first_sentences, framework, review_lead

    report = pf.open_report(programme, cutoff="2013-12-31", lang="en")
    assert "certified expenditure" in str(first_sentences(report)._repr_html_()).casefold()
    assert "N+2" in str(review_lead(report)._repr_html_())
    (line,) = framework(report)
    assert "has no performance framework" in str(line._repr_html_())
    written = " ".join(text.text for text in texts_of(report))
    assert "The source publishes no allocation by axis." in written
    assert "No allocation published" not in written


@pytest.mark.long
def test_every_figure_of_the_series_stands_in_the_results(programme):
    """The fifteen dates as OpenCoesione published them, out of what `results.csv` is written from and read back."""
    plan = [(date, 798_000_000) for date in SERIES if date < "2013-05-31"]
    plan += [(date, 796_227_352) for date in SERIES if date >= "2013-05-31"]
    results = [pf.open_report(programme, cutoff=date).results for date in SERIES]
    text = results_csv(pd.concat(results, ignore_index=True).assign(notebook="programme_report", lang="it"))
    rows = pd.read_csv(io.StringIO(text))
    rates = rows[(rows["indicator"] == "certification_rate") & (rows["axis"] == "ALL")].set_index("cutoff")
    assert rates["numerator"].to_dict() == SERIES
    assert rates["denominator"].to_dict() == dict(plan)
    assert rates["data_date"].tolist() == list(SERIES), "each figure is of its own date"
    assert rates["value"].tolist() == [SERIES[date] / amount for date, amount in plan]
    assert set(rates["source"]) == {"opencoesione-20131231"}
    ratios = rows[rows["indicator"] == "certification_target_ratio"].set_index("cutoff")
    ends = [f"{year}-12-31" for year in (2010, 2011, 2012, 2013)]
    assert ratios.loc[ends, "denominator"].tolist() == [0.085, 0.247, 0.4125, 0.5818]


def test_pages_say_once_that_nothing_is_by_axis(programme):
    from porfse_analysis.display import blocks, figures, tables

    report = pf.open_report(programme, cutoff="2013-12-31", lang="en")
    assert "".join(str(piece._repr_html_()) for piece in (figures.axes_progress(report),)) == ""
    table = tables.progress_by_axis(report)
    assert table.frame.empty
    assert table.empty.startswith("Nothing of this programme is published by axis")
    assert tables.endowment(report).caption == "Allocation of the programme, plan in force at 31/12/2013"
    assert [column.name for column in tables.endowment(report).columns] == ["axis", "amount"]
    assert "Performance framework</h2>" in str(blocks.section(report, "framework")._repr_html_())
    assert str(blocks.section(report, "framework_final")._repr_html_()) == ""
    assert blocks.framework(report, "target") == ()
    said = tables.rules(report).written().to_string()
    assert "without the reserve" not in said
    assert "initial pre-financing of 2007, on the total support" in said
