"""Checks of indicators: keys that do not meet, partitions of participants, fractions of people, doubtful targets."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from porfse_analysis.codes import ESF_TYPES, whole_counts
from porfse_analysis.indicators.people import counts_participants
from porfse_analysis.indicators.plans import targets_in_force
from porfse_analysis.indicators.sexes import is_grand_total, sexes_apart
from porfse_analysis.indicators.targets import suspected_ratios
from porfse_analysis.indicators.whole import places_of, whole_or_parts
from porfse_analysis.periods import PERIODS, Period, period_of
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.finding import finding

__all__ = [
    "doubtful_percentages",
    "fractional_counts",
    "grand_totals",
    "label",
    "neighbouring_keys",
    "partitions",
    "sexes",
]

_KEY = ["fund", "investment_priority", "region_category", "indicator_type"]
_PLACE = ["programme", "axis", "indicator_code"]


def label(row: pd.Series) -> str:
    """What an indicator is called in a finding: its investment priority and its code."""
    return " ".join(part for part in (row["investment_priority"], row["indicator_code"]) if part)


def _whole_key(row: pd.Series) -> str:
    rest = [row[name] for name in ("fund", "region_category", "indicator_type") if row[name]]
    return f"{label(row)} ({', '.join(rest)})" if rest else label(row)


def neighbouring_keys(
    achievements: pd.DataFrame, targets: pd.DataFrame, cutoff: pd.Timestamp
) -> Iterable[dict[str, object]]:
    """Targets in force without any value, while values of their indicator stand under a key that has no target.

    The key is of the same axis and differs in fund, priority, category of region or type; the one that differs in
    fewest is named.
    """
    dates = pd.DataFrame({"programme": targets["programme"].unique(), "date": cutoff})
    aims = targets_in_force(targets, dates)
    aims = aims[aims["target"].notna()]
    key = [*_PLACE, *_KEY]
    reported = achievements.loc[achievements["value"].notna(), key].drop_duplicates()
    there = set(places_of(reported, key))
    without = pd.Series([place not in there for place in places_of(aims, key)], index=aims.index, dtype=bool)
    lone = aims[without].drop_duplicates(key)
    if lone.empty:
        return
    # the key of another target is that target's own
    free = reported.merge(targets.loc[targets["target"].notna(), key].drop_duplicates(), how="left", indicator=True)
    free = free[free["_merge"] == "left_only"].drop(columns="_merge")
    beside = lone.merge(free, on=_PLACE, suffixes=("", "_found"))
    beside["apart"] = sum(beside[name].ne(beside[f"{name}_found"]).astype(int) for name in _KEY)
    beside = beside.sort_values(["apart", *(f"{name}_found" for name in _KEY)], kind="stable").drop_duplicates(key)
    for _, row in beside.iterrows():
        found = row[[*_PLACE]].to_dict() | {name: row[f"{name}_found"] for name in _KEY}
        yield finding(
            "warning",
            "neighbouring_key",
            row,
            figure=_whole_key(row),
            reason=_whole_key(pd.Series(found)),
            cutoff=row["valid_from"],
            source=str(row["source"]),
            expected=row["target"],
            unit="unit",
        )


def partitions(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Participants told apart (by age, by education, by employment) against their number, at each position.

    A partition with a missing value is not compared, nor one that was not reported; one without the part that the
    Commission reckons (25 to 54 years, no education) may be short and may not be above.
    """
    rows = achievements[achievements["indicator_type"].isin(ESF_TYPES)].rename(columns={"cutoff": "position"})
    rows = whole_or_parts(rows.assign(source=rows["source"].astype("str")))
    rows = rows.rename(columns={"position": "cutoff"}).assign(missing=lambda frame: frame["value"].isna())
    for period in PERIODS.values():
        codes = {*period.participants, *(code for split in period.partitions for code in split["parts"])}
        own = rows[rows["indicator_code"].isin(codes)]
        yield from _uneven(own, period) if len(own) else ()


def _uneven(rows: pd.DataFrame, period: Period) -> Iterable[dict[str, object]]:
    """The partitions of a period that do not give the participants."""
    groups = rows.groupby(["programme", "source", "cutoff", "indicator_code"])
    by_code = groups.agg(value=("value", "sum"), missing=("missing", "any"))
    # a part that is not there counts as none; one with a missing value makes the sum missing
    sums = by_code["value"].mask(by_code["missing"], float("inf")).unstack("indicator_code")
    people = sums.reindex(columns=list(period.participants)).sum(axis=1, min_count=1)
    for split in period.partitions:
        counts = sums.reindex(columns=[*split["parts"]])
        table = pd.DataFrame({"people": people, "found": counts.sum(axis=1, min_count=1)})
        short = table["found"].lt(people) & (counts[split["reckoned"]].isna() if split["reckoned"] else False)
        known = table.lt(float("inf")).all(axis=1)
        for _, row in table[known & ~short & table["found"].ne(people)].reset_index().iterrows():
            yield finding(
                "warning",
                "partition",
                row,
                axis=ALL,
                figure=" + ".join(split["parts"]),
                reason=" + ".join(period.participants),
                expected=row["people"],
                found=row["found"],
                reference=abs(row["found"] - row["people"]),
                unit="participant",
            )


def fractional_counts(achievements: pd.DataFrame, population: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Counts of people that the source publishes with a fraction; of each key the newest."""
    for table, frame in (("achievements", achievements), ("population", population)):
        for column, counted in whole_counts(table, frame).items():
            rows = frame[counted & frame[column].mod(1).gt(0)]
            if table == "population":
                rows = rows.assign(cutoff=pd.to_datetime(rows["year"].astype("string") + "-01-01"), axis=ALL)
            key = ["programme", "area"] if table == "population" else ["programme", "axis", *_KEY, "indicator_code"]
            newest = rows.sort_values("cutoff", kind="stable").drop_duplicates([*key, "source"], keep="last")
            for _, row in newest.iterrows():
                named = row["area"] if table == "population" else label(row)
                yield finding(
                    "warning",
                    "fractional_count",
                    row,
                    figure=named,
                    source=str(row["source"]),
                    found=row[column],
                    unit="fraction",
                )


def sexes(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Women and men that do not add up to the published total; of each key and source the newest position."""
    men = achievements["men"] if "men" in achievements else float("nan")
    rows = achievements.assign(source=achievements["source"].astype("str"), men=men)
    rows = rows[rows["value"].notna() & rows["women"].notna() & rows["men"].notna()]
    key = ["programme", "axis", *_KEY, "indicator_code", "source"]
    rows = rows.sort_values("cutoff", kind="stable").drop_duplicates(key, keep="last")
    for _, row in rows[sexes_apart(rows)].iterrows():
        found = row["women"] + row["men"]
        reason = "above" if found > row["value"] else "differ"
        more = {"figure": label(row), "expected": row["value"], "found": found, "unit": "participant"}
        yield finding("warning", "sexes", row, reason=reason, **more)


def grand_totals(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Grand totals of participants that are less than the participants they include, by axis and position."""
    place = ["programme", "axis", "source", "cutoff"]
    rows = achievements.assign(source=achievements["source"].astype("str"))
    totals, people = (rows[mark(rows)] for mark in (is_grand_total, counts_participants))
    sums = [part.groupby(place)["value"].agg(lambda values: values.sum(skipna=False)) for part in (totals, people)]
    met = (
        pd.concat(sums, axis=1, keys=["found", "people"], join="inner").reset_index()
        if len(totals)
        else totals.iloc[:0]
    )
    for _, row in met[met["found"] < met["people"]].iterrows() if len(met) else ():
        period = period_of(row["programme"])
        codes = " + ".join(period.participants) if period else ""
        more = {"expected": row["people"], "found": row["found"], "unit": "participant"}
        yield finding("warning", "grand_total", row, figure="GRAND_TOTAL", reason=codes, **more)


def doubtful_percentages(
    achievements: pd.DataFrame, targets: pd.DataFrame, exceeded: pd.DataFrame, cutoff: pd.Timestamp
) -> Iterable[dict[str, object]]:
    """How many targets of an axis may be percentages, and the one whose ratio is the largest.

    `found` is the value of that one, `expected` its target, `reference` how many there are.
    """
    rows = suspected_ratios(achievements, targets, exceeded, cutoff)
    rows = rows.sort_values("value", ascending=False, kind="stable")
    for _, group in rows.groupby(["programme", "axis"], sort=True):
        largest = group.iloc[0]
        yield finding(
            "info",
            "percentage_suspected",
            largest,
            figure=label(largest),
            source=str(largest["source"]),
            expected=largest["denominator"],
            found=largest["numerator"],
            reference=float(len(group)),
            unit="targets",
        )
