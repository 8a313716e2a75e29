"""What can change a report, as digests: two runs with the same digests give the same files.

Nothing heavy is imported here: a second call must be able to see that there is nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from porfse_analysis import resources
from porfse_analysis.reports.comments import FOLDER as COMMENTS
from porfse_analysis.reports.comments import Comment, comments_on
from porfse_analysis.reports.plan import PROJECTS, RECORDS, Run

if TYPE_CHECKING:
    import pandas as pd

    from porfse_analysis.programme import Programme

__all__ = ["WHOLE", "environment", "of_comments", "of_files", "of_programme", "of_run", "stamps"]

WHOLE = "whole"
"""Among the digests of what is seen at each date: the whole programme, whatever the date."""

# what computes, draws, runs and renders a report
_LIBRARIES = (
    "babel",
    "ipykernel",
    "ipython",
    "jinja2",
    "lxml",
    "matplotlib",
    "mistune",
    "nbconvert",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pillow",
    "python-docx",
    "typst",
    "xlsxwriter",
)


def digest(parts: Iterable[str]) -> str:
    """One digest of several texts, in their order."""
    made = hashlib.sha256()
    for part in parts:
        made.update(f"{len(part)}:{part}".encode())
    return made.hexdigest()


def of_files(paths: Iterable[Path]) -> str:
    """The names and contents of files."""
    return digest(
        text
        for path in sorted(paths)
        for text in (path.name, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
    )


def stamps(folder: Path) -> frozenset[tuple[str, int, int]]:
    """`resources.stamps` of every file a programme's pages are made from, its comments too."""
    return resources.stamps({*resources.programme_files(folder), *(folder / COMMENTS).rglob("*")})


@cache
def environment() -> str:
    """The package, its libraries and Python."""
    package = Path(__file__).parents[1]
    kinds = {".py", ".toml", ".j2", ".css", ".typ"}
    sources = [path for path in package.rglob("*") if path.suffix in kinds]
    versions = [platform.python_version()]
    for name in _LIBRARIES:
        try:
            versions.append(version(name))
        except PackageNotFoundError:
            versions.append("")
    return digest([of_files(sources), *versions])


def of_programme(programme: Programme) -> dict[str, str]:
    """Reporting date -> digest of what a report of that date sees: the rows up to it, and the verdicts on its claims.

    Under `WHOLE` that of the whole programme.
    """
    from porfse_analysis.inputs import as_cutoff
    from porfse_analysis.programme import deciding_columns, rows_until, tables_of
    from porfse_analysis.verdicts.claims import check_claims

    before = programme.before
    theirs = {} if before is None else {name: _row_digits(frame) for name, frame in tables_of(before).items()}
    named = [programme.predecessor, *programme.no_predecessor, *_tables(theirs)]
    titles = [dict(programme.titles), dict(before.titles) if before is not None else {}]
    said = json.dumps([titles, dict(programme.rules), programme.author, named], sort_keys=True)
    verdicts = check_claims(programme) if len(programme.claims) else None
    tables = tables_of(programme)
    digits = {name: _row_digits(frame) for name, frame in tables.items()}
    narrow = {name: frame[deciding_columns(name)].assign(**{_DIGITS: digits[name]}) for name, frame in tables.items()}
    seen = {WHOLE: digest([programme.cci, said, *_tables(digits)])}
    for cutoff in programme.cutoffs:
        at = as_cutoff(cutoff)
        told = "" if verdicts is None else _of_rows(_row_digits(verdicts[verdicts["cutoff"] <= at]))
        until = {name: _digits_seen(name, rows, tables[name]) for name, rows in rows_until(narrow, at).items()}
        seen[cutoff] = digest([programme.cci, said, *_tables(until), told])
    return seen


_DIGITS = "digits"
"""In a table of few columns, the number of each row."""


def _digits_seen(table: str, rows: pd.DataFrame, whole: pd.DataFrame) -> pd.Series:
    """The digits of the rows that are seen at a date: looked up, but for figures that are awaited."""
    from porfse_analysis.programme import AWAITED

    if table in AWAITED and rows[AWAITED[table][0]].isna().all():
        return _row_digits(whole.loc[rows.index].assign(**{name: rows[name] for name in AWAITED[table]}))
    return rows[_DIGITS].rename(_columns(whole))


def _row_digits(frame: pd.DataFrame) -> pd.Series:
    import pandas as pd

    plain = frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, "str"))
    digits: pd.Series = pd.util.hash_pandas_object(plain, index=False)
    return digits.rename(_columns(frame))


def _columns(frame: pd.DataFrame) -> str:
    return ",".join(map(str, frame.columns))


def _tables(digits: Mapping[str, pd.Series]) -> list[str]:
    return [text for name, rows in sorted(digits.items()) for text in (name, _of_rows(rows))]


def _of_rows(rows: pd.Series) -> str:
    return digest([str(rows.name), hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()])


def of_comments(comments: Iterable[Comment]) -> str:
    """What the evaluator wrote, and where it stands."""
    return digest(part for comment in comments for part in (comment.cutoff, comment.section, comment.text))


def of_run(run: Run, seen: Mapping[str, str], comments: Sequence[Comment] = ()) -> dict[str, str]:
    """What a run depends on, by name; `seen` is `of_programme` of its programme, `comments` those of its folder.

    The package's own notebooks see their programme through `open_report`, up to the date; any other may look at all.
    """
    records = {"records": of_files([Path(run.programme) / RECORDS])} if run.name == PROJECTS else {}
    return {
        **records,
        "data": seen[run.cutoff if run.own else WHOLE],
        "notebook": of_files([run.notebook]),
        "parameters": digest([run.cutoff, run.lang, run.programme, *(f"{name}={value!r}" for name, value in run.more)]),
        "comments": of_comments(comments_on(run, comments)),
        "formats": digest(path.suffix for path in run.documents),
        "package": environment(),
    }
