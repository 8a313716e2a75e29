"""Years that lack in the middle of a series, and payments that do not add up."""

import pandas as pd
import pytest

from porfse_analysis import schema
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.verdicts.checks import check_tables
from porfse_analysis.verdicts.yearly_checks import lacking_years

CCI = "2014XX05SFOP999"
AT = "2022-12-31"
KEY = ["programme", "axis", "fund", "investment_priority", "region_category", "indicator_type", "indicator_code"]


def achievements(*rows, source="ec"):
    """Rows of (priority, code, year-end or date, value) of axis 1."""
    frame = pd.DataFrame(rows, columns=["investment_priority", "indicator_code", "cutoff", "value"])
    frame["cutoff"] = [f"{day}-12-31" if len(day) == 4 else day for day in frame["cutoff"]]
    frame = frame.assign(axis="1", fund="ESF", region_category="Transition", indicator_type="OESF", source=source)
    return schema.conform("achievements", frame, programme=CCI)


def payments(*rows):
    columns = ["year", "fund", "planned_eu_eur", "net_prefinancing_eur", "net_interim_eur", "net_total_eur"]
    return schema.conform("eu_payments", pd.DataFrame(rows, columns=columns).assign(source="ec"), programme=CCI)


def found(check, **tables):
    findings = check_tables(tables, cutoff=AT)
    return findings[findings["check"] == check]


YEARS = [("8i", "CO01", year, 1.0) for year in ("2015", "2016", "2017", "2018")]


def test_a_year_that_lacks_in_the_middle_is_found():
    rows = [("8i", "CO03", year, 1.0) for year in ("2015", "2018")] + [("8ii", "CO05", "2018", 1.0)]
    findings = found("lacking_year", achievements=achievements(*YEARS, *rows))
    (row,) = findings.to_dict("records")
    assert (row["severity"], row["axis"], row["source"]) == ("warning", "1", "ec")
    assert row["figure"] == "8i CO03 OESF ESF Transition: 2016, 2017"
    assert (row["found"], row["expected"], row["cutoff"]) == (1, 3, pd.Timestamp("2017-12-31"))
    assert word_findings(findings, "en")["message"].tolist() == [
        "Source ec: 1 series of 3 has no row of a year between its first and its last: 8i CO03 OESF ESF Transition: "
        "2016, 2017. The sums of that year lack it; if the table was cut, download it again."
    ]
    assert word_findings(findings, "it")["message"].tolist() == [
        "Fonte ec: 1 serie su 3 non ha la riga di un anno fra il primo e l'ultimo: 8i CO03 OESF ESF Transition: "
        "2016, 2017. Manca alle somme di quell'anno; se la tabella è stata tagliata, scaricarla di nuovo."
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [*YEARS, ("8i", "CO03", "2016", 1.0), ("8i", "CO03", "2017", 1.0)],  # begins later, ends earlier
        [*YEARS, *(("8i", "CO03", year, None) for year in ("2016", "2017")), ("8i", "CO03", "2018", 1.0)],  # empty rows
        [("8i", "CO01", "2015", 1.0), ("8i", "CO01", "2018", 1.0)],  # no series of the source has these years
    ],
)
def test_what_is_no_gap(rows):
    assert found("lacking_year", achievements=achievements(*rows)).empty


def test_a_source_that_reports_at_other_days_is_not_yearly():
    rows = [("8i", "CO03", "2015", 1.0), ("8i", "CO03", "2018", 1.0), ("8i", "CO01", "2018-09-30", 1.0)]
    assert found("lacking_year", achievements=achievements(*YEARS, *rows)).empty
    assert len(found("lacking_year", achievements=achievements(*YEARS, *rows[:2]))) == 1


def test_only_the_first_ones_are_named():
    rows = [("8i", f"S{number}", year, 1.0) for number in range(7) for year in ("2015", "2017")]
    (row,) = found("lacking_year", achievements=achievements(*YEARS, *rows)).to_dict("records")
    assert (row["found"], row["expected"]) == (7, 8)
    assert row["figure"].split("; ")[0] == "8i S0 OESF ESF Transition: 2016"
    assert row["figure"].split("; ")[4:] == ["8i S4 OESF ESF Transition: 2016", "..."]


def test_payments_lack_a_year_too():
    rows = [(year, "ESF", 100.0, 1.0, 2.0, 3.0) for year in (2015, 2016, 2017)]
    gap = [(year, "YEI Specific Allocation", 10.0, 1.0, 0.0, 1.0) for year in (2015, 2017)]
    (row,) = found("lacking_year", eu_payments=payments(*rows, *gap)).to_dict("records")
    assert (row["axis"], row["figure"]) == ("ALL", "YEI Specific Allocation: 2016")
    assert (row["found"], row["expected"]) == (1, 2)


def test_payments_that_do_not_add_up_are_an_error():
    # to the cent: 10.10 + 20.20 = 30.30; a cent more is rounding, two are not
    rows = [
        (2016, "ESF", 100.0, 10.1, 20.2, 30.3),
        (2017, "ESF", 100.0, 10.1, 20.2, 30.31),
        (2018, "ESF", 100.0, 10.1, 20.2, 30.32),
        (2019, "ESF", 100.0, None, 20.2, 30.32),
    ]
    findings = found("payments_sum", eu_payments=payments(*rows))
    (row,) = findings.to_dict("records")
    assert (row["severity"], row["axis"], row["figure"], row["cutoff"]) == (
        *("error", "ALL", "ESF", pd.Timestamp("2018-12-31")),
    )
    assert (round(row["expected"], 2), row["found"]) == (30.3, 30.32)
    assert word_findings(findings, "en")["message"].tolist() == [
        "EU payments, ESF, source ec: the total is €30.32, pre-financing and interim payments add up to €30.30. "
        "Check the three figures at their source."
    ]


def test_what_is_of_a_later_year_is_not_looked_at():
    assert found("payments_sum", eu_payments=payments((2023, "ESF", 100.0, 1.0, 1.0, 9.0))).empty


def test_the_whole_table_of_the_portal(portal):
    """16 of its 38,695 series lack a year; in 6 the last row is an empty one of 2021, which was not reported."""
    _, _, indicators, tables = portal
    own = indicators[indicators["fund"].isin(["ERDF", "ESF", "YEI", "CF"]) & ~indicators["is_division"]]
    years = own[[*KEY, "year"]].drop_duplicates().groupby(KEY, observed=True)["year"].agg(["min", "max", "size"])
    assert (len(years), int((years["max"] - years["min"] + 1 > years["size"]).sum())) == (38_695, 16)
    findings = pd.DataFrame(lacking_years(tables["achievements"], schema.empty("eu_payments")))
    findings = findings.set_index(["programme", "axis"])
    assert findings["found"].sum() == 10
    assert findings["found"].to_dict() == {
        ("2014ES05M9OP001", "1A"): 3,
        ("2014ES05SFOP016", "3D"): 1,
        ("2014FR16M0OP008", "5"): 1,
        ("2014GR16M2OP002", "ΑΞ09Β"): 1,
        ("2014GR16M2OP007", "10"): 1,
        ("2014GR16M2OP009", "5"): 1,
        ("2014IT05SFOP002", "1"): 1,
        ("2014IT05SFOP013", "2"): 1,
    }
    marche = findings.loc[("2014IT05SFOP002", "1")]
    assert (marche["figure"], marche["expected"]) == ("8i CO02 OESF ESF More developed: 2018, 2019", 103)


def test_a_cut_table_shows(portal):
    """Every third row of one programme left out, as its rows stand in the table."""
    *_, tables = portal
    veneto = tables["achievements"][tables["achievements"]["programme"] == "2014IT05SFOP012"]
    assert not list(lacking_years(veneto, schema.empty("eu_payments")))
    cut = veneto[[place % 3 != 1 for place in range(len(veneto))]]
    found = pd.DataFrame(lacking_years(cut, schema.empty("eu_payments")))
    years = {}
    for *series, day in cut[[*KEY, "cutoff"]].itertuples(index=False):
        years.setdefault(tuple(series), set()).add(day.year)
    short = [series for series, seen in years.items() if max(seen) - min(seen) + 1 > len(seen)]
    assert found["found"].sum() == len(short) == 174
