"""The programming periods, as `periods.toml` declares them, found by the code of a programme.

No year of a period, no code that counts in one and no rule of one stands elsewhere in the package.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

__all__ = ["PERIODS", "Period", "period_of"]


@dataclass(frozen=True, eq=False)
class Period:
    """One programming period; `milestone` and `target` are the years at whose end they are to be reached.

    `framework`: tested, followed or none. `set_apart`: the part of the commitments that is not like the others:
    reserve, flexibility or none. `portal`: the Commission's tables to ask for of a programme, none where there are
    none; the first is the one that every programme is in. `axis_is` (axis, priority), `objective` (investment_priority,
    specific_objective, "": none) and `accounts` (certifying_authority, accounting_function): what the regulations of
    the period call an axis, what it spends for, and who keeps the accounts. `participants`: indicators that are added
    to the participants; `two_sexes`: whether women and men are all the people; `grand_total`: the code of all
    participants, with those whose data are incomplete ("": none); `results`: person_in_work, qualification -> the
    indicator that counts them; `subsets`: pairs of an indicator and the one it is a part of; `partitions`: indicators
    that give the participants again. `sources`: where indicators are defined. `rules`: name -> value, source, status,
    others (see `porfse_analysis.verdicts.rules`).
    """

    name: str
    first_year: int
    last_year: int
    framework: str
    set_apart: str
    portal: tuple[str, ...]
    axis_is: str
    objective: str
    accounts: str
    participants: tuple[str, ...]
    two_sexes: bool
    grand_total: str
    results: Mapping[str, str]
    subsets: tuple[tuple[str, str], ...]
    partitions: tuple[Mapping[str, Any], ...]
    sources: Mapping[str, str]
    rules: Mapping[str, Mapping[str, Any]]

    @property
    def milestone(self) -> int | None:
        """The year at whose end the milestones are due."""
        return self._year("milestone_date")

    @property
    def target(self) -> int | None:
        """The year at whose end the final targets are due."""
        return self._year("target_date")

    @property
    def years(self) -> range:
        """The years of its annual commitments."""
        return range(self.first_year, self.last_year + 1)

    def month(self, date: datetime.date) -> int:
        """The month of the period's life that a day is in: January of the first year is month 1."""
        return (date.year - self.first_year) * 12 + date.month

    def _year(self, rule: str) -> int | None:
        return int(self.rules[rule]["value"][:4]) if rule in self.rules else None


def _read() -> dict[str, Period]:
    declared = tomllib.loads(files("porfse_analysis").joinpath("periods.toml").read_text(encoding="utf-8"))
    periods = {}
    for name, rest in declared.items():
        fields: dict[str, Any] = {key: tuple(held) if isinstance(held, list) else held for key, held in rest.items()}
        periods[name] = Period(name=name, **fields)
    return periods


PERIODS: Mapping[str, Period] = _read()

_FIRST_YEAR = re.compile(r"(\d{4})(?!\d)", re.ASCII)


def period_of(cci: str) -> Period | None:
    """The period of a programme: a CCI begins with the first year of it. None when it is of no known period."""
    begins = _FIRST_YEAR.match(cci)
    return next((period for period in PERIODS.values() if begins and int(begins[1]) == period.first_year), None)
