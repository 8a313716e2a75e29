"""A sum that lacks a part says so wherever its figures stand: lead, key figures, tables, sheet, in both languages."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from frames import achievements, finance, only, small_programme

from porfse_analysis import check, financial_progress, load_programme, open_report
from porfse_analysis.display.blocks import key_numbers
from porfse_analysis.display.programme_report.lead import first_sentences, how_far
from porfse_analysis.display.programme_report.money import key_figures, progress_by_axis
from porfse_analysis.display.programme_report.people import per_capita
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.sheet.page import sheet_figures
from porfse_analysis.display.sheet.setting import page_data
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import progress_over_time

INVENTED_2021 = Path(__file__).parents[1] / "data" / "invented-programme-2021"
DATE, BEFORE = "2018-12-31", "2017-12-31"
MILLION = 1e6
PLAN = [("1", BEFORE, "allocation", 100 * MILLION), ("2", BEFORE, "allocation", 60 * MILLION)]
PLAN += [("3", BEFORE, "allocation", 40 * MILLION)]
DECLARED = [("1", DATE, "declared", 10 * MILLION), ("2", DATE, "declared", 6 * MILLION)]
PEOPLE = [("1", "8i", "CO01", BEFORE, 400), ("2", "9i", "CO01", BEFORE, 100), ("1", "8i", "CO01", DATE, 500)]


def report(*declared, lang="en", people=()):
    tables = {"finance": finance(*PLAN, *declared, source="ec")}
    tables |= {"achievements": achievements(*people, source="ec")} if people else {}
    return open_report(small_programme(sources=("ec",), **tables), cutoff=DATE, lang=lang)


def row_of(table, first):
    rows = table.written()
    return rows[rows.iloc[:, 0] == first].iloc[0].tolist()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            "Declared expenditure (partial, without Axis 3) at 31/12/2018: €16.00 million (8.0% of the allocation).",
        ),
        ("it", "Spesa dichiarata (parziale, senza Asse 3) al 31/12/2018: 16,00 Mln € (8,0% della dotazione)."),
    ],
)
def test_the_lead(lang, said):
    """10 + 6 of 100 + 60 + 40."""
    shown = report(*DECLARED, lang=lang)
    assert first_sentences(shown)[0] == how_far(shown) == said
    name = said.partition(")")[0] + ")"
    assert name in key_numbers(shown).html


@pytest.mark.parametrize(
    ("lang", "stage", "amount", "rate", "whole", "below"),
    [
        (
            "en",
            "Declared expenditure",
            "16.00 (partial)",
            "8.0% (partial)",
            "Whole programme",
            "Declared expenditure: partial sum, set against the allocation of all axes. "
            "Without an amount, and not in the sum: Axis 3.",
        ),
        (
            "it",
            "Spesa dichiarata",
            "16,00 (parziale)",
            "8,0% (parziale)",
            "Intero programma",
            "Spesa dichiarata: somma parziale, in rapporto alla dotazione di tutti gli assi. "
            "Senza importo, e fuori dalla somma: Asse 3.",
        ),
    ],
)
def test_the_tables(lang, stage, amount, rate, whole, below):
    shown = report(*DECLARED, lang=lang)
    figures = key_figures(shown)
    assert row_of(figures, stage)[1:3] == [amount, rate]
    assert row_of(figures, stage)[-1] == ""  # said by the figures, and not again
    by_axis = progress_by_axis(shown)
    assert row_of(by_axis, whole)[-2:] == [amount, rate]
    assert below in figures.notes
    assert below in by_axis.notes
    # an axis has all of its own
    assert not [cell for cell in row_of(by_axis, f"2{by_axis.written().iloc[1, 0][1:]}") if "(" in cell]


@pytest.mark.parametrize(("lang", "word"), [("en", "partial"), ("it", "parziale")])
def test_the_sheet(lang, word):
    shown = report(*DECLARED, lang=lang)
    (drawn,) = page_data(sheet_content(shown), shown)["parts"]["stages"]["rows"]
    assert drawn["after"].replace("\xa0", " ") == f" ({word})"
    assert word not in drawn["name"] + drawn["figure"] + drawn["remark"]  # once on the line
    assert f"({word})" in drawn["alt"]
    row = row_of(sheet_figures(shown), drawn["name"])
    assert row[1].endswith(f" ({word})")
    assert f"% ({word}). " in row[2]
    assert row[2].endswith("3.")


def test_of_an_earlier_date_it_is_said_before_the_date():
    later = achievements(("1", "8i", "CO01", "2019-12-31", 500), source="ec")
    programme = small_programme(finance=finance(*PLAN, *DECLARED, source="ec"), achievements=later, sources=("ec",))
    shown = open_report(programme, cutoff="2019-12-31", lang="en")
    (drawn,) = page_data(sheet_content(shown), shown)["parts"]["stages"]["rows"]
    assert drawn["after"].replace("\xa0", " ") == " (partial) (at 31/12/2018)"


def test_no_word_where_nothing_lacks():
    shown = report(*DECLARED, ("3", DATE, "declared", 0.0))
    for text in (how_far(shown), key_numbers(shown).html, str(sheet_figures(shown).written().to_csv())):
        assert "partial" not in text
    assert not [
        note for table in (key_figures(shown), progress_by_axis(shown)) for note in table.notes if "sum" in note
    ]


def test_the_rates_over_time():
    """16 of 200 are those of two axes; with the 4 of the third it is 20 of 200."""
    every = [*PLAN, *DECLARED, ("3", DATE, "declared", 4 * MILLION)]
    for rows, expected in (([*PLAN, *DECLARED], [0.08, "partial"]), (every, [0.1, ""])):
        found = progress_over_time(finance(*rows, source="ec"), cutoff=DATE)
        assert found[["value", "note"]].to_numpy().tolist() == [expected]


def test_axes_are_named_only_where_they_are_known():
    """Of axis 3 the plan gives money to two funds, and one is told: the axis has a part, and no axis is missing."""
    plan = [*PLAN, ("3", BEFORE, "allocation", 5 * MILLION, {"fund": "YEI"})]
    rows = finance(*plan, *DECLARED, ("3", DATE, "declared", MILLION), source="ec")
    shown = open_report(small_programme(finance=rows, sources=("ec",)), cutoff=DATE, lang="en")
    # 17 of 205
    assert how_far(shown).startswith("Declared expenditure (partial) at 31/12/2018: €17.00 million (8.3% of")
    assert row_of(progress_by_axis(shown), "3")[-2:] == ["1.00 (partial)", "2.2% (partial)"]


def test_participants_without_a_part():
    """Axis 2 had 100 participants, and at this date only axis 1 is told: 500 are not those of the programme."""
    shown = report(*DECLARED, people=PEOPLE)
    assert row_of(per_capita(shown), "Whole programme")[1] == "500 (partial)"
    assert "Participants (partial)" in key_numbers(shown).html
    (large,) = page_data(sheet_content(shown), shown)["parts"]["people"]["large"]
    assert large["after"].replace("\xa0", " ") == " (partial)"


def test_a_plan_that_lacks_an_axis_makes_no_amount_partial():
    """All of 50 + 50 is told; the 100 below the line are those of axis I alone."""
    rows = finance(
        ("I", DATE, "allocation", 100 * MILLION),
        ("I", DATE, "declared", 50 * MILLION),
        ("II", DATE, "declared", 50 * MILLION),
        source="ec",
    )
    row = only(financial_progress(rows, cutoff=DATE, by="programme"), indicator="declaration_rate")
    assert row["note"] == "partial;partial_base"
    shown = open_report(small_programme(finance=rows, sources=("ec",)), cutoff=DATE, lang="en")
    assert row_of(key_figures(shown), "Declared expenditure")[1:3] == ["100.00", "100.0% (denominator partial)"]


@pytest.mark.parametrize(
    ("note", "value", "said"),
    [
        ("stale", True, "5"),
        ("stale;partial", True, "5 (partial)"),
        ("partial", False, "5 (partial)"),
        ("partial;partial_base", True, "5 (denominator partial)"),
        ("partial;partial_base", False, "5"),
    ],
)
def test_the_word_by_the_note(note, value, said):
    assert wording.partly("5", note, "en", value=value) == said


def test_a_workbook_shows_the_same():
    form = wording.Form(2, power=-6, bound="at_least", partial="partial")
    assert form.text(16 * MILLION, "en") == "at least 16.00 (partial)"
    assert form.pattern(16 * MILLION, "en") == '"at least "#,##0.00" (partial)"'


# --- what the sheet says of a deadline without a verdict, and what it counts ---


def of_2021(tmp_path, **changed):
    """The invented programme of 2021-2027 with tables changed: name -> what makes the new rows of the old ones."""
    folder = shutil.copytree(INVENTED_2021, tmp_path / "p")
    for name, change in changed.items():
        rows = pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)
        change(rows).to_csv(folder / f"{name}.csv", index=False)
    return load_programme(folder)


@pytest.mark.parametrize(
    ("lang", "name", "status"),
    [
        (
            "it",
            "Scadenza N+3 del 31/12/2024; per giudicarla manca: spesa certificata di ogni asse",
            "non ancora deciso",
        ),
        (
            "en",
            "N+3 deadline of 31/12/2024; missing for a verdict: the certified expenditure of every axis",
            "not decided yet",
        ),
    ],
)
def test_why_a_deadline_has_no_verdict(tmp_path, lang, name, status):
    """The certified expenditure of axis 2 is taken out; that of the others is published all the same."""

    def without(rows):
        return rows[(rows["axis"] != "2") | (rows["stage"] != "certified")]

    shown = open_report(of_2021(tmp_path, finance=without), cutoff="2023-12-31", lang=lang)
    content = sheet_content(shown)
    assert [(item.name, item.figure) for item in content.spend] == [(name, status)]
    assert page_data(content, shown)["parts"]["spend"]["count"] == 1


def test_without_commitments_it_says_what_is_missing():
    shown = report(*DECLARED, lang="en")
    (item,) = sheet_content(shown).spend
    assert (item.figure, item.name) == (
        "not available",
        "N+3 deadline of 31/12/2018; missing for a verdict: annual EU commitments, the certified expenditure of every "
        "axis, and the EU part of the allocation",
    )


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        (
            "it",
            [
                "target intermedi 2024 raggiunti, contati per categoria di regione, "
                "fra quelli con un rapporto calcolabile",
                "target 2029 raggiunti, sommate le categorie di regione, fra quelli con un rapporto calcolabile",
            ],
        ),
        (
            "en",
            [
                "2024 milestones reached, each category of region counted apart, of those that have a ratio",
                "2029 targets reached, the categories of region added, of those that have a ratio",
            ],
        ),
    ],
)
def test_what_is_counted_is_named(tmp_path, lang, names):
    """Of ESO4.1 two categories with a value each: two milestones, one target."""

    def twice(rows):
        own = rows[(rows["investment_priority"] == "ESO4.1") & (rows["indicator_code"] == "EECO01")]
        return pd.concat([rows, own.assign(region_category="Transition")])

    programme = of_2021(tmp_path, targets=twice, achievements=twice)
    items = sheet_content(open_report(programme, cutoff="2023-12-31", lang=lang)).targets
    assert [item.name for item in items] == names
    assert [item.figure[-1] for item in items] == ["2", "1"]


# --- a figure that is no sum of axes ---


def test_a_part_of_one_axis_is_told_once():
    """Of axis I 48 of one fund, beside a total of 110: what stands for the axis is the 60 before, and 48 is no sum."""
    yei = {"fund": "YEI"}
    rows = [("I", BEFORE, "allocation", 100.0), ("I", BEFORE, "allocation", 60.0, yei)]
    rows += [("II", BEFORE, "allocation", 80.0), ("I", BEFORE, "certified", 60.0, {"fund": ""})]
    rows += [("II", BEFORE, "certified", 20.0), ("ALL", DATE, "certified", 110.0, {"fund": ""})]
    part = ("I", DATE, "certified", 48.0, yei)
    programme = small_programme(finance=finance(*rows, part, source="ec"), sources=("ec",))
    found = check(programme)
    assert found.loc[found["found"] == 48, "check"].tolist() == ["some_axes"]
    # with a figure of another axis it is a sum, and says more than the axis does
    programme = small_programme(
        finance=finance(*rows, part, ("II", DATE, "certified", 30.0), source="ec"), sources=("ec",)
    )
    found = check(programme)
    assert found.loc[found["check"] == "axes_against_total", "found"].tolist() == [78]
