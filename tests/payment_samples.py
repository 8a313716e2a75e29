"""Rows of the Commission's table of EU payments, under its real headers.

Five rows it published in 2026; those of Lombardia are invented.
"""

COLUMNS = [
    "ms",
    "ms_name",
    "cci",
    "title",
    "fund",
    "category_of_region",
    "year",
    "de_commitments_at_closure",
    "rec_at_closure",
    "net_planned_eu_amount",
    "cumulative_initial_pre_financing",
    "cumulative_additional_initial_pre_financing",
    "recovery_of_initial_pre_financing",
    "cumulative_annual_pre_financing",
    "pre_financing_covered_by_expenditure",
    "pf_covered_by_expenditure_at_closure_clearing",
    "recovery_of_annual_pre_financing",
    "recovery_of_pf_at_closure",
    "net_pre_financing",
    "cumulative_interim_payments",
    "recovery_of_expenses",
    "recovery_of_expenses_at_closure",
    "payment_at_closure",
    "net_interim_payments",
    "total_net_payments",
    "eu_payment_rate",
    "eu_payment_rate_on_planned_eu_amount",
    "is_latest_period",
]
"""What the interface calls them."""

MORE = "More developed"
# cci, title, fund, category, year, plan, initial, annual, cleared, annual recovered, net pre-financing,
# interim, expenses recovered, net interim, total, rate, latest
PUBLISHED = [
    (
        *("2014IT05SFOP012", "Veneto  - ESF", "ESF", MORE, "2023", "382015911", "10772848.68", "62860718.12"),
        *("20223291.42", "37549705.03", "15860570.35", "345691287.19", "2929797.67", "362984780.94", "378845351.29"),
        *("99.1700451162622", "N"),
    ),
    (
        *("2014IT05SFOP011", "Valle d'Aosta  - ESF", "ESF", MORE, "2015", "27786275", "522381.96", "0", "0", "0"),
        *("522381.96", "0", "0", "0", "522381.96", "1.87999996401101", "N"),
    ),
    (
        *("2014IT05SFOP001", "Social Inclusion - IT - ESF", "ESF", MORE, "2024", "168300000", "4746060", "27693765"),
        *("5666705.71", "18966044.54", "7807074.75", "151617467.49", "3691557.62", "153592615.58", "161399690.33"),
        *("95.8999942543078", "N"),
    ),
    (
        *("2014PT05M9OP001", "Social Inclusion and Employment - PT - ESF/YEI", "YEI Specific Allocation", "", "2014"),
        *("160772169", "2411582.54", "0", "0", "0", "2411582.54", "0", "0", "0", "2411582.54", "1.50000000310999", "N"),
    ),
    (
        *("2014PL05M9OP001", "Knowledge Education Growth  - PL - ESF/YEI", "YEI ESF Matching Component", "", "2022"),
        *("269675041", "7573134.66", "15610693.85", "16597862.08", "3814517.13", "2771449.3", "268860495.36", "0"),
        *("269675041", "272446490.3", "101.027699593453", "N"),
    ),
]
LOMBARDIA = [
    (
        *("2014IT05SFOP007", "Lombardia  - ESF", "ESF", MORE, year, "485237258", "4852372.58", annual, "0", "0"),
        *(advance, interim, "0", interim, total, "", latest),
    )
    for year, annual, advance, interim, total, latest in (
        ("2016", "9704745.16", "14557117.74", "0", "14557117.74", "N"),
        ("2018", "30000000", "34852372.58", "50000000.5", "84852373.08", "N"),
        ("2022", "60000000", "64852372.58", "430000000", "494852372.58", "Y"),
    )
]


def payment_records(rows=None):
    """Rows of the table as the interface names them."""
    records = []
    for row in [*PUBLISHED, *LOMBARDIA] if rows is None else rows:
        cci, title, fund, region, year, plan, initial, annual, cleared, recovered, advance, *rest = row
        interim, expenses, net_interim, total, rate, latest = rest
        records.append(
            dict.fromkeys(COLUMNS, "0")
            | {
                "ms": cci[4:6],
                "ms_name": "",
                "cci": cci,
                "title": title,
                "fund": fund,
                "category_of_region": region,
                "year": year,
                "net_planned_eu_amount": plan,
                "cumulative_initial_pre_financing": initial,
                "cumulative_annual_pre_financing": annual,
                "pre_financing_covered_by_expenditure": cleared,
                "recovery_of_annual_pre_financing": recovered,
                "net_pre_financing": advance,
                "cumulative_interim_payments": interim,
                "recovery_of_expenses": expenses,
                "net_interim_payments": net_interim,
                "total_net_payments": total,
                "eu_payment_rate": rate,
                "eu_payment_rate_on_planned_eu_amount": rate,
                "is_latest_period": latest,
            }
        )
    return records


_CLOSURE = ("closure", "additional")


def older_records(rows=None):
    """The rows in the form of before: the plan not net, no columns of the closure, no latest period."""
    return [
        {
            "planned_eu_amount" if name == "net_planned_eu_amount" else name: text
            for name, text in record.items()
            if not any(word in name for word in _CLOSURE) and name != "is_latest_period"
        }
        | {"n_3_decommitment_amount": "0"}
        for record in payment_records(rows)
    ]


def export_labels(records):
    """The labels of the export a person makes on the site."""
    return [name.replace("_", " ").capitalize().replace("eu ", "EU ") for name in records[0]]
