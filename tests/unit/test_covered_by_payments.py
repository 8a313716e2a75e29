"""A deadline that the Commission's payments show to be covered; they never show that one is not.

EU commitments of 100 million a year without a reserve: up to 2014 100 are due in 2017, up to 2015 200 in 2018.
"""

import pandas as pd
import pytest

from porfse_analysis import decommitment
from porfse_analysis.display.words.decommitment import word_decommitment
from porfse_analysis.programme import make_programme
from porfse_analysis.schema import conform, empty
from porfse_analysis.verdicts.claims import check_claims
from porfse_analysis.verdicts.decommitment import payment_applications

CCI = "2014XX05SFOP999"
MILLION = 1_000_000.0


def tables(*, certified=None):
    plan = pd.DataFrame(
        {"year": range(2014, 2021), "fund": "ESF", "eu_commitment_eur": 100 * MILLION, "source": "plan"}
    )
    plan["performance_reserve_eur"] = 0.0
    rows = [("1", "2014-12-31", "allocation", 1400 * MILLION, 700 * MILLION)]
    rows += [("1", "2018-12-31", "certified", certified, None)] if certified is not None else []
    money = pd.DataFrame(rows, columns=["axis", "cutoff", "stage", "amount_eur", "eu_amount_eur"])
    money = money.assign(fund="ESF", region_category="", source="ec")
    return conform("eu_commitments", plan, programme=CCI), conform("finance", money, programme=CCI)


def paid(*rows, **more):
    """Rows of (year, net pre-financing, net interim payments), in million."""
    frame = pd.DataFrame(rows, columns=["year", "net_prefinancing_eur", "net_interim_eur"])
    frame[["net_prefinancing_eur", "net_interim_eur"]] *= MILLION
    return conform("eu_payments", frame.assign(fund="ESF", source="ec-gayr-92qh", **more), programme=CCI)


def verdict(payments, *, certified=None, **options):
    plan, money = tables(certified=certified)
    (row,) = decommitment(plan, money, year=2018, eu_payments=payments, **options).to_dict("records")
    return row


def test_net_payments_up_to_the_commitments_cover_them():
    row = verdict(paid((2018, 15.0, 185.0)))
    assert (row["status"], row["paid_eu"], row["paid_source"]) == ("covered", 200 * MILLION, "ec-gayr-92qh")
    assert row["paid_date"] == pd.Timestamp("2018-12-31")
    assert "covered_by_payments" in row["note"].split(";")
    assert row["risk_eu"] == 0
    assert pd.isna(row["surplus_eu"])


@pytest.mark.parametrize(
    "payments",
    [
        paid((2018, 15.0, 184.99)),  # not enough: how much more was applied for is not known
        paid((2017, 50.0, 199.99)),  # pre-financing of an earlier day is cleared or recovered since
        # gross 73.6 of pre-financing beside 190 of interim payments: the net columns alone count
        paid((2018, 5.0, 190.0), initial_prefinancing_eur=10.8e6, annual_prefinancing_eur=62.8e6),
        empty("eu_payments"),
        None,
    ],
)
def test_what_does_not_cover_is_never_at_risk(payments):
    row = verdict(payments)
    assert row["status"] == "not_available"
    assert "covered_by_payments" not in row["note"]


def test_interim_payments_of_an_earlier_year_are_a_lower_bound():
    assert verdict(paid((2017, 0.0, 200.0)))["status"] == "covered"
    # payments of a later year are not known at the deadline
    assert verdict(paid((2019, 0.0, 900.0)))["status"] == "not_available"


def test_with_initial_prefinancing_alone_the_net_column_does_not_count():
    assert verdict(paid((2018, 15.0, 185.0)), prefinancing="initial_only")["status"] == "not_available"
    assert verdict(paid((2018, 15.0, 200.0)), prefinancing="initial_only")["status"] == "covered"


def test_before_the_deadline():
    assert verdict(paid((2017, 0.0, 200.0)), cutoff="2018-06-30")["status"] == "covered"
    assert verdict(paid((2017, 0.0, 199.0)), cutoff="2018-06-30")["status"] == "undetermined"


def test_certified_expenditure_decides_as_before():
    # 2% and more of pre-financing of 700: the target is below 200; 100 of EU support certified is not enough
    row = verdict(paid((2018, 10.0, 90.0)), certified=200 * MILLION)
    assert row["status"] == verdict(None, certified=200 * MILLION)["status"] == "at_risk"
    row = verdict(paid((2018, 10.0, 90.0)), certified=400 * MILLION)
    assert (row["status"], row["payment_applications_eu"]) == ("covered", 200 * MILLION)
    assert "covered_by_payments" not in row["note"]


def test_exceptions_are_taken_off():
    assert verdict(paid((2018, 0.0, 150.0)), exceptions_eur=50 * MILLION)["status"] == "covered"


def test_it_is_said_in_words():
    plan, money = tables()
    for payments, start in (
        (
            paid((2018, 15.0, 185.0)),
            "Covered: at 31 December 2018 the Commission had paid €200,000,000.00 of EU support",
        ),
        (paid((2018, 15.0, 100.0)), "Not available: payment applications not known, target"),
    ):
        rows = decommitment(plan, money, year=2018, eu_payments=payments)
        lines = payment_applications(plan, money, year=2018)
        said = {lang: word_decommitment(rows, lines, lang)["why"].iloc[0] for lang in ("it", "en")}
        assert said["en"].startswith(start)
        assert "31 dicembre 2018" in said["it"]
    assert "At 31 December 2018 the Commission had paid €115,000,000.00 of EU support, net" in said["en"]


def claimed(payments, *, year=2018, plan=None, certified=None):
    """The verdict on a sheet that says that the target of a year is reached."""
    commitments, money = tables(certified=certified)
    names = ["plan", "ec", "ec-gayr-92qh", "sheet"]
    claim = {
        "claim": "c",
        "text_it": "...",
        "quantity": f"decommitment_target_{year}",
        "axis": "ALL",
        "source": "sheet",
    }
    frames = {
        "axes": pd.DataFrame({"axis": ["1"], "technical_assistance": False}),
        "finance": money,
        "eu_commitments": commitments if plan is None else plan,
        "eu_payments": payments,
        "claims": pd.DataFrame([claim | {"cutoff": pd.Timestamp(year, 12, 31)}]),
        "sources": pd.DataFrame({"source": names, "title_it": names}),
    }
    return check_claims(make_programme(CCI, {"it": "P", "en": "P"}, frames)).iloc[0]


def test_a_document_is_confirmed_by_what_was_paid():
    # 50 of 100 million certified are the Union's, 200 are due less pre-financing: the applications alone fall short
    row = claimed(paid((2018, 0.0, 200.0)), certified=100 * MILLION)
    assert (row["verdict"], row["reason"], row["found"]) == ("confirmed", "target_covered_by_payments", 200 * MILLION)
    assert row["data_date"] == pd.Timestamp("2018-12-31")
    without = claimed(empty("eu_payments"), certified=100 * MILLION)
    assert without["verdict"] == "contradicted"


def test_a_document_on_a_deadline_at_which_nothing_falls_due_is_not_verified():
    plan, _ = tables()
    plan.loc[plan["year"] == 2015, "eu_commitment_eur"] = 0.0
    row = claimed(paid((2018, 0.0, 200.0)), plan=plan)
    assert (row["verdict"], row["reason"]) == ("not_verifiable", "target_no_deadline")
