"""Women and men among the people reached, where they are published."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.codes import in_reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.people import counts_participants, is_of_period, people_at, people_known
from porfse_analysis.indicators.positions import at_newest, group_keys, source_rank
from porfse_analysis.indicators.result import has_note, join_notes
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.periods import period_of
from porfse_analysis.programme import Programme
from porfse_analysis.schema import DATE_DTYPE

__all__ = ["grand_total", "is_grand_total", "sexes_apart", "women_and_men"]

SEXES = ("women", "men")

_KEY = ("programme", "fund", "axis", "investment_priority", "region_category", "indicator_type", "indicator_code")
_COLUMNS = {
    **dict.fromkeys(_KEY, "str"),
    "cutoff": DATE_DTYPE,
    "data_date": DATE_DTYPE,
    "value": "float64",
    "women": "float64",
    "men": "float64",
    "women_share": "float64",
    "men_share": "float64",
    "unit": "str",
    "source": "str",
    "note": "str",
}


def women_and_men(achievements: Programme | pd.DataFrame, *, cutoff: object, by: str = "axis") -> pd.DataFrame:
    """Women and men among the people reached, where a source tells them apart.

    Meaning: how many of the participants, or of the people that an indicator counts, are women and men. Formula: share
    = women / total, men / total; the total is the published one, whether or not the two add up to it. What is not
    published is missing: men are never the total less the women.

    Parameters
    ----------
    achievements
        A `Programme`, or its table achievements (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.
    by
        axis or programme (the participants, as `participants` counts them), or indicator (each indicator as published,
        the grand total of participants among them).

    Returns
    -------
    DataFrame
        One row per axis, programme or indicator with women or men published: value (the total), women, men,
        women_share, men_share, unit, data_date, source. Women and men count where they are of the position of the
        total, and none is missing of a part of it. Notes: stale (of a date before the cutoff), sexes_differ (women and
        men do not add up to the total; in 2021-2027, which counts a third value, they are more than it).

    Raises
    ------
    ParameterError
        For a date that is none, another `by`, a frame without the columns.

    References
    ----------
    Reg. (EU) 1304/2013 and 2021/1057, Annex I (data on participants by gender).

    Examples
    --------
    >>> import pandas as pd
    >>> import porfse_analysis as pf
    >>> from porfse_analysis.schema import conform
    >>> row = {"axis": "I", "fund": "ESF", "indicator_code": "CO01", "indicator_type": "OESF", "cutoff": "2018-12-31"}
    >>> row |= {"unit": "number", "value": 100.0, "women": 55.0, "men": 45.0, "source": "report"}
    >>> reached = conform("achievements", pd.DataFrame([row]), programme="2014IT05SFOP007")
    >>> told = pf.women_and_men(reached, cutoff="2018-12-31", by="indicator")
    >>> told[["indicator_code", "value", "women_share", "men_share"]].values.tolist()
    [['CO01', 100.0, 0.55, 0.45]]
    """
    if by not in ("axis", "programme", "indicator"):
        raise ParameterError(f"by={by!r}: use axis, programme or indicator")
    (table,) = tables_of(achievements=achievements)
    require(table, "achievements")
    at = as_cutoff(cutoff)
    if not any(name in table and table[name].notna().any() for name in SEXES):
        # nobody tells the two apart, as in most programmes
        return with_names(pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()}), achievements)
    rows = _by_indicator(table, at) if by == "indicator" else _participants(table, at, by)
    told = rows[SEXES[0]].notna() | rows[SEXES[1]].notna()
    rows = rows[told].assign(cutoff=at).reset_index(drop=True)
    below = rows["value"].where(rows["value"] != 0)
    rows = rows.assign(**{f"{name}_share": rows[name] / below for name in SEXES})
    flags = {"stale": rows["data_date"] < at, "sexes_differ": sexes_apart(rows)}
    rows["note"] = join_notes(rows.index, flags)
    rows = rows.reindex(columns=list(_COLUMNS))
    texts = [name for name, kind in _COLUMNS.items() if kind == "str"]
    rows = rows.assign(**{name: rows[name].astype("object").fillna("") for name in texts})
    return with_names(rows.astype(_COLUMNS), achievements)


def sexes_apart(rows: pd.DataFrame) -> pd.Series:
    """Whether women and men of a row, both published, cannot be the people of its total."""
    both = rows["women"] + rows["men"]
    periods = {cci: period_of(str(cci)) for cci in rows["programme"].unique()}
    two = {cci: period is None or period.two_sexes for cci, period in periods.items()}
    whole = rows["programme"].astype("object").map(two).astype(bool)
    apart: pd.Series = both.gt(rows["value"]) | (both.lt(rows["value"]) & whole)
    return apart


def _by_indicator(table: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Each indicator at its newest position with women or men."""
    men = table["men"] if "men" in table else float("nan")
    rows = table.assign(men=men).rename(columns={"cutoff": "position"})
    rows = rows[(rows["position"] <= at) & (rows["women"].notna() | rows["men"].notna())]
    rows = rows.assign(rank=source_rank(rows["source"]), source=rows["source"].astype("str"))
    rows["data_date"] = rows["data_date"].fillna(rows["position"])
    return at_newest(rows, list(_KEY)).sort_values(["axis", *_KEY], key=in_reading_order, kind="stable")


def _participants(table: pd.DataFrame, at: pd.Timestamp, by: str) -> pd.DataFrame:
    """The participants of each axis or programme, with women and men where they are of the same position."""
    keys = [*group_keys(by)]
    total = people_at(table, at, keys)
    # a part whose total is known and whose women are not makes the women partial
    known = table[counts_participants(table) & table["value"].notna()]
    rows = total
    for name in SEXES:
        counts = known[name] if name in known else pd.Series(float("nan"), index=known.index)
        found = people_at(known.assign(value=counts), at, keys)
        found = found[~has_note(found["note"], "partial") & found["value"].notna()]
        found = found[[*keys, "data_date", "source", "value"]].rename(columns={"value": name})
        rows = rows.merge(found, on=[*keys, "data_date", "source"], how="left")
    return rows


def grand_total(achievements: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """The grand total of participants of each programme, with those whose data are incomplete; no row without one.

    It is a figure of its own and never added to the common indicators, nor are they to it.
    """
    people = people_known(achievements, at, ["programme"], is_grand_total)
    return people[people["value"].notna()].reset_index(drop=True)


def is_grand_total(achievements: pd.DataFrame) -> pd.Series:
    """Whether a row is the grand total of participants of its period."""
    return is_of_period(achievements, lambda period: filter(None, [period.grand_total]))
