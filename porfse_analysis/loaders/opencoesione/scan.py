"""Going through large files with DuckDB, which leaves in the file what is not of the programme.

It only leaves out what would be set aside anyway, and says how much of what; which rows count, and what their cells
are, is decided where it is for small files. Where DuckDB is not installed, or does not take a file as it is, all of its
rows are read: slower, and with the place of what is wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from porfse_analysis.errors import extra_needed
from porfse_analysis.loaders.opencoesione.layout import PROJECTS
from porfse_analysis.loaders.opencoesione.persons import TAX_CODE
from porfse_analysis.loaders.opencoesione.source import PARQUET, Part, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "TYPED",
    "Refused",
    "can_be",
    "cell",
    "connection",
    "is_large",
    "is_typed",
    "others",
    "own_rows",
    "raw",
    "table_of",
]

_LARGE = 16 << 20
_MEMORY = "500MB"
_BLANKS = " \t\r\n"
TYPED = {"amount": "DECIMAL(18, 2)", "day": "DATE"}
"""What the copy of an import keeps as what it is, having been read without a fault; all else stays the text it was."""
_VECTORS = 32  # of 2,048 rows: what is taken at once


class Refused(Exception):  # noqa: N818  not an error of the user's
    """DuckDB does not take a file as it is."""


def can_be() -> bool:
    """Whether DuckDB is installed."""
    return find_spec("duckdb") is not None


@contextmanager
def connection() -> Iterator[DuckDBPyConnection]:
    """DuckDB in memory, with a folder of its own for what does not fit; raises `Refused` for what it raises."""
    with extra_needed():
        import duckdb

    with tempfile.TemporaryDirectory(prefix="porfse-") as folder:
        link = duckdb.connect()
        try:
            link.execute(f"SET memory_limit = '{_MEMORY}'")
            link.execute("SET temp_directory = ?", [folder])
            yield link
        except duckdb.Error as error:
            raise Refused(type(error).__name__) from None  # its message may hold a cell
        finally:
            link.close()


def is_large(part: Part) -> bool:
    """Whether a table is worth the while: the rows of a smaller one are read as fast as DuckDB is started."""
    return part.separator == PARQUET or part.path.stat().st_size >= _LARGE


def table_of(part: Part, folder: Path) -> str:
    """A table as SQL reads it, each column a text under its place in the header (c0, c1 ...), of Parquet as it is."""
    path = str(part.unpacked(folder)).replace("'", "''")
    if part.separator == PARQUET:
        columns = ", ".join(f"{quoted(label)} AS c{place}" for place, label in enumerate(part.header))
        return f"(SELECT {columns} FROM read_parquet('{path}'))"
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(part.header)))
    return (
        f"read_csv('{path}', delim = '{part.separator}', quote = '\"', escape = '\"', header = true, "
        f"auto_detect = false, strict_mode = true, columns = {{{columns}}})"
    )


def raw(part: Part, name: str) -> str:
    """A column of ours as the text it is; the empty text where the file lacks it."""
    return f"coalesce(CAST(c{part.at[name]} AS VARCHAR), '')" if name in part.at else "''"


def cell(part: Part, name: str) -> str:
    """A column of ours as a text without blanks at its ends; the empty text where the file lacks it."""
    if name not in part.at:
        return "''"
    text = f"CAST(c{part.at[name]} AS VARCHAR)"
    # to look at the ends is a tenth of the work of cutting them
    blank = " OR ".join([f"{text} < '!'", *(f"suffix({text}, '{sign}')" for sign in _BLANKS)])
    return f"coalesce(CASE WHEN {blank} THEN trim({text}, '{_BLANKS}') ELSE {text} END, '')"


def is_typed(link: DuckDBPyConnection, part: Part, table: str) -> bool:
    """Whether the amounts and days of a table are kept as such: in the copy that an import leaves."""
    if part.separator != PARQUET:
        return False
    exact = [f"c{part.at[field.name]}" for field in part.layout.fields if field.kind in TYPED and field.name in part.at]
    types = {str(row[1]) for row in link.execute(f"DESCRIBE SELECT {', '.join(exact)} FROM {table}").fetchall()}
    return types <= {kind.replace(" ", "") for kind in TYPED.values()}


def _own(part: Part) -> str:
    """What is true of rows that may be kept: all else is of another programme or project."""
    if part.layout.name == PROJECTS:
        return f"contains(upper({cell(part, 'programme')}), $cci)"
    code = cell(part, "project")
    # a code that holds the tax code of a person is replaced later on, and is not among those that are kept
    return f"({code} IN (SELECT project FROM kept) OR length({code}) > 15 AND regexp_matches({code}, '(?i){TAX_CODE}'))"


def own_rows(link: DuckDBPyConnection, part: Part, table: str, cci: str) -> Iterator[pd.DataFrame]:
    """The rows of a table that may be kept, in pieces of texts, in the order of the file.

    For a file of details `link` must have the projects that are kept, as table `kept`.
    """
    order = sorted(part.at, key=lambda name: part.at[name])
    columns = ", ".join(f"coalesce(CAST(c{part.at[name]} AS VARCHAR), '') AS {quoted(name)}" for name in order)
    rows = link.execute(f"SELECT {columns} FROM {table} WHERE {_own(part)}", _given(part, cci))
    start = 0
    while len(piece := rows.fetch_df_chunk(_VECTORS)):
        piece.index = pd.RangeIndex(start, start + len(piece))
        start += len(piece)
        yield piece.astype(object)


def others(link: DuckDBPyConnection, part: Part, table: str, cci: str) -> pd.DataFrame:
    """How many rows a table has beside those, by what tells why: programme and `rows`."""
    programme = cell(part, "programme")
    counted = f"SELECT {programme} AS programme, count(*) AS rows FROM {table} WHERE NOT {_own(part)}"
    found: pd.DataFrame = link.execute(f"{counted} GROUP BY 1 ORDER BY 1", _given(part, cci)).df()
    return found.assign(project="").astype({"programme": object})


def _given(part: Part, cci: str) -> dict[str, str]:
    return {"cci": cci} if part.layout.name == PROJECTS else {}
