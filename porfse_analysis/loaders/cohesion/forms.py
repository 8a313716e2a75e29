"""The tables of the Commission's portal: what they are called, their columns and our names for them.

`FORMS` is the alias table: a label of the portal, whichever form it was met in, leads to one name.
"""

from __future__ import annotations

from dataclasses import dataclass

from porfse_analysis.periods import PERIODS

__all__ = ["FIRST", "FORMS", "PAYMENT_FUNDS", "SECOND", "STRUCTURAL_FUNDS", "Field", "Form"]

FIRST, SECOND = (
    next(name for name, period in PERIODS.items() if table in period.portal) for table in ("finance", "plan_2021")
)
"""The periods of which the portal has tables."""

STRUCTURAL_FUNDS = ("ERDF", "ESF", "YEI", "CF")
"""The funds whose rows this package uses. EAFRD, EMFF and IPAE rows have other keys and dates that
stand still.
"""

PAYMENT_FUNDS = (*STRUCTURAL_FUNDS, "YEI Specific Allocation", "YEI ESF Matching Component", "FEAD")
"""The funds whose payments are used: the portal splits the YEI there."""


@dataclass(frozen=True)
class Field:
    """One column of ours: what the portal calls it, and how its texts are read.

    `aliases` are labels without capitals and signs ("EU Amount" is eu_amount). `needed`: the table
    is not what it is said to be without it. `filled`: no cell may be empty. `sparse`: JSON leaves
    it out when no row has a value.
    """

    name: str
    kind: str
    aliases: tuple[str, ...]
    needed: bool = True
    filled: bool = False
    sparse: bool = False


@dataclass(frozen=True)
class Form:
    """One table of the portal: its identifier, its columns, and what tells two of its rows apart.

    `version_key`: of what it has one plan version; none where it has none. `funds`: whose rows are compared.
    """

    identifier: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    version_key: tuple[str, ...] = ()
    funds: tuple[str, ...] = STRUCTURAL_FUNDS

    @property
    def called(self) -> str:
        """Its title with its identifier, as messages name it."""
        return f'"{self.title}" ({self.identifier})'


_PROGRAMME = Field("programme", "code", ("cci",), filled=True)
_TITLE = Field("title", "title", ("title", "programme_title"), sparse=True)
_MS = Field("ms", "code", ("ms",), needed=False)
_FUND = Field("fund", "code", ("fund",), filled=True)
_AXIS = Field("axis", "label", ("priority", "priority_code"))
_OBJECTIVE = Field("thematic_objective", "objective", ("to", "to_code"), sparse=True)
_REGION = Field("region_category", "code", ("category_of_region",), sparse=True)
_VERSION = Field("plan_version", "version", ("ver",))
_YEAR = Field("year", "year", ("year",), filled=True)
_FINANCE_IDENTITY = (
    _PROGRAMME,
    _TITLE,
    _MS,
    _FUND,
    _AXIS,
    _OBJECTIVE,
    Field("objective_title", "title", ("to_long",), needed=False),
    _REGION,
    Field("measure", "code", ("eafrd_measure", "eafrd_measure_code"), needed=False),
    Field("focus_area", "code", ("eafrd_fa", "eafrd_focus_area_code"), needed=False),
)
_AMOUNTS = (
    Field("allocation_eur", "amount", ("total_amount", "total_amount_planned")),
    Field("eu_amount_eur", "amount", ("eu_amount", "eu_amount_planned")),
)
_ROW = (
    "programme",
    "fund",
    "axis",
    "thematic_objective",
    "region_category",
    "measure",
    "focus_area",
)

FORMS: dict[str, Form] = {
    "finance": Form(
        "99js-gm52",
        "finance implementation",
        (
            *_FINANCE_IDENTITY,
            _YEAR,
            _VERSION,
            *_AMOUNTS,
            Field(
                "selected_eur",
                "amount",
                ("total_eligible_cost", "total_eligible_cost_decided_selected"),
            ),
            Field("declared_eur", "amount", ("total_eligible_expenditure", "total_eligible_spending")),
            Field("data_date", "date", ("reference_date",), needed=False),
            Field("reported_in", "code", ("ir_last_version",), needed=False),
        ),
        (*_ROW, "year"),
        ("programme", "year"),
    ),
    "planned": Form(
        "e4v6-qrrq",
        "finances planned",
        (*_FINANCE_IDENTITY, _VERSION, *_AMOUNTS),
        _ROW,
        ("programme",),
    ),
    "indicators": Form(
        "2q3n-nr7n",
        "achievements (indicators)",
        (
            _PROGRAMME,
            _TITLE,
            _MS,
            _FUND,
            _AXIS,
            Field("investment_priority", "code", ("investment_priority",), sparse=True),
            _REGION,
            Field("indicator_type", "code", ("indicator_type_code",)),
            Field("indicator_code", "code", ("ind_code",), filled=True),
            Field("indicator_name", "title", ("indicator_short_name",), needed=False),
            _OBJECTIVE,
            Field("measure", "code", ("measure_code",), needed=False),
            Field("focus_area", "code", ("focus_area_code",), needed=False),
            _YEAR,
            _VERSION,
            Field("target", "number", ("target_value",), sparse=True),
            Field("value", "number", ("implemented_value",), sparse=True),
            Field("unit", "title", ("measurement_unit",), sparse=True),
            Field("reported_in", "code", ("ir_ver",), sparse=True),
            Field("is_division", "flag", ("is_division",), needed=False),
        ),
        (*_ROW, "investment_priority", "indicator_type", "indicator_code", "year"),
        ("programme", "year"),
    ),
    "payments": Form(
        "gayr-92qh",
        "EU payments",
        (
            _PROGRAMME,
            _TITLE,
            _MS,
            _FUND,
            _REGION,
            _YEAR,
            # older forms have the plan alone, the ones between both: the net one is what the rates are of
            Field("planned_eu_eur", "amount", ("net_planned_eu_amount",), needed=False),
            Field("planned_before_eur", "amount", ("planned_eu_amount",), needed=False),
            Field("net_prefinancing_eur", "amount", ("net_pre_financing",)),
            Field("net_interim_eur", "amount", ("net_interim_payments",)),
            Field("net_total_eur", "amount", ("total_net_payments",)),
            Field("latest_period", "flag", ("is_latest_period",), needed=False),
            Field("initial_prefinancing_eur", "amount", ("cumulative_initial_pre_financing",), needed=False),
            Field(
                "additional_prefinancing_eur",
                "amount",
                ("cumulative_additional_initial_pre_financing",),
                needed=False,
            ),
            Field("annual_prefinancing_eur", "amount", ("cumulative_annual_pre_financing",), needed=False),
            Field("interim_payments_eur", "amount", ("cumulative_interim_payments",), needed=False),
            Field("initial_prefinancing_recovered_eur", "amount", ("recovery_of_initial_pre_financing",), needed=False),
            Field("annual_prefinancing_recovered_eur", "amount", ("recovery_of_annual_pre_financing",), needed=False),
            Field("expenditure_recovered_eur", "amount", ("recovery_of_expenses",), needed=False),
        ),
        ("programme", "fund", "region_category", "year"),
        funds=PAYMENT_FUNDS,
    ),
}
