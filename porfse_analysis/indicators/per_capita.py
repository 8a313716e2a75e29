"""People, and spend per head: participants, residents, spend per participant or resident."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import spend_positions
from porfse_analysis.indicators.positions import Positions, group_keys, newest, positions_at, reported_late, source_rank
from porfse_analysis.indicators.result import as_cutoff, join_notes, make_result
from porfse_analysis.schema import ALL, DATE_DTYPE, STAGES

__all__ = [
    "ESF_TYPES",
    "PARTICIPANT_CODES",
    "PEOPLE_COLUMNS",
    "participants",
    "people_result",
    "per_capita_spend",
    "residents",
    "spend_per_head",
]

PARTICIPANT_CODES = ("CO01", "CO03", "CO05")
"""Unemployed, inactive, employed: every participation has exactly one of the three (Reg. 1304/2013, Annex I)."""

ESF_TYPES = ("OESF", "OYEI", "RESF", "RYEI", "")
"""Types of the indicators that count people; the ERDF has indicators of its own under the same codes."""

PEOPLE_COLUMNS = (
    "programme",
    "fund",
    "axis",
    "region_category",
    "cutoff",
    "date",
    "people",
    "unit",
    "source",
    "note",
)


def participants(achievements: pd.DataFrame, *, cutoff: object, by: str | Sequence[str] = "axis") -> pd.DataFrame:
    """Participants reached: CO01 + CO03 + CO05, at the last position reported not after the cutoff.

    Only indicators of the ESF and the YEI count. An indicator that is absent for a priority in a position that was
    reported counts as none; a null value, or an axis with participants elsewhere and none here, makes the sum
    `partial`. Technical assistance reports no indicators and so has no row.

    Parameters: `achievements` as in `porfse_analysis.schema`; `by` one or more of axis, programme, fund,
    region_category (programme: one row, axis `ALL`).

    Returns people: programme, fund and region_category (empty unless `by` names them), axis, cutoff, date (of the
    data), people, unit `participant`, source, note (stale, partial, restated, not_reported).

    Source of the definition: total participants of Reg. 1304/2013, Annex I.
    """
    at, keys = as_cutoff(cutoff), group_keys(by)
    rows = achievements[(achievements["axis"] != ALL) & achievements["indicator_type"].isin(ESF_TYPES)]
    rows = rows.assign(rank=source_rank(rows["source"]), source=rows["source"].astype("str"))
    known = rows[rows["cutoff"] <= at].rename(columns={"cutoff": "position"})
    known["data_date"] = known["data_date"].fillna(known["position"])
    counts = known[known["indicator_code"].isin(PARTICIPANT_CODES)]
    counts = counts.assign(missing=counts["value"].isna(), late=reported_late(counts))
    published = counts[counts["value"].notna()]
    at_position = ["source", "position"]
    picked = newest(published, keys)[[*keys, *at_position]]
    people = (
        counts.merge(picked, on=[*keys, *at_position])
        .groupby(keys, sort=True)
        .agg(
            people=("value", "sum"),
            missing=("missing", "any"),
            late=("late", "any"),
            date=("data_date", "min"),
            source=("source", "first"),
        )
        .reset_index()
    )
    if "axis" in keys:
        # an axis that reported other indicators at the programme's position, and no participants, has none
        silent = known[known["value"].notna() & ~known["programme"].isin(published["programme"])]
        reported = newest(pd.concat([published, silent]), ["programme"])[["programme", *at_position]]
        others = known.merge(reported, on=["programme", *at_position])[[*keys, "source", "data_date"]]
        others = (
            others.drop_duplicates(keys)
            .rename(columns={"data_date": "date"})
            .merge(people[keys], how="left", indicator=True)
        )
        none = others[others["_merge"] == "left_only"].drop(columns="_merge")
        people = pd.concat([people, none.assign(people=0.0, missing=False, late=False)], ignore_index=True)
        people = people.sort_values(keys, kind="stable").reset_index(drop=True)
    else:
        people["missing"] |= _lacks_axis(published, picked, keys, people)
        if len(keys) == 1:
            # a programme is known even before its first report
            people = rows[["programme"]].drop_duplicates().merge(people, on="programme", how="left")
    people["unit"] = "participant"
    return _people(people, at)


def _lacks_axis(published: pd.DataFrame, picked: pd.DataFrame, keys: list[str], people: pd.DataFrame) -> pd.Series:
    """Whether an axis that has participants in another source or position has none in the one that was picked."""
    axes = published.loc[published["value"] > 0, [*keys, "axis"]].drop_duplicates()
    here = published.merge(picked, on=[*keys, "source", "position"])[[*keys, "axis"]].drop_duplicates()
    found = axes.merge(here, how="left", indicator=True)
    lacking = found[found["_merge"] == "left_only"][keys].drop_duplicates().assign(lacks=True)
    return people[keys].merge(lacking, on=keys, how="left")["lacks"].eq(True)


def residents(population: pd.DataFrame, *, cutoff: object) -> pd.DataFrame:
    """Residents of the programme's area on the last 1 January not after the cutoff.

    Parameters: `population` as in `porfse_analysis.schema`; several areas of one programme are added.

    Returns people (see `participants`), one row per programme, axis `ALL`, unit `resident`, date that 1 January; note
    `stale` when it is of an earlier year than the cutoff, `not_reported` when there is none, `partial` when an area
    lacks that year.
    """
    at = as_cutoff(cutoff)
    rows = population.assign(source=population["source"].astype("str"))
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
    people["unit"] = "resident"
    return _people(people, at, stale=people["year"].lt(at.year).fillna(False).astype(bool))


def _people(people: pd.DataFrame, cutoff: pd.Timestamp, stale: pd.Series | None = None) -> pd.DataFrame:
    note = join_notes(
        people.index,
        {
            "stale": stale if stale is not None else people["date"] < cutoff,
            "partial": people["missing"].eq(True),
            "restated": people["late"].eq(True) if "late" in people else False,
            "not_reported": people["people"].isna(),
        },
    )
    table = pd.DataFrame(
        {
            "programme": people["programme"].astype("str"),
            "fund": people.get("fund", ""),
            "axis": people.get("axis", ALL),
            "region_category": people.get("region_category", ""),
            "cutoff": pd.Series(cutoff, index=people.index, dtype=DATE_DTYPE),
            "date": people["date"].astype(DATE_DTYPE),
            "people": people["people"].astype("float64"),
            "unit": people["unit"],
            "source": people["source"].astype(object).where(people["source"].notna(), "").astype("str"),
            "note": note,
        }
    )
    return table[list(PEOPLE_COLUMNS)].reset_index(drop=True)


def people_result(people: pd.DataFrame) -> pd.DataFrame:
    """People as rows of a result: indicator `participants` or `residents`, the count as value and numerator."""
    rows = people.rename(columns={"date": "data_date", "people": "value"})
    rows["numerator"] = rows["value"]
    rows["indicator"] = rows["unit"].map({"participant": "participants", "resident": "residents"})
    return make_result(rows)


def per_capita_spend(
    finance: pd.DataFrame,
    people: pd.DataFrame,
    *,
    cutoff: object,
    by: str | Sequence[str] = "axis",
    stage: str = "certified",
) -> pd.DataFrame:
    """Cumulative spend per participant or per resident.

    Formula: amount of the stage at its newest position not after the cutoff / people. Spend per participant of an axis
    uses the participants of that axis; the programme's includes the spend of technical assistance, which has none
    (note `includes_technical_assistance`). Residents are those of the whole area for every axis.

    Parameters: `finance` as in `porfse_analysis.schema`; `people` from `participants` or `residents` (their `unit`
    names the indicator; for participants made with the same `by`); `stage` one of the financial stages.

    Returns the result columns; indicator `<stage>_spend_per_participant` or `<stage>_spend_per_resident`, unit
    EUR/participant or EUR/resident, numerator in euro, denominator people. `data_date` is that of the spend; when the
    participants are of another date: `other_date`. Notes besides: published_total, stale, partial, zero_denominator,
    not_reported, no_participants.

    Source of the definition: a convention of this package; participants as in Reg. (EU) 1304/2013, Annex I.
    """
    if stage not in STAGES:
        raise ParameterError(f"stage={stage!r}: use one of {', '.join(STAGES)}")
    return spend_per_head(positions_at(finance, as_cutoff(cutoff), by), people, (stage,))


def spend_per_head(positions: Positions, people: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """`per_capita_spend` of several stages, of positions already looked up."""
    units = set(people["unit"]) or {"participant"}
    if len(units) > 1:
        raise ParameterError("people: participants and residents together; give one of them")
    unit = units.pop()
    at, keys = positions.cutoff, positions.keys
    rows = spend_positions(positions, stages)
    # residents are of the whole area; participants of the very key
    on = keys if unit == "participant" else ["programme"]
    heads = people[people["axis"] != ALL] if "axis" in on else people[people["axis"] == ALL]
    if "axis" not in on and heads.empty:
        heads = _sum_of_axes(people, on)
    elif "axis" in on and heads.empty and len(people):
        raise ParameterError("people: they are of the whole programme; make them with the same `by` as the spend")
    heads = heads[[*on, "date", "people", "source", "note"]].rename(
        columns={"source": "people_source", "note": "people_note"}
    )
    rows = rows.merge(heads, on=on, how="left", validate="m:1")
    rows["numerator"], rows["denominator"] = rows["amount"], rows["people"]
    rows["value"] = rows["numerator"] / rows["denominator"].where(rows["denominator"] != 0)
    people_notes = rows["people_note"].fillna("").str.split(";")
    per_participant = unit == "participant"
    uncounted = rows["date"].isna() & ("axis" in keys) & per_participant & bool(len(people))
    published = rows["numerator"].notna() & rows["denominator"].notna()
    rows["note"] = join_notes(
        rows.index,
        {
            "published_total": rows["published_total"].eq(True),
            "stale": rows["data_date"] < at,
            "partial": rows["missing"].eq(True) | people_notes.map(lambda notes: "partial" in notes),
            "restated": people_notes.map(lambda notes: "restated" in notes) & published,
            "zero_denominator": rows["denominator"] == 0,
            "not_reported": rows["numerator"].isna() | (rows["denominator"].isna() & ~uncounted),
            "other_date": published & (rows["date"] != rows["data_date"]) & per_participant,
            "includes_technical_assistance": published & ("axis" not in keys) & per_participant,
            "includes_other_funds": published & per_participant & _has_other_funds(positions, rows),
            "no_participants": uncounted,
        },
    )
    both = published & (rows["people_source"] != rows["source"])
    rows["source"] = rows["source"].mask(both, rows["source"] + ";" + rows["people_source"])
    rows["cutoff"], rows["unit"] = at, f"EUR/{unit}"
    rows["indicator"] = rows["stage"] + f"_spend_per_{unit}"
    if "axis" not in keys:
        rows["axis"] = ALL
    place = {stage: place for place, stage in enumerate(stages)}
    rows["place"] = rows["stage"].map(place)
    return make_result(rows.sort_values(["place", *keys], kind="stable"))


def _has_other_funds(positions: Positions, rows: pd.DataFrame) -> pd.Series:
    """Whether a fund that counts no participants (ERDF, Cohesion Fund) is part of the spend."""
    other = positions.rows[~positions.rows["fund"].isin(["ESF", "YEI", ""])][positions.keys].drop_duplicates()
    return rows[positions.keys].merge(other.assign(other=True), on=positions.keys, how="left")["other"].eq(True)


def _sum_of_axes(people: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """People of the whole out of those of its axes."""
    return people.groupby(keys, as_index=False, sort=True).agg(
        date=("date", "min"),
        people=("people", "sum"),
        source=("source", "first"),
        note=("note", lambda notes: ";".join(sorted({code for note in notes for code in note.split(";") if code}))),
    )
