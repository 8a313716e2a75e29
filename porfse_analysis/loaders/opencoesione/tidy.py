"""The tidy tables of a programme out of its records, at any day.

At the newest day of the records the amounts are those of the projects. At an earlier one only what the files date is
known: payments up to that day, and commitments; what a project costs has no date, so `selected` is not given there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from porfse_analysis import codes, schema
from porfse_analysis.codes import reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.loaders.opencoesione.cells import each
from porfse_analysis.loaders.opencoesione.layout import COMMITMENTS, INDICATORS, PAYMENTS, words
from porfse_analysis.loaders.opencoesione.reading import Records

__all__ = ["SOURCE", "cutoffs_every", "tidy_tables", "what_to_know"]

SOURCE = "opencoesione"
_KEY = ["axis", "fund", "region_category"]
_STAGES = ("selected", "committed", "paid")
_CENT = 0.01
_PARTICIPANTS = ("CO01", "CO03", "CO05")
_TYPES = {"ESF": "OESF", "YEI": "OYEI"}
_LISTED = 4  # indicators of a project that stand in the file of projects
_STEPS = {"month": "ME", "quarter": "QE", "year": "YE"}


def cutoffs_every(records: Records, step: str) -> list[pd.Timestamp]:
    """The ends of months, quarters or years from the first payment or commitment on, and the newest day.

    Raises `ParameterError` for another step, and for records without dated payments or commitments.
    """
    if step not in _STEPS:
        raise ParameterError(f"every {step!r}: use one of {', '.join(_STEPS)}")
    days = [frame[day].min() for _, frame, day in _dated(records)]
    if not days:
        raise ParameterError(f"every {step}: the files have no dated payments; give the file pagamenti too")
    ends = pd.date_range(min(days), records.newest, freq=_STEPS[step])
    return sorted({*(pd.Timestamp(day) for day in ends), records.newest})


def tidy_tables(records: Records, cutoffs: Sequence[pd.Timestamp]) -> dict[str, pd.DataFrame]:
    """The tables axes, finance and achievements (where there are participants) at some days.

    Amounts are cumulative euro, exact to the cent. `data_date` is the oldest day that a project of the row was brought
    up to date, or the cutoff where that is earlier. Raises `ParameterError` for a day after the newest of the records,
    and for an earlier day where nothing is dated.
    """
    projects = _keyed(records)
    newest = records.newest
    dated = _dated(records)
    for day in cutoffs:
        if day > newest:
            raise ParameterError(
                f"cutoff {day.date()}: the records of {records.cci} go to {newest.date()}, what is later they lack"
            )
        if day < newest and not dated:
            raise ParameterError(
                f"cutoff {day.date()}: the projects have their amounts at {newest.date()} alone; "
                "give the file pagamenti, which has payments by day"
            )
    rows = [_at_newest(projects, newest, lossy=records.through_floats)]
    before = sorted(set(cutoffs) - {newest})
    if before:
        rows += [_by_day(projects, stage, frame, name, before) for stage, frame, name in dated]
    finance = pd.concat(rows, ignore_index=True)
    axes = _axes(projects, records.cci)
    order = {axis: place for place, axis in enumerate(axes["axis"])}
    stages = {stage: place for place, stage in enumerate(schema.STAGES)}
    finance = finance.assign(place=finance["axis"].map(order), step=finance["stage"].map(stages))
    order_of = ["cutoff", "place", "step", "fund", "region_category"]
    finance = finance.sort_values(order_of, kind="stable", ignore_index=True)
    tables = {"axes": axes, "finance": schema.conform("finance", finance.assign(source=SOURCE), programme=records.cci)}
    people = _achievements(records, projects, newest)
    if len(people):
        tables["achievements"] = people
    return tables


# --- keys ---


def _keyed(records: Records) -> pd.DataFrame:
    """The projects with axis, fund and category of region as our tables write them."""
    projects = records.projects.copy()
    for name in ("fund", "region_category"):
        if name not in projects:
            projects[name] = ""
        projects[name] = projects[name].replace(words(name)).astype("str")
        told = [text for text in projects[name].unique() if text]
        if len(told) == 1:
            projects[name] = told[0]
    if (projects["axis"] == schema.ALL).any():
        raise ParameterError(f"an axis is called {schema.ALL}, which stands for the whole programme")
    return projects


def _axes(projects: pd.DataFrame, cci: str) -> pd.DataFrame:
    """One row per axis; its title the one most of its projects have."""
    rows = []
    for axis in sorted(projects["axis"].unique(), key=reading_order(list(projects["axis"].unique()))):
        own = projects[projects["axis"] == axis]
        title = _commonest(own, "axis_title")
        objectives = {_padded(text) for cell in _texts(own, "thematic_objective") for text in cell.split(":::")} - {""}
        assistance = any(word in title.lower() for word in words("technical_assistance")) and not objectives
        one = "TA" if assistance else next(iter(objectives)) if len(objectives) == 1 else ""
        rows.append(
            {
                "axis": axis,
                "title_it": "" if title in words("no_axis") else title,
                "thematic_objective": one or ("MULTI" if objectives else ""),
                "technical_assistance": assistance,
                "source": SOURCE,
            }
        )
    return schema.conform("axes", pd.DataFrame(rows), programme=cci)


def _texts(rows: pd.DataFrame, name: str) -> list[str]:
    return list(rows[name].unique()) if name in rows else []


def _commonest(rows: pd.DataFrame, name: str) -> str:
    counts = rows.loc[rows[name] != "", name].value_counts() if name in rows else pd.Series(dtype="int64")
    return str(counts.index[0]) if len(counts) else ""


def _padded(text: str) -> str:
    return f"0{text}" if len(text) == 1 and text.isdecimal() else text


# --- amounts ---


def _cents(values: pd.Series) -> float:
    """The sum of amounts, in whole cents; NaN where none is known."""
    known = values.dropna().to_numpy()
    return float(np.round(known * 100).astype("int64").sum()) / 100 if len(known) else float("nan")


def _at_newest(projects: pd.DataFrame, newest: pd.Timestamp, *, lossy: bool) -> pd.DataFrame:
    rows = []
    for stage in _STAGES:
        if stage not in projects:
            continue
        for key, own in projects.groupby(_KEY, sort=False):
            error = _lost(own[stage]) if lossy else 0.0
            rows.append(
                dict(zip(_KEY, key, strict=True))
                | {"cutoff": newest, "stage": stage, "amount_eur": _cents(own[stage])}
                | {"data_date": own["updated"].min(), "precision": max(_CENT, error)}
                | {"qualifier": "about" if error else "exact"}
            )
    return pd.DataFrame(rows)


def _lost(amounts: pd.Series) -> float:
    """The digit that a sum of amounts which went through 32-bit numbers is exact to; 0 where each kept its cents."""
    steps = np.spacing(amounts.dropna().abs().to_numpy().astype("float32")).astype("float64")
    return float(steps[steps > _CENT].sum())


def _dated(records: Records) -> list[tuple[str, pd.DataFrame, str]]:
    """What the files have by day: stage, rows, and the name of their day."""
    found = []
    payments, commitments = records.get(PAYMENTS), records.get(COMMITMENTS)
    if commitments is not None and len(commitments):
        found.append(("committed", commitments, "committed_on"))
    if payments is not None and len(payments):
        found.append(("paid", payments, "paid_on" if "paid_on" in payments else "total_at"))
    return found


def _by_day(
    projects: pd.DataFrame, stage: str, frame: pd.DataFrame, name: str, days: Sequence[pd.Timestamp]
) -> pd.DataFrame:
    """One stage at some days, from rows by day: single ones are added, of totals each project's last one counts.

    Commitments of a financial instrument are what its manager was given, not what is binding: an axis that has one is
    left without a figure.
    """
    groups = projects.groupby(_KEY, sort=False)
    keys = [tuple(map(str, key)) for key in projects[_KEY].drop_duplicates().itertuples(index=False, name=None)]
    of_project = pd.Series(groups.ngroup().to_numpy(), index=projects["project"])
    frame = frame.assign(group=of_project.reindex(frame["project"]).to_numpy())
    if name == "total_at":
        sums, oldest = _of_totals(frame, stage, days, len(keys))
    else:
        sums, oldest = _of_single(frame, stage, name, days, len(keys)), None
    unknown: set[int] = set()
    if stage == "committed" and "nature" in projects:
        instruments = projects[projects["nature"].isin(words("financial_instrument"))]
        unknown = set(of_project[instruments["project"]])
    updated = groups["updated"].min()
    rows = []
    for place, day in enumerate(days):
        for group, key in enumerate(keys):
            known = min(day, updated[key])
            dated = oldest[group][place] if oldest is not None else None
            rows.append(
                dict(zip(_KEY, key, strict=True))
                | {"cutoff": day, "stage": stage, "data_date": known if dated is None else min(known, dated)}
                | {"amount_eur": float("nan") if group in unknown else sums[group, place] / 100}
                | {"precision": _CENT, "qualifier": "exact"}
            )
    return pd.DataFrame(rows)


def _of_single(frame: pd.DataFrame, stage: str, name: str, days: Sequence[pd.Timestamp], groups: int) -> np.ndarray:
    """Cents up to each day, by group: single rows, with their sign, added up."""
    place = np.searchsorted(np.array(days, dtype=schema.DATE_DTYPE), frame[name].to_numpy(), side="left")
    cents = np.round(frame[stage].fillna(0.0).to_numpy() * 100).astype("int64")
    sums = np.zeros((groups, len(days) + 1), dtype="int64")
    np.add.at(sums, (frame["group"].to_numpy(), place), cents)
    return sums[:, :-1].cumsum(axis=1)


def _of_totals(
    frame: pd.DataFrame, stage: str, days: Sequence[pd.Timestamp], groups: int
) -> tuple[np.ndarray, list[list[pd.Timestamp | None]]]:
    """Cents at each day, by group, of cumulative totals; and the oldest day of the totals that count."""
    sums = np.zeros((groups, len(days)), dtype="int64")
    oldest: list[list[pd.Timestamp | None]] = [[None] * len(days) for _ in range(groups)]
    frame = frame.sort_values("total_at", kind="stable")
    for place, day in enumerate(days):
        last = frame[frame["total_at"] <= day].drop_duplicates("project", keep="last")
        cents = np.round(last[stage].fillna(0.0).to_numpy() * 100).astype("int64")
        np.add.at(sums[:, place], last["group"].to_numpy(), cents)
        for group, first in last.groupby("group")["total_at"].min().items():
            oldest[int(str(group))][place] = first
    return sums, oldest


def what_to_know(records: Records) -> list[tuple[str, dict[str, object]]]:
    """Notices of what the figures of some records lack, or have otherwise than a reader would think."""
    projects = _keyed(records)
    notices: list[tuple[str, dict[str, object]]] = []
    for stage in _STAGES:
        if stage not in projects:
            notices.append(("no_stage", {"stage": stage}))
        elif projects[stage].isna().any():
            notices.append(("no_amount", {"stage": stage, "count": int(projects[stage].isna().sum())}))
    if "nature" in projects:
        count = int(projects["nature"].isin(words("financial_instrument")).sum())
        notices += [("instruments", {"count": count})] if count else []
    hidden = _hidden(projects) if records.get(INDICATORS) is None else projects.iloc[:0]
    notices += [("people_partial", {"count": len(hidden)})] if len(hidden) else []
    return notices + _otherwise(records)


def _otherwise(records: Records) -> list[tuple[str, dict[str, object]]]:
    """Notices of axes whose payments or commitments by day are another sum than what their projects have."""
    projects = _keyed(records)
    notices: list[tuple[str, dict[str, object]]] = []
    for stage, frame, name in _dated(records):
        if stage not in projects:
            continue
        rows = _by_day(projects, stage, frame, name, [max(records.newest, frame[name].max())])
        for axis, own in projects.groupby("axis", sort=False):
            of_projects = _cents(own[stage].fillna(0.0))
            by_day = rows.loc[rows["axis"] == axis, "amount_eur"].sum(skipna=False)
            if abs(of_projects - by_day) >= _CENT / 2:
                notices.append(
                    ("otherwise", {"axis": axis, "stage": stage, "projects": of_projects, "by_day": round(by_day, 2)})
                )
    return notices


# --- people ---


def _achievements(records: Records, projects: pd.DataFrame, newest: pd.Timestamp) -> pd.DataFrame:
    """The common indicators of the Social Fund: values and, of those told by sex, women and men; none without any."""
    listed = records.get(INDICATORS)
    partial = listed is None
    counted = _first_four(projects) if listed is None else listed
    counted = counted.merge(projects[["project", *_KEY, "updated"]], on="project")
    number, sex = _participants(counted["indicator"])
    counted = counted.assign(number=number, sex=sex, indicator_type=counted["fund"].map(_TYPES))
    counted = counted[(counted["number"] != "") & counted["indicator_type"].notna()]
    if counted.empty:
        return schema.empty("achievements")
    counted = counted.assign(indicator_code="CO" + counted["number"]).drop_duplicates(["project", "indicator", "value"])
    by_sex = counted["sex"].ne("").groupby([counted["project"], counted["number"]]).transform("any")
    counted = counted[~by_sex | counted["sex"].ne("")]  # a total beside its two parts is not a third
    again = counted.duplicated(["project", "indicator"], keep=False)
    counted = counted.assign(value=counted["value"].mask(again))  # two values for one: which counts is not known
    priorities = projects.set_index("project").get("investment_priority", pd.Series(dtype="str"))
    counted["investment_priority"] = counted["project"].map(each(priorities, _priority)).fillna("")
    key = ["axis", "fund", "investment_priority", "region_category", "indicator_type", "indicator_code"]
    rows = []
    for group, own in counted.groupby(key, sort=True):
        sexes = {name: own.loc[own["sex"] == sex, "value"] for name, sex in (("women", "F"), ("men", "M"))}
        known = not own["value"].isna().any()
        rows.append(
            dict(zip(key, group, strict=True))
            | {"value": own["value"].sum() if known else float("nan"), "data_date": own["updated"].min()}
            | {name: own_sex.sum() if len(own_sex) and known else float("nan") for name, own_sex in sexes.items()}
        )
    table = pd.DataFrame(rows)
    if partial:
        hidden = _hidden(projects)
        bounds = set(zip(hidden["axis"], hidden["investment_priority"], strict=True))
        pairs = zip(table["axis"], table["investment_priority"], strict=True)
        table["qualifier"] = ["more_than" if pair in bounds else "exact" for pair in pairs]
        table = pd.concat([table, pd.DataFrame(_unlisted(hidden))], ignore_index=True)
    table = table.assign(cutoff=newest, source=SOURCE, unit="Number")
    return schema.conform("achievements", table, programme=records.cci)


def _participants(indicators: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The number and the sex of indicators of participants; the empty text where there is none."""
    found = {code: re.fullmatch(words("participants"), code.upper(), re.ASCII) for code in indicators.unique()}
    parts = {code: told.groups() if told else ("", "") for code, told in found.items()}
    return each(indicators, lambda code: parts[code][0]), each(indicators, lambda code: parts[code][1])


def _priority(cell: str) -> str:
    """The investment priority of a project, in our spelling; none where it has several."""
    return codes.CODES["investment_priority"][1](cell) or cell if ":::" not in cell else ""


def _first_four(projects: pd.DataFrame) -> pd.DataFrame:
    """The indicators that stand in the file of projects: the first four of each."""
    parts = [
        projects[["project", f"indicator_{place}", f"value_{place}"]].set_axis(
            ["project", "indicator", "value"], axis=1
        )
        for place in range(1, _LISTED + 1)
        if f"indicator_{place}" in projects and f"value_{place}" in projects
    ]
    empty = pd.DataFrame({"project": pd.Series(dtype="str"), "indicator": pd.Series(dtype="str"), "value": []})
    found = pd.concat(parts, ignore_index=True) if parts else empty
    return found[found["indicator"] != ""]


def _hidden(projects: pd.DataFrame) -> pd.DataFrame:
    """The projects that have more indicators than stand in the file of projects, or do not say how many they have."""
    count = projects["indicators"] if "indicators" in projects else pd.Series(np.inf, index=projects.index)
    hidden = projects[(count.fillna(np.inf) > _LISTED) & projects["fund"].isin(list(_TYPES))]
    priorities = hidden.get("investment_priority", pd.Series("", index=hidden.index))
    return hidden.assign(investment_priority=each(priorities, _priority))


def _unlisted(hidden: pd.DataFrame) -> list[dict[str, object]]:
    """For each axis with such projects a row without a value.

    It makes the sum of the axis `partial`; its type of indicator is empty, so that it is the key of no other row.
    """
    return [
        dict(zip(_KEY, key, strict=True)) | {"indicator_code": _PARTICIPANTS[0], "data_date": own["updated"].min()}
        for key, own in hidden.groupby(_KEY)
    ]
