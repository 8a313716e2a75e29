"""The Commission's tables of 2021-2027: their columns and our names for them, as `forms` has those of 2014-2020.

The columns of hgyj-gyin were seen in a copy of its rows, those of the others in their headers alone.
"""

from __future__ import annotations

from porfse_analysis.loaders.cohesion.forms import SECOND, Field, Form
from porfse_analysis.periods import PERIODS

__all__ = ["COMMITMENT_YEARS", "FORMS_2021", "USED_FUNDS"]

USED_FUNDS = ("ERDF", "ESF+", "CF", "JTF")
"""The funds whose rows are used: those with priorities. Home-affairs funds, EMFAF and Interreg are left out."""

COMMITMENT_YEARS = PERIODS[SECOND].years

_PROGRAMME = Field("programme", "code", ("cci",), filled=True)
_TITLE = Field(
    "title", "title", ("programme_title_short", "programme_short_title", "cci_short", "cci_title"), needed=False
)
_FUND = Field("fund", "fund", ("fund",), filled=True)
_AXIS = Field("axis", "label", ("priority_code", "priority"), needed=False)
_AXIS_TITLE = Field("axis_title", "title", ("priority_name", "pri_description"), needed=False)
_OBJECTIVE_LABELS = ("specific_objective_code", "objective", "spe_obj_code", "spec_obj_code")
_OBJECTIVE = Field("specific_objective", "objective_2021", _OBJECTIVE_LABELS, needed=False)
_REGION = Field(
    "region_category",
    "region",
    ("category_of_region", "region_cat", "financial_allocation_category"),
    needed=False,
    sparse=True,
)
_VERSION = Field("plan_version", "version", ("version", "ver"), needed=False)
_STATUS = Field("status", "title", ("status",), needed=False)
_CYCLE = Field("cycle", "cycle", ("tod_cycle",), filled=True)
_SOME_CYCLE = Field("cycle", "cycle", ("tod_cycle",), needed=False)
_LATEST = Field("is_latest", "flag", ("is_latest_tod_cycle",), needed=False)
_DIMENSION = Field("dimension", "title", ("dimension_type",), filled=True)
_CATEGORY = Field("category", "code", ("category_code",), needed=False)


def _amount(name: str, *labels: str, needed: bool = True) -> Field:
    return Field(name, "amount", labels, needed=needed, sparse=True)


_CARRIED_OUT = (
    _amount("selected_eur", "total_eligiblecost_of_selectedoperations", needed=False),
    _amount("declared_eur", "totalspendeligibleexpenditure_declared", needed=False),
)

FORMS_2021: dict[str, Form] = {
    "plan_2021": Form(
        "hgyj-gyin",
        "2021-2027 planned finances by category",
        (
            _PROGRAMME,
            _TITLE,
            _STATUS,
            Field("plan_version", "version", ("version", "ver")),
            Field("adopted", "date", ("last_adoption_date_ecms",), needed=False),
            Field("axis", "label", ("priority_code", "priority"), sparse=True),
            _AXIS_TITLE,
            Field("specific_objective", "objective_2021", _OBJECTIVE_LABELS, sparse=True),
            _DIMENSION,
            _CATEGORY,
            _FUND,
            _REGION,
            _amount("eu_amount_eur", "eu_amount"),
            _amount("allocation_eur", "total_amount"),
        ),
        ("programme", "axis", "specific_objective", "fund", "region_category", "dimension", "category"),
        ("programme",),
    ),
    # the same rows by transmission, with what was decided and spent
    "timeseries_2021": Form(
        "2021-2027_Finances_Detailed",
        "2021-2027 finances detailed",
        (
            _PROGRAMME,
            _TITLE,
            _STATUS,
            _VERSION,
            _AXIS,
            _AXIS_TITLE,
            _OBJECTIVE,
            Field("dimension", "title", ("dimension_type",), needed=False),
            _CATEGORY,
            _FUND,
            _REGION,
            _LATEST,
            Field("year", "year", ("tod_year",), needed=False),
            _SOME_CYCLE,
            _amount("eu_amount_eur", "eu_amount", "eu_planned", needed=False),
            _amount("allocation_eur", "total_amount", "total_planned", needed=False),
            *_CARRIED_OUT,
            _amount("eu_selected_eur", "eu_share_of_decided", needed=False),
            _amount("eu_declared_eur", "eu_share_of_spending", needed=False),
        ),
        (
            "programme",
            "axis",
            "specific_objective",
            "fund",
            "region_category",
            "dimension",
            "category",
            "cycle",
            "year",
        ),
        ("programme", "cycle", "year"),
    ),
    "transmissions_2021": Form(
        "7twf-r3rc",
        "2021-2027 finances by transmission and category",
        (
            _PROGRAMME,
            _TITLE,
            _FUND,
            Field("axis", "label", ("priority", "priority_code"), sparse=True),
            _AXIS_TITLE,
            Field("specific_objective", "objective_2021", _OBJECTIVE_LABELS, sparse=True),
            _REGION,
            _CYCLE,
            # what else tells its rows apart
            *(
                Field(name, "code", labels, needed=False)
                for name, labels in (
                    ("category", ("interv_field_code", "interv_field")),
                    ("support_form", ("support_form_short", "support_form_code")),
                    ("delivery", ("terr_delivery_short", "terr_delivery_code")),
                    ("location", ("location_short", "location_code", "location")),
                    ("operations", ("selected_operat_n",)),
                )
            ),
            _amount("selected_eur", "total_eligible_cost"),
            _amount("declared_eur", "total_eligible_expend"),
        ),
        ("programme", "axis", "specific_objective", "fund", "region_category", "cycle"),
        ("programme", "cycle"),
    ),
    "commitments_2021": Form(
        "9qee-iv7c",
        "2021-2027 financial plan by year",
        (
            _PROGRAMME,
            _TITLE,
            Field("status", "title", ("status",), filled=True),
            Field("status_date", "date", ("status_date",), sparse=True),
            Field("plan_version", "version", ("ver", "version"), filled=True),
            _FUND,
            _REGION,
            *(_amount(f"y{year}", f"y{year}") for year in COMMITMENT_YEARS),
            _amount("flexible", "total_flexible_amount", needed=False),
            _amount("total", "total", needed=False),
        ),
        ("programme", "plan_version", "fund", "region_category"),
        ("programme", "plan_version"),
    ),
    "achievements_2021": Form(
        "xi3a-zddk",
        "2021-2027 achievements",
        (
            _PROGRAMME,
            _TITLE,
            _FUND,
            Field("specific_objective", "objective_2021", _OBJECTIVE_LABELS, sparse=True),
            _REGION,
            Field("indicator_type", "code", ("indicator_type_output_result",)),
            Field("indicator_code", "code", ("ind_code",), filled=True),
            Field("unit", "title", ("measurement_unit",), needed=False),
            Field("milestone", "number", ("milestone_value_2024",), sparse=True),
            Field("target", "number", ("target_value_2029",), sparse=True),
            Field("decided", "number", ("decided_value",), needed=False),
            Field("value", "number", ("implemented_value",), sparse=True),
            _CYCLE,
        ),
        ("programme", "fund", "specific_objective", "region_category", "indicator_type", "indicator_code", "cycle"),
        ("programme", "cycle"),
    ),
}
