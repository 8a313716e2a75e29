"""The Commission's payments to a programme, year by year: table gayr-92qh of its open data."""

from __future__ import annotations

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import Fault
from porfse_analysis.loaders.cohesion.forms import PAYMENT_FUNDS
from porfse_analysis.loaders.cohesion.registry import FORMS
from porfse_analysis.loaders.cohesion.source import RawTable, TableSource
from porfse_analysis.loaders.cohesion.tables import read_table

__all__ = ["PAYMENTS", "payments_of", "read_payments"]

PAYMENTS = "ec-gayr-92qh"


def read_payments(source: TableSource | RawTable, *, whole: bool = False) -> pd.DataFrame:
    """The table "EU payments" (gayr-92qh): one row per programme, fund, category of region and year.

    `source`, types and errors as for `read_finance`. Amounts are cumulative euro of EU support. Columns: programme,
    title, ms, fund, region_category, year, planned_eu_eur (net of decommitments where the table has that; older forms
    have the plan alone), net_prefinancing_eur, net_interim_eur, net_total_eur, latest_period (the newest year, whose
    figures may be of a day before its end), and as published, gross: initial_prefinancing_eur,
    additional_prefinancing_eur, annual_prefinancing_eur, interim_payments_eur, and what was recovered of each:
    initial_prefinancing_recovered_eur, annual_prefinancing_recovered_eur, expenditure_recovered_eur.
    """
    frame = read_table(source, "payments", whole, _faults)
    net = frame["planned_eu_eur"]
    frame["planned_eu_eur"] = frame["planned_before_eur"] if net.isna().all() else net
    return frame.drop(columns="planned_before_eur")


def _faults(frame: pd.DataFrame, raw: RawTable) -> list[Fault]:
    """No plan at all; rows said to be of the newest year beside a later one of the same programme, fund and category:
    two downloads.
    """
    if frame[["planned_eu_eur", "planned_before_eur"]].isna().all(axis=None):
        names = [alias for field in FORMS["payments"].fields if "planned" in field.name for alias in field.aliases]
        return [Fault(f"has no plan: {' or '.join(names)}", raw.name, remedy="Download the table again, with that")]
    rows = frame[frame["fund"].isin(PAYMENT_FUNDS)]
    newest = rows.groupby(["programme", "fund", "region_category"], observed=True)["year"].transform("max")
    older = rows.assign(newest=newest)[rows["latest_period"] & (rows["year"] < newest)]
    return [
        raw.fault(
            int(str(place)),
            f"is the latest period here, other rows of {row['programme']} {row['fund']} are of {row['newest']}: "
            "two downloads are mixed",
            "is_latest_period",
            str(row["year"]),
            "Give one download at a time",
        )
        for place, row in older.iterrows()
    ]


def payments_of(payments: pd.DataFrame, cci: str, retrieved: pd.Timestamp | None) -> pd.DataFrame:
    """Table `eu_payments` of a programme, out of what `read_payments` gave.

    The figures of the newest year are of the day of the download, where that is known and in that year; else of no
    known day. All others are of 31 December.
    """
    rows = payments[(payments["programme"] == cci) & payments["fund"].isin(PAYMENT_FUNDS)]
    rows = rows.astype({"fund": "str", "region_category": "str"})
    amounts = [column.name for column in schema.TABLES["eu_payments"].columns if column.kind == "amount"]
    rows = rows.assign(**{name: rows[name].round(2) for name in amounts}, source=PAYMENTS)
    day = pd.Series(pd.NaT, index=rows.index, dtype=schema.DATE_DTYPE)
    if retrieved is not None:
        day = day.mask(rows["latest_period"] & (rows["year"] == retrieved.year), retrieved)
    order = ["year", "fund", "region_category"]
    rows = rows.assign(data_date=day).sort_values(order, kind="stable", ignore_index=True)
    return schema.conform("eu_payments", rows, programme=cci)
