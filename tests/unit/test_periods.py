from porfse_analysis.periods import PERIODS, period_of


def test_the_period_is_found_by_the_code():
    assert period_of("2014IT05SFOP007") is PERIODS["2014-2020"]
    assert period_of("2021IT05SFPR008").target == 2029
    assert period_of("2007IT052PO006").milestone is None
    assert period_of("2019IT05SFOP007") is None
    assert period_of("") is None
