"""Codes of a key are written one way, counts of people are whole: what is refused, and what to write."""

import dataclasses
import json

import pandas as pd
import pytest
import workbooks
from cohesion_samples import finance_records, indicator_records, soda_csv
from frames import CCI, achievements, small_programme, targets

from porfse_analysis import DataError, load_programme, schema
from porfse_analysis.codes import CODES, axis_places, misspelt, uncountable
from porfse_analysis.loaders.cohesion_data import import_cohesion_data
from porfse_analysis.loaders.save import save_programme
from porfse_analysis.loaders.workbook.reading import read_workbook
from porfse_analysis.table_faults import find_faults


@pytest.mark.parametrize(
    ("kind", "text", "write"),
    [
        ("fund", "FSE", "ESF"),
        ("fund", "esf", "ESF"),
        ("fund", "E.S.F.", "ESF"),
        ("fund", "FSE+", "ESF+"),
        ("fund", "ESF +", "ESF+"),
        ("fund", "FESR", "ERDF"),
        ("fund", "IOG", "YEI"),
        ("investment_priority", "8.i", "8i"),
        ("investment_priority", "8I", "8i"),
        ("investment_priority", "08i", "8i"),
        ("investment_priority", "9 iv", "9iv"),
        ("investment_priority", "10-IV", "10iv"),
        ("investment_priority", "3B", "3b"),
        ("investment_priority", "ESO 4.1", "ESO4.1"),
        ("investment_priority", "eso4.11", "ESO4.11"),
        ("indicator_code", "co01", "CO01"),
        ("indicator_code", "CO 01", "CO01"),
        ("indicator_code", "CO.01", "CO01"),
        ("indicator_code", "CO06A", "CO06a"),
        ("indicator_code", "cr06", "CR06"),
        ("indicator_code", "eeco01", "EECO01"),
        ("indicator_code", "\u0421O01", "CO01"),  # a Cyrillic letter
        ("region_category", "more developed", "More developed"),
        ("region_category", "More Developed Regions", "More developed"),
        ("region_category", "Più sviluppate", "More developed"),
        ("region_category", "Regioni meno sviluppate", "Less developed"),
        ("region_category", "in transizione", "Transition"),
        ("indicator_type", "oesf", "OESF"),
        ("indicator_type", "common", "COMMON"),
    ],
)
def test_another_spelling_is_refused_with_what_to_write(kind, text, write):
    assert misspelt(kind, text) == ("is another spelling of a known code", f"{text}: write {write}")


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("fund", ["", "ESF", "YEI", "ESF+", "ERDF", "CF", "YEI ESF Matching Component"]),
        (
            "investment_priority",
            ["", "8i", "10iv", "13i", "3b", "ESO4.1", "ESO4.13", "ESO4.1.1", "TA", "TA.36(5)", "1.4"],
        ),
        ("indicator_code", ["CO01", "CO06a", "CO11a", "CR12", "EECR06", "RYEI", "SO1_1", "R12b", "CO01.1", "K1", "F"]),
        ("region_category", ["", "More developed", "REACT-EU", "MD", "Outermost or northern sparsely populated"]),
        ("indicator_type", ["", "OESF", "RYEI", "own", "COMMON"]),
    ],
)
def test_known_codes_and_a_programmes_own_stay(kind, texts):
    assert {text: misspelt(kind, text) for text in texts} == dict.fromkeys(texts, ("", ""))


def test_an_unknown_fund_is_refused():
    problem, remedy = misspelt("fund", "XYZ")
    assert problem == "is not a fund this table knows"
    assert remedy.startswith("Use one of: ESF, YEI, ERDF, CF, ESF+")


def test_every_code_of_the_commissions_tables_is_accepted(shared_data):
    columns = {
        "fund": "fund",
        "category_of_region": "region_category",
        "investment_priority": "investment_priority",
        "specific_objective_code": "investment_priority",
        "objective": "investment_priority",
        "region_cat": "region_category",
        "indicator_type_code": "indicator_type",
        "ind_code": "indicator_code",
    }
    files = [*(shared_data / "ec").glob("*.csv.gz"), *(shared_data / "ec" / "other").glob("*.csv*")]
    seen = {kind: set() for kind in CODES}
    for file in files:
        table = pd.read_csv(file, dtype=str, keep_default_na=False, usecols=lambda name: name in columns)
        for name in table:
            seen[columns[name]] |= set(table[name])
    assert {"ESF+", "ISF"} <= seen["fund"]
    assert {"9vi", "10a", "ESO4.11"} <= seen["investment_priority"]
    assert {"CO11a", "OI_M02_nr_ben_2.1", "1.9.a"} <= seen["indicator_code"]
    refused = [
        (kind, text, misspelt(kind, text)[1]) for kind in CODES for text in seen[kind] if misspelt(kind, text)[0]
    ]
    assert refused == []


@pytest.mark.parametrize(
    ("table", "column", "text", "said"),
    [
        ("achievements", "fund", "FSE", "FSE: write ESF"),
        ("targets", "investment_priority", "8.i", "8.i: write 8i"),
        ("targets", "indicator_code", "co01", "co01: write CO01"),
        ("finance", "fund", "fse", "fse: write ESF"),
        ("finance", "region_category", "Più sviluppate", "Più sviluppate: write More developed"),
        ("achievements", "axis", "i", "Known: I, II, III, IV, V. i: write I"),
        ("targets", "axis", "I.", "Known: I, II, III, IV, V. I.: write I"),
    ],
)
def test_a_folder_is_refused(copy_of_bundled, edit_cell, table, column, text, said):
    edit_cell(copy_of_bundled / f"{table}.csv", 2, column, text)
    with pytest.raises(DataError) as caught:
        load_programme(copy_of_bundled)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column, fault.value) == (f"{table}.csv", 2, column, text)
    assert fault.remedy == said


def test_a_frame_is_refused():
    rows = achievements(("I", "8.i", "co01", "2018-12-31", 5), programme=CCI, source="ec", fund="FSE")
    with pytest.raises(DataError) as caught:
        small_programme(achievements=rows)
    assert [fault.remedy for fault in caught.value.faults] == ["FSE: write ESF", "8.i: write 8i", "co01: write CO01"]


def test_a_workbook_is_refused(tmp_path):
    rows = achievements(("01", "8i", "CO01", "2018-12-31", 1005), programme=CCI, source="monitoring")
    small = workbooks.small()
    programme = dataclasses.replace(small, achievements=rows.assign(programme=small.cci))
    file = workbooks.fill(tmp_path / "programme.xlsx", programme)
    place = {name: letter for letter, name in zip("ABCDEFGHI", schema.TABLES["achievements"].names, strict=False)}

    def change(book):
        sheet = book["achievements"]
        sheet[f"{place['investment_priority']}2"] = "8.i"
        sheet[f"{place['value']}2"] = 1.005

    with pytest.raises(DataError) as caught:
        read_workbook(workbooks.damage(file, change))
    assert [(fault.cell, fault.remedy) for fault in caught.value.faults] == [
        ("achievements!C2", "8.i: write 8i"),
        ("achievements!I2", "1.005: a count of people is whole; if one thousand and five is meant, write 1005"),
    ]


# -- counts of people are whole ---------------------------------------------------------------------------------------


def test_what_is_said_of_a_count_that_is_not_whole():
    whole = "a count of people is whole"
    assert uncountable("1.005")[1] == f"1.005: {whole}; if one thousand and five is meant, write 1005"
    assert uncountable("30.000")[1] == f"30.000: {whole}; if thirty thousand is meant, write 30000"
    assert uncountable("12.5")[1] == f"12.5: {whole}"
    assert uncountable("0.005")[1] == f"0.005: {whole}"


@pytest.mark.parametrize(
    ("table", "column", "text", "write"),
    [
        ("achievements", "value", "1.005", "; if one thousand and five is meant, write 1005"),
        # the number is 30 and whole: the text alone shows it
        ("achievements", "value", "30.000", "; if thirty thousand is meant, write 30000"),
        ("achievements", "value", "12.5", ""),
        ("population", "residents", "9.973", "; if nine thousand nine hundred and seventy-three is meant, write 9973"),
    ],
)
def test_a_folder_with_a_fraction_of_people_is_refused(copy_of_bundled, edit_cell, table, column, text, write):
    edit_cell(copy_of_bundled / f"{table}.csv", 2, column, text)
    with pytest.raises(DataError) as caught:
        load_programme(copy_of_bundled)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value, fault.problem) == (2, column, text, "is not a whole number")
    assert fault.remedy == f"{text}: a count of people is whole{write}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("69.038", "sixty-nine thousand and thirty-eight is meant, write 69038"),
        ("69.000", "sixty-nine thousand is meant, write 69000"),
        ("20711.4", ""),
        ("69.04", ""),
        ("4271.125", ""),
    ],
)
@pytest.mark.parametrize("column", ["target", "milestone"])
def test_a_target_of_people_that_may_be_thousands_is_refused(copy_of_bundled, edit_cell, column, text, said):
    edit_cell(copy_of_bundled / "targets.csv", 2, column, text)
    if not said:
        assert load_programme(copy_of_bundled).targets[column].iloc[0] == float(text)
        return
    with pytest.raises(DataError) as caught:
        load_programme(copy_of_bundled)
    assert {(fault.row, fault.column, fault.value) for fault in caught.value.faults} == {(2, column, text)}
    assert caught.value.faults[0].problem == "has three decimals: it may be thousands"
    assert said in caught.value.faults[0].remedy


@pytest.mark.parametrize(
    ("code", "more", "refused"),
    [
        ("CO01", {}, True),
        ("R12b", {"unit": "Persone"}, True),
        ("R12b", {"unit": "Number"}, False),
        ("CR06", {"unit": "%"}, False),
        ("CO01", {"fund": "ERDF"}, False),
    ],
)
def test_which_targets_are_of_people(code, more, refused):
    rows = targets(("I", "8i", code, "1", "2014-12-31", 69.038), programme=CCI, source="ec").assign(**more)
    faults = find_faults("targets", rows)
    assert [(fault.column, fault.value) for fault in faults] == ([("target", "69.038")] if refused else [])
    assert find_faults("targets", rows, published_fractions=True) == []


def test_women_are_whole_too(copy_of_bundled, edit_cell):
    file = copy_of_bundled / "achievements.csv"
    edit_cell(file, 2, "value", "2000")
    edit_cell(file, 2, "women", "1.005")
    with pytest.raises(DataError, match=r"row 2, column women: '1\.005' is not a whole number.*write 1005"):
        load_programme(copy_of_bundled)


def test_a_decimal_comma_is_seen_as_well(copy_of_bundled, edit_cell, edit_descriptor):
    edit_descriptor(copy_of_bundled, "population", column="residents", decimalChar=",")
    edit_cell(copy_of_bundled / "population.csv", 2, "residents", "9,000")
    with pytest.raises(DataError, match="if nine thousand is meant, write 9000"):
        load_programme(copy_of_bundled)


def test_targets_measures_and_what_is_no_count_may_have_fractions():
    values = [
        ("I", "8i", "CO01", "2018-12-31", 1.5, {"fund": "ERDF", "indicator_type": "OERDF"}),
        ("I", "8i", "R12b", "2018-12-31", 0.25, {"indicator_type": "RESF"}),
        ("I", "8i", "CR06", "2018-12-31", 30.5, {"unit": "%"}),
        ("I", "8i", "CO01", "2018-12-31", 30.0),
    ]
    programme = small_programme(
        achievements=achievements(*values, programme=CCI, source="ec"),
        targets=targets(("I", "8i", "CO01", "1", "2015-12-31", 20_711.4), programme=CCI, source="ec"),
    )
    assert programme.achievements["value"].tolist() == [1.5, 0.25, 30.5, 30]


def test_fractions_the_portal_publishes_are_read_kept_and_read_again(tmp_path):
    records = indicator_records()
    cci = next(record["cci"] for record in records if record["fund"] == "ESF")
    changed = next(r for r in records if r["cci"] == cci and r["ind_code"].startswith("C") and r["implemented_value"])
    changed["implemented_value"] = "1.005"
    (tmp_path / "finance.csv").write_bytes(soda_csv(finance_records()))
    (tmp_path / "indicators.csv").write_bytes(soda_csv(records))
    folder = tmp_path / "programme"
    programme = import_cohesion_data(tmp_path / "finance.csv", tmp_path / "indicators.csv", cci, folder)
    assert 1.005 in programme.achievements["value"].tolist()
    assert json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["published_fractions"] is True
    assert 1.005 in load_programme(folder).achievements["value"].tolist()


def test_a_folder_with_whole_counts_says_nothing_of_fractions(bundled, tmp_path):
    save_programme(bundled, tmp_path / "programme")
    descriptor = json.loads((tmp_path / "programme" / "datapackage.json").read_text(encoding="utf-8"))
    assert "published_fractions" not in descriptor


def test_published_fractions_is_true_or_false(copy_of_bundled):
    file = copy_of_bundled / "datapackage.json"
    descriptor = json.loads(file.read_text(encoding="utf-8")) | {"published_fractions": "si"}
    file.write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(DataError, match="is neither true nor false"):
        load_programme(copy_of_bundled)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("CO1", "CO01"), ("CO001", "CO01"), ("C001", "CO01"), ("cr1", "CR01"), ("EECO1", "EECO01"), ("CO011", "CO11")],
)
def test_a_number_of_another_length_is_another_spelling(written, meant):
    assert misspelt("indicator_code", written)[1] == f"{written}: write {meant}"


@pytest.mark.parametrize("code", ["CO01", "CR09", "EECO19", "RCO22", "SO1_1", "R1", "CO100", "C1", "CO01.1"])
def test_other_codes_stay(code):
    assert misspelt("indicator_code", code) == ("", "")


def test_axes_stand_in_the_order_of_the_programme():
    axes = pd.Series(["IX", "V", "ALL", "X", "IV", "V"])
    assert axes_in_order(axes) == ["ALL", "IV", "V", "V", "IX", "X"]
    assert axes_in_order(pd.Series(["10", "2", "1 bis", "1"])) == ["1", "1 bis", "2", "10"]
    # in a list A ... K the letter I is no number
    assert axes_in_order(pd.Series(["I", "H", "A", "J"])) == ["A", "H", "I", "J"]


def axes_in_order(axes):
    return axes.iloc[axis_places(axes).argsort(kind="stable")].tolist()
