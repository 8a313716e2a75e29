"""What each indicator is: formula, unit, source of the definition; its title and definition are in the catalogues.

The one place for it: docstrings are checked against it, the table of indicators in the README and the footnotes of the
reports are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from porfse_analysis.languages import in_every_language
from porfse_analysis.schema import STAGES

__all__ = ["INDICATORS", "Indicator"]


@dataclass(frozen=True)
class Indicator:
    """The declaration of one indicator."""

    id: str
    formula: str
    unit: str
    source: str

    @property
    def title(self) -> Mapping[str, str]:
        """Its title by language."""
        return in_every_language(f"indicator_title.{self.id}")

    @property
    def definition(self) -> Mapping[str, str]:
        """Its definition by language."""
        return in_every_language(f"indicator_definition.{self.id}")


_EC = "European Commission, data description of table 99js-gm52"
_PAYMENTS = "European Commission, table gayr-92qh"
_AIR = "Reg. (EU) 2015/207, Annex V (annual implementation report)"
_CPR = "Reg. (EU) 1303/2013, art. 126 and 131"
_ESF = "Reg. (EU) 1304/2013, Annex I"
_PACKAGE = "Convention of this package"

_DECLARED = (
    Indicator("activation_rate", "activated / allocation", "1", _PACKAGE),
    Indicator("selection_rate", "selected / allocation", "1", _EC),
    Indicator("commitment_rate", "committed / allocation", "1", _PACKAGE),
    Indicator("payment_rate", "paid / allocation", "1", _PACKAGE),
    Indicator("declaration_rate", "declared / allocation", "1", _EC),
    Indicator("certification_rate", "certified / allocation", "1", _CPR),
    Indicator("certification_rate_of_committed", "certified / committed", "1", _PACKAGE),
    Indicator("certification_rate_of_paid", "certified / paid", "1", _PACKAGE),
    Indicator("certification_rate_of_declared", "certified / declared", "1", _PACKAGE),
    Indicator("eu_payment_rate", "EU payments / EU support planned", "1", _PAYMENTS),
    Indicator("target_achievement_ratio", "value / target", "1", _AIR),
    Indicator("milestone_achievement_ratio", "value / milestone", "1", _AIR),
    Indicator("participants", "CO01 + CO03 + CO05", "participant", _ESF),
    Indicator("residents", "residents on 1 January", "resident", "Eurostat, demo_r_d2jan"),
    *(
        Indicator(f"{stage}_spend_per_{person}", f"{stage} / {person}s", f"EUR/{person}", _PACKAGE)
        for person in ("participant", "resident")
        for stage in STAGES
    ),
)

INDICATORS: Mapping[str, Indicator] = {indicator.id: indicator for indicator in _DECLARED}
