"""`Comparison`: what a page about several programmes is about - computed once, for all of them together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.display.report import known_date
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import RATES, financial_progress
from porfse_analysis.indicators.positions import newest, positions_at
from porfse_analysis.indicators.result import as_cutoff, collect
from porfse_analysis.indicators.targets import target_achievement_ratio
from porfse_analysis.programme import Programme, joined_tables, published_dates
from porfse_analysis.verdicts.checks import check_tables, for_readers

__all__ = ["Comparison", "compare_programmes", "open_comparison"]

_STAGES = ("selected", "declared")
_TABLES = ("axes", "finance", "achievements", "targets", "population", "claims")
_LABEL_LENGTH = 42


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Several programmes at one reporting date.

    `tables` holds the rows of all of them together, `sources` where those are from. `members` has their programme
    (CCI), title, ms, funds and label; `fund` is the only fund whose rows count, "" for all; `left_out` the programmes
    named that are not of the member state asked for. `apart` are those whose main fund (that of the largest
    allocation) is another: a part of them is no place in a ranking. Its columns: programme, title, main_fund and, of
    all their funds together, allocation, declaration_rate, data_date, source, note. `own` is the programme highlighted.
    """

    tables: Mapping[str, pd.DataFrame]
    sources: pd.DataFrame
    cutoff: pd.Timestamp
    lang: str
    members: pd.DataFrame
    member_state: str
    fund: str
    left_out: tuple[str, ...]
    apart: pd.DataFrame
    own: str = ""

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.members)} programmes at {self.cutoff.date().isoformat()}, {self.lang}>"

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue in the language of the page."""
        return wording.text(key, self.lang, **period_words(self.members["programme"], self.lang) | values)

    def in_language(self, lang: str) -> Comparison:
        """The same comparison in another language."""
        return replace(self, lang=wording.check_language(lang))

    @cached_property
    def results(self) -> pd.DataFrame:
        """Selection and declaration rate of each programme, and its target ratios, in the result columns."""
        pool = self.tables
        ratios = target_achievement_ratio(pool["achievements"], pool["targets"], cutoff=self.cutoff)
        return collect([_rates(pool["finance"], self.cutoff), ratios])

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The programmes by declaration rate, the highest first; without a rate: at the end, without a rank.

        Columns: rank (programmes with one rate share a rank), programme, title, label, allocation, selection_rate,
        declaration_rate, data_date, source, note (of the declaration rate), selection_note.
        """
        declared, selected = (_of_indicator(self.results, RATES[stage]) for stage in ("declared", "selected"))
        rows = self.members[["programme", "title", "label"]].merge(
            declared.rename(columns={"value": "declaration_rate", "denominator": "allocation"}),
            on="programme",
            how="left",
        )
        rows = rows.merge(
            selected[["programme", "value", "note"]].rename(columns={"note": "selection_note"}),
            on="programme",
            how="left",
        )
        rows = rows.rename(columns={"value": "selection_rate"})
        rows["note"] = rows["note"].fillna("not_reported")
        rows["rank"] = rows["declaration_rate"].rank(method="min", ascending=False)
        rows = rows.sort_values(["declaration_rate", "programme"], ascending=[False, True]).reset_index(drop=True)
        return rows[
            [
                *("rank", "programme", "title", "label", "allocation", "selection_rate", "declaration_rate"),
                *("data_date", "source", "note", "selection_note"),
            ]
        ]

    @property
    def median(self) -> float:
        """The median of the declaration rates there are; NaN when there is none."""
        return float(self.ranking["declaration_rate"].median())

    @cached_property
    def history(self) -> pd.DataFrame:
        """The declaration rate of each programme at every reporting date up to the cutoff, in the result columns."""
        dates = [date for date in map(as_cutoff, _dates(self.tables)) if date <= self.cutoff]
        results = collect([_rates(self.tables["finance"], date) for date in dates])
        return results[(results["indicator"] == RATES["declared"]) & results["value"].notna()]

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What the checks found in each programme up to the cutoff."""
        return for_readers(check_tables(self.tables, cutoff=self.cutoff))


def compare_programmes(
    programmes: Sequence[Programme], *, fund: str = "ESF", cutoff: object, lang: str = "it"
) -> Comparison:
    """These programmes side by side, the first one highlighted.

    Member state and funds are those of the code and of `finance`. Raises as `open_comparison`.
    """
    titles = pd.DataFrame(
        {
            "programme": [programme.cci for programme in programmes],
            "title": [programme.title(lang) for programme in programmes],
            "ms": [programme.cci[4:6] for programme in programmes],
            "funds": [", ".join(sorted(set(programme.finance["fund"]) - {""})) or fund for programme in programmes],
        }
    )
    codes = titles["programme"].tolist()
    tables = joined_tables(programmes)
    return open_comparison(tables, titles, programmes=codes, fund=fund, cutoff=cutoff, lang=lang, own=codes[0])


def open_comparison(
    tables: Mapping[str, pd.DataFrame],
    titles: pd.DataFrame,
    *,
    programmes: Sequence[str] | str = (),
    member_state: str = "",
    fund: str = "ESF",
    cutoff: object,
    lang: str = "it",
    own: str = "",
) -> Comparison:
    """The programmes asked for, side by side at a reporting date.

    `tables`: `axes`, `finance`, `achievements`, `targets` of all programmes, and `sources` if there are; `titles`:
    programme, title, ms (member state), funds ("ESF, YEI"). The programmes are those named (CCIs, a list or one text
    with commas), those of a member state, or those named that are of that member state. With a `fund` only programmes
    that have it and only its rows count, those whose main fund is another apart; "" counts all funds together, and ESF
    stands for the ESF+ among programmes of 2021-2027. `own`
    is the programme highlighted.

    Raises `ParameterError` when no programme is asked for or left, for a programme, member state or fund that is not
    there, a date without figures, a language pages do not exist in.
    """
    wording.check_language(lang)
    state, only = member_state.strip().upper(), _of_the_period(fund.strip().upper(), titles)
    named = _codes(programmes)
    picked, elsewhere = _picked(titles, named, state, only)
    at = known_date(_dates(_pool(tables, picked["programme"], only)), cutoff, of="the comparison")
    apart = _apart(picked, _pool(tables, picked["programme"], "")["finance"], only, at)
    picked = picked[~picked["programme"].isin(apart["programme"])].reset_index(drop=True)
    if picked.empty:
        funds = ", ".join(sorted(set(apart["main_fund"])))
        raise ParameterError(f"fund {only!r}: no programme has it as its main fund; those asked for have {funds}")
    pool = _pool(tables, picked["programme"], only)
    cited = _pool(tables, pd.concat([picked["programme"], apart["programme"]]), "")
    return Comparison(
        pool,
        _sources(cited, tables.get("sources")),
        at,
        lang,
        picked.assign(label=_labels(picked)),
        state,
        only,
        tuple(elsewhere) if named else (),
        apart,
        own,
    )


def _picked(titles: pd.DataFrame, named: list[str], state: str, only: str) -> tuple[pd.DataFrame, list[str]]:
    """The programmes asked for that have the fund, by code; and those named that are of another member state."""
    if not named and not state:
        raise ParameterError(
            "which programmes? Give their codes (programmes=['2014IT05SFOP007', ...]) or a member_state "
            f"({', '.join(sorted(set(titles['ms'])))})"
        )
    _check_known(titles, named, state, only)
    picked = titles[titles["programme"].isin(named)] if named else titles
    elsewhere = picked[picked["ms"] != state] if state else picked.iloc[:0]
    picked = picked.drop(elsewhere.index)
    if picked.empty:
        raise ParameterError(
            f"none of {', '.join(named)} is of member state {state}: give member_state='' to take them"
        )
    if only:
        lacking = picked[~picked["funds"].map(lambda funds: only in funds.split(", "))]
        if named and not lacking.empty:
            listed = "; ".join(f"{row['programme']} has {row['funds']}" for _, row in lacking.iterrows())
            raise ParameterError(f"fund {only!r}: {listed}. Give another fund, or fund='' for all funds together")
        picked = picked.drop(lacking.index)
    if picked.empty:
        raise ParameterError(f"member state {state} has no programme with {only}")
    return picked.sort_values("programme").reset_index(drop=True), list(elsewhere["programme"])


def _apart(picked: pd.DataFrame, finance: pd.DataFrame, fund: str, at: pd.Timestamp) -> pd.DataFrame:
    """The programmes of which another fund than the one asked for is the main one (`Comparison.apart`)."""
    totals = positions_at(finance, at, ["programme", "fund"]).totals
    plans = newest(totals[totals["stage"] == "allocation"], ["programme", "fund"])
    plans = plans.assign(asked=plans["fund"] == fund).sort_values(["amount", "asked"], ascending=False, kind="stable")
    main = plans.drop_duplicates("programme").rename(columns={"fund": "main_fund"})
    other = main.loc[~main["main_fund"].isin([fund, ""]) & bool(fund), ["programme", "main_fund"]]
    rates = _of_indicator(_rates(finance[finance["programme"].isin(other["programme"])], at), RATES["declared"])
    rates = rates.rename(columns={"value": "declaration_rate", "denominator": "allocation"})
    rows = picked[["programme", "title"]].merge(other, on="programme").merge(rates, on="programme", how="left")
    columns = ["allocation", "declaration_rate", "data_date", "source", "note"]
    return rows[["programme", "title", "main_fund", *columns]]


def _codes(programmes: Sequence[str] | str) -> list[str]:
    """The codes named, each once; papermill's command line can only give a text."""
    texts = [programmes] if isinstance(programmes, str) else list(programmes)
    return list(dict.fromkeys(code.upper() for text in texts for code in re.split(r"[\s,;]+", str(text)) if code))


def _of_the_period(fund: str, titles: pd.DataFrame) -> str:
    """The fund asked for; ESF is the ESF+ where the programmes are of the period that calls it so."""
    known = {each for listed in titles["funds"] for each in listed.split(", ")}
    return "ESF+" if fund == "ESF" and fund not in known and "ESF+" in known else fund


def _check_known(titles: pd.DataFrame, named: list[str], state: str, fund: str) -> None:
    known = sorted(titles["programme"])
    unknown = [code for code in named if code not in set(known)]
    if unknown:
        near = [f"{code} (nearest: {', '.join(get_close_matches(code, known, n=3, cutoff=0.0))})" for code in unknown]
        raise ParameterError(f"the table has no programme {'; '.join(near)}")
    states = sorted(set(titles["ms"]))
    if state and state not in states:
        raise ParameterError(f"member_state={state!r}: the table has {', '.join(states)}")
    funds = sorted({fund for listed in titles["funds"] for fund in listed.split(", ")})
    if fund and fund not in funds:
        raise ParameterError(f"fund={fund!r}: the table has {', '.join(funds)}; '' takes all of them together")


def _pool(tables: Mapping[str, pd.DataFrame], programmes: pd.Series, fund: str) -> dict[str, pd.DataFrame]:
    """The rows of the programmes and the fund, of all of them together."""
    kept = {}
    for name in _TABLES:
        rows = tables.get(name, schema.empty(name))
        rows = rows[rows["programme"].isin(programmes)]
        kept[name] = rows[rows["fund"] == fund] if fund and "fund" in rows else rows
    return kept


def _sources(pool: Mapping[str, pd.DataFrame], sources: pd.DataFrame | None) -> pd.DataFrame:
    """The sources the rows are from; their codes alone where no table says more of them."""
    used = [str(source) for name in _TABLES[1:] for source in pool[name]["source"].unique()]
    if sources is None:
        sources = pd.DataFrame({"source": used}).drop_duplicates()
    return schema.conform("sources", sources[sources["source"].isin(used)], programme="")


def _dates(pool: Mapping[str, pd.DataFrame]) -> list[str]:
    return published_dates(pool["finance"], pool["achievements"])


def _labels(members: pd.DataFrame) -> pd.Series:
    """What to call each programme in a figure: its title, cut where it is long, told apart by the code."""
    titles = members["title"].where(members["title"] != "", members["programme"])
    short = titles.map(lambda text: text if len(text) <= _LABEL_LENGTH else text[: _LABEL_LENGTH - 1].rstrip() + "…")
    twice = short.duplicated(keep=False) & (short != members["programme"])
    return short.where(~twice, short + " " + members["programme"])


def _rates(finance: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The rates the page is about, for all programmes in one call."""
    results = financial_progress(finance, cutoff=cutoff, by="programme")
    return results[results["indicator"].isin([RATES[stage] for stage in _STAGES])]


def _of_indicator(results: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = ["programme", "value", "denominator", "data_date", "source", "note"]
    return results.loc[results["indicator"] == name, columns]
