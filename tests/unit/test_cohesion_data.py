"""The Commission's open data: reading every form it is met in, and the programmes made of it."""

import gzip
import io
import json
import logging
import subprocess
import sys
from decimal import Decimal

import cohesion_samples as samples
import pandas as pd
import pytest

from porfse_analysis import schema
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders.cohesion import source as cohesion_source
from porfse_analysis.loaders.cohesion.checks import group_ids
from porfse_analysis.loaders.cohesion_data import (
    import_cohesion_data,
    programme_from_cohesion_data,
    programmes_in,
    read_finance,
    read_indicators,
    read_planned,
    tables_from_cohesion_data,
)
from porfse_analysis.loaders.folder import load_programme

LOMBARDIA = "2014IT05SFOP007"


@pytest.fixture(scope="module")
def finance():
    return read_finance(io.BytesIO(samples.soda_csv(samples.finance_records())))


@pytest.fixture(scope="module")
def indicators():
    return read_indicators(io.BytesIO(samples.soda_csv(samples.indicator_records())))


def lombardia_rows():
    return [row for row in samples.PUBLISHED if row[0] == LOMBARDIA]


def amounts(programme, cutoff, stage):
    rows = programme.finance
    rows = rows[(rows["cutoff"] == cutoff) & (rows["stage"] == stage)]
    return dict(zip(rows["axis"], rows["amount_eur"], strict=True))


# --- the forms ---


def forms(folder):
    records = samples.finance_records(lombardia_rows())
    export = samples.export_csv(records, samples.FINANCE_LABELS)
    soda = samples.soda_csv(records)
    answer = samples.soda_json(records)
    grouped = samples.export_csv(records, samples.FINANCE_LABELS, thousands=True)
    return {
        "export": samples.written(folder, "export.csv", export),
        "export with commas": samples.written(folder, "grouped.csv", grouped),
        "export packed, named otherwise": samples.written(folder, "x.dat", export, packed=True),
        "soda csv": str(samples.written(folder, "soda.csv", soda)),
        "soda csv packed": samples.written(folder, "soda.csv.gz", soda, packed=True),
        "soda json": samples.written(folder, "soda.json", answer),
        "soda json packed": samples.written(folder, "soda.json.gz", answer, packed=True),
        "byte order mark": samples.written(folder, "bom.csv", b"\xef\xbb\xbf" + export),
        "byte order mark, json": samples.written(folder, "bom.json", b"\xef\xbb\xbf" + answer),
        "windows line ends": samples.written(folder, "crlf.csv", soda.replace(b"\n", b"\r\n")),
        "no last line end": samples.written(folder, "end.csv", soda.rstrip(b"\n")),
        "blank lines": samples.written(folder, "blank.csv", soda.replace(b"\n", b"\n \n\n")),
        "open binary": io.BytesIO(soda),
        "open binary, packed": io.BytesIO(gzip.compress(soda)),
        "open text": io.StringIO(export.decode()),
        "open json": io.StringIO(answer.decode()),
    }


def test_every_form_gives_the_same_frame(tmp_path):
    read = {name: read_finance(source) for name, source in forms(tmp_path).items()}
    first = read["soda csv"]
    assert len(first) == 10
    row = first.iloc[3]
    assert row["axis"] == "IV"
    assert row["thematic_objective"] == "11"
    assert row["title"] == "Lombardia - ESF"
    assert row["plan_version"] == "4"
    assert row["measure"] == row["focus_area"] == ""
    assert row["allocation_eur"] == 20_000_000
    assert row["eu_amount_eur"] == 10_000_000
    assert row["selected_eur"] == 8_669_559.96
    assert row["declared_eur"] == 1_503_484.64
    assert row["data_date"] == pd.Timestamp("2018-12-31")
    assert first["year"].tolist() == [2018] * 5 + [2022] * 5
    for name, frame in read.items():
        pd.testing.assert_frame_equal(
            frame.astype({c: "str" for c in frame if frame[c].dtype == "category"}),
            first.astype({c: "str" for c in first if first[c].dtype == "category"}),
            obj=name,
        )


def test_objectives_are_two_digits_in_every_form(tmp_path):
    for source in forms(tmp_path).values():
        assert read_finance(source)["thematic_objective"].tolist()[:5] == ["08", "09", "10", "11", "TA"]


def test_columns_of_the_readers(finance, indicators):
    assert " ".join(finance) == (
        "programme title ms fund axis thematic_objective objective_title region_category measure "
        "focus_area year plan_version allocation_eur eu_amount_eur selected_eur declared_eur "
        "data_date reported_in"
    )
    assert " ".join(indicators) == (
        "programme title ms fund axis investment_priority region_category indicator_type "
        "indicator_code indicator_name thematic_objective measure focus_area year plan_version "
        "target value unit reported_in is_division"
    )


def test_axis_labels_stay_as_they_are_written(finance):
    labels = set(finance["axis"])
    assert {"1", "1 bis", "02", "02Σ", "ПО2", "IX", "1D"} <= labels
    odd = samples.finance_records(lombardia_rows()[:4])
    for record, label in zip(odd, ("1", "01", "1.", " 1 "), strict=True):
        record["priority"] = label
        record["category_of_region"] = label  # so that no key is there twice
    assert read_finance(io.BytesIO(samples.soda_csv(odd)))["axis"].tolist() == ["1", "01", "1.", "1"]


def test_void_and_empty_are_the_same(finance):
    assert finance.loc[finance["fund"] == "YEI", "region_category"].tolist() == [""]
    spain = finance[finance["programme"] == "2014ES05M9OP001"]
    assert spain["thematic_objective"].tolist() == [""]
    assert spain["objective_title"].tolist() == [""]


def test_planned_table_in_its_forms():
    records = samples.planned_records()
    for content in (
        samples.export_csv(records, samples.PLANNED_LABELS),
        samples.soda_csv(records),
        samples.soda_json(records),
    ):
        plan = read_planned(io.BytesIO(content))
        assert plan["thematic_objective"].tolist() == ["08", "TA"]
        assert plan["axis"].tolist() == ["I", ""]
        assert plan["plan_version"].tolist() == ["7", "9"]
        assert plan["allocation_eur"].tolist() == [236_700_000.0, 1_000_000.25]
        assert "year" not in plan


def test_indicators_in_their_forms(indicators):
    records = samples.indicator_records()
    for content in (samples.soda_csv(records), samples.soda_json(records)):
        frame = read_indicators(io.BytesIO(content))
        assert frame["value"].notna().sum() == 11
        assert frame["target"].notna().sum() == 10
        assert frame["indicator_name"].iat[0] == "Name of the indicator"
        both = frame[(frame["programme"] == "2014IT05M9OP001") & (frame["year"] == 2018)]
        assert dict(zip(both["indicator_type"], both["value"], strict=True)) == {
            "RESF": 165_190,
            "RYEI": 62_571,
        }
        assert both["region_category"].tolist() == ["", ""]


def test_json_without_a_single_value_is_still_the_table():
    records = samples.indicator_records()[3:4]  # a year that is not reported yet
    frame = read_indicators(io.BytesIO(samples.soda_json(records)))
    assert frame["value"].isna().all()
    assert frame["target"].tolist() == [131_480.0]


def test_json_numbers_need_no_quotes():
    records = samples.finance_records(lombardia_rows()[:1])
    records[0] |= {"year": 2018, "total_amount": 358000000, "total_eligible_cost": 133615344.12}
    frame = read_finance(io.StringIO(json.dumps(records)))
    assert frame["selected_eur"].tolist() == [133_615_344.12]


def test_unknown_columns_are_passed_over_and_order_does_not_matter():
    records = [{"new": "?", **dict(reversed(list(r.items())))} for r in samples.finance_records()]
    assert len(read_finance(io.BytesIO(samples.soda_csv(records)))) == len(samples.PUBLISHED)


def test_the_table_without_dates_and_measures_is_read():
    gone = ("reference_date", "ir_last_version", "eafrd_measure", "eafrd_fa", "to_long", "ms")
    records = samples.finance_records(lombardia_rows())
    kept = [{k: v for k, v in record.items() if k not in gone} for record in records]
    frame = read_finance(io.BytesIO(samples.soda_csv(kept)))
    assert frame["data_date"].isna().all()
    dates = tables_from_cohesion_data(frame)["finance"]["cutoff"].drop_duplicates()
    assert dates.dt.strftime("%Y-%m-%d").tolist() == ["2018-12-31", "2022-12-31"]


def test_a_table_longer_than_one_block_is_read_whole():
    # more than a megabyte, so that quotes and rows lie across the blocks the file is read in
    row = samples.indicator_records()[0]
    long = [row | {"ind_code": f"X{i}", "indicator_long_name": "à, b\n" * 40} for i in range(9000)]
    frame = read_indicators(io.BytesIO(samples.soda_csv(long)))
    assert frame["indicator_code"].tolist() == [f"X{i}" for i in range(9000)]


@pytest.mark.parametrize("block", [1, 2, 7, 64])
def test_no_form_depends_on_where_blocks_end(block, tmp_path, monkeypatch):
    monkeypatch.setattr(cohesion_source, "_BLOCK", block)
    monkeypatch.setattr(cohesion_source, "_ROWS", 3)
    for source in forms(tmp_path).values():
        frame = read_finance(source)
        assert frame["declared_eur"].tolist()[-1] == 23_784_290.43
        assert len(frame) == 10


# --- what is refused ---


def refused(read, content, **also):
    with pytest.raises(DataError) as caught:
        read(io.BytesIO(content) if isinstance(content, bytes) else content)
    for name, value in also.items():
        assert getattr(caught.value.faults[0], name) == value
    return str(caught.value)


def changed(column, text, row=0):
    records = samples.finance_records(lombardia_rows())
    records[row][column] = text
    return samples.soda_csv(records)


WHOLE = {
    read_finance: lambda: samples.soda_csv(samples.finance_records()),
    read_planned: lambda: samples.soda_csv(samples.planned_records()),
    read_indicators: lambda: samples.soda_csv(samples.indicator_records()),
}


@pytest.mark.parametrize("read", WHOLE)
@pytest.mark.parametrize("given", WHOLE)
def test_another_table_is_recognised(read, given):
    if read is given:
        assert len(read(io.BytesIO(WHOLE[given]())))
        return
    message = refused(read, WHOLE[given]())
    names = {read_finance: "99js-gm52", read_planned: "e4v6-qrrq", read_indicators: "2q3n-nr7n"}
    assert f"({names[given]}), not" in message
    assert f"Download table {names[read]}" in message


def test_another_table_is_recognised_in_json():
    message = refused(read_finance, samples.soda_json(samples.planned_records()))
    assert 'is the table "finances planned" (e4v6-qrrq)' in message


def test_a_missing_column_is_named_with_what_was_found():
    records = [
        {k.replace("total_eligible_cost", "total_cost"): v for k, v in record.items()}
        for record in samples.finance_records()
    ]
    message = refused(read_finance, samples.soda_csv(records))
    assert "column selected_eur is missing" in message
    assert "total_eligible_cost or total_eligible_cost_decided_selected" in message
    assert "Is it 'total_cost'?" in message
    assert message.count("Found: 'ms', 'ms_name', 'cci'") == 1
    assert message.endswith("'eafrd_measure' and 12 more")


def test_a_table_of_something_else():
    message = refused(read_finance, b"a,b\n1,2\n")
    assert 'is not the table "finance implementation" (99js-gm52), nor another one that is known' in message
    assert "Is it" not in message
    assert message.endswith("Its header: 'a', 'b'")


def test_two_columns_that_mean_the_same():
    records = [{**record, "Total Amount": "1"} for record in samples.finance_records()]
    message = refused(read_finance, samples.soda_csv(records))
    assert "'total_amount' and 'Total Amount' are both allocation_eur" in message


def test_a_web_page():
    page = b"\n<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>"
    message = refused(read_finance, page)
    assert "is a web page, not a table" in message
    assert "502 Bad Gateway" in message or "DOCTYPE" in message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": True, "message": "Invalid SoQL query"}, "Invalid SoQL query"),
        ({"code": "dataset.missing", "message": "Not found"}, "Not found [dataset.missing]"),
        ({"error": "too many requests"}, "too many requests"),
    ],
)
def test_an_error_of_the_portal(answer, said):
    message = refused(read_finance, json.dumps(answer).encode())
    assert f"is an error of the portal, not a table: {said}" in message


def test_other_json():
    assert "is one JSON object, not a list of rows; its keys: meta, data" in refused(
        read_finance, b'{"meta": {}, "data": []}'
    )
    assert "has no rows" in refused(read_finance, b"[]")
    assert "is not an object (record 2)" in refused(read_finance, b'[{"a": "1"}, 2]')
    assert "key 'a' holds no plain value (record 1)" in refused(read_finance, b'[{"a": [1]}]')


def test_a_truncated_json():
    content = samples.soda_json(samples.finance_records())
    for cut in (len(content) // 2, len(content) - 1):
        message = refused(read_finance, content[:cut])
        assert "is not JSON" in message
    assert "the download was cut short" in message


def test_json_that_is_damaged():
    content = samples.soda_json(samples.finance_records())
    latin = content.decode().replace("Mayotte", "Réunion").replace("ПО", "").replace("Σ", "").encode("cp1252")
    assert "is not UTF-8 text" in refused(read_finance, latin)
    # so long that the beginning can be unpacked
    packed = gzip.compress(samples.soda_json(samples.finance_records() * 40), 0)
    assert "ends in the middle of its gzip data" in refused(read_finance, packed[: len(packed) // 2])


def test_a_truncated_gzip(tmp_path):
    packed = gzip.compress(samples.soda_csv(samples.finance_records()))
    path = samples.written(tmp_path, "cut.csv.gz", packed[: len(packed) - 200])
    message = refused(read_finance, path)
    assert str(path) in message
    assert "ends in the middle of its gzip data. Download it again" in message


def test_a_long_truncated_gzip():
    row = samples.indicator_records()[0]
    long = [row | {"ind_code": f"X{i}", "indicator_long_name": "b" * 300} for i in range(9000)]
    packed = gzip.compress(samples.soda_csv(long), 0)
    assert "ends in the middle" in refused(read_indicators, packed[: len(packed) // 2])


def test_a_damaged_gzip():
    packed = bytearray(gzip.compress(samples.soda_csv(samples.finance_records())))
    packed[60:80] = bytes(20)
    assert "cannot be unpacked" in refused(read_finance, bytes(packed))


def test_truncated_csv():
    content = samples.soda_csv(samples.finance_records())
    inside_a_cell = content[: content.rindex(b"T00:00") + 3]
    assert "ends inside a quoted cell. Download it again" in refused(read_finance, inside_a_cell)
    inside_a_row = content[: content.rindex(b'"2016"') + len(b'"2016",')]
    message = refused(read_finance, inside_a_row, row=len(samples.PUBLISHED) + 1)
    assert "has 20 cells where the header has 24" in message
    assert "the download was cut short" in message


def test_rows_of_another_length_are_named():
    lines = samples.soda_csv(samples.finance_records()).splitlines(keepends=True)
    short, long = lines[3].replace(b'"VOID",', b"", 1), lines[5].replace(b"\n", b",1\n")
    both = b"".join([*lines[:3], short, lines[4], long, *lines[6:]])
    message = refused(read_finance, both, row=4)
    assert "has 23 cells where the header has 24" in message
    # pandas itself would read on
    late = b"".join([lines[0], b"  \n", b"\n", *lines[1:5], long, *lines[6:]])
    assert "has 25 cells where the header has 24" in refused(read_finance, late, row=8)


def test_the_row_is_counted_in_lines_of_the_file():
    records = samples.indicator_records()  # each name holds a line break
    records[2]["implemented_value"] = "about 7"
    message = refused(read_indicators, samples.soda_csv(records), row=6, column="implemented_value", value="about 7")
    assert "is not a number" in message


def test_json_records_are_counted():
    records = samples.finance_records(lombardia_rows())
    records[2]["total_amount"] = "332.500.000,0O"
    message = refused(read_finance, samples.soda_json(records), value="332.500.000,0O")
    assert "is not a number (record 3)" in message


def test_empty_files():
    assert "is empty" in refused(read_finance, b"")
    assert "is empty" in refused(read_finance, b"\xef\xbb\xbf \n")
    assert "is empty" in refused(read_finance, gzip.compress(b""))
    header = samples.soda_csv(samples.finance_records()).splitlines(keepends=True)[0]
    assert "has a header and no rows" in refused(read_finance, header)


def test_files_that_are_none(tmp_path):
    assert "is not there" in refused(read_finance, tmp_path / "none.csv")
    assert "is a folder, not a file" in refused(read_finance, tmp_path)


def test_other_kinds_of_file():
    assert "is a workbook or a zip archive" in refused(read_finance, b"PK\x03\x04rest")
    utf16 = samples.soda_csv(samples.finance_records()).decode().encode("utf-16")
    assert "is not UTF-8 text" in refused(read_finance, utf16)
    semicolons = samples.soda_csv(samples.finance_records()).replace(b'","', b'";"')
    assert "is separated by semicolons, not by commas" in refused(read_finance, semicolons)


def test_text_that_is_not_utf8():
    content = changed("title", "Valle d'Aosta à", 2).decode().encode("cp1252")
    message = refused(read_finance, content, row=4)
    assert "is not UTF-8 text" in message
    assert "Aosta à" in message


@pytest.mark.parametrize("text", ["1.234,56", "n/a", "1e6", "12 000", "1,23", "--5", "NaN", "12,3456"])
def test_what_is_not_a_number(text):
    content = changed("total_eligible_cost", text, 4)
    message = refused(read_finance, content, row=6, column="total_eligible_cost", value=text)
    assert "is not a number" in message


def test_every_fault_is_told():
    records = samples.finance_records(lombardia_rows())
    records[0]["total_amount"] = records[1]["total_amount"] = "?"
    records[2]["year"] = "MMXVIII"
    records[3]["cci"] = ""
    records[4]["reference_date"] = "31/12/2018"
    with pytest.raises(DataError) as caught:
        read_finance(io.BytesIO(samples.soda_csv(records)))
    told = {(fault.row, fault.column): fault.problem for fault in caught.value.faults}
    assert told[2, "total_amount"] == told[3, "total_amount"] == "is not a number"
    assert told[4, "year"] == "is not a year"
    assert told[5, "cci"] == "is empty"
    assert told[6, "reference_date"].startswith("is not a date of the portal")
    assert len(told) == 5


def test_a_comma_that_may_stand_for_decimals():
    records = samples.finance_records(lombardia_rows())
    records[0]["total_eligible_cost"] = "133,615"
    message = refused(read_finance, samples.soda_csv(records), row=2, value="133,615")
    assert "has a comma between thousands where others of its column have none" in message


@pytest.mark.parametrize("text", ["2018-12-31", "12/31/2018 12:00:00 AM", "2018-12-31T00:00:00.000"])
def test_dates_of_the_portal(text):
    frame = read_finance(io.BytesIO(changed("reference_date", text)))
    assert frame["data_date"].iat[0] == pd.Timestamp("2018-12-31")


def test_a_date_moved_by_a_time_zone():
    message = refused(read_finance, changed("reference_date", "2018-12-30T23:00:00.000"), row=2)
    assert "is an instant of a day, not a day: a copy made in another time zone" in message


@pytest.mark.parametrize("text", ["2018-02-30", "2018-12-31T00:00:00.000Z", "31 December 2018"])
def test_what_is_not_a_date(text):
    assert "is not a date of the portal" in refused(read_finance, changed("reference_date", text))


def test_rows_without_an_axis():
    assert "names no axis" in refused(read_finance, changed("priority", ""), row=2)
    message = refused(read_finance, changed("priority", "ALL"), row=2, value="ALL")
    assert "is the word kept for the whole programme" in message


def test_two_files_joined():
    content = samples.soda_csv(samples.finance_records(lombardia_rows()))
    message = refused(read_finance, content + content)
    assert "is the header once more: two files were joined" in message
    assert "Give one download at a time" in message


def test_a_download_that_is_in_the_file_twice():
    rows = lombardia_rows()
    content = samples.soda_csv(samples.finance_records([*rows, rows[1]]))
    message = refused(read_finance, content, row=12)
    assert "is the key of row 3 too, with the same figures: a download is in the file twice" in message
    assert "2014IT05SFOP007 ESF II 09 More developed 2018" in message


def test_two_downloads_of_different_dates_mixed():
    rows = lombardia_rows()
    later = [(*row[:9], "1.5", "0.5", "2022-12-31") for row in rows if row[5] == "2022"]
    message = refused(read_finance, samples.soda_csv(samples.finance_records([*rows, *later])), row=12)
    assert (
        "is the key of row 7 too, with other figures (selected_eur, declared_eur, data_date): two downloads are mixed"
    ) in message
    in_json = refused(read_finance, samples.soda_json(samples.finance_records([*rows, *later])))
    assert "is the key of record 6 too" in in_json


def test_two_plan_versions_in_one_year():
    rows = lombardia_rows()
    mixed = [*rows[:4], (*rows[4][:6], "5", *rows[4][7:]), *rows[5:]]
    message = refused(read_finance, samples.soda_csv(samples.finance_records(mixed)), row=6, value="5")
    assert "other rows of 2014IT05SFOP007 2018 are of 4: two downloads are mixed" in message
    same = [(*row[:6], "4.0" if row[6] == "4" and row[2] == "V" else row[6], *row[7:]) for row in rows]
    assert len(read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(same))))) == 10


def test_mixed_indicators():
    rows = [row for row in samples.REPORTED if row[0] == LOMBARDIA]
    restated = (*rows[0][:11], "160000", "2021.0")
    message = refused(read_indicators, samples.soda_csv(samples.indicator_records([*rows, restated])))
    assert "with other figures (value): two downloads are mixed" in message


def test_rural_rows_may_share_a_key(finance):
    records = samples.finance_records([*lombardia_rows(), *samples.RURAL_ROWS])
    for content in (
        samples.soda_csv(records),
        samples.soda_csv([{k: v for k, v in r.items() if "eafrd" not in k} for r in records]),
    ):
        assert len(read_finance(io.BytesIO(content))) == 12


def test_rows_are_told_apart_however_many_columns_there_are():
    values = pd.DataFrame({name: pd.Series(range(5000)) % 4999 for name in "abcdefg"})
    ids = group_ids(values, "abcdefg")
    assert ids[0] == ids[4999]
    assert len(set(ids)) == 4999


# --- programmes ---


def test_lombardia_has_the_published_figures(finance, indicators):
    programme = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA)
    assert programme.titles == {"it": "Lombardia - ESF", "en": "Lombardia - ESF"}
    assert programme.cutoffs == ["2018-12-31", "2019-12-31", "2020-12-31", "2022-06-30"]
    assert amounts(programme, "2018-12-31", "declared") == {
        "I": 122136070.10,
        "II": 48453472.52,
        "III": 135998085.71,
        "IV": 1503484.64,
        "V": 9175983.29,
    }
    assert amounts(programme, "2022-06-30", "allocation")["I"] == 236_700_000
    selected = amounts(programme, "2022-06-30", "selected")
    assert round(sum(selected.values()), 2) == 897_593_540.90
    rows = programme.finance
    assert (rows["eu_amount_eur"].notna() == (rows["stage"] == "allocation")).all()
    assert rows.loc[rows["stage"] == "allocation", "eu_amount_eur"].sum() == 2 * 485_237_258
    assert set(rows["plan_version"]) == {"4", "7"}
    assert set(rows["qualifier"]) == {"exact"}
    assert set(rows["precision"]) == {0.01}


def test_axes_say_what_the_portal_says(finance):
    axes = programme_from_cohesion_data(finance, cci=LOMBARDIA).axes
    assert axes["axis"].tolist() == ["I", "II", "III", "IV", "V"]
    assert axes["thematic_objective"].tolist() == ["08", "09", "10", "11", "TA"]
    assert axes["technical_assistance"].tolist() == [False] * 4 + [True]
    # no titles: pages call them by their objective, and say so
    assert set(axes["title_en"]) | set(axes["title_it"]) == {""}
    assert set(axes["source"]) == {"ec-99js-gm52"}


def test_an_axis_with_several_objectives():
    rows = [
        (*row[:3], objective, *row[4:])
        for row, objective in zip(lombardia_rows()[:3], ("08", "09", "VOID"), strict=True)
    ]
    rows = [(*row[:2], axis, *row[3:]) for row, axis in zip(rows, ("1", "1", "2"), strict=True)]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    programme = programme_from_cohesion_data(frame, cci=LOMBARDIA)
    assert programme.axes["thematic_objective"].tolist() == ["MULTI", ""]
    assert programme.axes["title_en"].tolist() == ["", ""]
    # 358,000,000 + 227,100,000; 133,615,344.12 + 86,370,816.79
    assert amounts(programme, "2018-12-31", "allocation")["1"] == 585_100_000
    assert amounts(programme, "2018-12-31", "selected")["1"] == 219_986_160.91


def test_the_order_of_axes():
    labels = ["10", "2", "1 bis", "1", "X", "IX", "IV", "I", "V", "XIV", "TA", "02Σ", "ПО2"]
    rows = [(*lombardia_rows()[0][:2], label, *lombardia_rows()[0][3:]) for label in labels]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    axes = tables_from_cohesion_data(frame)["axes"]["axis"].tolist()
    assert axes == ["1", "1 bis", "02Σ", "2", "10", "ПО2", "I", "IV", "V", "IX", "X", "XIV", "TA"]
    rows = [(*lombardia_rows()[0][:2], label, *lombardia_rows()[0][3:]) for label in "IHGFEDCBA"]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    assert "".join(tables_from_cohesion_data(frame)["axes"]["axis"]) == "ABCDEFGHI"


def test_youth_employment(finance, indicators):
    programme = programme_from_cohesion_data(finance, indicators, cci="2014IT05M9OP001")
    assert programme.axes["axis"].tolist() == ["1", "1 bis", "2"]
    rows = programme.finance[programme.finance["stage"] == "allocation"]
    keys = ["axis", "fund", "region_category", "amount_eur"]
    assert sorted(rows[keys].itertuples(index=False, name=None)) == [
        ("1", "YEI", "", 2_362_432_490.0),
        ("1 bis", "ESF", "Less developed", 420_370_972.0),
        ("1 bis", "ESF", "Transition", 47_074_379.0),
        ("2", "ESF", "Less developed", 0.0),
        ("2", "ESF", "More developed", 0.0),
        ("2", "ESF", "Transition", 0.0),
    ]
    values = programme.achievements.set_index(["indicator_type", "cutoff"])["value"]
    assert values["RESF", pd.Timestamp("2018-12-31")] == 165_190
    assert values["RYEI", pd.Timestamp("2018-12-31")] == 62_571
    assert set(programme.targets["kind"]) == {"result"}


def test_two_funds_in_one_axis(finance):
    programme = programme_from_cohesion_data(finance, cci="2014IT16M2OP002")
    rows = programme.finance[programme.finance["stage"] == "allocation"].set_index(["axis", "fund"])
    assert rows.loc[("IX", "ERDF"), "amount_eur"] == 379_263_134
    assert rows.loc[("IX", "ESF"), "amount_eur"] == 208_500_000
    assert rows["amount_eur"].groupby("axis").sum()["IX"] == 587_763_134


def test_greek_and_cyrillic_axes(finance):
    greek = programme_from_cohesion_data(finance, cci="2014GR16M2OP001")
    assert amounts(greek, "2022-06-30", "declared") == {"02": 59_854_911.65, "02Σ": 5_748_031.48}
    bulgarian = programme_from_cohesion_data(finance, cci="2014BG05M9OP001")
    assert amounts(bulgarian, "2022-06-30", "selected") == {"ПО2": 374_847_484.74}


def test_cost_on_a_plan_of_zero(finance):
    programme = programme_from_cohesion_data(finance, cci="2014ES05M9OP001")
    assert amounts(programme, "2016-12-31", "allocation") == {"1D": 0.0}
    assert amounts(programme, "2016-12-31", "selected") == {"1D": 9_250_000.0}


def test_odd_and_missing_dates(finance):
    programme = programme_from_cohesion_data(finance, cci="2014FR16M2OP012")
    rows = programme.finance[programme.finance["stage"] == "selected"]
    dates = [(c.date().isoformat(), d) for c, d in zip(rows["cutoff"], rows["data_date"], strict=True)]
    assert dates[0][0] == "2014-12-31"
    assert pd.isna(dates[0][1])
    assert dates[1] == ("2015-12-31", pd.Timestamp("2015-06-30"))
    assert dates[2] == ("2016-12-31", pd.Timestamp("2016-12-31"))


def test_figures_that_stand_still_keep_their_date(finance):
    programme = programme_from_cohesion_data(finance, cci="2014UK05SFOP005")
    rows = programme.finance[programme.finance["stage"] == "declared"]
    last = rows[rows["cutoff"] == "2022-06-30"]
    assert last["amount_eur"].tolist() == [9_439_629.55, 340_740.32]
    assert set(last["data_date"]) == {pd.Timestamp("2021-09-30")}


def test_a_programme_without_a_date_in_its_last_year():
    rows = [row for row in samples.PUBLISHED if row[0] == "2014UK05SFOP005"]
    alone = read_finance(io.BytesIO(samples.soda_json(samples.finance_records(rows))))
    # the table of one programme does not know what is common
    assert programme_from_cohesion_data(alone, cci="2014UK05SFOP005").cutoffs[-1] == "2022-12-31"
    for given in ("2022-06-30", pd.Timestamp("2022-06-30"), pd.Timestamp("2022-06-30").date()):
        told = programme_from_cohesion_data(alone, cci="2014UK05SFOP005", last_cutoff={"ESF": given})
        assert told.cutoffs == ["2020-12-31", "2021-12-31", "2022-06-30"]
    with pytest.raises(ParameterError, match=r"^last_cutoff of ESF 'June' is not a date"):
        programme_from_cohesion_data(alone, cci="2014UK05SFOP005", last_cutoff={"ESF": "June"})


def test_the_commonest_date_is_that_of_the_fund_and_the_later_of_two():
    base = lombardia_rows()[5:]
    rows = [
        (*row[:1], fund, row[2], *row[3:11], date)
        for row, fund, date in zip(
            base,
            ("ESF", "ESF", "ESF", "ESF", "ERDF"),
            ("2022-09-30", "2022-06-30", "2022-06-30", "2022-09-30", "2022-06-30"),
            strict=True,
        )
    ]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    table = tables_from_cohesion_data(frame)["finance"]
    assert set(table.loc[table["fund"] == "ESF", "cutoff"]) == {pd.Timestamp("2022-09-30")}
    assert set(table.loc[table["fund"] == "ERDF", "cutoff"]) == {pd.Timestamp("2022-06-30")}
    assert (table["data_date"] < table["cutoff"]).sum() == 2 * 3


def test_newer_figures_have_their_own_position():
    rows = [*lombardia_rows()[5:9], (*lombardia_rows()[9][:11], "2022-09-30")]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    programme = programme_from_cohesion_data(frame, cci=LOMBARDIA)
    assert programme.cutoffs == ["2022-06-30", "2022-09-30"]
    assert amounts(programme, "2022-09-30", "declared") == {"V": 23_784_290.43}


def test_two_years_of_one_date():
    old, new = lombardia_rows()[0], lombardia_rows()[5]
    rows = [(*old[:5], "2021", "6", *old[7:11], "2022-06-30"), new]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    with pytest.raises(DataError, match="axis I: the rows of 2022 and of another year are both of 2022-06-30"):
        tables_from_cohesion_data(frame)


def test_missing_amounts_stay_missing():
    rows = lombardia_rows()[:3]
    rows = [(*row[:2], axis, *row[3:]) for row, axis in zip(rows, ("1", "1", "2"), strict=True)]
    records = samples.finance_records(rows)
    records[0]["total_eligible_expenditure"] = ""
    records[2]["total_eligible_expenditure"] = ""
    frame = read_finance(io.BytesIO(samples.soda_csv(records)))
    programme = programme_from_cohesion_data(frame, cci=LOMBARDIA)
    declared = amounts(programme, "2018-12-31", "declared")
    assert declared["1"] == 48_453_472.52
    assert pd.isna(declared["2"])


def test_targets_are_those_of_their_plan(finance, indicators):
    targets = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA).targets
    jobs = targets[targets["indicator_code"] == "CO01"]
    assert [(row.plan_version, row.valid_from.date().isoformat(), row.target) for row in jobs.itertuples()] == [
        ("4", "2018-12-31", 69_038.0),
        ("5", "2019-12-31", 216_887.0),
        ("6", "2020-12-31", 131_480.0),
        ("7", "2021-12-31", 131_480.0),
    ]
    assert set(jobs["kind"]) == {"output"}
    assert set(jobs["unit"]) == {"Number"}
    # an indicator that never had a target has no row
    assert "CO05" not in set(targets["indicator_code"])


def test_the_value_meets_the_target_of_its_own_year(finance, indicators):
    programme = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA)
    values, targets = programme.achievements, programme.targets
    jobs = values[(values["indicator_code"] == "CO01")].set_index("cutoff")["value"]
    aims = targets[targets["indicator_code"] == "CO01"].set_index("valid_from")["target"]
    # 157,769 / 69,038; 157,846 / 216,887; 157,891 / 131,480
    assert (jobs / aims).dropna().round(4).tolist() == [2.2852, 0.7278, 1.2009]


def indicator_frame(rows):
    return read_indicators(io.BytesIO(samples.soda_csv(samples.indicator_records(rows))))


def reported(code, year, version, target, value="1", *, axis="I", region=samples.MORE, fund="ESF"):
    kind, report = "OESF", "2020.0" if value else ""
    return (LOMBARDIA, fund, kind, code, "08", axis, "8i", region, year, version, target, value, report)


def versions(finance, rows):
    targets = programme_from_cohesion_data(finance, indicator_frame(rows), cci=LOMBARDIA).targets
    return [
        (row.indicator_code, row.plan_version, row.valid_from.year, row.target)
        for row in targets.fillna({"target": -1}).itertuples()
    ]


def test_a_version_that_dropped_a_target_says_so(finance):
    rows = [
        reported("CO01", "2018", "4.0", "10"),
        reported("CO03", "2018", "4.0", "20"),
        reported("CO01", "2019", "5.0", ""),
        reported("CO03", "2019", "5.0", "20"),
    ]
    assert versions(finance, rows) == [
        ("CO01", "4", 2018, 10),
        ("CO03", "4", 2018, 20),
        ("CO01", "5", 2019, -1),
        ("CO03", "5", 2019, 20),
    ]


def test_a_version_that_dropped_every_target_is_known(finance):
    # not even the row of the indicator is left, only another one, never with a target
    rows = [
        reported("CO01", "2018", "4.0", "10"),
        reported("CO05", "2018", "4.0", ""),
        reported("CO05", "2019", "5.0", ""),
        reported("CO06", "2019", "5.0", ""),
    ]
    assert versions(finance, rows) == [("CO01", "4", 2018, 10), ("CO05", "5", 2019, -1)]


def test_targets_that_change_within_a_version_are_two_versions(finance):
    rows = [
        reported("CO01", "2016", "1.2", "10"),
        reported("CO03", "2016", "1.2", "20"),
        reported("CO01", "2017", "1.2", "12"),
        reported("CO03", "2017", "1.2", "20"),
        reported("CO01", "2018", "1.2", "12"),
        reported("CO03", "2018", "1.2", "20"),
    ]
    assert versions(finance, rows) == [
        ("CO01", "1.2", 2016, 10),
        ("CO03", "1.2", 2016, 20),
        ("CO01", "1.2 (2017)", 2017, 12),
        ("CO03", "1.2 (2017)", 2017, 20),
    ]


def test_a_version_that_comes_back_is_valid_anew(finance):
    rows = [
        reported("CO01", "2016", "1.2", "10"),
        reported("CO01", "2017", "2.0", "12"),
        reported("CO01", "2018", "1.2", "10"),
    ]
    assert versions(finance, rows) == [
        ("CO01", "1.2", 2016, 10),
        ("CO01", "2", 2017, 12),
        ("CO01", "1.2 (2018)", 2018, 10),
    ]


def test_a_negative_target_is_left_empty(finance):
    # 2014BE16RFOP001, axis 3, CO32: -25 in 2015
    rows = [reported("CO32", "2018", "4.0", "-25"), reported("CO32", "2019", "5.0", "25")]
    assert versions(finance, rows) == [("CO32", "4", 2018, -1), ("CO32", "5", 2019, 25)]


def test_missing_values_of_a_reported_year_are_kept(finance):
    rows = [
        reported("CO01", "2018", "4.0", "10", "7"),
        reported("CO03", "2018", "4.0", "10", ""),
        reported("CO01", "2019", "5.0", "10", ""),
        reported("CO03", "2019", "5.0", "10", ""),
    ]
    values = programme_from_cohesion_data(finance, indicator_frame(rows), cci=LOMBARDIA).achievements
    assert values["cutoff"].dt.year.tolist() == [2018, 2018]
    assert values["value"].fillna(-1).tolist() == [7, -1]
    assert values["reported_in"].tolist() == ["2020.0", ""]


def test_a_year_without_values_is_not_reported(finance, indicators):
    values = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA).achievements
    assert values["cutoff"].max() == pd.Timestamp("2020-12-31")
    assert (values["data_date"] == values["cutoff"]).all()


def test_quotients_and_other_funds_are_left_out(finance):
    records = samples.indicator_records([reported("CO01", "2018", "4.0", "10")] * 3)
    records[1] |= {"is_division": "Y"}
    records[2] |= {"fund": "EAFRD"}
    frame = read_indicators(io.BytesIO(samples.soda_csv(records)))
    assert frame["is_division"].tolist() == [False, True, False]
    assert len(tables_from_cohesion_data(finance, frame)["achievements"]) == 1


def test_an_axis_with_indicators_alone(finance):
    frame = indicator_frame([reported("CO01", "2018", "4.0", "10", axis="VI")])
    axes = programme_from_cohesion_data(finance, frame, cci=LOMBARDIA).axes
    assert axes["axis"].tolist() == ["I", "II", "III", "IV", "V", "VI"]
    assert axes["thematic_objective"].iat[5] == "08"


def test_a_programme_without_indicators(finance, indicators):
    for given in (None, indicators):
        programme = programme_from_cohesion_data(finance, given, cci="2014IT16M2OP002")
        assert programme.achievements.empty
        assert programme.targets.empty
        assert programme.sources["source"].tolist() == ["ec-99js-gm52"]


def test_a_programme_without_title_bears_its_code(tmp_path):
    row = ("2020DE16M2RE017", *lombardia_rows()[0][1:])
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records([row]))))
    assert programme_from_cohesion_data(frame, cci="2020DE16M2RE017").title("it") == "2020DE16M2RE017"


def test_sources_name_both_tables(finance, indicators):
    programme = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA, retrieved="2022-10-28")
    sources = programme.sources.set_index("source")
    assert sources.index.tolist() == ["ec-99js-gm52", "ec-2q3n-nr7n"]
    assert sources["address"].tolist() == [
        "cohesiondata.ec.europa.eu/d/99js-gm52",
        "cohesiondata.ec.europa.eu/d/2q3n-nr7n",
    ]
    assert set(sources["publisher"]) == {"European Commission, Cohesion Open Data Platform"}
    assert set(sources["date"]) == {pd.Timestamp("2022-10-28")}
    bundled = load_programme().sources.set_index("source")
    for column in ("title_it", "title_en", "publisher", "address", "licence"):
        assert sources[column].tolist() == bundled.loc[sources.index, column].tolist()


def test_the_code_may_be_written_carelessly(finance):
    assert programme_from_cohesion_data(finance, cci=" 2014it05sfop007 ").cci == LOMBARDIA


def test_a_programme_that_is_not_there(finance):
    with pytest.raises(ParameterError) as caught:
        programme_from_cohesion_data(finance, cci="2014IT05SFOP008")
    message = str(caught.value)
    assert "no programme '2014IT05SFOP008'" in message
    assert message.count("2014") == 4
    assert "2014IT05SFOP007" in message


def test_rural_programmes_are_refused(finance):
    records = samples.finance_records([*lombardia_rows(), *samples.RURAL_ROWS])
    frame = read_finance(io.BytesIO(samples.soda_csv(records)))
    with pytest.raises(ParameterError, match="2014IT06RDRP001 has rows of EAFRD alone, which are not read"):
        programme_from_cohesion_data(frame, cci="2014IT06RDRP001")
    assert set(tables_from_cohesion_data(frame)["finance"]["programme"]) == {LOMBARDIA}
    only = frame[frame["fund"] == "EAFRD"]
    with pytest.raises(ParameterError, match="No programme in it has ERDF, ESF, YEI, CF"):
        programme_from_cohesion_data(only, cci=LOMBARDIA)


def test_rows_of_other_funds_are_left_out_and_said(caplog):
    rows = [*lombardia_rows(), (LOMBARDIA, "EAFRD", *lombardia_rows()[0][2:])]
    frame = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records(rows))))
    with caplog.at_level(logging.WARNING):
        programme = programme_from_cohesion_data(frame, cci=LOMBARDIA)
    assert "2014IT05SFOP007: the rows of EAFRD are left out" in caplog.text
    assert programme.sources["page"].tolist() == ["rows of 2014IT05SFOP007 without those of EAFRD"]
    assert set(programme.finance["fund"]) == {"ESF"}


def test_tables_of_all_programmes(finance, indicators):
    tables = tables_from_cohesion_data(finance, indicators)
    assert list(tables) == ["axes", "finance", "achievements", "targets"]
    for name, frame in tables.items():
        assert tuple(frame) == schema.frame_columns(name)
        assert not frame.duplicated(["programme", *schema.TABLES[name].key]).any()
        for cci in frame["programme"].unique():
            alone = getattr(programme_from_cohesion_data(finance, indicators, cci=cci), name)
            part = frame[frame["programme"] == cci].reset_index(drop=True)
            pd.testing.assert_frame_equal(
                part.astype({"source": "str"}), alone.reset_index(drop=True).astype({"source": "str"})
            )


def test_the_list_of_programmes(finance):
    listed = programmes_in(finance).set_index("programme")
    assert listed.loc["2014IT05M9OP001", "funds"] == "ESF, YEI"
    assert listed.loc["2014GR16M2OP001", "ms"] == "GR"
    assert listed.loc[LOMBARDIA, "title"] == "Lombardia - ESF"


# --- folders ---


def test_import_makes_a_folder(tmp_path):
    finance = samples.written(tmp_path, "f.csv", samples.soda_csv(samples.finance_records()))
    indicators = samples.written(tmp_path, "i.json", samples.soda_json(samples.indicator_records()))
    made = import_cohesion_data(finance, indicators, LOMBARDIA, tmp_path / "new" / "lombardia")
    read = load_programme(tmp_path / "new" / "lombardia")
    assert read.cci == LOMBARDIA
    assert amounts(read, "2022-06-30", "declared") == amounts(made, "2022-06-30", "declared")


def test_a_failed_import_leaves_nothing(tmp_path):
    finance = samples.written(tmp_path, "f.csv", samples.soda_csv(samples.finance_records()))
    page = samples.written(tmp_path, "i.csv", b"<html></html>")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(DataError):
        import_cohesion_data(finance, page, LOMBARDIA, tmp_path / "new")
    with pytest.raises(ParameterError):
        import_cohesion_data(finance, None, "2014XX05SFOP001", tmp_path / "new")
    assert sorted(tmp_path.iterdir()) == before


def test_import_looks_at_the_folder_first(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match="exists and is not empty"):
        import_cohesion_data(tmp_path / "none.csv", None, LOMBARDIA, tmp_path / "kept")


def test_reading_loads_no_library_for_requests():
    code = "import sys, porfse_analysis.loaders.cohesion_data; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the whole tables of the portal ---


@pytest.mark.long
def test_counts_of_the_portal(portal):
    _, finance, indicators, tables = portal
    assert len(finance) == 67_571
    assert len(indicators) == 223_290
    assert finance["fund"].value_counts()["ESF"] == 8_394
    assert indicators["value"].isna().sum() == 17_330
    assert finance.loc[finance["fund"] == "ESF", "programme"].nunique() == 188
    assert tables["finance"]["programme"].nunique() == 392


def test_totals_of_every_programme_are_those_of_the_file(portal):
    folder, _, _, tables = portal
    raw = pd.read_csv(folder / "ec_finance_implementation.csv.gz", dtype=str, keep_default_na=False, na_values=[""])
    raw = raw[raw["fund"].isin(["ESF", "ERDF", "YEI", "CF"])]
    table = tables["finance"]
    table = table.assign(year=table["cutoff"].dt.year.astype(str))
    columns = {
        "allocation": "total_amount",
        "selected": "total_eligible_cost",
        "declared": "total_eligible_expenditure",
    }
    for stage, column in columns.items():
        cents = raw[column].map(lambda text: int(Decimal(text) * 100))
        expected = cents.groupby([raw["cci"], raw["year"], raw["priority"]]).sum()
        part = table[table["stage"] == stage]
        found = (part["amount_eur"] * 100).round().astype("int64")
        found = found.groupby([part["programme"], part["year"], part["axis"]]).sum()
        assert expected.to_dict() == found.to_dict()
        esf = set(raw.loc[raw["fund"] == "ESF", "cci"])
        assert len(esf) == 188
        assert esf <= set(part["programme"])


def test_dates_of_the_portal_tables(portal):
    table = portal[3]["finance"]
    ends = table["cutoff"].drop_duplicates().dt.strftime("%Y-%m-%d").sort_values().tolist()
    assert ends == [f"{year}-12-31" for year in range(2014, 2022)] + ["2022-06-30"]
    late = table[table["data_date"] < table["cutoff"]]
    assert set(late.loc[late["cutoff"] == "2022-06-30", "programme"]) >= {"2014UK05SFOP005"}


def test_every_value_meets_the_target_of_its_year(portal):
    folder, _, _, tables = portal
    raw = pd.read_csv(folder / "ec_indicators.csv.gz", dtype=str, keep_default_na=False)
    raw = raw[raw["fund"].isin(["ESF", "YEI"]) & (raw["implemented_value"] != "")]
    raw = raw.replace({"category_of_region": "VOID", "investment_priority": "VOID"}, "")
    key = ["programme", "fund", "indicator_type", "axis", "investment_priority", "region_category"]
    key = [*key, "indicator_code"]
    values, targets = tables["achievements"], tables["targets"]
    starts = targets[["programme", "valid_from", "plan_version"]].drop_duplicates()
    met = pd.merge_asof(
        values[values["value"].notna()].sort_values("cutoff"),
        starts.sort_values("valid_from"),
        left_on="cutoff",
        right_on="valid_from",
        by="programme",
    ).merge(targets[[*key, "plan_version", "target"]], on=[*key, "plan_version"], how="left")
    met = met[met["fund"].isin(["ESF", "YEI"])]
    ours = met.assign(year=met["cutoff"].dt.year.astype(str)).set_index([*key, "year"])
    theirs = raw.rename(
        columns={
            "cci": "programme",
            "indicator_type_code": "indicator_type",
            "priority_code": "axis",
            "category_of_region": "region_category",
            "ind_code": "indicator_code",
        }
    ).set_index([*key, "year"])
    assert len(theirs) == len(ours) > 100_000
    theirs = theirs.loc[ours.index]
    assert (theirs["implemented_value"].astype(float) == ours["value"]).all()
    assert pd.to_numeric(theirs["target_value"]).equals(ours["target"])


def test_the_other_forms_of_the_portal_agree(portal):
    folder, finance, indicators, _ = portal
    export = read_finance(folder / "ec_finance_implementation_IT_export_headers.csv.gz")
    italy = finance[finance["ms"] == "IT"]
    assert len(export) == len(italy) == 13_340
    for column in ("allocation_eur", "eu_amount_eur", "selected_eur", "declared_eur"):
        assert export[column].sum() == pytest.approx(italy[column].sum(), abs=0.01)
    answer = read_finance(folder / "ec_finance_2014IT05SFOP007.json")
    rows = read_indicators(folder / "ec_indicators_2014IT05SFOP007.json")
    alone = programme_from_cohesion_data(answer, rows, cci=LOMBARDIA)
    whole = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA)
    for name in ("axes", "finance", "achievements", "targets"):
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(whole, name))


def test_the_bundled_programme_agrees_with_the_portal(portal):
    _, finance, indicators, _ = portal
    imported = programme_from_cohesion_data(finance, indicators, cci=LOMBARDIA)
    bundled = load_programme()
    published = bundled.finance[bundled.finance["source"] == "ec-99js-gm52"].reset_index(drop=True)
    published = published.drop(columns="series")
    pd.testing.assert_frame_equal(published.astype({"source": "str"}), imported.finance.astype({"source": "str"}))


def test_the_plan_of_october_2022(portal):
    plan = read_planned(portal[0] / "ec_finance_planned.csv.gz")
    assert len(plan) == 7_842
    lombardia = plan[plan["programme"] == LOMBARDIA].set_index("axis")["allocation_eur"]
    assert lombardia.to_dict() == {
        "I": 236_700_000,
        "II": 379_000_000,
        "III": 301_900_000,
        "IV": 19_114_000,
        "V": 33_760_516,
    }
    austria = plan[(plan["programme"] == "2014AT05SFOP001") & (plan["axis"] == "6")]
    assert austria["allocation_eur"].sum() == 114_174_147


def thousand(count=1000):
    """The sample, with one row each of other programmes up to `count` records."""
    records = samples.finance_records()
    more = [{**records[0], "cci": f"2014AT05SFOP{number:03}"} for number in range(count - len(records))]
    return [*records, *more]


@pytest.mark.parametrize("form", [samples.soda_csv, samples.soda_json])
def test_a_file_cut_at_the_limit_of_the_interface_is_refused(tmp_path, form):
    path = samples.written(tmp_path, "finance", form(thousand()))
    problem = r"exactly 1,000 records, .* \$limit=5000000 .* --whole, in Python whole=True"
    with pytest.raises(DataError, match=problem):
        read_finance(path)
    with pytest.raises(DataError, match=problem):
        import_cohesion_data(path, None, "2014IT05SFOP007", tmp_path / "programme")
    assert not (tmp_path / "programme").exists()
    assert len(read_finance(path, whole=True)) == 1000
    assert import_cohesion_data(path, None, "2014IT05SFOP007", tmp_path / "programme", whole=True).cutoffs
    for count in (999, 1001):
        assert len(read_finance(samples.written(tmp_path, "other", form(thousand(count))))) == count
