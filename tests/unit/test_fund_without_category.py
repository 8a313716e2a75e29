"""The youth initiative has no category of region, beside an ESF that has one: its empty cells stay empty."""

import pandas as pd
import pytest
from frames import CCI, achievements, finance, targets

import porfse_analysis as pf
from porfse_analysis.loaders.adding import add_file
from porfse_analysis.loaders.save import save_programme
from porfse_analysis.programme import make_programme

PLAN, END = "2014-12-31", "2018-12-31"
ESF, YEI = {"fund": "ESF", "region_category": "More developed"}, {"fund": "YEI", "region_category": ""}
BARE, TOGETHER = {"fund": "ESF", "region_category": ""}, {"fund": "", "region_category": ""}


@pytest.fixture
def programme():
    """Axis I with both funds: 4,600 of 5,000 people and 30 of 35 million of the YEI, both above 85%."""
    money = finance(
        *(("I", PLAN, "allocation", 100e6, ESF), ("I", PLAN, "allocation", 60e6, YEI)),
        *(("I", END, "certified", 27e6, BARE), ("I", END, "certified", 30e6, YEI)),
        ("ALL", END, "paid", 90e6, TOGETHER),
        source="sheet",
    )
    framework = {"in_performance_framework": True, "unit": "number", "kind": "output"}
    of_money = framework | {"unit": "EUR", "kind": "financial", "indicator_type": ""}
    aims = targets(
        ("I", "8i", "CO01", "1", PLAN, 4000, ESF | framework | {"indicator_type": "OESF", "milestone": 1000}),
        ("I", "", "F01", "1", PLAN, 100e6, ESF | of_money | {"milestone": 30e6}),
        ("I", "8ii", "CO01", "1", PLAN, 9000, YEI | framework | {"indicator_type": "OYEI", "milestone": 5000}),
        ("I", "", "F02", "1", PLAN, 60e6, YEI | of_money | {"milestone": 35e6}),
        source="sheet",
    )
    people = achievements(
        ("I", "8i", "CO01", END, 900, ESF | {"indicator_type": "OESF", "unit": "number"}),
        ("I", "8ii", "CO01", END, 4600, YEI | {"indicator_type": "OYEI", "unit": "number"}),
        source="sheet",
    )
    tables = {
        "axes": pd.DataFrame({"axis": ["I"], "technical_assistance": [False]}),
        "sources": pd.DataFrame({"source": ["sheet"], "title_it": ["x"]}),
        "finance": money,
        "targets": aims,
        "achievements": people,
    }
    return make_programme(CCI, {"it": "x"}, tables)


def test_an_empty_category_is_the_only_one_of_its_fund(programme):
    told = programme.finance[["fund", "region_category"]].to_numpy().tolist()
    assert told == [["ESF", "More developed"], ["YEI", ""], ["ESF", "More developed"], ["YEI", ""], ["", ""]]
    rates = pf.certification_rate(programme, cutoff=END, by="region_category").set_index("region_category")
    assert rates["numerator"].to_dict() == {"": 30e6, "More developed": 27e6}


def test_the_framework_of_the_fund_without_category_has_its_figures(programme):
    """900 of 1,000 and 27 of 30 million of the ESF are 90%; of the YEI 92% and 85.7%."""
    judged = pf.performance_framework(programme, cutoff="2019-06-30", against="milestone").set_index("fund")
    assert judged["status"].to_dict() == {"ESF": "achieved", "YEI": "achieved"}
    assert judged["region_category"].to_dict() == {"ESF": "More developed", "YEI": ""}
    # whether the other fund of the axis tells its category or not
    plain = {
        name: getattr(programme, name).assign(region_category="") for name in ("finance", "targets", "achievements")
    }
    judged = pf.performance_framework(*(plain[name] for name in ("achievements", "finance", "targets")), cutoff=END)
    assert set(judged["status"]) == {"achieved"}


def test_new_rows_of_the_fund_without_category_stay_without(programme, tmp_path):
    folder = tmp_path / "p"
    save_programme(programme, folder)
    new = tmp_path / "finance.csv"
    rows = [
        "I,2019-12-31,certified,ESF,sheet,28",
        "I,2019-12-31,certified,YEI,sheet,31",
        "ALL,2019-12-31,paid,,sheet,99",
    ]
    new.write_text("\n".join(["axis,cutoff,stage,fund,source,amount_eur", *rows]), encoding="utf-8")
    assert add_file(folder, new).added == {
        "finance": [
            "I 2019-12-31 certified ESF More developed sheet",
            "I 2019-12-31 certified YEI sheet",
            "ALL 2019-12-31 paid sheet",
        ]
    }
