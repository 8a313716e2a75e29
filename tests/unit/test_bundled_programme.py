"""The bundled programme against what was published, typed from the sources by hand."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest

from porfse_analysis import schema
from porfse_analysis.resources import bundled as bundled_folder

EC, EC_INDICATORS, SHEET = "ec-99js-gm52", "ec-2q3n-nr7n", "sheet-2018-09-30"
TOTAL, EU_TOTAL = 970_474_516.00, 485_237_258.00
AXES = ["I", "II", "III", "IV", "V"]

EC_CUTOFFS = [f"{year}-12-31" for year in range(2014, 2022)] + ["2022-06-30"]

# Plan version of each position, and the allocation of axes I to V.
PLANS = {
    "2014-12-31": ("1.2", [358_000_000, 227_100_000, 332_500_000, 20_000_000, 32_874_516]),
    "2015-12-31": ("1.2", [358_000_000, 227_100_000, 332_500_000, 20_000_000, 32_874_516]),
    "2016-12-31": ("2", [358_000_000, 227_100_000, 332_500_000, 20_000_000, 32_874_516]),
    "2017-12-31": ("3.1", [358_000_000, 227_100_000, 332_500_000, 20_000_000, 32_874_516]),
    "2018-12-31": ("4", [358_000_000, 227_100_000, 332_500_000, 20_000_000, 32_874_516]),
    "2019-12-31": ("5", [358_000_000, 227_100_000, 332_500_000, 20_000_000, 32_874_516]),
    "2020-12-31": ("6", [236_700_000, 379_000_000, 301_900_000, 20_000_000, 32_874_516]),
    "2021-12-31": ("7", [236_700_000, 379_000_000, 301_900_000, 19_114_000, 33_760_516]),
    "2022-06-30": ("7", [236_700_000, 379_000_000, 301_900_000, 19_114_000, 33_760_516]),
}

# Selected cost of axes I to V and of the programme, cumulative; the Commission's table, copy of October 2022.
SELECTED = {
    "2014-12-31": ["0", "0", "0", "0", "0", "0"],
    "2015-12-31": ["0", "192,910.00", "10,587,495.47", "0", "4,296,790.20", "15,077,195.67"],
    "2016-12-31": [
        *("29,179,591.74", "18,029,945.44", "53,129,592.02", "500,000.00", "7,069,602.13"),
        "107,908,731.33",
    ],
    "2017-12-31": [
        *("73,665,949.88", "32,375,132.12", "114,113,766.97", "2,042,096.89", "12,920,311.35"),
        "235,117,257.21",
    ],
    "2018-12-31": [
        *("133,615,344.12", "86,370,816.79", "156,520,390.44", "8,669,559.96", "19,891,440.77"),
        "405,067,552.08",
    ],
    "2019-12-31": [
        *("177,966,084.16", "146,651,578.95", "210,514,278.08", "10,418,954.68", "22,059,306.61"),
        "567,610,202.48",
    ],
    "2020-12-31": [
        *("190,927,704.06", "184,312,574.33", "226,245,211.51", "15,929,035.06", "24,208,826.25"),
        "641,623,351.21",
    ],
    "2021-12-31": [
        *("280,044,606.82", "307,071,959.36", "246,845,103.04", "19,097,553.45", "28,786,828.34"),
        "881,846,051.01",
    ],
    "2022-06-30": [
        *("290,131,389.75", "307,287,750.62", "249,962,302.53", "19,064,250.70", "31,147,847.30"),
        "897,593,540.90",
    ],
}

# Declared expenditure, likewise.
DECLARED = {
    "2014-12-31": ["0", "0", "0", "0", "0", "0"],
    "2015-12-31": ["0", "0", "0", "0", "132,281.69", "132,281.69"],
    "2016-12-31": ["11,381,978.29", "3,372,137.77", "45,608,931.92", "0", "2,405,685.90", "62,768,733.88"],
    "2017-12-31": [
        *("43,790,321.99", "8,206,838.21", "89,753,514.58", "48,700.00", "5,072,869.72"),
        "146,872,244.50",
    ],
    "2018-12-31": [
        *("122,136,070.10", "48,453,472.52", "135,998,085.71", "1,503,484.64", "9,175,983.29"),
        "317,267,096.26",
    ],
    "2019-12-31": [
        *("163,057,413.51", "98,067,551.03", "187,597,177.88", "2,919,545.92", "13,701,746.96"),
        "465,343,435.30",
    ],
    "2020-12-31": [
        *("163,933,048.88", "122,977,484.17", "202,364,659.68", "6,918,885.56", "17,615,030.77"),
        "513,809,109.06",
    ],
    "2021-12-31": [
        *("223,304,838.20", "257,530,260.66", "219,430,315.87", "8,408,053.71", "21,832,003.54"),
        "730,505,471.98",
    ],
    "2022-06-30": [
        *("230,560,017.70", "266,139,654.59", "230,236,328.97", "10,841,109.96", "23,784,290.43"),
        "761,561,401.65",
    ],
}


def euro(text: str) -> float:
    return float(text.replace(",", ""))


def amounts(programme, cutoff: str, stage: str, source: str = EC) -> pd.DataFrame:
    """The rows of one source, position and stage by axis."""
    finance = programme.finance
    rows = finance[(finance["cutoff"] == cutoff) & (finance["stage"] == stage) & (finance["source"] == source)]
    return rows.set_index("axis")


# -- the programme ----------------------------------------------------------------------------------------------------


def test_identity(bundled):
    assert bundled.cci == "2014IT05SFOP007"
    assert bundled.title("it") == "POR FSE 2014-2020 di Regione Lombardia"
    assert bundled.title("en") == "ESF regional operational programme 2014-2020 of Regione Lombardia"


def test_ten_reporting_dates(bundled):
    assert bundled.cutoffs == sorted([*EC_CUTOFFS, "2018-09-30"])


def test_axes_with_their_titles_and_strands(bundled):
    axes = bundled.axes.set_index("axis")
    assert axes.index.tolist() == AXES
    assert axes["title_it"].tolist() == [
        "Occupazione",
        "Inclusione sociale e lotta alla povertà",
        "Istruzione e formazione",
        "Capacità istituzionale e amministrativa",
        "Assistenza tecnica",
    ]
    assert axes["thematic_objective"].tolist() == ["08", "09", "10", "11", "TA"]
    assert axes["technical_assistance"].tolist() == [False, False, False, False, True]
    assert axes["strand_it"].str.lower().tolist() == [
        "crescita dell'occupazione",
        "inclusione sociale attiva",
        "competenze per la crescita",
        "qualità della pubblica amministrazione",
        "",
    ]
    assert axes["title_en"].ne("").all()


# -- finance of the Commission ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cutoff", EC_CUTOFFS)
def test_allocations_by_axis_and_plan_version(bundled, cutoff):
    version, expected = PLANS[cutoff]
    rows = amounts(bundled, cutoff, "allocation")
    assert rows["amount_eur"].to_dict() == dict(zip(AXES, expected, strict=True))
    assert rows["plan_version"].unique().tolist() == [version]
    assert rows["amount_eur"].sum() == TOTAL
    assert rows["eu_amount_eur"].sum() == EU_TOTAL
    assert (rows["eu_amount_eur"] * 2 == rows["amount_eur"]).all()  # co-financing of 50% on every axis


@pytest.mark.parametrize("cutoff", EC_CUTOFFS)
@pytest.mark.parametrize(("stage", "published"), [("selected", SELECTED), ("declared", DECLARED)])
def test_cost_and_expenditure_by_axis(bundled, cutoff, stage, published):
    *by_axis, total = map(euro, published[cutoff])
    rows = amounts(bundled, cutoff, stage)
    assert rows["amount_eur"].to_dict() == dict(zip(AXES, by_axis, strict=True))
    assert rows["amount_eur"].sum() == pytest.approx(total, abs=0.001)


def test_the_commission_publishes_to_the_cent_and_nothing_else(bundled):
    rows = bundled.finance[bundled.finance["source"] == EC]
    assert len(rows) == 9 * 5 * 3
    assert rows["precision"].unique().tolist() == [0.01]
    assert rows["qualifier"].unique().tolist() == ["exact"]
    assert rows["fund"].unique().tolist() == ["ESF"]
    assert rows["region_category"].unique().tolist() == ["More developed"]
    assert (rows["data_date"] == rows["cutoff"]).all()


# -- the information sheet --------------------------------------------------------------------------------------------

CENT, MILLION = 0.01, 1_000_000.0


@pytest.mark.parametrize(
    ("axis", "stage", "amount", "precision"),
    [
        ("I", "allocation", 358_000_000, CENT),  # 358.000.000,00 €
        ("II", "allocation", 227_100_000, CENT),
        ("III", "allocation", 332_500_000, CENT),
        ("IV", "allocation", 20_000_000, CENT),
        ("V", "allocation", 32_000_000, MILLION),  # 32 Mln €
        ("ALL", "allocation", 970_470_000, 10_000),  # 970.47 Mln €
        ("ALL", "activated", 614_000_000, MILLION),  # 614 MLN €
        ("ALL", "committed", 356_000_000, MILLION),
        ("ALL", "paid", 281_000_000, MILLION),
        ("ALL", "certified", 144_000_000, MILLION),
        ("I", "activated", 216_000_000, MILLION),  # 216 Mln €
        ("II", "activated", 162_000_000, MILLION),
        ("III", "activated", 220_000_000, MILLION),
        ("IV", "activated", 15_000_000, MILLION),
    ],
)
def test_amounts_of_the_sheet(bundled, axis, stage, amount, precision):
    row = amounts(bundled, "2018-09-30", stage, SHEET).loc[axis]
    assert (row["amount_eur"], row["precision"], row["qualifier"]) == (amount, precision, "exact")


def test_the_sheet_publishes_fourteen_amounts(bundled):
    rows = bundled.finance[bundled.finance["source"] == SHEET]
    assert len(rows) == 14
    assert rows["cutoff"].unique().tolist() == [pd.Timestamp(2018, 9, 30)]
    assert rows["eu_amount_eur"].isna().all()


@pytest.mark.parametrize(
    ("claim", "quantity", "axis", "value", "unit", "qualifier", "precision"),
    [
        ("certified-more-than-144", "certified", "ALL", 144_000_000, "EUR", "more_than", MILLION),
        ("output-milestones", "output_milestones_achieved", "ALL", 5, "indicator", "exact", 1),
        ("financial-milestones", "financial_milestones_progressing", "ALL", 2, "indicator", "exact", 1),
        ("people-reached", "participants", "ALL", 187_000, "participant", "more_than", 1),
        ("women-share", "women_share", "ALL", 0.47, "1", "exact", 0.01),
        ("allocation-total", "allocation", "ALL", 970_470_000, "EUR", "exact", 10_000),
        ("allocation-technical-assistance", "allocation", "V", 32_000_000, "EUR", "exact", MILLION),
        ("allocation-axis-ii", "allocation", "II", 227_100_000, "EUR", "exact", 0.01),
        ("activated-15", "activated", "IV", 15_000_000, "EUR", "exact", MILLION),
        ("reached-iefp", "recipients_iefp", "ALL", 30_000, "participant", "about", 1),
        ("reached-centri-per-impiego", "recipients_centri-per-impiego", "ALL", 64, "job centre", "exact", 1),
    ],
)
def test_claims_of_the_sheet(bundled, claim, quantity, axis, value, unit, qualifier, precision):
    row = bundled.claims.set_index("claim").loc[claim]
    assert (row["quantity"], row["axis"], row["value"], row["unit"]) == (quantity, axis, value, unit)
    assert (row["qualifier"], row["precision"]) == (qualifier, precision)
    assert (row["source"], row["cutoff"]) == (SHEET, pd.Timestamp(2018, 9, 30))


def test_the_claim_on_decommitment_states_no_figure(bundled):
    row = bundled.claims.set_index("claim").loc["n-plus-3-2018"]
    assert row["quantity"] == "decommitment_target_2018"
    assert pd.isna(row["value"])
    assert len(bundled.claims) == 28


@pytest.mark.parametrize(
    ("measure", "value", "qualifier", "axis", "axis_source"),
    [
        ("dote-unica-lavoro", 100_000, "more_than", "I", "dgr-xi-959-2018"),
        ("nidi-gratis", 14_000, "more_than", "II", "regione-nidi-gratis"),
        ("ifts", None, "exact", "III", "call-ifts-2017-2018"),
        # no source that could be read settles the axis of these
        ("provvedimenti-giudiziari", 2_000, "about", "", ""),
        ("autonomia-anziani", 400, "more_than", "", ""),
        ("autonomia-disabili", 700, "more_than", "", ""),
        ("iefp", 30_000, "about", "", ""),
        ("polizia-locale", 3_000, "about", "", ""),
        ("azioni-di-rete", None, "exact", "", ""),
        ("iefp-disabili", None, "exact", "", ""),
    ],
)
def test_measures_with_their_recipients(bundled, measure, value, qualifier, axis, axis_source):
    row = bundled.measures.set_index("measure").loc[measure]
    assert row["axis"] == axis
    assert row["axis_source"] == axis_source
    assert row["source"] == SHEET
    if value is None:
        assert pd.isna(row["value"])
    else:
        assert (row["value"], row["qualifier"], row["precision"]) == (value, qualifier, 1)


def test_an_axis_of_a_measure_always_has_its_source(bundled):
    measures = bundled.measures
    assert len(measures) == 11
    assert (measures["axis"].ne("") == measures["axis_source"].ne("")).all()
    assert measures["title_it"].ne("").all()


def test_the_job_centres_are_64(bundled):
    row = bundled.measures.set_index("measure").loc["centri-per-impiego"]
    assert row["value"] == 64


# -- indicators -------------------------------------------------------------------------------------------------------

VERSIONS = ["1.2", "2", "3.1", "4", "5", "6", "7"]


@pytest.mark.parametrize(
    ("priority", "code", "by_version"),
    [
        ("8i", "CO01", [69_038, 69_038, 69_038, 69_038, 216_887, 131_480, 131_480]),
        # 30% of CO01 in every version
        ("8i", "CR06", [20_711.40, 20_711.40, 20_711.40, 20_711.40, 65_066.10, 39_444, 39_444]),
        ("8iv", "CO21", [13, 13, 13, 10, 10, 3, 3]),
        ("8v", "CO05", [33_269, 33_269, 33_269, 33_269, 21_485, 15_558, 15_558]),
        ("9i", "CO17", [16_746, 16_746, 16_746, 15_646, 15_646, 9_419, 9_419]),
        ("9ii", "CO17", [10_929, 10_929, 10_929, 10_929, 10_929, 18_579, 18_579]),
        ("10iv", "CO05", [72_993, 72_993, 72_993, 72_993, 72_993, 192, 192]),
        ("10iv", "CO10", [4_991, 4_991, 4_991, 4_991, 4_991, 6_077, 6_077]),
        ("10iv", "CR03", [3_992.80, 3_992.80, 3_992.80, 3_992.80, 3_992.80, 4_861.60, 4_861.60]),
        ("11i", "CO22", [20, 20, 20, 1, 0, 0, 0]),
        # dropped by a later plan
        ("8iv", "CO01", [6_731, 6_731, 6_731, 6_731, 16_090, None, None]),
        ("8iv", "CR06", [1_884.68, 1_884.68, 1_884.68, 1_884.68, 4_505.20, None, None]),
        ("9iv", "CO18", [80, 80, 80, 80, 80, None, None]),
        ("11ii", "CO22", [325, 325, 325, None, None, None, None]),
    ],
)
def test_targets_by_plan_version(bundled, priority, code, by_version):
    rows = bundled.targets
    rows = rows[(rows["investment_priority"] == priority) & (rows["indicator_code"] == code)]
    expected = {version: target for version, target in zip(VERSIONS, by_version, strict=True) if target is not None}
    assert rows.set_index("plan_version")["target"].to_dict() == expected
    assert rows["unit"].unique().tolist() == ["Number"]


def test_plan_versions_hold_from_their_first_position(bundled):
    starts = bundled.targets.groupby("plan_version")["valid_from"].agg(["min", "max"])
    years = dict(zip(VERSIONS, range(2015, 2022), strict=True))
    assert starts["min"].to_dict() == {version: pd.Timestamp(year, 12, 31) for version, year in years.items()}
    assert (starts["min"] == starts["max"]).all()


def test_no_milestone_is_made_up(bundled):
    assert bundled.targets["milestone"].isna().all()
    assert not bundled.targets["in_performance_framework"].any()


@pytest.mark.parametrize(
    ("priority", "code", "percentage"), [("8ii", "CR06", 35), ("8v", "CR06", 20.20), ("9i", "CR05", 80)]
)
def test_three_targets_are_marked_as_percentages(bundled, priority, code, percentage):
    rows = bundled.targets[bundled.targets["unit"] == "%"]
    assert len(rows) == 3 * len(VERSIONS)
    marked = rows[(rows["investment_priority"] == priority) & (rows["indicator_code"] == code)]
    assert marked["plan_version"].tolist() == VERSIONS
    assert marked["target"].unique().tolist() == [percentage]
    assert marked["kind"].unique().tolist() == ["result"]


@pytest.mark.parametrize(
    ("axis", "code", "value"),
    [
        ("I", "CO01", 161_345),
        ("II", "CO01", 21_370),
        ("III", "CO01", 5_608),
        ("I", "CO03", 153),
        ("II", "CO03", 15_402),
        ("III", "CO03", 52_450),
        ("I", "CO05", 48_256),
        ("II", "CO05", 88_761),
        ("III", "CO05", 455),
        ("IV", "CO05", 3_948),
        ("I", "CR06", 95_325),
    ],
)
def test_achievements_of_2020_by_axis(bundled, axis, code, value):
    rows = bundled.achievements
    rows = rows[(rows["cutoff"] == "2020-12-31") & (rows["axis"] == axis) & (rows["indicator_code"] == code)]
    assert rows["value"].sum() == value


@pytest.mark.parametrize(
    ("cutoff", "people"), [("2017-12-31", 187_716), ("2018-12-31", 300_656), ("2020-12-31", 397_748)]
)
def test_participants_of_the_programme(bundled, cutoff, people):
    rows = bundled.achievements
    rows = rows[(rows["cutoff"] == cutoff) & rows["indicator_code"].isin(["CO01", "CO03", "CO05"])]
    assert rows["value"].sum() == people


def test_achievements_say_what_they_are(bundled):
    rows = bundled.achievements
    assert sorted(rows["cutoff"].dt.year.unique()) == [2015, 2016, 2017, 2018, 2019, 2020]
    assert rows["reported_in"].unique().tolist() == ["2020.0"]  # restated: all from the report of 2020
    assert rows["source"].unique().tolist() == [EC_INDICATORS]
    assert set(zip(rows["indicator_code"].str[:2], rows["indicator_type"], strict=True)) == {
        ("CO", "OESF"),
        ("CR", "RESF"),
    }
    assert rows["women"].isna().all()  # the Commission publishes no breakdown by gender


# -- population and sources -------------------------------------------------------------------------------------------


def test_residents_of_lombardia(bundled):
    assert bundled.population.set_index("year")["residents"].to_dict() == {
        2016: 9_958_447,
        2017: 9_970_419,
        2018: 9_986_962,
        2019: 10_010_833,
        2020: 10_027_602,
        2021: 9_981_554,
        2022: 9_943_004,
        2023: 9_976_509,
        2024: 10_012_054,
        2025: 10_033_918,
    }
    assert bundled.population["area"].unique().tolist() == ["ITC4"]


REFERENCES = [
    (table.name, column.name)
    for table in schema.TABLES.values()
    for column in table.columns
    if column.refers_to == "sources"
]


@pytest.mark.parametrize(("table", "column"), REFERENCES)
def test_every_source_referred_to_is_described(bundled, table, column):
    frame = getattr(bundled, table)
    described = set(
        bundled.sources.loc[bundled.sources["title_it"].ne("") & bundled.sources["licence"].ne(""), "source"]
    )
    assert set(frame[column].dropna()) - {""} <= described


def test_every_source_is_used(bundled):
    frames = [bundled.axes, bundled.finance, bundled.achievements, bundled.targets, bundled.measures, bundled.claims]
    used = {source for frame in [*frames, bundled.population] for source in frame["source"].dropna()}
    used |= set(bundled.measures["axis_source"])
    assert set(bundled.sources["source"]) <= used


def test_every_figure_has_a_source(bundled):
    for table in ("finance", "achievements", "targets", "measures", "population", "claims"):
        assert getattr(bundled, table)["source"].notna().all(), table


def test_annual_commitments_are_not_made_up(bundled):
    assert bundled.eu_commitments.empty


# -- the published tables, where they are at hand ---------------------------------------------------------------------


def read(file) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def test_finance_equals_the_published_table(bundled, shared_data):
    published = read(shared_data / "lombardia_finance.csv")
    stages = {
        "allocation_total": "allocation",
        "selected_eligible_cost": "selected",
        "declared_eligible_expenditure": "declared",
    }
    rows = bundled.finance[bundled.finance["source"] == EC]
    ours = {
        (row.cutoff.date().isoformat(), row.axis, row.plan_version, row.stage): (row.amount_eur, row.eu_amount_eur)
        for row in rows.itertuples()
    }
    eu = published[published["measure"] == "allocation_eu"].set_index(["cutoff", "axis"])["amount_eur"]
    assert len(published) == 180
    theirs = {}
    for row in published[published["measure"].isin(stages)].itertuples():
        key = (row.cutoff, row.axis, row.plan_version, stages[row.measure])
        theirs[key] = (float(row.amount_eur), float(eu[row.cutoff, row.axis]) if key[3] == "allocation" else None)
    assert {key: (amount, None if pd.isna(part) else part) for key, (amount, part) in ours.items()} == theirs


@pytest.fixture
def outputs(shared_data) -> pd.DataFrame:
    published = read(shared_data / "lombardia_outputs.csv")
    assert len(published) == 898
    return published.assign(indicator_type=published["indicator_type"].map({"output": "OESF", "result": "RESF"}))


KEY = ["axis", "investment_priority", "indicator_type", "indicator_code"]


def test_achievements_equal_the_published_table(bundled, outputs):
    theirs = {
        (*key, row.cutoff): (float(row.value), row.report_version)
        for row in outputs.itertuples()
        for key in [tuple(getattr(row, name) for name in KEY)]
        if row.value
    }
    ours = {
        (*(getattr(row, name) for name in KEY), row.cutoff.date().isoformat()): (row.value, row.reported_in)
        for row in bundled.achievements.itertuples()
    }
    assert ours == theirs
    assert len(bundled.achievements) == len(theirs) == 880


def test_targets_equal_the_published_table(bundled, outputs):
    theirs = {
        (*(getattr(row, name) for name in KEY), row.plan_version): (float(row.target_2023), row.cutoff)
        for row in outputs[outputs["target_2023"] != ""].itertuples()
    }
    ours = {
        (*(getattr(row, name) for name in KEY), row.plan_version): (row.target, row.valid_from.date().isoformat())
        for row in bundled.targets.itertuples()
    }
    assert ours == theirs
    assert len(bundled.targets) == len(theirs)


def test_population_equals_the_published_table(bundled, shared_data):
    published = read(shared_data / "population_lombardia.csv")
    theirs = dict(zip(published["year"].astype(int), published["population"].astype(float), strict=True))
    assert bundled.population.set_index("year")["residents"].to_dict() == theirs


# -- the folder itself ------------------------------------------------------------------------------------------------


DESCRIPTOR = json.loads((bundled_folder() / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in DESCRIPTOR["resources"]}


def test_the_descriptor_declares_the_files_there_are():
    assert {resource["path"] for resource in DESCRIPTOR["resources"]} == {
        file.name for file in bundled_folder().glob("*.csv")
    }
    assert len(RESOURCES) == len(DESCRIPTOR["resources"])
    assert [licence["name"] for licence in DESCRIPTOR["licenses"]] == ["CC0-1.0", "CC-BY-4.0"]


@pytest.mark.parametrize("table", list(RESOURCES))
def test_the_descriptor_says_what_the_schema_says(table):
    resource = RESOURCES[table]
    fields = resource["schema"]["fields"]
    columns = schema.TABLES[table].columns
    types = {
        "text": "string",
        "date": "date",
        "amount": "number",
        "number": "number",
        "year": "year",
        "flag": "boolean",
    }
    assert [item["name"] for item in fields] == [column.name for column in columns]
    assert [item["type"] for item in fields] == [types[column.kind] for column in columns]
    assert [item["description"] for item in fields] == [column.meaning for column in columns]
    limits = [item.get("constraints", {}) for item in fields]
    assert [limit.get("required", False) for limit in limits] == [column.required for column in columns]
    assert [tuple(limit.get("enum", ())) for limit in limits] == [column.allowed for column in columns]
    assert resource["schema"]["primaryKey"] == list(schema.TABLES[table].key)
    assert resource["schema"].get("foreignKeys", []) == [
        {
            "fields": [column.name],
            "reference": {"resource": column.refers_to, "fields": list(schema.TABLES[column.refers_to].key)},
        }
        for column in columns
        if column.refers_to and not column.may_be_all
    ]
    assert (resource["encoding"], resource["dialect"]["delimiter"]) == ("utf-8", ",")
    with (bundled_folder() / resource["path"]).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [item["name"] for item in fields]


@pytest.mark.parametrize("table", list(RESOURCES))
def test_what_the_descriptor_declares_of_references_holds(table):
    """Read by itself, as another program would: every filled cell is a key of the table it refers to."""

    def cells(name, column):
        with (bundled_folder() / RESOURCES[name]["path"]).open(encoding="utf-8", newline="") as file:
            return {row[column] for row in csv.DictReader(file)} - {""}

    for key in RESOURCES[table]["schema"].get("foreignKeys", []):
        (field,), (known,) = key["fields"], key["reference"]["fields"]
        assert cells(table, field) <= cells(key["reference"]["resource"], known)


@pytest.mark.parametrize("table", list(schema.TABLES))
def test_frames_have_the_columns_of_the_schema(bundled, table):
    frame = getattr(bundled, table)
    series = ["series"] if table in ("finance", "achievements") else []
    assert frame.columns.tolist() == ["programme", *schema.TABLES[table].names, *series]
    assert set(frame["programme"]) <= {"2014IT05SFOP007"}
    assert not frame.duplicated(list(schema.TABLES[table].key)).any()
