"""The first sentences of a page: every number in them worked out again from the tables of the folder."""

import pandas as pd
import pytest
from frames import CCI, finance

from porfse_analysis import open_report, resources
from porfse_analysis.display.programme_report.lead import first_sentences
from porfse_analysis.programme import make_programme


@pytest.fixture(scope="module")
def table():
    """The rows of the Commission's table, as plain text gives them."""
    rows = pd.read_csv(resources.bundled() / "finance.csv", dtype={"axis": str})
    return rows[rows["source"] == "ec-99js-gm52"]


def comma(number, digits):
    return f"{number:.{digits}f}".replace(".", ",")


@pytest.mark.parametrize(
    ("cutoff", "before"),
    [
        ("2016-12-31", "2015-12-31"),
        ("2019-12-31", "2018-12-31"),
        ("2021-12-31", "2020-12-31"),
        ("2022-06-30", "2021-12-31"),
    ],
)
def test_every_number_is_that_of_the_table(table, bundled, cutoff, before):
    said = first_sentences(open_report(bundled, cutoff=cutoff, lang="it"))
    sums = table.groupby(["cutoff", "stage"])["amount_eur"].sum()
    rates = {
        (day, stage): 100 * sums[day, stage] / sums[day, "allocation"]
        for day in (cutoff, before)
        for stage in ("declared", "selected")
    }
    day, earlier = ("/".join(reversed(text.split("-"))) for text in (cutoff, before))
    declared = sums[cutoff, "declared"]
    assert said[0].startswith(
        f"Spesa dichiarata al {day}: {comma(declared / 1e6, 2)} Mln € "
        f"({comma(rates[cutoff, 'declared'], 1)}% della dotazione)"
    )
    moved = {
        stage: f"+{comma((sums[cutoff, stage] - sums[before, stage]) / 1e6, 2)} Mln € "
        f"(+{comma(rates[cutoff, stage] - rates[before, stage], 1)} punti)"
        for stage in ("declared", "selected")
    }
    assert said[1] == (
        f"Fra il {earlier} e il {day}: spesa dichiarata {moved['declared']} e costo ammesso {moved['selected']}."
    )
    axes = table[(table["cutoff"] == cutoff) & (table["axis"] != "V")].pivot_table(
        index="axis", columns="stage", values="amount_eur", aggfunc="sum"
    )
    by_axis = (100 * axes["declared"] / axes["allocation"]).sort_values()
    assert said[2].startswith(f"Spesa dichiarata sulla dotazione, per asse al {day} e senza assistenza tecnica")
    first, last = by_axis.index[-1], by_axis.index[0]
    assert f"il tasso più alto è di {first} · " in said[2]
    assert f"({comma(by_axis[first], 1)}%), il più basso di {last} · " in said[2]
    assert said[2].endswith(f"({comma(by_axis[last], 1)}%).")


def test_at_the_date_of_the_sheet(bundled):
    """What is of the date comes first; what moved is not made up where nothing can be compared."""
    assert first_sentences(open_report(bundled, cutoff="2018-09-30", lang="en")) == [
        "Certified expenditure at 30/09/2018: €144 million (14.8% of the allocation); declared expenditure: last "
        "figure €146.87 million, at 31/12/2017 (15.1% of the allocation then in force).",
        "Activated resources over the allocation, by axis at 30/09/2018 and without technical assistance: the highest "
        "rate is that of IV · Institutional and administrative capacity (75.0%), the lowest that of I · Employment "
        "(60.3%).",
        "Targets reached: 2 of 19 with a ratio that can be computed, at 31/12/2017.",
        "Without a figure of the whole programme at 30/09/2018: selected cost (latest figure: 31/12/2017).",
    ]


def test_what_is_told_of_a_small_programme():
    """Payments stand for spending where nothing is declared; a bound and a part have no place in an order of axes."""
    money = finance(
        *((axis, "2018-12-31", "allocation", 100e6) for axis in ("I", "II", "III")),
        ("I", "2018-12-31", "paid", 40e6),
        ("II", "2018-12-31", "paid", 40e6),
        ("III", "2018-12-31", "paid", 90e6, {"qualifier": "more_than"}),
        ("I", "2018-12-31", "committed", 50e6),
        ("II", "2018-12-31", "committed", 60e6),
        ("III", "2018-12-31", "committed", 70e6),
    )
    tables = {
        "axes": pd.DataFrame({"axis": ["I", "II", "III"], "technical_assistance": False, "title_en": ["a", "b", "c"]}),
        "sources": pd.DataFrame({"source": ["s"], "title_it": ["s"]}),
        "finance": money,
    }
    said = first_sentences(open_report(make_programme(CCI, {"it": "x"}, tables), cutoff="2018-12-31", lang="en"))
    assert said[0] == (
        "Commitments at 31/12/2018: €180.00 million (60.0% of the allocation); "
        "payments at 31/12/2018: at least €170.00 million (at least 56.7% of the allocation)."
    )
    assert said[1] == (
        "Commitments over the allocation, by axis at 31/12/2018: the highest rate is that of III · c (70.0%), the "
        "lowest that of I · a (50.0%)."
    )


def test_no_axis_leads_where_one_with_money_has_no_figure():
    """Paid is known of I and II alone: III could be above or below; committed is known of all."""
    tables = {
        "axes": pd.DataFrame({"axis": ["I", "II", "III"], "technical_assistance": False, "title_en": ["a", "b", "c"]}),
        "sources": pd.DataFrame({"source": ["s"], "title_it": ["s"]}),
        "finance": finance(
            *((axis, "2018-12-31", "allocation", 100e6) for axis in ("I", "II", "III")),
            *(("I", "2018-12-31", "paid", 40e6), ("II", "2018-12-31", "paid", 20e6)),
        ),
    }
    said = first_sentences(open_report(make_programme(CCI, {"it": "x"}, tables), cutoff="2018-12-31", lang="en"))
    assert not [sentence for sentence in said if "highest" in sentence]
    more = finance(*((axis, "2018-12-31", "committed", m * 1e6) for axis, m in (("I", 50), ("II", 60), ("III", 70))))
    tables["finance"] = pd.concat([tables["finance"], more], ignore_index=True)
    said = first_sentences(open_report(make_programme(CCI, {"it": "x"}, tables), cutoff="2018-12-31", lang="en"))
    (sentence,) = [sentence for sentence in said if "highest" in sentence]
    assert sentence.startswith("Commitments over the allocation")
