"""What each indicator is: formula, unit, title and definition in Italian and English, source of the definition.

The one place for it: docstrings are checked against it, the table of indicators in the README and the footnotes of the
reports are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from porfse_analysis.schema import STAGES

__all__ = ["INDICATORS", "STAGE_NAMES", "Indicator"]


@dataclass(frozen=True)
class Indicator:
    """The declaration of one indicator; `title` and `definition` by language (it, en)."""

    id: str
    formula: str
    unit: str
    title: Mapping[str, str]
    definition: Mapping[str, str]
    source: str


STAGE_NAMES: Mapping[str, Mapping[str, str]] = {
    "allocation": {"it": "dotazione", "en": "allocation"},
    "activated": {"it": "risorse attivate", "en": "activated resources"},
    "selected": {"it": "costo ammesso", "en": "selected cost"},
    "committed": {"it": "impegni", "en": "commitments"},
    "paid": {"it": "pagamenti", "en": "payments"},
    "declared": {"it": "spesa dichiarata", "en": "declared expenditure"},
    "certified": {"it": "spesa certificata", "en": "certified expenditure"},
}

_EC = "European Commission, data description of table 99js-gm52"
_AIR = "Reg. (EU) 2015/207, Annex V (annual implementation report)"
_CPR = "Reg. (EU) 1303/2013, art. 126 and 131"
_ESF = "Reg. (EU) 1304/2013, Annex I"
_PACKAGE = "Convention of this package"


def _rate(name: str, stage: str, it: str, en: str, source: str, base: str = "allocation") -> Indicator:
    over = {lang: STAGE_NAMES[base][lang] for lang in ("it", "en")}
    what = {lang: STAGE_NAMES[stage][lang] for lang in ("it", "en")}
    definition_it = "Rapporto fra {what} e {over}, della stessa fonte e alla stessa posizione."
    definition_en = "Ratio of {what} to {over}, of one source and one position."
    return Indicator(
        id=name,
        formula=f"{stage} / {base}",
        unit="1",
        title={"it": it, "en": en},
        definition={
            "it": definition_it.format(what=what["it"], over=over["it"]),
            "en": definition_en.format(what=what["en"], over=over["en"]),
        },
        source=source,
    )


def _per_head(stage: str, person: str) -> Indicator:
    name = STAGE_NAMES[stage]
    people_it = {"participant": "partecipante", "resident": "residente"}[person]
    titles_it, titles_en = "{name} per {person}", "{name} per {person}"
    definition = {
        "participant": {
            "it": "Importo cumulato ({name}) diviso per i partecipanti (CO01 + CO03 + CO05) dell'asse o programma.",
            "en": "Cumulative amount ({name}) over the participants (CO01 + CO03 + CO05) of the axis or programme.",
        },
        "resident": {
            "it": "Importo cumulato ({name}) diviso per i residenti dell'area all'ultimo 1° gennaio.",
            "en": "Cumulative amount ({name}) divided by the residents of the area on the last 1 January.",
        },
    }[person]
    return Indicator(
        id=f"{stage}_spend_per_{person}",
        formula=f"{stage} / {person}s",
        unit=f"EUR/{person}",
        title={
            "it": titles_it.format(name=name["it"].capitalize(), person=people_it),
            "en": titles_en.format(name=name["en"].capitalize(), person=person),
        },
        definition={lang: text.format(name=name[lang]) for lang, text in definition.items()},
        source=_PACKAGE,
    )


_DECLARED = (
    _rate("activation_rate", "activated", "Tasso di attivazione", "Activation rate", _PACKAGE),
    _rate("selection_rate", "selected", "Tasso di selezione", "Selection rate", _EC),
    _rate("commitment_rate", "committed", "Tasso di impegno", "Commitment rate", _PACKAGE),
    _rate("payment_rate", "paid", "Tasso di pagamento", "Payment rate", _PACKAGE),
    _rate("declaration_rate", "declared", "Tasso di spesa dichiarata", "Declaration rate", _EC),
    _rate("certification_rate", "certified", "Tasso di certificazione", "Certification rate", _CPR),
    _rate(
        "certification_rate_of_committed",
        "certified",
        "Certificato su impegni",
        "Certified over commitments",
        _PACKAGE,
        "committed",
    ),
    _rate(
        "certification_rate_of_paid",
        "certified",
        "Certificato su pagamenti",
        "Certified over payments",
        _PACKAGE,
        "paid",
    ),
    _rate(
        "certification_rate_of_declared",
        "certified",
        "Certificato su spesa dichiarata",
        "Certified over declared expenditure",
        _PACKAGE,
        "declared",
    ),
    Indicator(
        id="target_achievement_ratio",
        formula="value / target",
        unit="1",
        title={"it": "Conseguimento del target finale 2023", "en": "Achievement of the 2023 target"},
        definition={
            "it": "Valore cumulato dell'indicatore diviso per il target 2023 del piano in vigore alla data del valore.",
            "en": "Cumulative value of the indicator over the 2023 target of the plan in force at the date.",
        },
        source=_AIR,
    ),
    Indicator(
        id="milestone_achievement_ratio",
        formula="value / milestone",
        unit="1",
        title={"it": "Conseguimento del target intermedio 2018", "en": "Achievement of the 2018 milestone"},
        definition={
            "it": "Valore cumulato dell'indicatore diviso per il target intermedio 2018 del piano in vigore.",
            "en": "Cumulative value of the indicator divided by the 2018 milestone of the plan in force.",
        },
        source=_AIR,
    ),
    Indicator(
        id="participants",
        formula="CO01 + CO03 + CO05",
        unit="participant",
        title={"it": "Partecipanti", "en": "Participants"},
        definition={
            "it": "Disoccupati, inattivi e occupati raggiunti; ogni partecipazione conta una volta, le persone no.",
            "en": "Unemployed, inactive and employed people reached; participations count once, persons may recur.",
        },
        source=_ESF,
    ),
    Indicator(
        id="residents",
        formula="residents on 1 January",
        unit="resident",
        title={"it": "Residenti", "en": "Residents"},
        definition={
            "it": "Residenti nell'area del programma all'ultimo 1° gennaio non successivo alla data di riferimento.",
            "en": "Residents of the programme's area on the last 1 January not after the cutoff.",
        },
        source="Eurostat, demo_r_d2jan",
    ),
    *(_per_head(stage, person) for person in ("participant", "resident") for stage in STAGES),
)

INDICATORS: Mapping[str, Indicator] = {indicator.id: indicator for indicator in _DECLARED}
