"""The Commission's tables of 2021-2027: every form they are met in, their traps, and the programme made of them."""

import bz2
import gzip
import io
import json

import cohesion_samples as samples
import cohesion_samples_2021 as new
import pandas as pd
import pytest
from typer.testing import CliRunner

from porfse_analysis import all_indicators, open_report
from porfse_analysis.cli import app
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.indicators.people import participants
from porfse_analysis.loaders.cohesion.tables_2021 import read_2021
from porfse_analysis.loaders.cohesion_data import import_files
from porfse_analysis.loaders.folder import load_programme

CCI = new.PROGRAMME


@pytest.fixture
def files(tmp_path):
    """A function that writes the tables asked for, some of them with other records."""

    def write(*kinds, form=samples.soda_csv, **records):
        written = []
        for kind in dict.fromkeys([*(kinds if kinds or records else new.TABLES), *records]):
            rows = records.get(kind) or new.TABLES[kind]()
            written.append(samples.written(tmp_path, kind, form(rows)))
        return written

    return write


@pytest.fixture
def made(files, tmp_path):
    """A function that imports them; the programme as it is read again from its folder."""

    def make(*kinds, **records):
        import_files(files(*kinds, **records), CCI, tmp_path / "programme")
        return load_programme(tmp_path / "programme")

    return make


def money(programme, cutoff, stage, column="amount_eur"):
    rows = programme.finance
    rows = rows[(rows["cutoff"] == cutoff) & (rows["stage"] == stage)]
    return dict(zip(rows["axis"], rows[column], strict=True))


def refused(kind, records, **options):
    with pytest.raises(DataError) as caught:
        read_2021(io.BytesIO(samples.soda_csv(records)), kind, **options)
    return str(caught.value)


def altered(records, place, **cells):
    return [{**record, **cells} if at == place else record for at, record in enumerate(records)]


# --- every form ---


FORMS = {
    "soda_csv": samples.soda_csv,
    "gzip": lambda records: gzip.compress(samples.soda_csv(records)),
    "json": samples.soda_json,
    "export": new.export_csv,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", new.TABLES)
def test_every_form_gives_the_same_frame(kind, form):
    records = new.TABLES[kind]()
    expected, _ = read_2021(io.BytesIO(samples.soda_csv(records)), kind)
    frame, _ = read_2021(io.BytesIO(FORMS[form](records)), kind)
    texts = {name: "str" for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    pd.testing.assert_frame_equal(frame.astype(texts), expected.astype(texts))


def test_flags_that_are_no_texts_in_json():
    records = [{**record, "is_latest_tod_cycle": True} for record in new.achievement_records()]
    frame, _ = read_2021(io.BytesIO(json.dumps(records).encode()), "achievements_2021")
    assert frame["value"].sum() == 665


# --- the programme ---


def test_the_plan_is_of_one_dimension(made):
    programme = made("plan_2021")
    assert money(programme, "2023-03-15", "allocation") == {"1": 1750.5, "2": 2000, "4": 300, "5": 100}
    assert money(programme, "2023-03-15", "allocation", "eu_amount_eur") == {"1": 700, "2": 800, "4": 120, "5": 40}
    row = programme.finance.iloc[0]
    assert (row["fund"], row["region_category"], row["plan_version"]) == ("ESF+", "More developed", "2.1")
    axes = programme.axes.set_index("axis")
    assert axes["title_it"].to_dict() == {**new.TITLES, "1": "Occupazione e lavoro"}
    assert axes["technical_assistance"].to_dict() == {"1": False, "2": False, "4": False, "5": True}
    assert programme.title("it") == "Invented - ESF+"


def test_a_transmission_is_a_position_of_its_own(made):
    programme = made("plan_2021", "transmissions_2021")
    assert programme.cutoffs == ["2023-03-15", "2023-12-31", "2024-12-31"]
    assert money(programme, "2023-12-31", "selected") == {"1": 500.25, "2": 500}
    assert money(programme, "2023-12-31", "declared") == {"1": 100.1, "2": 250.5}
    assert money(programme, "2024-12-31", "selected") == {"1": 900, "2": 1500, "4": 150}
    assert money(programme, "2024-12-31", "declared") == {"1": 500.4, "2": 700, "4": 30}
    page = programme.sources.set_index("source").at["ec-7twf-r3rc", "page"]
    assert page.endswith("the last day of the month of the transmission (to be confirmed)")
    rates = all_indicators(programme, cutoff="2024-12-31", names=["selection_rate"], by="axis")
    assert rates.set_index("axis")["value"].dropna().to_dict() == {"1": 900 / 1750.5, "2": 0.75, "4": 0.5}


def test_the_last_day_of_each_month():
    rows = [(cycle, *new.SENT[0][1:]) for cycle in ("202402", "202304", "202501")]
    frame, _ = read_2021(io.BytesIO(samples.soda_csv(new.transmission_records(rows))), "transmissions_2021")
    assert frame["cycle"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-29", "2023-04-30", "2025-01-31"]
    message = refused("transmissions_2021", altered(new.transmission_records(), 1, tod_cycle="202413"))
    # a title above it has a line break
    assert "row 4, column tod_cycle: '202413' is not a transmission, written as a year and a month (202412)" in message


def test_commitments_of_the_latest_version_adopted(made):
    table = made().eu_commitments
    assert table["year"].tolist() == list(range(2021, 2028))
    assert set(table["fund"]) == {"ESF+"}
    assert set(table["region_category"]) == {"More developed"}
    assert table["eu_commitment_eur"].tolist() == [100, 110, 120, 130, 140, 200, 210]
    assert table["flexibility_amount_eur"].tolist() == [0, 0, 0, 0, 0, 100, 105]


def test_a_flexible_amount_that_is_not_the_half_is_left_empty(made, caplog):
    # the row of the portal's header: 6 and 7 in the last years, a flexible amount of 8
    rows = [("Adopted by EC", "2022-07-18", "1.1", (1, 2, 3, 4, 5, 6, 7), 8)]
    table = made(commitments_2021=new.commitment_records(rows), plan_2021=None).eu_commitments
    assert table["eu_commitment_eur"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert table["flexibility_amount_eur"].isna().all()
    assert "the flexible amount is 8.00 EUR, half of 2026 and 2027 6.50" in caplog.text


def test_version_1_10_comes_after_1_9(made):
    rows = [("Adopted by EC", "2022-07-18", version, (year,) * 7, year) for version, year in (("1.10", 5), ("1.9", 3))]
    table = made(commitments_2021=new.commitment_records(rows), plan_2021=None).eu_commitments
    assert set(table["eu_commitment_eur"]) == {5}


def test_years_that_do_not_add_up_and_no_version_adopted(made, caplog):
    records = new.commitment_records()
    made(commitments_2021=altered(records, 1, total="1000"), plan_2021=None)
    assert "the years add up to 1,010.00, the total is 1,000.00 EUR" in caplog.text


def test_a_plan_by_year_that_is_not_adopted(made, caplog):
    programme = made(commitments_2021=new.commitment_records(new.PLANS_BY_YEAR[2:]), plan_2021=None)
    assert programme.eu_commitments.empty
    assert "no version of the programme is adopted (Sent)" in caplog.text


def test_achievements_by_transmission(made):
    programme = made()
    rows = programme.achievements.set_index(["cutoff", "indicator_code"])
    values = {(f"{date:%Y-%m}", code): value for (date, code), value in rows["value"].items()}
    # what is decided is no achievement
    assert values.pop(("2023-12", "EECR03")) != 0
    assert values == {
        ("2023-12", "EECO02"): 160,
        ("2023-12", "EECO01"): 40,
        ("2024-12", "EECO02"): 350,
        ("2024-12", "EECO01"): 80,
        ("2024-12", "EECR03"): 35,
    }
    # ESO4.1 is of two priorities, ESO4.6 of one
    places = dict(zip(programme.achievements["investment_priority"], programme.achievements["axis"], strict=True))
    assert places == {"ESO4.1": "ALL", "ESO4.6": "2"}


def test_a_priority_that_shares_an_objective_has_no_figures_of_its_own(made):
    # ESO4.2 is of priority 1 alone, which has ESO4.1 with priority 4: its participants are not all of priority 1
    rows = [
        ("202412", objective, "OESF", "EECO01", "persons", "", "", "", people)
        for objective, people in (("ESO4.1", "1000"), ("ESO4.2", "7"), ("ESO4.6", "80"))
    ]
    programme = made(*new.TABLES, achievements_2021=new.achievement_records(rows))
    places = dict(zip(programme.achievements["investment_priority"], programme.achievements["axis"], strict=True))
    assert places == {"ESO4.1": "ALL", "ESO4.2": "ALL", "ESO4.6": "2"}
    by_axis = participants(programme, cutoff="2024-12-31").set_index("axis")
    assert by_axis["value"].to_dict() == {"2": 80}
    whole = participants(programme, cutoff="2024-12-31", by="programme").iloc[0]
    assert (whole["value"], whole["note"]) == (1087, "")


def test_participants_of_an_objective_that_are_not_known_make_the_sum_partial(made):
    rows = [
        ("202412", objective, "OESF", "EECO01", "persons", "", "100", "", people)
        for objective, people in (("ESO4.1", ""), ("ESO4.6", "80"))
    ]
    programme = made(*new.TABLES, achievements_2021=new.achievement_records(rows))
    whole = participants(programme, cutoff="2024-12-31", by="programme").iloc[0]
    assert (whole["value"], whole["note"]) == (80, "partial")


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("it", ["Disoccupati · intero programma ESO4.1", "Partecipanti · asse 2 ESO4.6"]),
        ("en", ["Unemployed · whole programme ESO4.1", "Participants · axis 2 ESO4.6"]),
    ],
)
def test_the_sheet_says_what_an_indicator_is_of(made, lang, names):
    report = open_report(made(), cutoff="2024-12-31", lang=lang)
    assert [item.name for item in sheet_content(report).reached if "ESO" in item.name] == names


def test_without_the_plan_nobody_knows_the_priority(made):
    programme = made("transmissions_2021", "achievements_2021")
    assert set(programme.achievements["axis"]) == {"ALL"}
    assert set(programme.targets["axis"]) == {"ALL"}


def test_targets_are_those_of_their_transmission(made):
    targets = made().targets
    assert targets["in_performance_framework"].all()
    first = targets[targets["valid_from"] == "2023-12-31"].set_index("indicator_code")
    last = targets[targets["valid_from"] == "2024-12-31"].set_index("indicator_code")
    assert first["target"].to_dict() == {"EECO01": 500, "EECR03": 400, "EECO02": 1200}
    assert last["target"].to_dict() == {"EECO01": 600, "EECR03": 400, "EECO02": 1200}
    assert last["milestone"].dropna().to_dict() == {"EECO01": 50, "EECO02": 120}
    assert last["kind"].to_dict() == {"EECO01": "output", "EECR03": "result", "EECO02": "output"}
    assert last["plan_version"].unique().tolist() == ["202412"]
    assert len(targets) == 6


def test_targets_that_stay_the_same_are_of_the_first_transmission(made):
    rows = [row for row in new.REPORTED if row[3] == "EECO02"]
    targets = made(achievements_2021=new.achievement_records(rows), plan_2021=None).targets
    assert targets["valid_from"].dt.strftime("%Y-%m-%d").tolist() == ["2023-12-31"]


def test_percentages_of_several_priorities_are_not_added(made):
    rows = [(*row[:4], "%", *row[5:]) for row in new.REPORTED]
    programme = made(achievements_2021=new.achievement_records(rows), plan_2021=None)
    own = programme.targets[programme.targets["axis"] == "2"]
    assert own["target"].tolist() == [500, 400, 600, 400]
    assert programme.targets[programme.targets["axis"] == "ALL"].empty


def test_indicators_that_are_alike_are_left_empty(made, caplog):
    records = new.achievement_records()
    # the second of two priorities has in 2024 what the first one has
    alike = altered(records, 5, **{name: records[4][name] for name in records[4]})
    programme = made(achievements_2021=alike, plan_2021=None)
    of_all = programme.achievements[programme.achievements["axis"] == "ALL"]
    assert of_all["value"].iloc[0] == 160
    assert pd.isna(of_all["value"].iloc[1])
    assert "1 figure left empty" in caplog.text
    # of nothing but zeros the sum is known
    zeros = dict.fromkeys(("milestone_value_2024", "target_value_2029", "decided_value", "implemented_value"), "0")
    caplog.clear()
    both = altered(altered(records, 4, **zeros), 5, **zeros)
    frame, _ = read_2021(io.BytesIO(samples.soda_csv(both)), "achievements_2021")
    assert frame["repeated"].tolist() == [False] * 4 + [True] * 2 + [False] * 2


def test_a_figure_that_one_priority_lacks_is_not_known(made):
    records = altered(new.achievement_records(), 5, implemented_value="")
    programme = made(achievements_2021=records, plan_2021=None)
    of_all = programme.achievements[programme.achievements["axis"] == "ALL"]
    assert of_all["value"].isna().tolist() == [False, True]


def test_forty_transmissions_in_one_pass(made):
    cycles = [f"{year}{month:02}" for year in (2022, 2023, 2024, 2025) for month in range(1, 11)]
    rows = [(cycle, *row[1:]) for cycle in cycles for row in new.SENT if row[0] == "202412"]
    reported = [(cycle, *row[1:]) for cycle in cycles for row in new.REPORTED if row[0] == "202412"]
    programme = made(
        plan_2021=None,
        transmissions_2021=new.transmission_records(rows),
        achievements_2021=new.achievement_records(reported),
    )
    assert len(programme.cutoffs) == 41
    selected = programme.finance[programme.finance["stage"] == "selected"]
    assert selected.groupby("cutoff")["amount_eur"].sum().unique().tolist() == [2550]
    assert programme.achievements.groupby("cutoff")["value"].sum().unique().tolist() == [465]
    assert programme.targets["valid_from"].nunique() == 1


# --- traps ---


def test_dimensions_that_do_not_give_one_sum_are_told(made, caplog):
    records = altered(new.plan_records(), 6, eu_amount="300")  # the first row of Form of Support
    programme = made(plan_2021=records)
    said = (
        "the dimensions of ESF+ do not give one sum: Intervention Field 1,660.00 EUR (used), Form of Support 1,560.00"
    )
    assert said in caplog.text
    assert said in programme.sources["page"].iat[0]
    assert money(programme, "2023-03-15", "allocation", "eu_amount_eur")["1"] == 700


def test_dimensions_that_give_one_sum_need_no_word(made, caplog):
    made("plan_2021")
    assert "dimension" not in caplog.text


def test_a_plan_without_the_dimension_that_is_summed(files, tmp_path):
    records = new.plan_records(dimensions=new.DIMENSIONS[1:])
    with pytest.raises(
        DataError, match=r"no rows of the dimension Intervention Field .* only of Form of Support, Gender"
    ):
        import_files(files(plan_2021=records), CCI, tmp_path / "programme")
    assert not (tmp_path / "programme").exists()


def test_rows_without_a_priority():
    assert read_2021(io.BytesIO(samples.soda_csv(new.plan_records())), "plan_2021").left_out == ["AMIF"]
    message = refused("plan_2021", altered(new.plan_records(), 2, priority_code=""))
    assert "column priority_code: '' names no priority" in message


def test_faults_of_other_programmes_do_not_matter():
    records = new.plan_records()
    records[-1] = {**records[-1], "total_amount": "n.a."}
    assert "'n.a.' is not a number" in refused("plan_2021", records)
    frame, _ = read_2021(io.BytesIO(samples.soda_csv(records)), "plan_2021", programme=CCI)
    assert len(frame) == 18


def test_two_downloads_in_one_file():
    once = new.plan_records()
    assert "with the same figures: a download is in the file twice" in refused("plan_2021", [*once, once[0]])
    other = [{**record, "version": "3.0", "eu_amount": "1"} for record in once]
    assert "is the version of the programme here, other rows are of 2.1" in refused("plan_2021", [*once, *other])
    sent = new.transmission_records()
    assert "has every row twice: a download is in the file twice" in refused("transmissions_2021", [*sent, *sent])
    planned = new.commitment_records()
    assert "is the key of an earlier row too" in refused("commitments_2021", [*planned, planned[0]])
    reported = new.achievement_records()
    assert "has every row twice" in refused("achievements_2021", [*reported, *reported])


def test_rows_alike_are_counted_and_said(made, caplog):
    rows = new.transmission_records()
    programme = made(plan_2021=None, transmissions_2021=[*rows, rows[0]])
    assert money(programme, "2023-12-31", "selected")["1"] == 800.5
    assert "2 rows are there more than once, alike in every column" in caplog.text
    # alike in what is read, not in the rest
    caplog.clear()
    other = [{**record, "theme": str(place)} for place, record in enumerate([*rows, rows[0]])]
    read, _ = read_2021(io.BytesIO(samples.soda_csv(other)), "transmissions_2021")
    assert not read["repeated"].any()


def test_a_plan_without_a_date_of_adoption(files, tmp_path):
    records = [{**record, "last_adoption_date_ecms": ""} for record in new.plan_records()]
    with pytest.raises(DataError, match=r"gives no date of adoption for version 2.1"):
        import_files(files(plan_2021=records), CCI, tmp_path / "programme")


def test_a_priority_the_plan_does_not_have_is_told(made, caplog):
    records = altered(new.transmission_records(), 0, priority="P1")
    made(plan_2021=None, transmissions_2021=records)
    assert "7twf-r3rc: the plan has no priority P1" in caplog.text


@pytest.mark.parametrize("form", [samples.soda_csv, samples.soda_json])
def test_a_file_cut_at_the_limit_is_refused(form):
    rows = [(cycle, "1", "ESO4.1", str(field), "1", "0") for cycle in ("202312", "202412") for field in range(500)]
    content = form(new.transmission_records(rows))
    with pytest.raises(DataError, match=r"exactly 1,000 records, .* --whole"):
        read_2021(io.BytesIO(content), "transmissions_2021")
    assert len(read_2021(io.BytesIO(content), "transmissions_2021", whole=True).frame) == 1000


def test_transmissions_before_the_plan_was_adopted_are_told(made, caplog):
    records = [{**record, "last_adoption_date_ecms": "2024-06-01"} for record in new.plan_records()]
    programme = made("transmissions_2021", plan_2021=records)
    said = "this version was adopted on 2024-06-01: 1 of 2 transmissions are of earlier days and have no plan"
    assert said in caplog.text
    rates = all_indicators(programme, cutoff="2023-12-31", names=["selection_rate"], by="axis")
    assert rates["value"].isna().all()


def test_names_that_differ_between_the_tables(made):
    records = [{**record, "region_cat": "More developed regions"} for record in new.transmission_records()]
    reported = [
        {**record, "category_of_region": "MORE DEVELOPED", "specific_objective_code": "ESO 4.6"}
        for record in new.achievement_records()[-2:]
    ]
    programme = made(plan_2021=None, transmissions_2021=records, achievements_2021=reported)
    assert set(programme.finance["region_category"]) == {"More developed"}
    assert programme.achievements["axis"].tolist() == ["2", "2"]
    assert set(programme.achievements["investment_priority"]) == {"ESO4.6"}


# --- the export by transmission ---


def export_records(**columns):
    base = {"is_latest_tod_cycle": "Y", "ms": "IT", "fund": "ESF+", "cci": CCI, "programme_short_title": "Invented"}
    return [{**base, "tod_year": "2024", **columns}]


def test_the_export_has_the_eu_share_alone(made):
    records = export_records(**{"EU planned": "1,660", "EU share of decided": "1,020", "EU share of spending": "492"})
    programme = made("plan_2021", "transmissions_2021", timeseries_2021=records)
    rows = programme.finance[programme.finance["source"] == "ec-finances-detailed"]
    assert rows["axis"].unique().tolist() == ["ALL"]
    assert rows["amount_eur"].isna().all()
    assert dict(zip(rows["stage"], rows["eu_amount_eur"], strict=True)) == {
        "allocation": 1660,
        "selected": 1020,
        "declared": 492,
    }
    total = all_indicators(programme, cutoff="2024-12-31", names=["selection_rate"], by="programme")
    assert total["value"].tolist() == [2550 / 4150.5]


def test_the_export_alone_makes_no_programme(files, tmp_path):
    records = export_records(**{"EU planned": "1,660", "EU share of decided": "1,020", "EU share of spending": "492"})
    with pytest.raises(ParameterError, match=r"do not have its priorities.*hgyj-gyin"):
        import_files(files(timeseries_2021=records), CCI, tmp_path / "programme")


def test_the_later_form_has_everything_by_transmission(made):
    records = []
    for cycle, dimension in [(c, d) for c in ("202406", "202412") for d in new.DIMENSIONS]:
        for priority, objective, category, eu, total in new.PLANNED:
            records += export_records(
                tod_cycle=cycle,
                dimension_type=dimension,
                version="2.1" if cycle == "202406" else "3.0",
                priority_code=priority,
                priority_name=new.TITLES[priority],
                specific_objective_code=objective,
                category_code=category,
                category_of_region=new.MORE,
                eu_amount=eu,
                total_amount=total,
                total_eligiblecost_of_selectedoperations="10" if cycle == "202406" else "20.5",
                totalspendeligibleexpenditure_declared="1",
            )
    programme = made(timeseries_2021=records)
    assert programme.cutoffs == ["2024-06-30", "2024-12-31"]
    assert money(programme, "2024-06-30", "selected") == {"1": 30, "2": 10, "4": 10, "5": 10}
    assert money(programme, "2024-12-31", "selected") == {"1": 61.5, "2": 20.5, "4": 20.5, "5": 20.5}
    assert money(programme, "2024-12-31", "declared") == {"1": 3, "2": 1, "4": 1, "5": 1}
    assert money(programme, "2024-12-31", "allocation") == {"1": 1750.5, "2": 2000, "4": 300, "5": 100}


def test_a_plan_by_transmission_is_never_added_up(made):
    records = [
        {**record, "tod_cycle": cycle}
        for cycle in ("202406", "202412")
        for record in new.plan_records()
        if record["fund"] == "ESF+"
    ]
    programme = made(timeseries_2021=records)
    for cutoff in ("2024-06-30", "2024-12-31"):
        assert money(programme, cutoff, "allocation") == {"1": 1750.5, "2": 2000, "4": 300, "5": 100}


def test_the_export_without_dimensions_has_one_row_a_position(files, tmp_path):
    rows = export_records(**{"EU planned": "1,660", "EU share of decided": "1,020", "EU share of spending": "492"})
    several = [*rows, {**rows[0], "EU planned": "1,661"}]
    with pytest.raises(DataError, match=r"several rows of one position and no column dimension_type"):
        import_files(files("plan_2021", timeseries_2021=several), CCI, tmp_path / "programme")
    earlier = [*rows, {**rows[0], "is_latest_tod_cycle": "N"}]
    import_files(files("plan_2021", timeseries_2021=earlier), CCI, tmp_path / "programme")
    unmarked = [{**rows[0], "is_latest_tod_cycle": "N"}]
    with pytest.raises(DataError, match=r"does not tell its transmissions apart"):
        import_files(files("plan_2021", timeseries_2021=unmarked), CCI, tmp_path / "other")
    unended = [{**rows[0], "tod_year": str(pd.Timestamp.now().year + 1)}]
    with pytest.raises(DataError, match=r"the year has not ended"):
        import_files(files("plan_2021", timeseries_2021=unended), CCI, tmp_path / "other")


# --- what a file is ---


def header(labels):
    return samples.soda_csv([dict.fromkeys(labels.split(","), "x")])


NOT_READ = {
    "3kkx-ekfq": "ms,cci,title,programme_version,priority,fund,year,dimension_type,financial_data_version,number",
    "557j-pmg8": "operation_unique_identifier,operation_name_english,total_eligible_expenditure_amount,fund_code",
    "92d9-xqvh": "cci,programme,nuts_code,nuts_name",
    "njgb-mwca": "cci,programme_name,strand,year,eu_allocation",
    "porfse import opencoesione": "COD_LOCALE_PROGETTO,CUP,OC_TITOLO_PROGETTO,FINANZ_UE",
}


@pytest.mark.parametrize("named", NOT_READ)
@pytest.mark.parametrize("cci", [CCI, "2014IT05SFOP007"])
def test_tables_that_are_not_read_are_named(named, cci, tmp_path):
    path = samples.written(tmp_path, "table.csv", header(NOT_READ[named]))
    run = CliRunner().invoke(app, ["import", "cohesion-data", str(path), "--cci", cci, "--to", str(tmp_path / "x")])
    assert run.exit_code == 2
    assert "is the table" in run.stderr
    assert "which is not read" in run.stderr
    assert named in run.stderr
    assert "Is it" not in run.stderr
    instead = "hgyj-gyin" if cci == CCI else "99js-gm52"
    assert instead in run.stderr or "porfse import opencoesione" in run.stderr
    assert len(run.stderr.splitlines()) == 2


def test_records_of_opencoesione_as_they_are_published(tmp_path):
    path = samples.written(tmp_path, "progetti.csv", b'"COD_LOCALE_PROGETTO";"CUP";"OC_LINK"\n"1";"2";"3"\n')
    with pytest.raises(DataError, match=r"projects of OpenCoesione.*not read. Use porfse import opencoesione"):
        import_files([path], CCI, tmp_path / "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1\x15\x04\x15", "is a Parquet file"),
        (gzip.compress(b"X\n\x00\x00\x00\x03\x00\x04", mtime=0), "is an R file (.Rds)"),
        (gzip.compress(b"RDX3\nX\n", mtime=0), "is an R file (.RData)"),
        (b"\xfd7zXZ\x00\x00", "is packed with xz"),
        (bz2.compress(b"RDX3\n"), "is packed with bzip2"),
        (b"PK\x03\x04xl/", "is a workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a workbook (.xls)"),
    ],
)
def test_other_kinds_of_file_are_named(content, said, tmp_path):
    path = samples.written(tmp_path, "table", content)
    with pytest.raises(DataError) as caught:
        import_files([path], CCI, tmp_path / "x")
    assert said in str(caught.value)
    assert "CSV" in str(caught.value)


@pytest.mark.parametrize("kind", new.TABLES)
def test_a_table_of_2021_for_a_programme_of_2014(kind, files, tmp_path):
    with pytest.raises(DataError) as caught:
        import_files(files(kind), "2014IT05SFOP007", tmp_path / "x")
    assert 'of 2021-2027. 2014IT05SFOP007 is of 2014-2020: give "finance implementation" (99js-gm52)' in str(
        caught.value
    )


def test_a_table_of_2014_for_a_programme_of_2021(tmp_path):
    path = samples.written(tmp_path, "finance", samples.soda_csv(samples.finance_records()))
    with pytest.raises(DataError) as caught:
        import_files([path], CCI, tmp_path / "x")
    message = str(caught.value)
    assert '"finance implementation" (99js-gm52) of 2014-2020' in message
    for identifier in ("hgyj-gyin", "7twf-r3rc", "9qee-iv7c", "xi3a-zddk"):
        assert identifier in message


def test_the_tables_that_are_needed_are_named(files, tmp_path):
    with pytest.raises(ParameterError, match=r"is of 2021-2027: give .*hgyj-gyin.* or .*7twf-r3rc.*what there is of"):
        import_files(files("achievements_2021", "commitments_2021"), CCI, tmp_path / "x")
    run = CliRunner().invoke(app, ["import", "cohesion-data", "--cci", CCI, "--to", str(tmp_path / "x")])
    assert run.exit_code == 2
    assert "hgyj-gyin" in run.stderr


def test_a_programme_of_another_period(files, tmp_path):
    with pytest.raises(DataError, match=r"2007IT052PO006 is not the code .* of 2014-2020 or 2021-2027"):
        import_files(files("plan_2021"), "2007IT052PO006", tmp_path / "x")


def test_two_files_of_one_table(files, tmp_path):
    path = files("plan_2021")[0]
    with pytest.raises(ParameterError, match=r"are both .*hgyj-gyin.*: give one of them"):
        import_files([path, path], CCI, tmp_path / "x")


def test_a_programme_the_tables_do_not_have(files, tmp_path):
    with pytest.raises(ParameterError, match=r"has no programme '2021IT05SFPR009'. Nearest: 2021IT05SFPR008"):
        import_files(files("plan_2021"), "2021IT05SFPR009", tmp_path / "x")
    with pytest.raises(ParameterError, match=r"has rows of AMIF alone, which are not read"):
        import_files(files("plan_2021"), new.HOME_AFFAIRS, tmp_path / "x")


def test_a_header_of_nothing_known_is_shown_once_and_shortened(tmp_path):
    path = samples.written(tmp_path, "table.csv", header(",".join(f"column_{n}" for n in range(40))))
    with pytest.raises(DataError) as caught:
        import_files([path], CCI, tmp_path / "x")
    message = str(caught.value)
    assert message.count("column_0") == 1
    assert message.endswith("'column_11' and 28 more")
    assert "Is it" not in message


def test_a_table_that_lacks_a_column_is_told_which(files, tmp_path):
    records = [{k: v for k, v in record.items() if k != "total_amount"} for record in new.plan_records()]
    with pytest.raises(DataError, match=r"column allocation_eur is missing; the portal calls it total_amount"):
        import_files(files(plan_2021=records), CCI, tmp_path / "x")


def test_import_and_pages_from_the_command_line(files, tmp_path):
    folder = str(tmp_path / "programme")
    call = ["import", "cohesion-data", *map(str, files()), "--cci", CCI.lower(), "--to", folder]
    run = CliRunner().invoke(app, call)
    assert run.exit_code == 0, run.stderr
    assert "3 dates, 2023-03-15 to 2024-12-31" in run.stderr
    assert CliRunner().invoke(app, ["check", folder]).exit_code == 0
    csv = CliRunner().invoke(app, ["indicators", folder, "--cutoff", "2024-12-31", "--format", "csv"])
    assert csv.exit_code == 0
    table = pd.read_csv(io.StringIO(csv.stdout), dtype={"axis": "str"})
    ratios = table[table["indicator"] == "target_achievement_ratio"].dropna(subset="value")
    assert dict(zip(ratios["indicator_code"], ratios["value"], strict=True)) == {
        "EECO01": 80 / 600,
        "EECR03": 35 / 400,
        "EECO02": 350 / 1200,
    }


# --- the real rows ---


@pytest.fixture(scope="module")
def real_plan():
    path = samples.portal_tables() / "other" / "hgyj-gyin_first1000.csv.gz"
    if not path.is_file():
        pytest.skip("the copy of hgyj-gyin is not here")
    return path


def test_the_first_thousand_real_rows_are_cut(real_plan, tmp_path):
    with pytest.raises(DataError, match=r"exactly 1,000 records"):
        import_files([real_plan], "2021NL16JTPR001", tmp_path / "x")


def test_a_real_programme_that_is_whole(real_plan, tmp_path, caplog):
    programme = import_files([real_plan], "2021NL16JTPR001", tmp_path / "x", whole=True)
    rows = programme.finance
    assert rows["cutoff"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2023-07-12"]
    assert rows["eu_amount_eur"].sum() == 623_103_298
    # technical assistance at a flat rate of 4% stands in the intervention fields alone
    assert "Form of Support 599,137,806.00" in caplog.text
    assert programme.axes["title_en"].tolist()[0] == "Groningen-Emmen"


def test_real_rows_of_every_fund_are_read(real_plan):
    frame, left_out = read_2021(real_plan, "plan_2021", whole=True)
    assert left_out == ["BMVI", "EMFAF", "ISF", "Interreg Funds"]
    assert len(frame) == 360 + 144 + 109 + 5
    assert frame["axis_title"].str.contains("\n").sum() == 0
    assert set(frame["region_category"].unique()) == {
        "",
        "More developed",
        "Transition",
        "Less developed",
        "Outermost or northern sparsely populated",
    }


@pytest.mark.parametrize(
    ("name", "kind", "columns"),
    [
        ("7twf.csv", "transmissions_2021", {"selected_eur": 1000, "declared_eur": 100}),
        ("9qee.csv", "commitments_2021", {"fund": "ESF+", "y2021": 1, "y2027": 7, "flexible": 8, "total": 28}),
        ("xi3a.csv", "achievements_2021", {"milestone": 100, "target": 1000, "value": 300}),
        ("fin2127_labels.csv", "timeseries_2021", {"year": 2024, "eu_amount_eur": 1000, "eu_declared_eur": 100}),
    ],
)
def test_the_real_headers(name, kind, columns):
    path = samples.portal_tables() / "other" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    frame, _ = read_2021(path, kind)
    assert {column: frame[column].iat[0] for column in columns} == columns
