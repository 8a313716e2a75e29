"""Where axes do not add up to their total a line under the table says so, and why; the newest position of a key."""

import pandas as pd
import pytest
from frames import finance, small_programme

import porfse_analysis as pf
from porfse_analysis.display.programme_report import money
from porfse_analysis.indicators import positions

DATE = "2018-09-30"
MILLION = 1_000_000.0


def notes(programme, cutoff, lang):
    report = pf.open_report(programme, cutoff=cutoff, lang=lang)
    return money.endowment(report).notes, money.progress_by_axis(report).notes


def test_the_sheet_of_lombardia():
    """358 + 227.1 + 332.5 + 20 + 32 = 969.6 against 970.47; 216 + 162 + 220 + 15 = 613 against 614, without axis V."""
    below, by_axis = notes(pf.load_programme(), DATE, "en")
    allocation = (
        "Allocation, million euro: the axes add up to 969.60, the published total is 970.47; more than rounding, a "
        "figure is truncated. With fewer decimals than the total: Axis V."
    )
    assert below == [allocation]
    assert by_axis[1:3] == [
        allocation,
        "Activated resources, million euro: the axes add up to 613, the published total is 614; the difference is "
        "within rounding. Without an amount, and not in the sum: Axis V.",
    ]
    below, by_axis = notes(pf.load_programme(), DATE, "it")
    assert "gli assi sommano a 969,60, il totale pubblicato è 970,47" in below[0]
    assert by_axis[2].endswith("la differenza è entro gli arrotondamenti. Senza importo, e fuori dalla somma: Asse V.")


def test_it_is_of_the_figures_shown_and_of_no_other_date():
    """At the end of 2018 the plan is the Commission's, whose axes add up; activated are still those of the sheet."""
    below, by_axis = notes(pf.load_programme(), "2018-12-31", "en")
    assert list(below) == []
    assert [note.partition(",")[0] for note in by_axis if "add up to" in note] == ["Activated resources"]
    below, by_axis = notes(pf.load_programme(), "2017-12-31", "en")
    assert not [note for note in [*below, *by_axis] if "add up to" in note]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (30.0, None),
        (31.0, "the axes add up to 41.00, the published total is 40.00; neither rounding nor truncation explains it."),
        (
            None,
            "the published axes add up to 10.00, the published total is 40.00. Without an amount, and not",
        ),
    ],
)
def test_what_the_axes_sum_to_is_set_against_the_total(second, said):
    rows = [(axis, DATE, "allocation", 100 * MILLION) for axis in "12"]
    rows += [("1", DATE, "declared", 10 * MILLION), ("ALL", DATE, "declared", 40 * MILLION)]
    rows += [("2", DATE, "declared", second * MILLION)] if second else []
    table = finance(*rows, source="ec").assign(precision=10_000.0)
    _, by_axis = notes(small_programme(finance=table, sources=("ec",)), DATE, "en")
    found = [note for note in by_axis if "add up" in note]
    assert [note for note in found if note.startswith("Declared expenditure, million euro: ")] == found
    assert found == [] if said is None else said in found[0]
    assert second is not None or found[0].endswith("Axis 2.")


@pytest.mark.parametrize("constant", [["fund"], ["fund", "axis"], []])
def test_the_newest_of_many_rows_is_that_of_few(constant):
    """Keys that are the same in every row are not looked at; which row is the newest of each key stays the same."""
    count = 3 * positions._MANY
    keys = ["fund", "axis", "code"]
    rows = pd.DataFrame({"position": pd.Timestamp("2018-12-31"), "rank": 0, "row": range(count)}, index=range(count))
    for name, many in zip(keys, (2, 3, count // 3), strict=True):
        values = ["x"] * (count - 1) + ["y"] if name not in constant else ["x"] * count
        rows[name] = pd.Series(values if name != "code" else [str(row % many) for row in range(count)], dtype="str")
    rows.loc[rows["row"] >= count // 3, "position"] = pd.Timestamp("2017-12-31")
    found = positions.newest(rows, keys)
    last = rows.sort_values("position", ascending=False, kind="stable").drop_duplicates(keys)
    assert found["row"].tolist() == last["row"].tolist()
    assert len(found) == count // 3 + (len(constant) < 2)


def test_many_rows_of_one_key_have_one_newest():
    count = 2 * positions._MANY
    days = pd.date_range("1950-01-01", periods=count)
    rows = pd.DataFrame({"position": days, "rank": 0, "axis": pd.Series("I", index=range(count), dtype="str")})
    assert positions.newest(rows, ["axis"])["position"].tolist() == [days[-1]]
