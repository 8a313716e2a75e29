"""Going through large files with DuckDB, which leaves in the file what is not of the programme.

It only leaves out what would be set aside anyway, and says how much of what; which rows count, and what their cells
are, is decided where it is for small files. Where DuckDB is not installed, or does not take a file as it is, all of its
rows are read: slower, and with the place of what is wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from porfse_analysis.errors import extra_needed
from porfse_analysis.loaders.opencoesione.cells import stripped
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
    "mark_kept",
    "own_rows",
    "raw",
    "table_of",
    "told_apart",
]

_LARGE = 16 << 20
_MEMORY = "400MB"
_THREADS = 4  # each holds pieces of a file: of many the memory is full
_BLANKS = " \t\r\n"
_MARKS = 1 << 23  # of a hundred thousand projects a hundredth is taken for others, and looked at for nothing
TYPED = {"amount": "DECIMAL(18, 2)", "day": "DATE"}
"""What the copy of an import keeps as what it is, having been read without a fault; all else stays the text it was."""
_VECTORS, _ROWS = 32, 16_384  # what is taken at once, in vectors of 2,048 rows at most; and what is gone on with


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
            link.execute(f"SET threads = {min(_threads(link), _THREADS)}")
            link.execute("SET temp_directory = ?", [folder])
            # DuckDB holds a CSV file for a small table, and would keep all of it in memory: joins are made as written
            link.execute("SET disabled_optimizers = 'build_side_probe_side'")
            yield link
        except duckdb.Error as error:
            raise Refused(type(error).__name__) from None  # its message may hold a cell
        finally:
            link.close()


def _threads(link: DuckDBPyConnection) -> int:
    return int(link.execute("SELECT current_setting('threads')").fetchall()[0][0])


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


def mark_kept(link: DuckDBPyConnection, projects: pd.DataFrame) -> None:
    """Tell `link` the codes of the projects that are kept (column `project`): it is asked of files of details."""
    link.register("projects_kept", projects[["project"]].astype(object))
    marks = f"bitstring_agg(CAST({_mark('project')} AS INTEGER), 0, {_MARKS - 1})"
    link.execute(f"SET VARIABLE kept = (SELECT {marks} FROM projects_kept)")
    link.unregister("projects_kept")


def _mark(code: str) -> str:
    return f"hash({code}) % {_MARKS}"


def _may_be_kept(part: Part) -> str:
    """Whether a row may be of a project that is kept, where its programme does not tell.

    To join the codes would do as well, but rows come out of a join in another order each time.
    """
    if part.layout.name == PROJECTS:
        return "true"
    programme, code = raw(part, "programme"), cell(part, "project")
    blank = f"{programme} < '!' AND trim({programme}, '{_BLANKS}') = ''"
    marked = f"get_bit(getvariable('kept'), CAST({_mark(code)} AS INTEGER)) = 1"
    # a code that holds the tax code of a person is replaced later on, and is not among those that are kept
    person = f"length({code}) > 15 AND regexp_matches({code}, '(?i){TAX_CODE}')"
    return f"CASE WHEN {blank} THEN {marked} OR {person} ELSE true END"


def told_apart(link: DuckDBPyConnection, part: Part, table: str, cci: str) -> tuple[pd.DataFrame, list[str]]:
    """How many rows of a table cannot be kept, by what tells why (programme, project and `rows`); and what the others
    have as their programme, for `own_rows`.

    For a file of details `mark_kept` comes first.
    """
    found = link.execute(
        f"SELECT {raw(part, 'programme')} AS programme, {_may_be_kept(part)} AS may_be, count(*) AS rows "
        f"FROM {table} GROUP BY 1, 2 ORDER BY 1, 2"
    ).df()
    details = part.layout.name != PROJECTS
    own = found["programme"].map(lambda text: cci in text.upper() or (details and not stripped(text))).astype(bool)
    rest = found.loc[~(found["may_be"] & own), ["programme", "rows"]].reset_index(drop=True)
    return rest.assign(project="").astype({"programme": object}), list(found.loc[own, "programme"].unique())


def own_rows(link: DuckDBPyConnection, part: Part, table: str, programmes: Sequence[str]) -> Iterator[pd.DataFrame]:
    """The rows of a table that may be kept, in pieces of texts, in the order of the file."""
    order = sorted(part.at, key=lambda name: part.at[name])
    columns = ", ".join(f"coalesce(CAST(c{part.at[name]} AS VARCHAR), '') AS {quoted(name)}" for name in order)
    chosen = f"list_contains($programmes, {raw(part, 'programme')}) AND {_may_be_kept(part)}"
    rows = link.execute(f"SELECT {columns} FROM {table} WHERE {chosen}", {"programmes": list(programmes)})
    start = 0
    for piece in _gathered(rows):
        piece.index = pd.RangeIndex(start, start + len(piece))
        start += len(piece)
        yield piece.astype(object)


def _gathered(rows: DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    """What a query finds, in pieces that are worth the while: of a vector little may be left."""
    gathered: list[pd.DataFrame] = []
    while len(piece := rows.fetch_df_chunk(_VECTORS)):
        gathered.append(piece)
        if sum(map(len, gathered)) >= _ROWS:
            yield pd.concat(gathered)
            gathered = []
    if gathered:
        yield pd.concat(gathered)
