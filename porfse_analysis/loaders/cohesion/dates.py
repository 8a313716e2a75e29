"""The dates of the Commission's tables, and what other programs make of them and of empty cells.

A copy of a table that R, Python or a spreadsheet has written anew is refused once per cause, with what to do: a day
that went through a time zone may be the day before, and nothing tells whether 05/06/2018 is of May or of June.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from porfse_analysis.schema import DATE_DTYPE

__all__ = ["cure", "empty_elsewhere", "read_dates"]

_FORMS = (
    (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), "%Y-%m-%d"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", re.ASCII), "%Y-%m-%dT%H:%M:%S.%f"),
    (re.compile(r"\d\d?/\d\d?/\d{4} \d\d?:\d\d:\d\d [AP]M", re.ASCII), "%m/%d/%Y %I:%M:%S %p"),
)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_SPREADSHEET = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](?:\d{4}|\d\d)", re.ASCII)
_EMPTY = ("na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none")

_NO_DATE = "is not a date of the portal"
_WRITTEN = f"{_NO_DATE} (2018-12-31T00:00:00.000, 12/31/2018 12:00:00 AM, 2018-12-31)"
_MOVED = "is an instant of a day, not a day: a copy made in another time zone"
_IN_UTC = f"{_NO_DATE}, but midnight of a time zone"
_SAVED = f"{_NO_DATE}, but one as a spreadsheet writes it"
_ELSEWHERE = ", but an empty cell as another program writes it"

_AS_IT_IS = "Use the file as the portal gives it"
_CURES = {
    _MOVED: f"{_AS_IT_IS}; in R keep the day, as.Date(x, tz = ...) with the time zone the table was read in",
    _IN_UTC: f"{_AS_IT_IS}, or write the days alone (in R: as.Date(x))",
    _SAVED: f"{_AS_IT_IS}: the spreadsheet may have changed codes and numbers too",
}


def cure(problem: str) -> str:
    """What to do about a problem that this module names; empty for another."""
    if problem.endswith(_ELSEWHERE):
        return f'{_AS_IT_IS}, or leave the cell empty (in R: write.csv(x, na = ""))'
    return next((said for known, said in _CURES.items() if problem.startswith(known)), "")


def empty_elsewhere(text: str, problem: str) -> str:
    """The problem of a cell, which says so where the cell is what R, Python or a spreadsheet write for an empty one."""
    return problem + _ELSEWHERE if text.strip().lower() in _EMPTY else problem


def read_dates(texts: Sequence[str], problems: dict[int, str]) -> np.ndarray:
    """The dates of these texts; what is none is named in `problems`, by its place, in the same words for one cause."""
    dates = np.full(len(texts), "NaT", dtype=DATE_DTYPE)
    moved: dict[int, int] = {}
    saved: dict[int, tuple[int, int]] = {}
    for index, text in enumerate(texts):
        if not text:
            continue
        written = next((form for pattern, form in _FORMS if pattern.fullmatch(text)), None)
        instant, spreadsheet = _INSTANT.fullmatch(text), _SPREADSHEET.fullmatch(text)
        try:
            date = datetime.strptime(text, written or "")
        except ValueError:
            if instant and (ahead := _minutes_ahead(instant)) is not None:
                moved[index] = ahead
            elif spreadsheet:
                saved[index] = int(spreadsheet[1]), int(spreadsheet[2])
            else:
                problems[index] = _WRITTEN if text.lower() not in _EMPTY else empty_elsewhere(text, _NO_DATE)
            continue
        if date.time() != datetime.min.time():
            moved[index] = _ahead(date.hour, date.minute)
            continue
        dates[index] = date
    _name_moved(moved, problems)
    _name_saved(saved, problems)
    return dates


def _minutes_ahead(instant: re.Match[str]) -> int | None:
    """How far ahead of UTC the clock is at whose midnight this is; None where it is no date."""
    try:
        date = datetime.fromisoformat(f"{instant[1]}T{instant[2]}")
    except ValueError:
        return None
    if instant[3] in (None, "Z"):
        return _ahead(date.hour, date.minute)
    offset = int(instant[3][1:3]) * 60 + int(instant[3][-2:])
    return _ahead(date.hour, date.minute) + (offset if instant[3][0] == "+" else -offset)


def _ahead(hour: int, minute: int) -> int:
    """A time of the afternoon is the midnight of a clock ahead, one of the morning that of a clock behind."""
    minutes = hour * 60 + minute
    return 24 * 60 - minutes if minutes >= 12 * 60 else -minutes


def _name_moved(moved: dict[int, int], problems: dict[int, str]) -> None:
    """One problem for all instants: of which clock they are midnight."""
    said, shifts = "", sorted({ahead for ahead in moved.values() if ahead})
    if shifts:
        told = " or ".join(_hours(ahead) for ahead in shifts)
        place = " (Italy in winter and in summer)" if set(shifts) <= {60, 120} else ""
        said = f"{_MOVED}, most likely midnight of a clock {told} UTC{place}, so that its day is lost"
    for index, ahead in moved.items():
        problems[index] = said if ahead else _IN_UTC


def _hours(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    counted = f"{hours}:{rest:02d}" if rest else str(hours)
    return f"{counted} hour{'s' if minutes not in (60, -60) else ''} {'ahead of' if minutes > 0 else 'behind'}"


def _name_saved(saved: dict[int, tuple[int, int]], problems: dict[int, str]) -> None:
    """One problem for all dates of a spreadsheet: which of their numbers is the day, where that can be told."""
    day_first = any(first > 12 for first, _ in saved.values())
    month_first = any(second > 12 for _, second in saved.values())
    order = {(True, False): "the day first", (False, True): "the month first"}.get((day_first, month_first))
    for index in saved:
        problems[index] = f"{_SAVED}, {order or 'and which number is the day cannot be told'}"
