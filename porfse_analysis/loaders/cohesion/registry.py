"""Which published table a file is, told from its header: one list for all of them, read or not.

A file is named for what it is before anything in it is read, so that the message for one that cannot be used can say
what to give instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from porfse_analysis.loaders.cohesion import forms
from porfse_analysis.loaders.cohesion.forms_2021 import FORMS_2021

__all__ = ["FORMS", "KINDS", "Kind", "kinds_of", "plain_label", "recognise"]

FORMS = {**forms.FORMS, **FORMS_2021}
"""The columns of every table that is read, by the name of its kind."""


@dataclass(frozen=True)
class Kind:
    """One published table: what it is called, of which period it is, what in a header tells it.

    `marks`: of each set one label at least is in the header, written as `plain_label` does (oc_* stands for every label
    that begins so). `without`: none of these
    is. `read`: whether it is read. `instead`: what to use for one that is not, where that is no table of the portal.
    """

    name: str
    identifier: str
    title: str
    period: str
    marks: tuple[frozenset[str], ...]
    without: frozenset[str] = frozenset()
    read: bool = True
    instead: str = ""

    @property
    def called(self) -> str:
        """Its title with its identifier, as messages name it."""
        return f'"{self.title}" ({self.identifier})' if self.identifier else f'"{self.title}"'


def _marks(*labels: str) -> tuple[frozenset[str], ...]:
    """Sets of labels, each written as "one|or another"."""
    return tuple(frozenset(alternatives.split("|")) for alternatives in labels)


def _read(name: str, period: str, marks: tuple[frozenset[str], ...], without: frozenset[str] = frozenset()) -> Kind:
    """A table that is read: its form says what it is called."""
    form = FORMS[name]
    return Kind(name, form.identifier, form.title, period, marks, without)


_P14, _P21 = forms.FIRST, forms.SECOND
_SELECTED = "total_eligible_cost|total_eligible_cost_decided_selected"
_DECLARED = "total_eligible_expenditure|total_eligible_spending"
_TOTAL = "total_amount|total_amount_planned"
_EXPORTED = "eu_planned|eu_share_of_decided|eu_share_of_spending|total_eligiblecost_of_selectedoperations"

# the first that fits counts: what has more marks stands before what has some of them
KINDS: tuple[Kind, ...] = (
    Kind(
        "opencoesione",
        "",
        "projects of OpenCoesione",
        "",
        _marks("oc_*", "cod_*|cup"),
        read=False,
        instead="Use porfse import opencoesione for it",
    ),
    Kind(
        "kohesio",
        "557j-pmg8",
        "projects of Kohesio",
        "",
        _marks("operation_unique_identifier|operation_name_english|operation_name_programme_language"),
        read=False,
        instead="Its rows are projects: for the national records of projects use porfse import opencoesione",
    ),
    Kind(
        "categories_2014",
        "3kkx-ekfq",
        "ESIF 2014-2020 categorisation",
        _P14,
        _marks("cci", "dimension_type", "financial_data_version|planned_total_amount_notional"),
        read=False,
    ),
    Kind(
        "interreg_2021",
        "njgb-mwca",
        "Interreg allocations 2021-2027",
        _P21,
        _marks("cci", "strand", "eu_allocation"),
        read=False,
    ),
    _read(
        "timeseries_2021",
        _P21,
        # whatever has transmissions and dimensions: the plan of each of them, never of all together
        _marks("cci", "fund", "tod_year|tod_cycle", f"dimension_type|{_EXPORTED}"),
    ),
    _read(
        "plan_2021",
        _P21,
        _marks("cci", "fund", "dimension_type", "total_amount", "version|ver"),
    ),
    _read(
        "transmissions_2021",
        _P21,
        _marks("cci", "tod_cycle", "total_eligible_cost", "total_eligible_expend"),
    ),
    _read(
        "commitments_2021",
        _P21,
        _marks("cci", "y2021", "y2027"),
    ),
    _read(
        "achievements_2021",
        _P21,
        _marks("cci", "ind_code", "tod_cycle|target_value_2029|milestone_value_2024"),
    ),
    _read("payments", _P14, _marks("cci", "fund", "net_pre_financing")),
    _read("indicators", _P14, _marks("ind_code")),
    _read(
        "finance",
        _P14,
        _marks("cci", "fund", _TOTAL, "year", f"{_SELECTED}|{_DECLARED}"),
    ),
    _read(
        "planned",
        _P14,
        _marks("cci", "fund", _TOTAL),
        without=frozenset(["year", *_SELECTED.split("|"), *_DECLARED.split("|")]),
    ),
    Kind(
        "nuts_2021",
        "92d9-xqvh",
        "programmes of 2021-2027 and their NUTS areas",
        _P21,
        _marks("cci|cci_code|programme_cci", "nuts|nuts_code|nuts_id|nuts2|nuts_2|nuts_level|nuts_name"),
        read=False,
    ),
)


def plain_label(label: str) -> str:
    """A label without capitals, blanks and signs: "EU co-financing" is eu_co_financing."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def recognise(header: Iterable[str]) -> Kind | None:
    """Which table a header belongs to; None when it is none of them for certain."""
    labels = {plain_label(label) for label in header}
    labels |= {f"{label.partition('_')[0]}_*" for label in labels if "_" in label}
    for kind in KINDS:
        if all(mark & labels for mark in kind.marks) and not kind.without & labels:
            return kind
    return None


def kinds_of(period: str) -> list[Kind]:
    """The tables of a period that are read."""
    return [kind for kind in KINDS if kind.period == period and kind.read]
