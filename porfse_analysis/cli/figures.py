"""Commands that compute and print: indicators, check."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from porfse_analysis.cli import terminal
from porfse_analysis.cli.command import FAILED, LANGUAGES_SHOWN, Cutoffs, Every, Folder, app, guarded, load
from porfse_analysis.languages import LANGUAGES, check_language, rounded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check", "indicators"]


class Format(StrEnum):
    """Forms in which figures are printed."""

    table = "table"
    csv = "csv"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print them.")]


@app.command(epilog="Example: porfse indicators --cutoff 2018-09-30 --format csv > indicators.csv")
@guarded
def indicators(
    folder: Folder = "",
    cutoff: Cutoffs = None,
    axis: Annotated[
        list[str] | None,
        typer.Option("--axis", metavar="AXIS", help="Axis, or ALL for the programme; repeat for several."),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", metavar=LANGUAGES_SHOWN, help="Language of titles and notes (default: codes)."),
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Print every indicator, for the programme (ALL) and by axis, in full precision."""
    from porfse_analysis.display.report import known_cutoff
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.indicators.overview import all_indicators
    from porfse_analysis.indicators.result import collect
    from porfse_analysis.reports.results import results_csv, results_json

    if lang is not None:
        check_language(lang)
    programme = load(folder)
    known = ["ALL", *programme.axes["axis"]]
    for name in axis or ():
        if name not in known:
            raise ParameterError(f"axis {name!r}: {programme.cci} has {', '.join(known)}")
    dates = [known_cutoff(programme, date).date().isoformat() for date in cutoff or ()] or programme.cutoffs
    results = collect(all_indicators(programme, cutoff=date) for date in _bar(dates, "dates"))
    if axis:
        results = results[results["axis"].isin(axis)].reset_index(drop=True)
    if form is Format.table:
        print(_table(results, lang))
        return
    if lang is not None:
        from porfse_analysis.display.words.wording import indicator_title

        place = results.columns.get_loc("indicator")
        titles = [indicator_title(name, lang) for name in results["indicator"]]
        results.insert(int(str(place)) + 1, "title", titles)
    print(results_csv(results), end="") if form is Format.csv else print(results_json(results))


def _table(results: pd.DataFrame, lang: str | None) -> str:
    """The results as a table for people: columns without anything are left out."""
    import pandas as pd

    from porfse_analysis.display.words import wording

    columns = [
        name
        for name in results.columns
        if name not in ("programme", "region_category") and (results[name].astype("str") != "").any()
    ]
    numbers = [pd.api.types.is_numeric_dtype(results[name]) for name in columns]

    def written(name: str, value: Any) -> str:
        if pd.isna(value):
            return ""
        if isinstance(value, pd.Timestamp):
            return str(value.date().isoformat())
        if isinstance(value, float):
            return f"{rounded(value, 6):,f}".rstrip("0").rstrip(".")
        if lang is not None and name == "indicator":
            return wording.indicator_title(value, lang)
        if lang is not None and name == "note":
            return "; ".join(wording.word_notes(value, lang))
        return str(value)

    rows = [
        [written(name, value) for name, value in zip(columns, row, strict=True)]
        for row in results[columns].itertuples(index=False, name=None)
    ]
    heads = list(columns)
    if lang is not None:
        heads = [
            wording.text(f"column.{name}", lang) if wording.has_text(f"column.{name}") else _other_head(name, lang)
            for name in columns
        ]
    return terminal.table(heads, rows, numbers, terminal.width())


def _other_head(name: str, lang: str) -> str:
    from porfse_analysis.display.words import wording

    return wording.text(f"explorer.{name}", lang) if wording.has_text(f"explorer.{name}") else name


def _bar(items: list[str], unit: str) -> Any:
    from tqdm import tqdm

    return tqdm(items, unit=f" {unit}", file=sys.stderr, delay=1.5, leave=False)


@app.command(epilog="Example: porfse check my-programme --lang en")
@guarded
def check(
    folder: Folder = "",
    lang: Annotated[str, typer.Option("--lang", metavar=LANGUAGES_SHOWN, help="Language of the findings.")] = LANGUAGES[
        0
    ],
    form: FormatOption = Format.table,
    every: Every = False,
) -> None:
    """Print what the checks find and the verdict on every claim. Exit 1 when a figure is impossible, else 0."""
    from porfse_analysis.display.words.wording import date, text
    from porfse_analysis.reports.checked import checked
    from porfse_analysis.reports.comments import read_comments
    from porfse_analysis.reports.results import results_csv, results_json
    from porfse_analysis.verdicts.checks import SEVERITIES
    from porfse_analysis.verdicts.checks import check as find
    from porfse_analysis.verdicts.claims import VERDICTS, check_claims

    check_language(lang)
    programme = load(folder)
    read_comments(folder)
    found, verdicts = find(programme), check_claims(programme)
    rows = checked(programme, found, verdicts, lang)
    if form is Format.csv:
        print(results_csv(rows), end="")
    elif form is Format.json:
        print(results_json(rows))
    else:
        columns = terminal.width()
        for _, row in rows.iterrows():
            group, size = ("severity", 12) if row["kind"] == "finding" else ("verdict", 16)
            result = text(f"{group}.{row['result']}", lang)
            head = f"{result:<{size}} {date(row['cutoff'], lang)}  "
            print(terminal.block(head, _about(row, lang) + row["message"], columns))
    counts = ", ".join(f"{severity} {int((found['severity'] == severity).sum())}" for severity in SEVERITIES)
    decided = ", ".join(f"{verdict} {int((verdicts['verdict'] == verdict).sum())}" for verdict in VERDICTS)
    print(f"{programme.cci}: {counts}; claims: {decided}", file=sys.stderr)
    if (found["severity"] == "error").any():
        raise typer.Exit(FAILED)


def _about(row: pd.Series, lang: str) -> str:
    """The axis a finding is about; a claim says it itself."""
    from porfse_analysis.display.words.wording import text

    if row["kind"] == "claim":
        return ""
    axis = text("axis.all", lang) if row["axis"] == "ALL" else text("axis.code", lang, axis=row["axis"])
    return f"{axis}: "
