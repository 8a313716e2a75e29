"""Indicators of every programme of the Commission's tables against plain sums and divisions of the file's rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from frames import only
from typer.testing import CliRunner

from porfse_analysis import financial_progress, load_programme, participants, target_achievement_ratio
from porfse_analysis.cli import app
from porfse_analysis.loaders.cohesion_data import read_finance, read_indicators, tables_from_cohesion_data

EC = Path(__file__).parents[3] / "shared" / "data" / "ec"
FINANCE, INDICATORS = EC / "ec_finance_implementation.csv.gz", EC / "ec_indicators.csv.gz"
pytestmark = [
    pytest.mark.skipif(not FINANCE.is_file(), reason="the Commission's whole tables are not beside this checkout"),
    pytest.mark.slow,
]

AMOUNTS = ["total_amount", "total_eligible_cost", "total_eligible_expenditure"]


@pytest.fixture(scope="module")
def tables():
    return tables_from_cohesion_data(read_finance(FINANCE), read_indicators(INDICATORS))


@pytest.fixture(scope="module")
def raw():
    rows = pd.read_csv(FINANCE, dtype={"priority": str, "to": str}, keep_default_na=False)
    rows[AMOUNTS] = rows[AMOUNTS].apply(pd.to_numeric)
    rows = rows[rows["fund"].isin(["ESF", "YEI", "ERDF", "CF"])]
    esf = rows.loc[rows["fund"] == "ESF", "cci"].unique()
    assert len(esf) == 188
    return rows[rows["cci"].isin(esf)]


@pytest.mark.parametrize(("year", "cutoff"), [(2016, "2016-12-31"), (2018, "2018-12-31"), (2022, "2022-06-30")])
@pytest.mark.parametrize(("by", "keys"), [("programme", ["cci"]), ("axis", ["cci", "priority"])])
def test_financial_progress_of_every_esf_programme(tables, raw, year, cutoff, by, keys):
    expected = raw[raw["year"] == year].groupby(keys)[AMOUNTS].sum()
    result = financial_progress(tables["finance"], cutoff=cutoff, by=by)
    result = result.rename(columns={"programme": "cci", "axis": "priority"})
    for indicator, amount in (("selection_rate", AMOUNTS[1]), ("declaration_rate", AMOUNTS[2])):
        mine = expected.join(
            result[result["indicator"] == indicator].set_index(keys)[["numerator", "denominator", "value"]]
        )
        assert len(mine) == len(expected)
        assert (mine[amount] - mine["numerator"]).abs().max() < 0.005
        assert (mine[AMOUNTS[0]] - mine["denominator"]).abs().max() < 0.005
        rate = mine[amount] / mine[AMOUNTS[0]].where(mine[AMOUNTS[0]] > 0)
        np.testing.assert_allclose(mine["value"], rate, rtol=1e-12)


@pytest.mark.parametrize("year", [2016, 2018, 2020])
def test_target_ratios_of_every_row(tables, year):
    rows = pd.read_csv(INDICATORS, dtype=str, keep_default_na=False)
    rows = rows[(rows["year"] <= str(year)) & rows["fund"].isin(["ESF", "YEI"])]
    keys = [
        "cci",
        "fund",
        "priority_code",
        "investment_priority",
        "indicator_type_code",
        "ind_code",
        "category_of_region",
    ]
    rows = rows.replace({"investment_priority": {"VOID": ""}, "category_of_region": {"VOID": ""}}).set_index(keys)
    target, value = (pd.to_numeric(rows[name]) for name in ("target_value", "implemented_value"))
    # a result target up to 100, exceeded tenfold in this year or before
    result_type = rows.index.get_level_values("indicator_type_code").isin(["RESF", "RYEI"])
    disguised = set(rows.index[result_type & (target > 0) & (target <= 100) & (value > 10 * target)])
    now = rows["year"] == str(year)
    target, value = target[now], value[now]
    refused = target.index.map(lambda key: key in disguised)

    result = target_achievement_ratio(
        tables["achievements"], tables["targets"], cutoff=f"{year}-12-31", by="region_category"
    )
    names = ["programme", "fund", "axis", "investment_priority", "indicator_type", "indicator_code", "region_category"]
    mine = result.set_index(names).reindex(target.index)
    comparable = (target > 0) & value.notna()
    assert comparable.sum() > 2_500
    kept = comparable & ~refused
    np.testing.assert_allclose(mine["value"][kept], (value / target)[kept], rtol=1e-12)
    assert mine["value"][comparable & refused].isna().all()
    assert mine["note"][comparable & refused].str.contains("percentage_target").all()


def test_two_funds_in_one_axis(tables):
    puglia = tables["finance"][tables["finance"]["programme"] == "2014IT16M2OP002"]
    apart = financial_progress(puglia, cutoff="2022-06-30", by=["axis", "fund"])
    for axis, fund, allocation in [("IX", "ERDF", 379_263_134), ("IX", "ESF", 208_500_000), ("X", "ESF", 376_875_000)]:
        assert only(apart, axis=axis, fund=fund, indicator="selection_rate")["denominator"] == allocation
    whole = financial_progress(puglia, cutoff="2022-06-30")
    assert only(whole, axis="IX", indicator="selection_rate")["denominator"] == 379_263_134 + 208_500_000


def test_a_zero_allocation_has_no_rate(tables):
    youth = tables["finance"][tables["finance"]["programme"] == "2014IT05M9OP001"]
    row = only(financial_progress(youth, cutoff="2022-06-30"), axis="2", indicator="selection_rate")
    assert (row["denominator"], row["note"]) == (0, "zero_denominator")
    assert np.isnan(row["value"])
    assert "1 bis" in set(financial_progress(youth, cutoff="2022-06-30")["axis"])
    assert "1 bis" not in set(financial_progress(youth, cutoff="2017-12-31")["axis"])  # there from 2018 on


def test_figures_of_an_earlier_date_are_stale(tables):
    rows = tables["finance"][tables["finance"]["programme"] == "2014UK05SFOP005"]
    row = only(financial_progress(rows, cutoff="2022-06-30"), axis="1", indicator="declaration_rate")
    assert (row["note"], row["data_date"]) == ("stale", pd.Timestamp("2021-09-30"))
    odd = tables["finance"][tables["finance"]["programme"] == "2014FR16M2OP012"]
    result = financial_progress(odd, cutoff="2015-12-31", by="programme")
    assert only(result, indicator="selection_rate")["data_date"] == pd.Timestamp("2015-06-30")


def test_import_and_indicators_from_the_command_line(tmp_path):
    call = [
        "import",
        "cohesion-data",
        FINANCE,
        "--indicators",
        INDICATORS,
        "--cci",
        "2014IT05SFOP007",
        "--to",
        tmp_path / "x",
    ]
    run = CliRunner().invoke(app, [str(part) for part in call])
    assert run.exit_code == 0, run.stderr
    programme = load_programme(tmp_path / "x")
    bundled = load_programme()
    assert programme.cutoffs == [date for date in bundled.cutoffs if date != "2018-09-30"]
    people = only(participants(programme.achievements, cutoff="2020-12-31", by="programme"))
    assert people["value"] == 397_748
    for cutoff in ("2018-12-31", "2022-06-30"):
        pd.testing.assert_frame_equal(
            target_achievement_ratio(programme.achievements, programme.targets, cutoff=cutoff)
            .dropna(subset="value")
            # percentages that few people had reached: only the bundled table marks them
            .query("indicator_code != 'CR06' or investment_priority not in ('8ii', '8v')")
            .reset_index(drop=True),
            target_achievement_ratio(bundled.achievements, bundled.targets, cutoff=cutoff)
            .dropna(subset="value")
            .reset_index(drop=True),
        )
    again = CliRunner().invoke(app, [str(part) for part in call])
    assert again.exit_code == 2
    assert "exists" in again.stderr
