"""Small tables in every shape the Commission's portal serves them, with figures it published (October 2022)."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest


def _names(text):
    return text.split(",")


FINANCE_COLUMNS = _names(
    "ms,ms_name,cci,title,ver,fund,priority,to,to_short,to_long,category_of_region,"
    "eafrd_measure,measure_short_description,eafrd_fa,focus_area_short_description,eu_amount,"
    "national_amount,total_amount,year,eu_co_financing,total_eligible_cost,"
    "total_eligible_expenditure,ir_last_version,reference_date"
)
FINANCE_LABELS = _names(
    "ms,MS_name,CCI,Programme Title,Ver,Fund,Priority,TO,TO_short,TO Long,Category_of_region,"
    "EAFRD Measure,measure_short_description,EAFRD FA,focus_area_short_description,EU_amount_planned,"
    "National_Amount_planned,Total_Amount_planned,year,EU_co_financing,"
    "total_eligible_cost_decided_(selected),total_eligible_spending,IR last version,reference_date"
)
PLANNED_LABELS = _names(
    "MS,MS Name,CCI,Ver,Programme Title,Fund,Priority,TO_code,To short,TO long,"
    "Category of region,EAFRD Measure code,Measure short description,EAFRD Focus Area code,"
    "Focus area short description,EU Amount,National Amount,Total Amount,EU co-financing"
)
PLANNED_COLUMNS = _names(
    "ms,ms_name,cci,ver,title,fund,priority,to,to_short,to_long,category_of_region,"
    "eafrd_measure_code,measure_short_description,eafrd_fa,focus_area_short_description,eu_amount,"
    "national_amount,total_amount,eu_co_financing"
)
INDICATOR_COLUMNS = _names(
    "ms,ms_name,cci,ver,title,fund,indicator_type_code,ind_code,ind_group_code,"
    "indicator_short_name,indicator_long_name,to,to_short,priority_code,investment_priority,"
    "measure_code,focus_area_code,target_value,measurement_unit,nominator,is_division,year,ir_ver,"
    "implemented_value,implemented_nominator,visualise_by_to,visualise_by_ms,denominator,"
    "implemented_denominator,forecast_value,forecast_nominator,category_of_region,ind_group_name"
)

OBJECTIVES = {
    "01": "Strengthening research, technological development and innovation",
    "08": "Promoting sustainable and quality employment and supporting labour mobility",
    "09": "Promoting social inclusion, combating poverty and any discrimination",
    "10": "Investing in education, training and vocational training",
    "11": "Enhancing institutional capacity of public authorities",
    "TA": "Technical Assistance",
    "MULTI": "Multiple Thematic Objectives (ERDF/CF/ESF)",
    "VOID": "VOID",
}
TITLES = {
    "2014IT05SFOP007": "Lombardia  - ESF",
    "2014IT05M9OP001": "Youth Employment - IT - ESF/YEI",
    "2014IT16M2OP002": "Puglia  - ERDF/ESF",
    "2014GR16M2OP001": "Competitiveness Entrepreneurship and Innovation - GR - ERDF/ESF",
    "2014BG05M9OP001": "Human Resources Development  - BG - ESF/YEI",
    "2014FR16M2OP012": "Mayotte - ERDF/ESF",
    "2014UK05SFOP005": "Gibraltar - ESF",
    "2014ES05M9OP001": "Youth Employment - ES - ESF/YEI",
    "2020DE16M2RE017": "",
    "2014IT06RDRP001": "Abruzzo - Rural Development",
}
MORE, LESS, TRANSITION = "More developed", "Less developed", "Transition"

# cci, fund, axis, objective, region, year, version, EU part, allocation, selected, declared, date
PUBLISHED = [
    # Lombardia, 31 December 2018 and 30 June 2022
    *(
        ("2014IT05SFOP007", "ESF", axis, objective, MORE, year, version, eu, total, cost, spent, date)
        for year, version, date, axes in (
            (
                "2018",
                "4",
                "2018-12-31",
                (
                    ("I", "08", "179000000", "358000000", "133615344.12", "122136070.1"),
                    ("II", "09", "113550000", "227100000", "86370816.79", "48453472.52"),
                    ("III", "10", "166250000", "332500000", "156520390.44", "135998085.71"),
                    ("IV", "11", "10000000", "20000000", "8669559.96", "1503484.64"),
                    ("V", "TA", "16437258", "32874516", "19891440.77", "9175983.29"),
                ),
            ),
            (
                "2022",
                "7",
                "2022-06-30",
                (
                    ("I", "08", "118350000", "236700000", "290131389.75", "230560017.7"),
                    ("II", "09", "189500000", "379000000", "307287750.62", "266139654.59"),
                    ("III", "10", "150950000", "301900000", "249962302.53", "230236328.97"),
                    ("IV", "11", "9557000", "19114000", "19064250.7", "10841109.96"),
                    ("V", "TA", "16880258", "33760516", "31147847.3", "23784290.43"),
                ),
            ),
        )
        for axis, objective, eu, total, cost, spent in axes
    ),
    # YEI without category of region; axis "1 bis"; axis 2 with a plan of zero
    *(
        ("2014IT05M9OP001", fund, axis, objective, region, "2022", "7", eu, total, cost, spent, "2022-06-30")
        for fund, axis, objective, region, eu, total, cost, spent in (
            ("YEI", "1", "08", "VOID", "1880204992", "2362432490", "2244967349.35", "1650227694.97"),
            ("ESF", "1 bis", "08", TRANSITION, "28244627", "47074379", "29161937.36", "2487681.06"),
            ("ESF", "1 bis", "08", LESS, "273241132", "420370972", "256187671.36", "2779385.21"),
            ("ESF", "2", "TA", TRANSITION, "0", "0", "0", "0"),
            ("ESF", "2", "TA", LESS, "0", "0", "0", "0"),
            ("ESF", "2", "TA", MORE, "0", "0", "0", "0"),
        )
    ),
    # two funds in one axis
    *(
        ("2014IT16M2OP002", fund, axis, objective, LESS, "2022", "9", eu, total, cost, spent, "2022-06-30")
        for fund, axis, objective, eu, total, cost, spent in (
            ("ERDF", "IX", "09", "303410507", "379263134", "558746426.51", "327382106.94"),
            ("ERDF", "X", "10", "76105961", "95132452", "104114245.31", "70527845.13"),
            ("ESF", "IX", "09", "166800000", "208500000", "339902869.92", "220205179.44"),
            ("ESF", "X", "10", "301500000", "376875000", "461356177.45", "394199914.32"),
        )
    ),
    # a Greek and a Cyrillic label
    (
        "2014GR16M2OP001",
        "ESF",
        "02Σ",
        "MULTI",
        MORE,
        "2022",
        "11.1",
        "7168931",
        "14337862",
        "21457304.03",
        "5748031.48",
        "2022-06-30",
    ),
    (
        "2014GR16M2OP001",
        "ESF",
        "02",
        "MULTI",
        MORE,
        "2022",
        "11.1",
        "85611799",
        "107014750",
        "182926363.39",
        "59854911.65",
        "2022-06-30",
    ),
    (
        "2014BG05M9OP001",
        "ESF",
        "ПО2",
        "09",
        LESS,
        "2022",
        "6",
        "312956108",
        "368183657",
        "374847484.74",
        "307478205.76",
        "2022-06-30",
    ),
    # no date in 2014, a date in the middle of 2015
    ("2014FR16M2OP012", "ESF", "8", "10", LESS, "2014", "1.3", "18236724", "21454973", "212796.14", "0", ""),
    ("2014FR16M2OP012", "ESF", "8", "10", LESS, "2015", "1.3", "18236724", "21454973", "160137", "0", "2015-06-30"),
    ("2014FR16M2OP012", "ESF", "8", "10", LESS, "2016", "1.3", "18236724", "21454973", "212796.14", "0", "2016-12-31"),
    # figures that stand still
    *(
        ("2014UK05SFOP005", "ESF", axis, objective, MORE, year, "4.1", eu, total, cost, spent, date)
        for year, date in (("2020", "2020-12-31"), ("2021", "2021-09-30"), ("2022", "2021-09-30"))
        for axis, objective, eu, total, cost, spent in (
            ("1", "MULTI", "3981226", "7962452", "12790722.03", "9439629.55"),
            ("2", "TA", "193200", "386400", "386400", "340740.32"),
        )
    ),
    # cost on a plan of zero, and no objective
    ("2014ES05M9OP001", "ESF", "1D", "VOID", LESS, "2016", "1.2", "0", "0", "9250000", "0", "2016-12-31"),
]
# rural development: the measure belongs to the key
RURAL = ("2014IT06RDRP001", "EAFRD", "P3", "03", "VOID", "2018", "5.1")
RURAL_ROWS = [
    (*RURAL, "21600000", "45000000", "0", "275000", "2018-12-31", "M04", "FA_3A"),
    (*RURAL, "480000", "1000000", "0", "0", "2018-12-31", "M16", "FA_3A"),
]

# cci, fund, type, code, objective, axis, priority, region, year, version, target, value, report
REPORTED = [
    *(
        ("2014IT05SFOP007", "ESF", kind, code, objective, axis, priority, MORE, year, version, target, value, report)
        for kind, code, objective, axis, priority, series in (
            (
                "OESF",
                "CO01",
                "08",
                "I",
                "8i",
                (
                    ("2018", "4.0", "69038", "157769", "2020.0"),
                    ("2019", "5.0", "216887", "157846", "2020.0"),
                    ("2020", "6.0", "131480", "157891", "2020.0"),
                    ("2021", "7.0", "131480", "", ""),
                ),
            ),
            (
                "RESF",
                "CR06",
                "08",
                "I",
                "8ii",
                (
                    ("2018", "4.0", "35", "0", "2020.0"),
                    ("2020", "6.0", "35", "102", "2020.0"),
                    ("2021", "7.0", "35", "", ""),
                ),
            ),
            (
                "OESF",
                "CO05",
                "09",
                "II",
                "9i",
                (("2018", "4.0", "", "1181", "2020.0"), ("2020", "6.0", "", "2111", "2020.0")),
            ),
        )
        for year, version, target, value, report in series
    ),
    # the same code twice: RESF and RYEI
    *(
        ("2014IT05M9OP001", "YEI", kind, "CR06", "08", "1", "8ii", "", year, version, target, value, report)
        for kind, year, version, target, value, report in (
            ("RESF", "2018", "3.0", "", "165190", "2020.0"),
            ("RYEI", "2018", "3.0", "50", "62571", "2020.0"),
            ("RESF", "2020", "5.0", "", "183310", "2020.0"),
            ("RYEI", "2020", "5.0", "50", "69844", "2020.0"),
            ("RYEI", "2021", "6.0", "50", "", ""),
        )
    ),
]


def finance_records(rows=None):
    """Rows of the finance table as the interface names them."""
    records = []
    for row in PUBLISHED if rows is None else rows:
        cci, fund, axis, objective, region, year, version, eu, total, cost, spent, date, *measure = row
        record = dict.fromkeys(FINANCE_COLUMNS, "VOID") | {
            "ms": cci[4:6],
            "ms_name": "",
            "cci": cci,
            "title": TITLES.get(cci, "A programme"),
            "ver": version,
            "fund": fund,
            "priority": axis,
            "to": objective,
            "to_short": "",
            "to_long": OBJECTIVES.get(objective, ""),
            "category_of_region": region,
            "eu_amount": eu,
            "national_amount": str(int(total) - int(eu)),
            "total_amount": total,
            "year": year,
            "eu_co_financing": "50",
            "total_eligible_cost": cost,
            "total_eligible_expenditure": spent,
            "ir_last_version": f"{year}01" if date else "",
            "reference_date": f"{date}T00:00:00.000" if date else "",
        }
        if measure:
            record["eafrd_measure"], record["eafrd_fa"] = measure
        records.append(record)
    return records


def indicator_records(rows=None):
    """Rows of the indicators table as the interface names them."""
    records = []
    for row in REPORTED if rows is None else rows:
        cci, fund, kind, code, objective, axis, priority, region, year, version, target, value, report = row
        records.append(
            dict.fromkeys(INDICATOR_COLUMNS, "")
            | {
                "ms": cci[4:6],
                "cci": cci,
                "ver": version,
                "title": TITLES.get(cci, "A programme"),
                "fund": fund,
                "indicator_type_code": kind,
                "ind_code": code,
                # a line break inside a cell, as the portal has them
                "indicator_short_name": "Name of\nthe indicator",
                "to": objective,
                "priority_code": axis,
                "investment_priority": priority,
                "measure_code": "VOID",
                "focus_area_code": "VOID",
                "target_value": target,
                "measurement_unit": "Number",
                "is_division": "N",
                "year": year,
                "ir_ver": report,
                "implemented_value": value,
                "category_of_region": region,
            }
        )
    return records


def planned_records():
    """The plan of October 2022 for axis I of Lombardia and for a rural programme without an axis."""
    base = dict.fromkeys(PLANNED_COLUMNS, "VOID")
    return [
        base
        | {
            "ms": "IT",
            "cci": "2014IT05SFOP007",
            "ver": "7.0",
            "title": "Lombardia  - ESF",
            "fund": "ESF",
            "priority": "I",
            "to": "8",
            "to_long": OBJECTIVES["08"],
            "category_of_region": MORE,
            "eu_amount": "118350000",
            "national_amount": "118350000",
            "total_amount": "236700000",
            "eu_co_financing": "50",
        },
        base
        | {
            "ms": "IT",
            "cci": "2014IT06RDRP001",
            "ver": "9",
            "title": "Abruzzo - Rural Development",
            "fund": "EAFRD",
            "priority": "",
            "to": "TA",
            "eafrd_measure_code": "M20",
            "eu_amount": "480000.5",
            "total_amount": "1000000.25",
        },
    ]


def soda_csv(records):
    """The CSV of the interface: column names, everything in quotes, missing values left empty."""
    out = io.StringIO()
    columns = list(records[0])
    out.write(",".join(f'"{column}"' for column in columns) + "\n")
    for record in records:
        cells = (f'"{record[column]}"' if record[column] != "" else "" for column in columns)
        out.write(",".join(cells) + "\n")
    return out.getvalue().encode()


def export_csv(records, labels, *, thousands=False):
    """The CSV a person exports on the site: labels, dates as in America, objectives without zero."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(labels)
    for record in records:
        cells = dict(record)
        cells["to"] = cells["to"].lstrip("0")
        if cells.get("reference_date"):
            year, month, day = cells["reference_date"][:10].split("-")
            cells["reference_date"] = f"{month}/{day}/{year} 12:00:00 AM"
        for column, text in cells.items():
            if thousands and text and (column.startswith(("eu_amount", "national", "total_"))):
                cells[column] = f"{float(text):,.2f}"
        writer.writerow(cells.values())
    return out.getvalue().encode()


def soda_json(records):
    """The JSON of the interface: every value a string, missing ones left out."""
    kept = [{key: value for key, value in record.items() if value != ""} for record in records]
    return json.dumps(kept, ensure_ascii=False).encode()


def written(folder, name, content, *, packed=False):
    path = Path(folder) / name
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def portal_tables():
    """The folder with copies of the portal's whole tables; skips the test where it is not."""
    for above in Path(__file__).resolve().parents:
        folder = above / "shared" / "data" / "ec"
        if folder.is_dir():
            return folder
    pytest.skip("the whole tables of the portal are not here (../shared/data/ec)")
