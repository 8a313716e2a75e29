"""Checks: each fires on what is odd, with its figures and its reason, and stays silent on what is not."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from frames import CCI

from porfse_analysis import check, schema
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.display.words.wording import LANGUAGES
from porfse_analysis.programme import Programme, joined_tables
from porfse_analysis.verdicts.checks import CHECKS, FINDING_COLUMNS, SEVERITIES, check_tables

M = 1_000_000
CENT = 0.01


def listed(findings: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    """The findings of one check, each with the cells that say something; dates as text.

    Every finding is put into words on the way: none may leave a placeholder or a gap in a sentence.
    """
    assert_worded(findings)
    rows = []
    for row in findings[findings["check"] == name].drop(columns=["programme", "check"]).to_dict("records"):
        said = {key: value for key, value in row.items() if not pd.isna(value) and value != ""}
        dated = {key: said[key].date().isoformat() for key in ("cutoff", "compared_with") if key in said}
        rows.append(said | dated)
    return rows


def assert_worded(findings: pd.DataFrame) -> None:
    for lang in LANGUAGES:
        words = word_findings(findings, lang)
        assert len(words) == len(findings)
        for row in words.itertuples():
            assert row.severity
            assert row.where
            assert not re.search(r"[{}]|\bnan\b|NaT|None|  | [,.;:]|\(\)|^[:,]", row.message), row.message
            assert re.search(r"[.]$", row.message), row.message


def finding(
    severity: str, figure: str, axis: str, cutoff: str, *, source: str = "ec", unit: str = "EUR", **more: Any
) -> dict[str, Any]:
    """What `listed` must give; cells not named must be empty."""
    cells = {"severity": severity, "figure": figure, "axis": axis, "cutoff": cutoff, "source": source, "unit": unit}
    return {name: value for name, value in cells.items() if value != ""} | more


@dataclass(frozen=True)
class Case:
    """Rows of a small programme and the findings one check must make of it."""

    check: str
    what: str
    expected: list[dict[str, Any]] = field(default_factory=list)
    finance: tuple = ()
    achievements: tuple = ()
    targets: tuple = ()
    claims: tuple = ()
    axes: tuple = ()
    cutoff: str | None = None


@pytest.fixture
def build(small_programme, finance_rows, achievement_rows, target_rows, claim_rows):
    """The programme of a case."""
    builders = {
        "finance": finance_rows,
        "achievements": achievement_rows,
        "targets": target_rows,
        "claims": claim_rows,
    }

    def programme(case) -> Programme:
        tables = {name: rows(*getattr(case, name)) for name, rows in builders.items() if getattr(case, name, ())}
        return small_programme(axes=getattr(case, "axes", ()), **tables)

    return programme


def by_id(cases: list[Case]) -> list[Any]:
    return [pytest.param(case, id=f"{case.check}: {case.what}") for case in cases]


SHEET = {"source": "sheet"}
IN_MILLIONS = {"source": "sheet", "precision": M}
TO_THE_CENT = {"precision": CENT}

# The sheet of 2018: activated by axis 216 / 162 / 220 / 15 million, 614 in all.
SHEET_OF_2018 = (
    ("I", "2018-09-30", "activated", 216 * M, IN_MILLIONS),
    ("II", "2018-09-30", "activated", 162 * M, IN_MILLIONS),
    ("III", "2018-09-30", "activated", 220 * M, IN_MILLIONS),
    ("IV", "2018-09-30", "activated", 15 * M, IN_MILLIONS),
    ("ALL", "2018-09-30", "activated", 614 * M, IN_MILLIONS),
)

FIRING = [
    Case(
        "subset_above_whole",
        "more long-term unemployed than unemployed",
        achievements=(("I", "8i", "CO01", "2018-12-31", 100), ("I", "8i", "CO02", "2018-12-31", 101)),
        expected=[
            finding("error", "8i CO02", "I", "2018-12-31", reason="CO01", expected=100, found=101, unit="participant")
        ],
    ),
    Case(
        "subset_above_whole",
        "the two other pairs",
        achievements=(
            ("II", "9i", "CO03", "2018-12-31", 5),
            ("II", "9i", "CO04", "2018-12-31", 6),
            ("II", "9i", "CO07", "2018-12-31", 7),
            ("II", "9i", "CO08", "2018-12-31", 9),
        ),
        expected=[
            finding(
                "error",
                f"9i {part}",
                "II",
                "2018-12-31",
                reason=whole,
                expected=expected,
                found=found,
                unit="participant",
            )
            for part, whole, expected, found in (("CO04", "CO03", 5, 6), ("CO08", "CO07", 7, 9))
        ],
    ),
    Case(
        "axes_against_total",
        # each of five figures may be off by half a million: 2.5 million
        "613 against 614 million",
        finance=SHEET_OF_2018,
        expected=[
            finding(
                "info",
                "activated",
                "ALL",
                "2018-09-30",
                source="sheet",
                reason="rounded",
                expected=614 * M,
                found=613 * M,
                reference=2.5 * M,
            )
        ],
    ),
    Case(
        "axes_against_total",
        "not all axes are published",
        finance=(
            ("I", "2018-12-31", "paid", 30.00, TO_THE_CENT),
            ("ALL", "2018-12-31", "paid", 100.00, TO_THE_CENT),
            ("II", "2018-12-31", "committed", 80.00, TO_THE_CENT),
        ),
        expected=[
            finding("info", "paid", "ALL", "2018-12-31", reason="incomplete", expected=100, found=30, reference=0.01)
        ],
    ),
    Case(
        "axes_against_total",
        "an axis more than the whole",
        finance=(("I", "2018-12-31", "paid", 130.00), ("ALL", "2018-12-31", "paid", 100.00)),
        axes=("I", "II"),
        expected=[
            finding(
                "warning", "paid", "ALL", "2018-12-31", reason="unexplained", expected=100, found=130, reference=0.0
            )
        ],
    ),
    Case(
        "between_sources",
        "32 against 32.87 million at another date",
        finance=(
            ("ALL", "2017-12-31", "allocation", 32_874_516, TO_THE_CENT),
            ("ALL", "2018-09-30", "allocation", 32 * M, IN_MILLIONS),
        ),
        axes=("V",),
        expected=[
            finding(
                "info",
                "allocation",
                "ALL",
                "2018-09-30",
                source="sheet",
                other_source="ec",
                reason="truncated",
                compared_with="2017-12-31",
                expected=32_874_516,
                found=32 * M,
            )
        ],
    ),
    Case(
        "between_sources",
        "nothing but the date explains it",
        finance=(("ALL", "2017-12-31", "paid", 90.00), ("ALL", "2018-09-30", "paid", 120.00, SHEET)),
        axes=("I",),
        expected=[
            finding(
                "info",
                "paid",
                "ALL",
                "2018-09-30",
                source="sheet",
                other_source="ec",
                reason="other_date",
                compared_with="2017-12-31",
                expected=90,
                found=120,
            )
        ],
    ),
    Case(
        "claim_against_data",
        "187,000 against the 187,716 of the end of 2017",
        achievements=(("I", "8i", "CO01", "2017-12-31", 187_000), ("II", "9i", "CO03", "2017-12-31", 716)),
        claims=(("participants", "ALL", "2018-09-30", 187_000, {"qualifier": "more_than"}),),
        cutoff="2018-09-30",
        expected=[
            finding(
                "info",
                "participants",
                "ALL",
                "2018-09-30",
                source="sheet",
                other_source="ec",
                reason="other_date",
                compared_with="2017-12-31",
                expected=187_716,
                found=187_000,
                unit="participant",
                found_bound="more_than",
            )
        ],
    ),
    Case(
        "order_of_stages",
        "certified above declared, on one axis and so in the whole",
        finance=(("I", "2018-12-31", "declared", 40.00), ("I", "2018-12-31", "certified", 40.01)),
        expected=[
            finding(
                "warning", "certified", axis, "2018-12-31", reason="certified_above_declared", expected=40, found=40.01
            )
            for axis in ("ALL", "I")
        ],
    ),
    Case(
        "order_of_stages",
        "declared above selected, on one axis alone",
        finance=(
            ("I", "2018-12-31", "selected", 40.00),
            ("I", "2018-12-31", "declared", 50.00),
            ("II", "2018-12-31", "selected", 90.00),
            ("II", "2018-12-31", "declared", 10.00),
        ),
        expected=[
            finding("warning", "declared", "I", "2018-12-31", reason="declared_above_selected", expected=40, found=50)
        ],
    ),
    Case(
        "order_of_stages",
        "paid above committed, published for the whole",
        finance=(("ALL", "2018-12-31", "committed", 281.00), ("ALL", "2018-12-31", "paid", 356.00)),
        axes=("I",),
        expected=[
            finding("warning", "paid", "ALL", "2018-12-31", reason="paid_above_committed", expected=281, found=356)
        ],
    ),
    Case(
        "fall",
        "selected cost of axis IV",
        finance=(
            ("IV", "2021-12-31", "selected", 19_097_553.45),
            ("IV", "2022-06-30", "selected", 19_064_250.70),
        ),
        expected=[
            finding(
                "warning",
                "selected",
                "IV",
                "2022-06-30",
                compared_with="2021-12-31",
                expected=19_097_553.45,
                found=19_064_250.70,
            )
        ],
    ),
    Case(
        "fall",
        "people, against the last position with a value",
        achievements=(
            ("I", "10ii", "CO01", "2018-12-31", 60),
            ("I", "10ii", "CO01", "2019-12-31", None),
            ("I", "10ii", "CO01", "2020-12-31", 56),
            ("I", "10ii", "CO01", "2021-12-31", 61),
        ),
        expected=[
            finding(
                "warning",
                "10ii CO01",
                "I",
                "2020-12-31",
                compared_with="2018-12-31",
                expected=60,
                found=56,
                unit="unit",
            )
        ],
    ),
    Case(
        "fall",
        "published for the whole programme",
        finance=(("ALL", "2018-09-30", "certified", 144 * M), ("ALL", "2018-12-31", "certified", 140 * M)),
        axes=("I",),
        expected=[
            finding(
                "warning",
                "certified",
                "ALL",
                "2018-12-31",
                compared_with="2018-09-30",
                expected=144 * M,
                found=140 * M,
            )
        ],
    ),
    Case(
        "fall",
        "of one axis, and so of the sum: said once",
        finance=(
            ("I", "2017-12-31", "paid", 50.00),
            ("I", "2018-12-31", "paid", 40.00),
            ("II", "2017-12-31", "paid", 5.00),
            ("II", "2018-12-31", "paid", 5.00),
        ),
        expected=[
            finding("warning", "paid", "I", "2018-12-31", compared_with="2017-12-31", expected=50, found=40),
        ],
    ),
    Case(
        "above_allocation",
        "published for the whole programme, the allocation by axis",
        finance=(
            ("I", "2018-09-30", "allocation", 60.00),
            ("II", "2018-09-30", "allocation", 40.00),
            ("ALL", "2018-09-30", "activated", 100.01),
        ),
        expected=[finding("warning", "activated", "ALL", "2018-09-30", expected=100, found=100.01)],
    ),
    Case(
        "above_allocation",
        "overbooking",
        finance=(("I", "2018-12-31", "allocation", 100.00), ("I", "2018-12-31", "selected", 226.70)),
        expected=[finding("warning", "selected", "I", "2018-12-31", expected=100, found=226.70)],
    ),
    Case(
        "above_allocation",
        "what another axis had before is no allocation that was cut",
        finance=(
            ("II", "2017-12-31", "allocation", 300.00),
            ("I", "2018-12-31", "allocation", 100.00),
            ("II", "2018-12-31", "allocation", 300.00),
            ("I", "2018-12-31", "selected", 226.70),
        ),
        expected=[finding("warning", "selected", "I", "2018-12-31", expected=100, found=226.70)],
    ),
    Case(
        "above_allocation",
        "the plan cut the allocation",
        finance=(
            ("I", "2019-12-31", "allocation", 358_000_000),
            ("I", "2020-12-31", "allocation", 236_700_000),
            ("I", "2022-06-30", "selected", 290_131_389.75),
        ),
        expected=[
            finding(
                "warning",
                "selected",
                "I",
                "2022-06-30",
                reason="plan_cut",
                compared_with="2019-12-31",
                expected=236_700_000,
                found=290_131_389.75,
                reference=358_000_000,
            )
        ],
    ),
    Case(
        "cost_without_allocation",
        "an axis that never had one",
        finance=(("1D", "2016-12-31", "allocation", 0), ("1D", "2016-12-31", "selected", 9_250_000.00)),
        expected=[finding("warning", "selected", "1D", "2016-12-31", expected=0, found=9_250_000)],
    ),
    Case(
        "cost_without_allocation",
        "an allocation cut to nothing",
        finance=(
            ("I", "2016-12-31", "allocation", 50.00),
            ("I", "2017-12-31", "allocation", 0),
            ("I", "2017-12-31", "declared", 20.00),
        ),
        expected=[
            finding(
                "warning",
                "declared",
                "I",
                "2017-12-31",
                reason="plan_cut",
                compared_with="2016-12-31",
                expected=0,
                found=20,
                reference=50,
            )
        ],
    ),
    Case(
        "axis_left_out",
        "an axis of the plan before",
        finance=(
            ("I", "2016-12-31", "allocation", 60.00),
            ("II", "2016-12-31", "allocation", 40.00),
            ("I", "2017-12-31", "allocation", 60.00),
        ),
        expected=[finding("warning", "allocation", "II", "2017-12-31", compared_with="2016-12-31", expected=40)],
    ),
    Case(
        "selected_equals_declared",
        "in the whole programme",
        finance=(
            ("I", "2016-12-31", "selected", 0.10),
            ("II", "2016-12-31", "selected", 0.20),
            ("I", "2016-12-31", "declared", 0.20),
            ("II", "2016-12-31", "declared", 0.10),
        ),
        expected=[
            finding("warning", "selected", "ALL", "2016-12-31", expected=pytest.approx(0.30), found=pytest.approx(0.30))
        ],
    ),
    Case(
        "plan_change",
        "up and down",
        finance=(
            ("I", "2019-12-31", "allocation", 358_000_000),
            ("II", "2019-12-31", "allocation", 227_100_000),
            ("I", "2020-12-31", "allocation", 236_700_000),
            ("II", "2020-12-31", "allocation", 379_000_000),
        ),
        expected=[
            finding("info", "allocation", axis, "2020-12-31", compared_with="2019-12-31", expected=before, found=after)
            for axis, before, after in (("I", 358_000_000, 236_700_000), ("II", 227_100_000, 379_000_000))
        ],
    ),
    Case(
        "plan_change",
        "published for the whole programme",
        finance=(("ALL", "2020-12-31", "allocation", 1_729 * M), ("ALL", "2022-06-30", "allocation", 6_404 * M)),
        axes=("I",),
        expected=[
            finding(
                "info",
                "allocation",
                "ALL",
                "2022-06-30",
                compared_with="2020-12-31",
                expected=1_729 * M,
                found=6_404 * M,
            )
        ],
    ),
    Case(
        "target_change",
        "one changed, one dropped, two added",
        targets=(
            ("I", "8i", "CO01", "1", "2015-12-31", 69_038),
            ("I", "8i", "CR06", "1", "2015-12-31", 20_711.40),
            ("IV", "11ii", "CO22", "1", "2015-12-31", 325),
            ("I", "8i", "CO01", "2", "2016-12-31", 216_887),
            ("I", "8i", "CR06", "2", "2016-12-31", 20_711.40),
            ("II", "9i", "CO17", "2", "2016-12-31", 10),
            ("II", "9i", "CO16", "2", "2016-12-31", 10),
        ),
        cutoff="2016-12-31",
        expected=[
            finding(
                "info",
                figure,
                axis,
                "2016-12-31",
                reason=reason,
                compared_with="2015-12-31",
                found=count,
                unit="target",
            )
            for reason, axis, figure, count in (
                ("changed", "I", "8i CO01", 1),
                ("added", "II", "9i CO16, 9i CO17", 2),
                ("dropped", "IV", "11ii CO22", 1),
            )
        ],
    ),
    Case(
        "target_change",
        "told by two sources: that of the preferred one counts, once",
        targets=(
            ("I", "8i", "CO01", "1", "2015-12-31", 100),
            ("I", "8i", "CO01", "1", "2015-12-31", 100, SHEET),
            ("I", "8i", "CO01", "2", "2016-12-31", 200),
            ("I", "8i", "CO01", "2", "2016-12-31", 210, SHEET),
            ("I", "8ii", "CO06", "1", "2015-12-31", 7),
            ("I", "8ii", "CO06", "1", "2015-12-31", 8, SHEET),
            ("I", "8ii", "CO06", "2", "2016-12-31", 7),
        ),
        cutoff="2016-12-31",
        expected=[
            finding(
                "info",
                "8i CO01",
                "I",
                "2016-12-31",
                reason="changed",
                compared_with="2015-12-31",
                found=1,
                unit="target",
            )
        ],
    ),
    Case(
        "percentage_target",
        "listed as one",
        targets=(("I", "8ii", "CR06", "1", "2015-12-31", 35, {"unit": "%"}),),
        cutoff="2016-12-31",
        expected=[finding("info", "8ii CR06", "I", "2015-12-31", found=35, unit="%")],
    ),
    Case(
        "percentage_target",
        "80 that 801 people were counted against",
        targets=(("II", "9i", "CR05", "1", "2015-12-31", 80),),
        achievements=(("II", "9i", "CR05", "2016-12-31", 801),),
        expected=[finding("info", "9i CR05", "II", "2015-12-31", found=80, unit="%")],
    ),
    Case(
        "stale_position",
        "figures of the year before",
        finance=(("ALL", "2022-06-30", "declared", 75.00, {"data_date": "2021-09-30"}),),
        axes=("I",),
        expected=[finding("warning", "", "ALL", "2022-06-30", compared_with="2021-09-30", found=75)],
    ),
    Case(
        "stale",
        "money and people of an earlier date",
        finance=(("I", "2017-12-31", "paid", 20.00),),
        achievements=(("I", "8i", "CO01", "2016-12-31", 5),),
        cutoff="2018-09-30",
        expected=[
            finding("info", "achievements", "ALL", "2018-09-30", compared_with="2016-12-31", unit=""),
            finding("info", "paid", "ALL", "2018-09-30", compared_with="2017-12-31", found=20),
        ],
    ),
]

SILENT = [
    Case(
        "subset_above_whole",
        "all unemployed are long-term, or of another priority",
        achievements=(
            ("I", "8i", "CO01", "2018-12-31", 100),
            ("I", "8i", "CO02", "2018-12-31", 100),
            ("I", "8ii", "CO02", "2018-12-31", 300),
            ("I", "8i", "CO02", "2019-12-31", 300),
        ),
    ),
    Case(
        "axes_against_total",
        "they add up, to the last digit of a float",
        finance=(
            ("I", "2018-12-31", "paid", 0.10),
            ("II", "2018-12-31", "paid", 0.20),
            ("ALL", "2018-12-31", "paid", 0.30),
        ),
    ),
    Case(
        "axes_against_total",
        "only the total is published, or only the axes",
        finance=(("ALL", "2018-12-31", "paid", 10.00), ("I", "2018-12-31", "committed", 4.00)),
    ),
    Case(
        "axes_against_total",
        "axes and total of two sources",
        finance=(("ALL", "2018-12-31", "paid", 10.00), ("I", "2018-12-31", "paid", 4.00, SHEET)),
    ),
    Case(
        "between_sources",
        "they agree",
        finance=(("I", "2018-12-31", "paid", 10.00), ("I", "2018-12-31", "paid", 10.00, SHEET)),
    ),
    Case(
        "between_sources",
        "the preferred source is later",
        finance=(("I", "2018-12-31", "paid", 10.00), ("I", "2018-09-30", "paid", 4.00, SHEET)),
    ),
    Case(
        "between_sources",
        "another stage",
        finance=(("I", "2018-12-31", "paid", 10.00), ("I", "2018-12-31", "committed", 40.00, SHEET)),
    ),
    Case(
        "claim_against_data",
        "it is right, has no value, or is about something else",
        achievements=(("I", "8i", "CO01", "2018-12-31", 100),),
        claims=(
            ("participants", "ALL", "2018-12-31", 100),
            ("participants", "I", "2018-12-31", None),
            ("women_share", "ALL", "2018-12-31", 0.47),
        ),
    ),
    Case(
        "claim_against_data",
        "no participants are published",
        finance=(("I", "2018-12-31", "paid", 10.00),),
        claims=(("participants", "ALL", "2018-12-31", 100),),
    ),
    Case(
        "order_of_stages",
        "another source, another date of the data, equal",
        finance=(
            ("I", "2018-12-31", "declared", 40.00, {"data_date": "2018-10-31"}),
            ("I", "2018-12-31", "certified", 50.00),
            ("II", "2018-12-31", "declared", 40.00),
            ("II", "2018-12-31", "certified", 50.00, SHEET),
            ("III", "2018-12-31", "committed", 50.00),
            ("III", "2018-12-31", "paid", 50.00),
        ),
    ),
    Case(
        "fall",
        "a lower figure of another source, a lower allocation, the same again",
        finance=(
            ("I", "2017-12-31", "paid", 40.00),
            ("I", "2018-12-31", "paid", 30.00, SHEET),
            ("I", "2017-12-31", "allocation", 90.00),
            ("I", "2018-12-31", "allocation", 80.00),
            ("II", "2017-12-31", "paid", 40.00),
            ("II", "2018-12-31", "paid", 40.00),
        ),
    ),
    Case(
        "above_allocation",
        "all of it, and none more; the plan that cut it came later",
        finance=(
            ("I", "2018-12-31", "allocation", 100.00),
            ("I", "2018-12-31", "selected", 100.00),
            ("I", "2019-12-31", "allocation", 50.00),
        ),
    ),
    Case(
        "cost_without_allocation",
        "no cost either, or no allocation published",
        finance=(
            ("I", "2018-12-31", "allocation", 0),
            ("I", "2018-12-31", "selected", 0),
            ("II", "2018-12-31", "selected", 5.00),
        ),
    ),
    Case(
        "axis_left_out",
        "nothing was allocated to it, or the source repeats no allocations",
        finance=(
            ("I", "2016-12-31", "allocation", 60.00),
            ("II", "2016-12-31", "allocation", 0),
            ("I", "2017-12-31", "allocation", 60.00),
            ("I", "2018-12-31", "paid", 10.00),
        ),
    ),
    Case(
        "selected_equals_declared",
        "both are nothing, or on one axis alone",
        finance=(
            ("I", "2014-12-31", "selected", 0),
            ("I", "2014-12-31", "declared", 0),
            ("I", "2015-12-31", "selected", 10.00),
            ("I", "2015-12-31", "declared", 10.00),
            ("II", "2015-12-31", "selected", 10.00),
            ("II", "2015-12-31", "declared", 5.00),
        ),
    ),
    Case(
        "plan_change",
        "the same allocation, or that of another source",
        finance=(
            ("I", "2016-12-31", "allocation", 60.00),
            ("I", "2017-12-31", "allocation", 60.00),
            ("I", "2018-12-31", "allocation", 59.00, SHEET),
        ),
    ),
    Case(
        "target_change",
        "a new version with the same targets",
        targets=(("I", "8i", "CO01", "1", "2015-12-31", 100), ("I", "8i", "CO01", "2", "2016-12-31", 100)),
        cutoff="2016-12-31",
    ),
    Case(
        "percentage_target",
        "exceeded ten times and no more, above 100, or an output",
        targets=(
            ("II", "9i", "CR05", "1", "2015-12-31", 80),
            ("II", "9ii", "CR05", "1", "2015-12-31", 101),
            ("II", "9i", "CO17", "1", "2015-12-31", 80),
        ),
        achievements=(
            ("II", "9i", "CR05", "2016-12-31", 800),
            ("II", "9ii", "CR05", "2016-12-31", 5_000),
            ("II", "9i", "CO17", "2016-12-31", 5_000),
        ),
    ),
    Case(
        "stale_position",
        "data of the position's own date",
        finance=(
            ("I", "2018-12-31", "paid", 10.00),
            ("I", "2018-12-31", "committed", 20.00, {"data_date": "2018-12-31"}),
        ),
    ),
    Case(
        "stale",
        "everything is of the date asked for",
        finance=(("I", "2017-12-31", "paid", 5.00), ("I", "2018-12-31", "paid", 10.00)),
        achievements=(("I", "8i", "CO01", "2018-12-31", 5),),
    ),
]


@pytest.mark.parametrize("case", by_id(FIRING))
def test_a_check_fires(case, build):
    assert listed(check(build(case), cutoff=case.cutoff), case.check) == case.expected


@pytest.mark.parametrize("case", by_id(SILENT))
def test_a_check_stays_silent(case, build):
    assert listed(check(build(case), cutoff=case.cutoff), case.check) == []


def test_an_eu_part_above_its_total_fires(build):
    # a folder with it is refused; frames that were put together by hand are not
    case = SimpleNamespace(finance=(("I", "2018-12-31", "allocation", 100.00, {"eu_amount_eur": 50.00}),))
    programme = build(case)
    assert listed(check(programme), "eu_part_above_total") == []
    wrong = dataclasses.replace(programme, finance=programme.finance.assign(eu_amount_eur=100.01))
    assert listed(check(wrong), "eu_part_above_total") == [
        finding("error", "allocation", "I", "2018-12-31", expected=100, found=100.01)
    ]


def test_what_the_verdicts_need_is_asked_for(bundled_findings, bundled):
    findings = bundled_findings["2018-09-30"]
    assert listed(findings, "to_supply") == [
        finding("info", "eu_commitments", "ALL", "2018-09-30", source="", unit="", reason="eu_commitments")
    ]
    said = {lang: word_findings(findings, lang)["message"].iloc[-1] for lang in LANGUAGES}
    assert "Tabella 17 (piano finanziario annuale)" in said["it"]
    assert "Table 17 (annual financial plan)" in said["en"]
    assert all("eu_commitments" in text for text in said.values())
    # a year that is missing is asked for as well; a full table is not, nor a programme without rules
    rows = pd.DataFrame({"year": range(2014, 2021), "eu_commitment_eur": 1.0, "source": "plan"})
    plan = schema.conform("eu_commitments", rows, programme=bundled.cci)
    for table, asked in ((plan, 0), (plan.iloc[1:], 1)):
        assert len(listed(check(dataclasses.replace(bundled, eu_commitments=table)), "to_supply")) == asked
    assert len(listed(check(dataclasses.replace(bundled, cci="2021IT05SFPR003")), "to_supply")) == 1
    assert listed(check(dataclasses.replace(bundled, cci="2019IT05SFPR003")), "to_supply") == []


def test_every_check_has_a_case():
    by_hand = {"eu_part_above_total", "former_name", "to_supply"}
    # in test_indicator_checks.py
    by_hand |= {"partition", "fractional_count", "neighbouring_key", "percentage_suspected", "milestone_above_target"}
    by_hand |= {"uncounted_people"}
    # in test_periods.py, test_eu_payments.py, test_yearly_checks.py
    by_hand |= {"no_period", "payments_sum", "lacking_year"}
    # in test_sexes.py
    by_hand |= {"sexes", "grand_total"}
    # in test_predecessor.py, test_certification_targets.py
    by_hand |= {"no_predecessor", "published_rate"}
    # in test_series.py
    by_hand |= {"superseded", "document_lacks", "without_plan", "no_allocation", "some_axes", "beside_its_parts"}
    assert {case.check for case in FIRING} | by_hand == set(CHECKS)
    assert {case.check for case in SILENT} | by_hand == set(CHECKS)


# -- why two figures differ -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preferred", "other", "reason"),
    [
        # to the cent against whole millions: rounded up to half a million and half a cent away
        ((613_500_000.00, CENT), (614 * M, M), "rounded"),
        ((613_499_999.99, CENT), (614 * M, M), "unexplained"),
        ((614_500_000.00, CENT), (614 * M, M), "rounded"),
        # truncated: the true figure is above, by less than the unit
        ((614_500_000.01, CENT), (614 * M, M), "truncated"),
        ((614_999_999.99, CENT), (614 * M, M), "truncated"),
        ((615_000_000.00, CENT), (614 * M, M), "unexplained"),
        ((32_874_516, CENT), (32 * M, M), "truncated"),
        ((32_874_516, CENT), (33 * M, M), "rounded"),
        ((970_474_516, CENT), (970_470_000, 10_000), "rounded"),
        ((970_474_516, CENT), (970_480_000, 10_000), "unexplained"),
        ((970_475_516, CENT), (970_470_000, 10_000), "truncated"),
        # both in millions: half of one million each
        ((613 * M, M), (614 * M, M), "rounded"),
        ((612 * M, M), (614 * M, M), "unexplained"),
        # the preferred one is the one that was truncated
        ((613 * M, M), (613_874_516, CENT), "truncated"),
        # no precision: nothing explains even a cent
        ((100.00, None), (100.01, None), "unexplained"),
        ((100.00, None), (101.00, CENT), "unexplained"),
    ],
)
def test_rounded_or_truncated_between_two_sources(build, preferred, other, reason):
    rows = (
        ("ALL", "2018-12-31", "paid", preferred[0], {"precision": preferred[1]}),
        ("ALL", "2018-12-31", "paid", other[0], {"precision": other[1], "source": "sheet"}),
    )
    (only,) = listed(check(build(SimpleNamespace(finance=rows, axes=("I",)))), "between_sources")
    assert only["reason"] == reason
    assert only["severity"] == ("warning" if reason == "unexplained" else "info")
    assert (only["expected"], only["found"]) == (preferred[0], other[0])


@pytest.mark.parametrize(
    ("ours", "reason"),
    [
        (([10 * M, 20 * M], M), "rounded"),
        (([10 * M, 20 * M], CENT), "unexplained"),
        (([10 * M, 20 * M], None), "unexplained"),
        (([10 * M, 19 * M], M), "truncated"),
        (([10 * M, 18 * M], M), "unexplained"),
    ],
)
def test_a_sum_of_rounded_figures_is_as_rounded_as_all_of_them(build, ours, reason):
    # two figures in millions, so a million at most, or two when both are truncated, against 30,900,000.00
    amounts, precision = ours
    theirs = {"source": "ec", "precision": CENT}
    total = 30_900_000
    by_fund = [
        ("I", "2018-12-31", "paid", amount, {"source": "sheet", "precision": precision, "fund": fund})
        for amount, fund in zip(amounts, ("ESF", "YEI"), strict=True)
    ]
    programme = build(SimpleNamespace(finance=(*by_fund, ("I", "2018-12-31", "paid", total, theirs))))
    found = listed(check(programme), "between_sources")
    assert [(row["axis"], row["reason"]) for row in found] == [("ALL", reason), ("I", reason)]
    by_axis = [
        (axis, "2018-12-31", "paid", amount, {"source": "sheet", "precision": precision})
        for amount, axis in zip(amounts, ("I", "II"), strict=True)
    ]
    programme = build(SimpleNamespace(finance=(*by_axis, ("ALL", "2018-12-31", "paid", total, theirs))))
    found = listed(check(programme), "between_sources")
    assert [(row["axis"], row["reason"]) for row in found] == [("ALL", reason)]


@pytest.mark.parametrize(
    ("axes", "total", "reason", "reference"),
    [
        # two axes and a total in millions: three times half a million
        ([(10 * M, M), (20 * M, M)], (31 * M, M), "rounded", 1.5 * M),
        ([(10 * M, M), (20 * M, M)], (31_500_000, 100_000), "truncated", 1.05 * M),
        ([(10 * M, M), (20 * M, M)], (31_999_999.99, CENT), "truncated", 1_000_000.005),
        ([(10 * M, M), (20 * M, M)], (32 * M, CENT), "unexplained", 1_000_000.005),
        ([(10 * M, M), (20 * M, M)], (29 * M, M), "rounded", 1.5 * M),
        ([(10 * M, M), (20 * M, M)], (28 * M, M), "unexplained", 1.5 * M),
        # to the cent the axes of the sheet would not add up to 614 million
        ([(216 * M, CENT), (397 * M, CENT)], (614 * M, CENT), "unexplained", 0.015),
        # 938 million by axis and the 32 million of technical assistance, 970.47 in all
        ([(937_600_000, CENT), (32 * M, M)], (970_470_000, 10_000), "truncated", 505_000.005),
    ],
)
def test_the_tolerance_of_a_sum_comes_from_its_precisions(build, axes, total, reason, reference):
    rows = [
        (axis, "2018-12-31", "activated", amount, {"precision": precision})
        for axis, (amount, precision) in zip(("I", "II"), axes, strict=True)
    ]
    rows.append(("ALL", "2018-12-31", "activated", total[0], {"precision": total[1]}))
    (only,) = listed(check(build(SimpleNamespace(finance=rows))), "axes_against_total")
    assert only["reason"] == reason
    assert only["reference"] == pytest.approx(reference, abs=1e-6)


@pytest.mark.parametrize(
    ("stated", "qualifier", "counted", "reason"),
    [
        (187_000, "exact", 187_716, "unexplained"),
        (187_000, "more_than", 187_716, "qualifier"),
        (188_000, "more_than", 187_716, "unexplained"),
        (188_000, "less_than", 187_716, "qualifier"),
        (187_000, "less_than", 187_716, "unexplained"),
    ],
)
def test_a_claim_is_met_as_it_is_worded(build, stated, qualifier, counted, reason):
    case = SimpleNamespace(
        achievements=(("I", "8i", "CO01", "2018-12-31", counted),),
        claims=(("participants", "I", "2018-12-31", stated, {"qualifier": qualifier}),),
    )
    (only,) = listed(check(build(case)), "claim_against_data")
    assert only["reason"] == reason
    assert only["severity"] == ("warning" if reason == "unexplained" else "info")
    assert (only["axis"], only["expected"], only["found"]) == ("I", counted, stated)


def test_a_finding_says_the_bound_of_a_statement_and_of_the_data(build):
    case = SimpleNamespace(
        achievements=(("I", "8i", "CO01", "2017-12-31", 187_000, {"qualifier": "about"}),),
        claims=(("participants", "ALL", "2018-09-30", 186_000, {"qualifier": "more_than"}),),
    )
    found = check(build(case), cutoff="2018-09-30")
    found = found[found["check"] == "claim_against_data"]
    assert found[["expected_bound", "found_bound"]].to_numpy().tolist() == [["about", "more_than"]]
    (message,) = word_findings(found, "en")["message"]
    assert "states more than 186,000" in message
    assert "count about 187,000" in message


# -- the shape of the findings ----------------------------------------------------------------------------------------


def test_findings_are_ordered_by_severity_then_check(build):
    case = SimpleNamespace(
        finance=(
            ("I", "2017-12-31", "allocation", 100.00),
            ("I", "2017-12-31", "paid", 120.00),
            ("I", "2018-12-31", "allocation", 110.00),
            ("I", "2018-12-31", "paid", 90.00),
        ),
        achievements=(("I", "8i", "CO01", "2018-12-31", 1), ("I", "8i", "CO02", "2018-12-31", 2)),
    )
    findings = check(build(case))
    assert findings.columns.tolist() == list(FINDING_COLUMNS)
    assert list(zip(findings["severity"], findings["check"], strict=True)) == [
        ("error", "subset_above_whole"),
        ("warning", "fall"),
        ("warning", "above_allocation"),
        ("info", "plan_change"),
        ("info", "to_supply"),
    ]


def assert_no_findings(findings: pd.DataFrame) -> None:
    """An empty frame with the types of one that has rows."""
    assert findings.empty
    assert findings.columns.tolist() == list(FINDING_COLUMNS)
    types = dict.fromkeys(FINDING_COLUMNS, "str")
    types |= dict.fromkeys(("cutoff", "compared_with"), schema.DATE_DTYPE)
    types |= dict.fromkeys(("expected", "found", "reference"), "float64")
    assert {name: str(dtype) for name, dtype in findings.dtypes.items()} == types
    assert_worded(findings)


def test_before_the_first_position_there_is_nothing_to_find(bundled):
    assert_no_findings(check(bundled, cutoff="2013-12-31"))


def test_a_programme_without_figures_has_no_findings(build):
    assert_no_findings(check(build(SimpleNamespace(axes=("I",)))))


# -- the bundled programme --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundled_findings(bundled):
    return {cutoff: check(bundled, cutoff=cutoff) for cutoff in bundled.cutoffs}


EC, EC_INDICATORS, SHEET_NAME = "ec-99js-gm52", "ec-2q3n-nr7n", "sheet-2018-09-30"


def test_the_bundled_programme_has_no_error(bundled_findings):
    for cutoff, findings in bundled_findings.items():
        assert set(findings["severity"]) <= {"warning", "info"}, cutoff
        assert set(findings["severity"]) <= set(SEVERITIES)


def test_every_finding_on_the_bundled_programme_is_worded(bundled_findings):
    for findings in bundled_findings.values():
        assert_worded(findings)


RECONCILED = {
    "axes_against_total": [
        finding(
            "info",
            "activated",
            "ALL",
            "2018-09-30",
            source=SHEET_NAME,
            reason="rounded",
            expected=614 * M,
            found=613 * M,
            reference=2.5 * M,
        ),
        # 358 + 227.1 + 332.5 + 20 + 32 = 969.6: 32 was truncated from 32.87
        finding(
            "info",
            "allocation",
            "ALL",
            "2018-09-30",
            source=SHEET_NAME,
            reason="truncated",
            expected=970_470_000,
            found=969_600_000,
            reference=pytest.approx((10_000 + 1_000_000 + 4 * 0.01) / 2, abs=1e-6),
        ),
    ],
    "between_sources": [
        finding(
            "info",
            "allocation",
            "ALL",
            "2018-09-30",
            source=SHEET_NAME,
            other_source=EC,
            reason="rounded",
            compared_with="2017-12-31",
            expected=970_474_516,
            found=970_470_000,
        ),
        finding(
            "info",
            "allocation",
            "V",
            "2018-09-30",
            source=SHEET_NAME,
            other_source=EC,
            reason="truncated",
            compared_with="2017-12-31",
            expected=32_874_516,
            found=32 * M,
        ),
    ],
    "claim_against_data": [
        finding(
            "info",
            "participants",
            "ALL",
            "2018-09-30",
            source=SHEET_NAME,
            other_source=EC_INDICATORS,
            reason="other_date",
            compared_with="2017-12-31",
            expected=187_716,
            found=187_000,
            found_bound="more_than",
            unit="participant",
        )
    ],
}


@pytest.mark.parametrize("cutoff", ["2018-09-30", "2022-06-30"])
@pytest.mark.parametrize("name", list(RECONCILED))
def test_the_two_sources_are_reconciled(bundled_findings, name, cutoff):
    assert listed(bundled_findings[cutoff], name) == RECONCILED[name]


@pytest.mark.parametrize("name", list(RECONCILED))
def test_before_the_sheet_there_is_nothing_to_reconcile(bundled_findings, name):
    assert listed(bundled_findings["2017-12-31"], name) == []


def test_at_the_sheet_nothing_is_a_warning(bundled_findings):
    findings = bundled_findings["2018-09-30"]
    assert set(findings["severity"]) == {"info"}
    assert findings["check"].value_counts().to_dict() == {
        "axes_against_total": 2,
        "between_sources": 2,
        "claim_against_data": 1,
        "percentage_target": 3,
        "stale": 3,  # selected and declared cost, and the achievements, are of 2017-12-31
        "to_supply": 1,  # the annual commitments of the Union
    }


def test_warnings_at_the_last_date(bundled_findings):
    findings = bundled_findings["2022-06-30"]
    assert set(findings.loc[findings["severity"] == "warning", "check"]) == {"above_allocation", "fall"}
    assert listed(findings, "fall") == [
        finding(
            "warning",
            "selected",
            "IV",
            "2022-06-30",
            source=EC,
            compared_with="2021-12-31",
            expected=19_097_553.45,
            found=19_064_250.70,
        )
    ]
    assert listed(findings, "above_allocation") == [
        finding(
            "warning",
            "selected",
            "I",
            cutoff,
            source=EC,
            reason="plan_cut",
            compared_with="2019-12-31",
            expected=236_700_000,
            found=selected,
            reference=358_000_000,
        )
        for cutoff, selected in (("2021-12-31", 280_044_606.82), ("2022-06-30", 290_131_389.75))
    ]


@pytest.mark.parametrize(
    ("lang", "former"),
    # 290,131,389.75 / 236,700,000 = 122.57...%; / 358,000,000 = 81.04...%
    [
        ("it", "122,6%. Il piano ha ridotto la dotazione, che era 358.000.000,00 €"),
        ("en", "122.6%. The plan cut the allocation, which was €358,000,000.00"),
    ],
)
def test_the_reader_is_told_the_rate_on_the_former_allocation(bundled_findings, lang, former):
    findings = bundled_findings["2022-06-30"]
    (index,) = findings.index[(findings["check"] == "above_allocation") & (findings["cutoff"] == "2022-06-30")]
    message = word_findings(findings, lang).loc[index, "message"]
    assert former in message.replace("\u00a0", " ")
    assert message.endswith("81,0%." if lang == "it" else "81.0%.")


@pytest.mark.parametrize(
    ("cutoff", "changes"),
    [
        ("2019-12-31", {}),
        ("2020-12-31", {"I": -121_300_000, "II": +151_900_000, "III": -30_600_000}),
        (
            "2022-06-30",
            {"I": -121_300_000, "II": +151_900_000, "III": -30_600_000, "IV": -886_000, "V": +886_000},
        ),
    ],
)
def test_plan_changes(bundled_findings, cutoff, changes):
    found = listed(bundled_findings[cutoff], "plan_change")
    assert {row["axis"]: row["found"] - row["expected"] for row in found} == changes


def test_target_changes(bundled_findings):
    found = {
        (row["cutoff"][:4], row["reason"], row["axis"]): row["figure"]
        for row in listed(bundled_findings["2022-06-30"], "target_change")
    }
    assert found == {
        ("2018", "changed", "I"): "8iv CO21",
        ("2018", "changed", "II"): "9i CO17, 9iv CO17",
        ("2018", "changed", "IV"): "11i CO22",
        ("2018", "dropped", "IV"): "11ii CO22",
        ("2019", "changed", "I"): "8i CO01, 8i CR06, 8ii CO06, 8iv CO01, 8iv CR06, 8v CO05",
        ("2019", "changed", "II"): "9i CO16",
        ("2019", "changed", "IV"): "11i CO22",
        ("2020", "changed", "I"): "8i CO01, 8i CR06, 8ii CO06, 8iv CO21, 8v CO05",
        ("2020", "dropped", "I"): "8iv CO01, 8iv CR06",
        ("2020", "changed", "II"): "9i CO16, 9i CO17, 9ii CO17, 9iv CO17",
        ("2020", "dropped", "II"): "9iv CO18",
        ("2020", "changed", "III"): "10i CO09, 10i CR03, 10iv CO05, 10iv CO10, 10iv CR03",
    }


@pytest.mark.parametrize("cutoff", ["2016-12-31", "2022-06-30"])
def test_percentage_targets(bundled_findings, cutoff):
    found = listed(bundled_findings[cutoff], "percentage_target")
    assert {row["figure"]: row["found"] for row in found} == {
        "8ii CR06": 35,
        "8v CR06": 20.2,
        "9i CR05": 80,
    }


def test_the_stale_figures_of_the_last_date(bundled_findings):
    found = listed(bundled_findings["2022-06-30"], "stale")
    assert {row["figure"]: row["compared_with"] for row in found} == {
        "achievements": "2020-12-31",
        "activated": "2018-09-30",
        "committed": "2018-09-30",
        "paid": "2018-09-30",
        "certified": "2018-09-30",
    }


def test_without_a_cutoff_the_last_one_is_checked(bundled, bundled_findings):
    pd.testing.assert_frame_equal(check(bundled), bundled_findings["2022-06-30"])


def known_at(programme: Programme, cutoff: str) -> Programme:
    """The programme as it was before anything after the cutoff was added to it."""
    dates = {"finance": "cutoff", "achievements": "cutoff", "claims": "cutoff", "targets": "valid_from"}
    tables = {name: getattr(programme, name) for name in dates}
    return dataclasses.replace(
        programme, **{name: table[table[dates[name]] <= cutoff] for name, table in tables.items()}
    )


def test_rows_after_the_cutoff_change_nothing(bundled, bundled_findings):
    for cutoff, findings in bundled_findings.items():
        pd.testing.assert_frame_equal(check(known_at(bundled, cutoff), cutoff=cutoff), findings)


def test_the_order_of_the_rows_changes_nothing(bundled, bundled_findings):
    shuffled = {
        name: getattr(bundled, name).sample(frac=1, random_state=7) for name in ("finance", "achievements", "targets")
    }
    for cutoff in ("2018-09-30", "2022-06-30"):
        found = check(dataclasses.replace(bundled, **shuffled), cutoff=cutoff)
        pd.testing.assert_frame_equal(found, bundled_findings[cutoff])


def test_programmes_are_checked_together_as_each_alone(bundled, finance_rows):
    money = finance_rows(("I", "2016-12-31", "selected", 10 * M), ("I", "2017-12-31", "selected", 9 * M))
    other = dataclasses.replace(
        bundled,
        cci=CCI,
        axes=bundled.axes.iloc[:2].assign(programme=CCI),
        finance=money.assign(source=money["source"].astype(pd.CategoricalDtype(["ec"], ordered=True))),
        achievements=schema.empty("achievements"),
        targets=bundled.targets.iloc[:40].assign(programme=CCI),
        claims=schema.empty("claims"),
        population=schema.empty("population"),
        sources=pd.DataFrame({"programme": [CCI], "source": ["ec"]}).pipe(
            lambda rows: schema.conform("sources", rows, programme=CCI)
        ),
    )
    at = "2022-06-30"
    each = [check(programme, cutoff=at) for programme in (bundled, other)]
    alone = pd.concat([found[~found["check"].isin(["to_supply", "former_name"])] for found in each])
    together = check_tables(joined_tables([bundled, other]), cutoff=at)
    pd.testing.assert_frame_equal(together, alone.reset_index(drop=True))
    falls = together[(together["programme"] == CCI) & (together["check"] == "fall")]
    assert falls[["expected", "found"]].to_numpy().tolist() == [[10 * M, 9 * M]]


def test_a_sum_of_axes_lacks_those_of_its_own_programme(finance_rows):
    rows = finance_rows(("I", "2016-12-31", "declared", 5 * M), ("ALL", "2016-12-31", "declared", 6 * M))
    axes = [(CCI, "I"), ("Q", "I"), ("Q", "II")]
    tables = {"finance": rows, "axes": pd.DataFrame(axes, columns=["programme", "axis"])}
    found = listed(check_tables(tables, cutoff="2016-12-31"), "axes_against_total")
    assert [row["reason"] for row in found] == ["unexplained"]  # P has no other axis that could be missing


def test_sources_of_several_programmes_keep_their_order(bundled):
    other = dataclasses.replace(bundled, cci=CCI)
    kinds = bundled.finance["source"].cat.categories
    assert list(joined_tables([bundled, other])["finance"]["source"].cat.categories) == list(kinds)
    turned = bundled.finance["source"].cat.reorder_categories(kinds[::-1])
    other = dataclasses.replace(other, finance=bundled.finance.assign(source=turned))
    joined = joined_tables([bundled, other])["finance"]["source"].cat.categories
    for cci, own in ((bundled.cci, kinds), (CCI, kinds[::-1])):
        assert [name for name in joined if name.startswith(f"{cci}:")] == [f"{cci}:{name}" for name in own]
    said = bundled.sources.assign(publisher=["another", *bundled.sources["publisher"].iloc[1:]])
    named = joined_tables([bundled, dataclasses.replace(bundled, cci=CCI, sources=said)])["sources"]
    first = said["source"].iloc[0]
    assert set(named["source"]) - set(kinds) == {f"{bundled.cci}:{first}", f"{CCI}:{first}"}
