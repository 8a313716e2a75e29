"""What the Commission has paid to a programme, against the support planned."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.keys import keys_of
from porfse_analysis.indicators.positions import group_keys
from porfse_analysis.indicators.result import join_notes, make_result
from porfse_analysis.indicators.whole import chosen_of, covered, told_of, within
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.programme import Programme, known_from
from porfse_analysis.schema import ALL, DATE_DTYPE

__all__ = ["PAYMENT_GROUPINGS", "dated", "eu_payment_rate", "payments_over_time"]

PAYMENT_GROUPINGS = ("programme", "fund", "region_category")


def eu_payment_rate(
    eu_payments: Programme | pd.DataFrame, *, cutoff: object, by: str | Sequence[str] = "programme"
) -> pd.DataFrame:
    """Payments of the Commission against the planned EU support, at the newest year known at a reporting date.

    Formula: net total of the payments / planned EU support, both of one year; the net total is pre-financing and
    interim payments less what was cleared or recovered. Above 1 occurs (pre-financing beside interim payments up to
    the plan) and is not clipped.

    Parameters
    ----------
    eu_payments
        A `Programme`, or its table eu_payments (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.
    by
        One or more of programme, fund, region_category. The Commission pays programmes, not axes.

    Returns
    -------
    DataFrame
        The result columns, one row per key, axis `ALL`; unit 1; numerator and denominator in euro of EU support.
        `data_date` is 31 December of the year, or the date of its figures; none where the year was not over and nothing
        says of which day they are. Notes: stale, partial (a fund or category lacks a figure of that year; what is left
        is of those that have both), zero_denominator, not_reported.

    Raises
    ------
    ParameterError
        For another `by`, a date that is none, a frame without the columns.

    References
    ----------
    The Commission's table gayr-92qh, eu_payment_rate_on_planned_eu_amount.

    Examples
    --------
    >>> import pandas as pd
    >>> import porfse_analysis as pf
    >>> from porfse_analysis.schema import conform
    >>> row = {"fund": "ESF+", "year": 2024, "planned_eu_eur": 400.0, "net_total_eur": 90.0, "source": "report"}
    >>> payments = conform("eu_payments", pd.DataFrame([row]), programme="2021IT05SFPR008")
    >>> pf.eu_payment_rate(payments, cutoff="2025-06-30")[["value", "data_date", "note"]].values.tolist()
    [[0.225, Timestamp('2024-12-31 00:00:00'), 'stale']]
    """
    asked = [by] if isinstance(by, str) else list(by)
    if not asked or not set(asked) <= set(PAYMENT_GROUPINGS):
        raise ParameterError(f"by={by!r}: use {', '.join(PAYMENT_GROUPINGS)}, or several of them")
    (table,) = tables_of(eu_payments=eu_payments)
    at, keys = as_cutoff(cutoff), group_keys(by)
    groups = _known(table, at).groupby(keys, sort=True)
    rows = [dict(zip(keys, key, strict=True)) | _ratio(group) for key, group in groups]
    result = _with_notes(pd.DataFrame(rows, columns=[*keys, *_COLUMNS]), at)
    return with_names(make_result(result), eu_payments)


def payments_over_time(eu_payments: pd.DataFrame, *, cutoff: object) -> pd.DataFrame:
    """What was paid to each programme at the end of every year up to a date: `eu_payment_rate` of each.

    Columns: programme, year, numerator, denominator, value, data_date, source, note, and of the numerator
    net_prefinancing_eur and net_interim_eur. The notes are those of the year itself: none is stale.
    """
    at = as_cutoff(cutoff)
    known = _known(eu_payments, at)
    rows = [
        {"programme": programme, "year": year, **_ratio(group[group["year"] <= year])}
        for programme, group in known.groupby("programme", sort=True)
        for year in sorted(group["year"].unique())
    ]
    return _with_notes(pd.DataFrame(rows, columns=["programme", "year", *_COLUMNS]), None)


def _known(eu_payments: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """The payments known at a date."""
    require(eu_payments, "eu_payments")
    rows = eu_payments.assign(source=eu_payments["source"].astype("str"))
    return rows[(known_from(rows) <= at) & rows["net_total_eur"].notna()]


def _with_notes(rows: pd.DataFrame, at: pd.Timestamp | None) -> pd.DataFrame:
    """The rates with their notes, and what else a result has; without a date none is stale."""
    rows = rows.astype({"data_date": DATE_DTYPE, "year_end": DATE_DTYPE})
    flags = {
        "stale": False if at is None else rows["data_date"].fillna(rows["year_end"]) < at,
        "partial": rows["partial"].eq(True),
        "zero_denominator": rows["denominator"] == 0,
        "not_reported": rows["denominator"].isna(),
    }
    note = join_notes(rows.index, flags)
    return rows.assign(axis=ALL, cutoff=at, indicator="eu_payment_rate", unit="1", note=note)


_COLUMNS = (
    *("numerator", "denominator", "value", "net_prefinancing_eur", "net_interim_eur"),
    *("data_date", "year_end", "source", "partial"),
)


_PARTS = ["fund", "region_category"]


def _ratio(known: pd.DataFrame) -> dict[str, object]:
    """The rate at the newest year of what is known of one key."""
    rows = known[known["year"] == known["year"].max()]
    both = rows[rows["planned_eu_eur"].notna()]
    summed = both if len(both) else rows
    ever, lately = keys_of(known, _PARTS), keys_of(rows, _PARTS)
    figures = list(zip(keys_of(summed, _PARTS), summed["net_total_eur"].tolist(), strict=True))
    added, short = chosen_of(figures, told_of(ever))
    summed = summed[added]
    # a part that had figures before and has none of this year, or has no plan and is in none that has one
    here, told = keys_of(summed, _PARTS), told_of(ever, alone=False)
    lacking = not all(covered(cell, lately, told) for cell in told.cells)
    bare = set(keys_of(rows[~rows.index.isin(both.index)], _PARTS))
    lacking |= both.empty or not all(any(within(cell, other) for other in here) for cell in bare)
    paid = summed["net_total_eur"].sum()
    planned = summed["planned_eu_eur"].sum(min_count=1)
    days = dated(rows)
    return {
        "numerator": paid,
        "denominator": planned,
        "value": paid / planned if planned else float("nan"),
        **{name: summed[name].sum(skipna=False) for name in ("net_prefinancing_eur", "net_interim_eur")},
        "data_date": pd.NaT if days.isna().any() else days.min(),
        "year_end": known_from(rows).min(),
        "source": ";".join(dict.fromkeys(rows["source"])),
        "partial": lacking or short,
    }


def dated(eu_payments: pd.DataFrame) -> pd.Series:
    """The date of the figures of each row: missing for those of the newest year that do not say it."""
    dates: pd.Series = known_from(eu_payments)
    return dates.mask(eu_payments["latest_period"] & eu_payments["data_date"].isna())
