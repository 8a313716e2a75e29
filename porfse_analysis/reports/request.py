"""What is asked of a batch of reports, said once and checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from porfse_analysis import resources
from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import LANGUAGES, check_language

__all__ = ["ENGINES", "Request"]

ENGINES: Final = ("warm", "kernel")
"""Ways of running a notebook: in a fork of a process that is ready, or with a kernel started each time."""


@dataclass(frozen=True)
class Request:
    """A batch of reports as it was asked for.

    Parameters
    ----------
    folders
        Programme folders ("" for the bundled one). The reports of one go into `out`, those of several, and of one more
        where `out` holds those of several, into a folder each below it, named as the programme's.
    cutoffs, notebooks
        Reporting dates and notebooks (names or paths); none: all there are.
    languages
        "it", "en" or both.
    parameters
        Names and values for parameters of the notebooks' own.
    out
        Where the reports go.
    jobs
        Runs at a time; -1: one per core.
    engine
        One of `ENGINES`.
    timeout
        Seconds a run may take; None: no limit.
    force
        Make every report, also those that are up to date.
    docx
        Every page as a document of Word too.
    scheduler
        Address of a Dask cluster to run on, "tcp://host:8786"; None: this machine.

    Raises
    ------
    ParameterError
        For a language, engine, number of jobs or time limit there is none of, and two folders whose reports would be
        in one place.
    """

    folders: Sequence[str] = ("",)
    cutoffs: Sequence[str] = ()
    notebooks: Sequence[str] = ()
    languages: Sequence[str] = (LANGUAGES[0],)
    parameters: Sequence[tuple[str, str]] = ()
    out: Path = Path("reports")
    jobs: int = -1
    engine: str = ENGINES[0]
    timeout: float | None = None
    force: bool = False
    docx: bool = False
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be done before anything is read or written."""
        for lang in self.languages:
            check_language(lang)
        if self.engine not in ENGINES:
            raise ParameterError(f"engine {self.engine!r}: it is one of {', '.join(ENGINES)}")
        if self.jobs < -1 or self.jobs == 0:
            raise ParameterError(f"jobs {self.jobs}: a number of processes from 1 on, or -1 for one per core")
        if self.timeout is not None and not self.timeout >= 1:
            raise ParameterError(f"timeout {self.timeout:g}: seconds a run may take, 1 or more")
        places = [place for _, place in self.places()]
        for place in places:
            if places.count(place) > 1:
                raise ParameterError(
                    f"two programme folders are called {place.name}; their reports would be in one place"
                )

    def places(self, *, below: bool = False) -> list[tuple[str, Path]]:
        """Each programme folder, and where its reports go; those of one into a folder of their own if `below`."""
        folders = list(self.folders) or [""]
        if len(folders) == 1 and not below:
            return [(folders[0], self.out)]
        return [(folder, self.out / resources.programme_folder(folder).resolve().name) for folder in folders]

    @property
    def warm(self) -> bool:
        """Whether runs are forked from a process of this machine that is ready."""
        return self.engine == "warm" and self.scheduler is None
