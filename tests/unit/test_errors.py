"""Errors survive the way from one process to another, as a report that fails in a worker makes it."""

from __future__ import annotations

import copy
import pickle

import pytest

from porfse_analysis.errors import DataError, Fault, ParameterError, PorfseError, ReportError

FAULT = Fault("is not a number", "finance.csv", 2, "amount_eur", "1,0O", "Correct the cell")


@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickle", "copy"])
def test_a_data_error_keeps_its_parts(again):
    error = again(DataError("folder", [FAULT]))
    assert type(error) is DataError
    assert error.file == "folder"
    assert error.faults == (FAULT,)
    assert str(error) == (
        "folder: 1 problem.\n  finance.csv: row 2, column amount_eur: '1,0O' is not a number. Correct the cell"
    )


def test_a_report_error_keeps_its_failures():
    error = pickle.loads(pickle.dumps(ReportError("1 of 3 failed", {"2018-09-30": "KeyError"})))
    assert str(error) == "1 of 3 failed"
    assert error.failures == {"2018-09-30": "KeyError"}


def test_every_error_on_purpose_has_one_base():
    for kind in (DataError, ParameterError, ReportError):
        assert issubclass(kind, PorfseError)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("is empty"), "is empty"),
        (Fault("is empty", row=3), "row 3: is empty"),
        (Fault("is empty", column="axis", remedy="Fill it in"), "column axis: is empty. Fill it in"),
        (Fault("is odd", value="a\tb\u00a0c"), r"'a\tb\xa0c' is odd"),  # what cannot be seen is made visible
    ],
)
def test_a_fault_in_words(fault, text):
    assert str(fault) == text
