"""What cells hold in the tables of 2021-2027 alone: transmissions, and names of funds and categories of region."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from porfse_analysis import schema
from porfse_analysis.codes import CODES
from porfse_analysis.loaders.cohesion.dates import empty_elsewhere

__all__ = ["TEXTS_2021", "cycles"]

_CYCLE = re.compile(r"(20\d\d)(0[1-9]|1[0-2])(?:\.0)?", re.ASCII)
_FUNDS = {"ESF": "ESF+", "INTERREG": "Interreg Funds"}
# funds without categories of region bear their own name there
_NO_REGION = {"", "VOID", "CF", "JTF", "EMFAF", "AMIF", "BMVI", "ISF", "INTERREG", "INTERREG FUNDS", "N/A"}
_OUTERMOST = "Outermost or northern sparsely populated"


def cycles(texts: Sequence[str], problems: dict[int, str]) -> np.ndarray:
    """The last day of the month that each transmission is of: 202412 is 31 December 2024."""
    dates = np.full(len(texts), "NaT", dtype=schema.DATE_DTYPE)
    for index, text in enumerate(texts):
        written = _CYCLE.fullmatch(text)
        if written:
            next_month = np.datetime64(f"{written[1]}-{written[2]}", "M") + 1
            dates[index] = next_month.astype("datetime64[D]") - np.timedelta64(1, "D")
        elif text:
            problems[index] = empty_elsewhere(text, "is not a transmission, written as a year and a month (202412)")
    return dates


def _fund(text: str) -> str:
    """9qee-iv7c writes ESF where the others write ESF+."""
    return _FUNDS.get(text.upper(), text)


def _region(text: str) -> str:
    if text.upper() in _NO_REGION:
        return ""
    return _OUTERMOST if text.casefold() == _OUTERMOST.casefold() else _known("region_category", text)


def _objective(text: str) -> str:
    return "" if text.upper() == "VOID" else _known("investment_priority", text)


def _known(kind: str, text: str) -> str:
    """The known code that a text is meant for: tables of one portal may differ in how they write it."""
    known, meaning = CODES[kind]
    return text if text in known else meaning(text) or text


TEXTS_2021: dict[str, Callable[[str], str]] = {"fund": _fund, "region": _region, "objective_2021": _objective}
"""Kind of a cell -> how its text is read."""
