"""What a page lacks is said once, in a sentence: no rows of what is missing, and no words on what it does not have."""

import dataclasses
from pathlib import Path

import cohesion_samples as samples
import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis.display import tables
from porfse_analysis.display.cutoffs import figures as cutoff_figures
from porfse_analysis.display.cutoffs import tables as cutoffs
from porfse_analysis.display.cutoffs.comparison import open_cutoff_comparison
from porfse_analysis.display.words import framework, wording
from porfse_analysis.display.words.indicators import unit_name
from porfse_analysis.errors import DataError
from porfse_analysis.loaders.cohesion.given import tables_given
from porfse_analysis.verdicts.exact import canonical_unit

INVENTED = Path(__file__).parents[1] / "data" / "invented-programme"


@pytest.fixture(scope="module")
def invented():
    return pf.load_programme(INVENTED)


def report(programme, cutoff="2018-12-31", lang="en", **changed):
    return pf.open_report(dataclasses.replace(programme, **changed), cutoff=cutoff, lang=lang)


def test_nothing_certified_is_one_sentence(invented):
    uncertified = invented.finance[invented.finance["stage"] != "certified"].reset_index(drop=True)
    table = tables.payment_applications(report(invented, finance=uncertified))
    assert table.frame.empty
    assert "no source publishes certified expenditure" in table._repr_html_()
    # one figure is enough for the table
    assert len(tables.payment_applications(report(invented)).frame) == 8


def test_axes_without_participants_have_no_row(invented):
    residents = tables.per_capita(report(invented))
    assert residents.caption.startswith("Spend per participant and per resident")
    assert residents.frame["axis"].tolist() == ["1", "2", "3", "4", "5", "6", "7", "ALL"]
    alone = tables.per_capita(report(invented, population=invented.population.iloc[:0]))
    assert alone.caption == "Spend per participant at 31/12/2018"
    # axes 1 to 3 report unemployed, inactive or employed; 7 is technical assistance
    assert alone.frame["axis"].tolist() == ["1", "2", "3", "ALL"]
    assert "No participants published, and so no row: Axis 4, Axis 5, Axis 6, and Axis 7." in alone.notes


def test_money_beside_people_names_its_funds(invented):
    """Technical assistance of the ERDF is not in the money that the participants of the ESF divide."""
    assisted, erdf = "includes technical assistance", "of the funds that pay for people alone (ESF and YEI)"
    notes = " ".join(tables.per_capita(report(invented)).notes)
    assert assisted in notes
    assert erdf not in notes
    money = invented.finance.assign(fund=invented.finance["fund"].mask(invented.finance["axis"] == "7", "ERDF"))
    changed = dataclasses.replace(invented, finance=money.astype(dict(invented.finance.dtypes)))
    notes = " ".join(tables.per_capita(report(changed)).notes)
    assert assisted not in notes
    assert erdf in notes
    for rows in (
        pf.per_capita_spend(changed, cutoff="2018-12-31", by="programme"),
        pf.all_indicators(changed, cutoff="2018-12-31", names="certified_spend_per_participant", by="programme"),
    ):
        assert "includes_technical_assistance" not in rows["note"].iloc[0]
    rows = pf.per_capita_spend(invented, cutoff="2018-12-31", by="programme")
    assert "includes_technical_assistance" in rows["note"].iloc[0].split(";")


def test_a_contribution_out_of_a_limit_is_a_limit(invented):
    money = invented.finance
    limit = (money["axis"] == "1") & (money["stage"] == "certified")
    for qualifier, sign in (("more_than", "≥"), ("less_than", "≤")):
        limited = money.assign(qualifier=money["qualifier"].mask(limit, qualifier)).astype(dict(money.dtypes))
        written = tables.closure_balance(report(invented, finance=limited)).written().set_index("axis")
        # 10 million certified at a rate of 50%
        assert written.loc["1", "contribution_eu"] == f"{sign} 5.00"
        assert written.loc["2", "contribution_eu"] == "3.40"
        # paid at that very date: what there is no balance for is the limit
        whole = written[written.index.str.contains("ESF") & (written.index != "6 ESF")].iloc[0]
        assert whole["paid_eu"] == "12.42"
        assert "another date" not in whole["note"]


def test_units_and_codes_are_words(invented):
    written = tables.distances(report(invented, lang="it")).written()
    assert set(written["unit"]) == {"numero", "euro"}
    assert "F4 (finanziario)" in set(written["indicator"])
    assert unit_name("Full time equivalents", "it") == "equivalenti a tempo pieno"
    assert unit_name("nests", "it") == "nests"
    assert unit_name("Number / Projects", "it") == "numero / progetti"


@pytest.mark.parametrize(
    ("published", "names"),
    [
        ("number", ("numero", "number")),
        ("Persons", ("persone", "persons")),
        ("person", ("persone", "persons")),
        ("partecipanti", ("partecipanti", "participants")),
        ("percent", ("%", "%")),
        ("ratio", ("rapporto", "ratio")),
        ("€", ("euro", "EUR")),
        ("ha", ("ettari", "ha")),
    ],
)
def test_units_in_a_sentence_are_in_its_language(published, names):
    note = "unit_differs"
    row = {
        "programme": "2014XX05SFOP001",
        "note": note,
        "data_date": pd.NaT,
        "target_unit": "%",
        "value_unit": published,
    }
    told = [framework._details(row, lang) for lang in ("it", "en")]
    assert told == [
        [f"unità diverse: target in %, valore in {names[0]}"],
        [f"units differ: target in %, value in {names[1]}"],
    ]


def test_every_unit_of_the_commissions_tables_has_a_name(shared_data):
    files = {"ec_indicators.csv.gz": shared_data / "ec", "xi3a.csv": shared_data / "ec" / "other"}
    units = {
        unit
        for name, folder in files.items()
        for unit in pd.read_csv(folder / name, usecols=["measurement_unit"], keep_default_na=False)["measurement_unit"]
    }
    assert {unit for unit in units - {""} if not wording.has_text(f"unit_published.{canonical_unit(unit)}")} == set()


def test_the_plan_alone_is_refused_with_what_to_do(tmp_path):
    files = {"finance.csv": samples.finance_records(), "planned.csv": samples.planned_records()}
    for name, records in files.items():
        (tmp_path / name).write_bytes(samples.soda_csv(records))
    with pytest.raises(DataError) as refused:
        tables_given([tmp_path / name for name in files], "2014IT05SFOP007")
    said = str(refused.value)
    assert 'is the table "finances planned" (e4v6-qrrq), which no programme is made of' in said
    assert 'Leave it out, and give "finance implementation" (99js-gm52)' in said
    assert "porfse import opencoesione, with --plan" in said


def test_the_allocation_beside_the_predecessor_has_its_own_digits():
    """Certified is published in whole millions, the allocation to the hundredth."""
    from porfse_analysis.display.predecessor import beside

    (table,) = beside(pf.open_report(pf.load_programme(), cutoff="2018-09-30", lang="en"))
    assert table.written()[["numerator", "denominator"]].values.tolist() == [["144", "970.47"], ["193.81", "798.00"]]


@pytest.fixture(scope="module")
def of_2007():
    """Two dates of a programme of which nothing is published by axis, no target and no participant."""
    return open_cutoff_comparison(pf.load_programme().before, cutoff="2013-12-31", compare_to="2013-10-31", lang="en")


def test_two_dates_of_a_programme_without_axes(of_2007):
    assert "did not change the allocation of the programme; no targets are in the data." in cutoffs.lead(of_2007).html
    assert "No participants are published at either date." in cutoffs.participants(of_2007)._repr_html_()
    assert cutoffs.allocations(of_2007).caption.startswith("Allocation of the programme")
    assert "For each axis" not in cutoff_figures.rates(of_2007).html


def test_what_neither_date_has_is_one_line(of_2007):
    table = cutoffs.not_compared(of_2007)
    assert table.frame.empty
    assert table.empty == (
        "Not published at either date: Activation rate (Whole programme); Selection rate (Whole programme); "
        "Commitment rate (Whole programme); Payment rate (Whole programme); Declaration rate (Whole programme)."
    )
    bundled = open_cutoff_comparison(pf.load_programme(), cutoff="2018-09-30", compare_to="2017-12-31", lang="en")
    table = cutoffs.not_compared(bundled)
    assert "not_reported" not in set(table.frame["status"])
    assert table.notes == [
        "Not published at either date: Activation rate (V); Commitment rate (I, II, III, IV, V); "
        "Payment rate (I, II, III, IV, V); Certification rate (I, II, III, IV, V)."
    ]


def test_technical_assistance_is_named_where_it_is_in_the_sum(invented):
    """Its axis (7) has an allocation; of what it certified nothing may be known, and then a sum of axes has none."""
    money = invented.finance
    certified = money["stage"].eq("certified")
    without = money[~(certified & money["axis"].isin(["7", "ALL"]))]

    def note(rows):
        changed = dataclasses.replace(invented, finance=rows.reset_index(drop=True))
        (found,) = pf.per_capita_spend(changed, cutoff="2018-12-31", by="programme")["note"]
        return set(found.split(";")) & {"includes_technical_assistance", "published_total"}

    assert note(money[~(certified & money["axis"].eq("ALL"))]) == {"includes_technical_assistance"}
    assert note(without) == set()
    whole = money[certified & money["axis"].eq("1")].assign(axis="ALL", fund="", region_category="")
    assert note(pd.concat([without, whole])) == {"includes_technical_assistance", "published_total"}
