"""Which plan is in force at a date, and with it which targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import pandas as pd

from porfse_analysis.indicators.keys import keys_of

__all__ = ["are_in_force", "plan_versions", "targets_in_force"]


def _versions(
    targets: pd.DataFrame, asked: Iterable[tuple[str, pd.Timestamp]]
) -> dict[tuple[str, pd.Timestamp], list[str]]:
    """The plan versions in force by programme and date: those with the latest `valid_from` not after the date."""
    # the first day a version is valid from, when its rows give several
    first_days: defaultdict[str, dict[str, pd.Timestamp]] = defaultdict(dict)
    begins = targets[["programme", "plan_version", "valid_from"]].drop_duplicates()
    for programme, version, day in keys_of(begins, ["programme", "plan_version", "valid_from"]):
        own = first_days[programme]
        if pd.notna(day):
            own[version] = min(day, own.get(version, day))
    found = {}
    for programme, date in asked:
        begun = {version: day for version, day in first_days[programme].items() if day <= date}
        last = max(begun.values(), default=None)
        found[programme, date] = sorted(version for version, day in begun.items() if day == last)
    return found


def plan_versions(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The plan version in force for each programme and date.

    `dates` has columns programme and date; returned with `plan_version` added, "" where none was in force yet: the
    version with the latest `valid_from` not after the date. Two versions valid from one day are in force together.
    """
    asked = dates[["programme", "date"]].drop_duplicates().sort_values("date", kind="stable")
    found = _versions(targets, keys_of(asked, ["programme", "date"]))
    rows = [(programme, date, version) for (programme, date), names in found.items() for version in names or [""]]
    typed = {"programme": "str", "date": asked["date"].dtype, "plan_version": "str"}
    return pd.DataFrame(rows, columns=list(typed)).astype(typed)


def targets_in_force(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The targets in force at each of `dates` (columns programme, date): those of the plan version, whole.

    Returns the rows of `targets` with `date` added. A target that the version in force does not have is gone.
    """
    versions = plan_versions(targets, dates)
    return targets.merge(versions, on=["programme", "plan_version"], how="inner")


def are_in_force(rows: pd.DataFrame, dates: Sequence[pd.Timestamp], targets: pd.DataFrame) -> pd.Series:
    """Whether the plan version of each row is among those of `targets` in force at the date beside it."""
    asked = list(zip(rows["programme"], dates, strict=True))
    found = _versions(targets, set(asked))
    current = [version in found[place] for place, version in zip(asked, rows["plan_version"], strict=True)]
    return pd.Series(current, index=rows.index, dtype=bool)
