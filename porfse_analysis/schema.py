"""The tables of a programme, once: their columns, keys and what a cell may hold.

Everything that reads, checks, writes or explains a table starts from `TABLES`. Files leave the column `programme` out;
frames in memory begin with it (`frame_columns`). An empty text is "", a missing number NaN, a missing date NaT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from porfse_analysis.amounts import QUALIFIERS
from porfse_analysis.errors import ParameterError

__all__ = [
    "ALL",
    "DATE_DTYPE",
    "FALSE",
    "FORMER_NAMES",
    "STAGES",
    "TABLES",
    "TRUE",
    "Column",
    "Table",
    "conform",
    "empty",
    "frame_columns",
]

ALL = "ALL"
"""The axis of a figure published for the whole programme; it is never added to the axes."""

STAGES = ("allocation", "activated", "selected", "committed", "paid", "declared", "certified")
"""Financial stages in the order money goes through them."""

TARGET_KINDS = ("financial", "output", "result", "key_implementation_step")

TRUE, FALSE = ("yes", "true", "True", "TRUE", "1"), ("no", "false", "False", "FALSE", "0")
"""How a flag is written in a file."""

DATE_DTYPE: Final = "datetime64[us]"

# kind of a cell -> dtype of the column in memory
_DTYPES: dict[str, Any] = {
    "text": "str",
    "date": DATE_DTYPE,
    "amount": "float64",
    "number": "float64",
    "year": "Int64",
    "flag": "bool",
}


@dataclass(frozen=True)
class Column:
    """One column: what a cell holds and whether it may be left empty or the whole column out.

    `kind`: text, date, amount (euro, at most two decimals, not negative), number (not negative), year, flag (yes/no).
    `refers_to` is the table whose key a filled cell must be; with `may_be_all` it may be `ALL` too. `code` is the kind
    of code a cell holds (`porfse_analysis.codes`), of which other spellings are refused.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    optional: bool = False
    allowed: tuple[str, ...] = ()
    default: Any = None
    refers_to: str = ""
    may_be_all: bool = False
    code: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its columns in order and the columns that together identify a row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in a file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)

    @property
    def references(self) -> tuple[Column, ...]:
        """The columns that refer to another table."""
        return tuple(column for column in self.columns if column.refers_to)


def _text(name: str, meaning: str, **rest: Any) -> Column:
    return Column(name, "text", meaning, **rest)


def _date(name: str, meaning: str, **rest: Any) -> Column:
    return Column(name, "date", meaning, **rest)


def _source(name: str, meaning: str, **rest: Any) -> Column:
    return _text(name, meaning, refers_to="sources", **rest)


_AXIS = _text(
    "axis",
    "code of the axis as the programme writes it; ALL: the whole programme",
    required=True,
    refers_to="axes",
    may_be_all=True,
)
_CUTOFF = _date("cutoff", "nominal reporting date of the published position", required=True)
_FUND = _text("fund", "ESF, YEI, ERDF, CF", code="fund")
_REGION = _text("region_category", "category of region; empty where there is none", code="region_category")
_PART = (
    _text("fund", "fund; empty: the only one of the programme", optional=True, code="fund"),
    _text(
        "region_category",
        "category of region; empty: the only one of the fund, or none",
        optional=True,
        code="region_category",
    ),
)
_SOURCE = _source("source", "identifier of the source (table sources)", required=True)
_QUALIFIER = _text("qualifier", "how the figure is meant", allowed=QUALIFIERS, optional=True, default="exact")
_PRECISION = Column("precision", "number", "unit of the last published digit", optional=True)
_PLAN = _text("plan_version", "version of the programme in force", optional=True)
_INDICATOR_KEY = (
    _AXIS,
    _FUND,
    _text("investment_priority", "investment priority (8i, 9iv ...)", code="investment_priority"),
    _REGION,
    _text(
        "indicator_type", "type of the indicator as the source codes it (OESF, RESF, RYEI ...)", code="indicator_type"
    ),
    _text("indicator_code", "code of the indicator (CO01 ...)", required=True, code="indicator_code"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "axes",
            ("axis",),
            (
                _text("axis", "code of the axis as the programme writes it", required=True),
                _text("title_it", "title in Italian"),
                _text("title_en", "title in English"),
                _text("thematic_objective", "thematic objective (08, 09, ... TA)", optional=True),
                Column("technical_assistance", "flag", "yes for technical assistance, else no", required=True),
                _text("strand_it", "strand of the programme the axis belongs to, in Italian", optional=True),
                _text("strand_en", "strand of the programme the axis belongs to, in English", optional=True),
                _text("objective_it", "what the axis is for, in Italian", optional=True),
                _text("objective_en", "what the axis is for, in English", optional=True),
                _source("source", "source of the titles", optional=True),
            ),
            required=True,
        ),
        Table(
            "finance",
            ("axis", "cutoff", "stage", "fund", "region_category", "source"),
            (
                _AXIS,
                _CUTOFF,
                _text("stage", "financial stage", required=True, allowed=STAGES),
                _FUND,
                _REGION,
                _SOURCE,
                Column("amount_eur", "amount", "cumulative amount in euro; empty: not published"),
                Column("eu_amount_eur", "amount", "the part paid by the Union (allocation rows)", optional=True),
                _date("data_date", "date the figure is of, when it is not the cutoff", optional=True),
                _QUALIFIER,
                _PRECISION,
                _PLAN,
                _text(
                    "reading_it", "what the document says, where stage or axis are not in it, in Italian", optional=True
                ),
                _text(
                    "reading_en", "what the document says, where stage or axis are not in it, in English", optional=True
                ),
            ),
            required=True,
        ),
        Table(
            "achievements",
            (*(column.name for column in _INDICATOR_KEY), "cutoff", "source"),
            (
                *_INDICATOR_KEY,
                _CUTOFF,
                _SOURCE,
                Column("value", "number", "cumulative value at the cutoff; empty: not published"),
                Column("women", "number", "of which women", optional=True),
                Column("men", "number", "of which men", optional=True),
                _QUALIFIER,
                _text("unit", "unit of the value", optional=True),
                _date("data_date", "date the value is of, when it is not the cutoff", optional=True),
                _text("reported_in", "report the value was taken from (2020.0: report of 2020)", optional=True),
            ),
        ),
        Table(
            "targets",
            (*(column.name for column in _INDICATOR_KEY), "plan_version", "source"),
            (
                *_INDICATOR_KEY,
                _text("plan_version", "version of the programme that sets the target", required=True),
                _SOURCE,
                _date("valid_from", "first position published with that version", required=True),
                Column("milestone", "number", "milestone, due by the date the period sets", optional=True),
                Column("target", "number", "final target, due by the date the period sets"),
                _text("unit", "unit; % marks a target that is a percentage", optional=True),
                _text("kind", "kind of indicator", allowed=TARGET_KINDS, optional=True, default=""),
                Column(
                    "in_performance_framework",
                    "flag",
                    "yes when the performance framework counts it",
                    optional=True,
                    default=False,
                ),
            ),
        ),
        Table(
            "measures",
            ("measure", "valid_from"),
            (
                _text("measure", "identifier of the measure", required=True),
                _date("valid_from", "date from which the row holds", required=True),
                _text("axis", "axis; empty when no source settles it", refers_to="axes"),
                _text("title_it", "title in Italian"),
                _text("title_en", "title in English"),
                _text("recipients_it", "who is counted, in Italian", optional=True),
                _text("recipients_en", "who is counted, in English", optional=True),
                Column("value", "number", "recipients reached", optional=True),
                _QUALIFIER,
                _PRECISION,
                _date("cutoff", "date of the recipients", optional=True),
                _SOURCE,
                _source("axis_source", "source that settles the axis", optional=True),
            ),
        ),
        Table(
            "eu_commitments",
            ("year", "fund", "region_category"),
            (
                Column("year", "year", "year of the commitment", required=True),
                *_PART,
                Column("eu_commitment_eur", "amount", "annual EU commitment, performance reserve included"),
                Column("performance_reserve_eur", "amount", "performance reserve within it", optional=True),
                Column("flexibility_amount_eur", "amount", "flexibility amount within it", optional=True),
                Column(
                    "prefinancing_received_eur",
                    "amount",
                    "pre-financing received in the year, initial and annual",
                    optional=True,
                ),
                _SOURCE,
            ),
        ),
        Table(
            "eu_payments",
            ("year", "fund", "region_category"),
            (
                Column("year", "year", "year up to whose end the amounts are", required=True),
                *_PART,
                Column("planned_eu_eur", "amount", "EU support planned"),
                Column("net_prefinancing_eur", "amount", "pre-financing less what was cleared or recovered"),
                Column(
                    "net_interim_eur",
                    "amount",
                    "interim payments, with the pre-financing cleared by expenditure, less recoveries",
                ),
                Column("net_total_eur", "amount", "net pre-financing and net interim payments together"),
                Column(
                    "latest_period",
                    "flag",
                    "yes in the newest year of the source: the figures may be of a day before its end",
                    optional=True,
                    default=False,
                ),
                _date("data_date", "date the figures are of, when it is not 31 December", optional=True),
                Column("initial_prefinancing_eur", "amount", "initial pre-financing paid, gross", optional=True),
                Column(
                    "additional_prefinancing_eur",
                    "amount",
                    "additional initial pre-financing paid, gross",
                    optional=True,
                ),
                Column("annual_prefinancing_eur", "amount", "annual pre-financing paid, gross", optional=True),
                Column("interim_payments_eur", "amount", "interim payments, gross", optional=True),
                Column(
                    "initial_prefinancing_recovered_eur", "amount", "initial pre-financing recovered", optional=True
                ),
                Column("annual_prefinancing_recovered_eur", "amount", "annual pre-financing recovered", optional=True),
                Column("expenditure_recovered_eur", "amount", "expenditure recovered", optional=True),
                _SOURCE,
            ),
        ),
        Table(
            "certification_targets",
            ("due", "source"),
            (
                _date("due", "day by which the share is to be certified", required=True),
                Column(
                    "share", "number", "share of the allocation to be certified by then: 0.085 is 8.5%", required=True
                ),
                _PRECISION,
                _SOURCE,
            ),
        ),
        Table(
            "population",
            ("area", "year"),
            (
                _text("area", "code of the area (NUTS)", required=True),
                Column("year", "year", "year", required=True),
                Column("residents", "number", "residents on 1 January", required=True),
                _SOURCE,
            ),
        ),
        Table(
            "claims",
            ("claim",),
            (
                _text("claim", "identifier of the claim", required=True),
                _text("text_it", "what the document says, in Italian", required=True),
                _text("text_en", "what the document says, in English"),
                _text(
                    "quantity",
                    "what is counted: a stage, its rate, participants, recipients_MEASURE ...",
                    required=True,
                ),
                _text("axis", "axis, or ALL", required=True, refers_to="axes", may_be_all=True),
                Column("value", "number", "value stated; empty when the claim has none", optional=True),
                Column("out_of", "number", "of how many in all, when the value counts some of them", optional=True),
                _text("unit", "unit of the value (EUR, participant, indicator, 1)", optional=True),
                _QUALIFIER,
                _PRECISION,
                _date("cutoff", "date the claim is of", required=True),
                _SOURCE,
            ),
        ),
        Table(
            "sources",
            ("source",),
            (
                _text("source", "identifier of the source", required=True),
                _text("title_it", "title, in Italian", required=True),
                _text("title_en", "title, in English"),
                _text("series", "series of documents it belongs to; empty: it alone", optional=True),
                _text("publisher", "who published it"),
                _date("date", "date of publication or of the copy used", optional=True),
                _text("page", "page, slide or table", optional=True),
                _text("address", "where it can be found", optional=True),
                _text("licence", "licence", optional=True),
            ),
            required=True,
        ),
    )
}

FORMER_NAMES: Mapping[str, Mapping[str, str]] = {"targets": {"milestone_2018": "milestone", "target_2023": "target"}}
"""Table -> former name of a column -> its name now: files with the former one are still read."""


def frame_columns(name: str) -> tuple[str, ...]:
    """The columns of table `name` in memory: `programme` first."""
    return ("programme", *TABLES[name].names)


def empty(name: str) -> pd.DataFrame:
    """Table `name` without rows, with its columns and their types."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    dtypes = {"programme": "str"} | {column.name: _DTYPES[column.kind] for column in TABLES[name].columns}
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in dtypes.items()})


def conform(name: str, frame: pd.DataFrame, *, programme: str | None = None) -> pd.DataFrame:
    """The frame with the columns, order, types and defaults of table `name`.

    `programme` (a CCI) fills the column of that name. Cells are not checked: `table_faults.find_faults` does that.
    Raises `ParameterError` for what cannot be taken as it is: neither the column nor the code of the programme, no
    column that tells its rows apart or without which its figures say nothing (titles, texts and sources may be left
    out), dates not written YYYY-MM-DD, flags other than yes and no, codes that were read as numbers ("01" is no longer
    1).
    """
    table = TABLES[name]
    told_by = {column.name for column in table.columns if column.name in table.key and column.refers_to != "sources"}
    needed = [item.name for item in table.columns if item.required and (item.name in told_by or item.kind != "text")]
    lacking = [column for column in needed if column not in frame]
    if lacking:
        raise ParameterError(f"{name} has no column {', '.join(lacking)}, which every row needs")
    columns: dict[str, pd.Series] = {}
    if programme is None and "programme" not in frame:
        raise ParameterError(f"{name} has no column programme: give the code of the programme, programme=CCI")
    columns["programme"] = (
        frame["programme"] if programme is None else pd.Series(programme, index=frame.index, dtype="str")
    )
    for column in table.columns:
        dtype = _DTYPES[column.kind]
        if column.name not in frame:
            filler = column.default if column.default is not None else _missing(column.kind)
            columns[column.name] = pd.Series(filler, index=frame.index, dtype=dtype)
            continue
        try:
            columns[column.name] = _converted(frame[column.name], column).astype(dtype)
        except (ValueError, TypeError) as error:
            raise ParameterError(f"{name}: column {column.name} cannot be read as {column.kind}: {error}") from error
    # all have the index of the frame: pandas need not line them up
    return pd.DataFrame({name: column.array for name, column in columns.items()}, index=frame.index)


def _converted(values: pd.Series, column: Column) -> pd.Series:
    """The cells of a column, ready to take its type; `ValueError` for those that would become something else."""
    if column.kind == "text":
        if pd.api.types.is_numeric_dtype(values) and values.notna().any():
            raise ValueError("its codes were read as numbers; read them as texts (dtype=str)")
        values = values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype) else values
        values = (values.fillna("") if values.hasnans else values).astype("str")
        return values.mask(values == "", column.default) if column.default else values
    if pd.api.types.is_string_dtype(values.dtype):
        values = values.where(values != "")
        if column.kind == "date":
            return pd.to_datetime(values, format="%Y-%m-%d")
        if column.kind == "flag":
            unknown = set(values.dropna()) - {*TRUE, *FALSE}
            if unknown:
                raise ValueError(f"{min(unknown)!r} is neither yes nor no")
            return values.isin(TRUE)
    return values


def _missing(kind: str) -> Any:
    return {"text": "", "date": pd.NaT, "year": pd.NA, "flag": False}.get(kind, np.nan)
