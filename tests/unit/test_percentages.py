"""Which targets are percentages in disguise, which may be, and what becomes of their ratios."""

import math
from pathlib import Path

import pytest
from frames import CCI, achievements, only, small_programme, targets

from porfse_analysis import load_programme, open_report, target_achievement_ratio
from porfse_analysis.display import figures, tables
from porfse_analysis.display.programme_report.people import target_rows
from porfse_analysis.indicators.result import has_note
from porfse_analysis.indicators.targets import counted_ratios


def ratios(values, aims, by="indicator", cutoff="2020-12-31"):
    result = target_achievement_ratio(achievements(*values), targets(*aims), cutoff=cutoff, by=by)
    return result.set_index("indicator_code")


def value(code, number, cutoff="2020-12-31", **more):
    return ("I", "8i", code, cutoff, number, more)


def aim(code, number, **more):
    return ("I", "8i", code, "1", "2014-12-31", number, more)


MANY = [value("CO01", 1000)]


def test_a_sibling_of_a_refused_target_is_suspected():
    rows = ratios([value("CR01", 901), value("CR02", 45)], [aim("CR01", 90), aim("CR02", 30)])
    assert rows["note"].to_dict() == {"CR01": "percentage_target", "CR02": "percentage_suspected"}
    assert math.isnan(rows["value"]["CR01"])
    assert rows["value"]["CR02"] == 1.5


def test_before_the_first_tenfold_value_nothing_is_refused():
    values = [value("CR01", 100, "2018-12-31"), value("CR01", 901), value("CR02", 3, "2018-12-31")]
    aims = [aim("CR01", 90), aim("CR02", 30)]
    assert set(ratios(values, aims, cutoff="2018-12-31")["note"]) == {""}
    assert ratios(values, aims)["note"].to_dict()["CR02"] == "stale;percentage_suspected"


@pytest.mark.parametrize(
    ("people", "target", "suspected"),
    [(1000, 50, True), (1000, 51, False), (999, 40, False), (3000, 100, True), (3000, 101, False)],
)
def test_a_twentieth_of_a_large_group_is_suspected(people, target, suspected):
    rows = ratios([value("CO01", people), value("CR01", 60)], [aim("CR01", target)])
    assert rows["note"]["CR01"] == ("percentage_suspected" if suspected else "")


@pytest.mark.parametrize(("people", "suspected"), [(500, True), (499, False)])
def test_the_youth_initiative_is_suspected_from_500_participants(people, suspected):
    youth = {"fund": "YEI", "indicator_type": "RYEI"}
    rows = ratios(
        [value("CO01", people, fund="YEI", indicator_type="OYEI"), value("CR01", 60, **youth)],
        [aim("CR01", 70, **youth)],
    )
    assert rows["note"]["CR01"] == ("percentage_suspected" if suspected else "")


@pytest.mark.parametrize(
    ("target", "reached", "suspected"),
    [(150, 1501, True), (150, 1500, False), (200, 2001, True), (201, 2011, False)],
)
def test_from_101_to_200_it_takes_a_tenfold_value_and_a_refused_sibling(target, reached, suspected):
    refused = [value("CR01", 901)], [aim("CR01", 90)]
    rows = ratios([*refused[0], value("CR02", reached)], [*refused[1], aim("CR02", target)])
    assert rows["note"]["CR02"] == ("percentage_suspected" if suspected else "")
    assert ratios([value("CR02", reached)], [aim("CR02", target)])["note"]["CR02"] == ""


@pytest.mark.parametrize(("other", "suspected"), [(101, False), (300, False), (301, True), (100, True)])
def test_beside_a_count_of_like_size_a_small_target_is_a_count(other, suspected):
    rows = ratios([*MANY, value("CR01", 60), value("CR02", 5)], [aim("CR01", 30), aim("CR02", other)])
    assert rows["note"]["CR01"] == ("percentage_suspected" if suspected else "")


def test_siblings_are_of_one_plan_fund_axis_priority_and_type():
    elsewhere = [
        {"fund": "ERDF"},
        {"axis": "II"},
        {"investment_priority": "8ii"},
        {"indicator_type": "RYEI"},
        {"plan_version": "2"},
    ]
    for other in elsewhere:
        there = {name: word for name, word in other.items() if name != "plan_version"}
        rows = ratios([value("CR01", 901, **there), value("CR02", 45)], [aim("CR01", 90, **other), aim("CR02", 30)])
        assert "percentage_suspected" not in rows["note"]["CR02"], other


def test_percentages_of_two_categories_are_not_added():
    both = ({"region_category": "Less developed"}, {"region_category": "Transition"})
    values = [value("CO01", 1000), *(value("CR01", 20, **category) for category in both)]
    aims = [aim("CR01", 29.1, **both[0]), aim("CR01", 36.1, **both[1])]
    row = ratios(values, aims).loc["CR01"]
    assert (row["numerator"], row["note"]) == (40, "percentage_suspected")
    assert math.isnan(row["denominator"])
    assert math.isnan(row["value"])
    apart = ratios(values, aims, by="region_category")
    assert apart.loc["CR01", "value"].tolist() == [20 / 29.1, 20 / 36.1]
    values = [value("CR01", 292, **both[0]), value("CR01", 20, **both[1])]
    row = ratios(values, aims).loc["CR01"]
    assert (row["numerator"], row["note"]) == (312, "percentage_target")
    assert math.isnan(row["denominator"])


def test_one_category_alone_keeps_its_doubtful_ratio():
    both = ({"region_category": "Less developed"}, {"region_category": "Transition"})
    row = ratios([value("CO01", 1000), value("CR01", 20, **both[0])], [aim("CR01", 40, **c) for c in both]).loc["CR01"]
    assert (row["value"], row["note"]) == (0.5, "partial;percentage_suspected")


def test_in_the_bundled_programme_three_are_listed_and_none_is_doubtful():
    bundled = load_programme()
    rows = target_achievement_ratio(bundled.achievements, bundled.targets, cutoff="2022-06-30")
    assert rows["note"].str.contains("percentage_target").sum() == 3
    assert not rows["note"].str.contains("percentage_suspected").any()
    assert only(rows, investment_priority="10i", indicator_code="CR03")["value"] == 35851 / 48148.25


def test_a_doubtful_ratio_is_shown_and_neither_counted_nor_drawn():
    values = [value("CO01", 1000), value("CR01", 60), value("CO02", 30)]
    aims = [aim("CR01", 40), aim("CO02", 60)]
    programme = small_programme(
        achievements=achievements(*values, programme=CCI, source="ec"),
        targets=targets(*aims, programme=CCI, source="ec"),
    )
    report = open_report(programme, cutoff="2020-12-31", lang="en")
    shown = target_rows(report).set_index("indicator_code")
    assert shown["value"].to_dict() == {"CO02": 0.5, "CR01": 1.5}
    assert counted_ratios(report.results)["indicator_code"].tolist() == ["CO02"]
    page = tables.targets(report)._repr_html_()
    assert "150.0%" in page
    assert "target may be a percentage" in page
    assert "it is in no count, ranking, mean or drawing" in page
    assert "CR01" not in figures.target_ratios(report)._repr_html_()


@pytest.fixture(scope="module")
def whole(portal):
    """Every target ratio of the Commission's tables at their last date, by category of region."""
    frames = {name: portal[3][name] for name in ("achievements", "targets")}
    rows = target_achievement_ratio(**frames, cutoff="2022-06-30", by="region_category")
    return rows[rows["indicator_type"].isin(["RESF", "RYEI"]) & rows["denominator"].gt(0)]


def test_counts_over_all_programmes(whole):
    """182 targets refused and 74 doubtful of 1,096, 332 of them up to 100."""
    noted = {
        code: int(whole["note"].str.contains(code).sum()) for code in ("percentage_target", "percentage_suspected")
    }
    assert (len(whole), int(whole["denominator"].le(100).sum())) == (1096, 332)
    assert noted == {"percentage_target": 182, "percentage_suspected": 74}


def test_the_counts_of_the_docs(whole):
    """Ratios of all targets with a value, without those refused, and without the doubtful too."""
    page = (Path(__file__).parents[2] / "docs" / "cohesion-data.md").read_text(encoding="utf-8")
    assert f"{len(whole):,} rows" in " ".join(page.split())
    assert f"{int(whole['denominator'].le(100).sum())} of these targets are at most 100" in " ".join(page.split())
    refused, doubtful = (has_note(whole["note"], f"percentage_{code}") for code in ("target", "suspected"))
    assert f"{int(refused.sum())} are refused and {int(doubtful.sum())} doubtful" in page
    ratios = whole["numerator"] / whole["denominator"]
    for name, kept in {
        "of all with a value": ratios.notna(),
        "without the refused": ratios.notna() & ~refused,
        "without the doubtful too": ratios.notna() & ~refused & ~doubtful,
    }.items():
        used = ratios[kept]
        cells = (f"{len(used):,}", f"{(used > 10).sum()}", f"{(used >= 1).sum()}", f"{used.median():.1%}")
        assert f"| {name} | {' | '.join(cells)} |" in page


def test_ratios_of_tens_of_thousands_per_cent_are_doubtful(whole):
    rows = whole[(whole["programme"] == "2014ES05M9OP001") & whole["indicator_type"].eq("RYEI")]
    rows = rows.set_index("indicator_code")
    for code, numerator, denominator in (("CR10", 78_980, 102), ("CR06", 93_433, 130), ("CR04", 91_405, 154)):
        assert rows["note"][code] == "stale;percentage_suspected"
        assert rows["value"][code] == numerator / denominator
    puglia = only(whole, programme="2014IT16M2OP002", axis="IX", investment_priority="9i", indicator_code="CR05")
    assert (puglia["numerator"], puglia["denominator"], puglia["note"]) == (315, 50, "stale;percentage_suspected")


@pytest.mark.parametrize(
    ("programme", "priority", "codes"),
    [
        ("2014IT05SFOP007", "10i", ["CR03"]),
        ("2014IT05SFOP007", "10iv", ["CR03"]),
        ("2014CZ05M9OP001", "9i", ["CR06", "CR07", "CR09"]),
        ("2014BE05M9OP002", "8ii", ["CR05", "CR06", "CR07"]),
        ("2014FR16M0OP007", "8ii", ["CR07", "CR08", "CR09"]),
        ("2014FR16M0OP015", "8ii", ["CR07", "CR08", "CR09"]),
        ("2014FR05M0OP001", "8ii", ["CR06", "CR12"]),
        ("2014BG05M9OP001", "8ii", ["CR10"]),
    ],
)
def test_likely_counts_stay_unmarked(whole, programme, priority, codes):
    rows = whole[(whole["programme"] == programme) & (whole["investment_priority"] == priority)]
    rows = rows[rows["indicator_code"].isin(codes)]
    assert set(rows["indicator_code"]) == set(codes)
    assert not rows["note"].str.contains("percentage").any()
