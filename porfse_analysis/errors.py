"""What a user of the package can meet when something is wrong.

Every message says what is wrong, where (file, row, column), which value was found and what to do about it.
The parts are also attributes, so a program can use them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "EXTRAS",
    "DataError",
    "Fault",
    "MissingExtraError",
    "OverwriteError",
    "ParameterError",
    "PorfseError",
    "ReportError",
    "extra_needed",
    "missing_extra",
]

_SHOWN_CAUSES = 25
_SHOWN_PLACES = 5
_SHOWN_VALUE = 60


class PorfseError(Exception):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file.

    `row` is the line of the file as an editor numbers it (the header is row 1); None when the fault is not of one
    row. `value` is the text found, as it stands in the file. `cell` is the place in a workbook (`finance!G12`), which
    is named instead of the row. `cause`: what faults have in common whose `problem` differs from row to row.
    """

    problem: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str | None = None
    remedy: str = ""
    cell: str = ""
    cause: str = ""

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {self.column}" if self.column else ""
        place = ", ".join(part for part in (self.cell or row, column) if part)
        return f"{place}: {self.in_words}" if place else self.in_words

    @property
    def in_words(self) -> str:
        """What is wrong and what to do, without the place."""
        text = f"{_shortened(self.value)} {self.problem}" if self.value is not None else self.problem
        return f"{text}. {self.remedy}" if self.remedy else text

    @property
    def sheet(self) -> str:
        """The sheet of a workbook; empty for another file."""
        return self.cell.partition("!")[0]

    @property
    def place(self) -> str:
        """Where it is in its file or sheet: the cell, or the number of the row."""
        return self.cell.partition("!")[2] or self.cell or str(self.row)


class DataError(PorfseError):
    """A table cannot be read as what it says it is.

    `file` is the file (or the folder, when several of its files are at fault), `faults` every fault found, so that
    all of them can be corrected before the next try. The message has a line for each cause, with how many cells or
    rows have it and the first of them; `in_full` a line for each fault.
    """

    def __init__(self, file: str | Path, faults: Sequence[Fault]) -> None:
        self.file = str(file)
        self.faults = tuple(faults)
        causes = _by_cause(self.faults)
        lines = [self._count(len(causes)), *(self._of_cause(found) for found in causes[:_SHOWN_CAUSES])]
        more = len(causes) - _SHOWN_CAUSES
        if more > 0:
            lines.append(f"  ... and {more} more cause{'s' if more != 1 else ''}")
        if more > 0 or any(len(found) > _SHOWN_PLACES for found in causes):
            lines.append("  (all of them: --all of `porfse check`, `import` and `add`; .faults in Python)")
        super().__init__("\n".join(lines))

    def in_full(self) -> str:
        """The message with every fault in a line of its own."""
        return "\n".join([self._count(0), *(f"  {self._where(fault)}{fault}" for fault in self.faults)])

    def _count(self, causes: int) -> str:
        count = len(self.faults)
        of_causes = f" of {causes} cause{'s' if causes != 1 else ''}" if 0 < causes < count else ""
        return f"{self.file}: {count:,} problem{'s' if count != 1 else ''}{of_causes}."

    def _where(self, fault: Fault) -> str:
        return f"{fault.file}: " if fault.file not in ("", self.file, Path(self.file).name) else ""

    def _of_cause(self, faults: Sequence[Fault]) -> str:
        """What faults of one cause have in common: the first in words, how many there are, where the first ones are."""
        first = faults[0]
        if len(faults) == 1:
            return f"  {self._where(first)}{first}"
        sheet = f"{first.sheet}: " if first.sheet else ""
        counted = f"cells of {first.column}" if first.column and not first.cause else "rows"
        shown = [fault.place + _other_value(fault, first) for fault in faults[:_SHOWN_PLACES]]
        more = f" and {len(faults) - len(shown):,} more" if len(faults) > len(shown) else ""
        if first.row is None and not first.cell:  # the first one says which record it is
            return f"  {self._where(first)}{len(faults):,} {counted}: {first}"
        places = f"{'' if first.cell else 'rows '}{', '.join(shown)}{more}"
        return f"  {self._where(first)}{sheet}{len(faults):,} {counted}: {first.in_words} ({places})"

    def __reduce__(self) -> tuple[type[DataError], tuple[str, tuple[Fault, ...]]]:
        # an exception is rebuilt from its message, which is not what this one is made from
        return type(self), (self.file, self.faults)


def _by_cause(faults: Sequence[Fault]) -> list[list[Fault]]:
    """The faults of each cause: of one file, sheet and column, with one problem; in the order they were found."""
    causes: dict[object, list[Fault]] = {}
    for place, fault in enumerate(faults):
        # what is of no row is of its own, but for records of a file without rows, which have their cause
        alone = place if fault.row is None and not fault.cause else None
        key = (fault.file, fault.sheet, fault.column, fault.cause or fault.problem, alone)
        causes.setdefault(key, []).append(fault)
    return list(causes.values())


def _other_value(fault: Fault, first: Fault) -> str:
    return "" if fault.value in (None, first.value) else f" ({_shortened(fault.value or '')})"


def _shortened(value: str) -> str:
    # repr keeps control characters and invisible blanks visible, on one line
    return repr(value) if len(value) <= _SHOWN_VALUE else f"{value[:_SHOWN_VALUE] + '...'!r}"


class ParameterError(PorfseError):
    """A call, a command or a notebook was given a parameter that cannot be used."""


class OverwriteError(ParameterError):
    """What would be written is there already, and was not allowed to be replaced; made of what is wrong."""

    def __str__(self) -> str:
        return self.allowed_by("overwrite=True")

    def allowed_by(self, option: str) -> str:
        """The message, with the word that the caller has for it."""
        return f"{super().__str__()}, or allow it with {option}"


class ReportError(PorfseError):
    """One or more reports could not be made; `failures` maps the name of a run to its reason."""

    def __init__(self, message: str, failures: dict[str, str] | None = None) -> None:
        self.failures = dict(failures or {})
        super().__init__(message)


class MissingExtraError(PorfseError, ImportError):
    """A library that an extra of the package brings is not installed; the message names the extra."""


EXTRAS = {
    "IPython": "reports",
    "PIL": "reports",
    "distributed": "cluster",
    "docx": "reports",
    "duckdb": "records",
    "filelock": "reports",
    "ipykernel": "reports",
    "ipywidgets": "explore",
    "jinja2": "reports",
    "joblib": "reports",
    "jupyter_client": "reports",
    "jupyterlab": "explore",
    "lxml": "reports",
    "mistune": "reports",
    "nbclient": "reports",
    "nbconvert": "reports",
    "nbformat": "reports",
    "openpyxl": "records",
    "papermill": "reports",
    "platformdirs": "records",
    "requests": "records",
    "tqdm": "reports",
    "traitlets": "reports",
    "typer": "reports",
    "typst": "reports",
    "urllib3": "records",
    "xlsxwriter": "reports",
}
"""Name a library is imported by -> the extra that brings it; a test compares it with the imports and pyproject.toml."""


def missing_extra(error: ImportError) -> str:
    """What to install when an import failed for want of an extra, in one sentence; "" when it failed otherwise."""
    library = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or library not in EXTRAS:
        return ""
    return f'{library} is not installed: pip install "porfse_analysis[{EXTRAS[library]}]"'


@contextmanager
def extra_needed() -> Iterator[None]:
    """Around an import that needs an extra: without it, `MissingExtraError` says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        sentence = missing_extra(error)
        if not sentence:
            raise
        raise MissingExtraError(sentence, name=error.name) from error
