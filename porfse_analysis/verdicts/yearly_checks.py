"""Checks of tables that have a row a year: a year that lacks in the middle of a series, payments that do not add up."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from porfse_analysis.programme import known_from
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.finding import finding

__all__ = ["lacking_years", "payment_sums"]

_SERIES = ["investment_priority", "indicator_code", "indicator_type", "fund", "region_category"]
_LISTED = 5
# the portal publishes cents; the rest is what binary fractions add
_CENT = 0.011


def lacking_years(achievements: pd.DataFrame, eu_payments: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Series without a row of a year between their first and their last, as in a table that was cut: sums lack it.

    Of a source that reports at the end of years alone, and of years that it has for other series of the programme; one
    finding per axis. `found` is how many series lack a year, `expected` how many there are; `figure` names the first
    ones, with the years.
    """
    reported = achievements.assign(year=achievements["cutoff"].dt.year, source=achievements["source"].astype("str"))
    other_days = reported["cutoff"].dt.month.ne(12) | reported["cutoff"].dt.day.ne(31)
    yearly = ~other_days.groupby([reported["programme"], reported["source"]]).transform("any")
    paid = eu_payments.assign(source=eu_payments["source"].astype("str"), axis=ALL)
    yield from _lacking(reported[yearly], _SERIES)
    yield from _lacking(paid, ["fund", "region_category"]) if len(paid) else ()


def _lacking(rows: pd.DataFrame, key: list[str]) -> Iterable[dict[str, object]]:
    series = ["programme", "source", "axis", *key]
    years = rows[[*series, "year"]].drop_duplicates()
    of_series = years.groupby(series)["year"]
    ends = pd.DataFrame({"first": of_series.min(), "last": of_series.max(), "count": of_series.size()}).reset_index()
    short = ends[ends["last"] - ends["first"] + 1 > ends["count"]]
    if short.empty:
        return
    known = years[["programme", "source", "year"]].drop_duplicates()
    between = short.merge(known, on=["programme", "source"])
    between = between[between["year"].between(between["first"], between["last"])]
    gaps = between.merge(years, on=[*series, "year"], how="left", indicator="met")
    gaps = gaps[gaps["met"] == "left_only"].sort_values([*series, "year"], kind="stable")
    totals = ends.groupby(["programme", "source", "axis"]).size().to_dict()
    for (programme, source, axis), group in gaps.groupby(["programme", "source", "axis"], sort=True):
        lacking = [
            f"{' '.join(filter(None, map(str, values)))}: {', '.join(str(year) for year in one['year'])}"
            for values, one in group.groupby(key, sort=False)
        ]
        row = pd.Series({"programme": programme, "axis": axis, "source": source})
        yield finding(
            "warning",
            "lacking_year",
            row,
            figure="; ".join([*lacking[:_LISTED], *(["..."] if len(lacking) > _LISTED else [])]),
            cutoff=pd.Timestamp(int(group["year"].max()), 12, 31),
            found=float(len(lacking)),
            expected=float(totals[programme, source, axis]),
            unit="series",
        )


def payment_sums(eu_payments: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Payments of the Commission whose total is not that of pre-financing and interim payments."""
    parts = eu_payments["net_prefinancing_eur"] + eu_payments["net_interim_eur"]
    rows = eu_payments.assign(parts=parts, cutoff=known_from(eu_payments), axis=ALL)
    for _, row in rows[(rows["net_total_eur"] - rows["parts"]).abs() > _CENT].iterrows():
        yield finding(
            "error",
            "payments_sum",
            row,
            figure=" ".join(filter(None, (row["fund"], row["region_category"]))),
            source=str(row["source"]),
            expected=row["parts"],
            found=row["net_total_eur"],
            reference=row["net_prefinancing_eur"],
        )
