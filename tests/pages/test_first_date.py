"""The first reporting date of a programme: nothing before it, no target yet, and each of that said once."""

import pytest

from porfse_analysis.display import figures, tables
from porfse_analysis.display.words import wording

FIRST = "2014-12-31"


@pytest.mark.parametrize("lang", ["it", "en"])
def test_what_is_missing_is_said_once_and_no_date_is_left_out(bundled, reports, lang):
    report = reports(bundled, cutoff=FIRST, lang=lang)
    shown = tables.changes(report)._repr_html_()
    assert shown == f'<p class="pf-empty">{wording.text("empty.changes_first", lang)}</p>'.replace("'", "&#39;")
    assert figures.target_ratios(report).html == ""
    assert wording.text("empty.targets", lang) in tables.targets(report)._repr_html_()


def test_a_funnel_of_the_day_has_no_word_of_hatched_bars(bundled, reports):
    assert figures.funnel(reports(bundled, cutoff=FIRST, lang="en")).caption == (
        "From the allocation to certified expenditure, million euro and share of the allocation, at 31/12/2014."
    )
    assert "Hatched bars" in figures.funnel(reports(bundled, cutoff="2018-12-31", lang="en")).caption
