"""A plain frame as a reader meets it: which columns first, and its values for the page and the files beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from babel.numbers import format_decimal

from porfse_analysis.display.html import written
from porfse_analysis.display.table import DATE
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.result import KEY, RESULT_COLUMNS
from porfse_analysis.languages import locale, rounded

__all__ = ["for_reading", "is_result", "own_table", "table_of"]

_FIRST = ("value", "unit", "indicator", "axis")
_KEPT = 200_000
"""Cells of a frame that an executed notebook carries; of a larger one only the rows that its page shows."""

_SHOWN, _HEAD = 60, 30
"""Rows of a frame that a page shows; of a longer one the first of them."""

_DECIMALS = 6
_GROUPED_FROM = 10_000
"""A column of numbers below it, as of years, has none apart in thousands."""


def is_result(frame: pd.DataFrame) -> bool:
    """Whether a frame is a result of the package: it has all its columns."""
    return frame.columns.is_unique and set(RESULT_COLUMNS) <= set(frame.columns)


def for_reading(frame: pd.DataFrame) -> pd.DataFrame:
    """A result with the values first, then what they are of, without the keys that are empty in every row."""
    told = [name for name in KEY if name in _FIRST or not frame[name].isin(["", None]).all()]
    order = dict.fromkeys([*_FIRST, *(name for name in told if name != "programme"), "data_date", "note", *frame])
    return frame[[name for name in order if name in told or name not in KEY]]


def table_of(frame: pd.DataFrame) -> dict[str, Any]:
    """A frame as an executed notebook carries it, in the shape of `Table.typed` but for what its page adds.

    Besides: `own`, `rows` (how many the frame has), and of each column `shown` (its place on the page, or none). A
    number is itself whatever its column is; the index is left out where it only counts the rows.
    """
    rows = len(frame)
    if frame.size > _KEPT:
        frame = frame.head(_HEAD)
    result = is_result(frame)
    counting = frame.index.nlevels == 1 and frame.index.name is None
    plain = counting and (result or isinstance(frame.index, pd.RangeIndex))
    levels = [] if plain else [frame.index.get_level_values(place) for place in range(frame.index.nlevels)]
    names: list[Any] = list(frame.columns)
    order = [names.index(name) for name in for_reading(frame)] if result else list(range(len(names)))
    columns: list[dict[str, Any]] = [
        {"label": _label(level.name)[0], "kind": "head", "shown": place, **_values(level.to_series())}
        for place, level in enumerate(levels)
    ]
    for place, name in enumerate(names):
        label, dated = _label(name)
        kept = _values(frame.iloc[:, place])
        kind = "figure" if "General" in kept["patterns"] else "text"
        shown = len(levels) + order.index(place) if place in order else None
        columns.append({"label": label, "dated": dated, "kind": kind, "shown": shown, **kept})
    return {
        **{"own": True, "rows": rows, "name": "", "caption": "", "notes": [], "source": "", "empty": ""},
        "columns": [{"group": "", **column} for column in columns],
    }


def own_table(table: Mapping[str, Any], name: str, lang: str) -> str:
    """A frame that a notebook carries, as a table of a page in its language."""
    columns = sorted((item for item in table["columns"] if item["shown"] is not None), key=lambda item: item["shown"])
    have = max((len(column["values"]) for column in columns), default=0)
    shown = have if table["rows"] <= _SHOWN else min(have, _HEAD)
    texts = [_texts(column, shown, lang) for column in columns]
    kinds = [(column["kind"] == "head", "pf-number" if column["kind"] == "figure" else "") for column in columns]
    notes = []
    if shown < table["rows"]:
        counts = {"shown": wording.count(shown, lang), "rows": wording.count(table["rows"], lang)}
        whole = wording.text("own.first_rows", lang, **counts)
        notes.append(whole if have == table["rows"] else wording.text("own.too_large", lang, **counts))
    return written(
        "table",
        name=name,
        caption=table["caption"],
        heads=[[(_head(column, lang), "col", css, 1, 1) for column, (_, css) in zip(columns, kinds, strict=True)]],
        rows=[
            [(text, (), head, css) for text, (head, css) in zip(row, kinds, strict=True)]
            for row in zip(*texts, strict=True)
        ],
        foot=[(note, "pf-note") for note in notes],
        width=len(columns),
    )


def _label(name: object) -> tuple[str, bool]:
    """What a column is called, and whether that is a day."""
    if name is None:
        return "", False
    if isinstance(name, tuple):
        return " · ".join(text for text in (_label(part)[0] for part in name) if text), False
    if isinstance(name, pd.Timestamp) and name == name.normalize():
        return name.date().isoformat(), True
    return str(name), False


def _head(column: Mapping[str, Any], lang: str) -> str:
    return wording.date(pd.Timestamp(column["label"]), lang) if column.get("dated") else str(column["label"])


def _values(series: pd.Series) -> dict[str, list[Any]]:
    """The values of a column, fit for JSON, and the pattern of each."""
    missing = series.isna().tolist()
    kind = series.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        days = bool((series.dropna() == series.dropna().dt.normalize()).all())
        texts = series.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M:%S").tolist()
        return _kept([(text, DATE if days else "") for text in texts], missing)
    if pd.api.types.is_bool_dtype(kind) or not (
        pd.api.types.is_integer_dtype(kind) or pd.api.types.is_float_dtype(kind)
    ):
        return _kept([(str(value), "") for value in series.tolist()], missing)
    return _kept([_number(value) for value in series.tolist()], missing)


def _number(value: Any) -> tuple[Any, str]:
    if pd.isna(value):
        return None, ""
    if not math.isfinite(value):
        return str(value), ""
    whole = float(value).is_integer() and abs(value) < 2**53
    return int(value) if whole else float(value), "General"


def _kept(cells: Iterable[tuple[Any, str]], missing: Sequence[bool]) -> dict[str, list[Any]]:
    pairs = [(None, "") if gone else cell for cell, gone in zip(cells, missing, strict=True)]
    return {"values": [value for value, _ in pairs], "patterns": [pattern for _, pattern in pairs]}


def _texts(column: Mapping[str, Any], rows: int, lang: str) -> list[str]:
    """The cells of a column as text: every number of it with the same decimals, as many as it takes up to six."""
    values, patterns = column["values"][:rows], column["patterns"][:rows]
    numbers = [value for value, pattern in zip(values, patterns, strict=True) if pattern == "General"]
    exponents = [rounded(value, _DECIMALS).normalize().as_tuple().exponent for value in numbers]
    decimals = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
    form = "#,##0" if any(abs(value) >= _GROUPED_FROM for value in numbers) else "0"
    form += "." + "0" * decimals if decimals > 0 else ""

    def text(value: Any, pattern: str) -> str:
        if value is None:
            return wording.text("missing.short", lang)
        if pattern == DATE:
            return wording.date(pd.Timestamp(value), lang)
        if pattern != "General":
            return str(value)
        if value and abs(value) < 10**-_DECIMALS:
            return str(format_decimal(value, format="0.#####E0", locale=locale(lang)))
        return str(format_decimal(rounded(value, max(decimals, 0)), format=form, locale=locale(lang)))

    return [text(value, pattern) for value, pattern in zip(values, patterns, strict=True)]
