"""What was certified against the certification targets that were published: shares of the allocation by a day."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.indicators.financial import certification_rate
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.positions import source_rank
from porfse_analysis.indicators.result import collect, make_result, note_of, split_note
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL

__all__ = ["certification_target_ratio", "targets_over_time"]


def certification_target_ratio(
    finance: Programme | pd.DataFrame, certification_targets: pd.DataFrame | None = None, *, cutoff: object
) -> pd.DataFrame:
    """The certification rate against the last certification target not after a reporting date.

    Formula: certification rate / certification target. The rate is that of the whole programme at the day the target is
    due (`certification_rate`): the last certified amount not after that day over the allocation of its source.

    Parameters
    ----------
    finance, certification_targets
        A `Programme` alone, or its tables of these names (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.

    Returns
    -------
    DataFrame
        The result columns, one row, or none where no target is due by then; unit 1; numerator the rate, denominator the
        target, both shares of the allocation; data_date that of the certified amount, source those of the amount and of
        the target. Notes: those of the rate, stale (the amount is of a day before the cutoff), zero_denominator.

    Raises
    ------
    ParameterError
        For a date that is none, a frame without the columns.

    References
    ----------
    A convention of this package.

    Examples
    --------
    60.11% of the allocation were certified by the end of 2013, of 58.18% to be certified.

    >>> import porfse_analysis as pf
    >>> before = pf.load_programme().before
    >>> reached = pf.certification_target_ratio(before, cutoff="2013-12-31")
    >>> reached[["numerator", "denominator", "value"]].round(4).values.tolist()
    [[0.6011, 0.5818, 1.0332]]
    """
    money, targets = tables_of(finance=finance, certification_targets=certification_targets)
    at = as_cutoff(cutoff)
    rows = targets_over_time(money, targets, cutoff=at).tail(1)
    late = rows["data_date"] < at
    notes = [
        note_of([*split_note(note), *(["stale"] if old else [])]) for note, old in zip(rows["note"], late, strict=True)
    ]
    return with_names(make_result(rows.assign(cutoff=at, note=notes)), finance)


def targets_over_time(finance: pd.DataFrame, certification_targets: pd.DataFrame, *, cutoff: object) -> pd.DataFrame:
    """`certification_target_ratio` of every target not after a date, as of the day it is due (`cutoff` of its row).

    With `precision`, the unit of the last published digit of the target.
    """
    require(certification_targets, "certification_targets")
    known = certification_targets[certification_targets["due"] <= as_cutoff(cutoff)]
    known = known.assign(rank=source_rank(known["source"])).sort_values(["due", "rank"], kind="stable")
    known = known.drop_duplicates("due")  # of two sources the preferred one
    rates = [certification_rate(finance, cutoff=due, by="programme") for due in known["due"]]
    # nothing published by then is missing, and is said to be
    unpublished = known.assign(axis=ALL, cutoff=known["due"], source="", note="not_reported", unit="1")
    rows = collect([*rates, make_result(unpublished.assign(indicator="certification_rate"))])
    rows = rows.assign(indicator="certification_target_ratio").sort_values("cutoff", kind="stable")
    rows = rows.merge(
        known[["due", "share", "precision", "source"]], left_on="cutoff", right_on="due", suffixes=("", "_target")
    )
    rows["numerator"], rows["denominator"] = rows["value"], rows["share"]
    rows["value"] = rows["numerator"] / rows["denominator"].where(rows["denominator"] != 0)
    sources = zip(rows["source"], rows["source_target"].astype("str"), strict=True)
    rows["source"] = [";".join(filter(None, pair)) for pair in sources]
    zero = zip(rows["note"], rows["denominator"] == 0, strict=True)
    rows["note"] = [note_of([*split_note(note), *(["zero_denominator"] if none else [])]) for note, none in zero]
    precision = rows["precision"].tolist()
    return make_result(rows).assign(precision=precision)
