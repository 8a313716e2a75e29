"""Fixtures for every test: the bundled programme, a copy to damage, small tables out of bare values."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from porfse_analysis import load_programme, schema
from porfse_analysis.programme import Programme, make_programme
from porfse_analysis.resources import bundled as bundled_folder

# The same examples everywhere: a test passes or fails for everybody. --hypothesis-profile=search looks for more.
settings.register_profile("porfse", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5000)
settings.load_profile("porfse")

PROJECT = Path(__file__).resolve().parent.parent

Builder = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def bundled() -> Programme:
    """The bundled programme. It is shared: take a copy of a frame before changing it."""
    return load_programme()


@pytest.fixture
def copy_of_bundled(tmp_path: Path) -> Path:
    """A copy of the folder of the bundled programme, to damage."""
    return Path(shutil.copytree(bundled_folder(), tmp_path / "programme"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the published tables that the bundled programme was made from, where the machine has it."""
    for parent in PROJECT.parents:
        folder = parent / "shared" / "data"
        if folder.is_dir():
            return folder
    pytest.skip("the folder shared/data with the published tables does not lie beside the project")


@pytest.fixture(scope="session")
def edit_cell() -> Callable[[Path, int, str, str], None]:
    """Write one cell of a CSV file: `edit_cell(file, row, column, value)`; the header is row 1, as in an editor."""

    def edit(file: Path, row: int, column: str, value: str) -> None:
        records = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
        records[row - 1][records[0].index(column)] = value
        write_records(file, records)

    return edit


@pytest.fixture(scope="session")
def edit_descriptor() -> Callable[..., None]:
    """Change the declaration of one table in datapackage.json.

    `edit_descriptor(folder, table, encoding=...)` sets keys of the resource; with `column=` they are set on the field
    of that column instead.
    """

    def edit(folder: Path, table: str, *, column: str | None = None, **keys: Any) -> None:
        file = folder / "datapackage.json"
        descriptor = json.loads(file.read_text(encoding="utf-8"))
        target = next(resource for resource in descriptor["resources"] if resource["name"] == table)
        if column is not None:
            target = next(item for item in target["schema"]["fields"] if item["name"] == column)
        target.update(keys)
        file.write_text(json.dumps(descriptor), encoding="utf-8")

    return edit


def write_records(file: Path, records: Sequence[Sequence[str]], *, delimiter: str = ",") -> None:
    """Write records as CSV with the line ends of the bundled files."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(records)
    file.write_text(text.getvalue(), encoding="utf-8", newline="")


def _builder(table: str, names: tuple[str, ...], complete: Callable[[dict[str, Any]], dict[str, Any]]) -> Builder:
    """A function from rows of bare values (in the order of `names`) to a conformed frame.

    A row may end in a mapping with further columns; keywords set a column of every row.
    """
    dates = [column.name for column in schema.TABLES[table].columns if column.kind == "date"]

    def build(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
        records = []
        for row in rows:
            more = row[-1] if isinstance(row[-1], Mapping) else {}
            values = row[:-1] if more else row
            assert len(values) == len(names), f"give {', '.join(names)}: {row!r}"
            records.append(complete(dict(zip(names, values, strict=True)) | columns | dict(more)))
        frame = pd.DataFrame(records)
        for name in dates:
            if name in frame:
                frame[name] = pd.to_datetime(frame[name])
        return schema.conform(table, frame, programme="P") if records else schema.empty(table)

    return build


@pytest.fixture(scope="session")
def finance_rows() -> Builder:
    """Rows of `finance`: `finance_rows(("I", "2018-12-31", "paid", 40), ..., source="ec")`.

    axis, cutoff, stage, amount; fund ESF, source `ec` and no category of region unless said.
    """
    return _builder(
        "finance",
        ("axis", "cutoff", "stage", "amount_eur"),
        lambda row: {"fund": "ESF", "source": "ec"} | row,
    )


@pytest.fixture(scope="session")
def achievement_rows() -> Builder:
    """Rows of `achievements`: `achievement_rows(("I", "8i", "CO01", "2018-12-31", 100), ...)`.

    axis, investment priority, indicator, cutoff, value; fund ESF, source `ec`, type OESF or RESF unless said.
    """
    return _builder("achievements", ("axis", "investment_priority", "indicator_code", "cutoff", "value"), _indicator)


@pytest.fixture(scope="session")
def target_rows() -> Builder:
    """Rows of `targets`: `target_rows(("I", "8i", "CO01", "1.2", "2014-12-31", 200), ...)`.

    axis, investment priority, indicator, plan version, valid from, target 2023; the rest as in `achievement_rows`.
    """
    names = ("axis", "investment_priority", "indicator_code", "plan_version", "valid_from", "target")
    return _builder("targets", names, _indicator)


def _indicator(row: dict[str, Any]) -> dict[str, Any]:
    kind = "RESF" if str(row["indicator_code"]).startswith("CR") else "OESF"
    return {"fund": "ESF", "source": "ec", "indicator_type": kind} | row


@pytest.fixture(scope="session")
def claim_rows() -> Builder:
    """Rows of `claims`: `claim_rows(("participants", "ALL", "2018-12-31", 187000), ..., source="sheet")`.

    quantity, axis, cutoff, value; the text is made up.
    """
    return _builder(
        "claims",
        ("quantity", "axis", "cutoff", "value"),
        lambda row: {"claim": f"{row['quantity']}-{row['axis']}", "text_it": "...", "source": "sheet"} | row,
    )


@pytest.fixture(scope="session")
def small_programme() -> Callable[..., Programme]:
    """A checked programme out of such frames: `small_programme(finance=..., achievements=...)`.

    Its axes are those the frames have, or `axes`; its sources those of `sources`, in that order of preference.
    """

    def build(*, axes: Sequence[str] = (), sources: Sequence[str] = ("ec", "sheet"), **tables: Any) -> Programme:
        used = [axis for frame in tables.values() for axis in frame["axis"]]
        known = list(axes) or sorted({*used} - {schema.ALL})
        tables["axes"] = pd.DataFrame({"axis": known, "technical_assistance": False})
        tables["sources"] = pd.DataFrame({"source": list(sources), "title_it": list(sources)})
        if tables.get("finance") is None:  # every programme has the table; an empty amount says nothing
            row = {"axis": known[0], "cutoff": pd.Timestamp("2014-01-01"), "stage": "allocation", "source": sources[0]}
            tables["finance"] = schema.conform("finance", pd.DataFrame([row]), programme="P")
        return make_programme("P", {"it": "P", "en": "P"}, tables)

    return build
