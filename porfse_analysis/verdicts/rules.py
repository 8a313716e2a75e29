"""The rules of the funds that the verdicts apply: one table by programming period.

Every threshold and every choice that a verdict depends on is a named row with its value, its legal reference,
whether the value was confirmed in a source, and its meaning in Italian and English. The report shows the
table (`rules_table`); an evaluator who reads a rule otherwise changes that one row (`Rules.replace`) and the
report says that it was changed.

2021-2027 has no table yet: it has no performance reserve of this kind, and how its first commitments are
spread over the later deadlines is not settled here.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from porfse_analysis.errors import ParameterError

__all__ = ["RULES", "Rule", "Rules", "rules_table"]

CONFIRMED = "confirmed"
UNCONFIRMED = "unconfirmed"
CHANGED = "changed"

RuleValue = bool | int | float | str | tuple[str, ...] | None


@dataclass(frozen=True)
class Rule:
    """One parameter of the rules.

    `unit`: `1` (a share), `indicator`, `year` (a number of years or a calendar year), `date` (ISO text),
    `choice` (one of `allowed`), `set` (several of `allowed`), `flag`. `source` is where the rule stands.
    `status`: `confirmed` when the value was seen in a source, `unconfirmed` when it was not (or is a
    convention of this package), `changed` when the caller set it.
    """

    name: str
    value: RuleValue
    unit: str
    source: str
    status: str
    meaning_it: str
    meaning_en: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The rules of one programming period; each value is an attribute (`rules.achieved_from`)."""

    period: str
    rows: tuple[Rule, ...]

    def __getattr__(self, name: str) -> Any:
        # rows is missing while a copy is being made
        for rule in self.__dict__.get("rows", ()):
            if rule.name == name:
                return rule.value
        raise AttributeError(f"the rules have no {name!r}")

    def rule(self, name: str) -> Rule:
        """The row called `name`, with its source and meaning. Raises `ParameterError` when there is none."""
        found = next((rule for rule in self.rows if rule.name == name), None)
        if found is None:
            close = get_close_matches(name, [rule.name for rule in self.rows], n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            names = ", ".join(rule.name for rule in self.rows)
            raise ParameterError(f"{name!r} is not a rule of {self.period}. {hint}Rules: {names}")
        return found

    def replace(self, **values: Any) -> Rules:
        """The same rules with other values for the rows named.

        A changed row has the status `changed` and keeps its legal reference, with the value it replaces.
        Raises `ParameterError` for an unknown name or a value the row cannot have.

        >>> RULES["2014-2020"].replace(achieved_from=0.9).achieved_from
        0.9
        """
        changed = {name: _changed(self.rule(name), value) for name, value in values.items()}
        return dataclasses.replace(self, rows=tuple(changed.get(rule.name, rule) for rule in self.rows))


def rules_table(period: str | Rules = "2014-2020") -> pd.DataFrame:
    """The rules of a period, or a changed set of them, as a table for the report.

    Shape: one row per rule; columns period, name, value, unit, status, source, meaning_it, meaning_en. Raises
    `ParameterError` for a period without rules.
    """
    rules = period if isinstance(period, Rules) else RULES.get(period)
    if rules is None:
        raise ParameterError(f"There are no rules for {period!r}. Periods: {', '.join(RULES)}")
    columns = ("name", "value", "unit", "status", "source", "meaning_it", "meaning_en")
    table = {name: [getattr(rule, name) for rule in rules.rows] for name in columns}
    # numbers, dates and sets of words share the column: each keeps its own type
    table["value"] = pd.Series(table["value"], dtype="object")  # type: ignore[assignment]
    return pd.DataFrame({"period": rules.period, **table})


def _changed(rule: Rule, value: Any) -> Rule:
    if isinstance(value, list | set | frozenset):
        value = tuple(sorted(value))
    problem = _problem(rule, value)
    if problem:
        raise ParameterError(f"Rule {rule.name} cannot be {value!r}: {problem}")
    if value == rule.value:
        return rule
    return dataclasses.replace(
        rule,
        value=value,
        status=CHANGED,
        source=f"set by the caller instead of {rule.value!r}: {rule.source}",
    )


def _problem(rule: Rule, value: Any) -> str:
    """Why a rule cannot have this value; empty when it can."""
    if rule.unit == "flag":
        return "" if isinstance(value, bool) else "it is True or False"
    if rule.unit == "choice":
        return "" if value in rule.allowed else f"it is one of {', '.join(rule.allowed)}"
    if rule.unit == "set":
        known = isinstance(value, tuple) and set(value) <= set(rule.allowed)
        return "" if known else f"it holds some of {', '.join(rule.allowed)}"
    if rule.unit == "date":
        try:
            return "" if datetime.date.fromisoformat(value).isoformat() == value else "a date is written YYYY-MM-DD"
        except (TypeError, ValueError):
            return "a date is written YYYY-MM-DD"
    if value is None and rule.value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return "it is a number, zero or more"
    return "" if rule.unit == "1" or isinstance(value, int) else "it is a whole number"


_KINDS = ("financial", "output", "result", "key_implementation_step")
_CPR = "Reg. (EU) 1303/2013"
_PF = "Impl. Reg. (EU) 215/2014"
# seen as headers of the tables of an evaluation; the wording of the article was not
_THRESHOLD = "value in the independent evaluation of the Molise programme; wording of the article not checked"
_CONVENTION = "no provision: convention of this package"

_2014_2020 = (
    # performance framework: what is assessed
    Rule(
        "milestone_date",
        "2018-12-31",
        "date",
        f"{_CPR} art. 21 and Annex II",
        CONFIRMED,
        "data alla quale si verificano i target intermedi",
        "date at which the milestones are assessed",
    ),
    Rule(
        "target_date",
        "2023-12-31",
        "date",
        f"{_CPR} art. 22(7), for ERDF, ESF and CF",
        UNCONFIRMED,
        "data alla quale si verificano i target finali",
        "date at which the final targets are assessed",
    ),
    Rule(
        "assessed_by",
        ("axis", "fund", "region_category"),
        "set",
        f"{_PF} art. 7",
        UNCONFIRMED,
        "ogni combinazione di asse, fondo e categoria di regione è verificata per sé",
        "each combination of axis, fund and category of region is assessed on its own",
        allowed=("axis", "fund", "region_category"),
    ),
    Rule(
        "financial_stage",
        "certified",
        "choice",
        f"{_PF} art. 5(2); {_CPR} art. 126(c)",
        CONFIRMED,
        "l'indicatore finanziario è la spesa certificata totale (UE e nazionale)",
        "the financial indicator is the total certified expenditure (Union and national)",
        allowed=("certified",),
    ),
    Rule(
        "achievement_excludes",
        (),
        "set",
        f"{_PF} art. 6(1)",
        UNCONFIRMED,
        "tipi di indicatore esclusi dalla prova di conseguimento: nessuno",
        "kinds of indicator left out of the achievement test: none",
        allowed=_KINDS,
    ),
    Rule(
        "serious_excludes",
        ("result",),
        "set",
        f"{_CPR} Annex II point 2, art. 22(6) and (7)",
        CONFIRMED,
        "tipi di indicatore esclusi dalla prova di grave carenza: i risultati",
        "kinds of indicator left out of the serious failure test: results",
        allowed=_KINDS,
    ),
    Rule(
        "zero_milestone_reached",
        True,
        "flag",
        _CONVENTION,
        UNCONFIRMED,
        "un target intermedio pari a zero con target finale positivo vale come raggiunto (rapporto 1)",
        "a milestone of zero with a positive final target counts as reached (ratio 1)",
    ),
    Rule(
        "step_without_target_left_out",
        True,
        "flag",
        f"{_PF} art. 5 and 6",
        UNCONFIRMED,
        "una fase di attuazione principale senza target finale non conta nella verifica del 2023",
        "a key implementation step without a final target does not count in the assessment of 2023",
    ),
    # performance framework: test 1
    Rule(
        "achieved_from",
        0.85,
        "1",
        f"{_PF} art. 6(2); {_THRESHOLD}",
        CONFIRMED,
        "rapporto dal quale un indicatore è conseguito",
        "ratio from which an indicator is achieved",
    ),
    Rule(
        "derogation_from",
        0.75,
        "1",
        f"{_PF} art. 6(2); {_THRESHOLD}",
        CONFIRMED,
        "rapporto minimo dell'indicatore ammesso in deroga",
        "lowest ratio of the indicator admitted by derogation",
    ),
    Rule(
        "derogation_min_indicators",
        3,
        "indicator",
        f"{_PF} art. 6(2)",
        UNCONFIRMED,
        "numero di indicatori dal quale vale la deroga",
        "number of indicators from which the derogation holds",
    ),
    Rule(
        "derogation_max_below",
        1,
        "indicator",
        f"{_PF} art. 6(2)",
        UNCONFIRMED,
        "indicatori che possono valersi della deroga",
        "indicators that may use the derogation",
    ),
    # performance framework: test 2
    Rule(
        "serious_below",
        0.65,
        "1",
        f"{_PF} art. 6(3) and (4); {_THRESHOLD}",
        CONFIRMED,
        "rapporto sotto il quale un indicatore è gravemente carente",
        "ratio below which an indicator fails seriously",
    ),
    Rule(
        "serious_few_up_to",
        2,
        "indicator",
        f"{_PF} art. 6(3)",
        UNCONFIRMED,
        "numero di indicatori fino al quale vale la regola dei pochi indicatori",
        "number of indicators up to which the rule for few indicators holds",
    ),
    Rule(
        "serious_few_failures",
        1,
        "indicator",
        f"{_PF} art. 6(3)",
        UNCONFIRMED,
        "con pochi indicatori: quanti sotto soglia fanno una grave carenza",
        "with few indicators: how many below the threshold make a serious failure",
    ),
    Rule(
        "serious_many_failures",
        2,
        "indicator",
        f"{_PF} art. 6(4)",
        UNCONFIRMED,
        "con più indicatori: quanti sotto soglia fanno una grave carenza",
        "with more indicators: how many below the threshold make a serious failure",
    ),
    Rule(
        "serious_counts",
        "either",
        "choice",
        f"{_PF} art. 6(3) and (4)",
        UNCONFIRMED,
        "quale insieme decide se gli indicatori sono pochi: quello senza i risultati (m) o quello intero (n)",
        "which set decides whether the indicators are few: the one without results (m) or the whole one (n)",
        allowed=("either", "serious_set", "achievement_set"),
    ),
    # performance reserve
    Rule(
        "reserve_share",
        0.06,
        "1",
        f"{_CPR} art. 20 and 22(1); guidance EGESIF_18-0021-01",
        CONFIRMED,
        "riserva di efficacia sulla dotazione UE, dove il piano non dice l'importo",
        "performance reserve on the EU allocation, where the plan does not give the amount",
    ),
    Rule(
        "reserve_share_min",
        0.05,
        "1",
        f"{_CPR} art. 22(3)",
        UNCONFIRMED,
        "quota minima della riserva di un asse",
        "smallest share of the reserve of an axis",
    ),
    Rule(
        "reserve_share_max",
        0.07,
        "1",
        f"{_CPR} art. 22(3)",
        UNCONFIRMED,
        "quota massima della riserva di un asse",
        "largest share of the reserve of an axis",
    ),
    Rule(
        "reserve_excluded_funds",
        ("YEI",),
        "set",
        f"{_CPR} art. 20; guidance EGESIF_18-0021-01",
        CONFIRMED,
        "fondi senza riserva: l'iniziativa per l'occupazione giovanile",
        "funds without a reserve: the Youth Employment Initiative",
        allowed=("ESF", "YEI", "ERDF", "CF"),
    ),
    Rule(
        "reserve_excluded_objectives",
        ("13",),
        "set",
        f"{_CPR} art. 92b",
        UNCONFIRMED,
        "obiettivi tematici senza riserva: REACT-EU",
        "thematic objectives without a reserve: REACT-EU",
        allowed=("13",),
    ),
    Rule(
        "reserve_decided_by",
        "2019-08-31",
        "date",
        f"{_CPR} art. 22(2)",
        UNCONFIRMED,
        "data entro la quale la Commissione decide sulla riserva: dopo non è più in gioco",
        "date by which the Commission decides on the reserve: after it nothing is at stake",
    ),
    # decommitment
    Rule(
        "first_commitment_year",
        2014,
        "year",
        f"{_CPR} art. 76 and 91",
        CONFIRMED,
        "primo anno di impegno dell'Unione",
        "first year of commitments of the Union",
    ),
    Rule(
        "last_commitment_year",
        2020,
        "year",
        f"{_CPR} art. 136(2)",
        CONFIRMED,
        "ultimo anno di impegno, regolato alla chiusura",
        "last year of commitments, settled at closure",
    ),
    Rule(
        "years_to_cover",
        3,
        "year",
        f"{_CPR} art. 136(1), wording not checked; glossary of the Commission",
        CONFIRMED,
        "anni entro i quali coprire l'impegno di un anno (N+3)",
        "years within which the commitment of a year is to be covered (N+3)",
    ),
    Rule(
        "reserve_counted_from_deadline",
        None,
        "year",
        f"{_CPR} art. 86 and 136(1)",
        UNCONFIRMED,
        "prima scadenza che conta anche la riserva di efficacia; vuoto: nessuna",
        "first deadline that counts the performance reserve too; empty: none",
    ),
    Rule(
        "eligible_basis",
        "plan",
        "choice",
        f"{_CPR} art. 120",
        CONFIRMED,
        "il tasso si applica alla spesa totale o pubblica, come dice il piano; gli importi certificati "
        "sono su quella base",
        "the rate applies to total or public expenditure, as the plan says; the certified amounts are on that basis",
        allowed=("plan",),
    ),
    Rule(
        "claims_counted_share",
        1.0,
        "1",
        f"{_CPR} art. 130(1) and 136(1)",
        UNCONFIRMED,
        "quota di una domanda di pagamento che conta per N+3, anche se il 10% è trattenuto fino ai conti",
        "share of a payment application that counts for N+3, although 10% is retained until the accounts",
    ),
    Rule(
        "claims_capped_at_allocation",
        True,
        "flag",
        f"{_CPR} art. 120 and 136(1)",
        UNCONFIRMED,
        "le domande di un asse contano fino alla sua dotazione UE",
        "the claims of an axis count up to its EU allocation",
    ),
    Rule(
        "prefinancing_mode",
        "initial_only",
        "choice",
        f"{_CPR} art. 134 and 136(1)",
        UNCONFIRMED,
        "quale prefinanziamento riduce l'obiettivo: solo quello iniziale, o anche quello annuale",
        "which pre-financing reduces the target: the initial one only, or the annual one too",
        allowed=("initial_only", "initial_plus_annual"),
    ),
    Rule(
        "prefinancing_base_with_reserve_from",
        2021,
        "year",
        f"{_CPR} art. 134; answer of the Commission to question P-006479/2018",
        CONFIRMED,
        "primo anno il cui prefinanziamento annuale si calcola anche sulla riserva",
        "first year whose annual pre-financing is computed on the reserve too",
    ),
    *(
        Rule(
            f"initial_prefinancing_{year}",
            0.01,
            "1",
            f"{_CPR} art. 134(1)",
            CONFIRMED,
            f"prefinanziamento iniziale del {year}, sul sostegno totale senza riserva",
            f"initial pre-financing of {year}, on the total support without the reserve",
        )
        for year in (2014, 2015, 2016)
    ),
    *(
        Rule(
            f"annual_prefinancing_{year}",
            rate,
            "1",
            f"{_CPR} art. 134(2)" if year < 2021 else f"{_CPR} art. 134(2) as amended by Reg. (EU) 2020/1041",
            UNCONFIRMED,
            f"prefinanziamento annuale del {year}",
            f"annual pre-financing of {year}",
        )
        for year, rate in (
            (2016, 0.02),
            (2017, 0.02625),
            (2018, 0.0275),
            (2019, 0.02875),
            (2020, 0.03),
            (2021, 0.02),
            (2022, 0.02),
            (2023, 0.02),
        )
    ),
)

RULES: dict[str, Rules] = {"2014-2020": Rules("2014-2020", _2014_2020)}
"""The rules by programming period."""
