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


def cells(count, problem="is not a date", **more):
    return [Fault(problem, "finance.csv", row, "cutoff", "31/12/2018", "Write 2018-12-31", **more) for row in count]


@pytest.mark.parametrize(
    ("faults", "lines"),
    [
        (
            cells(range(2, 1692)),
            [
                "f: 1,690 problems of 1 cause.",
                "  finance.csv: 1,690 cells of cutoff: '31/12/2018' is not a date. Write 2018-12-31 "
                "(rows 2, 3, 4, 5, 6 and 1,685 more)",
                "  (all of them: --all of `porfse check`, `import` and `add`; .faults in Python)",
            ],
        ),
        (
            [
                *cells([2, 3]),
                Fault("is empty", "finance.csv", 3, "axis"),
                Fault("is not a date", "finance.csv", 9, "cutoff", "ieri", "Write a date"),
                Fault("is not a date", "targets.csv", 9, "cutoff", "ieri", "Write a date"),
            ],
            [
                "f: 5 problems of 3 causes.",
                "  finance.csv: 3 cells of cutoff: '31/12/2018' is not a date. Write 2018-12-31 "
                "(rows 2, 3, 9 ('ieri'))",
                "  finance.csv: row 3, column axis: is empty",
                "  targets.csv: row 9, column cutoff: 'ieri' is not a date. Write a date",
            ],
        ),
        (
            [
                Fault("is a text", "f", 3, "value", "a", cell="finance!G3"),
                Fault("is a text", "f", 4, "value", "b", cell="finance!G4"),
                Fault("is a text", "f", 4, "value", "b", cell="targets!G4"),
            ],
            [
                "f: 3 problems of 2 causes.",
                "  finance: 2 cells of value: 'a' is a text (G3, G4 ('b'))",
                "  targets!G4, column value: 'b' is a text",
            ],
        ),
        (
            [Fault("is the key of row 2 too", "f", row, "axis, cutoff", "axis=I", cause="is a key") for row in (3, 4)],
            ["f: 2 problems of 1 cause.", "  2 rows: 'axis=I' is the key of row 2 too (rows 3, 4)"],
        ),
        (
            [Fault("is missing", "a.csv"), Fault("is missing", "a.csv")],
            ["f: 2 problems.", "  a.csv: is missing", "  a.csv: is missing"],
        ),
    ],
)
def test_faults_of_one_cause_are_one_line(faults, lines):
    error = DataError("f", faults)
    assert str(error).splitlines() == lines
    assert error.faults == tuple(faults)
    assert len(error.in_full().splitlines()) == 1 + len(faults)
