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
    "ParameterError",
    "PorfseError",
    "ReportError",
    "extra_needed",
    "missing_extra",
]

_SHOWN_FAULTS = 25
_SHOWN_VALUE = 60


class PorfseError(Exception):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file.

    `row` is the line of the file as an editor numbers it (the header is row 1); None when the fault is not of one
    row. `value` is the text found, as it stands in the file. `cell` is the place in a workbook (`finance!G12`), which
    is named instead of the row.
    """

    problem: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str | None = None
    remedy: str = ""
    cell: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.cell or (f"row {self.row}" if self.row is not None else ""),
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        text = f"{place}: " if place else ""
        if self.value is not None:
            shown = self.value if len(self.value) <= _SHOWN_VALUE else self.value[:_SHOWN_VALUE] + "..."
            # repr keeps control characters and invisible blanks visible, on one line
            text += f"{shown!r} "
        text += self.problem
        return f"{text}. {self.remedy}" if self.remedy else text


class DataError(PorfseError):
    """A table cannot be read as what it says it is.

    `file` is the file (or the folder, when several of its files are at fault), `faults` every fault found, so that
    all of them can be corrected before the next try.
    """

    def __init__(self, file: str | Path, faults: Sequence[Fault]) -> None:
        self.file = str(file)
        self.faults = tuple(faults)
        count = len(self.faults)
        lines = [f"{self.file}: {count} problem{'s' if count != 1 else ''}."]
        for fault in self.faults[:_SHOWN_FAULTS]:
            where = f"{fault.file}: " if fault.file not in ("", self.file, Path(self.file).name) else ""
            lines.append(f"  {where}{fault}")
        if count > _SHOWN_FAULTS:
            lines.append(f"  ... and {count - _SHOWN_FAULTS} more (all of them in .faults)")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[DataError], tuple[str, tuple[Fault, ...]]]:
        # an exception is rebuilt from its message, which is not what this one is made from
        return type(self), (self.file, self.faults)


class ParameterError(PorfseError):
    """A call, a command or a notebook was given a parameter that cannot be used."""


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
    "filelock": "reports",
    "ipykernel": "reports",
    "ipywidgets": "explore",
    "jinja2": "reports",
    "joblib": "reports",
    "jupyter_client": "reports",
    "jupyterlab": "explore",
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
