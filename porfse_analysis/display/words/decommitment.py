"""The decommitment rule in words: why a deadline is covered or not, what to supply, which reading would change it."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import region_category
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.display.words.rules import of_year, share_form
from porfse_analysis.periods import period_of
from porfse_analysis.schema import ALL

__all__ = ["changes_line", "needs_line", "told_apart", "word_application_notes", "word_decommitment", "word_lacking"]

Row = Mapping[Hashable, Any]

_MINDED = (
    "certified_missing",
    "partial",
    "certified_not_told_apart",
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
"""Notes of a payment application that the reason names with its axis."""

_ASKED = {
    "certified": ("certified_missing", "partial"),
    "at_deadline": ("older_figure",),
    "exact": ("rounded", "more_than", "less_than", "about"),
    "rate": ("rate_missing",),
    "split": ("rates_differ", "certified_not_told_apart"),
    "june": ("year_rate_needs_position",),
}
"""What to supply -> the notes of the axes it concerns."""


def word_decommitment(deadlines: pd.DataFrame, applications: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The rows of `decommitment` in words; `applications` are those of `payment_applications` behind them.

    Returns one row per deadline and fund: deadline, part (fund and category of region), status, why, needs, all as text
    in `lang`.
    """
    rows = []
    for row in deadlines.to_dict("records"):
        lines = _lines_of(row, applications)
        rows.append(
            {
                "deadline": wording.date(row["deadline"], lang),
                "part": _part(row, lang),
                "status": wording.text(f"decommitment_status.{row['status']}", lang),
                "why": " ".join(_sentences(row, lines, lang)),
                "needs": "; ".join(_needs(row, lines, lang)),
            }
        )
    return pd.DataFrame(rows, columns=["deadline", "part", "status", "why", "needs"], index=deadlines.index)


def word_lacking(needs: str, lang: str) -> str:
    """What the verdict on a deadline lacks (codes of `needs`), in few words where there is no room for more."""
    codes = [need.partition(":")[0] for need in needs.split(";") if need]
    return wording.list_of([wording.text(f"decommitment_lacks.{code}", lang) for code in codes], lang)


def told_apart(deadlines: pd.DataFrame) -> bool:
    """Whether a deadline needs the name of its fund. Asked of every row: one left out may be the other fund's."""
    return deadlines["fund"].nunique() > 1 or deadlines["region_category"].nunique() > 1


def changes_line(deadlines: pd.DataFrame, lang: str) -> str:
    """Which verdicts another reading of a rule to be confirmed would change; empty where there is nothing to judge."""
    open_to_it = deadlines["target_eu"].notna() | (deadlines["other_readings"] != "")
    decided = deadlines[open_to_it & ~deadlines["status"].isin(["settled_at_closure", "no_deadline"])]
    if decided.empty:
        return ""
    several = told_apart(deadlines)
    changes = [
        _change(row, reading, several, lang)
        for row in decided.to_dict("records")
        for reading in row["other_readings"].split(";")
        if reading
    ]
    if not changes:
        return wording.text("decommitment.no_other_reading", lang)
    return wording.text("decommitment.other_readings", lang, changes="; ".join(changes))


def needs_line(deadlines: pd.DataFrame, lang: str) -> str:
    """The one line that says why no deadline can be assessed and what would allow it; empty when one can be."""
    if deadlines.empty or not deadlines["target_eu"].isna().all():
        return ""
    if "no_rules" in set(itertools.chain.from_iterable(note.split(";") for note in deadlines["note"])):
        return wording.text("decommitment.no_rules", lang)
    # what the target lacks; the applications of one deadline are not what stands in the way of all
    row = deadlines.iloc[0].to_dict()
    asked = [need for need in row["needs"].split(";") if need.partition(":")[0] not in _ASKED]
    needs = "; ".join(_needs(row | {"needs": ";".join(asked)}, [], lang))
    return wording.text("decommitment.not_assessed", lang, needs=needs, **period_words([row["programme"]], lang))


def word_application_notes(note: str, lang: str) -> str:
    """The notes of a row of `payment_applications` in words."""
    return "; ".join(wording.text(f"decommitment_note.{code}", lang) for code in note.split(";") if code)


def _lines_of(row: Row, applications: pd.DataFrame) -> list[Row]:
    """The payment applications behind a deadline."""
    behind = (applications["programme"] == row["programme"]) & (applications["year"] == row["year"])
    for column in ("fund", "region_category"):
        if row[column]:
            behind &= applications[column].isin([row[column], ""])
    return list(applications[behind].to_dict("records"))


def _part(row: Row, lang: str) -> str:
    return " ".join(part for part in (row["fund"], region_category(row["region_category"], lang)) if part)


def _sentences(row: Row, lines: Sequence[Row], lang: str) -> Iterator[str]:
    """Why the status is what it is: the figures, where they come from, what to mind."""
    notes = row["note"].split(";")
    values = period_words([row["programme"]], lang) | _values(row, lang)

    def say(key: str, **more: str) -> str:
        return wording.text(f"decommitment.{key}", lang, **values, **more)

    for code in ("no_rules", "commitments_not_by_fund", "commitments_not_by_category"):
        if code in notes:
            yield say(code)
            return
    yield say(_opening(row, notes))
    if row["status"] == "settled_at_closure":
        if pd.notna(row["target_eu"]):
            yield say("settled_target" if row["payment_applications_at_least_eu"] > 0 else "settled_target_none")
    elif pd.notna(row["target_eu"]) and row["status"] != "no_deadline":
        yield say(_target(row))
        if row["exceptions_eu"] > 0:
            yield say("exceptions")
    if pd.notna(row["target_total"]) and row["status"] != "no_deadline":
        goal = wording.amount(row["target_total"], lang)
        yield wording.text("decommitment.total", lang, rate=wording.percentage(row["single_rate"], lang), target=goal)
    if pd.notna(row["paid_eu"]) and row["status"] in ("not_available", "undetermined"):
        yield say("paid")
    if "older_figure" in notes:
        old = {line["data_date"] for line in lines if pd.notna(line["data_date"])}
        yield say("older_several" if len(old) > 1 else "older")
    minded = list(_minded(lines, notes, lang))
    if minded:
        yield say("lines", lines="; ".join(minded))
    for code in ("received_not_split", "received_incomplete", "received_gap"):
        if code in notes:
            yield say(code)
    if "open" in notes and row["status"] in ("covered", "not_available"):
        yield say("open")


def _values(row: Row, lang: str) -> dict[str, str]:
    """Everything a sentence can name, as text."""
    amounts = {
        "target": "target_eu",
        "applied": "payment_applications_eu",
        "risk": "risk_eu",
        "surplus": "surplus_eu",
        "low": "payment_applications_at_least_eu",
        "high": "payment_applications_at_most_eu",
        "commitments": "commitments_eu",
        "reserve": "reserve_excluded_eu",
        "prefinancing": "prefinancing_eu",
        "exceptions": "exceptions_eu",
        "paid": "paid_eu",
    }
    values = {name: _money(row[column], lang) for name, column in amounts.items()}
    if not values["applied"]:
        values["applied"] = values["low"]
    dates = {"deadline": "deadline", "cutoff": "cutoff", "oldest": "data_date", "paid_date": "paid_date"}
    values |= {name: "" if pd.isna(row[key]) else wording.long_date(row[key], lang) for name, key in dates.items()}
    origin: str = row["prefinancing_origin"]
    until: str = "" if pd.isna(row["commitments_to"]) else str(int(row["commitments_to"]))
    return values | {
        "until": until,
        "last": until,
        "mode": wording.text(f"decommitment_mode.{row['prefinancing']}", lang) if row["prefinancing"] else "",
        "origin": wording.text(f"decommitment_origin.{origin}", lang) if origin else "",
    }


def _money(amount: Any, lang: str) -> str:
    return "" if pd.isna(amount) or amount == float("inf") else wording.amount(amount, lang)


def _target(row: Row) -> str:
    """The key of the sentence on the target: whether a part of the commitments was left out, and which."""
    if not row["reserve_excluded_eu"] > 0:
        return "target_no_reserve"
    period = period_of(row["programme"])
    return "target_flexibility" if period and period.set_apart == "flexibility" else "target"


def _opening(row: Row, notes: Sequence[str]) -> str:
    """The key of the first sentence: as much as the payment applications are known."""
    status, low = row["status"], row["payment_applications_at_least_eu"]
    if "covered_by_payments" in notes:
        return "covered_by_payments"
    known = bool(pd.notna(row["payment_applications_eu"])) and "older_figure" not in notes
    if status == "covered":
        return "covered" if known else "covered_at_least"
    if status == "at_risk":
        return "at_risk" if known else "at_risk_at_most"
    if status == "undetermined":
        return "undetermined" if low > 0 else "undetermined_none"
    if status == "not_available" and pd.notna(row["target_eu"]):
        if known:
            return "not_available_between"
        return "not_available_at_least" if low > 0 else "not_available_none"
    return str(status)


def _minded(lines: Sequence[Row], notes: Sequence[str], lang: str) -> Iterator[str]:
    """What to mind about the payment applications; axes that have the same to mind are named together."""
    if "published_total" in notes:
        yield wording.text("decommitment_note.published_total", lang)
    alike: dict[str, list[str]] = {}
    for line in lines:
        codes = line["note"].split(";")
        what = ", ".join(wording.text(f"decommitment_note.{code}", lang) for code in _MINDED if code in codes)
        if what:
            alike.setdefault(what, []).append(_place(line, lines, lang))
    for what, places in alike.items():
        yield wording.text("decommitment.minded", lang, places=", ".join(places), what=what)


def _needs(row: Row, lines: Sequence[Row], lang: str) -> Iterator[str]:
    """What to supply so that the verdict can be given."""
    for need in filter(None, row["needs"].split(";")):
        code, _, years = need.partition(":")
        # an axis without money has nothing to supply
        places = [
            _place(line, lines, lang)
            for line in lines
            if set(_ASKED.get(code, ())) & set(line["note"].split(";")) and line["payment_applications_at_most_eu"] > 0
        ]
        values = {
            "years": _years([int(year) for year in years.split(",") if year]),
            "deadline": wording.long_date(row["deadline"], lang),
            "places": ", ".join(places),
        }
        yield wording.text(f"decommitment_need.{code}", lang, **period_words([row["programme"]], lang), **values)


def _place(line: Row, lines: Sequence[Row], lang: str) -> str:
    """The axis in words, with its fund and category of region in brackets where the axes have several."""
    if line["axis"] == ALL:
        return wording.text("decommitment.whole", lang)
    part = _part(line, lang) if len({_part(other, lang) for other in lines}) > 1 else ""
    return wording.text(f"decommitment.{'axis_part' if part else 'axis'}", lang, axis=line["axis"], part=part)


def _change(row: Row, reading: str, several: bool, lang: str) -> str:
    """One verdict under another reading: deadline, the status it would have, the reading."""
    rule, _, rest = reading.partition("=")
    value, _, status = rest.rpartition(":")
    rule, year = of_year(rule)
    name = f"{rule}_{value}" if wording.has_text(f"decommitment_reading.{rule}_{value}") else rule
    if rule == "claims_counted_share":
        value = share_form(float(value)).text(float(value), lang)
    values = {
        "deadline": wording.date(row["deadline"], lang),
        "part": _part(row, lang),
        "status": wording.text(f"decommitment_status.{status}", lang),
        "reading": wording.text(f"decommitment_reading.{name}", lang, value=value, year=year),
    }
    return wording.text(f"decommitment.{'changed_part' if several else 'changed'}", lang, **values)


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
