"""Small tables of 2021-2027 after the headers of the Commission's portal; their figures are invented.

One programme of four priorities. Two of them have the objective ESO4.1, so that its indicators, which the portal gives
without a priority, are of neither; ESO4.6 is of the second alone.
"""

import csv
import io

PROGRAMME, HOME_AFFAIRS = "2021IT05SFPR008", "2021IT65AMPR001"
MORE = "More developed"


def _names(text):
    return text.split(",")


PLAN_COLUMNS = _names(
    "ms,ms_name_en,cci,programme_title_short,status,version,last_adoption_date_ecms,priority_code,priority_name,"
    "policy_objective_short_name,policy_objective_code,policy_objective_name,specific_objective_short_name,"
    "specific_objective_code,specific_objective_name,dimension_type,category_title_short,category_code,category_name,"
    "fund,category_of_region,cofinancing_rate,eu_amount,total_amount,climate_weighting,eu_climate_amount,"
    "total_climate_amount,environmental_weighting,eu_environmental_amount,total_environmental_amount,"
    "biodiversity_weighting,eu_biodiversity_amount,total_biodiversity_amount,gender_weighting,eu_gender_amount,"
    "total_gender_amount,clean_air_weighting,eu_clean_air_amount,total_clean_air_amount,digital_weighting,"
    "eu_amount_digital,total_amount_digital,sustainable_urban_development,territorial_tool,territory_type,"
    "un_sdg_tracking,jtf_themes,priority_type_code,priority_type_description"
)
TRANSMISSION_COLUMNS = _names(
    "tod_cycle,ms,country,fund,cci,cci_short,priority,pri_description,objective,obj_title,region_cat,"
    "interv_field_code,interv_field_short,support_form_short,terr_delivery_short,location_short,total_eligible_cost,"
    "total_eligible_expend,selected_operat_n"
)
COMMITMENT_COLUMNS = _names(
    "ms,cci,cci_title,dg,status,status_date,ver,fund,financial_allocation_category,y2021,y2022,y2023,y2024,y2025,"
    "y2026,y2027,total_non_flexible_amount,total_flexible_amount,total,share_of_fa_in_total"
)
ACHIEVEMENT_COLUMNS = _names(
    "fund,fund_family,ms,ms_name,cci,programme_short_title,programme_status,policy_objective_code,"
    "specific_objective_code,category_of_region,indicator_type_output_result,common_indicators_y_n,ind_code,"
    "indicator_short_name,indicator_long_name,measurement_unit,baseline_value,milestone_value_2024,target_value_2029,"
    "decided_value,implemented_value,tod_cycle,is_latest_tod_cycle"
)
EXPORT_LABELS = _names(
    "is_latest_tod_cycle,ms,fund,cci,programme_short_title,tod_year,EU planned,EU share of decided,EU share of spending"
)

TITLES = {"1": "Occupazione\ne lavoro", "2": "Istruzione e formazione", "4": "Giovani", "5": "Assistenza tecnica"}
DIMENSIONS = ("Intervention Field", "Form of Support", "Gender Equality")

# priority, objective, category, EU part, total
PLANNED = [
    ("1", "ESO4.1", "134", "400", "1000"),
    ("1", "ESO4.1", "136", "200", "500"),
    ("1", "ESO4.2", "139", "100", "250.5"),
    ("2", "ESO4.6", "149", "800", "2000"),
    ("4", "ESO4.1", "136", "120", "300"),
    ("5", "TA", "180", "40", "100"),
]
# cycle, priority, objective, field, cost, expenditure
SENT = [
    ("202312", "1", "ESO4.1", "134", "300.25", "100.1"),
    ("202312", "1", "ESO4.1", "136", "200", "0"),
    ("202312", "2", "ESO4.6", "149", "500", "250.5"),
    ("202412", "1", "ESO4.1", "134", "600", "400.4"),
    ("202412", "1", "ESO4.1", "136", "300", "100"),
    ("202412", "2", "ESO4.6", "149", "1500", "700"),
    ("202412", "4", "ESO4.1", "136", "150", "30"),
]
# status, its date, version, the seven years, flexible amount
PLANS_BY_YEAR = [
    ("Adopted by EC", "2022-07-18", "1.1", (90, 100, 110, 120, 130, 180, 190), 185),
    ("Adopted by EC", "2023-03-15", "2.1", (100, 110, 120, 130, 140, 200, 210), 205),
    ("Sent", "2024-05-01", "3.0", (1, 1, 1, 1, 1, 1, 1), 1),
]
# cycle, objective, type, code, unit, milestone, target, decided, implemented
REPORTED = [
    ("202312", "ESO4.1", "OESF", "EECO02", "persons", "100", "1000", "500", "150"),
    ("202312", "ESO4.1", "OESF", "EECO02", "persons", "20", "200", "60", "10"),
    ("202312", "ESO4.6", "OESF", "EECO01", "persons", "50", "500", "90", "40"),
    ("202312", "ESO4.6", "RESF", "EECR03", "persons", "", "400", "", ""),
    ("202412", "ESO4.1", "OESF", "EECO02", "persons", "100", "1000", "700", "300"),
    ("202412", "ESO4.1", "OESF", "EECO02", "persons", "20", "200", "60", "50"),
    ("202412", "ESO4.6", "OESF", "EECO01", "persons", "50", "600", "120", "80"),
    ("202412", "ESO4.6", "RESF", "EECR03", "persons", "", "400", "", "35"),
]


def plan_records(rows=PLANNED, dimensions=DIMENSIONS):
    records = []
    for dimension in dimensions:
        for priority, objective, category, eu, total in rows:
            records.append(
                dict.fromkeys(PLAN_COLUMNS, "")
                | {
                    "ms": "IT",
                    "cci": PROGRAMME,
                    "programme_title_short": "Invented - ESF+",
                    "status": "Adopted by EC",
                    "version": "2.1",
                    "last_adoption_date_ecms": "2023-03-15",
                    "priority_code": priority,
                    "priority_name": TITLES[priority],
                    "specific_objective_code": objective,
                    "dimension_type": dimension,
                    "category_code": category,
                    "fund": "ESF+",
                    "category_of_region": MORE,
                    "cofinancing_rate": "0.4",
                    "eu_amount": eu,
                    "total_amount": total,
                }
            )
    home = records[0] | {
        "cci": HOME_AFFAIRS,
        "programme_title_short": "Home affairs",
        "priority_code": "",
        "priority_name": "",
        "fund": "AMIF",
        "category_of_region": "AMIF",
    }
    return [*records, home]


def transmission_records(rows=SENT):
    return [
        dict.fromkeys(TRANSMISSION_COLUMNS, "x")
        | {
            "tod_cycle": cycle,
            "ms": "IT",
            "fund": "ESF+",
            "cci": PROGRAMME,
            "cci_short": "Invented",
            "priority": priority,
            "pri_description": TITLES[priority],
            "objective": objective,
            "region_cat": MORE,
            "interv_field_code": category,
            "total_eligible_cost": cost,
            "total_eligible_expend": spent,
            "selected_operat_n": "3",
        }
        for cycle, priority, objective, category, cost, spent in rows
    ]


def commitment_records(rows=PLANS_BY_YEAR):
    return [
        dict.fromkeys(COMMITMENT_COLUMNS, "")
        | {
            "ms": "IT",
            "cci": PROGRAMME,
            "cci_title": "Invented",
            "dg": "EMPL",
            "status": status,
            "status_date": f"{date}T00:00:00.000",
            "ver": version,
            "fund": "ESF",
            "financial_allocation_category": MORE,
            **{f"y{2021 + place}": str(amount) for place, amount in enumerate(years)},
            "total_non_flexible_amount": str(sum(years) - flexible),
            "total_flexible_amount": str(flexible),
            "total": str(sum(years)),
        }
        for status, date, version, years, flexible in rows
    ]


def achievement_records(rows=REPORTED):
    return [
        dict.fromkeys(ACHIEVEMENT_COLUMNS, "")
        | {
            "fund": "ESF+",
            "ms": "IT",
            "cci": PROGRAMME,
            "programme_short_title": "Invented - ESF+",
            "specific_objective_code": objective,
            "category_of_region": MORE,
            "indicator_type_output_result": kind,
            "common_indicators_y_n": "Y",
            "ind_code": code,
            "measurement_unit": unit,
            "milestone_value_2024": milestone,
            "target_value_2029": target,
            "decided_value": decided,
            "implemented_value": value,
            "tod_cycle": cycle,
            "is_latest_tod_cycle": "Y" if cycle == "202412" else "N",
        }
        for cycle, objective, kind, code, unit, milestone, target, decided, value in rows
    ]


TABLES = {
    "plan_2021": plan_records,
    "transmissions_2021": transmission_records,
    "commitments_2021": commitment_records,
    "achievements_2021": achievement_records,
}


def label(column):
    """A label as exports have them: "Priority Code"."""
    return column.replace("_", " ").title()


def export_csv(records):
    """The CSV a person exports: labels, dates as in America, commas between thousands."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([label(column) for column in records[0]])
    for record in records:
        writer.writerow([_exported(column, cell) for column, cell in record.items()])
    return out.getvalue().encode()


def _exported(column, cell):
    if column in ("last_adoption_date_ecms", "status_date") and cell:
        year, month, day = cell[:10].split("-")
        return f"{month}/{day}/{year} 12:00:00 AM"
    if cell and column.startswith(("eu_amount", "total_", "y20")):
        return f"{float(cell):,.2f}"
    return cell
