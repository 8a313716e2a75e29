"""Functions of the verdicts take a programme in place of its frames, with the rules of its folder."""

import dataclasses
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from porfse_analysis import (
    RULES,
    ParameterError,
    decommitment,
    framework_indicators,
    load_programme,
    payment_applications,
    performance_framework,
)

INVENTED = Path(__file__).parents[1] / "data" / "invented-programme"


@pytest.fixture(scope="module")
def invented():
    """An invented programme that has all tables of the verdicts."""
    return load_programme(INVENTED)


@pytest.fixture(scope="module")
def framework(invented):
    return performance_framework(invented)


def test_a_programme_is_its_frames(invented, framework):
    frames = (invented.achievements, invented.finance, invented.targets)
    for function in (performance_framework, framework_indicators):
        verdicts = function(invented) if function is framework_indicators else framework
        assert_frame_equal(verdicts, function(*frames, axes=invented.axes))
        assert len(verdicts) > 1
    for function in (decommitment, payment_applications):
        verdicts = function(invented, year=2019)
        paid = {"eu_payments": invented.eu_payments} if function is decommitment else {}
        assert_frame_equal(verdicts, function(invented.eu_commitments, invented.finance, year=2019, **paid))
        assert len(verdicts)


def test_the_rules_of_its_folder_are_applied(invented, framework):
    """Every indicator must reach 99%."""
    strict = {"achieved_from": 0.99, "derogation_from": 0.98}
    changed = dataclasses.replace(invented, rules=strict)
    frames = (invented.achievements, invented.finance, invented.targets)
    by_frames = performance_framework(*frames, axes=invented.axes, rules=RULES["2014-2020"].replace(**strict))
    assert_frame_equal(performance_framework(changed), by_frames)
    assert framework["status"].tolist() != by_frames["status"].tolist()


@pytest.mark.parametrize(
    "call",
    [
        lambda given: performance_framework(given, given.finance),
        lambda given: framework_indicators(given, axes=given.axes),
        lambda given: decommitment(given, given.finance, year=2022),
        lambda given: payment_applications(given.eu_commitments, year=2022),
        lambda given: performance_framework(given.achievements, given.finance),
    ],
)
def test_neither_both_nor_half(invented, call):
    with pytest.raises(ParameterError):
        call(invented)
