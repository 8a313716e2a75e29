"""The programming periods: their years, found by the code of a programme."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PERIODS", "Period", "period_of"]


@dataclass(frozen=True)
class Period:
    """One programming period; `milestone` and `target` are the years at whose end they are to be reached."""

    name: str
    first_year: int
    last_year: int
    milestone: int | None = None
    target: int | None = None


PERIODS = {
    period.name: period
    for period in (
        Period("2007-2013", 2007, 2013),
        # Reg. (EU) 1303/2013, art. 21 and 22
        Period("2014-2020", 2014, 2020, milestone=2018, target=2023),
        # Reg. (EU) 2021/1060, art. 16
        Period("2021-2027", 2021, 2027, milestone=2024, target=2029),
    )
}


def period_of(cci: str) -> Period | None:
    """The period of a programme: a CCI begins with the first year of it. None when it is of no known period."""
    return next((period for period in PERIODS.values() if cci.startswith(str(period.first_year))), None)
