"""What every command shares: the application, how errors end it, the folder of the programme."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import porfse_analysis
from porfse_analysis.cli.process import CLOSED_PIPE, exit_code, forget_output
from porfse_analysis.errors import DataError, OverwriteError, PorfseError, ReportError, missing_extra
from porfse_analysis.files import no_place
from porfse_analysis.languages import LANGUAGES

if TYPE_CHECKING:
    from porfse_analysis.programme import Programme

__all__ = [
    "FAILED",
    "LANGUAGES_SHOWN",
    "WRONG_CALL",
    "Cutoffs",
    "Every",
    "Folder",
    "app",
    "counted_rows",
    "guarded",
    "load",
    "place",
]

app = typer.Typer(
    name="porfse",
    help="Indicators and reports for programmes of the European Social Fund.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        print(f"porfse {porfse_analysis.__version__}")
        raise typer.Exit


@app.callback()
def porfse(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Indicators and reports for programmes of the European Social Fund."""


LANGUAGES_SHOWN = f"[{'|'.join(LANGUAGES)}]"
FAILED, WRONG_CALL = 1, 2

Folder = Annotated[str, typer.Argument(help="Folder of the programme (default: the bundled one).", show_default=False)]
Cutoffs = Annotated[
    list[str] | None,
    typer.Option("--cutoff", metavar="DATE", help="Reporting date, YYYY-MM-DD; repeat for several (default: all)."),
]


Every = Annotated[
    bool, typer.Option("--all", help="Where a table is at fault, print every fault and not a line for each cause.")
]


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Errors the package raises on purpose become one message and an exit code.

    A command with the option `Every` says every fault in a line of its own where that is asked for.
    """

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            given = command(*args, **kwargs)
            sys.stdout.flush()
            return given
        except ReportError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(FAILED) from error
        except PorfseError as error:
            print(_in_words(error, every=kwargs.get("every", False)), file=sys.stderr)
            raise typer.Exit(WRONG_CALL) from error
        except ModuleNotFoundError as error:
            if not missing_extra(error):
                raise
            print(missing_extra(error), file=sys.stderr)
            raise typer.Exit(WRONG_CALL) from error
        except KeyboardInterrupt as error:
            print("stopped", file=sys.stderr)
            raise typer.Exit(exit_code(error)) from error
        except BrokenPipeError as error:
            forget_output()
            raise typer.Exit(CLOSED_PIPE) from error

    return run


def _in_words(error: PorfseError, *, every: bool) -> str:
    if isinstance(error, OverwriteError):
        return error.allowed_by("--overwrite")
    return error.in_full() if isinstance(error, DataError) and every else str(error)


@contextmanager
def counted_rows(delay: float = 1.5) -> Iterator[Callable[[str, int], None]]:
    """A line that counts the rows read, where that takes some time: called with a table and how many more of it."""
    from tqdm import tqdm

    with tqdm(unit=" rows", file=sys.stderr, delay=delay, leave=False) as bar:

        def progress(name: str, rows: int) -> None:
            # where the whole is not known, tqdm puts a colon behind a description that set_description gave one already
            bar.set_description_str(name, refresh=False)
            bar.update(rows)

        yield progress


def place(text: object) -> Path:
    """A folder or file to write, as a command is given it; refused where nothing can be written."""
    if reason := no_place(str(text)):
        raise typer.BadParameter(reason)
    return Path(str(text))


def load(folder: str) -> Programme:
    """The programme of a folder; of the bundled one where none is named."""
    from porfse_analysis.loaders.folder import load_programme

    return load_programme(folder or None)
