"""Financial progress: each stage against the allocation, and certification against other bases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from porfse_analysis.codes import in_reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.keys import keys_of
from porfse_analysis.indicators.positions import (
    FIRMNESS,
    Positions,
    in_force,
    newest,
    positions_at,
)
from porfse_analysis.indicators.result import bound_flags, join_notes, make_result
from porfse_analysis.indicators.whole import Cells, apart, cells_of
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL

__all__ = [
    "CERTIFICATION",
    "CERTIFICATION_BASES",
    "PROGRESS",
    "RATES",
    "certification_rate",
    "certification_rates",
    "financial_progress",
    "lacks_amount",
    "progress_over_time",
    "progress_rates",
    "rate_rows",
    "spend_positions",
]

RATES = {
    "activated": "activation_rate",
    "selected": "selection_rate",
    "committed": "commitment_rate",
    "paid": "payment_rate",
    "declared": "declaration_rate",
    "certified": "certification_rate",
}
"""Stage -> name of its rate over the allocation."""

CERTIFICATION_BASES = ("allocation", "committed", "paid", "declared")

CERTIFICATION = {
    base: "certification_rate" if base == "allocation" else f"certification_rate_of_{base}"
    for base in CERTIFICATION_BASES
}
"""Base -> name of the rate of what is certified over it."""

PROGRESS = {(stage, "allocation"): name for stage, name in RATES.items()}
"""Stage and what it is set against -> name of the rate, as `rate_rows` takes them."""


def financial_progress(
    finance: Programme | pd.DataFrame, *, cutoff: object, by: str | Sequence[str] = "axis"
) -> pd.DataFrame:
    """Every stage against the allocation, at a reporting date.

    Formula: amount of the stage / allocation in force at the position of that amount, both of one source. Above 1 is
    legitimate (overbooking, or an allocation cut by a later plan) and is not clipped.

    Parameters
    ----------
    finance
        A `Programme`, or its table finance (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.
    by
        One or more of axis, programme, fund, region_category. Without axis: one row with axis `ALL`, the figure
        published for the whole programme or else the sum of its axes; in every sum a figure of all funds or categories
        of region comes before those of each, never beside them.

    Returns
    -------
    DataFrame
        The result columns, one row per key and rate of `RATES`; unit 1; numerator and denominator in euro. Notes:
        published_total, stale, partial, partial_base, zero_denominator, not_reported, and the bounds (`result.BOUNDS`,
        `base_...`) of figures that are not exact.

    Raises
    ------
    ParameterError
        For a date that is none, another `by`, a frame without the columns.

    References
    ----------
    Fields of the Commission's table 99js-gm52 (selected, declared); for the other stages the same ratio.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> rates = pf.financial_progress(pf.load_programme(), cutoff="2018-09-30", by="programme")
    >>> rates.set_index("indicator").loc["payment_rate", ["numerator", "denominator", "value"]].round(4).tolist()
    [281000000.0, 970470000.0, 0.2896]
    """
    (frame,) = tables_of(finance=finance)
    return with_names(progress_rates(positions_at(frame, as_cutoff(cutoff), by)), finance)


def certification_rate(
    finance: Programme | pd.DataFrame,
    *,
    cutoff: object,
    by: str | Sequence[str] = "axis",
    base: str = "allocation",
) -> pd.DataFrame:
    """Certified expenditure against the allocation, or against commitments, payments or declared expenditure.

    Formula: certified / base, both of one source; the base is the last one published not after the position of the
    certified amount (`other_date` when it is of an earlier one). The indicator is named `certification_rate`, or
    `certification_rate_of_<base>`.

    Parameters
    ----------
    finance, cutoff, by
        As in `financial_progress`.
    base
        allocation, committed, paid or declared.

    Returns
    -------
    DataFrame
        The result columns, one row per key; unit 1; numerator and denominator in euro. Notes as in
        `financial_progress`, and other_date.

    Raises
    ------
    ParameterError
        For another base, and as in `financial_progress`.

    References
    ----------
    Reg. (EU) 1303/2013, art. 126 and 131, for what is certified; the ratios are a convention.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> rates = pf.certification_rate(pf.load_programme(), cutoff="2018-09-30", by="programme")
    >>> rates[["numerator", "denominator", "value"]].iloc[0].round(4).tolist()
    [144000000.0, 970470000.0, 0.1484]
    """
    if base not in CERTIFICATION_BASES:
        raise ParameterError(f"base={base!r}: use one of {', '.join(CERTIFICATION_BASES)}")
    (frame,) = tables_of(finance=finance)
    return with_names(certification_rates(positions_at(frame, as_cutoff(cutoff), by), base), finance)


def progress_rates(positions: Positions) -> pd.DataFrame:
    """`financial_progress` of positions already looked up."""
    return make_result(rate_rows(positions, PROGRESS))


def certification_rates(positions: Positions, base: str) -> pd.DataFrame:
    """`certification_rate` of positions already looked up."""
    return make_result(rate_rows(positions, {("certified", base): CERTIFICATION[base]}))


def progress_over_time(finance: pd.DataFrame, *, cutoff: object, by: str | Sequence[str] = "programme") -> pd.DataFrame:
    """Every stage against the allocation in force, at every position published up to a date.

    Formula, parameters and result as in `financial_progress`, one row per key, rate and position; `cutoff` of a row is
    that position. Of two sources at one position the preferred one counts.
    """
    positions = positions_at(finance, as_cutoff(cutoff), by)
    keys, totals = positions.keys, positions.totals
    stages = totals[totals["stage"].isin(list(RATES))]
    plans = totals[totals["stage"] == "allocation"]
    rows = in_force(newest(stages, [*keys, "stage", "position"]), plans, keys, elsewhere=True)
    rows["lacks_part"], rows["base_lacks_part"] = _lacking(positions, rows.assign(base="allocation"))
    short, base_short = rows["missing"] | rows["lacks_part"], rows["base_missing"] | rows["base_lacks_part"]
    rows["numerator"] = rows["amount"]
    rows["value"] = rows["numerator"] / rows["denominator"].where(rows["denominator"] != 0)
    rows["note"] = join_notes(
        rows.index,
        {
            "published_total": rows["published_total"],
            "stale": rows["data_date"] < rows["position"],
            "partial": short | base_short,
            "partial_base": base_short & ~short,
            "zero_denominator": rows["denominator"] == 0,
            "not_reported": rows["denominator"].isna(),
            "plan_of_other_source": rows["base_elsewhere"],
            "own_reading": rows["reading"],
            **bound_flags(rows["bound"], rows["base_bound"]),
        },
    )
    rows["document"] = _cited(rows)
    rows["cutoff"], rows["unit"] = rows["position"], "1"
    rows["indicator"] = rows["stage"].map(RATES)
    if "axis" not in keys:
        rows["axis"] = ALL
    return make_result(_in_order(rows, tuple(RATES)))


def spend_positions(positions: Positions, stages: Sequence[str]) -> pd.DataFrame:
    """The grid of keys and stages known by the cutoff, with the newest published amount where there is one."""
    grid = positions.groups.merge(pd.DataFrame({"stage": list(stages)}), how="cross")
    return grid.merge(positions.newest, on=[*positions.keys, "stage"], how="left")


def rate_rows(positions: Positions, names: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """The rates of `names` (stage and base -> name), with the columns they were made of.

    In the order of the bases, of the keys, of the stages as money goes through them.
    """
    keys, cutoff = positions.keys, positions.cutoff
    asked = pd.DataFrame([(*pair, name) for pair, name in names.items()], columns=["stage", "base", "indicator"])
    grid = spend_positions(positions, list(dict.fromkeys(asked["stage"])))
    rows = grid.merge(asked, on="stage").reset_index(names="row")
    published = _over_bases(positions, rows[rows["amount"].notna()])
    published["lacks_part"], published["base_lacks_part"] = _lacking(positions, published)
    columns = ["denominator", "base_position", "base_missing", "base_bound", "base_document", "base_elsewhere"]
    columns += ["lacks_part", "base_lacks_part", *(f"base_{name}" for name in FIRMNESS)]
    rows = rows.join(published.set_index("row")[columns])
    short = rows["missing"].eq(True) | rows["lacks_part"].eq(True)
    base_short = rows["base_missing"].eq(True) | rows["base_lacks_part"].eq(True)
    rows["numerator"] = rows["amount"]
    below = rows["denominator"].where(rows["denominator"] != 0)
    rows["value"] = rows["numerator"] / below
    rows["note"] = join_notes(
        rows.index,
        {
            "published_total": rows["published_total"].eq(True),
            "stale": rows["data_date"] < cutoff,
            "partial": short | base_short,
            "partial_base": base_short & ~short,
            "zero_denominator": rows["denominator"] == 0,
            "not_reported": rows["numerator"].isna() | rows["denominator"].isna(),
            # the plan in force stays in force until the next one; a flow is of its own date
            "other_date": (rows["base_position"] < rows["position"]) & (rows["base"] != "allocation"),
            "plan_of_other_source": rows["base_elsewhere"].eq(True),
            "own_reading": rows["reading"].eq(True),
            **bound_flags(rows["bound"], rows["base_bound"]),
        },
    )
    rows["document"] = _cited(rows)
    rows["cutoff"] = cutoff
    rows["unit"] = "1"
    if "axis" not in keys:
        rows["axis"] = ALL
    return _in_order(rows, list(dict.fromkeys(asked["stage"])), list(dict.fromkeys(asked["base"])))


def _over_bases(positions: Positions, amounts: pd.DataFrame) -> pd.DataFrame:
    """The amounts with what each is set against (`in_force`); a plan alone may be that of another source."""
    bases = positions.totals.rename(columns={"stage": "base"})
    plans = {True: amounts["base"] == "allocation"}
    plans[False] = ~plans[True]
    found = [
        in_force(
            amounts[chosen],
            bases[bases["base"].isin(amounts.loc[chosen, "base"].unique())],
            [*positions.keys, "base"],
            *FIRMNESS,
            elsewhere=of_plan,
        )
        for of_plan, chosen in plans.items()
        if chosen.any() or (of_plan and amounts.empty)
    ]
    return found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)


def _cited(rows: pd.DataFrame) -> pd.Series:
    """The documents of the amount and of what it is set against."""
    other = rows["base_document"].notna() & (rows["base_document"] != rows["document"])
    return rows["document"].mask(other, rows["document"] + ";" + rows["base_document"].astype("object"))


def _in_order(rows: pd.DataFrame, stages: Sequence[str], bases: Sequence[str] = ()) -> pd.DataFrame:
    """Rows sorted by key, the stages in the order money goes through them, whatever the order of the input."""
    rows = rows.assign(place=rows["stage"].map({stage: place for place, stage in enumerate(stages)}))
    first = []
    if len(bases) > 1:
        rows["base_place"] = rows["base"].map({base: place for place, base in enumerate(bases)})
        first = ["base_place"]
    keys = [name for name in ("programme", "fund", "axis", "region_category") if name in rows]
    dates = ["position"] if "position" in rows else []
    return rows.sort_values([*first, *keys, "place", *dates], key=in_reading_order, kind="stable")


def lacks_amount(positions: Positions, amounts: pd.DataFrame) -> list[bool]:
    """Whether an amount lacks a part that the plan in force at its position gives money to."""
    keys = positions.keys
    known, _ = _cells(positions, amounts["stage"], amounts["position"])
    plan = positions.rows["stage"] == "allocation"
    ever = cells_of(positions.rows[plan & (positions.rows["axis"] != ALL) & (positions.rows["amount_eur"] > 0)], keys)
    places = keys_of(amounts, [*keys, "source", "stage", "position"])
    lacking = [bool(apart(ever[place[: len(keys)]], known[place])) for place in places]
    if not any(lacking):  # of no plan, and so not of the one in force
        return lacking
    plans = positions.totals[positions.totals["stage"] == "allocation"]
    rows = in_force(amounts.assign(row=range(len(amounts))), plans, keys, elsewhere=True)
    return _lacking(positions, rows.assign(base="allocation").sort_values("row"))[0]


def _lacking(positions: Positions, published: pd.DataFrame) -> tuple[list[bool], list[bool]]:
    """Whether a part (axis, fund, category of region) of the base lacks its amount, and one with an amount its base.

    A figure of the whole has its parts in it, and none to compare with.
    """
    keys, dates = positions.keys, pd.concat([published["position"], published["base_position"]])
    known, above = _cells(positions, pd.concat([published["base"], published["stage"]]), dates)
    amounts = keys_of(published, [*keys, "source", "stage", "position"])
    published = published.assign(base_source=published["base_source"].astype("str"))
    pairs = list(zip(amounts, keys_of(published, [*keys, "base_source", "base", "base_position"]), strict=True))
    return (
        [bool(apart(above[base], known[amount])) for amount, base in pairs],
        [bool(known[base] and apart(above[amount], known[base])) for amount, base in pairs],
    )


def _cells(positions: Positions, stages: pd.Series, dates: pd.Series) -> tuple[Cells, Cells]:
    """Of each key, source, stage and position the cells with an amount, and those of an axis with one above 0."""
    # few of the positions are asked for
    rows = positions.rows[positions.rows["cutoff"].isin(dates.unique()) & positions.rows["stage"].isin(stages.unique())]
    rows = rows[rows["amount_eur"].notna()].assign(source=lambda few: few["source"].astype("str"))
    at = [*positions.keys, "source", "stage", "cutoff"]
    return cells_of(rows, at), cells_of(rows[(rows["amount_eur"] > 0) & (rows["axis"] != ALL)], at)
