"""The performance framework in words, Italian and English: the codes of `note`, the reason of a status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, failures_needed
from porfse_analysis.verdicts.rules import Rules

__all__ = ["NOTES", "reason"]

NOTES: dict[str, tuple[str, str]] = {
    "technical_assistance": (
        "assistenza tecnica: fuori dal quadro di riferimento",
        "technical assistance: outside the framework",
    ),
    "no_framework": (
        "nel piano in vigore alla data la tabella targets non segna per questo asse alcun indicatore del "
        "quadro di riferimento: riportare la tabella del quadro (indicatori, target intermedi e finali) e "
        "scrivere yes in in_performance_framework",
        "in the plan in force at the date, table targets marks no indicator of the framework for this axis: "
        "enter the framework table (indicators, milestones and targets) and write yes in "
        "in_performance_framework",
    ),
    "whole_programme": (
        "il quadro di riferimento è per asse: la riga ALL non è verificata",
        "the framework is set by axis: the row ALL is not assessed",
    ),
    "preview": (
        "stato prima della data di verifica",
        "state before the date of the assessment",
    ),
    "milestone_zero": (
        "target intermedio zero e finale positivo: vale come raggiunto",
        "milestone zero and positive final target: counts as reached",
    ),
    "step_left_out": (
        "fase di attuazione principale senza target finale: non conta",
        "key implementation step without a final target: does not count",
    ),
    "target_missing": ("il target manca", "the target is missing"),
    "target_zero": (
        "il target è zero: nessun rapporto",
        "the target is zero: no ratio",
    ),
    "kind_missing": (
        "il tipo (kind) manca e non si ricava dal codice del tipo di indicatore",
        "its kind is missing and does not follow from the code of its indicator type",
    ),
    "no_series": (
        "nessun valore realizzato per questo indicatore",
        "no achievement series for this indicator",
    ),
    "not_certified": (
        "nessuna spesa certificata pubblicata; un altro stadio non la sostituisce",
        "no certified expenditure published; no other stage stands for it",
    ),
    "value_missing": ("il valore non è pubblicato", "the value is not published"),
    "ambiguous": (
        "il target non dice il fondo, la categoria di regione o il tipo, e i valori ne hanno più d'uno",
        "the target does not say its fund, category of region or type, and the values have more than one",
    ),
    "priorities_mixed": (
        "lo stesso indicatore ha un target per l'asse e uno per priorità di investimento",
        "the same indicator has a target for the axis and one by investment priority",
    ),
    "unit_differs": ("unità diverse", "units differ"),
    "percentage_sum": (
        "percentuali di più priorità: non si sommano",
        "percentages of several priorities: they do not add up",
    ),
    "percentage_target": (
        "il target sembra una percentuale e il valore un numero",
        "the target looks like a percentage and the value like a count",
    ),
    "partial": (
        "manca il valore di una priorità: il totale è almeno questo",
        "the value of a priority is missing: the total is at least this",
    ),
    "more_than": ("valore pubblicato come «più di»", "value published as “more than”"),
    "less_than": ("valore pubblicato come «meno di»", "value published as “less than”"),
    "about": ("valore pubblicato come «circa»", "value published as “about”"),
    "rounded": ("valore pubblicato arrotondato", "value published in rounded units"),
    "published_total": ("valore pubblicato per l'intero asse", "value published for the whole axis"),
    "kind_from_type": (
        "tipo ricavato dal codice del tipo di indicatore",
        "kind taken from the code of the indicator type",
    ),
    "unit_not_stated": ("unità non indicata", "unit not stated"),
    "stale": ("valore di una data precedente", "value of an earlier date"),
}
"""The codes of `note`, in the order they are joined, in Italian and English."""

_WORDS: dict[str, dict[str, str]] = {
    "it": {
        "milestone": "target intermedio 2018",
        "target": "target finale 2023",
        "achieved": "conseguito",
        "not_achieved": "non conseguito",
        "serious_failure": "grave carenza",
        "undetermined": "non determinato",
        "not_assessed": "non verificato",
        "all": "ogni indicatore ({n}) ha un rapporto di almeno {high} con il {goal}",
        "derogation": "{others} indicatori su {n} hanno un rapporto di almeno {high} con il {goal} e "
        "{name} di almeno {middle}: la deroga vale da {least} indicatori in su",
        "below": "sotto {high} del {goal}: {names}",
        "certainly": "con quanto è noto lo stato non cambia",
        "too_few": "la deroga vale da {least} indicatori in su, qui sono {n}",
        "too_many": "la deroga ammette un solo indicatore sotto {high}, e con almeno {middle}",
        "failing": "sotto {low} del {goal}: {names}; indicatori che contano {count}, ne bastano {needed} sotto soglia",
        "not_failing": "non è una grave carenza: sotto {low} {found} su {m} indicatori che contano, "
        "ne servono {needed}",
        "no_serious_set": "non può essere una grave carenza: nessun indicatore conta per quella prova",
        "cases": "manca ciò che decide; nel caso migliore {best}, nel peggiore {worst}",
        "figures": "Indicatori: {figures}.",
        "figure": "{name} {ratio} ({value} su {target}{unit})",
        "figure_zero": "{name} vale 100% ({detail})",
        "figure_unknown": "{name}: {detail}",
        "figure_bounded": "{name} almeno {ratio} ({value} su {target}{unit}; {detail})",
        "figure_range": "{name} fra {ratio} e {upper} ({value} su {target}{unit}; {detail})",
        "dated": "dato al {date}",
        "result": "risultato, fuori dalla prova di grave carenza",
        "preview": "Stato al {date}, prima della verifica del {assessed}.",
        "stale": "Alcune cifre sono anteriori al {date}: lo stato è quello noto, non quello a quella data.",
        "plan": "Riserva in gioco: {amount} di sostegno UE (importo del piano).",
        "estimate": "Riserva in gioco: {amount} di sostegno UE (stima: {share} della dotazione UE; il "
        "piano la fissa fra {min} e {max}).",
        "no_reserve": "Nessuna riserva in gioco.",
        "not_available": "Riserva in gioco: non nota, manca la dotazione UE.",
        "not_at_stake": "La riserva è stata decisa nel 2019: qui una grave carenza può portare a una "
        "rettifica alla chiusura.",
    },
    "en": {
        "milestone": "milestone 2018",
        "target": "final target 2023",
        "achieved": "achieved",
        "not_achieved": "not achieved",
        "serious_failure": "serious failure",
        "undetermined": "undetermined",
        "not_assessed": "not assessed",
        "all": "every indicator ({n}) is at {high} or more of its {goal}",
        "derogation": "{others} indicators out of {n} are at {high} or more of their {goal} and {name} at "
        "{middle} or more: the derogation holds from {least} indicators on",
        "below": "below {high} of the {goal}: {names}",
        "certainly": "what is known settles the status",
        "too_few": "the derogation holds from {least} indicators on, here there are {n}",
        "too_many": "the derogation admits only one indicator below {high}, and it at {middle} or more",
        "failing": "below {low} of the {goal}: {names}; with {count} indicators it takes {needed}",
        "not_failing": "not a serious failure: {found} of the {m} indicators that count are below {low}, "
        "it takes {needed}",
        "no_serious_set": "cannot be a serious failure: no indicator counts for that test",
        "cases": "what decides is missing; in the best case {best}, in the worst {worst}",
        "figures": "Indicators: {figures}.",
        "figure": "{name} {ratio} ({value} of {target}{unit})",
        "figure_zero": "{name} counts as 100% ({detail})",
        "figure_unknown": "{name}: {detail}",
        "figure_bounded": "{name} at least {ratio} ({value} of {target}{unit}; {detail})",
        "figure_range": "{name} between {ratio} and {upper} ({value} of {target}{unit}; {detail})",
        "dated": "figure of {date}",
        "result": "result, outside the serious failure test",
        "preview": "State at {date}, before the assessment of {assessed}.",
        "stale": "Some figures are earlier than {date}: the status is the one known, not that at the date.",
        "plan": "Reserve at stake: {amount} of EU support (amount of the plan).",
        "estimate": "Reserve at stake: {amount} of EU support (estimate: {share} of the EU allocation; "
        "the plan sets it between {min} and {max}).",
        "no_reserve": "No reserve at stake.",
        "not_available": "Reserve at stake: not known, the EU allocation is missing.",
        "not_at_stake": "The reserve was decided in 2019: here a serious failure can lead to a correction at closure.",
    },
}


def reason(
    lang: str,
    result: Assessment,
    indicators: Sequence[Mapping[str, Any]],
    notes: set[str],
    verdict: Mapping[str, Any],
    rules: Rules,
) -> str:
    """Why the status of one axis is what it is, in one language.

    `indicators` are the rows of its indicators (with `name`), `notes` the codes of the axis, `verdict` its
    row.
    """
    words = _WORDS[lang]
    status = words[result.status]
    opening = f"{status[0].upper()}{status[1:]}: "
    if result.status == "not_assessed":
        code = next(
            (c for c in ("whole_programme", "technical_assistance", "no_framework") if c in notes),
            "step_left_out",
        )
        return f"{opening}{NOTES[code][v.LANGUAGES.index(lang)]}."
    common = {
        "n": result.n,
        "m": result.m,
        "goal": words[verdict["against"]],
        "high": v.percent(rules.achieved_from, lang),
        "middle": v.percent(rules.derogation_from, lang),
        "low": v.percent(rules.serious_below, lang),
        "least": rules.derogation_min_indicators,
        "needed": failures_needed(result.n, result.m, rules),
        "count": result.m if rules.serious_counts == "serious_set" else result.n,
        "found": len(result.failing),
    }
    grounds = _grounds(words, result, common)
    if result.status != "undetermined" and any(row["state"] == "not_evaluable" for row in indicators):
        grounds.append(words["certainly"])
    figures = "; ".join(_figure(lang, row, rules) for row in indicators)
    sentences = [f"{opening}{'; '.join(grounds)}.", words["figures"].format(figures=figures)]
    if "preview" in notes:
        dates = {"date": v.on(verdict["cutoff"], lang), "assessed": v.on(verdict["assessed_at"], lang)}
        sentences.append(words["preview"].format(**dates))
    if "stale" in notes:
        sentences.append(words["stale"].format(date=v.on(verdict["cutoff"], lang)))
    reserve = verdict["reserve_eur"]
    sentences.append(
        words[verdict["reserve_source"]].format(
            amount="" if pd.isna(reserve) else v.money(reserve, lang),
            share=v.percent(rules.reserve_share, lang),
            min=v.percent(rules.reserve_share_min, lang),
            max=v.percent(rules.reserve_share_max, lang),
        )
    )
    return " ".join(sentences)


def _grounds(words: Mapping[str, str], result: Assessment, common: Mapping[str, Any]) -> list[str]:
    if result.status == "undetermined":
        return [words["cases"].format(best=words[result.best_case], worst=words[result.worst_case])]
    if result.status == "achieved":
        if not result.by_derogation:
            return [words["all"].format(**common)]
        named = ", ".join(result.below) or "?"
        return [words["derogation"].format(**common, name=named, others=result.n - len(result.below))]
    if result.status == "serious_failure":
        return [words["failing"].format(**common, names=", ".join(result.failing))]
    parts = [words["below"].format(**common, names=", ".join(result.below))]
    parts.append(words["too_few" if result.n < common["least"] else "too_many"].format(**common))
    parts.append(words["not_failing" if result.m else "no_serious_set"].format(**common))
    return parts


def _figure(lang: str, row: Mapping[str, Any], rules: Rules) -> str:
    words = _WORDS[lang]
    detail = [row[f"detail_{lang}"]] if row[f"detail_{lang}"] else []
    if "stale" in row["note"].split(";"):
        detail.append(words["dated"].format(date=v.on(row["data_date"], lang)))
    if row["kind"] == "result" and "result" in rules.serious_excludes:
        detail.append(words["result"])
    known = {"name": row["name"], "detail": "; ".join(detail)}
    if row["state"] == "milestone_zero":
        return words["figure_zero"].format(**known)
    if row["state"] in ("not_evaluable", "left_out"):
        return words["figure_unknown"].format(**known)
    known |= {
        "value": v.number(row["value"], lang),
        "target": v.number(row["target"], lang),
        "unit": f" {row['unit']}" if v.canonical_unit(row["unit"]) not in ("number", "") else "",
    }
    if row["state"] == "bounded":
        limited = np.isfinite(row["ratio_at_most"])
        return words["figure_range" if limited else "figure_bounded"].format(
            **known,
            ratio=v.percent(row["ratio_at_least"], lang),
            upper=v.percent(row["ratio_at_most"], lang) if limited else "",
        )
    text = words["figure"].format(**known, ratio=v.percent(row["ratio"], lang))
    return f"{text[:-1]}; {known['detail']})" if known["detail"] else text
