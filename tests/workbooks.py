"""Workbooks for the tests: the template filled in as a person would, and single cells of it damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook, load_workbook

from porfse_analysis import schema
from porfse_analysis.loaders.workbook.template import NUMBER_FORMATS, write_template
from porfse_analysis.programme import Programme, make_programme


def small() -> Programme:
    """A programme of two axes, with a row in every kind of cell."""
    tables = {
        "axes": pd.DataFrame(
            {"axis": ["01", "1 bis"], "title_it": ["Occupazione", "AT"], "technical_assistance": [False, True]}
        ),
        "finance": pd.DataFrame(
            {
                "axis": ["01", "01", "1 bis"],
                "cutoff": pd.Timestamp("2018-12-31"),
                "stage": ["allocation", "certified", "allocation"],
                "fund": "ESF",
                "source": "monitoring",
                "amount_eur": [50_000_000.0, 122_136_070.1, float("nan")],
            }
        ),
        "population": pd.DataFrame(
            {"area": ["ITC4"], "year": [2018], "residents": [10_036_258], "source": "monitoring"}
        ),
        "sources": pd.DataFrame({"source": ["monitoring"], "title_it": ["Monitoraggio"]}),
    }
    return make_programme("2014XX05SFOP001", {"it": "Programma", "en": "Programme"}, tables)


def fill(path: Path, programme: Programme, *, licence: str = "") -> Path:
    """The template with the tables of a programme typed in."""
    write_template(path)
    book = load_workbook(path)
    metadata = {
        "cci": programme.cci,
        "licence": licence,
        "predecessor": programme.predecessor,
        "author": programme.author,
    }
    metadata |= {f"title_{lang}": title for lang, title in programme.titles.items()}
    for row in book["programme"].iter_rows(min_row=2):
        if value := metadata.get(row[0].value):
            row[1].value = value
    for table in schema.TABLES.values():
        frame = getattr(programme, table.name)
        for place, column in enumerate(table.columns, start=1):
            for row, value in enumerate(frame[column.name].tolist(), start=2):
                if column.kind == "flag":
                    value = "yes" if value else "no"
                if pd.isna(value) or value == "":
                    continue
                type_in(book[table.name].cell(row, place), value, NUMBER_FORMATS[column.kind])
    book.save(path)
    return path


def type_in(cell: Any, value: Any, number_format: str) -> None:
    """Put a value into a cell; a text stays one, whatever it begins with."""
    cell.value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    cell.number_format = number_format
    if isinstance(value, str):
        cell.data_type = "s"


def damage(path: Path, change: Callable[[Workbook], Any]) -> Path:
    """Change a workbook as `change` does."""
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path
