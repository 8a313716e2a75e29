"""A programme beside the one of the period before it, at the same month of their lives."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import financial_progress, progress_over_time
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.periods import Period, period_of
from porfse_analysis.programme import Programme, require_programme
from porfse_analysis.schema import DATE_DTYPE

__all__ = ["BESIDE_COLUMNS", "beside_predecessor"]

_FIGURE = ("value", "numerator", "denominator", "data_date", "month", "source", "note")

BESIDE_COLUMNS = (
    "programme",
    "predecessor",
    "cutoff",
    "cutoff_month",
    "indicator",
    "unit",
    *_FIGURE,
    *(f"predecessor_{name}" for name in _FIGURE),
    "predecessor_next_value",
    "predecessor_next_data_date",
    "predecessor_next_month",
)
"""The columns of `beside_predecessor`."""

_NUMBERS = ("value", "numerator", "denominator")


def beside_predecessor(programme: Programme, *, cutoff: object, predecessor: Programme | None = None) -> pd.DataFrame:
    """The financial rates of a programme beside those of its predecessor at the same month of life.

    The month of a date is counted from 1 January of the first year of the programme's period, by year and month: 30
    September 2018 is month 57 of 2014-2020. Set beside each other are the last figure of the programme at the cutoff
    and the last of its predecessor whose month is not after that of the figure. The month is that of the date the
    figure is really of, not of the cutoff: an old figure is not set beside a later stage of the predecessor's life.

    Formula: stage / allocation, as in `financial_progress`, of the whole programme and all its funds; no difference is
    taken, because what is certified and when, the rules and the allocations are those of each period.

    Parameters
    ----------
    programme
        As `load_programme` gives it.
    cutoff
        The reporting date: ISO text, date or Timestamp.
    predecessor
        The programme of an earlier period; None: the one that the programme's folder names (`Programme.before`).

    Returns
    -------
    DataFrame
        One row per rate that both have published: programme, predecessor (their codes), cutoff, cutoff_month,
        indicator, unit (1: a share); value, numerator, denominator (EUR), data_date, month, source, note of the
        programme; the same of the predecessor, `predecessor_...`, missing where it had published none by that month;
        value, date and month of its next position, `predecessor_next_...`.

    Raises
    ------
    ParameterError
        Where there is no predecessor, or one of the two is of no known period or the wrong way round.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> beside = pf.beside_predecessor(pf.load_programme(), cutoff="2018-09-30")
    >>> beside[["indicator", "month", "predecessor_month"]].values.tolist()
    [['certification_rate', 57, 53]]
    >>> beside[["value", "predecessor_value", "predecessor_next_value"]].round(4).values.tolist()
    [[0.1484, 0.2429, 0.3159]]
    """
    require_programme(programme)
    at = as_cutoff(cutoff)
    before = programme.before if predecessor is None else predecessor
    if before is None:
        raise ParameterError(
            f"{programme.cci}: no predecessor to set it beside. Name it in datapackage.json, "
            'as "predecessor": "2007IT052PO006" (`porfse check` says what is wrong with one), or give predecessor='
        )
    require_programme(before)
    own, then = _periods(programme, before)
    now = financial_progress(programme.finance, cutoff=at, by="programme")
    rows = list(_rows(now[now["value"].notna()], own, _published(before, then, at)))
    of_both = {"programme": programme.cci, "predecessor": before.cci, "cutoff": at, "cutoff_month": own.month(at)}
    return _typed(pd.DataFrame([of_both | row for row in rows], columns=list(BESIDE_COLUMNS)))


def _periods(programme: Programme, before: Programme) -> tuple[Period, Period]:
    own, then = period_of(programme.cci), period_of(before.cci)
    for code, period in ((programme.cci, own), (before.cci, then)):
        if period is None:
            raise ParameterError(f"{code}: is of no known period, so it has no months to be counted")
    assert own is not None
    assert then is not None
    if then.first_year >= own.first_year:
        raise ParameterError(f"{before.cci} is no predecessor of {programme.cci}: its period is not an earlier one")
    return own, then


def _published(before: Programme, period: Period, at: pd.Timestamp) -> pd.DataFrame:
    """Every rate of the predecessor known at a date, with the month of its figure, the last of each month last."""
    rates = progress_over_time(before.finance, cutoff=at)
    rates = rates[rates["value"].notna()]
    months = [period.month(date) for date in rates["data_date"]]
    return rates.assign(month=months).sort_values(["month", "cutoff"], kind="stable")


def _rows(now: pd.DataFrame, period: Period, published: pd.DataFrame) -> Iterator[dict[str, object]]:
    """A row per rate of `now` that the predecessor has published at any month."""
    for _, row in now.iterrows():
        rates = published[published["indicator"] == row["indicator"]]
        if rates.empty:
            continue
        month = period.month(row["data_date"])
        earlier, later = rates[rates["month"] <= month], rates[rates["month"] > month]
        found: dict[str, object] = {"indicator": row["indicator"], "unit": row["unit"], "month": month}
        found |= {name: row[name] for name in _FIGURE if name != "month"}
        if len(earlier):
            found |= {f"predecessor_{name}": earlier.iloc[-1][name] for name in _FIGURE}
        if len(later):
            names = ("value", "data_date", "month")
            found |= {f"predecessor_next_{name}": later.iloc[0][name] for name in names}
        yield found


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns with their types, whether there are rows or none."""
    for name in rows:
        kind = str(name).removeprefix("predecessor_").removeprefix("next_").removeprefix("cutoff_")
        if kind in ("cutoff", "data_date"):
            rows[name] = pd.to_datetime(rows[name]).astype(DATE_DTYPE)
        elif kind == "month":
            rows[name] = rows[name].astype("Int64")
        elif kind in _NUMBERS:
            rows[name] = rows[name].astype("float64")
        else:
            rows[name] = rows[name].astype("object").where(rows[name].notna(), "").astype("str")
    return rows
