"""The tables and the figure of the page of the projects. Each takes the report and the frames of the records.

Projects are told by their code, beneficiaries by their legal form: no name stands on the page.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.figure import COLOURS, Figure, new_figure, number_ticks, on_page, with_defaults
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.projects import rows as found
from porfse_analysis.display.projects.territory import by_province
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording

__all__ = [
    "beneficiaries",
    "concentration",
    "fields",
    "lead",
    "outliers",
    "procedures",
    "provinces",
    "provinces_figure",
    "unpaid",
]

_SOURCE = "opencoesione"
_SHOWN = 25
"""Rows of a list that could be as long as the programme; the line below says how many there are."""


def lead(report: Report, projects: pd.DataFrame) -> Html:
    """How many projects, of which day, and what is on the page."""
    newest, oldest = projects["updated"].max(), projects["updated"].min()
    days = {name: wording.date(day, report.lang) for name, day in (("date", newest), ("oldest", oldest))}
    said = [report.text("projects.lead", count=len(projects), **days), report.text("projects.lead_names")]
    return paragraphs(said, "pf-lead")


def concentration(report: Report, projects: pd.DataFrame) -> Table:
    """How much of the payments the largest projects have."""
    rows = found.concentration(projects)
    columns = [
        Column("group", report.text("projects.group"), "head", write=_word(report, "group", "group")),
        *_counted(report),
        _euro(report, "paid"),
        _share(report),
    ]
    return _table(report, "concentration", projects, rows, columns)


def unpaid(report: Report, projects: pd.DataFrame, commitments: pd.DataFrame | None) -> Table:
    """What is committed and not paid, by age."""
    rows = found.unpaid(projects, commitments, projects["updated"].max())
    columns = [
        Column("age", report.text("projects.age"), "head", write=_word(report, "age", "age")),
        *_counted(report),
        _euro(report, "amount"),
        _share(report),
    ]
    return _table(report, "unpaid", projects, rows, columns)


def procedures(report: Report, projects: pd.DataFrame, payments: pd.DataFrame | None) -> Table:
    """From the call to the first payment, procedure by procedure."""
    rows = found.procedures(projects, payments)
    columns = [
        Column("procedure", report.text("projects.procedure"), "head"),
        Column("kind", report.text("projects.kind")),
        *_counted(report),
        *(
            Column(name, report.text(f"projects.{name}"), write=cells.date(report, name))
            for name in ("call", "award", "first_payment")
        ),
        Column("days", report.text("projects.days"), "figure", write=cells.count(report, "days")),
        _euro(report, "paid"),
    ]
    return _table(report, "procedures", projects, rows, columns)


def provinces(report: Report, projects: pd.DataFrame, places: pd.DataFrame | None = None) -> Table:
    """Projects and amounts by province; `places` are the rows of `localizzazioni`."""
    rows = by_province(projects, places)
    columns = [
        Column("kind", report.text("projects.of_provinces"), "head", write=_word(report, "kind", "kind")),
        Column("code", report.text("projects.code")),
        *_counted(report),
        Column("also", report.text("projects.also"), "figure", write=cells.count(report, "also")),
        _euro(report, "selected"),
        _euro(report, "paid"),
        _share(report),
    ]
    return _table(report, "provinces", projects, rows, columns)


@with_defaults
def provinces_figure(report: Report, projects: pd.DataFrame, places: pd.DataFrame | None = None) -> Figure | Html:
    """The payments by province, as bars."""
    rows = by_province(projects, places)
    rows = rows[rows["paid"] > 0].head(_SHOWN)
    if rows.empty:
        return paragraphs([report.text("projects.empty_provinces")], "pf-empty")
    name, said = _word(report, "kind", "kind"), []
    figure, ax = new_figure(height=0.3 * len(rows) + 0.8, left=2.2)
    for place, (_, row) in enumerate(rows.iterrows()):
        label = wording.million(row["paid"], report.lang)
        ax.barh(place, row["paid"] / 1_000_000, height=0.66, color=COLOURS["paid"])
        ax.annotate(label, (row["paid"] / 1_000_000, place), (4, 0), textcoords="offset points", va="center")
        said.append(report.text("alt.value", name=name(row), value=label))
    ax.set_yticks(range(len(rows)), [name(row) for _, row in rows.iterrows()])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, rows["paid"].max() / 1_000_000 * 1.2)
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    ax.set_xlabel(report.text("figure.million_euro"))
    day = wording.date(projects["updated"].max(), report.lang)
    return on_page(
        figure,
        name="provinces-figure",
        alt=report.text("projects.alt_provinces", values="; ".join(said)),
        caption=report.text("projects.caption_provinces", date=day),
        source=source_line([_SOURCE], report),
    )


def beneficiaries(report: Report, projects: pd.DataFrame) -> Table:
    """Projects and amounts by the legal form of the beneficiary."""
    return _by_kind(report, "beneficiaries", projects, "legal_form_title", "legal_form")


def fields(report: Report, projects: pd.DataFrame) -> Table:
    """Projects and amounts by field of intervention."""
    return _by_kind(report, "fields", projects, "field_title", "field")


def outliers(report: Report, projects: pd.DataFrame) -> Table:
    """Projects to look into, by their code."""
    rows = found.outliers(projects, projects["updated"].max())
    columns = [
        Column("project", report.text("projects.project"), "head"),
        Column("axis", report.text("column.axis"), write=cells.axis_label(report)),
        *(_euro(report, name) for name in ("selected", "committed", "paid")),
        Column("reason", report.text("projects.reason"), write=_word(report, "reason", "reason")),
    ]
    return _table(report, "outliers", projects, rows, columns)


def _by_kind(report: Report, name: str, projects: pd.DataFrame, column: str, code: str) -> Table:
    rows = found.by_kind(projects, column, code)
    columns = [
        Column("kind", report.text(f"projects.of_{name}"), "head", write=_word(report, "kind", "kind")),
        Column("code", report.text("projects.code")),
        *_counted(report),
        _euro(report, "selected"),
        _euro(report, "paid"),
        _share(report),
    ]
    return _table(report, name, projects, rows, columns)


def _table(report: Report, name: str, projects: pd.DataFrame, rows: pd.DataFrame, columns: list[Column]) -> Table:
    """A table of the page, cut after so many rows; its notes say what is divided by what, and what is missing."""
    shown = rows.head(_SHOWN)
    if "kind" in rows and len(rows) > _SHOWN:
        # what is of several kinds or of none stands last, and must not be cut away
        rest = rows.iloc[_SHOWN:]
        shown = pd.concat([shown, rest[rest["kind"].isin([found.SEVERAL, found.NONE])]])
    cut = [report.text("projects.cut", shown=len(shown), count=len(rows))] if len(rows) > len(shown) else []
    figures = [shown[column.name] for column in columns if column.kind == "figure"]
    day = wording.date(projects["updated"].max(), report.lang)
    return Table(
        f"projects-{name}",
        report.text(f"projects.table_{name}", date=day),
        shown,
        columns,
        notes=[report.text(f"projects.note_{name}"), *cut, *cells.missing_note(report, *figures)],
        source=source_line([_SOURCE], report),
        empty=report.text("projects.empty"),
        lang=report.lang,
    )


def _word(report: Report, name: str, group: str) -> Callable[[pd.Series], str]:
    """A code in words where there are any, else the text as it is."""
    words = {
        "group": ("ten", "hundredth", "tenth", "half", "all"),
        "age": ("0", "1", "2", "3", found.NONE),
        "kind": (found.SEVERAL, found.NONE),
        "reason": ("paid_above_selected", "paid_above_committed", "ended_unpaid"),
    }[group]
    return lambda row: report.text(f"projects.{group}_{row[name]}") if row[name] in words else str(row[name])


def _counted(report: Report) -> list[Column]:
    return [Column("projects", report.text("projects.projects"), "figure", write=cells.count(report, "projects"))]


def _euro(report: Report, name: str) -> Column:
    return Column(name, report.text(f"projects.{name}_euro"), "figure", write=cells.euro(report, name))


def _share(report: Report) -> Column:
    return Column("share", report.text("projects.share"), "figure", write=cells.rate(report, "share"))
