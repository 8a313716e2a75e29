"""Which plan is in force at a date, and with it which targets."""

from __future__ import annotations

import pandas as pd

__all__ = ["plan_versions", "targets_in_force"]


def plan_versions(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The plan version in force for each programme and date.

    `dates` has columns programme and date; returned with `plan_version` added, "" where none was in force yet: the
    version with the latest `valid_from` not after the date. Two versions valid from one day are in force together.
    """
    starts = targets[["programme", "valid_from", "plan_version"]].drop_duplicates()
    # the first day a version is valid from, when its rows give several
    starts = starts.groupby(["programme", "plan_version"])["valid_from"].min().reset_index()
    merged = pd.merge_asof(
        dates[["programme", "date"]].drop_duplicates().sort_values("date", kind="stable"),
        starts[["programme", "valid_from"]].drop_duplicates().sort_values("valid_from", kind="stable"),
        left_on="date",
        right_on="valid_from",
        by="programme",
        direction="backward",
    )
    merged = merged.merge(starts, on=["programme", "valid_from"], how="left")
    return merged.assign(plan_version=merged["plan_version"].fillna(""))[["programme", "date", "plan_version"]]


def targets_in_force(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The targets in force at each of `dates` (columns programme, date): those of the plan version, whole.

    Returns the rows of `targets` with `date` added. A target that the version in force does not have is gone.
    """
    versions = plan_versions(targets, dates)
    return targets.merge(versions, on=["programme", "plan_version"], how="inner")
