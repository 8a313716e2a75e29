"""Tables and lines on a terminal fit its width, and no figure of theirs is cut."""

import os
import shutil

import pytest

from porfse_analysis.cli import terminal

HEADS, NUMBERS = ["axis", "note", "value"], [False, False, True]
ROWS = [["I", "a reading of the document", "162,000,000.5"], ["ALL", "", "1"]]


def test_a_table_that_fits_is_as_wide_as_it_is():
    lines = [
        "axis  note                               value",
        "I     a reading of the document  162,000,000.5",
        "ALL                                          1",
    ]
    assert terminal.table(HEADS, ROWS, NUMBERS, None).splitlines() == lines
    assert terminal.table(HEADS, ROWS, NUMBERS, 46).splitlines() == lines


def test_texts_go_on_below_in_their_column_and_figures_stay_whole():
    assert terminal.table(HEADS, ROWS, NUMBERS, 33).splitlines() == [
        "axis  note                  value",
        "I     a reading of  162,000,000.5",
        "      the document",
        "ALL                             1",
    ]


def test_a_row_that_cannot_fit_is_a_block():
    assert terminal.table(HEADS, ROWS, NUMBERS, 24).splitlines() == [
        *("axis   I", "note   a reading of the", "       document", "value  162,000,000.5"),
        *("", "axis   ALL", "value  1"),
    ]


@pytest.mark.parametrize("columns", [20, 30, 33, 40, 80])
def test_no_line_is_wider_than_the_terminal_unless_a_figure_is(columns):
    text = terminal.table(HEADS, ROWS, NUMBERS, columns)
    assert max(map(len, text.splitlines())) <= columns
    assert "162,000,000.5" in text


def test_a_table_without_rows_is_its_heads():
    assert terminal.table(HEADS, [], NUMBERS, None) == "axis  note  value"


def test_a_line_goes_on_below():
    assert terminal.block("warning  ", "the value falls from 3 to 2", None) == "warning  the value falls from 3 to 2"
    assert terminal.block("warning  ", "the value falls from 3 to 2", 27).splitlines() == [
        "warning  the value falls",
        "         from 3 to 2",
    ]


def test_the_width_is_that_of_the_terminal_and_none_elsewhere(monkeypatch):
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((77, 20)))
    assert terminal.width() is None  # a test writes to no terminal
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert terminal.width() == 77
