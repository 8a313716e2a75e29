"""What must hold whatever the figures."""

import pandas as pd
from frames import CCI, finance, only
from hypothesis import given, settings
from hypothesis import strategies as st

from porfse_analysis import certification_rate, financial_progress, per_capita_spend

DATES = ("2017-12-31", "2018-12-31", "2019-12-31")
CUTOFF = "2018-12-31"
KEYS = ["axis", "indicator"]

amounts = st.integers(min_value=0, max_value=10**12).map(lambda cents: cents / 100)
rows = st.lists(
    st.tuples(
        st.sampled_from(["I", "II", "ALL"]),
        st.sampled_from(DATES),
        st.sampled_from(["allocation", "activated", "paid", "declared", "certified"]),
        amounts,
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:3],
)
groupings = st.sampled_from(["axis", "programme"])


def rates(frame, by):
    result = financial_progress(frame, cutoff=CUTOFF, by=by)
    return result.set_index(KEYS)[["value", "note", "data_date"]]


def assert_same(left, right, *, exact=True):
    pd.testing.assert_frame_equal(left.sort_index(), right.sort_index(), check_exact=exact, rtol=1e-9)


@given(rows, groupings, st.sampled_from([0.5, 2.0, 1024.0]))
@settings(deadline=None, max_examples=40)
def test_scaling_amounts_leaves_rates_unchanged(cells, by, factor):
    frame = finance(*cells)
    scaled = frame.assign(amount_eur=frame["amount_eur"] * factor)
    assert_same(rates(frame, by), rates(scaled, by))


@given(rows, groupings, st.randoms())
@settings(deadline=None, max_examples=40)
def test_row_order_does_not_matter(cells, by, random):
    shuffled = list(cells)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        financial_progress(finance(*cells), cutoff=CUTOFF, by=by),
        financial_progress(finance(*shuffled), cutoff=CUTOFF, by=by),
    )


@given(rows, groupings)
@settings(deadline=None, max_examples=40)
def test_rows_after_the_cutoff_change_nothing(cells, by):
    before = [cell for cell in cells if cell[1] <= CUTOFF]
    if not before:
        return
    pd.testing.assert_frame_equal(
        financial_progress(finance(*cells), cutoff=CUTOFF, by=by),
        financial_progress(finance(*before), cutoff=CUTOFF, by=by),
    )


@given(rows, groupings, st.sampled_from([0.25, 0.5]))
@settings(deadline=None, max_examples=40)
def test_splitting_a_row_changes_nothing(cells, by, share):
    frame = finance(*cells)
    first = frame.iloc[[0]]
    split = pd.concat(
        [
            frame.iloc[1:],
            first.assign(amount_eur=first["amount_eur"] * share),
            first.assign(amount_eur=first["amount_eur"] * (1 - share)),
        ],
        ignore_index=True,
    )
    assert_same(rates(frame, by), rates(split, by), exact=False)


@given(amounts, st.integers(min_value=1, max_value=10**7))
@settings(deadline=None, max_examples=40)
def test_spend_per_head_times_heads_is_the_spend(amount, heads):
    people = pd.DataFrame(
        {
            "programme": [CCI],
            "axis": ["ALL"],
            "fund": [""],
            "region_category": [""],
            "data_date": [pd.Timestamp("2018-01-01")],
            "value": [float(heads)],
            "unit": ["resident"],
            "source": ["p"],
            "note": [""],
        }
    )
    row = only(per_capita_spend(finance(("I", CUTOFF, "certified", amount)), people, cutoff=CUTOFF))
    assert abs(row["value"] * heads - amount) <= 1e-9 * max(amount, 1)


@given(amounts, amounts)
@settings(deadline=None, max_examples=40)
def test_the_value_is_numerator_over_denominator(certified, allocation):
    frame = finance(("I", CUTOFF, "allocation", allocation), ("I", CUTOFF, "certified", certified))
    row = only(certification_rate(frame, cutoff=CUTOFF))
    assert (row["numerator"], row["denominator"]) == (certified, allocation)
    if allocation:
        assert row["value"] == certified / allocation
    else:
        assert row["note"] == "zero_denominator"
