"""The invented programme: complete tables read from their folder, every verdict worked by hand.

Total allocation of the axes 50, 40, 36, 10, 16, 8 + 4 (youth initiative) and 5.6 million; half is EU support.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.programme import Programme
from porfse_analysis.verdicts.decommitment import decommitment, payment_applications
from porfse_analysis.verdicts.performance_framework import STATUSES, framework_indicators, performance_framework
from porfse_analysis.verdicts.rules import RULES

FOLDER = Path(__file__).parents[1] / "data" / "invented-programme"
MILLION = 1_000_000
TOGETHER = RULES["2014-2020"].replace(decommitted_by="programme")


@pytest.fixture(scope="module")
def invented() -> Programme:
    return load_programme(FOLDER)


def framework(programme: Programme, **options: Any) -> pd.DataFrame:
    return performance_framework(
        programme.achievements, programme.finance, programme.targets, axes=programme.axes, **options
    )


def test_it_says_that_it_is_invented(invented: Programme) -> None:
    assert invented.cci == "2014XX05SFOP999"
    assert "inventato" in invented.title("it")
    assert "nvented" in invented.title("en")
    assert invented.sources["title_en"].str.contains("invented for the tests").all()
    assert invented.cutoffs[0] == "2016-12-31"
    assert invented.cutoffs[-1] == "2023-12-31"


def test_milestones_of_2018(invented: Programme) -> None:
    axes = framework(invented, against="milestone").set_index(["axis", "fund"])
    assert axes["status"].to_dict() == {
        # certified 10 of 10; CO01 3,000 + 600 of 4,000 = 0.90; CO05 1,700 of 2,000 = 0.85 exactly
        ("1", "ESF"): "achieved",
        # certified 6.8 of 8 = 0.85; CO17 760 of 1,000 = 0.76, the one below; the step is done
        ("2", "ESF"): "achieved",
        # certified 5 of 6.25 = 0.80; CO09 4,500 of 5,000 = 0.90; two indicators, none below 0.65
        ("3", "ESF"): "not_achieved",
        # certified 1.2 of 2 = 0.60 with two indicators; CO22 9 of 10
        ("4", "ESF"): "serious_failure",
        # certified 3 of 3; CO23 not published: 0 would be serious, anything from 170 achieved
        ("5", "ESF"): "undetermined",
        # certified 2 of 2; CO06 has milestone 0 and final target 600
        ("6", "ESF"): "achieved",
        # certified 1 of 1; CO06 500 of 500; the result CR04 150 of 300 = 0.50 counts for achievement alone
        ("6", "YEI"): "not_achieved",
        ("7", "ESF"): "not_assessed",
    }
    assert set(axes["status"]) == set(STATUSES)
    assert axes.index[axes["by_derogation"]].tolist() == [("2", "ESF")]
    assert axes["n"].tolist() == [3, 3, 2, 2, 2, 2, 3, 0]
    assert axes["m"].tolist() == [3, 3, 2, 2, 2, 2, 2, 0]
    undetermined = axes.loc[("5", "ESF")]
    assert (undetermined["best_case"], undetermined["worst_case"]) == ("achieved", "serious_failure")
    # EU support 25, 20, 18, 5, 8 and 4 million, 2.8 of assistance; 2 of the youth initiative and 2 that match it in
    # axis 6 have none: 6% of 80.8 is 4.848 million, spread over 25 + 20 + 18 + 5 + 8 + 2 = 78
    parts = [4_848_000 * part / 78 for part in (25, 20, 18, 5, 8, 2)]
    assert axes["reserve_eur"].tolist() == pytest.approx([*parts, 0, 0], abs=0.005)
    assert axes["reserve_eur"].sum() == pytest.approx(4_848_000)


def test_ratios_of_2018(invented: Programme) -> None:
    indicators = framework_indicators(invented.achievements, invented.finance, invented.targets, axes=invented.axes)
    assert dict(
        zip(
            zip(indicators["fund"], indicators["indicator_code"], strict=True),
            indicators["ratio"],
            strict=True,
        )
    ) == {
        ("ESF", "F1"): 1.0,
        ("ESF", "CO01"): 0.9,
        ("ESF", "CO05"): 0.85,
        ("ESF", "F2"): 0.85,
        ("ESF", "CO17"): 0.76,
        ("ESF", "K1"): 1.0,
        ("ESF", "F3"): 0.8,
        ("ESF", "CO09"): 0.9,
        ("ESF", "F4"): 0.6,
        ("ESF", "CO22"): 0.9,
        ("ESF", "F5"): 1.0,
        ("ESF", "CO23"): pytest.approx(float("nan"), nan_ok=True),
        ("ESF", "F6"): 1.0,
        ("ESF", "CO06"): 1.0,
        ("YEI", "F6Y"): 1.0,
        ("YEI", "CO06"): 1.0,
        ("YEI", "CR04"): 0.5,
    }
    # CO03 of axis 2 has a target, but not in the framework
    assert "CO03" not in set(indicators["indicator_code"])


def test_final_targets_of_2023(invented: Programme) -> None:
    axes = framework(invented, against="target").set_index(["axis", "fund"])
    assert axes["status"].to_dict() == {
        # 44 of 50 = 0.88; 10,800 of 12,000 = 0.90; 5,200 of the 5,500 of plan 2.0 = 0.945
        ("1", "ESF"): "achieved",
        # 33 of 40 = 0.825; 2,600 of 3,000; the step has no final target, so two indicators and no derogation
        ("2", "ESF"): "not_achieved",
        # 30.6 of 36 = 0.85 exactly; 13,000 of 15,000
        ("3", "ESF"): "achieved",
        # 7 of 10 = 0.70; 20 of 20
        ("4", "ESF"): "not_achieved",
        # 13.6 of 16 = 0.85 exactly; CO23 is published at last: 560 of 700 = 0.80
        ("5", "ESF"): "not_achieved",
        # 7.2 of 8 = 0.90; 570 of 600 = 0.95
        ("6", "ESF"): "achieved",
        # 3 of 4 = 0.75 and the result 450 of 900 = 0.50: two below 0.85
        ("6", "YEI"): "not_achieved",
        ("7", "ESF"): "not_assessed",
    }
    assert axes.loc[("2", "ESF"), "n"] == 2
    assert axes["reserve_eur"].isna().all()


def test_state_of_september_2018(invented: Programme) -> None:
    axes = framework(invented, cutoff="2018-09-30").set_index(["axis", "fund"])
    # certified 7 of 10 = 0.70; CO01 2,900 of 4,000 = 0.725; CO05 1,400 of 2,000 = 0.70: all may be reached by December
    first = axes.loc[("1", "ESF")]
    assert (first["status"], first["best_case"], first["worst_case"]) == ("undetermined", "achieved", "not_achieved")
    assert first["note"] == "preview;older_figure"
    # certified 5 of 8 = 0.625 and CO17 600 of 1,000 = 0.60: two of three below 0.65 so far
    second = axes.loc[("2", "ESF")]
    assert (second["status"], second["worst_case"]) == ("undetermined", "serious_failure")
    assert set(axes["status"]) <= {"achieved", "undetermined", "not_assessed"}


# million EUR: commitments 10, 11, 11.2, 11.5, 11.8, 12.1 (80 in all with 12.4) without reserve, initial
# pre-financing 3% of 80 = 2.4; certified by the axes 16, 30, 62, 84, 100, 102.4 in all, at 50%
@pytest.mark.parametrize(
    ("year", "target", "claims", "risk", "surplus", "status"),
    [
        (2017, 10.0 - 2.4, 8.0, 0.0, 0.4, "covered"),
        (2018, 21.0 - 2.4, 15.0, 3.6, 0.0, "at_risk"),
        (2019, 32.2 - 2.4, 31.0, 0.0, 1.2, "covered"),
        (2020, 43.7 - 2.4, 42.0, 0.0, 0.7, "covered"),
        (2021, 55.5 - 2.4, 50.0, 3.1, 0.0, "at_risk"),
        # assistance certified 6 of 5.6: 3 counted as 2.8, so (102.4 - 6) / 2 + 2.8 = 51
        (2022, 67.6 - 2.4, 51.0, 14.2, 0.0, "at_risk"),
    ],
)
def test_deadlines_with_initial_pre_financing(
    invented: Programme, year: int, target: float, claims: float, risk: float, surplus: float, status: str
) -> None:
    row = decommitment(
        invented.eu_commitments, invented.finance, year=year, prefinancing="initial_only", rules=TOGETHER
    ).iloc[0]
    got = row[["target_eu", "payment_applications_eu", "risk_eu", "surplus_eu"]].astype(float) / MILLION
    assert got.tolist() == pytest.approx([target, claims, risk, surplus], abs=1e-9)
    assert row["target_total"] == pytest.approx(2 * target * MILLION)
    assert row["status"] == status
    assert ("capped" in row["note"].split(";")) == (year == 2022)


# received 0.8, 0.8, 2.4, 2.1, 2.2, 2.3, 2.4 up to 2020; from 2021 on the table has none, so the shares:
# 13 + 2% of 84.8 (with reserve) = 14.696, and once more = 16.392
@pytest.mark.parametrize(
    ("year", "prefinancing", "target", "risk", "surplus", "status", "origin"),
    [
        (2017, 6.1, 3.9, 0.0, 4.1, "covered", "received"),
        (2018, 8.3, 12.7, 0.0, 2.3, "covered", "received"),
        (2019, 10.6, 21.6, 0.0, 9.4, "covered", "received"),
        (2020, 13.0, 30.7, 0.0, 11.3, "covered", "received"),
        (2021, 14.696, 40.804, 0.0, 9.196, "covered", "received_and_rates"),
        (2022, 16.392, 51.208, 0.208, 0.0, "at_risk", "received_and_rates"),
    ],
)
def test_deadlines_with_annual_pre_financing(
    invented: Programme,
    year: int,
    prefinancing: float,
    target: float,
    risk: float,
    surplus: float,
    status: str,
    origin: str,
) -> None:
    row = decommitment(invented.eu_commitments, invented.finance, year=year, rules=TOGETHER).iloc[0]
    got = row[["prefinancing_eu", "target_eu", "risk_eu", "surplus_eu"]].astype(float) / MILLION
    assert got.tolist() == pytest.approx([prefinancing, target, risk, surplus], abs=1e-9)
    assert (row["status"], row["prefinancing_origin"]) == (status, origin)


def test_claims_of_2018_by_axis(invented: Programme) -> None:
    claims = payment_applications(invented.eu_commitments, invented.finance, year=2018)
    assert list(zip(claims["axis"], claims["fund"], strict=True)) == [
        ("1", "ESF"),
        ("2", "ESF"),
        ("3", "ESF"),
        ("4", "ESF"),
        ("5", "ESF"),
        ("6", "ESF"),
        ("6", "YEI"),
        ("7", "ESF"),
    ]
    # half of 10, 6.8, 5, 1.2, 3, 2, 1 and 1 million
    expected = [5_000_000, 3_400_000, 2_500_000, 600_000, 1_500_000, 1_000_000, 500_000, 500_000]
    assert claims["payment_applications_eu"].tolist() == expected
    assert (claims["rate"] == 0.5).all()
    assert (claims["data_date"] == pd.Timestamp("2018-12-31")).all()


# million EUR: ESF 9 and 10 without reserve, received 0.7, 0.7, 2.4, 2.1, 2.2; YEI 1 and 1, received 0.1 and 0.1
def test_each_fund_is_covered_on_its_own(invented: Programme) -> None:
    rows = decommitment(invented.eu_commitments, invented.finance, year=2018).set_index("fund")
    amounts = ["target_eu", "payment_applications_eu", "risk_eu", "surplus_eu"]
    assert (rows[amounts] / MILLION).round(9).to_dict("index") == {
        "ESF": dict(zip(amounts, (19 - 8.1, 14.5, 0, 3.6), strict=True)),
        "YEI": dict(zip(amounts, (2 - 0.2, 0.5, 1.3, 0), strict=True)),
    }
    assert rows["status"].to_dict() == {"ESF": "covered", "YEI": "at_risk"}
    # together 21 less 8.3 against 15
    assert rows.loc["YEI", "other_readings"].split(";")[0] == "decommitted_by=programme:covered"


def test_the_last_commitment_is_settled_at_closure(invented: Programme) -> None:
    rows = decommitment(invented.eu_commitments, invented.finance, year=2023).set_index("fund")
    # the whole 84.8 with the reserve, 2 of it YEI; 141 and 3 million certified at 50%
    assert rows["target_eu"].to_dict() == {"ESF": 82_800_000, "YEI": 2_000_000}
    assert rows["payment_applications_eu"].to_dict() == {"ESF": 70_500_000, "YEI": 1_500_000}
    assert set(rows["status"]) == {"settled_at_closure"}


def test_the_bundled_programme_is_honest_about_what_it_lacks() -> None:
    programme = load_programme()
    result = framework(programme)
    assert set(result["status"]) == {"not_assessed"}
    assert result["note"].tolist() == ["no_framework"] * 4 + ["technical_assistance"]
    # 6% of 485,237,258 of EU support, spread over the four axes that have one
    assert result["reserve_eur"].sum() == pytest.approx(29_114_235.48, abs=0.005)
    # axis I has 179 of 468.8 million
    assert result["reserve_eur"].iloc[0] == pytest.approx(29_114_235.48 * 179 / 468.8, abs=0.005)
    row = decommitment(programme.eu_commitments, programme.finance, year=2018, cutoff="2018-09-30").iloc[0]
    assert row["status"] == "not_available"
    assert row["needs"].startswith("no_commitments:2014,2015,2016,2017,2018,2019,2020")
    # 144 million certified, published in millions for the whole programme, at 50%
    assert row["payment_applications_eu"] == 72_000_000
    assert pd.isna(row["target_eu"])
