"""Cells of OpenCoesione's files: numbers in one of two notations, days as YYYYMMDD, words encoded twice.

A column is judged as a whole: its decimal sign is the one all its numbers have, its words are put right only where all
can be. Each different text is read once, however often it occurs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from porfse_analysis import schema

__all__ = ["YEARS", "days", "each", "number", "numbers", "repaired", "stripped"]

_NUMBER = re.compile(r"[+-]?(?:\d+|\d*([.,])\d+)", re.ASCII)
_DAY = re.compile(r"(\d{8})(?:[.,]0+)?", re.ASCII)
YEARS = range(1980, 2080)  # a programme of today may plan some years ahead, and name phases before it
_CENTS = 1e-6  # what a binary fraction adds to an amount: 193811766.27999997 is 193811766.28


def each(texts: pd.Series, of: Callable[[str], str]) -> pd.Series:
    """`of` every text, asked once for each different one."""
    codes, found = pd.factorize(texts)
    return pd.Series(np.array([of(text) for text in found], dtype=object)[codes], index=texts.index, dtype=object)


def stripped(text: str) -> str:
    """A text without blanks at its ends; a no-break space may be half an accent that was encoded twice, and stays."""
    return text.strip(" \t\r\n")


def number(text: str, *, amount: bool) -> tuple[float, str, str]:
    """The number of a cell, NaN for one that is empty or none; its decimal sign; and what is wrong with it.

    An amount is of whole cents: a third decimal that is not the noise of a binary fraction is wrong.
    """
    if not text:
        return float("nan"), "", ""
    written = _NUMBER.fullmatch(text)
    if not written:
        return float("nan"), "", "is not a number"
    sign = written[1] or ""
    value = float(text.replace(",", "."))
    if not amount:
        return value, sign, ""
    cents = round(value, 2)
    if abs(value - cents) > _CENTS * max(1.0, abs(value) * 1e-6):
        return cents, sign, "has more than two decimals: it may be a whole number with a sign between thousands"
    return cents, sign, ""


def numbers(texts: pd.Series, *, amounts: bool) -> tuple[np.ndarray, Mapping[str, str]]:
    """The numbers of a column, as `number` reads them; and what is wrong with a text, by text."""
    codes, found = pd.factorize(texts)
    values, problems = np.full(len(found), np.nan), {}
    signs: dict[str, list[str]] = {"": [], ",": [], ".": []}
    for place, text in enumerate(found):
        values[place], sign, problem = number(text, amount=amounts)
        signs[sign].append(text)
        if problem:
            problems[text] = problem
    if signs[","] and signs["."]:
        odd, other = sorted(",.", key=lambda sign: len(signs[sign]))
        for text in signs[odd]:
            problems[text] = f"has {odd!r} before its decimals where others of its column have {other!r}"
    return values[codes], problems


def days(texts: pd.Series, *, past: bool = False) -> tuple[np.ndarray, Mapping[str, str]]:
    """The days of a column, NaT for an empty cell; and what is wrong with a text, by text.

    `past`: what the column tells has happened, so that a day that has not come yet is wrong.
    """
    codes, found = pd.factorize(texts)
    today = datetime.now()
    values, problems = np.full(len(found), "NaT", dtype=schema.DATE_DTYPE), {}
    for place, text in enumerate(found):
        if not text:
            continue
        written = _DAY.fullmatch(text)
        try:
            day = datetime.strptime(written[1], "%Y%m%d") if written else _iso(text)
            if day.year not in YEARS or (past and day > today):
                problems[text] = (
                    "is a day that has not come yet" if past and day > today else "is of no programme's time"
                )
                continue
            values[place] = day
        except ValueError:
            problems[text] = (
                "is no day of the calendar: the file went through 32-bit floating-point numbers"
                if written
                else "is not a day written YYYYMMDD"
            )
    return values[codes], problems


def _iso(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d")


def repaired(texts: pd.Series) -> tuple[pd.Series, bool]:
    """The words of a column with accents that were encoded twice put right, where all of them can be.

    The second value: whether some of them are as they were, since the column has both.
    """
    found = [text for text in texts.unique() if not text.isascii()]
    once = {text: _once(text) for text in found}
    if not any(once.values()):
        return texts, False
    if not all(once.values()):
        return texts, True
    return each(texts, lambda text: once.get(text, text)), False


def _once(text: str) -> str:
    """A text that was encoded twice, as it was meant; empty for one that was not."""
    octets = bytearray()
    for sign in text:
        for encoding in ("latin-1", "cp1252"):
            try:
                octets += sign.encode(encoding)
                break
            except UnicodeEncodeError:
                continue
        else:
            return ""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return ""
