"""The codes of a note: joined in one order, told apart whole."""

import pandas as pd

from porfse_analysis.indicators.result import NOTES, has_note, join_notes, note_of, split_note


def test_codes_are_joined_in_a_fixed_order_each_once():
    assert note_of(["partial", "stale", "partial"]) == "stale;partial"
    assert note_of({"b", "a", "c"}, order=("c", "b")) == "c;b"
    assert note_of([]) == ""


def test_both_ways_of_joining_agree():
    flags = {"stale": True, "published_total": True}
    assert join_notes(pd.RangeIndex(1), flags).tolist() == [note_of(flags, NOTES)]


def test_a_note_is_split_into_its_codes():
    assert split_note("stale;partial") == ["stale", "partial"]
    assert split_note("") == []


def test_a_code_within_another_is_not_that_code():
    notes = pd.Series(["no_target", "target", "x;target;y", ""])
    assert has_note(notes, "target").tolist() == [False, True, True, False]
    assert has_note(pd.Series([], dtype="str"), "target").dtype == bool
