"""The tables of a comparison of programmes, and the words around them. Each function takes a `Comparison`."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from porfse_analysis.codes import is_percentage
from porfse_analysis.display import cells
from porfse_analysis.display.html import Html, heading, paragraphs, tiles
from porfse_analysis.display.programme_report.people import target_rows
from porfse_analysis.display.programmes.comparison import Comparison
from porfse_analysis.display.sources import numbered, source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.tables import definitions, sources
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.indicators.result import has_note
from porfse_analysis.indicators.targets import counted_ratios, is_reached
from porfse_analysis.verdicts.checks import CHECKS, SEVERITIES

__all__ = [
    "apart",
    "definitions",
    "fired",
    "key_numbers",
    "lead",
    "ranking",
    "scope",
    "section",
    "sources",
    "target_counts",
    "targets",
    "title",
    "worst",
]

_REASONS = ("percentage_target", "percentage_suspected", "zero_denominator", "not_reported")
"""Why a target has no ratio; of several the first."""


def title(comparison: Comparison) -> Html:
    """The title of the page and the date it is of."""
    name = heading(comparison.text("compare.title"), "title", level=1)
    line = comparison.text("compare.subtitle", date=wording.long_date(comparison.cutoff, comparison.lang))
    return Html(name.html + paragraphs([line], "pf-subtitle").html)


def section(comparison: Comparison, name: str) -> Html:
    """The heading of a section (programmes, ranking, over_time, targets, checks, sources)."""
    return heading(comparison.text(f"compare.section_{name}"), name)


def lead(comparison: Comparison) -> Html:
    """Which programmes are compared, and which of their money counts."""
    members, lang = comparison.members, comparison.lang
    states = wording.list_of(sorted(wording.territory(code, lang) for code in set(members["ms"])), lang)
    said = [comparison.text("compare.lead", count=len(members), states=states)]
    if comparison.fund:
        shared = int((members["funds"] != comparison.fund).sum())
        said.append(comparison.text("compare.lead_fund", fund=comparison.fund))
        if shared:
            said.append(comparison.text("compare.lead_shared", count=shared, fund=comparison.fund))
    else:
        said.append(comparison.text("compare.lead_all_funds"))
    own = comparison.members[comparison.members["programme"] == comparison.own]
    if len(own):
        said.append(comparison.text("compare.lead_own", name=_named(own.iloc[0])))
    if len(comparison.apart):
        said.append(comparison.text("compare.lead_apart", count=len(comparison.apart), fund=comparison.fund))
    if comparison.left_out:
        listed = wording.list_of(comparison.left_out, lang)
        said.append(comparison.text("compare.lead_left_out", state=comparison.member_state, listed=listed))
    return paragraphs([" ".join(said)], "pf-lead")


def key_numbers(comparison: Comparison) -> Html:
    """How many programmes, the middle one, the first and the last."""
    rows = comparison.ranking[comparison.ranking["declaration_rate"].notna()]
    text, lang = comparison.text, comparison.lang
    reported = text("compare.tile_reported", count=len(rows))
    items = [(text("compare.tile_programmes"), wording.count(len(comparison.members), lang), reported)]
    if len(rows):
        ends = {"highest": rows.iloc[0], "lowest": rows.iloc[-1]}
        items.append((text("compare.tile_median"), wording.rate(comparison.median, lang), text("compare.tile_rate")))
        items += [
            (text(f"compare.tile_{name}"), wording.rate(row["declaration_rate"], lang), row["label"])
            for name, row in ends.items()
        ]
    return tiles(items)


def ranking(comparison: Comparison) -> Table:
    """The programmes by declaration rate, with what the rate is made of."""
    rows = comparison.ranking

    stale = has_note(rows["note"], "stale").any()
    return Table(
        "ranking",
        comparison.text("compare.table_ranking", **_scope(comparison)),
        rows,
        [
            Column(
                "rank",
                comparison.text("compare.rank"),
                "head",
                write=cells.count(comparison, "rank", missing=comparison.text("compare.no_rank")),
            ),
            Column("programme", comparison.text("compare.cci")),
            Column("title", comparison.text("compare.programme"), write=_marked(comparison)),
            _allocation(comparison),
            *(
                Column(
                    name,
                    wording.indicator_title(name, comparison.lang),
                    "figure",
                    write=cells.rate(comparison, name, note=note),
                )
                for name, note in (("selection_rate", "selection_note"), ("declaration_rate", "note"))
            ),
            Column("data_date", comparison.text("column.data_date"), write=cells.date(comparison)),
            *(
                [Column("note", comparison.text("column.note"), write=cells.notes(comparison, said_below=("partial",)))]
                if rows["note"].any()
                else []
            ),
        ],
        notes=[
            comparison.text("compare.note_rank"),
            *cells.missing_note(comparison, rows["declaration_rate"], rows["selection_rate"]),
            *([comparison.text("note_long.stale")] if stale else []),
        ],
        source=source_line(rows["source"], comparison),
        lang=comparison.lang,
    )


def apart(comparison: Comparison) -> Table | Html:
    """The programmes with another main fund, each with the rate of all its funds together; nothing where none is."""
    rows = comparison.apart
    if rows.empty:
        return Html("")
    date = wording.date(comparison.cutoff, comparison.lang)
    return Table(
        "apart",
        comparison.text("compare.table_apart", date=date, fund=comparison.fund),
        rows,
        [
            Column("title", comparison.text("compare.programme"), "head", write=_marked(comparison)),
            Column("programme", comparison.text("compare.cci")),
            Column("main_fund", comparison.text("compare.main_fund")),
            _allocation(comparison),
            Column(
                "declaration_rate",
                wording.indicator_title("declaration_rate", comparison.lang),
                "figure",
                write=cells.rate(comparison, "declaration_rate", note="note"),
            ),
            Column("data_date", comparison.text("column.data_date"), write=cells.date(comparison)),
        ],
        notes=[
            comparison.text("compare.note_apart", fund=comparison.fund),
            *cells.missing_note(comparison, rows["declaration_rate"]),
        ],
        source=source_line(rows["source"], comparison),
        lang=comparison.lang,
    )


def target_counts(comparison: Comparison) -> pd.DataFrame:
    """Per programme, in the order of the ranking: its targets and what became of them.

    Columns: programme, title, label, targets (in force), computable, reached (ratio of 1 or more), median (of the
    ratios), and how many targets have no ratio for each reason.
    """
    rows = target_rows(comparison)
    counted = counted_ratios(comparison.results)
    uncounted = rows["value"].isna() | has_note(rows["note"], "percentage_suspected")
    reasons = pd.Series("", index=rows.index)
    for name in reversed(_REASONS):
        reasons = reasons.mask(has_note(rows["note"], name), name)
    rows = rows.assign(**{name: uncounted & (reasons == name) for name in _REASONS})
    groups = rows.groupby("programme")
    ratios = counted.assign(reached=is_reached(counted["value"], counted["note"])).groupby("programme")
    counts = groups[list(_REASONS)].sum().assign(targets=groups.size())
    counts = counts.assign(computable=ratios.size(), reached=ratios["reached"].sum(), median=ratios["value"].median())
    table = comparison.ranking[["programme", "title", "label"]].merge(counts, on="programme", how="left")
    whole = ["targets", "computable", "reached", *_REASONS]
    table[whole] = table[whole].fillna(0).astype("int64")
    return table


def targets(comparison: Comparison) -> Table:
    """How many targets each programme has, has reached, and why some have no ratio."""
    rows, results = target_counts(comparison), target_rows(comparison)

    def without(row: pd.Series) -> str:
        said = [comparison.text(f"compare.reason_{name}", count=row[name]) for name in _REASONS if row[name]]
        return "; ".join(said)

    counts = {
        "targets": comparison.text("compare.targets"),
        "computable": comparison.text("compare.computable"),
        "reached": comparison.text("compare.reached"),
    }
    refused = int(rows["percentage_target"].sum())
    dates = [wording.date(day, comparison.lang) for day in sorted(results["data_date"].dropna().unique())]
    return Table(
        "targets",
        comparison.text("compare.table_targets", **_scope(comparison)),
        rows if rows["targets"].any() else rows.iloc[:0],
        [
            Column("title", comparison.text("compare.programme"), "head", write=_named),
            *(Column(name, label, "figure", write=cells.count(comparison, name)) for name, label in counts.items()),
            Column(
                "median",
                comparison.text("compare.median_ratio"),
                "figure",
                write=cells.rate(comparison, "median"),
            ),
            Column("percentage_target", comparison.text("compare.without_ratio"), write=without),
        ],
        notes=[
            *(
                [comparison.text("compare.units_unknown")]
                if len(results) and not comparison.tables["targets"]["unit"].map(is_percentage).any()
                else []
            ),
            *([comparison.text("compare.values_of", dates=wording.list_of(dates, comparison.lang))] if dates else []),
            *(
                [comparison.text("compare.refused", count=refused), comparison.text("note_long.percentage_target")]
                if refused
                else []
            ),
            *([comparison.text("note_long.restated")] if has_note(results["note"], "restated").any() else []),
            *cells.missing_note(comparison, rows["median"]),
        ],
        source=source_line(results["source"], comparison),
        empty=comparison.text("compare.empty_targets"),
        lang=comparison.lang,
    )


def fired(comparison: Comparison) -> Table:
    """How often each check fired in each programme, by severity."""
    found = comparison.findings
    columns = [Column("title", comparison.text("compare.programme"), "head", write=_named)]
    frame = comparison.ranking[["programme", "title"]].copy()
    for severity in SEVERITIES:
        for name in CHECKS:
            hits = found[(found["severity"] == severity) & (found["check"] == name)]
            if hits.empty:
                continue
            column = f"{severity}_{name}"
            frame[column] = frame["programme"].map(hits["programme"].value_counts()).fillna(0).astype("int64")
            columns.append(
                Column(
                    column,
                    comparison.text(f"compare.check_{name}"),
                    "figure",
                    comparison.text(f"severity.{severity}"),
                    cells.count(comparison, column),
                )
            )
    return Table(
        "fired",
        comparison.text("compare.table_fired", **_scope(comparison)),
        frame if len(columns) > 1 else frame.iloc[:0],
        columns,
        notes=[comparison.text("compare.note_fired")],
        source=source_line([*found["source"], *found["other_source"]], comparison),
        empty=comparison.text("empty.findings"),
        lang=comparison.lang,
    )


def worst(comparison: Comparison) -> Table:
    """The gravest finding of each programme in words: by severity, then the newest, then the widest gap."""
    found = comparison.findings
    found = found[found["severity"] != "info"]
    gap = (found["found"] - found["expected"]).abs() / found["expected"].abs()  # infinite on an allocation of zero
    found = found.assign(
        place=found["severity"].map({name: place for place, name in enumerate(SEVERITIES)}), gap=gap.fillna(0.0)
    ).sort_values(["place", "cutoff", "gap", "programme"], ascending=[True, False, False, True], kind="stable")
    found = found.drop_duplicates("programme")
    order: dict[Hashable, int] = {code: place for place, code in enumerate(comparison.ranking["programme"])}
    found = found.sort_values(["place", "programme"], key=lambda column: column.map(order).fillna(column))
    rows = word_findings(found, comparison.lang, sources=numbered(comparison))
    rows.insert(0, "programme", found["programme"])
    rows["title"] = found["programme"].map(comparison.members.set_index("programme")["title"])
    rows["day"] = found["cutoff"]
    rows["axis"] = rows["axis"].str.replace(" ", "\N{NO-BREAK SPACE}")
    return Table(
        "worst",
        comparison.text("compare.table_worst"),
        rows.reset_index(drop=True),
        [
            Column("title", comparison.text("compare.programme"), "head", write=_named),
            Column("severity", comparison.text("column.severity")),
            Column("cutoff", comparison.text("column.cutoff"), write=cells.date(comparison, "day")),
            *(Column(name, comparison.text(f"column.{name}")) for name in ("axis", "message")),
        ],
        source=source_line([*found["source"], *found["other_source"]], comparison),
        empty=comparison.text("compare.empty_worst"),
        lang=comparison.lang,
    )


def _named(row: pd.Series) -> str:
    """The title, or the code where the portal has no title."""
    return str(row["title"] or row["programme"])


def _allocation(comparison: Comparison) -> Column:
    label = comparison.text("column.allocation_million")
    return Column("allocation", label, "figure", write=cells.million(comparison, "allocation"))


def _marked(comparison: Comparison) -> cells.Write:
    """The title, the programme highlighted marked as such."""

    def write(row: pd.Series) -> str:
        own = row["programme"] == comparison.own
        return comparison.text("compare.own", name=_named(row)) if own else _named(row)

    return write


def _scope(comparison: Comparison) -> dict[str, str]:
    return {"date": wording.date(comparison.cutoff, comparison.lang), "scope": scope(comparison)}


def scope(comparison: Comparison) -> str:
    """Which rows count, for the captions."""
    if comparison.fund:
        return comparison.text("compare.scope_fund", fund=comparison.fund)
    return comparison.text("compare.scope_all")
