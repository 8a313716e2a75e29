"""Keeping a `Programme` as a folder: CSV tables and the `datapackage.json` that declares them.

The counterpart of `load_programme`: what is saved can be read again and is the same, figure by
figure.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import impossible_counts
from porfse_analysis.errors import DataError, Fault, OverwriteError, ParameterError
from porfse_analysis.files import STRAY, folder_aside
from porfse_analysis.languages import in_language
from porfse_analysis.loaders.descriptor import (
    DESCRIPTOR,
    PLACEHOLDER_CCI,
    PUBLISHED_FRACTIONS,
    declared_tables,
    read_descriptor,
)
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.loaders.predecessor import PREDECESSOR
from porfse_analysis.loaders.table import read_table
from porfse_analysis.programme import Programme
from porfse_analysis.resources import programme_folder

__all__ = ["LICENCES", "check_target", "kept_beside", "licence_of", "save_programme", "table_descriptor", "write_table"]

_TYPES = {
    "text": "string",
    "date": "date",
    "amount": "number",
    "number": "number",
    "year": "year",
    "flag": "boolean",
}
LICENCES = {"CC0 1.0": "CC0-1.0", "CC BY 4.0": "CC-BY-4.0"}


def save_programme(
    programme: Programme,
    folder: str | Path,
    *,
    overwrite: bool = False,
    licence: str = "",
    beside: Mapping[str, bytes] | None = None,
) -> Path:
    """Write the programme as a programme folder and return its path.

    Amounts get two decimals, other numbers the digits they need, dates ISO, flags yes/no. Optional
    tables without rows are left out. Everything is written aside, read again, and moved into place
    at the end: when anything fails, the folder is what it was before. In an existing folder of the
    same programme tables are replaced only with `overwrite`, and only those that `programme` has:
    other tables with their sources, rules and files stay (`kept_beside` names them). `licence` is the folder's own,
    declared beside those of the sources; where none is given those of before stay. `beside`: further files by name, in
    place with the tables or not at all.

    Raises `ParameterError` when the folder may not be written to, `DataError` when the programme,
    with what is kept, breaks the rules of `porfse_analysis.schema`.
    """
    target = check_target(folder, overwrite=overwrite)
    written = _written(programme)
    before, places = _before(target, programme.cci)
    kept = {name: place for name, place in places.items() if name not in written}
    programme = _with_cited(programme, target, places, kept)
    with folder_aside(target) as aside:
        if target.exists():
            shutil.copytree(target, aside, symlinks=True, dirs_exist_ok=True)
        descriptor = {**before, **_descriptor(programme, target.name, written, licence)}
        if not licence:
            listed = [*before.get("licenses", ()), *descriptor["licenses"]]
            descriptor["licenses"] = [item for place, item in enumerate(listed) if item not in listed[:place]]
        if kept and before.get(PUBLISHED_FRACTIONS):
            descriptor[PUBLISHED_FRACTIONS] = True
        for resource in descriptor["resources"]:
            name = resource["name"]
            resource["path"] = places[name]["path"] if name in places else resource["path"]
            write_table(getattr(programme, name), schema.TABLES[name], aside / resource["path"])
        descriptor["resources"] += kept.values()
        text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
        (aside / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")
        for name, content in (beside or {}).items():
            (aside / name).write_bytes(content)
        try:
            load_programme(aside)
        except DataError as error:
            raise DataError(target, error.faults) from error
    return target


def _written(programme: Programme) -> list[str]:
    """The tables that are written: those that every programme has, and those with rows."""
    return [name for name, table in schema.TABLES.items() if table.required or len(getattr(programme, name))]


def _before(target: Path, cci: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What a folder declares already, and how it declares each table; empty for a folder that is not there yet."""
    if not (target / DESCRIPTOR).is_file():
        return {}, {}
    descriptor = read_descriptor(target)
    if descriptor["cci"] not in (cci, PLACEHOLDER_CCI):
        raise ParameterError(f"{target} holds the programme {descriptor['cci']}, this is {cci}: name another folder")
    faults: list[Fault] = []
    declared = {name: dict(found) for name, found in declared_tables(target, descriptor, faults).items()}
    if faults:
        raise DataError(target, faults)
    return {key: value for key, value in descriptor.items() if key != PUBLISHED_FRACTIONS}, declared


def _with_cited(
    programme: Programme, target: Path, places: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Mapping[str, Any]]
) -> Programme:
    """With the sources that tables which stay are from: they stay too, after those of the programme."""
    if not kept or "sources" not in places:
        return programme
    cited: set[str] = set()
    for name, declared in kept.items():
        frame = read_table(target / str(declared["path"]), name, declared, fractions=True).frame
        columns = [column.name for column in schema.TABLES[name].references if column.refers_to == "sources"]
        cited |= {text for column in columns if frame is not None and column in frame for text in frame[column]}
    known = read_table(target / str(places["sources"]["path"]), "sources", places["sources"]).frame
    if known is None:
        return programme
    more = known[known["source"].isin(cited - set(programme.sources["source"]))]
    frames = [programme.sources, schema.conform("sources", more, programme=programme.cci)]
    return replace(programme, sources=pd.concat(frames, ignore_index=True) if len(more) else programme.sources)


def kept_beside(programme: Programme, folder: str | Path) -> list[str]:
    """What a folder keeps beside the tables that `programme` has: its other files and folders, sources, rules."""
    target = Path(folder)
    descriptor = read_descriptor(target)
    written = _written(programme)
    replaced = {str(item["path"]) for item in descriptor["resources"] if item["name"] in written}
    files = sorted(path.name for path in target.iterdir() if path.name not in {DESCRIPTOR, *replaced, *STRAY})
    more = load_programme(target).sources["source"]
    sources = [f"source {name}" for name in more if name not in set(programme.sources["source"])]
    rules = descriptor.get("rules") or {}
    return [*files, *sources, *(f"rule {name}" for name in rules if name not in programme.rules)]


def check_target(folder: str | Path, *, overwrite: bool = False) -> Path:
    """The full path of a folder a programme may be written to; `ParameterError` when it may not."""
    target = Path(folder).resolve()
    if not target.exists():
        return target
    if not target.is_dir():
        raise ParameterError(f"{folder} is a file: name a folder")
    held = {path.name for path in target.iterdir()} - STRAY
    if not held:
        return target
    if not overwrite:
        raise OverwriteError(f"{folder} exists and is not empty: name another folder")
    if DESCRIPTOR not in held:
        raise ParameterError(f"{folder} is not a programme folder (it has no {DESCRIPTOR}): it is not written to")
    return target


def licence_of(folder: str | Path) -> str:
    """The licence a programme folder declares for itself, beside those of its sources; empty where it has none."""
    programme = load_programme(folder or None)
    declared = read_descriptor(programme_folder(folder)).get("licenses") or []
    listed = declared if isinstance(declared, list) else []
    titles = [str(item.get("title", "")) for item in listed if isinstance(item, dict)]
    of_sources = {known for known in programme.sources["licence"] if known in LICENCES}
    return next((title for title in titles if title not in of_sources), "")


# --- tables ---


def write_table(frame: pd.DataFrame, table: schema.Table, path: Path) -> None:
    """Write a table as CSV, as this package writes it; `DataError` for an amount of more than two decimals."""
    columns = [_texts(frame[column.name], column, path.name) for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table.names)
        writer.writerows(zip(*columns, strict=True))


def _texts(values: pd.Series, column: schema.Column, file: str) -> list[str]:
    """The cells of one column as they are written."""
    if column.kind == "flag":
        # one that may be left out is only said where it is set
        return ["yes" if value else "" if column.optional else "no" for value in values]
    write = _WRITERS[column.kind]
    texts = ["" if missing else write(value) for value, missing in zip(values, values.isna(), strict=True)]
    if column.kind == "amount":
        faults = [
            Fault(
                "has more than two decimals",
                file,
                index + 2,
                column.name,
                repr(value),
                "An amount in euro has two",
            )
            for index, (value, text) in enumerate(zip(values, texts, strict=True))
            if text and float(text) != value
        ]
        if faults:
            raise DataError(file, faults)
    return texts


def _digits(number: float) -> str:
    """The shortest digits that read back as the same number, never with an exponent."""
    exact = Decimal(repr(float(number)))
    return f"{exact:f}".removesuffix(".0")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "date": lambda date: str(date.date().isoformat()),
    "amount": lambda amount: f"{amount:.2f}",
    "year": lambda year: f"{year:04d}",
    "number": _digits,
}


# --- descriptor ---


def _descriptor(programme: Programme, name: str, written: list[str], licence: str) -> dict[str, Any]:
    sources = programme.sources
    licences = dict.fromkeys([licence] if licence else [])
    licences |= dict.fromkeys(known for known in sources["licence"] if known in LICENCES)
    described: list[dict[str, str]] = []
    for row in sources.to_dict("records"):
        address = str(row["address"])
        path = {"path": address if "://" in address else f"https://{address}"} if address else {}
        described.append({"title": in_language(row, "title", "en"), **path})
    return {
        "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or programme.cci.lower(),
        "profile": "tabular-data-package",
        "cci": programme.cci,
        "title": programme.title("en"),
        "titles": dict(programme.titles),
        **({"rules": dict(programme.rules)} if programme.rules else {}),
        **({"author": programme.author} if programme.author else {}),
        **(
            {PREDECESSOR: programme.predecessor}
            if programme.no_predecessor[0] != "no_text" and programme.predecessor
            else {}
        ),
        **({PUBLISHED_FRACTIONS: True} if _has_fractions(programme) else {}),
        "licenses": [{"name": LICENCES.get(title, title), "title": title} for title in licences],
        "sources": described,
        "resources": [table_descriptor(schema.TABLES[table]) for table in written],
    }


def _has_fractions(programme: Programme) -> bool:
    """Whether a count of people is impossible: a folder is read back only where it says that this was published."""
    return any(
        bool(wrong.any())
        for name in schema.TABLES
        for wrong in impossible_counts(name, getattr(programme, name)).values()
    )


def table_descriptor(table: schema.Table) -> dict[str, Any]:
    """How the descriptor declares one table as this package writes it."""
    foreign = _foreign_keys(table)
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            **({"foreignKeys": foreign} if foreign else {}),
            "missingValues": [""],
        },
    }


def _foreign_keys(table: schema.Table) -> list[dict[str, Any]]:
    """The references as Table Schema declares them; not those that may be ALL, which is no key of another table."""
    return [
        {
            "fields": [column.name],
            "reference": {"resource": column.refers_to, "fields": list(schema.TABLES[column.refers_to].key)},
        }
        for column in table.references
        if not column.may_be_all
    ]


def _field(column: schema.Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.kind],
        "description": column.meaning,
    }
    if column.kind in ("amount", "number"):
        described["decimalChar"] = "."
    if column.kind == "flag":
        described |= {"trueValues": ["yes"], "falseValues": ["no"]}
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    return described | ({"constraints": constraints} if constraints else {})
