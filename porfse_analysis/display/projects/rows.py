"""What the page of the projects tells, as frames: concentration, unpaid commitments, procedures, kinds, outliers.

Each function takes the projects of an import (one row each; amounts in euro at the day the records are of) and gives
rows with counts, amounts and, as `share`, the amount over that of all rows. Nothing is rounded or estimated; a project
of several places, forms or fields is in a row of its own, since its amounts are not split.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

__all__ = ["by_kind", "concentration", "outliers", "procedures", "unpaid"]

SEVERAL, NONE = "several", "none"
_SEPARATOR = ":::"
_YEAR = 365.25
_LONG_ENDED = pd.Timedelta(days=366)
_REASONS = ("paid_above_selected", "paid_above_committed", "ended_unpaid")


def _shared(rows: pd.DataFrame, name: str, whole: float) -> pd.DataFrame:
    return rows.assign(share=rows[name] / whole if whole else math.nan)


def concentration(projects: pd.DataFrame) -> pd.DataFrame:
    """How much of the payments the projects with the largest have: group, projects, paid, share.

    Groups: the ten largest; the largest hundredth, tenth and half of the projects that have payments; all of those.
    """
    paid = projects.loc[projects["paid"] > 0, "paid"].sort_values(ascending=False)
    sizes = {"ten": 10, "hundredth": math.ceil(len(paid) / 100), "tenth": math.ceil(len(paid) / 10)}
    sizes |= {"half": math.ceil(len(paid) / 2), "all": len(paid)}
    if len(paid) <= sizes["ten"]:
        del sizes["ten"]
    rows = [{"group": group, "projects": size, "paid": paid.head(size).sum()} for group, size in sizes.items()]
    found = pd.DataFrame(rows if len(paid) else [], columns=["group", "projects", "paid"])
    return _shared(found, "paid", float(paid.sum()))


def unpaid(projects: pd.DataFrame, commitments: pd.DataFrame | None, at: pd.Timestamp) -> pd.DataFrame:
    """What is committed and not paid, by age: age, projects, amount, share.

    Of each project commitments less payments, where that is above zero; a project without payments has paid none. Its
    age is from its first commitment by day, else from its start, to `at`.
    """
    columns = ["age", "projects", "amount"]
    if "committed" not in projects:
        return _shared(pd.DataFrame(columns=columns), "amount", 0.0)
    left = projects.assign(amount=projects["committed"] - projects["paid"].fillna(0.0))
    left = left[left["amount"] > 0]
    since = left["start"] if "start" in left else pd.Series(pd.NaT, index=left.index)
    if commitments is not None:
        first = commitments[commitments["committed"] > 0].groupby("project")["committed_on"].min()
        since = left["project"].map(first).fillna(since)
    years = np.floor((at - since).dt.days / _YEAR)
    ages = pd.Series(np.select([years < 1, years < 2, years < 3, years >= 3], ["0", "1", "2", "3"], NONE), left.index)
    rows = left.groupby(ages)["amount"].agg(["size", "sum"]).reset_index()
    return _shared(rows.set_axis(columns, axis=1), "amount", float(left["amount"].sum()))


def procedures(projects: pd.DataFrame, payments: pd.DataFrame | None) -> pd.DataFrame:
    """From call to first payment: procedure, kind, projects, call, award, first_payment, days, paid.

    `call` is the earliest start of a phase of award, `days` from there to the first payment; where a file or a column
    lacks there is no figure.
    """
    columns = ["procedure", "kind", "projects", "call", "award", "first_payment", "days", "paid"]
    if "procedure" not in projects:
        return pd.DataFrame(columns=columns)
    named = projects[projects["procedure"] != ""]
    dates = {"call": "call_start", "award": "award_start"}
    own = named.assign(
        kind=named.get("procedure_type", pd.Series("", index=named.index)),
        first_payment=pd.Series(pd.NaT, index=named.index),
        **{name: named.get(column, pd.Series(pd.NaT, index=named.index)) for name, column in dates.items()},
    )
    if payments is not None and "paid_on" in payments:
        first = payments[payments["paid"] > 0].groupby("project")["paid_on"].min()
        own["first_payment"] = own["project"].map(first)
    firsts = {name: (name, "min") for name in ("call", "award", "first_payment")}
    paid = ("paid", lambda amounts: amounts.sum(min_count=1))
    groups = own.groupby("procedure", sort=False, as_index=False)
    rows = groups.agg(kind=("kind", "first"), projects=("project", "size"), **firsts, paid=paid)
    rows["days"] = (pd.to_datetime(rows["first_payment"]) - pd.to_datetime(rows["call"])).dt.days
    return rows[columns].sort_values("paid", ascending=False, kind="stable", ignore_index=True)


def by_kind(projects: pd.DataFrame, name: str, code: str = "") -> pd.DataFrame:
    """Projects and amounts by what a column says: kind, code, projects, selected, paid, share (of the payments).

    Cells with several values are `several`, empty ones `none`; these two stand last. `code`: the column of the codes.
    """
    columns = ["kind", "code", "projects", "selected", "paid"]
    if name not in projects:
        return _shared(pd.DataFrame(columns=columns), "paid", 0.0)
    texts = projects[name]
    kinds = texts.mask(texts.str.contains(_SEPARATOR, regex=False), SEVERAL).mask(texts == "", NONE)
    codes = projects[code].mask(kinds.isin([SEVERAL, NONE]), "") if code in projects else ""
    groups = projects.assign(kind=kinds, code=codes).groupby(["kind", "code"], as_index=False)
    rows = groups.agg(
        projects=("project", "size"),
        selected=("selected", lambda amounts: amounts.sum(min_count=1)),
        paid=("paid", lambda amounts: amounts.sum(min_count=1)),
    )
    last = rows["kind"].isin([SEVERAL, NONE])
    order = rows.assign(last=last).sort_values(["last", "paid", "kind"], ascending=[True, False, True], kind="stable")
    return _shared(order.drop(columns="last").reset_index(drop=True), "paid", float(rows["paid"].sum()))


def outliers(projects: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Projects to look into, by their code: project, axis, selected, committed, paid, reason.

    Payments above the eligible cost, or above the commitments; ended more than a year before `at`, with commitments and
    without a payment. The largest differences first; each project once, for the first of these reasons.
    """
    committed = projects["committed"] if "committed" in projects else pd.Series(math.nan, index=projects.index)
    paid = projects["paid"]
    ended = projects["end"] < at - _LONG_ENDED if "end" in projects else pd.Series(data=False, index=projects.index)
    waiting = ended & (committed > 0) & paid.fillna(0.0).eq(0)
    reasons = [paid > projects["selected"], paid > committed, waiting]
    reason = np.select(reasons, _REASONS, "")
    size = np.select(reasons, [paid - projects["selected"], paid - committed, committed], 0.0)
    rows = projects[["project", "axis", "selected", "paid"]].assign(committed=committed, reason=reason, size=size)
    rows = rows[rows["reason"] != ""].sort_values(["size", "project"], ascending=[False, True], kind="stable")
    return rows[["project", "axis", "selected", "committed", "paid", "reason"]].reset_index(drop=True)
