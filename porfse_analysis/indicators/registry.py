"""What each indicator is: formula, unit, source of the definition; its title and definition are in the catalogues.

The one place for it: docstrings are checked against it, the table of indicators in the README and the footnotes of the
reports are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from porfse_analysis.languages import in_every_language
from porfse_analysis.periods import PERIODS, Period, period_of
from porfse_analysis.schema import STAGES

__all__ = ["INDICATORS", "SPEND_STAGES", "Indicator", "indicators_of"]

SPEND_STAGES = ("paid", "declared", "certified")
"""The stages that are spending, and so are shown per head."""


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


_PACKAGE = "Convention of this package"


def _declared(period: Period | None) -> dict[str, Indicator]:
    """The indicators with the formula and the source they have in a period; in every one of them without it."""
    periods = PERIODS.values() if period is None else (period,)

    def origin(name: str) -> str:
        return "; ".join(dict.fromkeys(each.sources[name] for each in periods if name in each.sources)) or _PACKAGE

    counted = [(" + ".join(each.participants), each.name) for each in periods if each.participants]
    participants = counted[0][0] if period and counted else "; ".join(f"{codes} ({name})" for codes, name in counted)
    monitored, certified, reported, people, paid = map(origin, ("monitored", "certified", "reported", "people", "paid"))
    declared = (
        Indicator("activation_rate", "activated / allocation", "1", _PACKAGE),
        Indicator("selection_rate", "selected / allocation", "1", monitored),
        Indicator("commitment_rate", "committed / allocation", "1", _PACKAGE),
        Indicator("payment_rate", "paid / allocation", "1", _PACKAGE),
        Indicator("declaration_rate", "declared / allocation", "1", monitored),
        Indicator("certification_rate", "certified / allocation", "1", certified),
        Indicator("certification_rate_of_committed", "certified / committed", "1", _PACKAGE),
        Indicator("certification_rate_of_paid", "certified / paid", "1", _PACKAGE),
        Indicator("certification_rate_of_declared", "certified / declared", "1", _PACKAGE),
        Indicator("eu_payment_rate", "EU payments / EU support planned", "1", paid),
        Indicator("certification_target_ratio", "certification rate / certification target", "1", _PACKAGE),
        Indicator("target_achievement_ratio", "value / target", "1", reported),
        Indicator("milestone_achievement_ratio", "value / milestone", "1", reported),
        Indicator("participants", participants, "participant", people),
        Indicator("residents", "residents on 1 January", "resident", "Eurostat, demo_r_d2jan"),
        *(
            Indicator(f"{stage}_spend_per_{person}", f"{stage} / {person}s", f"EUR/{person}", _PACKAGE)
            for person in ("participant", "resident")
            for stage in STAGES
        ),
        *(
            Indicator(f"{stage}_spend_per_{name}", f"{stage} / {plural}", f"EUR/{name}", _PACKAGE)
            for name, plural in (("person_in_work", "persons_in_work"), ("qualification", "qualifications"))
            for stage in SPEND_STAGES
        ),
    )
    return {indicator.id: indicator for indicator in declared}


INDICATORS: Mapping[str, Indicator] = _declared(None)


@cache
def indicators_of(cci: str) -> Mapping[str, Indicator]:
    """The indicators with the formula and the source they have in the period of a programme."""
    return _declared(period_of(cci))
