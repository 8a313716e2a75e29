"""A programme folder: CSV tables and the `datapackage.json` that declares how they are written.

Everything is read strictly as declared. What cannot be read so is refused, with every fault of every file at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import resources, schema
from porfse_analysis.errors import Fault, ParameterError, PorfseError
from porfse_analysis.languages import IN_TABLES
from porfse_analysis.loaders.descriptor import (
    DESCRIPTOR,
    PUBLISHED_FRACTIONS,
    author_of,
    declared_tables,
    read_descriptor,
)
from porfse_analysis.loaders.predecessor import find_predecessor
from porfse_analysis.loaders.table import read_table
from porfse_analysis.programme import Programme, make_programme, tables_of

__all__ = ["DESCRIPTOR", "load_programme", "load_programmes", "read_ahead"]

_ahead: dict[Path, tuple[frozenset[tuple[str, int, int]], Programme | PorfseError]] = {}
"""What `read_ahead` has read, or why it cannot be read, and what its files were then."""

_MOST_ROWS = 1_000_000
"""Of all programmes kept there, unless it is one alone: some 100 MB."""


def load_programme(folder: str | Path | None = None) -> Programme:
    """The programme kept in `folder`; the bundled one when none is named.

    Parameters
    ----------
    folder
        A folder of CSV tables with the `datapackage.json` that declares them, or the name of a bundled programme
        (`por-fse-lombardia-2007-2013`). Tables other than axes, finance and sources may be missing.

    Returns
    -------
    Programme
        One frame per table (columns: `porfse_analysis.schema`), and the `rules` of its verdicts that
        `datapackage.json` sets otherwise ({"rules": {"serious_counts": "achievement_set"}}). `before` is the programme
        of the period before that `predecessor` of `datapackage.json` names; one that cannot be had is a finding.

    Raises
    ------
    DataError
        With every fault found, by file, row and column.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> programme.cci, programme.cutoffs[-1]
    ('2014IT05SFOP007', '2022-06-30')
    """
    path = resources.programme_folder(folder)
    if _ahead:
        stamps, read = _ahead.pop(path.resolve(), (None, None))
        if read is not None and stamps == _stamps(path):
            if isinstance(read, Programme):
                return read
            raise read
    descriptor = read_descriptor(path)
    programme = _read(path, descriptor)
    named, before, why = find_predecessor(path, descriptor, read=lambda other: _read(other, read_descriptor(other)))
    return replace(programme, predecessor=named, before=before, no_predecessor=why) if named else programme


def read_ahead(folder: str | Path | None) -> None:
    """Read the programme of a folder for the next `load_programme` of it, here or in processes forked from this one.

    It is given once in each, so that nobody meets what another has changed in a frame, and not at all when a file was
    written to meanwhile; why it cannot be read is raised there. What is kept of several is bounded; one that is kept is
    read again only where a file was written to.
    """
    path = resources.programme_folder(folder)
    stamps = _stamps(path)
    if _ahead.get(path.resolve(), (None,))[0] == stamps:
        return
    try:
        read: Programme | PorfseError = load_programme(folder)
    except PorfseError as error:
        read = error
    _ahead[path.resolve()] = stamps, read
    while len(_ahead) > 1 and sum(_rows(kept) for _, kept in _ahead.values()) > _MOST_ROWS:
        del _ahead[next(iter(_ahead))]


def _rows(read: Programme | PorfseError) -> int:
    return sum(map(len, tables_of(read).values())) if isinstance(read, Programme) else 0


def _stamps(path: Path) -> frozenset[tuple[str, int, int]]:
    return resources.stamps(resources.programme_files(path.resolve()))


def _read(path: Path, descriptor: Mapping[str, Any]) -> Programme:
    """The programme of a folder, without the one before it."""
    tables: dict[str, pd.DataFrame] = {}
    rows: dict[str, Sequence[int]] = {}
    files: dict[str, str] = {}
    faults: list[Fault] = []
    former: list[tuple[str, str, str]] = []
    for name, declared in declared_tables(path, descriptor, faults).items():
        files[name] = declared["path"]
        fractions = bool(descriptor.get(PUBLISHED_FRACTIONS))
        content = read_table(path / declared["path"], name, declared, fractions=fractions)
        faults += content.faults
        former += content.former
        if content.frame is not None:
            tables[name], rows[name] = content.frame, content.rows
    titles = descriptor.get("titles") or dict.fromkeys(IN_TABLES, descriptor.get("title", ""))
    files |= {name: f"{name}.csv" for name in schema.TABLES if name not in files}
    return make_programme(
        str(descriptor["cci"]),
        titles,
        tables,
        rows=rows,
        files=files,
        where=str(path),
        known=faults,
        former_names=former,
        rules=descriptor.get("rules"),
        author=author_of(descriptor),
        published_fractions=bool(descriptor.get(PUBLISHED_FRACTIONS)),
    )


def load_programmes(folders: Sequence[str | Path]) -> list[Programme]:
    """The programmes of the folders; raises as `load_programme`, and `ParameterError` for one that is there twice."""
    programmes = [load_programme(folder or None) for folder in folders]
    codes = [programme.cci for programme in programmes]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise ParameterError(f"{folders[codes.index(code)]} and {folders[place]} are both {code}: name one of them")
    return programmes
