"""The decommitment rule in words, Italian and English: the codes of `note`, the reason, what to supply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.payment_applications import Line
from porfse_analysis.verdicts.rules import Rules

__all__ = ["NOTES", "needs", "reason"]

NOTES: dict[str, tuple[str, str]] = {
    "open": ("scadenza non ancora raggiunta", "deadline not reached yet"),
    "no_commitments": (
        "mancano gli impegni annuali UE del programma",
        "the annual EU commitments of the programme are missing",
    ),
    "commitment_gap": ("mancano gli impegni di un anno", "the commitments of a year are missing"),
    "reserve_missing": (
        "manca la riserva di efficacia compresa nell'impegno",
        "the performance reserve within the commitment is missing",
    ),
    "base_missing": (
        "il prefinanziamento non è calcolabile: mancano impegni di altri anni",
        "pre-financing cannot be computed: commitments of other years are missing",
    ),
    "received_not_split": (
        "il prefinanziamento ricevuto comprende quello annuale: quello iniziale è calcolato con le quote",
        "the pre-financing received includes the annual one: the initial one is computed from the shares",
    ),
    "received_incomplete": (
        "il prefinanziamento ricevuto manca per qualche anno: tutto è calcolato con le quote",
        "the pre-financing received is missing for some year: all of it is computed from the shares",
    ),
    "no_allocation": ("nessuna dotazione né spesa certificata", "no allocation and no certified expenditure"),
    "claims_partial": (
        "le domande di pagamento sono note solo entro limiti",
        "the payment applications are known within limits only",
    ),
    "certified_missing": (
        "nessuna spesa certificata pubblicata; un altro stadio non la sostituisce",
        "no certified expenditure published; no other stage stands for it",
    ),
    "rate_missing": (
        "manca il tasso UE: nessuna dotazione con la parte UE a quella data",
        "the EU rate is missing: no allocation with its EU part by then",
    ),
    "rates_differ": ("gli assi non hanno un tasso unico noto", "the axes share no single known rate"),
    "published_total": (
        "spesa certificata pubblicata solo per l'intero programma, al tasso unico degli assi",
        "certified expenditure published for the whole programme only, at the one rate of the axes",
    ),
    "total_not_usable": (
        "la spesa certificata dell'intero programma non è usabile: gli assi non hanno un tasso unico noto",
        "the certified expenditure of the whole programme cannot be used: the axes share no known rate",
    ),
    "published_for_axis": (
        "spesa certificata pubblicata per l'asse, senza fondo e categoria di regione",
        "certified expenditure published for the axis, without fund and category of region",
    ),
    "above_allocation": (
        "certificato oltre la dotazione dell'asse",
        "certified above the allocation of the axis",
    ),
    "capped": ("contato fino alla dotazione UE", "counted up to the EU allocation"),
    "not_capped": ("dotazione UE non nota: nessun limite", "EU allocation not known: no limit"),
    "rate_given": ("tasso UE dato da chi calcola", "EU rate given by the caller"),
    "rate_of_year": (
        "tasso UE diverso per un anno contabile",
        "another EU rate in an accounting year",
    ),
    "year_rate_needs_position": (
        "serve la spesa certificata al 30 giugno di inizio e di fine dell'anno contabile",
        "the certified expenditure at the 30 June that begins and ends the accounting year is needed",
    ),
    "rate_of_other_source": (
        "tasso UE dalla dotazione di un'altra fonte",
        "EU rate from the allocation of another source",
    ),
    "more_than": ("pubblicato come «più di»", "published as “more than”"),
    "less_than": ("pubblicato come «meno di»", "published as “less than”"),
    "about": ("pubblicato come «circa»", "published as “about”"),
    "rounded": ("pubblicato arrotondato", "published in rounded units"),
    "stale": ("posizione anteriore alla data", "position earlier than the date"),
}
"""The codes of `note`, in the order they are joined, in Italian and English."""

# codes of a line that the reason names with its axis
_NAMED = (
    "certified_missing",
    "rate_missing",
    "rates_differ",
    "published_for_axis",
    "total_not_usable",
    "above_allocation",
    "capped",
    "not_capped",
    "rate_given",
    "rate_of_year",
    "year_rate_needs_position",
    "rate_of_other_source",
    "more_than",
    "less_than",
    "about",
    "rounded",
)

_WORDS: dict[str, dict[str, str]] = {
    "it": {
        "initial_only": "iniziale",
        "initial_plus_annual": "iniziale e annuale",
        "rates": "calcolato con le quote",
        "received": "ricevuto",
        "covered": "Coperto: domande di pagamento {claims} contro un obiettivo di {target}; margine {surplus}.",
        "covered_at_least": "Coperto: domande di pagamento almeno {low} contro un obiettivo di {target}.",
        "at_risk": "A rischio: domande di pagamento {claims} contro un obiettivo di {target}; mancano {risk}.",
        "at_risk_at_most": "A rischio: domande di pagamento al più {high} contro un obiettivo di {target}.",
        "settled_at_closure": "Si regola alla chiusura: l'impegno del {last} non ha una scadenza N+3.",
        "settled_figures": "Da coprire alla chiusura {target}; domande di pagamento {claims}.",
        "not_available": "Non disponibile: con i dati che ci sono non si può dire se l'impegno è coperto.",
        "between": "Domande di pagamento fra {low} e {high}, obiettivo {target}.",
        "between_open": "Domande di pagamento almeno {low}, obiettivo {target}.",
        "target": "Obiettivo: {commitments} di impegni UE fino al {until} (senza {reserve} di riserva), "
        "meno {prefinancing} di prefinanziamento {mode} ({origin}), meno {exceptions} di eccezioni.",
        "lines": "Sulle domande di pagamento: {lines}.",
        "stale": "La posizione più vecchia è del {oldest}, prima del {date}: le domande inviate dopo non contano.",
        "total": "In spesa totale, al tasso UE di {rate}: obiettivo {target}.",
        "open": "Stato al {date}, prima della scadenza del 31 dicembre {year}.",
        "unknown": "non note",
        "need_no_commitments": "gli impegni annuali UE {years} del piano finanziario, con la "
        "riserva di efficacia (tabella eu_commitments)",
        "need_commitment_gap": "l'impegno UE di {years} (tabella eu_commitments; 0 se non ce n'è)",
        "need_reserve_missing": "la riserva di efficacia compresa nell'impegno di {years} (0 se non ce n'è)",
        "need_base_missing": "l'impegno UE di {years}: il prefinanziamento si calcola sul sostegno totale",
        "need_certified": "la spesa certificata alla data, per asse (tabella finance, stage certified): {axes}",
        "need_exact": "la spesa certificata esatta, non arrotondata o indicata come limite: {axes}",
        "need_rate": "la dotazione totale e la parte UE in vigore alla data (tabella finance, stage "
        "allocation): {axes}",
        "need_split": "la spesa certificata distinta per fondo e categoria di regione: {axes}",
        "need_axes": "la spesa certificata per asse: gli assi non hanno un tasso unico",
        "need_june": "la spesa certificata al 30 giugno di inizio e di fine dell'anno contabile: {axes}",
        "whole": "intero programma",
        "axis": "asse {axis}",
    },
    "en": {
        "initial_only": "initial",
        "initial_plus_annual": "initial and annual",
        "rates": "computed from the shares",
        "received": "received",
        "covered": "Covered: payment applications {claims} against a target of {target}; surplus {surplus}.",
        "covered_at_least": "Covered: payment applications at least {low} against a target of {target}.",
        "at_risk": "At risk: payment applications {claims} against a target of {target}; {risk} missing.",
        "at_risk_at_most": "At risk: payment applications at most {high} against a target of {target}.",
        "settled_at_closure": "Settled at closure: the commitment of {last} has no N+3 deadline.",
        "settled_figures": "To be covered at closure {target}; payment applications {claims}.",
        "not_available": "Not available: the data there are do not tell whether the commitment is covered.",
        "between": "Payment applications between {low} and {high}, target {target}.",
        "between_open": "Payment applications at least {low}, target {target}.",
        "target": "Target: {commitments} of EU commitments up to {until} (without {reserve} of "
        "reserve), less "
        "{prefinancing} of {mode} pre-financing ({origin}), less {exceptions} of exceptions.",
        "lines": "On the payment applications: {lines}.",
        "stale": "The oldest position is of {oldest}, before {date}: applications sent after it do not count.",
        "total": "In total expenditure, at the EU rate of {rate}: target {target}.",
        "open": "State at {date}, before the deadline of 31 December {year}.",
        "unknown": "not known",
        "need_no_commitments": "the annual EU commitments {years} of the financial plan, with the "
        "performance reserve (table eu_commitments)",
        "need_commitment_gap": "the EU commitment of {years} (table eu_commitments; 0 where there is none)",
        "need_reserve_missing": "the performance reserve within the commitment of {years} (0 where there is none)",
        "need_base_missing": "the EU commitment of {years}: pre-financing is computed on the total support",
        "need_certified": "the certified expenditure at the date, by axis (table finance, stage certified): {axes}",
        "need_exact": "the exact certified expenditure, neither rounded nor given as a limit: {axes}",
        "need_rate": "the total allocation and its EU part in force at the date (table finance, stage "
        "allocation): {axes}",
        "need_split": "the certified expenditure by fund and category of region: {axes}",
        "need_axes": "the certified expenditure by axis: the axes do not share one rate",
        "need_june": "the certified expenditure at the 30 June that begins and ends the accounting year: {axes}",
        "whole": "whole programme",
        "axis": "axis {axis}",
    },
}


def reason(
    lang: str,
    row: Mapping[str, Any],
    lines: Sequence[Line],
    notes: set[str],
    year: int,
    date: pd.Timestamp,
    rules: Rules,
) -> str:
    """Why the status is what it is: the figures, where they come from, what to mind."""
    words = _WORDS[lang]
    names = ("target_eu", "claims_eu", "risk_eu", "surplus_eu", "claims_at_least_eu", "claims_at_most_eu")
    target, claims, risk, surplus, low, high = (_money(row[name], words["unknown"], lang) for name in names)
    figures = {"target": target, "claims": claims, "risk": risk, "surplus": surplus, "low": low, "high": high}
    sentences = [_opening(words, row, figures, rules)]
    if row["target_eu"] is not None:
        sentences.append(
            words["target"].format(
                until=row["commitments_to"],
                commitments=v.money(row["commitments_eu"], lang),
                reserve=v.money(row["reserve_excluded_eu"], lang),
                mode=words[row["prefinancing"]],
                prefinancing=v.money(row["prefinancing_eu"], lang),
                origin=words[row["prefinancing_origin"]],
                exceptions=v.money(row["exceptions_eu"], lang),
            )
        )
        if row["target_total"] is not None:
            rate = v.percent(row["single_rate"], lang)
            sentences.append(words["total"].format(rate=rate, target=v.money(row["target_total"], lang)))
    index = v.LANGUAGES.index(lang)
    # the axes that have the same to mind are named together
    alike: dict[str, list[str]] = {}
    for line in lines:
        what = ", ".join(NOTES[code][index] for code in _NAMED if code in line.notes)
        if what:
            alike.setdefault(what, []).append(_place(words, line))
    minded = [f"{', '.join(places)}: {what}" for what, places in alike.items()]
    if "published_total" in notes:
        minded.insert(0, NOTES["published_total"][index])
    if minded:
        sentences.append(words["lines"].format(lines="; ".join(minded)))
    if "stale" in notes:
        sentences.append(words["stale"].format(oldest=v.on(row["data_date"], lang), date=v.on(date, lang)))
    for code in ("received_not_split", "received_incomplete"):
        if code in notes:
            text = NOTES[code][index]
            sentences.append(f"{text[0].upper()}{text[1:]}.")
    if "open" in notes:
        sentences.append(words["open"].format(date=v.on(date, lang), year=year))
    return " ".join(sentences)


def _opening(words: Mapping[str, str], row: Mapping[str, Any], figures: Mapping[str, str], rules: Rules) -> str:
    status, known = row["status"], row["claims_eu"] is not None
    if status == "covered":
        return words["covered" if known else "covered_at_least"].format(**figures)
    if status == "at_risk":
        return words["at_risk" if known else "at_risk_at_most"].format(**figures)
    if status == "settled_at_closure":
        text = words["settled_at_closure"].format(last=rules.last_commitment_year)
        return f"{text} {words['settled_figures'].format(**figures)}" if row["target_eu"] is not None else text
    if row["target_eu"] is None:
        return words["not_available"]
    between = "between" if row["claims_at_most_eu"] != v.INFINITE else "between_open"
    return f"{words['not_available']} {words[between].format(**figures)}"


def needs(lang: str, missing: Mapping[str, Sequence[int]], lines: Sequence[Line], *, undecided: bool) -> str:
    """What to supply so that the figures can be given; empty when nothing is missing.

    `undecided`: the claims are known within limits that leave the verdict open.
    """
    words = _WORDS[lang]
    asked = [words[f"need_{code}"].format(years=_years(years)) for code, years in missing.items()]
    wanted = {
        "need_certified": {"certified_missing"},
        "need_rate": {"rate_missing"},
        "need_split": {"rates_differ"},
        "need_june": {"year_rate_needs_position"},
    }
    if undecided:
        wanted["need_exact"] = {"rounded", "more_than", "less_than", "about"}
    for key, codes in wanted.items():
        # an axis without money has nothing to supply
        concerned = [line for line in lines if codes & line.notes and line.high > 0]
        if concerned:
            places = [_place(words, line) for line in concerned]
            asked.append(words[key].format(axes=", ".join(places)))
    if any("total_not_usable" in line.notes for line in lines):
        asked.append(words["need_axes"])
    return "; ".join(asked)


def _place(words: Mapping[str, str], line: Line) -> str:
    """The axis in words, with its fund and category of region in brackets."""
    if line.row["axis"] == ALL:
        return words["whole"]
    details = " ".join(part for part in (line.row["fund"], line.row["region_category"]) if part)
    return words["axis"].format(axis=f"{line.row['axis']} ({details})" if details else line.row["axis"])


def _money(amount: Any, unknown: str, lang: str) -> str:
    return unknown if amount is None or amount == v.INFINITE else v.money(amount, lang)


def _years(years: Sequence[int]) -> str:
    """Years in order, runs of three and more as first-last."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    shown = [[f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(year) for year in run] for run in runs]
    return ", ".join(text for run in shown for text in run)
