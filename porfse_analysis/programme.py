"""`Programme`: the tables of one programme, and its reporting dates."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, Protocol

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import same_but_for_spelling
from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.schema import DATE_DTYPE
from porfse_analysis.table_faults import find_faults

__all__ = [
    "AWAITED",
    "Dated",
    "Programme",
    "deciding_columns",
    "joined_tables",
    "known_from",
    "make_programme",
    "only_categories",
    "published_dates",
    "reading_of",
    "require_programme",
    "rows_until",
    "tables_of",
]


class Dated(Protocol):
    """What is known of a programme before its tables are read: enough to plan its reports."""

    @property
    def cci(self) -> str:
        """Its code."""

    @property
    def cutoffs(self) -> list[str]:
        """Its reporting dates, sorted, as ISO text."""


_DATED_BY = {
    "finance": ("cutoff",),
    "achievements": ("cutoff",),
    "targets": ("valid_from",),
    "measures": ("valid_from", "cutoff"),
    "certification_targets": ("due",),
    "population": ("year",),
    "claims": ("cutoff",),
}
"""Table -> the columns that say of which date a row is."""

AWAITED = {"achievements": ("value", "women", "men"), "population": ("residents",)}
"""Table -> its figures; where all are of later dates the first ones are kept as missing."""


@dataclass(frozen=True, eq=False)
class Programme:
    """One programme: its CCI, its title in each language and one frame per table of `porfse_analysis.schema`.

    A table the programme does not have is a frame without rows. In every frame `source` is an ordered category whose
    order is the order of preference of the table `sources`.
    """

    cci: str
    titles: Mapping[str, str]
    axes: pd.DataFrame
    finance: pd.DataFrame
    sources: pd.DataFrame
    achievements: pd.DataFrame = field(default_factory=partial(schema.empty, "achievements"))
    targets: pd.DataFrame = field(default_factory=partial(schema.empty, "targets"))
    measures: pd.DataFrame = field(default_factory=partial(schema.empty, "measures"))
    eu_commitments: pd.DataFrame = field(default_factory=partial(schema.empty, "eu_commitments"))
    eu_payments: pd.DataFrame = field(default_factory=partial(schema.empty, "eu_payments"))
    certification_targets: pd.DataFrame = field(default_factory=partial(schema.empty, "certification_targets"))
    population: pd.DataFrame = field(default_factory=partial(schema.empty, "population"))
    claims: pd.DataFrame = field(default_factory=partial(schema.empty, "claims"))
    former_names: tuple[tuple[str, str, str], ...] = ()
    """Columns read under a former name: file, former name, name."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """The rules of its verdicts that its folder sets otherwise: name -> value."""

    author: str = ""
    """Who signs the pages made of it, as its folder says: the user's own choice; names in its tables are dropped."""

    predecessor: str = ""
    """The programme of the period before, as its folder names it: a code (CCI), or a folder relative to its own."""

    before: Programme | None = None
    """That programme; None where none is named, or what is named cannot be set beside this one."""

    no_predecessor: tuple[str, str] = ("", "")
    """Why what `predecessor` names cannot be set beside it: a code (`loaders.predecessor`), and a detail."""

    _reading: str = field(default_factory=lambda: uuid.uuid4().hex, init=False)
    """See `reading_of`."""

    def __post_init__(self) -> None:
        for name in schema.TABLES:
            require(getattr(self, name), name)

    @property
    def cutoffs(self) -> list[str]:
        """The reporting dates of the programme, sorted, as ISO text: the dates with money or achievements."""
        return published_dates(self.finance, self.achievements)

    def until(self, cutoff: object) -> Programme:
        """The programme as far as it is of dates up to `cutoff`: those rows, and the sources they are from.

        Tables that have no dates (axes, EU commitments, which are planned ahead) are whole.
        """
        tables = {name: frame.reset_index(drop=True) for name, frame in rows_until(tables_of(self), cutoff).items()}
        changed: dict[str, Any] = {**_in_order(tables)}
        return replace(self, **changed)

    def title(self, lang: str) -> str:
        """The title in `lang`, else in English or any language there is, else the CCI."""
        return self.titles.get(lang) or self.titles.get("en") or next(filter(None, self.titles.values()), self.cci)

    def __repr__(self) -> str:
        tables = ", ".join(
            f"{item.name} {len(table)}"
            for item in fields(self)
            if isinstance(table := getattr(self, item.name), pd.DataFrame) and len(table)
        )
        return f"<Programme {self.cci}: {len(self.cutoffs)} cutoffs; rows: {tables}>"


def reading_of(programme: Programme) -> str:
    """Of this programme alone, and of what processes forked from this one have of it; one made of it has another."""
    return programme._reading


def tables_of(programme: Programme) -> dict[str, pd.DataFrame]:
    """The tables of a programme by name."""
    return {name: getattr(programme, name) for name in schema.TABLES}


def deciding_columns(table: str) -> list[str]:
    """The columns that decide which rows of a table `rows_until` takes, and what it changes in them."""
    sources = [column.name for column in schema.TABLES[table].references if column.refers_to == "sources"]
    own = {"eu_payments": ("year", "data_date"), "sources": ("source",)}.get(table, ())
    return list(dict.fromkeys([*_DATED_BY.get(table, ()), *AWAITED.get(table, ()), *own, *sources]))


def rows_until(tables: Mapping[str, pd.DataFrame], cutoff: object) -> dict[str, pd.DataFrame]:
    """The rows that `Programme.until` takes of each table, under the labels they have there.

    `tables` are all of a programme's, each with its `deciding_columns` at least.
    """
    at = as_cutoff(cutoff)
    taken: dict[str, pd.DataFrame] = {}
    for name, frame in tables.items():
        seen = frame
        if name == "eu_payments":
            seen = seen[known_from(seen) <= at]
        for column in _DATED_BY.get(name, ()):
            seen = seen[~(seen[column] > (at.year if column == "year" else at))]
        if seen.empty and name in AWAITED and len(frame):
            # not yet published, which is not the same as not being part of the programme
            date = frame[_DATED_BY[name][0]]
            seen = frame[date == date.min()]
            seen = seen.assign(**dict.fromkeys(AWAITED[name], float("nan")))
        taken[name] = seen
    used = {
        str(source)
        for name, frame in taken.items()
        for column in schema.TABLES[name].references
        if column.refers_to == "sources"
        for source in frame[column.name].unique()
    }
    sources = taken["sources"]
    taken["sources"] = sources[sources["source"].isin(used)]
    return taken


def known_from(eu_payments: pd.DataFrame) -> pd.Series:
    """From which day on each row of table eu_payments is known: the date of its figures, else the end of its year."""
    ends = pd.to_datetime(eu_payments["year"].astype("string") + "-12-31", format="%Y-%m-%d")
    dates: pd.Series = eu_payments["data_date"].fillna(ends.astype(DATE_DTYPE))
    return dates


def published_dates(finance: pd.DataFrame, achievements: pd.DataFrame) -> list[str]:
    """The dates with money or achievements, sorted, as ISO text."""
    published = [
        finance.loc[finance["amount_eur"].notna(), "cutoff"],
        achievements.loc[achievements["value"].notna(), "cutoff"],
    ]
    dates = pd.concat(published).drop_duplicates().sort_values()
    return [date.date().isoformat() for date in dates]


def joined_tables(programmes: Sequence[Programme]) -> dict[str, pd.DataFrame]:
    """The tables of several programmes, one below the other, as of one programme.

    Within each programme its sources keep their order of preference. A source that two programmes have under one name
    and do not say the same of has the code of its programme before its name.
    """
    names = _source_names(programmes)
    kinds = pd.CategoricalDtype(_in_one_order(names), ordered=True)
    tables: dict[str, pd.DataFrame] = {}
    for table in schema.TABLES:
        parts = []
        for programme in programmes:
            part = getattr(programme, table)
            if table in ("finance", "achievements") and "series" not in part:
                part = part.assign(series=part["source"])
            told = {column: part[column].astype("object") for column in ("source", "series") if column in part}
            parts.append(part.assign(**{name: cells.replace(names[programme.cci]) for name, cells in told.items()}))
        joined = pd.concat(parts, ignore_index=True)
        if table == "sources":
            pages = joined.groupby("source")["page"].agg(lambda told: "; ".join(filter(None, dict.fromkeys(told))))
            joined = joined.drop_duplicates("source", ignore_index=True)
            joined["page"] = joined["source"].map(pages).astype("str")
        elif "source" in joined:
            joined = joined.assign(source=joined["source"].astype(kinds))
        tables[table] = joined
    return tables


def _source_names(programmes: Sequence[Programme]) -> dict[str, dict[str, str]]:
    """What each source of each programme, in its order of preference, is called among those of all of them."""
    told: dict[str, set[tuple[str, ...]]] = {}
    for programme in programmes:
        about = programme.sources.drop(columns=["programme", "page"]).astype("str")
        for row in about.to_dict("records"):
            told.setdefault(str(row["source"]), set()).add(tuple(map(str, row.values())))
    orders = {programme.cci: list(programme.finance["source"].cat.categories) for programme in programmes}
    names = {
        cci: {source: source if len(told[source]) == 1 else f"{cci}:{source}" for source in order}
        for cci, order in orders.items()
    }
    place = {name: place for place, name in enumerate(_in_one_order(names))}
    if all(list(own.values()) == sorted(own.values(), key=place.__getitem__) for own in names.values()):
        return names
    # what one programme prefers another does not: then no name is of both
    return {cci: {source: f"{cci}:{source}" for source in order} for cci, order in orders.items()}


def _in_one_order(names: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The names of the sources by their place in the order of the programme that has them first."""
    places: dict[str, int] = {}
    for own in names.values():
        for place, name in enumerate(own.values()):
            places[name] = min(place, places.get(name, place))
    return sorted(places, key=places.__getitem__)


def require_programme(programme: object) -> None:
    """Raises `ParameterError` unless it is a `Programme`."""
    if not isinstance(programme, Programme):
        kind = type(programme).__name__
        raise ParameterError(f"programme is of type {kind}: give a Programme, as load_programme(folder) returns it")


def _without_axes(name: str, frames: Mapping[str, pd.DataFrame]) -> bool:
    """Whether an empty table of axes is right: nothing was published but for the whole programme."""
    return name == "axes" and "finance" in frames and set(frames["finance"]["axis"]) == {schema.ALL}


def make_programme(
    cci: str,
    titles: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    *,
    rows: Mapping[str, Sequence[int]] | None = None,
    files: Mapping[str, str] | None = None,
    where: str = "",
    known: list[Fault] | None = None,
    former_names: Sequence[tuple[str, str, str]] = (),
    rules: Mapping[str, Any] | None = None,
    author: str = "",
    published_fractions: bool = False,
) -> Programme:
    """A checked `Programme` from the frames of its tables.

    `rows` (table -> line of each row in its file), `files` (table -> file name), `where` (the folder) and `known`
    (faults found while reading) serve the messages alone; `former_names` the findings, `rules` the verdicts,
    `author` the pages.
    `published_fractions`: the source itself publishes counts of people that are not whole; they are a finding then.

    Raises `DataError` with every fault of every table: what `table_faults.find_faults` finds, axes and sources that are
    used but not declared, missing tables.
    """
    rows, files, faults = rows or {}, files or {}, list(known or [])
    faulty_cells = {(fault.file, fault.row, fault.column) for fault in faults}
    frames = {name: schema.conform(name, frame, programme=cci) for name, frame in tables.items()}
    if "finance" in frames:
        _only_one(frames)
    for name, frame in frames.items():
        file = files.get(name, name)
        found = find_faults(name, frame, rows=rows.get(name), file=file, published_fractions=published_fractions)
        # a cell that could not be read is missing in the frame: say it once
        faults += [f for f in found if (f.file, f.row, f.column) not in faulty_cells]
    faults += _unknown(frames, files, rows)
    named = {fault.file for fault in faults}
    for name, table in schema.TABLES.items():
        if table.required and name not in frames and files.get(name, name) not in named:
            faults.append(Fault(f"table {name} is missing", files.get(name, name), remedy="Every programme needs it"))
        elif (
            table.required
            and name in frames
            and frames[name].empty
            and not _without_axes(name, frames)
            and files.get(name, name) not in named
        ):
            faults.append(
                Fault(f"table {name} has no rows", files.get(name, name), remedy="Fill it in: every programme needs it")
            )
    if faults:
        one_file = {fault.file for fault in faults}
        raise DataError(one_file.pop() if len(one_file) == 1 else where or cci, faults)
    given: dict[str, Any] = {**_in_order(frames)}
    return Programme(
        cci=cci, titles=dict(titles), former_names=tuple(former_names), rules=dict(rules or {}), author=author, **given
    )


def _in_order(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with their sources in order of preference, and the figures with their series where there are any.

    A series stands where its first document stands in `sources`. Of two documents of one series the one published
    later is preferred, then the lower row: an erratum comes after what it corrects.
    """
    sources = frames["sources"]
    series = sources["series"].where(sources["series"] != "", sources["source"])
    listed = pd.DataFrame({"source": sources["source"], "series": series, "row": range(len(sources))})
    listed["first"] = listed.groupby("series")["row"].transform("min")
    # without a date for each of them the order of the rows decides
    listed["published"] = sources["date"].where(sources["date"].notna().groupby(series).transform("all"))
    ranked = listed.sort_values(["first", "published", "row"], ascending=[True, False, False], kind="stable")
    order = pd.CategoricalDtype(ranked["source"].tolist(), ordered=True)
    ordered = dict(frames)
    for name, frame in frames.items():
        if name != "sources" and "source" in frame:
            names = frame["source"].astype("object")
            ordered[name] = frame.assign(source=names.where(names != "").astype(order))
    if (sources["series"] == "").all():
        return ordered
    of_source = dict(zip(listed["source"], listed["series"], strict=True))
    kinds = pd.CategoricalDtype(ranked["series"].drop_duplicates().tolist(), ordered=True)
    for name in {"finance", "achievements"} & set(ordered):
        along = ordered[name]["source"].astype("object").map(of_source)
        ordered[name] = ordered[name].assign(series=along.astype(kinds))
    return ordered


def _only_one(frames: Mapping[str, pd.DataFrame]) -> None:
    """A fund left empty in `finance` is the programme's only one, a category of region the only one of its fund."""
    finance = frames["finance"]
    funds = [fund for fund in finance["fund"].unique() if fund]
    if len(funds) == 1:
        finance["fund"] = finance["fund"].where(finance["fund"] != "", funds[0])
    for fund, category in only_categories(finance).items():
        bare = (finance["fund"] == fund) & (finance["region_category"] == "")
        finance["region_category"] = finance["region_category"].mask(bare, category)


def only_categories(rows: pd.DataFrame) -> dict[str, str]:
    """Fund -> its category of region, of the funds that tell only one; "": of all of them together.

    A fund that tells none has none, whatever the others have: so the youth initiative.
    """
    told: dict[str, set[str]] = {}
    for fund, category in zip(rows["fund"], rows["region_category"], strict=True):
        told.setdefault(fund, set()).update({category} - {""})
    funds = [categories for fund, categories in told.items() if fund]
    if not funds or all(funds):
        told[""] = set().union(*told.values())
    return {fund: categories.pop() for fund, categories in told.items() if len(categories) == 1}


def _unknown(
    frames: Mapping[str, pd.DataFrame], files: Mapping[str, str], rows: Mapping[str, Sequence[int]]
) -> list[Fault]:
    """References to something that the table they refer to does not have: each told once, however often it is used."""
    used: dict[tuple[str, str], list[tuple[str, str, pd.Index]]] = {}
    for name, frame in frames.items():
        for column in schema.TABLES[name].references:
            if column.refers_to not in frames:
                continue
            accepted = {*_known(frames, column), "", *([schema.ALL] if column.may_be_all else [])}
            values = frame[column.name].reset_index(drop=True)
            unknown = values[~values.isin(accepted)]
            for value, places in unknown.groupby(unknown, sort=False).groups.items():
                used.setdefault((column.refers_to, str(value)), []).append((name, column.name, places))
    faults = []
    for (refers_to, value), uses in used.items():
        name, label, places = uses[0]
        column = schema.TABLES[name].column(label)
        known = _known(frames, column)
        counted = [(len(places), files.get(table, table)) for table, _, places in uses]
        more = f" ({_counted(counted)}, this is the first)" if sum(count for count, _ in counted) > 1 else ""
        alike = sorted({*known, *([schema.ALL] if column.may_be_all else [])})
        meant = same_but_for_spelling(value, alike) if refers_to == "axes" else ""
        listed = ", ".join(map(str, known)) or "none"
        remedy = f"Known: {listed}" + (f". {value}: write {meant}" if meant else "")
        line = rows[name][places[0]] if name in rows else places[0] + 2
        problem = f"is not in the table {refers_to}{more}"
        cause = f"is not in the table {refers_to}: {value}"
        faults.append(Fault(problem, files.get(name, name), line, label, value, remedy, cause=cause))
    return faults


def _known(frames: Mapping[str, pd.DataFrame], column: schema.Column) -> list[str]:
    (key,) = schema.TABLES[column.refers_to].key
    return list(frames[column.refers_to][key])


def _counted(rows: Sequence[tuple[int, str]]) -> str:
    """How many rows, and of which files where there are several."""
    if len(rows) == 1:
        return f"{rows[0][0]:,} rows"
    return ", ".join(f"{count:,} row{'s' if count != 1 else ''} of {file}" for count, file in rows)
