"""Documents of one series: a sheet of a new date goes on where the one before ended."""

import shutil

import pandas as pd
import pytest
from frames import CCI, achievements, finance, only, small_programme, targets

from porfse_analysis import (
    all_indicators,
    check,
    check_claims,
    decommitment,
    financial_changes,
    financial_progress,
    load_programme,
    open_report,
    participant_changes,
    participants,
    per_capita_spend,
    resources,
    schema,
    target_achievement_ratio,
    target_ratio_changes,
)
from porfse_analysis.display.blocks import lead
from porfse_analysis.display.programme_report.money import key_figures
from porfse_analysis.loaders.adding import add_file
from porfse_analysis.programme import make_programme

MARCH = [
    *(("ALL", stage, million) for stage, million in (("activated", 650), ("committed", 400), ("paid", 310))),
    *(("ALL", "certified", 170), ("I", "certified", 70), ("II", "certified", 40), ("III", "certified", 55)),
    *(("IV", "certified", 3), ("V", "certified", 2)),
]


@pytest.fixture(scope="module")
def march(tmp_path_factory):
    """A copy of the bundled programme with the sheet of 31 March 2019, added as a user would: two files."""
    folder = tmp_path_factory.mktemp("march") / "programme"
    shutil.copytree(resources.bundled(), folder)
    sources = folder.parent / "sources.csv"
    sources.write_text("source,title_it,series\nsheet-2019-03-31,Scheda al 31 marzo 2019,sheet\n", encoding="utf-8")
    rows = [f"{axis},2019-03-31,{stage},sheet-2019-03-31,{million}000000,1000000" for axis, stage, million in MARCH]
    money = folder.parent / "finance.csv"
    money.write_text("\n".join(["axis,cutoff,stage,source,amount_eur,precision", *rows]), encoding="utf-8")
    add_file(folder, sources)
    add_file(folder, money)
    return load_programme(folder)


def test_the_march_sheet_has_its_rates(march):
    whole = financial_progress(march.finance, cutoff="2019-03-31", by="programme")
    row = only(whole, indicator="certification_rate")
    assert (row["numerator"], row["denominator"], row["note"]) == (170e6, 970.47e6, "published_total")
    assert row["value"] == pytest.approx(0.17517, abs=5e-6)
    # amount and plan are of two documents, and both are cited
    assert row["source"] == "sheet-2019-03-31;sheet-2018-09-30"
    axes = financial_progress(march.finance, cutoff="2019-03-31").query("indicator == 'certification_rate'")
    found = dict(zip(axes["axis"], zip(axes["numerator"], axes["denominator"], axes["note"], strict=True), strict=True))
    assert found == {
        "I": (70e6, 358e6, ""),
        "II": (40e6, 227.1e6, ""),
        "III": (55e6, 332.5e6, ""),
        "IV": (3e6, 20e6, ""),
        "V": (2e6, 32e6, ""),
    }


def test_what_moved_since_the_sheet_before(march):
    moved = financial_changes(march.finance, cutoff="2019-03-31", compare_to="2018-09-30", by="programme")
    row = only(moved, indicator="certification_rate")
    # 170 - 144 million, 26/970.47
    assert (row["status"], row["numerator_change"]) == ("compared", 26e6)
    assert row["change"] == pytest.approx(26 / 970.47, rel=1e-12)
    assert row["plan_effect"] == 0
    # by axis the sheet before had no certified amounts
    axes = financial_changes(march.finance, cutoff="2019-03-31", compare_to="2018-09-30")
    assert set(axes.query("indicator == 'certification_rate'")["status"]) == {"missing_before"}


def test_without_a_series_it_is_set_against_another_plan_and_says_so(march):
    alone = march.finance.drop(columns="series")
    row = only(financial_progress(alone, cutoff="2019-03-31", by="programme"), indicator="certification_rate")
    # 970,474,516 in the Commission's table, the preferred source
    assert (row["denominator"], row["note"]) == (970_474_516, "published_total;plan_of_other_source")
    moved = financial_changes(alone, cutoff="2019-03-31", compare_to="2018-09-30", by="programme")
    assert only(moved, indicator="certification_rate")["status"] == "other_source"


def test_the_amounts_of_the_new_sheet_keep_their_digits_on_the_page(march):
    shown = key_figures(open_report(march, cutoff="2019-03-31", lang="it")).written()
    assert shown.loc[shown["data_date"] == "31/03/2019", "amount"].tolist() == ["650", "400", "310", "170"]


@pytest.mark.long
def test_earlier_dates_are_as_they_were(march):
    bundled = load_programme()
    for cutoff in ("2018-09-30", "2018-12-31"):
        pd.testing.assert_frame_equal(all_indicators(march, cutoff=cutoff), all_indicators(bundled, cutoff=cutoff))


def programme(*rows, sources):
    tables = {
        "axes": pd.DataFrame({"axis": ["I"], "technical_assistance": [False]}),
        "sources": pd.DataFrame(sources),
        "finance": pd.concat(rows, ignore_index=True),
    }
    tables["finance"]["source"] = tables["finance"]["source"].astype("str")
    return make_programme(CCI, {"it": "x"}, tables)


DOCUMENTS = [
    {"source": "sheet", "title_it": "sheet", "series": "s", "date": pd.Timestamp("2019-01-10")},
    {"source": "erratum", "title_it": "erratum", "series": "s", "date": pd.Timestamp("2019-02-10")},
]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_documents_of_one_date_the_later_counts(order):
    """Cell by cell: what the erratum does not have stays that of the sheet, whatever the order of rows and sources."""
    told = [
        finance(("I", "2018-12-31", "allocation", 200.0), ("I", "2018-12-31", "paid", 50.0), source="sheet"),
        finance(("I", "2018-12-31", "paid", 60.0), source="erratum"),
    ]
    data = programme(*told[::order], sources=DOCUMENTS[::order])
    row = only(financial_progress(data.finance, cutoff="2018-12-31"), indicator="payment_rate")
    assert (row["value"], row["numerator"], row["note"]) == (60 / 200, 60, "")
    assert row["source"] == "erratum;sheet"


def test_without_dates_the_lower_row_counts():
    sources = [{**row, "date": pd.NaT} for row in DOCUMENTS]
    told = [
        finance(("I", "2018-12-31", "paid", amount), source=name) for name, amount in (("sheet", 5.0), ("erratum", 6.0))
    ]
    data = programme(*told, sources=sources)
    assert only(financial_progress(data.finance, cutoff="2018-12-31"), indicator="payment_rate")["numerator"] == 6
    data = programme(*told, sources=sources[::-1])
    assert only(financial_progress(data.finance, cutoff="2018-12-31"), indicator="payment_rate")["numerator"] == 5


def test_a_figure_that_an_erratum_replaces_is_a_finding():
    told = [
        finance(("I", "2018-12-31", "paid", amount), source=name)
        for name, amount in (("sheet", 50.0), ("erratum", 60.0))
    ]
    row = only(check(programme(*told, sources=DOCUMENTS)), check="superseded")
    assert (row["source"], row["found"], row["other_source"], row["expected"]) == ("sheet", 50, "erratum", 60)


def test_what_a_new_document_lacks_is_a_finding(march):
    rows = check(march, cutoff="2019-03-31").query("check == 'document_lacks'")
    assert rows["figure"].tolist() == ["allocation"]
    assert rows["source"].tolist() == ["sheet-2019-03-31"]
    assert rows["compared_with"].tolist() == [pd.Timestamp("2018-09-30")]
    bundled = check(load_programme())
    assert not bundled["check"].isin(["document_lacks", "without_plan", "superseded"]).any()


def test_a_source_without_any_plan_is_a_finding():
    told = [
        finance(("I", "2018-12-31", "allocation", 200.0), source="a"),
        finance(("I", "2018-12-31", "paid", 5.0), source="b"),
    ]
    data = programme(*told, sources=[{"source": name, "title_it": name} for name in "ab"])
    assert only(check(data), check="without_plan")["source"] == "b"
    # where nobody has a plan, none is borrowed
    alone = programme(told[1], sources=[{"source": "b", "title_it": "b"}])
    assert not check(alone)["check"].eq("without_plan").any()


def test_an_empty_fund_is_the_programmes_only_one():
    money = pd.concat(
        [
            finance(("I", "2018-12-31", "allocation", 200.0), region_category="More developed"),
            finance(("I", "2018-12-31", "paid", 50.0), fund=""),
        ]
    )
    data = programme(money, sources=[{"source": "s", "title_it": "s"}])
    row = only(financial_progress(data.finance, cutoff="2018-12-31", by=["axis", "fund"]), indicator="payment_rate")
    assert (row["fund"], row["value"], row["note"]) == ("ESF", 0.25, "")
    two = pd.concat([money, finance(("I", "2018-12-31", "allocation", 100.0), fund="YEI")])
    rows = programme(two, sources=[{"source": "s", "title_it": "s"}]).finance
    assert rows["fund"].tolist() == ["ESF", "", "YEI"]


def test_an_erratum_fills_a_cell_without_a_missing_part():
    told = [
        finance(("I", "2018-12-31", "allocation", 200.0), ("I", "2018-12-31", "paid", None), source="sheet"),
        finance(("I", "2018-12-31", "paid", 60.0), source="erratum"),
    ]
    row = only(
        financial_progress(programme(*told, sources=DOCUMENTS).finance, cutoff="2018-12-31"), indicator="payment_rate"
    )
    assert (row["value"], row["note"]) == (0.3, "")


def test_one_date_is_no_order():
    """Where one document has no date the lower row counts, whichever has one."""
    sources = [{**DOCUMENTS[0]}, {**DOCUMENTS[1], "date": pd.NaT}]
    told = [finance(("I", "2018-12-31", "paid", 5.0), source="sheet")]
    told += [finance(("I", "2018-12-31", "paid", 6.0), source="erratum")]
    data = programme(*told, sources=sources)
    assert only(financial_progress(data.finance, cutoff="2018-12-31"), indicator="payment_rate")["numerator"] == 6


def test_documents_of_one_series_are_no_sources_that_differ():
    told = [finance(("I", "2018-12-31", "paid", 50.0), source="sheet")]
    told += [finance(("I", "2018-12-31", "paid", 60.0), source="erratum")]
    found = check(programme(*told, sources=DOCUMENTS))["check"].tolist()
    assert "between_sources" not in found
    assert "superseded" in found


COMMITTED = pd.DataFrame({"year": range(2014, 2021), "eu_commitment_eur": 50.0, "performance_reserve_eur": 0.0})


def applied(data):
    """The payment applications of the programme for the deadline of 2018."""
    plan = schema.conform("eu_commitments", COMMITTED.assign(source="ec"), programme=CCI)
    return only(decommitment(plan, data.finance, year=2018))


def test_n_plus_3_takes_the_plan_of_the_series():
    """150 million at the rate of its own plan, 200 of 400, and not at 200 of 600 of the preferred source."""
    told = [
        finance(("I", "2017-12-31", "allocation", 600.0, {"eu_amount_eur": 200.0}), source="ec"),
        finance(("I", "2017-12-31", "allocation", 400.0, {"eu_amount_eur": 200.0}), source="sheet"),
        finance(("I", "2018-12-31", "certified", 150.0), source="erratum"),
    ]
    data = programme(*told, sources=[{"source": "ec", "title_it": "ec", "series": "", "date": pd.NaT}, *DOCUMENTS])
    row = applied(data)
    assert row["payment_applications_eu"] == 75
    assert "rate_of_other_source" not in row["note"]


def test_n_plus_3_keeps_what_an_erratum_does_not_correct():
    """Two categories of region at two rates, one of them corrected: of 150 published for both no share is known."""
    parts = {"region_category": "More developed"}, {"region_category": "Less developed"}
    told = [
        finance(
            ("I", "2017-12-31", "allocation", 400.0, {"eu_amount_eur": 200.0, **parts[0]}),
            ("I", "2017-12-31", "allocation", 400.0, {"eu_amount_eur": 320.0, **parts[1]}),
            source="sheet",
        ),
        finance(("I", "2017-12-31", "allocation", 400.0, {"eu_amount_eur": 340.0, **parts[1]}), source="erratum"),
        finance(("ALL", "2018-12-31", "certified", 150.0), source="erratum"),
    ]
    row = applied(programme(*told, sources=DOCUMENTS))
    assert pd.isna(row["payment_applications_eu"])
    assert "rates_differ" in row["note"]
    assert row["status"] == "not_available"


def test_labels_of_rows_do_not_matter():
    told = [finance(("I", "2018-12-31", "allocation", 200.0), ("I", "2018-12-31", "paid", 50.0), source="sheet")]
    told += [finance(("I", "2018-12-31", "paid", 60.0), source="erratum")]
    money = programme(*told, sources=DOCUMENTS).finance
    labelled = financial_progress(money.set_axis([0, 0, 0]), cutoff="2018-12-31")
    pd.testing.assert_frame_equal(labelled, financial_progress(money, cutoff="2018-12-31"))


def test_rows_put_beside_those_of_a_programme_stand_for_their_own_source():
    """A frame of one's own, without a series, next to one with: nothing is lost, and nothing is an erratum."""
    told = [finance(("I", "2018-12-31", "allocation", 200.0), ("I", "2018-12-31", "paid", 50.0), source="sheet")]
    told += [finance(("I", "2018-12-31", "paid", 60.0), source="erratum")]
    money = programme(*told, sources=DOCUMENTS).finance
    own = finance(("II", "2018-12-31", "paid", 7.0), ("II", "2018-12-31", "allocation", 70.0), source="mine")
    both = financial_progress(pd.concat([money, own]), cutoff="2018-12-31")
    assert only(both, indicator="payment_rate", axis="II")["value"] == 0.1
    assert only(both, indicator="payment_rate", axis="I")["numerator"] == 60


def test_a_document_without_a_publisher_is_called_by_its_title(march):
    report = open_report(march, cutoff="2019-03-31", lang="it")
    assert "; [9] Scheda al 31 marzo 2019." in key_figures(report).source
    assert "e Scheda al 31 marzo 2019. " in lead(report).html or "da Scheda al 31 marzo 2019. " in lead(report).html


def test_a_later_sheet_leaves_the_verdicts_of_an_earlier_date_as_they_were(march):
    """What a document says of one date only another has later is no evidence for it: the stage beside it still is."""
    for cutoff in ("2018-09-30", "2018-12-31"):
        pd.testing.assert_frame_equal(check_claims(march, cutoff=cutoff), check_claims(load_programme(), cutoff=cutoff))


def reported(*, erratum):
    """People of an annual report, and of one that puts one of their figures right, in that series or in none."""
    sources = {
        "source": ["air", "erratum"],
        "title_it": ["a", "e"],
        "series": ["reports", "reports" if erratum else ""],
    }
    people = [("1", "8i", code, "2019-12-31", value) for code, value in [("CO01", 500), ("CO03", 200), ("CO05", 100)]]
    tables = {
        "axes": pd.DataFrame({"axis": ["1"], "technical_assistance": [False]}),
        "sources": pd.DataFrame(sources),
        "finance": finance(("1", "2019-12-31", "certified", 7800.0), source="air"),
        "achievements": pd.concat(
            [
                achievements(*people, source="air"),
                achievements(("1", "8i", "CO01", "2019-12-31", 480), source="erratum"),
            ]
        ),
    }
    return make_programme(CCI, {"it": "x"}, tables)


def test_an_erratum_of_one_indicator_leaves_the_other_people_standing():
    programme = reported(erratum=True)
    for by in ("axis", "programme"):
        row = only(participants(programme, cutoff="2019-12-31", by=by))
        assert (row["value"], row["source"], row["note"]) == (780, "air;erratum", "")
    spend = only(per_capita_spend(programme, cutoff="2019-12-31", by="programme"))
    assert (spend["value"], spend["denominator"], spend["source"]) == (10, 780, "air;erratum")
    # without a word on the series the two are two counts of the same people: the preferred one, as it is
    row = only(participants(reported(erratum=False), cutoff="2019-12-31"))
    assert (row["value"], row["source"]) == (800, "air")


@pytest.mark.parametrize("series", ["reports", ""])
def test_people_and_ratios_of_two_reports_of_one_series_compare(series):
    """300 people of a target of 1,000 in the one report, 480 in the next: 180 more, 18 points."""
    dates = {"compare_to": "2019-12-31", "cutoff": "2020-12-31"}
    names = [f"air-{year}" for year in (2019, 2020)]
    values = [
        achievements(("1", "8i", "CO01", date, people), source=name)
        for name, date, people in zip(names, dates.values(), (300, 480), strict=True)
    ]
    tables = {
        "axes": pd.DataFrame({"axis": ["1"], "technical_assistance": [False]}),
        "sources": pd.DataFrame({"source": [*names, "plan"], "title_it": "x", "series": [series, series, ""]}),
        "finance": finance(("1", "2019-12-31", "allocation", 100), source="plan"),
        "achievements": pd.concat(values, ignore_index=True).astype({"source": "str"}),
        "targets": targets(("1", "8i", "CO01", "1", "2014-01-01", 1000), source="plan"),
    }
    programme = make_programme(CCI, {"it": "x"}, tables)
    people = [participant_changes(programme, by=by, **dates) for by in ("axis", "programme")]
    ratio = target_ratio_changes(programme, **dates)
    for moved, change in ((people[0], 180), (people[1], 180), (ratio, 0.18)):
        row = only(moved)
        assert (row["source_before"], row["source"]) == tuple(names)
        if series:
            assert (row["status"], row["numerator_change"]) == ("compared", 180)
            assert row["change"] == pytest.approx(change)
        else:
            assert row["status"] == "other_source"
            assert pd.isna(row["change"])


def test_an_erratum_of_one_category_leaves_the_other_in_the_ratio():
    """7,000 and 3,600 people of two categories, the first put right to 6,400: 10,000 of 24,000."""
    date, less, transition = "2025-12-31", {"region_category": "Less developed"}, {"region_category": "Transition"}
    values = [
        achievements(("2", "8i", "CO01", date, 7000, less), ("2", "8i", "CO01", date, 3600, transition), source="air"),
        achievements(("2", "8i", "CO01", date, 6400, less), source="erratum"),
    ]
    aims = [
        ("2", "8i", "CO01", "1", "2021-01-01", 15000, less),
        ("2", "8i", "CO01", "1", "2021-01-01", 9000, transition),
    ]
    tables = {
        "axes": pd.DataFrame({"axis": ["2"], "technical_assistance": [False]}),
        "sources": pd.DataFrame(
            {"source": ["air", "erratum", "plan"], "title_it": "x", "series": ["s", "s", ""]}
        ).assign(date=pd.to_datetime(["2026-01-01", "2026-02-01", None])),
        "finance": finance(("2", date, "allocation", 100), source="plan"),
        "achievements": pd.concat(values, ignore_index=True).astype({"source": "str"}),
        "targets": targets(*aims, source="plan"),
    }
    programme = make_programme(CCI, {"it": "x"}, tables)
    ratio = only(target_achievement_ratio(programme, cutoff=date))
    assert (ratio["numerator"], ratio["denominator"], ratio["note"]) == (10000, 24000, "")
    assert ratio["source"] == "erratum;air"
    found = only(check(programme), check="superseded")
    assert (found["figure"], found["found"], found["expected"]) == ("8i CO01", 7000, 6400)
    assert (found["source"], found["other_source"]) == ("air", "erratum")


def test_a_fall_between_two_reports_of_one_series_is_a_finding():
    programme = reported(erratum=True)
    later = achievements(("1", "8i", "CO01", "2020-12-31", 470), programme=CCI, source="erratum")
    rows = pd.concat([programme.achievements.drop(columns="series"), later], ignore_index=True)
    tables = {name: getattr(programme, name) for name in ("axes", "finance", "sources")}
    findings = check(make_programme(CCI, {"it": "x"}, {**tables, "achievements": rows.astype({"source": "str"})}))
    (fall,) = findings[findings["check"] == "fall"].to_dict("records")
    # from what the erratum says, not from the 500 it replaces
    assert (fall["figure"], fall["expected"], fall["found"], fall["source"]) == ("8i CO01", 480, 470, "erratum")


def test_a_figure_without_category_beside_those_by_category_is_a_finding():
    money = finance(
        ("1", "2019-12-31", "certified", 50.0, {"region_category": ""}),
        ("1", "2019-12-31", "certified", 30.0, {"region_category": "Transition"}),
        ("1", "2019-12-31", "certified", 10.0, {"region_category": "Less developed"}),
        ("1", "2018-12-31", "certified", 10.0, {"region_category": ""}),
        source="sheet",
    )
    people = achievements(
        ("1", "8i", "CO01", "2019-12-31", 9, {"region_category": ""}),
        ("1", "8i", "CO01", "2019-12-31", 8, {"region_category": "Transition"}),
        source="sheet",
    )
    programme = small_programme(finance=money, achievements=people)
    found = check(programme).query("check == 'beside_its_parts'")
    told = found[["severity", "figure", "cutoff", "source", "expected", "found"]].astype({"cutoff": "str"})
    assert sorted(told.to_numpy().tolist()) == [
        ["warning", "8i CO01", "2019-12-31", "sheet", 8, 9],
        ["warning", "certified", "2019-12-31", "sheet", 40, 50],
    ]
