"""Copies of the Commission's tables that R, Python or a spreadsheet have written anew: refused once per cause."""

import io

import cohesion_samples as samples
import numpy as np
import pytest

from porfse_analysis.errors import DataError
from porfse_analysis.loaders.cohesion.dates import cure, read_dates
from porfse_analysis.loaders.cohesion_data import read_finance, read_indicators

MOVED = "is an instant of a day, not a day: a copy made in another time zone, most likely midnight of a clock"


def problems_of(*texts):
    found = {}
    dates = read_dates(texts, found)
    assert all(np.isnat(dates[place]) for place in found)
    return [found.get(place, "") for place in range(len(texts))]


@pytest.mark.parametrize(
    ("texts", "clock"),
    [
        (["2018-12-30T23:00:00Z"], "1 hour ahead of UTC (Italy in winter and in summer)"),
        (
            ["2018-12-30T23:00:00Z", "2022-06-29T22:00:00Z"],
            "1 hour ahead of or 2 hours ahead of UTC (Italy in winter and in summer)",
        ),
        (["2018-12-30 23:00:00"], "1 hour ahead of UTC (Italy in winter and in summer)"),
        (["2018-12-30T23:00:00.000"], "1 hour ahead of UTC (Italy in winter and in summer)"),
        (["2018-12-31T05:00:00Z"], "5 hours behind UTC"),
        (["2018-12-30T18:30:00.000Z"], "5:30 hours ahead of UTC"),
    ],
)
def test_a_day_that_went_through_a_time_zone(texts, clock):
    said = f"{MOVED} {clock}, so that its day is lost"
    assert problems_of(*texts) == [said] * len(texts)
    assert cure(said) == (
        "Use the file as the portal gives it; in R keep the day, as.Date(x, tz = ...) with the time zone the table was "
        "read in"
    )


@pytest.mark.parametrize("text", ["2018-12-31T00:00:00Z", "2018-12-31T00:00:00.000Z", "2018-12-31T01:00:00+01:00"])
def test_midnight_of_a_time_zone_is_no_day_either(text):
    assert problems_of(text, "2018-12-31") == ["is not a date of the portal, but midnight of a time zone", ""]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["31/12/2018", "05/06/2018"], "the day first"),
        (["12/31/2018", "6/5/18"], "the month first"),
        (["05/06/2018"], "and which number is the day cannot be told"),
        (["31.12.2018"], "the day first"),
    ],
)
def test_a_date_of_a_spreadsheet(texts, order):
    said = f"is not a date of the portal, but one as a spreadsheet writes it, {order}"
    assert problems_of(*texts) == [said] * len(texts)
    assert cure(said).startswith("Use the file as the portal gives it: the spreadsheet may have changed codes")


def copied(column, change, records):
    return [record | {column: change(record[column])} for record in records]


def refused(read, content):
    with pytest.raises(DataError) as caught:
        read(io.BytesIO(content))
    return caught.value


def test_a_table_of_r_is_refused_in_one_line_a_cause():
    records = copied("reference_date", lambda day: "2018-12-30T23:00:00Z" if day else "NA", samples.finance_records())
    without = sum(record["reference_date"] == "NA" for record in records)
    error = refused(read_finance, samples.soda_csv(records))
    assert len(error.faults) == len(records)
    lines = str(error).splitlines()
    assert lines[1].startswith(f"  {len(records) - without} cells of reference_date: '2018-12-30T23:00:00Z' {MOVED} 1 ")
    assert lines[2].startswith(
        "  row 25, column reference_date: 'NA' is not a date of the portal, but an empty cell as another program "
        'writes it. Use the file as the portal gives it, or leave the cell empty (in R: write.csv(x, na = ""))'
    )
    # records of JSON have no rows: the first one is named
    error = refused(read_finance, samples.soda_json(records))
    assert len(str(error).splitlines()) <= 4
    assert f"  {len(records) - without} rows: column reference_date: '2018-12-30T23:00:00Z' {MOVED} 1" in str(error)


def test_empty_cells_of_r_in_numbers():
    records = copied("implemented_value", lambda text: text or "NA", samples.indicator_records())
    missing = sum(record["implemented_value"] == "NA" for record in records)
    error = refused(read_indicators, samples.soda_csv(records))
    assert len(error.faults) == missing
    assert f"{missing} cells of implemented_value: 'NA' is not a number, but an empty cell as another" in str(error)


def test_a_column_that_is_new_is_passed_over():
    records = [record | {"latest_period": "Y"} for record in samples.finance_records()]
    assert len(read_finance(io.BytesIO(samples.soda_csv(records)))) == len(records)
