"""The tables of a comparison of two reporting dates, and the words around them. Each takes a `CutoffComparison`."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.codes import is_percentage
from porfse_analysis.display import cells
from porfse_analysis.display.cutoffs import writers
from porfse_analysis.display.cutoffs.comparison import CutoffComparison
from porfse_analysis.display.cutoffs.lead import how_to_read, key_numbers, lead, section, title
from porfse_analysis.display.html import Html
from porfse_analysis.display.predecessor import beside
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.tables import definitions, sources
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.reached import word_gained, word_reached
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import has_note
from porfse_analysis.schema import ALL

__all__ = [
    "allocations",
    "beside_predecessor",
    "definitions",
    "how_to_read",
    "key_numbers",
    "lead",
    "not_compared",
    "participants",
    "plan_targets",
    "rates",
    "refused_targets",
    "section",
    "sources",
    "target_rows",
    "targets",
    "title",
]


def beside_predecessor(comparison: CutoffComparison) -> tuple[object, ...]:
    """The section that sets the programme beside the one of the period before; nothing where there is none."""
    tables = beside(comparison)
    return (section(comparison, "predecessor"), *tables) if tables else ()


def rates(comparison: CutoffComparison) -> list[Table]:
    """One table per financial rate that moved: amounts, rates, what the move is made of, places of the axes."""
    return [_rate_table(comparison, name) for name in comparison.moved_rates]


def _rate_table(comparison: CutoffComparison, name: str) -> Table:
    text = comparison.text
    rows = comparison.rate_rows(name)
    dates = writers.dates_of(comparison, rows)
    columns = [Column("axis", text("column.axis"), "head", write=cells.axis_label(comparison))]
    group = text("cutoffs.group_amount", stage=writers.stage_of(comparison, name))
    moved = cells.signed_million(comparison, "numerator_change", "precision")
    columns += [
        *(
            Column(column, text(f"column.{label}"), "figure", group, cells.million(comparison, column, note=note))
            for column, label, note in (("numerator_before", "before", "note_before"), ("numerator", "now", "note"))
        ),
        Column("numerator_change", text("cutoffs.change"), "figure", group, moved),
    ]
    group = text("column.percent")
    columns += [
        Column(
            "value_before",
            text("column.before"),
            "figure",
            group,
            cells.rate(comparison, "value_before", note="note_before"),
        ),
        Column("value", text("column.now"), "figure", group, cells.rate(comparison, "value", note="note")),
    ]
    columns += _points_columns(comparison)
    if rows["ranked"].notna().any():
        columns.append(Column("rank", text("cutoffs.rank"), "figure", write=writers.ranks(comparison)))
    if len(writers.pairs_of_dates(rows)) > 1:
        columns += [
            Column("data_date_before", text("column.from"), write=cells.date(comparison, "data_date_before")),
            Column("data_date", text("column.to"), write=cells.date(comparison)),
        ]
    if (rows["status"] != "compared").any():
        columns.append(Column("status", text("column.note"), write=writers.reason(comparison)))
    return Table(
        f"change-{writers.STAGES[name]}",
        text("cutoffs.table_rate", rate=wording.indicator_title(name, comparison.lang), **dates),
        rows,
        columns,
        notes=[
            *writers.other_dates(comparison, rows),
            *([text("cutoffs.note_effects")] if rows["change"].notna().any() else []),
            *([text("cutoffs.note_rank")] if rows["ranked"].notna().any() else []),
            *([text("cutoffs.note_about")] if writers.is_about(rows) else []),
            *cells.missing_note(comparison, rows["numerator_change"]),
        ],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
        lang=comparison.lang,
    )


def _points_columns(comparison: CutoffComparison) -> list[Column]:
    group = comparison.text("cutoffs.group_points")
    return [
        Column(name, comparison.text(f"cutoffs.{label}"), "figure", group, cells.points(comparison, name))
        for name, label in (("change", "total"), ("progress_effect", "progress"), ("plan_effect", "plan"))
    ]


def target_rows(comparison: CutoffComparison) -> pd.DataFrame:
    """The target ratios with something to say: with a target at one of the dates, and a newer value or a new plan."""
    rows = comparison.changes[comparison.changes["indicator"] == "target_achievement_ratio"]
    aimed = rows["denominator"].notna() | rows["denominator_before"].notna()
    quiet = rows["status"].isin(["not_updated", "not_reported", "missing_now"])
    return comparison.in_order(rows[aimed & ~quiet])


def targets(comparison: CutoffComparison) -> Table:
    """Value, target and ratio of each indicator that compares, and what the move is made of."""
    text = comparison.text
    rows = target_rows(comparison)
    rows = rows[rows["status"] == "compared"].reset_index(drop=True)
    return Table(
        "change-targets",
        text("cutoffs.table_targets", **writers.dates_of(comparison, rows)),
        rows,
        [*_target_columns(comparison, rows), *_points_columns(comparison)],
        notes=[
            *word_reached(comparison.results, comparison.lang),
            *(word_gained(comparison.changes, comparison.lang) if comparison.compare_to is not None else []),
            *writers.other_dates(comparison, rows),
            *([text("cutoffs.note_target_effects")] if rows["change"].notna().any() else []),
            *_restated(comparison, rows),
            *([text("cutoffs.note_about")] if writers.is_about(rows) else []),
            *_quiet_targets(comparison),
        ],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
        empty=" ".join([text("cutoffs.empty_targets"), *_quiet_targets(comparison)]),
        lang=comparison.lang,
    )


def refused_targets(comparison: CutoffComparison) -> Table | Html:
    """The indicators whose value or target moved but whose ratio does not compare; nothing when there are none."""
    text = comparison.text
    rows = target_rows(comparison)
    rows = rows[rows["status"] != "compared"].reset_index(drop=True)
    if rows.empty:
        return Html("")
    return Table(
        "change-refused-targets",
        text("cutoffs.table_refused_targets"),
        rows,
        [
            *_target_columns(comparison, rows)[:-1],
            Column("status", text("column.why"), write=writers.reason(comparison)),
        ],
        notes=[
            *([text("note_long.percentage_target")] if (rows["status"] == "percentage_target").any() else []),
            *cells.missing_note(comparison, rows["numerator"], rows["numerator_before"], rows["denominator"]),
        ],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
        lang=comparison.lang,
    )


def _target_columns(comparison: CutoffComparison, rows: pd.DataFrame) -> list[Column]:
    """Which indicator, and its value, target and ratio before and now."""
    text = comparison.text
    pairs = (("numerator", "value"), ("denominator", "target"), ("value", "ratio"))
    return [
        Column("indicator_code", text("column.indicator"), "head", write=writers.target_name(comparison)),
        Column("axis", text("cutoffs.where"), write=writers.where(comparison, rows)),
        *(
            Column(name, text(f"column.{label}"), "figure", write=writers.pair(comparison, name))
            for name, label in pairs
        ),
    ]


def _restated(comparison: CutoffComparison, rows: pd.DataFrame) -> list[str]:
    """The line that says the figures of a change are not those known at the time."""
    moved = rows[rows["change"].notna()]
    late = (has_note(moved["note"], "restated") | has_note(moved["note_before"], "restated")).any()
    return [comparison.text("cutoffs.note_restated")] if late else []


def _quiet_targets(comparison: CutoffComparison) -> list[str]:
    """How many indicators have no newer value, and of which date the last ones are."""
    rows = comparison.changes[comparison.changes["indicator"] == "target_achievement_ratio"]
    rows = rows[rows["denominator"].notna() & (rows["status"] == "not_updated")]
    if rows.empty:
        return []
    return [
        comparison.text(
            "cutoffs.targets_not_updated", count=len(rows), dates=writers.days(comparison, rows["data_date"])
        )
    ]


def participants(comparison: CutoffComparison) -> Table:
    """Participants of each axis and of the programme at the two dates, when any of them compares."""
    text = comparison.text
    rows = comparison.rate_rows("participants")
    published = rows["value"].notna() | rows["value_before"].notna()
    rows = rows[published].reset_index(drop=True)
    reported = len(rows) > 0
    if rows["change"].isna().all():
        rows = rows.iloc[:0]
    columns = [
        Column("axis", text("column.axis"), "head", write=cells.axis_label(comparison)),
        *(
            Column(column, text(f"column.{label}"), "figure", write=cells.count(comparison, column, note=note))
            for column, label, note in (("value_before", "before", "note_before"), ("value", "now", "note"))
        ),
        Column("change", text("cutoffs.change"), "figure", write=writers.count_change(comparison)),
    ]
    if (rows["status"] != "compared").any():
        columns.append(Column("status", text("column.note"), write=writers.reason(comparison)))
    return Table(
        "change-participants",
        text("cutoffs.table_participants", **writers.dates_of(comparison, rows)),
        rows,
        columns,
        notes=[*writers.other_dates(comparison, rows), *_restated(comparison, rows)],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
        empty=text("cutoffs.empty_participants" if reported else "cutoffs.empty_no_participants"),
        lang=comparison.lang,
    )


def _whole(comparison: CutoffComparison) -> str:
    """What a text ends with that speaks of no axes, because the programme has none."""
    return "_whole" if comparison.programme.axes.empty else ""


def allocations(comparison: CutoffComparison) -> Table:
    """The allocation of each axis in the plans of the two dates."""
    text, lang = comparison.text, comparison.lang
    rows = comparison.allocations
    rows = rows.assign(share=rows["change"] / rows["amount_before"].where(rows["amount_before"] != 0))
    moved = cells.signed_million(comparison, "change", "precision")
    share = cells.figure(comparison, "share", lambda row: wording.Form(1, percent=True, signed=True))
    named = {
        name: wording.list_of(sorted({version for version in rows[column] if version}), lang)
        for name, column in (("before", "plan_version_before"), ("now", "plan_version"))
    }
    versions = []
    if all(named.values()):
        changed = named["before"] != named["now"]
        versions = [text("cutoffs.note_versions" if changed else "cutoffs.note_version", **named)]
    columns = [
        Column("axis", text("column.axis"), "head", write=cells.axis_label(comparison)),
        Column("amount_before", text("column.before"), "figure", write=cells.million(comparison, "amount_before")),
        Column("amount", text("column.now"), "figure", write=cells.million(comparison, "amount")),
        Column("change", text("cutoffs.change"), "figure", write=moved),
        Column("share", text("cutoffs.change_share"), "figure", write=share),
    ]
    said = cells.missing_note(comparison, rows["change"])
    if len(rows) and rows["status"].eq("missing_before").all():
        # a column of nothing but missing figures says less than a sentence
        columns, said = [columns[0], columns[2]], [text("cutoffs.note_no_plan_before")]
    elif (~rows["status"].isin(["same", "changed"])).any():
        columns.append(Column("status", text("column.note"), write=lambda row: text(f"plan_status.{row['status']}")))
    return Table(
        "change-allocations",
        text(f"cutoffs.table_allocations{_whole(comparison)}", **writers.dates_of(comparison, rows)),
        rows,
        columns,
        notes=[*versions, *writers.other_dates(comparison, rows), *said],
        source=source_line(rows["source"], comparison),
        empty=text("empty.endowment"),
        lang=comparison.lang,
    )


def plan_targets(comparison: CutoffComparison) -> Table:
    """The targets that the plan of the later date changed, added or dropped."""
    text, lang = comparison.text, comparison.lang
    every = comparison.plan_targets
    rows = every[every["status"] != "same"].reset_index(drop=True)
    rows["is_share"] = rows["unit"].map(is_percentage).astype(bool)

    def figure(name: str) -> cells.Write:
        def write(row: pd.Series) -> str:
            if pd.isna(row[name]):
                return text("cutoffs.none")
            number = wording.count(row[name], lang)
            return text("cutoffs.percent", number=number) if row["is_share"] else number

        return write

    def note(row: pd.Series) -> str:
        return "" if row["status"] == "changed" else text(f"plan_status.{row['status']}")

    same = int((every["status"] == "same").sum())
    return Table(
        "change-plan-targets",
        text(
            "cutoffs.table_plan_targets",
            date=wording.date(comparison.cutoff, lang),
            previous="" if comparison.compare_to is None else wording.date(comparison.compare_to, lang),
        ),
        rows,
        [
            Column("indicator_code", text("column.indicator"), "head", write=writers.target_name(comparison)),
            Column("axis", text("cutoffs.where"), write=writers.where(comparison, every)),
            Column("target_before", text("column.before"), "figure", write=figure("target_before")),
            Column("target", text("column.now"), "figure", write=figure("target")),
            Column("change", text("cutoffs.change"), "figure", write=writers.count_change(comparison, "cutoffs.none")),
            Column("status", text("column.note"), write=note),
        ],
        notes=[text("cutoffs.targets_same", count=same)] if same else [],
        source=source_line(rows["source"], comparison),
        empty=text("cutoffs.empty_plan_targets" if len(every) else "cutoffs.no_plan_targets"),
        lang=comparison.lang,
    )


def not_compared(comparison: CutoffComparison) -> Table:
    """The financial figures that do not compare: each group of one reason and one pair of dates, with its values."""
    text, lang = comparison.text, comparison.lang
    rows = comparison.changes
    rows = rows[rows["indicator"].isin([*RATES.values(), "participants"]) & (rows["status"] != "compared")]
    order = {name: place for place, name in enumerate([*RATES.values(), "participants"])}
    nowhere = rows["status"] == "not_reported"  # of these there is nothing to show: one line names them
    unpublished, rows = _unpublished(comparison, rows[nowhere], order), rows[~nowhere]
    key = ["indicator", "status", "data_date_before", "data_date", "source_before", "source"]
    groups = []
    for values, group in comparison.in_order(rows).groupby(key, dropna=False, sort=False):
        said = [writers.both_values(comparison, row) for _, row in group.iterrows()]
        used = [*group["source_before"], *group["source"]]
        groups.append({**dict(zip(key, values, strict=True)), "values": "; ".join(said), "used": ";".join(used)})
    frame = pd.DataFrame(groups, columns=[*key, "values", "used"])
    frame = frame.sort_values("indicator", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)

    def name(row: pd.Series) -> str:
        return wording.indicator_title(row["indicator"], lang)

    return Table(
        "not-compared",
        text("cutoffs.table_not_compared"),
        frame,
        [
            Column("indicator", text("column.indicator"), "head", write=name),
            Column("values", text("cutoffs.values")),
            Column("data_date_before", text("cutoffs.data_before"), write=cells.date(comparison, "data_date_before")),
            Column("data_date", text("cutoffs.data_now"), write=cells.date(comparison)),
            Column("status", text("column.why"), write=writers.reason(comparison)),
            Column("used", text("column.source"), write=cells.reference(comparison, "used")),
        ],
        notes=unpublished,
        source=source_line(frame["used"], comparison),
        empty=unpublished[0] if unpublished else text("cutoffs.all_compared"),
        lang=comparison.lang,
    )


def _unpublished(comparison: CutoffComparison, rows: pd.DataFrame, order: dict[str, int]) -> list[str]:
    """The line that names what neither date has, and of which axes; none where there is nothing of the kind."""
    named = []
    for name in sorted(set(rows["indicator"]), key=order.__getitem__):
        own = comparison.in_order(rows[rows["indicator"] == name])
        axes = [comparison.text("axis.programme") if axis == ALL else str(axis) for axis in own["axis"]]
        title = wording.indicator_title(name, comparison.lang)
        named.append(comparison.text("missing.first", rate=title, axes=", ".join(dict.fromkeys(axes))))
    return [comparison.text("cutoffs.unpublished", rates="; ".join(named))] if named else []
