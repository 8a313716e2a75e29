"""What every page knows, whatever it is about: tables, figures and cells that need no more take a `Page`."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from porfse_analysis.programme import Programme

__all__ = ["Page", "ProgrammePage"]


class Page(Protocol):
    """A page: its date, its language, its results and the sources they are from."""

    @property
    def cutoff(self) -> pd.Timestamp:
        """The reporting date."""

    @property
    def lang(self) -> str:
        """The language."""

    @property
    def results(self) -> pd.DataFrame:
        """The indicators of the page, in the result columns."""

    @property
    def sources(self) -> pd.DataFrame:
        """The sources of the page; the row of one is its number, less one."""

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue in the language of the page."""


class ProgrammePage(Page, Protocol):
    """A page about one programme."""

    @property
    def programme(self) -> Programme:
        """The programme, up to the date."""
