"""Checks of indicators: keys that do not meet, partitions and fractions of people, doubtful and changed targets."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable

import pandas as pd

from porfse_analysis.codes import counts_people, unknown_to_people, whole_counts
from porfse_analysis.indicators.keys import TARGET_KEY, Key, has_key, keys_of
from porfse_analysis.indicators.people import counts_participants, is_of_period
from porfse_analysis.indicators.plans import are_in_force
from porfse_analysis.indicators.positions import source_rank
from porfse_analysis.indicators.sexes import is_grand_total, sexes_apart
from porfse_analysis.indicators.targets import suspected_ratios
from porfse_analysis.indicators.whole import people_once, within
from porfse_analysis.periods import PERIODS, Period, period_of
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.finding import finding

__all__ = [
    "doubtful_percentages",
    "fractional_counts",
    "grand_totals",
    "label",
    "milestones",
    "neighbouring_keys",
    "partitions",
    "sexes",
    "target_changes",
    "uncounted_people",
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
    aimed = targets[targets["target"].notna()]
    lone = aimed[are_in_force(aimed, [cutoff] * len(aimed), targets)]
    reported = achievements.loc[achievements["value"].notna(), [*TARGET_KEY, "cutoff"]]
    # nearly every target has a value at the last position, which has few rows
    last = reported["cutoff"] == reported["cutoff"].max()
    for known in (reported[last], reported[~last]):
        of_codes = known["indicator_code"].isin(lone["indicator_code"].unique())
        lone = lone[~has_key(lone, TARGET_KEY, set(keys_of(known[of_codes], TARGET_KEY)))]
    if lone.empty:
        return
    lone = lone.drop_duplicates(TARGET_KEY)
    free = reported.loc[reported["indicator_code"].isin(lone["indicator_code"]), TARGET_KEY].drop_duplicates()
    # the key of another target is that target's own
    free = free[~has_key(free, TARGET_KEY, set(keys_of(aimed, TARGET_KEY)))]
    beside = lone.merge(free, on=_PLACE, suffixes=("", "_found"))
    beside["apart"] = sum(beside[name].ne(beside[f"{name}_found"]).astype(int) for name in _KEY)
    beside = beside.sort_values(["apart", *(f"{name}_found" for name in _KEY)], kind="stable").drop_duplicates(
        TARGET_KEY
    )
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
    Commission reckons (25 to 54 years, no education) may be short and may not be above. People of an axis, priority,
    fund or category of region of which nothing is told by it are left out.
    """
    codes = {
        period: {*period.participants, *(code for split in period.partitions for code in split["parts"])}
        for period in PERIODS.values()
    }
    rows = achievements[achievements["indicator_code"].isin(set().union(*codes.values()))]
    rows = rows[counts_people(rows)].rename(columns={"cutoff": "position"})
    rows = rows.assign(source=rows["source"].astype("str"))
    rows = people_once(rows, ["programme"]).rename(columns={"position": "cutoff"})
    for period, its in codes.items():
        own = rows[rows["indicator_code"].isin(its)]
        yield from _uneven(own, period) if len(own) else ()


_CELL = ["axis", "investment_priority", "fund", "region_category"]


def _by_cell(figures: list[tuple[str, Key, float]], codes: Collection[str]) -> dict[Key, float]:
    """The sum of some indicators in each cell; NaN where a value is missing."""
    sums: dict[Key, float] = {}
    for code, cell, value in figures:
        if code in codes:
            sums[cell] = sums.get(cell, 0.0) + value
    return sums


def uncounted_people(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Participants under a type and a fund that are not known to count people; of each two the newest position."""
    unknown = unknown_to_people(achievements)
    if not unknown.any():
        return
    rows = achievements[unknown & achievements["value"].notna()]
    rows = rows[is_of_period(rows, lambda period: period.participants)]
    key = ["programme", "fund", "indicator_type", "indicator_code"]
    for _, row in rows.sort_values("cutoff", kind="stable").drop_duplicates(key, keep="last").iterrows():
        named = {"source": str(row["source"]), "other_source": row["fund"], "reason": row["indicator_type"]}
        yield finding("warning", "uncounted_people", row, figure=label(row), found=row["value"], unit="unit", **named)


def _uneven(rows: pd.DataFrame, period: Period) -> Iterable[dict[str, object]]:
    """The partitions of a period that do not give the participants."""
    positions: defaultdict[Key, list[tuple[str, Key, float]]] = defaultdict(list)
    places = keys_of(rows, ["programme", "source", "cutoff"])
    told = zip(rows["indicator_code"], keys_of(rows, _CELL), rows["value"].tolist(), strict=True)
    for place, one in zip(places, told, strict=True):
        positions[place].append(one)
    for (programme, source, cutoff), figures in positions.items():
        for split in period.partitions:
            counted, parts = (_by_cell(figures, codes) for codes in (period.participants, split["parts"]))
            # a part that is not there counts as none, but not where none is
            common = counted.keys() & parts.keys() or counted.keys() | parts.keys()
            people, found = (sum(its[cell] for cell in its if cell in common) for its in (counted, parts))
            counts = {code for code, *_ in figures}
            may_be_short = split["reckoned"] and split["reckoned"] not in counts
            if not (counted and parts) or math.isnan(people + found) or found == people:
                continue
            if found > people or not may_be_short:
                yield finding(
                    "warning",
                    "partition",
                    pd.Series({"programme": programme, "source": source, "cutoff": cutoff}),
                    figure=" + ".join(split["parts"]),
                    reason=" + ".join(period.participants),
                    expected=people,
                    found=found,
                    reference=abs(found - people),
                    unit="participant",
                )


def fractional_counts(achievements: pd.DataFrame, population: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Counts of people that the source publishes with a fraction; of each key the newest."""
    for table, frame in (("achievements", achievements), ("population", population)):
        for column, counted in whole_counts(table, frame).items():
            rows = frame[counted & frame[column].mod(1).gt(0)]
            if rows.empty:
                continue
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
    if "men" not in achievements:
        return
    rows = achievements[achievements[["value", "women", "men"]].notna().all(axis=1)]
    if rows.empty:  # as in most programmes
        return
    rows = rows.assign(source=rows["source"].astype("str"))
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
    totals = achievements[is_grand_total(achievements)]
    if totals.empty:  # as in most programmes
        return
    both = (
        people_once(part.assign(source=part["source"].astype("str"), position=part["cutoff"]), ["programme", "axis"])
        for part in (totals, achievements[counts_participants(achievements)])
    )
    sums = [part.groupby(place)["value"].agg(lambda values: values.sum(skipna=False)) for part in both]
    met = pd.concat(sums, axis=1, keys=["found", "people"], join="inner").reset_index()
    for _, row in met[met["found"] < met["people"]].iterrows():
        period = period_of(row["programme"])
        codes = " + ".join(period.participants) if period else ""
        more = {"expected": row["people"], "found": row["found"], "unit": "participant"}
        yield finding("warning", "grand_total", row, figure="GRAND_TOTAL", reason=codes, **more)


def milestones(targets: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Milestones above the target that they are on the way to, once for each time they are set."""
    above = targets[targets["milestone"] > targets["target"]]
    for _, row in above.iterrows():
        more = {"figure": label(row), "expected": row["target"], "found": row["milestone"], "unit": "unit"}
        yield finding(
            "warning", "milestone_above_target", row, cutoff=row["valid_from"], source=str(row["source"]), **more
        )


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


def _by_one_name(before: dict[Key, float], after: dict[Key, float]) -> tuple[dict[Key, float], dict[Key, float]]:
    """The targets of two plans; one that a plan tells the fund, category, priority or type of is the same target."""
    gone, new = before.keys() - after.keys(), after.keys() - before.keys()
    names = {}
    for aim in gone:
        same = [other for other in new if within(other, aim) or within(aim, other)]
        if len(same) == 1 and sum(within(same[0], other) or within(other, same[0]) for other in gone) == 1:
            names[aim] = same[0]
    return {names.get(aim, aim): target for aim, target in before.items()}, after


def target_changes(targets: pd.DataFrame) -> Iterable[dict[str, object]]:
    """How many targets each plan version changed, dropped or added, by axis."""
    starts = targets.groupby(["programme", "plan_version"])["valid_from"].min().sort_values(kind="stable")
    versions: defaultdict[str, list[tuple[str, pd.Timestamp]]] = defaultdict(list)
    for (programme, version), start in zip(starts.index.tolist(), starts, strict=True):
        versions[programme].append((version, start))
    if all(len(plans) == 1 for plans in versions.values()):
        return
    sources: dict[object, str] = {}
    for place, source in zip(keys_of(targets, ["programme", "plan_version"]), targets["source"], strict=True):
        sources.setdefault(place, str(source))
    # of several sources the preferred one
    key = ["axis", "fund", "investment_priority", "region_category", "indicator_type", "indicator_code"]
    ranked = targets.assign(rank=source_rank(targets["source"])).sort_values("rank", kind="stable")
    ranked = ranked[ranked["target"].notna()]
    plans = defaultdict[object, dict[Key, float]](dict)
    of_plan = keys_of(ranked, ["programme", "plan_version"])
    for place, aim, target in zip(of_plan, keys_of(ranked, key), ranked["target"], strict=True):
        plans[place].setdefault(aim, target)
    for programme, own in versions.items():
        for (old, old_start), (new, start) in itertools.pairwise(own):
            before, after = _by_one_name(plans[programme, old], plans[programme, new])
            moved = {
                "changed": [aim for aim in before.keys() & after.keys() if before[aim] != after[aim]],
                "dropped": before.keys() - after.keys(),
                "added": after.keys() - before.keys(),
            }
            for reason, aims in moved.items():
                for axis in sorted({aim[0] for aim in aims}):
                    figures = sorted(" ".join(filter(None, (aim[2], aim[-1]))) for aim in aims if aim[0] == axis)
                    yield {
                        "programme": programme,
                        "severity": "info",
                        "check": "target_change",
                        "reason": reason,
                        "axis": axis,
                        "figure": ", ".join(figures),
                        "cutoff": start,
                        "compared_with": old_start,
                        "source": sources[programme, new],
                        "found": float(len(figures)),
                        "unit": "target",
                    }
