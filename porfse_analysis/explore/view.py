"""A programme explored in JupyterLab: choices above, the figures of the reports below, files to take away."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis.display import blocks, figures, tables
from porfse_analysis.display.figure import Figure
from porfse_analysis.display.html import Html, heading, paragraphs
from porfse_analysis.display.report import Report, known_cutoff, open_report
from porfse_analysis.display.table import Table
from porfse_analysis.display.words import wording
from porfse_analysis.errors import DataError, PorfseError, extra_needed
from porfse_analysis.explore.rows import (
    EVERY,
    SUBJECTS,
    axis_label,
    explored,
    explored_rows,
    stage_label,
)
from porfse_analysis.explore.series import series, series_figure
from porfse_analysis.files import write_new
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.programme import Programme
from porfse_analysis.reports.downloads import downloads
from porfse_analysis.schema import ALL

__all__ = ["EVERY", "SUBJECTS", "Explorer", "explore", "explored", "explored_rows"]


def explore(*, programme: str = "", cutoff: str = "", lang: str = "it", export_to: str = ".") -> Explorer:
    """A view of a programme to look around in; as the last line of a cell it shows itself.

    `programme` is the folder (empty: the bundled one), `cutoff` the reporting date (empty: the last one), `export_to`
    the folder for files. What is wrong with a folder or a date is said in the view. Raises `ParameterError` for a
    language there is none of.
    """
    return Explorer(programme, cutoff, wording.check_language(lang), export_to)


class Explorer:
    """The view: its choices are widgets, which a program can set as a reader does.

    `folder`, `open`, `cutoff`, `stage`, `axis`, `language`; `export_to`, `csv`, `xlsx`. What comes of them is shown by
    `message`, `head`, `rows`, `exported` and `overview`, where every result replaces the one before.
    """

    def __init__(self, programme: str, cutoff: str, lang: str, export_to: str) -> None:
        with extra_needed():
            import ipywidgets as widgets

        self._programme: Programme | None = None
        self._report: Report | None = None
        self._failure: tuple[str, str] | None = None
        self._setting = False
        wide = {"layout": widgets.Layout(width="31em"), "style": {"description_width": "12.5em"}}
        self.opening, self.message = widgets.HTML(), widgets.HTML()
        self.folder = widgets.Text(value=programme, continuous_update=False, **wide)
        self.open = widgets.Button(button_style="primary", icon="folder-open")
        self.cutoff, self.stage, self.axis = (widgets.Dropdown(**wide) for _ in range(3))
        self.language = widgets.Dropdown(
            options=[(wording.text("navigation.language", code), code) for code in wording.LANGUAGES],
            value=lang,
            **wide,
        )
        self.head, self.rows, self.overview, self.exported = (widgets.HTML() for _ in range(4))
        self.export_to = widgets.Text(value=export_to, continuous_update=False, **wide)
        self.csv, self.xlsx = widgets.Button(icon="download"), widgets.Button(icon="download")
        style = files("porfse_analysis.explore").joinpath("view.css").read_text(encoding="utf-8")
        for shown in (self.opening, self.message, self.head, self.rows, self.overview, self.exported):
            shown.add_class("jp-RenderedHTMLCommon")
            shown.add_class("pf-explorer")
        self.rows.add_class("pf-explorer-rows")

        def beside(*items: Any) -> Any:
            return widgets.HBox(items, layout=widgets.Layout(flex_flow="row wrap"))

        self.view = widgets.VBox(
            [
                widgets.HTML(f"<style>{style}</style>"),
                self.opening,
                beside(self.folder, self.open),
                beside(self.cutoff, self.language),
                beside(self.stage, self.axis),
                *(self.message, self.head, self.rows),
                beside(self.export_to, self.csv, self.xlsx),
                *(self.exported, self.overview),
            ]
        )
        self.open.on_click(lambda _: self._read())
        self.folder.observe(lambda _: self._read(), "value")
        self.cutoff.observe(lambda _: self._choose(), "value")
        self.language.observe(lambda _: self._relabel(), "value")
        for choice in (self.stage, self.axis):
            choice.observe(lambda _: self._redraw(), "value")
        self.csv.on_click(lambda _: self._write("csv"))
        self.xlsx.on_click(lambda _: self._write("xlsx"))
        self._read(cutoff)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:
        return self.view._repr_mimebundle_(include=include, exclude=exclude)

    @property
    def report(self) -> Report | None:
        """The report of what is chosen, to go on with by hand; None while there is none."""
        return self._report

    @property
    def shown(self) -> list[Table]:
        """The tables in view."""
        if self._report is None:
            return []
        chosen = {"stage": self.stage.value, "axis": self.axis.value}
        found = [explored(self._report, **chosen), series(self._report, **chosen)]
        return [tables.progress_by_axis(self._report), *found] if self._whole else found

    @property
    def _whole(self) -> bool:
        """Whether the programme as a whole is chosen: what is of all stages and axes is shown then alone."""
        return bool(self.stage.value == EVERY and self.axis.value in (ALL, EVERY))

    def _text(self, key: str, **values: object) -> str:
        return wording.text(key, self.language.value, **values)

    def _read(self, cutoff: str = "") -> None:
        """The programme of the folder, at `cutoff`, else at the date chosen before if it has it, else at its last."""
        if self._setting:
            return
        folder = self.folder.value.strip()
        before, self._programme = self.cutoff.value, None
        path = Path(folder).expanduser()
        try:
            if folder and not path.is_dir():
                self._fail("no_folder")
                return
            self._programme = load_programme(path if folder else None)
            dates = self._programme.cutoffs
            chosen = cutoff or (before if before in dates else dates[-1] if dates else "")
            self._label()
            known_cutoff(self._programme, chosen)
        except DataError as error:
            self._fail("unreadable", str(error))
            return
        except PorfseError as error:
            self._fail("no_cutoff", str(error))
            return
        except OSError as error:
            self._fail("unreadable", str(error.strerror or error))
            return
        self._set(self.cutoff, value=chosen)
        self._choose()

    def _choose(self) -> None:
        """The report of the chosen date."""
        if self._setting or self._programme is None or self.cutoff.value is None:
            return
        self._failure = None
        with self._all_or_nothing():
            self._report = open_report(self._programme, cutoff=self.cutoff.value, lang=self.language.value)
            self._set(self.message, value="")
            self._set(self.exported, value="")
            self._draw()

    def _relabel(self) -> None:
        self._label()
        if self._report is not None:
            with self._all_or_nothing():
                self._report = self._report.in_language(self.language.value)
                self._set(self.exported, value="")
                self._draw()
        elif self._failure is not None:
            self._fail(*self._failure)

    def _label(self) -> None:
        """Every label and option in the chosen language; the choices stay."""
        lang, programme = self.language.value, self._programme
        self._set(self.opening, value=paragraphs([self._text("explorer.opening")]).html)
        for widget, key in (
            (self.folder, "explorer.folder"),
            (self.open, "explorer.open"),
            (self.cutoff, "explorer.cutoff"),
            (self.stage, "explorer.stage"),
            (self.axis, "explorer.axis"),
            (self.language, "explorer.language"),
            (self.export_to, "explorer.export_to"),
            (self.csv, "explorer.csv"),
            (self.xlsx, "explorer.xlsx"),
        ):
            self._set(widget, description=self._text(key))
        self._set(self.folder, placeholder=self._text("explorer.bundled"))
        dates = [] if programme is None else [pd.Timestamp(date) for date in reversed(programme.cutoffs)]
        self._offer(self.cutoff, [(wording.long_date(date, lang), date.date().isoformat()) for date in dates], None)
        self._offer(self.stage, [(stage_label(stage, lang), stage) for stage in (EVERY, *SUBJECTS)], EVERY)
        axes = [] if programme is None else [ALL, *programme.axes["axis"], EVERY]
        self._offer(self.axis, [(axis_label(programme, axis, lang), axis) for axis in axes if programme], ALL)

    def _offer(self, choice: Any, options: list[tuple[str, str]], otherwise: str | None) -> None:
        """Options for a choice; what was chosen stays, if it is still among them."""
        values = [value for _, value in options]
        kept = choice.value if choice.value in values else otherwise if otherwise in values else None
        self._set(choice, options=options)
        self._set(choice, value=kept)

    def _set(self, widget: Any, **values: Any) -> None:
        """Set what a widget shows, without answering it as if a reader had."""
        before, self._setting = self._setting, True
        try:
            for name, value in values.items():
                setattr(widget, name, value)
        finally:
            self._setting = before

    def _draw(self) -> None:
        report = self._report
        assert report is not None
        head = [
            heading(report.programme.title(report.lang), "explored-title", level=2),
            paragraphs([self._text("explorer.subtitle", date=wording.long_date(report.cutoff, report.lang))]),
            *([blocks.key_numbers(report)] if self._whole else []),
        ]
        self._set(self.head, value="".join(part.html for part in head))
        chosen = {"stage": self.stage.value, "axis": self.axis.value}
        below: list[Figure | Html | Table | None] = [series_figure(report, **chosen), series(report, **chosen)]
        if self._whole:
            below = [tables.progress_by_axis(report), figures.axes_progress(report), *below]
        self._set(self.overview, value="".join(part._repr_html_() for part in below if part is not None))
        self._draw_rows()

    def _redraw(self) -> None:
        """Everything in view for another stage or axis."""
        if self._setting or self._report is None:
            return
        with self._all_or_nothing():
            self._draw()

    def _draw_rows(self) -> None:
        if self._setting or self._report is None:
            return
        with self._all_or_nothing():
            rows = explored(self._report, stage=self.stage.value, axis=self.axis.value)
            self._set(self.exported, value="")
            self._set(self.rows, value=rows._repr_html_())
            self.csv.disabled = self.xlsx.disabled = False

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Whatever fails while drawing, no figure of the choice before stays in view."""
        try:
            yield
        except Exception as error:
            self._fail("not_drawn", f"{type(error).__name__}: {error}")

    def _fail(self, what: str, details: str = "") -> None:
        """Say what is wrong; figures of another programme or date would be taken for these."""
        self._report, self._failure = None, (what, details)
        self._label()
        if self._programme is not None:
            self._set(self.cutoff, value=None)
        sentence = self._text(f"explorer.{what}", folder=self.folder.value.strip() or self._text("explorer.bundled"))
        more = f"<pre>{html.escape(details)}</pre>" if details else ""
        self._set(self.message, value=f'<div role="alert"><p>{html.escape(sentence)}</p>{more}</div>')
        for shown in (self.head, self.rows, self.overview, self.exported):
            self._set(shown, value="")
        self.csv.disabled = self.xlsx.disabled = True

    def _write(self, kind: str) -> None:
        """The tables in view as files of one kind, beside those that are there already."""
        report = self._report
        if report is None:
            return
        outputs = [{"data": table._repr_mimebundle_()} for table in self.shown]
        facts = [
            (self._text("explorer.programme"), report.programme.title(report.lang)),
            ("CCI", report.programme.cci),
            (self._text("explorer.cutoff"), wording.date(report.cutoff, report.lang)),
            (self._text("explorer.stage"), stage_label(self.stage.value, report.lang)),
            (self._text("explorer.axis"), axis_label(report.programme, self.axis.value, report.lang)),
        ]
        name = f"explore-{report.cutoff.date().isoformat()}"
        made = [file for file in downloads(outputs, report.lang, name, facts) if file.name.endswith(f".{kind}")]
        folder = Path(self.export_to.value.strip() or ".").expanduser().resolve()
        written: list[Path] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in made:
                stem = file.name if kind == "xlsx" else f"{name}-{file.name}"
                written.append(write_new(folder / stem, file.content))
        except OSError as error:
            reason = error.strerror or str(error)
            sentence = self._text("explorer.not_written", folder=str(folder), reason=reason)
            self._set(self.exported, value=f'<div role="alert"><p>{html.escape(sentence)}</p></div>')
            return
        lines = [self._text("explorer.written", path=str(path)) for path in written]
        self._set(self.exported, value=paragraphs(lines or [self._text("explorer.nothing")]).html)
