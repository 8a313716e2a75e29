"""The words of a drawing: whole, beside what they name, on no line and on no other word."""

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import porfse_analysis as pf
from porfse_analysis.display import figures
from porfse_analysis.display.drawings import draw_targets
from porfse_analysis.display.figure import STYLE, new_figure
from porfse_analysis.display.lettering import apart, beside, make_room, rows_of, wrapped


def test_a_label_is_wrapped_and_never_cut():
    title = "Obiettivo tematico 11: rafforzare la capacità istituzionale delle autorità pubbliche"
    lines = wrapped(title, 30)
    assert lines.split() == title.split()
    assert max(map(len, lines.split("\n"))) <= 30
    assert wrapped("", 30) == ""


def test_rows_are_as_high_as_their_labels():
    # one line, three lines, one line: 1, 2, 1
    middles, end = rows_of(["a", "a\nb\nc", "a"], line=0.5)
    assert middles == [0.5, 2.0, 3.5]
    assert end == 4.0


def test_places_too_near_are_moved_about_their_mean():
    assert apart([10.0, 50.0, 12.0], 8.0) == [7.0, 50.0, 15.0]
    # moving the first two apart brings the second to the third
    assert apart([0.0, 1.0, 7.0], 6.0) == pytest.approx([-10 / 3, 8 / 3, 26 / 3])
    assert apart([], 1.0) == []


def test_a_figure_beside_a_bar_stands_past_the_line_it_would_cross():
    _, ax = new_figure(height=2.0, left=1.0)
    ax.set_xlim(0, 200)
    for end in (10.0, 95.0, 100.0):
        beside(ax, end, 0, "99,9%", lines=(100.0,))
    assert [text.xy[0] for text in ax.texts] == [10.0, 100.0, 100.0]


def boxes(ax):
    """The extent of each text beside a bar, as it is drawn."""
    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    return [text.get_window_extent(renderer) for text in ax.texts if text.get_text()]


def test_no_figure_of_the_targets_lies_on_the_line_or_is_cut():
    """Every tenth from nothing to 300%: around the line of 100%, and where the bars are cut short."""
    rows = pd.DataFrame(
        {
            "axis": "1",
            "investment_priority": "8i",
            "indicator_type": "OESF",
            "indicator_code": "CO01",
            "fund": [f"F{place}" for place in range(31)],
            "value": [place / 10 for place in range(31)],
            "note": "",
        }
    )
    with mpl.rc_context(STYLE):
        figure, ax = new_figure(height=9.0, left=3.5)
        draw_targets(ax, rows, "it")
        FigureCanvasAgg(figure).draw()
    line = ax.transData.transform((100, 0))[0]
    drawn = boxes(ax)
    assert len(drawn) == 31
    assert not [box for box in drawn if box.x0 < line < box.x1]
    assert max(box.x1 for box in drawn) <= figure.bbox.x1
    assert ax.get_yticklabels()[0].get_text().replace("\n", " ") == "1 F30 8i CO01 Disoccupati"


def test_bars_leave_room_for_what_stands_beside_them():
    _, ax = new_figure(height=2.0, left=2.6)
    make_room(ax, [(358.0, "60,3%, al 30/09/2018"), (20.0, "75,0%")], 9)
    beside(ax, 358.0, 0, "60,3%, al 30/09/2018", fontsize=9)
    assert boxes(ax)[0].x1 <= ax.get_window_extent().x1


def test_names_of_axes_are_whole_in_the_figure(monkeypatch):
    from porfse_analysis.display.programme_report import figures as own

    drawn = []
    shown = own.on_page
    monkeypatch.setattr(own, "on_page", lambda figure, **kw: drawn.append(figure) or shown(figure, **kw))
    report = pf.open_report(pf.load_programme(), cutoff="2018-12-31", lang="it")
    figures.axes_progress(report)
    figures.target_ratios(report)
    axes, targets = (figure.axes[0] for figure in drawn)
    assert axes.get_yticklabels()[3].get_text().replace("\n", " ") == "IV · Capacità istituzionale e amministrativa"
    names = [label.get_text().replace("\n", " ") for label in targets.get_yticklabels()]
    # 600% and 458.3% are the highest of the 18
    assert names[:2] == ["IV 11i CO22 Progetti per la pubblica amministrazione", "I 8i CR06 Occupati dopo sei mesi"]
    assert len(names) == 18
    assert "…" not in "".join(names)


def test_stages_of_one_date_are_said_and_not_drawn():
    """At the end of 2018 the sheet has one date (30/09/2018), the Commission's table five."""
    report = pf.open_report(pf.load_programme(), cutoff="2018-12-31", lang="en")
    shown = figures.over_time(report)
    assert shown.caption.endswith(
        "Not drawn, being published at one date only: Activated resources 63.3% at 30/09/2018; Commitments 36.7% at "
        "30/09/2018; Payments 29.0% at 30/09/2018; Certified expenditure 14.8% at 30/09/2018."
    )
    assert "Commitments" not in shown.alt
    first = figures.over_time(pf.open_report(pf.load_programme(), cutoff="2014-12-31", lang="en"))
    assert not hasattr(first, "svg")
    assert "each stage being published at one date only: Selected cost 0.0% at 31/12/2014; Declared" in first.html
