"""The tables of a comparison of two reporting dates, and the words around them. Each takes a `CutoffComparison`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.cutoffs.comparison import CutoffComparison
from porfse_analysis.display.html import Html, heading, paragraphs, tiles
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.tables import definitions, sources
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import has_note
from porfse_analysis.indicators.targets import PERCENTAGE_UNITS
from porfse_analysis.schema import ALL

__all__ = [
    "allocations",
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
    "signed_points",
    "sources",
    "stage_of",
    "target_name",
    "target_rows",
    "targets",
    "title",
]

_STAGES = {name: stage for stage, name in RATES.items()}


def title(comparison: CutoffComparison) -> Html:
    """The title of the page: programme, the two dates, CCI."""
    name = heading(comparison.programme.title(comparison.lang), "title", level=1)
    day = wording.long_date(comparison.cutoff, comparison.lang)
    cci = comparison.programme.cci
    if comparison.compare_to is None:
        line = comparison.text("cutoffs.subtitle_first", date=day, cci=cci)
    else:
        earlier = wording.long_date(comparison.compare_to, comparison.lang)
        line = comparison.text("cutoffs.subtitle", date=day, previous=earlier, cci=cci)
    return Html(name.html + paragraphs([line], "pf-subtitle").html)


def section(comparison: CutoffComparison, name: str) -> Html:
    """The heading of a section (moved, targets, people, plan, not_compared, sources)."""
    return heading(comparison.text(f"cutoffs.section_{name}"), name)


def lead(comparison: CutoffComparison) -> Html:
    """What is set side by side and whether the plan changed in between; at the first date, that there is no other."""
    if comparison.compare_to is None:
        day = wording.long_date(comparison.cutoff, comparison.lang)
        return paragraphs([comparison.text("cutoffs.first_date", date=day)], "pf-empty")
    said = [comparison.text("cutoffs.lead"), *_money_dates(comparison), _plan_sentence(comparison)]
    return paragraphs(said, "pf-lead")


def _money_dates(comparison: CutoffComparison) -> list[str]:
    """That the money moved between other days than the two reporting dates, all of it or some."""
    rows = comparison.changes[comparison.changes["indicator"].isin(RATES.values())]
    moved = rows[rows["change"].notna()]
    own = (moved["data_date_before"] == comparison.compare_to) & (moved["data_date"] == comparison.cutoff)
    if own.any() and not own.all():
        return [comparison.text("cutoffs.some_dates", **_dates_of(comparison, moved[~own]))]
    return _other_dates(comparison, rows)


def _plan_sentence(comparison: CutoffComparison) -> str:
    """Whether allocations and targets changed."""
    axes = comparison.allocations[comparison.allocations["axis"] != ALL]
    targets = comparison.plan_targets
    moved = {"changed", "only_now", "only_before"}
    if count := int(axes["status"].isin(moved).sum()):
        money = comparison.text("cutoffs.plan_money_changed", count=count)
    elif len(axes) and axes["status"].eq("same").all():
        money = comparison.text("cutoffs.plan_money_same")
    else:
        money = comparison.text("cutoffs.plan_money_unknown")
    if targets.empty or (targets["status"] == "missing_before").all():
        aims = comparison.text("cutoffs.plan_targets_unknown")
    elif count := int(targets["status"].isin(moved).sum()):
        aims = comparison.text("cutoffs.plan_targets_changed", count=count)
    else:
        aims = comparison.text("cutoffs.plan_targets_same")
    return comparison.text("cutoffs.plan_sentence", money=money, targets=aims)


def key_numbers(comparison: CutoffComparison) -> Html:
    """How far the programme as a whole moved, with the days of the figures; what does not compare is left out here."""
    text, lang = comparison.text, comparison.lang
    whole = comparison.changes[(comparison.changes["axis"] == ALL) & (comparison.changes["status"] == "compared")]
    items = []
    for name in comparison.moved_rates:
        for _, row in whole[whole["indicator"] == name].iterrows():
            remark = text(
                "cutoffs.tile_rate",
                points=signed_points(comparison, row["change"]),
                **_tile_figures(comparison, row, wording.rate),
            )
            moved = wording.million(abs(row["numerator_change"]), lang, precision=row["precision"])
            figure = text("unit.million_euro", number=moved)
            shown = text("change.signed", sign=_sign(row["numerator_change"]), figure=figure)
            items.append((stage_of(comparison, name), shown, remark))
    for _, row in whole[whole["indicator"] == "participants"].iterrows():
        remark = text("cutoffs.tile_people", **_tile_figures(comparison, row, wording.count))
        items.append((text("stage.participants"), _signed_count(row["change"], lang), remark))
    return tiles(items) if items else Html("")


def _tile_figures(comparison: CutoffComparison, row: pd.Series, figure: Callable[[float, str], str]) -> dict[str, str]:
    """Both figures of a row with their days."""
    return {
        "before": figure(row["value_before"], comparison.lang),
        "now": figure(row["value"], comparison.lang),
        "previous": wording.date(row["data_date_before"], comparison.lang),
        "date": wording.date(row["data_date"], comparison.lang),
    }


def rates(comparison: CutoffComparison) -> list[Table]:
    """One table per financial rate that moved: amounts, rates, what the move is made of, places of the axes."""
    return [_rate_table(comparison, name) for name in comparison.moved_rates]


def _rate_table(comparison: CutoffComparison, name: str) -> Table:
    text = comparison.text
    rows = comparison.rate_rows(name)
    dates = _dates_of(comparison, rows)
    columns = [Column("axis", text("column.axis"), "head", write=cells.axis_label(comparison))]
    group = text("cutoffs.group_amount", stage=stage_of(comparison, name))
    columns += [
        Column(
            "numerator_before", text("column.before"), "figure", group, cells.million(comparison, "numerator_before")
        ),
        Column("numerator", text("column.now"), "figure", group, cells.million(comparison, "numerator")),
        Column("numerator_change", text("cutoffs.change"), "figure", group, _million_change(comparison)),
    ]
    group = text("column.percent")
    columns += [
        Column("value_before", text("column.before"), "figure", group, cells.rate(comparison, "value_before")),
        Column("value", text("column.now"), "figure", group, cells.rate(comparison, "value")),
    ]
    columns += _points_columns(comparison)
    if rows["ranked"].notna().any():
        columns.append(Column("rank", text("cutoffs.rank"), "figure", write=_rank(comparison)))
    if len(_pairs(rows)) > 1:
        columns += [
            Column("data_date_before", text("column.from"), write=cells.date(comparison, "data_date_before")),
            Column("data_date", text("column.to"), write=cells.date(comparison)),
        ]
    if (rows["status"] != "compared").any():
        columns.append(Column("status", text("column.note"), write=_reason(comparison)))
    return Table(
        f"change-{_STAGES[name]}",
        text("cutoffs.table_rate", rate=wording.indicator_title(name, comparison.lang), **dates),
        rows,
        columns,
        notes=[
            *_other_dates(comparison, rows),
            *([text("cutoffs.note_effects")] if rows["change"].notna().any() else []),
            *([text("cutoffs.note_rank")] if rows["ranked"].notna().any() else []),
            *([text("cutoffs.note_about")] if _about(rows) else []),
            *cells.missing_note(comparison, rows["numerator_change"]),
        ],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
    )


def _points_columns(comparison: CutoffComparison) -> list[Column]:
    group = comparison.text("cutoffs.group_points")
    return [
        Column(name, comparison.text(f"cutoffs.{label}"), "figure", group, _points(comparison, name))
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
        text("cutoffs.table_targets", **_dates_of(comparison, rows)),
        rows,
        [*_target_columns(comparison, rows), *_points_columns(comparison)],
        notes=[
            *_other_dates(comparison, rows),
            *([text("cutoffs.note_target_effects")] if rows["change"].notna().any() else []),
            *_restated(comparison, rows),
            *([text("cutoffs.note_about")] if _about(rows) else []),
            *_quiet_targets(comparison),
        ],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
        empty=" ".join([text("cutoffs.empty_targets"), *_quiet_targets(comparison)]),
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
            Column("status", text("column.why"), write=_reason(comparison)),
        ],
        notes=[
            *([text("note_long.percentage_target")] if (rows["status"] == "percentage_target").any() else []),
            *cells.missing_note(comparison, rows["numerator"], rows["numerator_before"], rows["denominator"]),
        ],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
    )


def _target_columns(comparison: CutoffComparison, rows: pd.DataFrame) -> list[Column]:
    """Which indicator, and its value, target and ratio before and now."""
    text = comparison.text
    pairs = (("numerator", "value"), ("denominator", "target"), ("value", "ratio"))
    return [
        Column("indicator_code", text("column.indicator"), "head", write=target_name(comparison)),
        Column("axis", text("cutoffs.where"), write=_where(rows)),
        *(Column(name, text(f"column.{label}"), "figure", write=_pair(comparison, name)) for name, label in pairs),
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
    return [comparison.text("cutoffs.targets_not_updated", count=len(rows), dates=_days(comparison, rows["data_date"]))]


def participants(comparison: CutoffComparison) -> Table:
    """Participants of each axis and of the programme at the two dates, when any of them compares."""
    text = comparison.text
    rows = comparison.rate_rows("participants")
    published = rows["value"].notna() | rows["value_before"].notna()
    rows = rows[published].reset_index(drop=True)
    if rows["change"].isna().all():
        rows = rows.iloc[:0]
    columns = [
        Column("axis", text("column.axis"), "head", write=cells.axis_label(comparison)),
        Column("value_before", text("column.before"), "figure", write=cells.count(comparison, "value_before")),
        Column("value", text("column.now"), "figure", write=cells.count(comparison, "value")),
        Column("change", text("cutoffs.change"), "figure", write=_count_change(comparison)),
    ]
    if (rows["status"] != "compared").any():
        columns.append(Column("status", text("column.note"), write=_reason(comparison)))
    return Table(
        "change-participants",
        text("cutoffs.table_participants", **_dates_of(comparison, rows)),
        rows,
        columns,
        notes=[*_other_dates(comparison, rows), *_restated(comparison, rows)],
        source=source_line([*rows["source"], *rows["source_before"]], comparison),
        empty=text("cutoffs.empty_participants"),
    )


def allocations(comparison: CutoffComparison) -> Table:
    """The allocation of each axis in the plans of the two dates."""
    text, lang = comparison.text, comparison.lang
    rows = comparison.allocations
    rows = rows.assign(share=rows["change"] / rows["amount_before"].where(rows["amount_before"] != 0))

    def share(row: pd.Series) -> str:
        if pd.isna(row["share"]):
            return text("missing.short")
        return text("cutoffs.zero") if row["share"] == 0 else _signed_rate(row["share"], lang)

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
        Column("change", text("cutoffs.change"), "figure", write=_million_change(comparison, "change")),
        Column("share", text("cutoffs.change_share"), "figure", write=share),
    ]
    if (~rows["status"].isin(["same", "changed"])).any():
        columns.append(Column("status", text("column.note"), write=lambda row: text(f"plan_status.{row['status']}")))
    return Table(
        "change-allocations",
        text("cutoffs.table_allocations", **_dates_of(comparison, rows)),
        rows,
        columns,
        notes=[*versions, *_other_dates(comparison, rows), *cells.missing_note(comparison, rows["change"])],
        source=source_line(rows["source"], comparison),
        empty=text("empty.endowment"),
    )


def plan_targets(comparison: CutoffComparison) -> Table:
    """The targets that the plan of the later date changed, added or dropped."""
    text, lang = comparison.text, comparison.lang
    every = comparison.plan_targets
    rows = every[every["status"] != "same"].reset_index(drop=True)

    def figure(name: str) -> cells.Write:
        def write(row: pd.Series) -> str:
            if pd.isna(row[name]):
                return text("cutoffs.none")
            number = wording.count(row[name], lang)
            is_share = str(row["unit"]).strip().lower() in PERCENTAGE_UNITS
            return text("cutoffs.percent", number=number) if is_share else number

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
            Column("indicator_code", text("column.indicator"), "head", write=target_name(comparison)),
            Column("axis", text("cutoffs.where"), write=_where(every)),
            Column("target_before", text("column.before"), "figure", write=figure("target_before")),
            Column("target", text("column.now"), "figure", write=figure("target")),
            Column("change", text("cutoffs.change"), "figure", write=_count_change(comparison, "cutoffs.none")),
            Column("status", text("column.note"), write=note),
        ],
        notes=[text("cutoffs.targets_same", count=same)] if same else [],
        source=source_line(rows["source"], comparison),
        empty=text("cutoffs.empty_plan_targets" if len(every) else "cutoffs.no_plan_targets"),
    )


def not_compared(comparison: CutoffComparison) -> Table:
    """The financial figures that do not compare: each group of one reason and one pair of dates, with its values."""
    text, lang = comparison.text, comparison.lang
    rows = comparison.changes
    rows = rows[rows["indicator"].isin([*RATES.values(), "participants"]) & (rows["status"] != "compared")]
    order = {name: place for place, name in enumerate([*RATES.values(), "participants"])}
    key = ["indicator", "status", "data_date_before", "data_date", "source_before", "source"]
    groups = []
    for values, group in comparison.in_order(rows).groupby(key, dropna=False, sort=False):
        said = [_both_values(comparison, row) for _, row in group.iterrows()]
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
            Column("status", text("column.why"), write=_reason(comparison)),
            Column("used", text("column.source"), write=cells.reference(comparison, "used")),
        ],
        source=source_line(frame["used"], comparison),
        empty=text("cutoffs.all_compared"),
    )


def how_to_read(comparison: CutoffComparison) -> Html:
    """The decomposition in words, and where it comes from."""
    return paragraphs([comparison.text("cutoffs.how"), comparison.text("cutoffs.how_source")])


def stage_of(comparison: CutoffComparison, indicator: str) -> str:
    """The name of the amount above the line of a financial rate."""
    return comparison.text(f"stage.{_STAGES[indicator]}")


def target_name(comparison: CutoffComparison) -> cells.Write:
    """Code and name of an indicator."""

    def write(row: pd.Series) -> str:
        key = f"indicator.{row['indicator_code']}"
        if row["indicator_type"] in ("OESF", "RESF") and wording.has_text(key):
            return comparison.text("indicator.named", code=row["indicator_code"], name=comparison.text(key))
        return comparison.text("indicator.typed", code=row["indicator_code"], type=row["indicator_type"])

    return write


def signed_points(comparison: CutoffComparison, value: float) -> str:
    """Percentage points with their sign; nothing but an exact zero is a plain 0."""
    return comparison.text("cutoffs.zero") if value == 0 else wording.points(value, comparison.lang)


def _where(rows: pd.DataFrame) -> cells.Write:
    """Axis and priority, and the category of region where the rows have several."""
    names = ["axis", "investment_priority"] + (["region_category"] if rows["region_category"].nunique() > 1 else [])
    return lambda row: " ".join(row[name] for name in names if row[name])


def _points(comparison: CutoffComparison, name: str) -> cells.Write:
    return lambda row: comparison.text("missing.short") if pd.isna(row[name]) else signed_points(comparison, row[name])


def _sign(value: float) -> str:
    return "+" if value > 0 else "-" if value < 0 else ""


def _signed_million(comparison: CutoffComparison, row: pd.Series, name: str) -> str:
    figure = wording.million(abs(row[name]), comparison.lang, precision=row["precision"])
    return comparison.text("change.signed", sign=_sign(row[name]), figure=figure)


def _million_change(comparison: CutoffComparison, name: str = "numerator_change") -> cells.Write:
    def write(row: pd.Series) -> str:
        if pd.isna(row[name]):
            return comparison.text("missing.short")
        return comparison.text("cutoffs.zero") if row[name] == 0 else _signed_million(comparison, row, name)

    return write


def _signed_count(value: float, lang: str) -> str:
    return wording.text("change.signed", lang, sign=_sign(value), figure=wording.count(abs(value), lang))


def _signed_rate(value: float, lang: str) -> str:
    return wording.text("change.signed", lang, sign=_sign(value), figure=wording.rate(abs(value), lang))


def _count_change(comparison: CutoffComparison, missing: str = "missing.short") -> cells.Write:
    return lambda row: (
        comparison.text(missing) if pd.isna(row["change"]) else _signed_count(row["change"], comparison.lang)
    )


def _pair(comparison: CutoffComparison, name: str) -> cells.Write:
    """Before and now in one cell."""
    figure = wording.rate if name == "value" else wording.count

    def write(row: pd.Series) -> str:
        before, now = (
            comparison.text("missing.short") if pd.isna(value) else figure(value, comparison.lang)
            for value in (row[f"{name}_before"], row[name])
        )
        return comparison.text("cutoffs.pair", before=before, now=now)

    return write


def _rank(comparison: CutoffComparison) -> cells.Write:
    """The place at the two dates; a shared place says so."""

    def place(rank: float, tied: bool) -> str:
        shown = wording.count(rank, comparison.lang)
        return comparison.text("cutoffs.tied", rank=shown) if tied else shown

    def write(row: pd.Series) -> str:
        if pd.isna(row["rank"]):
            return comparison.text("cutoffs.none")
        before, now = place(row["rank_before"], row["tied_before"]), place(row["rank"], row["tied"])
        if row["rank_change"] == 0:
            return comparison.text("cutoffs.rank_kept", before=before, now=now)
        moved = _signed_count(row["rank_change"], comparison.lang)
        return comparison.text("cutoffs.rank_moved", before=before, now=now, places=moved)

    return write


def _both_values(comparison: CutoffComparison, row: pd.Series) -> str:
    """The axis and its figures at the two dates, once when they are one figure."""
    figure = wording.rate if row["unit"] == "1" else wording.count
    name = comparison.text("axis.all") if row["axis"] == ALL else row["axis"]
    known = [figure(value, comparison.lang) for value in (row["value_before"], row["value"]) if pd.notna(value)]
    if not known:
        return str(name)
    both = len(known) == 2 and row["status"] != "not_updated"
    shown = comparison.text("cutoffs.pair", before=known[0], now=known[1]) if both else known[-1]
    return comparison.text("alt.value", name=name, value=shown)


def _reason(comparison: CutoffComparison) -> cells.Write:
    return lambda row: comparison.text(f"change_status.{row['status']}")


def _about(rows: pd.DataFrame) -> bool:
    return bool((rows["qualifier"].eq("about") & rows["change"].notna()).any())


def _pairs(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """The pairs of days that the changes are between."""
    moved = rows[rows["change"].notna()] if "change" in rows else rows
    return list(moved[["data_date_before", "data_date"]].drop_duplicates().itertuples(index=False, name=None))


def _days(comparison: CutoffComparison, days: Iterable[object]) -> str:
    known = sorted({day for day in days if isinstance(day, pd.Timestamp) and not pd.isna(day)})
    return wording.list_of((wording.date(day, comparison.lang) for day in known), comparison.lang)


def _dates_of(comparison: CutoffComparison, rows: pd.DataFrame) -> dict[str, str]:
    """The days of the figures that are compared, else the two reporting dates."""
    moved = rows[rows["change"].notna()]
    if moved.empty:
        return {
            "previous": _days(comparison, [comparison.compare_to]),
            "date": _days(comparison, [comparison.cutoff]),
        }
    return {
        "previous": _days(comparison, moved["data_date_before"]),
        "date": _days(comparison, moved["data_date"]),
    }


def _other_dates(comparison: CutoffComparison, rows: pd.DataFrame) -> list[str]:
    """The line that says a change is not between the two reporting dates but between those of the data."""
    moved = rows[rows["change"].notna()]
    own = (moved["data_date_before"] == comparison.compare_to) & (moved["data_date"] == comparison.cutoff)
    if moved.empty or own.all():
        return []
    return [comparison.text("cutoffs.note_dates", **_dates_of(comparison, moved[~own]))]
