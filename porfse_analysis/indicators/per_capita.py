"""People, and spend per head: participants, residents, spend per participant or resident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from porfse_analysis.codes import in_reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import lacks_amount, spend_positions
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.keys import has_key, keys_of
from porfse_analysis.indicators.people import HISTORY, HISTORY_COLUMNS, participants, residents, sum_of_axes
from porfse_analysis.indicators.positions import (
    Positions,
    newest,
    positions_at,
    published_totals,
)
from porfse_analysis.indicators.result import (
    bound_flags,
    figure_bound,
    has_note,
    join_notes,
    make_result,
    note_of,
    split_note,
)
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL, DATE_DTYPE, STAGES

__all__ = ["PAIR", "PEOPLE_FUNDS", "head_rows", "per_capita_spend", "spend_per_head", "told_of_assistance"]

PEOPLE_FUNDS = ("ESF", "YEI", "ESF+")
"""Funds whose spending is on participants."""

PAIR = pd.Timedelta(days=366)
"""How far apart money and participants may be to be set one over the other: reports on people are yearly."""


_PEOPLE_KINDS = {
    **dict.fromkeys(("programme", "fund", "axis", "region_category", "unit", "source", "note"), "text"),
    "data_date": "date",
    "value": "number",
}
_PEOPLE_CURE = "Give what participants or residents return"


def per_capita_spend(
    finance: Programme | pd.DataFrame,
    people: pd.DataFrame | str | None = None,
    *,
    cutoff: object,
    by: str | Sequence[str] = "axis",
    stage: str = "certified",
) -> pd.DataFrame:
    """Cumulative spend per participant or per resident.

    Formula: amount of the stage / people. Per participant, the two are a pair: the newest amount, not after the
    cutoff, at whose date participants were known that are at most 366 days older; no pair, no figure. The money is
    that of the funds that pay for people (ESF, YEI, ESF+). Spend per participant of an axis uses the participants of
    that axis; the programme's includes the spend of technical assistance, which has none (note
    `includes_technical_assistance`; not where a `Programme` shows that no fund that pays for people pays for any). Per
    resident it is the newest amount of all funds; residents are those of the
    whole area for every axis.

    Parameters
    ----------
    finance
        A `Programme`, or its table finance (columns: `porfse_analysis.schema`).
    people
        With a `Programme`: "participants" (the same as None) or "residents". With a frame: the frame from
        `participants` or `residents`, whose `unit` names the indicator; participants made with the same `by`.
    cutoff, by
        As in `financial_progress`.
    stage
        One of the financial stages.

    Returns
    -------
    DataFrame
        The result columns; indicator `<stage>_spend_per_participant` or `<stage>_spend_per_resident`, unit
        EUR/participant or EUR/resident, numerator in euro, denominator people. `data_date` is that of the spend; when
        the participants are of another date: `other_date`. Notes besides: published_total, stale (the pair is older
        than the cutoff), partial, zero_denominator, not_reported, no_pair (money and participants are never that near),
        no_participants.

    Raises
    ------
    ParameterError
        For another stage or `people`, and as in `financial_progress`.

    References
    ----------
    A convention of this package; participants as in Reg. (EU) 1304/2013, Annex I.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> spend = pf.per_capita_spend(pf.load_programme(), cutoff="2020-12-31", by="programme", stage="declared")
    >>> spend[["value", "denominator", "note"]].round(2).values.tolist()
    [[1291.8, 397748.0, 'includes_technical_assistance']]
    """
    if stage not in STAGES:
        raise ParameterError(f"stage={stage!r}: use one of {', '.join(STAGES)}")
    (table,) = tables_of(finance=finance)
    heads: Any = _people_of(finance, people, cutoff, by) if isinstance(finance, Programme) else people
    spend = spend_per_head(positions_at(table, as_cutoff(cutoff), by), heads, (stage,))
    return with_names(told_of_assistance(spend, finance) if isinstance(finance, Programme) else spend, finance)


def told_of_assistance(spend: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Spend per head without the note on technical assistance, where no fund that pays for people pays for any."""
    assistance = set(programme.axes.loc[programme.axes["technical_assistance"].eq(True), "axis"])
    money = _of_people_funds(programme.finance)
    paid = money[money["axis"].isin(assistance) & money["amount_eur"].gt(0)]
    if programme.axes.empty:  # without axes nobody knows
        return spend
    notes = []
    for note, indicator, at in zip(spend["note"], spend["indicator"], spend["cutoff"], strict=True):
        codes = split_note(note)
        # a sum of the axes has what is published of that stage; of a figure of the whole the plan tells
        own = paid if "published_total" in codes else paid[paid["stage"] == indicator.partition("_spend_per_")[0]]
        told = own["cutoff"].le(at).any()
        notes.append(note_of([code for code in codes if told or code != "includes_technical_assistance"]))
    return spend.assign(note=notes)


def _people_of(programme: Programme, people: object, cutoff: object, by: str | Sequence[str]) -> pd.DataFrame:
    """The people of a programme that its spend is set against, by their word."""
    if isinstance(people, pd.DataFrame):
        tables_of(finance=programme, people=people)  # which refuses it
    if people in (None, "participants"):
        return participants(programme.achievements, cutoff=cutoff, by=by)
    if people == "residents":
        return residents(programme.population, cutoff=cutoff)
    raise ParameterError(f"people={people!r}: use participants or residents")


def spend_per_head(positions: Positions, people: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """`per_capita_spend` of several stages, of positions already looked up."""
    return make_result(head_rows(positions, people, stages))


def head_rows(positions: Positions, people: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """The rows of `spend_per_head`, with the date of the people (`people_date`) beside that of the money."""
    require(people, "people", _PEOPLE_KINDS, cure=_PEOPLE_CURE)
    units = set(people["unit"]) or {"participant"}
    if len(units) > 1:
        raise ParameterError("people: participants and residents together; give one of them")
    unit = units.pop()
    at, keys = positions.cutoff, positions.keys
    per_participant = unit != "resident"
    # residents are of the whole area; participants of the very key
    heads = _heads(people, keys if per_participant else ["programme"])
    rows = _pairs(positions, heads, stages) if per_participant else _newest_spend(positions, heads, stages)
    rows["value"] = rows["amount"] / rows["people"].where(rows["people"] != 0)
    published = rows["amount"].notna() & rows["people"].notna()
    people_note = rows["people_note"].fillna("")
    uncounted = ~rows["counted"] & ("axis" in keys) & per_participant & bool(len(people))
    apart = rows["apart"] & ~uncounted
    rows["note"] = join_notes(
        rows.index,
        {
            "published_total": rows["published_total"].eq(True),
            "stale": rows["data_date"] < at,
            "partial": rows["missing"].eq(True) | rows["lacks_part"].eq(True) | has_note(people_note, "partial"),
            "restated": has_note(people_note, "restated") & published,
            "zero_denominator": rows["people"] == 0,
            "not_reported": ~published & ~uncounted & ~apart,
            "no_pair": apart,
            "other_date": published & (rows["date"] != rows["data_date"]) & per_participant,
            "includes_technical_assistance": published & ("axis" not in keys) & (unit == "participant"),
            "no_participants": uncounted,
            "own_reading": rows["reading"].eq(True),
            **bound_flags(rows["bound"], people_note.map(figure_bound)),
        },
    )
    both = published & (rows["people_source"] != rows["document"])
    cited = (rows["document"] + ";" + rows["people_source"]).map(_each_once, na_action="ignore")
    rows["document"] = rows["document"].mask(both, cited)
    rows["numerator"], rows["denominator"] = rows["amount"], rows["people"]
    rows["cutoff"], rows["unit"] = at, f"EUR/{unit}"
    rows["indicator"] = rows["stage"] + f"_spend_per_{unit}"
    if "axis" not in keys:
        rows["axis"] = ALL
    rows["place"] = rows["stage"].map({stage: place for place, stage in enumerate(stages)})
    rows = rows.rename(columns={"date": "people_date"})
    return rows.sort_values(["place", *keys], key=in_reading_order, kind="stable")


def _each_once(documents: str) -> str:
    return ";".join(dict.fromkeys(documents.split(";")))


def _heads(people: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """People at every date known, the oldest first: `on`, date, people, people_source, people_note.

    Raises `ParameterError` when they are of whole programmes and asked for by axis.
    """
    before = pd.DataFrame(people.attrs.get(HISTORY, {}).get("rows", []), columns=HISTORY_COLUMNS)
    before["data_date"] = pd.to_datetime(before["data_date"], format="%Y-%m-%d").astype(DATE_DTYPE)
    heads = pd.concat([before, people[HISTORY_COLUMNS]]) if len(before) else people[HISTORY_COLUMNS]
    whole = heads["axis"] == ALL
    if "axis" in on and whole.all() and len(people):
        raise ParameterError("people: they are of the whole programme; make them with the same `by` as the spend")
    if "axis" in on:
        heads = heads[~whole]
    elif whole.any():
        heads = heads[whole]
    else:
        heads = sum_of_axes(heads, on)
    names = {"data_date": "date", "value": "people", "source": "people_source", "note": "people_note"}
    heads = heads[[*on, *names]].rename(columns=names)
    return heads.sort_values("date", kind="stable").drop_duplicates([*on, "date"], keep="last")


def _newest_spend(positions: Positions, heads: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """The newest amounts beside the people of the area: key, stage, amount ..., date, people ..., counted, apart."""
    rows = spend_positions(positions, stages).merge(heads, on="programme", how="left", validate="m:1")
    known = rows["amount"].notna()
    rows.loc[known, "lacks_part"] = lacks_amount(positions, rows[known])
    return rows.assign(counted=True, apart=False)


def _pairs(positions: Positions, heads: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """The newest amounts at whose date participants were known that are not too old.

    Columns as `_newest_spend`: counted (the key has participants at all), apart (it has both, but never a pair).
    """
    keys, rows = positions.keys, _of_people_funds(positions.rows)
    own = positions
    if len(rows) < len(positions.rows):
        own = replace(positions, rows=rows, totals=published_totals(rows, keys))
    amounts = own.totals[own.totals["stage"].isin(stages)]
    known = heads[heads["people"].notna()]
    pairs = pd.merge_asof(
        amounts.sort_values("data_date", kind="stable"),
        known,
        left_on="data_date",
        right_on="date",
        by=keys,
        direction="backward",
        tolerance=PAIR,
    )
    pairs = newest(pairs[pairs["people"].notna()], [*keys, "stage"])
    pairs["lacks_part"] = lacks_amount(own, pairs)
    grid = spend_positions(positions, stages)[[*keys, "stage"]]
    grid["counted"] = has_key(grid, keys, set(keys_of(heads, keys)))
    of_stage = [*keys, "stage"]
    both = has_key(grid, of_stage, set(keys_of(amounts, of_stage))) & has_key(grid, keys, set(keys_of(known, keys)))
    found = grid.merge(pairs, on=of_stage, how="left", validate="1:1")
    return found.assign(apart=both.to_numpy() & found["people"].isna().to_numpy())


def _of_people_funds(finance: pd.DataFrame) -> pd.DataFrame:
    """The rows of the funds that pay for people; without a fund only those of programmes that have no other fund."""
    other = ~finance["fund"].isin([*PEOPLE_FUNDS, ""])
    mixed = finance["programme"].isin(finance.loc[other, "programme"])
    return finance[finance["fund"].isin(PEOPLE_FUNDS) | (finance["fund"].eq("") & ~mixed)]
