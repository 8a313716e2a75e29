"""People: participants reached, and residents of the area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from porfse_analysis.codes import counts_people, in_reading_order
from porfse_analysis.indicators.given import Along, tables_of, with_names
from porfse_analysis.indicators.keys import TARGET_KEY, Key, has_key, keys_of
from porfse_analysis.indicators.positions import (
    group_keys,
    newest,
    reported_late,
    source_rank,
)
from porfse_analysis.indicators.result import (
    BOUNDS,
    bound_flags,
    bound_of,
    figure_bound,
    join_notes,
    make_result,
    note_of,
    split_note,
)
from porfse_analysis.indicators.whole import Told, covered, people_once, told_of
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.periods import Period, period_of
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL, DATE_DTYPE

__all__ = [
    "HISTORY",
    "HISTORY_COLUMNS",
    "Counts",
    "counts_participants",
    "is_of_period",
    "participants",
    "people_at",
    "people_at_dates",
    "people_known",
    "put_right",
    "residents",
    "sum_of_axes",
]

HISTORY = "people_before"


Counts = Callable[[pd.DataFrame], pd.Series]
"""Which rows of achievements count the people that are asked for."""


def participants(
    achievements: Programme | pd.DataFrame, *, cutoff: object, by: str | Sequence[str] = "axis"
) -> pd.DataFrame:
    """Participants reached, at the last position reported not after the cutoff.

    Formula: the sum of the indicators that count them in the programme's period (`porfse_analysis.periods`): in
    2014-2020 CO01 + CO03 + CO05, in 2021-2027 EECO01. A figure of the whole (axis `ALL`, no priority, no fund, no
    category) comes before those of its parts, never beside them; in a programme of no known period nothing is counted.

    Only indicators of the ESF and the YEI count. An indicator that is absent for a priority in a position that was
    reported counts as none; a null value, or a part (axis, priority, fund, category of region, indicator) with
    participants elsewhere and none here, makes the sum `partial`. An axis that reported other indicators and never one
    of these is `not_reported`, which leaves the sum of the programme whole. Technical assistance reports no indicators
    and so has no row.

    Parameters
    ----------
    achievements
        A `Programme`, or its table achievements (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.
    by
        One or more of axis, programme, fund, region_category (programme: one row, axis `ALL`).

    Returns
    -------
    DataFrame
        The result columns, one row per key; indicator and unit `participants` and `participant`, value and numerator
        the people, data_date their date. Notes: published_total, stale, partial, restated, not_reported, the bounds
        (`result.BOUNDS`) of values that are not exact. What was known at the positions before goes with the frame
        (`attrs`), for `per_capita_spend`.

    Raises
    ------
    ParameterError
        For a date that is none, another `by`, a frame without the columns.

    References
    ----------
    Total participants of Reg. (EU) 1304/2013, Annex I, and Reg. (EU) 2021/1057, Annex I.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> reached = pf.participants(pf.load_programme(), cutoff="2022-06-30", by="programme")
    >>> reached[["value", "data_date", "note"]].values.tolist()
    [[397748.0, Timestamp('2020-12-31 00:00:00'), 'stale']]
    """
    (table,) = tables_of(achievements=achievements)
    require(table, "achievements")
    at, keys = as_cutoff(cutoff), group_keys(by)
    people = people_known(table, at, keys)
    return with_names(people, achievements)


def people_known(
    achievements: pd.DataFrame,
    at: pd.Timestamp,
    keys: list[str],
    counts: Counts | None = None,
    unit: str = "participant",
) -> pd.DataFrame:
    """`people_at_dates` at one date, what was known at the positions before with it (`attrs`)."""
    counted = counts_participants if counts is None else counts
    earlier = achievements.loc[counted(achievements) & (achievements["cutoff"] < at), "cutoff"].drop_duplicates()
    everyone = people_at_dates(achievements, [*earlier.sort_values(), at], keys, counted, unit)
    people = everyone[everyone["cutoff"] == at].reset_index(drop=True)
    records = everyone.loc[(everyone["cutoff"] < at) & everyone["value"].notna(), HISTORY_COLUMNS]
    records = records.assign(data_date=records["data_date"].dt.strftime("%Y-%m-%d"))
    # plain values: a frame with them can still be written to a file
    people.attrs[HISTORY] = Along(rows=records.to_dict("records"))
    return people


HISTORY_COLUMNS = ["programme", "fund", "axis", "region_category", "data_date", "value", "source", "note"]


def counts_participants(achievements: pd.DataFrame) -> pd.Series:
    """Whether a row counts participants in the period of its programme."""
    return is_of_period(achievements, lambda period: period.participants) & counts_people(achievements)


def is_of_period(achievements: pd.DataFrame, codes: Callable[[Period], Iterable[str]]) -> pd.Series:
    """Whether the indicator of a row is one of the `codes` of its programme's period; of no known period: no."""
    periods = {cci: period_of(str(cci)) for cci in achievements["programme"].unique()}
    found = pd.Series(data=False, index=achievements.index)
    for name, period in {period.name: period for period in periods.values() if period is not None}.items():
        its = achievements["indicator_code"].isin([*codes(period)])
        others = [cci for cci, of in periods.items() if of is None or of.name != name]
        found |= its & ~achievements["programme"].isin(others) if others else its
    return found


def _rows_of_people(achievements: pd.DataFrame, *, by_axis: bool) -> pd.DataFrame:
    """The rows of ESF indicators, with what a position is told by."""
    rows = achievements[counts_people(achievements)].rename(columns={"cutoff": "position"})
    rows = rows[rows["axis"] != ALL] if by_axis else rows
    rows = rows.assign(
        rank=source_rank(rows["source"]),
        source=rows["source"].astype("str"),
        document=rows["source"].astype("str"),
        data_date=rows["data_date"].fillna(rows["position"]),
    )
    return put_right(rows) if "series" in rows else rows


def put_right(rows: pd.DataFrame) -> pd.DataFrame:
    """The documents of a series as one source: of a figure that two of them have, that of the preferred one counts.

    So an erratum of one figure leaves the others of its position standing.
    """
    # by place: a frame put together of several may bear a label twice
    rows = rows.reset_index(drop=True)
    rows = rows.assign(source=rows["series"].astype("object").fillna(rows["source"]), known=rows["value"].notna())
    ordered = rows.sort_values(["known", "rank"], ascending=[False, True], kind="stable")
    gone = ordered.duplicated([*TARGET_KEY, "position", "source"]).sort_index()
    rows = rows[~gone]
    return rows.assign(rank=rows.groupby("source")["rank"].transform("min"), source=rows["source"].astype("str"))


def people_at(achievements: pd.DataFrame, at: pd.Timestamp, keys: list[str]) -> pd.DataFrame:
    """`participants` at one date, without what was known before."""
    return people_at_dates(achievements, [at], keys)


_PARTS = ["axis", "investment_priority", "fund", "region_category", "indicator_code"]

_COUNTED = [
    *("programme", *_PARTS, "source", "document", "rank", "position", "data_date", "value"),
    *("qualifier", "missing", "late", "entire"),
]
"""What of the rows that count people is read at each date."""


def people_at_dates(
    achievements: pd.DataFrame,
    dates: Sequence[pd.Timestamp],
    by: list[str],
    counts: Counts = counts_participants,
    unit: str = "participant",
) -> pd.DataFrame:
    """`people_at` of each of the dates (the column `cutoff`), one after the other.

    `counts` says which rows count the people, by default the participants; `unit` is what one of them is.
    """
    asked = pd.DataFrame({"cutoff": pd.Series(dates, dtype=DATE_DTYPE)})
    keys = ["cutoff", *by]
    rows = _rows_of_people(achievements, by_axis="axis" in keys)
    counted = counts(rows)
    figures = people_once(rows[counted], by)
    entire = figures["axis"].eq(ALL) & figures["investment_priority"].eq("")
    missing = figures["value"].isna() | figures["short"]
    figures = figures.assign(missing=missing, late=reported_late(figures), entire=entire)
    figures = _known_at(figures[_COUNTED], asked)
    published = figures[figures["value"].notna()]
    at_position = ["source", "position"]
    picked = newest(published, keys)[[*keys, *at_position]]
    used = figures.merge(picked, on=[*keys, *at_position])
    groups = used.groupby(keys, sort=True)
    # `total`: a figure of the programme itself, not a sum of its objectives
    people = groups[["missing", "late"]].any().join(groups[["entire"]].all())
    people = people.rename(columns={"entire": "total"}).assign(
        people=groups["value"].sum(), date=groups["data_date"].min(), document=groups["document"].first()
    )
    if (used["document"] != used["source"]).any():
        people["document"] = groups["document"].agg(lambda names: ";".join(sorted(set(names))))
    valued = used[used["value"].notna()]
    people["bound"] = bound_of(valued["qualifier"], [valued[name] for name in keys], people.index)
    people = people.reset_index()
    people["missing"] |= _lacks_part(published, picked, keys, people)
    if "axis" in keys:
        # an axis that reports other indicators and has never reported participants
        reporting = rows[rows["value"].notna()].groupby(by, sort=True)["position"].min().reset_index()
        people = _known_at(reporting, asked)[keys].merge(people, on=keys, how="outer")
        people = people.sort_values(keys, key=in_reading_order, kind="stable").reset_index(drop=True)
    elif by == ["programme"]:
        # a programme is known even before its first report
        people = asked.merge(rows[["programme"]].drop_duplicates(), how="cross").merge(people, on=keys, how="left")
    return _people(people, unit, people["date"] < people["cutoff"])


def _known_at(rows: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """For each of the dates asked for (`cutoff`) the rows of positions not after it."""
    every = rows.merge(asked, how="cross")
    return every[every["position"] <= every["cutoff"]]


def _lacks_part(published: pd.DataFrame, picked: pd.DataFrame, keys: list[str], people: pd.DataFrame) -> pd.Series:
    """Whether a part that has participants elsewhere has none in what was picked.

    A part is an axis, a priority, a fund, a category of region, and one of the indicators that are added up.
    """
    with_people = published[(published["value"] > 0) & (published["axis"] != ALL)]
    here = published.merge(picked, on=[*keys, "source", "position"])
    told, elsewhere = (_cells(rows, keys) for rows in (here, with_people))
    several = {name: told_of(cells).several for name, cells in _cells(published, ["programme"]).items()}
    programme = keys.index("programme")
    lacking = set()
    for key, cells in elsewhere.items():
        known = Told(sorted(cells | told[key]), several[(key[programme],)])
        if not all(covered(cell, told[key], known) for cell in cells - told[key]):
            lacking.add(key)
    return has_key(people, keys, lacking)


def _cells(rows: pd.DataFrame, keys: list[str]) -> defaultdict[Key, set[Key]]:
    """The cells that people are told of, for each of the keys."""
    cells: defaultdict[Key, set[Key]] = defaultdict(set)
    different = rows[list(dict.fromkeys([*keys, *_PARTS]))].drop_duplicates()
    for key, cell in zip(keys_of(different, keys), keys_of(different, _PARTS), strict=True):
        cells[key].add(cell)
    return cells


def residents(population: Programme | pd.DataFrame, *, cutoff: object) -> pd.DataFrame:
    """Residents of the programme's area on the last 1 January not after the cutoff.

    Formula: the sum of the areas of the programme.

    Parameters
    ----------
    population
        A `Programme`, or its table population (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.

    Returns
    -------
    DataFrame
        The result columns, one row per programme, axis `ALL`; indicator and unit `residents` and `resident`, value and
        numerator the people, data_date that 1 January. Notes: `stale` when it is of an earlier year than the cutoff,
        `not_reported` when there is none, `partial` when an area lacks that year.

    Raises
    ------
    ParameterError
        For a date that is none, a frame without the columns.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> pf.residents(pf.load_programme(), cutoff="2020-12-31")[["value", "data_date"]].values.tolist()
    [[10027602.0, Timestamp('2020-01-01 00:00:00')]]
    """
    (table,) = tables_of(population=population)
    require(table, "population")
    at = as_cutoff(cutoff)
    rows = table.assign(source=table["source"].astype("str"))
    known = rows[rows["year"].astype("Int64") <= at.year]
    last = known.groupby("programme")["year"].transform("max")
    known = known[known["year"] == last]
    people = known.groupby("programme", sort=True).agg(
        people=("residents", "sum"), year=("year", "first"), source=("source", "first"), areas=("area", "nunique")
    )
    areas = rows.groupby("programme")["area"].nunique().rename("all_areas")
    people = areas.to_frame().join(people).reset_index()
    people["missing"] = people["areas"].lt(people["all_areas"])
    people["date"] = pd.to_datetime(people["year"].astype("string") + "-01-01", format="%Y-%m-%d")
    stale = people["year"].lt(at.year).fillna(False).astype(bool)
    return with_names(_people(people.assign(cutoff=at), "resident", stale), population)


def _people(people: pd.DataFrame, unit: str, stale: pd.Series) -> pd.DataFrame:
    """People (the keys, cutoff, people, date, missing, late, source) as rows of a result."""
    note = join_notes(
        people.index,
        {
            "published_total": people["total"].eq(True) if "total" in people else False,
            "stale": stale,
            "partial": people["missing"].eq(True),
            "restated": people["late"].eq(True) if "late" in people else False,
            "not_reported": people["people"].isna(),
            **(bound_flags(people["bound"]) if "bound" in people else {}),
        },
    )
    rows = people.rename(columns={"date": "data_date", "people": "value"})
    rows = rows.assign(numerator=rows["value"], indicator=f"{unit}s", unit=unit, note=note)
    return make_result(rows if "axis" in rows else rows.assign(axis=ALL))


def sum_of_axes(people: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """People of the whole out of those of its axes, date by date."""
    known = people[people["value"].notna()]
    groups = [known[name] for name in (*keys, "data_date")]
    bounds = bound_of(known["note"].map(figure_bound), groups)
    sums = known.groupby([*keys, "data_date"], sort=True).agg(
        value=("value", "sum"),
        source=("source", "first"),
        note=("note", lambda notes: {code for note in notes for code in split_note(note) if code not in BOUNDS}),
    )
    sums["note"] = [
        note_of([*codes, bound]) for codes, bound in zip(sums["note"], bounds.reindex(sums.index), strict=True)
    ]
    return sums.reset_index()
