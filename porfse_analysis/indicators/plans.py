"""Which plan is in force at a date, and with it which targets."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

__all__ = ["plan_versions", "targets_in_force"]


def plan_versions(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The plan version in force for each programme and date.

    `dates` has columns programme and date; returned with `plan_version` added, "" where none was in force yet: the
    version with the latest `valid_from` not after the date. Two versions valid from one day are in force together.
    """
    # the first day a version is valid from, when its rows give several
    first_days = targets.groupby(["programme", "plan_version"])["valid_from"].min().dropna()
    starts: defaultdict[str, list[tuple[pd.Timestamp, str]]] = defaultdict(list)
    for (programme, version), day in zip(first_days.index, first_days, strict=True):
        starts[programme].append((day, version))
    asked = dates[["programme", "date"]].drop_duplicates().sort_values("date", kind="stable")
    rows = []
    for programme, date in zip(asked["programme"], asked["date"], strict=True):
        begun = [(day, version) for day, version in starts[programme] if day <= date]
        last = max((day for day, _ in begun), default=None)
        rows += [(programme, date, version) for day, version in begun if day == last] or [(programme, date, "")]
    typed = {"programme": "str", "date": asked["date"].dtype, "plan_version": "str"}
    return pd.DataFrame(rows, columns=list(typed)).astype(typed)


def targets_in_force(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The targets in force at each of `dates` (columns programme, date): those of the plan version, whole.

    Returns the rows of `targets` with `date` added. A target that the version in force does not have is gone.
    """
    versions = plan_versions(targets, dates)
    return targets.merge(versions, on=["programme", "plan_version"], how="inner")
