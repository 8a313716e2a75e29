"""`pf.plot` and `pf.figure`: matplotlib axes out of a result, and a figure of one's own as a page shows it."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from frames import achievements, finance, small_programme, targets
from matplotlib.figure import Figure as Drawing

import porfse_analysis as pf
from porfse_analysis import ParameterError
from porfse_analysis.display.figure import DRAWN

SPRING, AUTUMN = "2018-03-31", "2018-09-30"
MILLION = 1_000_000.0


@pytest.fixture(autouse=True)
def _drawn_nowhere():
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def small():
    return small_programme(
        finance=finance(
            *((axis, SPRING, "allocation", 100 * MILLION) for axis in "12"),
            ("1", SPRING, "declared", 10 * MILLION),
            ("2", SPRING, "declared", 30 * MILLION),
            ("1", AUTUMN, "declared", 25 * MILLION),
            ("2", AUTUMN, "declared", 35 * MILLION),
            ("2", AUTUMN, "allocation", 140 * MILLION),
            ("1", AUTUMN, "allocation", 100 * MILLION),
            ("1", SPRING, "activated", 80 * MILLION),
            source="ec",
        ),
        achievements=achievements(
            ("1", "8i", "CR02", AUTUMN, 3.0),
            ("1", "8i", "CR03", AUTUMN, 300.0),
            ("1", "8i", "CR04", AUTUMN, 5.0),
            source="ec",
        ),
        targets=targets(
            ("1", "8i", "CR02", "v1", "2014-01-01", 6.0),
            ("1", "8i", "CR03", "v1", "2014-01-01", 100.1),
            source="ec",
        ),
        sources=("ec",),
    )


def bars(ax):
    """Where each bar ends, in the order of drawing."""
    return [patch.get_width() for patch in ax.patches]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_rates_draws_each_axis_against_its_allocation(small):
    ax = pf.plot.rates(pf.financial_progress(small, cutoff=AUTUMN))
    # axis 1: allocation, activated, declared; axis 2: allocation, declared
    assert bars(ax) == [100.0, 80.0, 25.0, 140.0, 35.0]
    assert texts(ax) == ["80,0%, al 31/03/2018", "25,0%", "25,0%", "Dati al 31/03/2018 e 30/09/2018.\nFonte: ec."]
    assert ax.get_xlabel() == "Milioni di euro"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Asse 1", "Asse 2"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "Dotazione",
        "Risorse attivate",
        "Spesa dichiarata",
    ]
    assert not ax.spines["top"].get_visible()
    (said,) = DRAWN[ax.figure]
    assert "asse 2: Dotazione 140,00, Spesa dichiarata 25,0%" in said


def test_rates_leaves_out_what_is_over_another_allocation(small):
    """Selected of spring was over 100, the allocation of autumn is 140: the bar would not show its rate."""
    frame = pf.all_indicators(small, cutoff=AUTUMN, by="axis")
    old = frame["indicator"].eq("declaration_rate") & frame["axis"].eq("2")
    earlier = frame[old].assign(
        indicator="selection_rate", denominator=100 * MILLION, value=0.35, data_date=pd.Timestamp(SPRING)
    )
    ax = pf.plot.rates(
        pd.concat([frame, earlier], ignore_index=True).drop_duplicates(["axis", "indicator", "cutoff"], keep="last"),
        lang="en",
    )
    assert 35.0 in bars(ax)
    assert len(bars(ax)) == 5
    assert "Not drawn, being shares of an earlier allocation: Selected cost." in texts(ax)[-1]


def test_funnel_and_rates_of_a_programme_without_axes(small):
    frame = pf.financial_progress(small, cutoff=AUTUMN, by="programme")
    ax = pf.plot.funnel(frame, lang="en")
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        *("Allocation", "Activated resources", "Selected cost", "Commitments", "Payments"),
        *("Declared expenditure", "Certified expenditure"),
    ]
    # activated are of one axis alone, and of spring; 60 of 240 declared
    assert bars(ax) == [240.0, 80.0, 60.0]
    assert texts(ax)[0] == "240.00"
    assert texts(ax)[1].endswith(", at 31/03/2018")
    assert texts(ax)[2:6] == ["not published", "not published", "not published", "60.00 (25.0%)"]
    assert texts(ax)[-1] == "Data of 31/03/2018 and 30/09/2018.\nSource: ec."
    assert bars(pf.plot.rates(frame[frame["indicator"] == "declaration_rate"])) == [240.0, 60.0]


def test_over_time_draws_a_value_at_its_own_date_alone(small):
    frame = pf.all_indicators(small, by="programme")
    ax = pf.plot.over_time(frame)
    lines = {line.get_label(): line.get_xydata() for line in ax.lines}
    np.testing.assert_allclose(lines["Spesa dichiarata"][:, 1], [20.0, 25.0])
    # activated is 80 of 200 in spring, and not carried to autumn: one point is said, not drawn
    assert list(lines) == ["Spesa dichiarata"]
    assert ax.get_ylabel() == "% della dotazione"
    assert texts(ax)[0] == "25,0%"
    once = "Non disegnati, perché pubblicati a una sola data: Risorse attivate 40,0% (parziale) al 31/03/2018."
    assert texts(ax)[-1] == f"{once}\nFonte: ec."


def test_a_line_that_ends_before_the_others_says_its_end_in_the_legend(small):
    frame = pf.all_indicators(small, by="programme")
    declared = frame[frame["indicator"] == "declaration_rate"]
    earlier = declared.assign(indicator="payment_rate", value=[0.5, 0.6])
    days = {"2018-03-31": "2017-03-31", "2018-09-30": "2017-09-30"}
    moved = {name: pd.to_datetime(earlier[name].astype("str").map(days)) for name in ("cutoff", "data_date")}
    earlier = earlier.assign(**{name: dates.astype(declared[name].dtype) for name, dates in moved.items()})
    ax = pf.plot.over_time(pd.concat([declared, earlier], ignore_index=True), lang="en")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "Payments 60.0% at 30/09/2017",
        "Declared expenditure",
    ]
    assert texts(ax)[0] == "25.0%"


def test_targets_draws_the_counted_ratios(small):
    ax = pf.plot.targets(pf.target_achievement_ratio(small, cutoff=AUTUMN))
    # the highest first: 300 of 100.1, cut short at 250%, and 3 of 6; CR04 has no target
    np.testing.assert_allclose(bars(ax), [250.0, 50.0])
    assert texts(ax)[:2] == ["» 299,7%", "50,0%"]
    assert [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()] == [
        "1 8i CR03 Con una qualifica all'uscita",
        "1 8i CR02 In istruzione o formazione all'uscita",
    ]
    assert ax.get_xlabel() == "% del target finale"


def test_the_axes_given_are_those_drawn_on(small):
    frame = pf.financial_progress(small, cutoff=AUTUMN)
    figure = Drawing()
    left, right = figure.subplots(1, 2)
    before = dict(mpl.rcParams)
    assert pf.plot.rates(frame, right) is right
    assert pf.plot.rates(frame, ax=left) is left
    assert bars(left) == bars(right)
    assert len(figure.axes) == 2
    assert dict(mpl.rcParams) == before
    from matplotlib import pyplot

    assert pyplot.get_fignums() == []


def test_the_reports_draw_by_the_same_functions(monkeypatch):
    from porfse_analysis.display import drawings, figures, plot
    from porfse_analysis.display.programme_report import figures as own

    report = pf.open_report(pf.load_programme(), cutoff="2018-12-31", lang="en")
    for name, drawn in {
        "funnel": figures.funnel,
        "over_time": figures.over_time,
        "rates": figures.axes_progress,
        "targets": figures.target_ratios,
    }.items():
        function = getattr(drawings, f"draw_{name}")
        assert getattr(own, f"draw_{name}") is function
        assert getattr(plot, f"draw_{name}") is function
        calls = []
        monkeypatch.setattr(own, f"draw_{name}", lambda *args, f=function, c=calls, **kw: c.append(1) or f(*args, **kw))
        assert drawn(report).svg
        assert calls == [1], name


def test_what_cannot_be_drawn_is_said(small):
    every = pf.all_indicators(small)
    at = every[every["cutoff"] == AUTUMN]
    for call, said in [
        (lambda: pf.plot.rates(every), r"has 2 cutoffs: keep one, as frame\[frame\['cutoff'\] == '2018-09-30'\]"),
        (lambda: pf.plot.rates(at[at["indicator"] == "participants"]), "has none of activation_rate"),
        (lambda: pf.plot.funnel(at[at["axis"] != "ALL"]), "no row of the whole programme: for pf.plot.funnel make it"),
        (lambda: pf.plot.over_time(at.assign(data_date=pd.NaT).astype(at.dtypes)), "no rate at the very date"),
        (lambda: pf.plot.over_time(at), "every rate has one date alone, and a point is no line: give more cutoffs"),
        (lambda: pf.plot.targets(at[at["indicator"] != "target_achievement_ratio"]), "no target ratio to draw"),
        (lambda: pf.plot.rates(pd.concat([at, at.assign(programme="Q")])), "is of several programmes"),
        (lambda: pf.plot.rates(pd.concat([at, at.assign(region_category="more")])), "parts of an axis apart"),
        (lambda: pf.plot.rates(pf.wide(at[at["axis"] == "1"])), "frame has no column programme"),
        (lambda: pf.plot.rates(at, lang="xx"), "lang='xx': use one of it, en"),
    ]:
        with pytest.raises(ParameterError, match=said):
            call()


# a figure of one's own


def test_a_figure_has_its_words_and_the_style():
    from matplotlib import pyplot

    ax = pd.Series([1, 3, 2]).plot()
    shown = pf.figure(ax, alt=" Da 1 a 3, <poi> 2. ")
    assert shown.alt == "Da 1 a 3, <poi> 2."
    assert 'alt="Da 1 a 3, &lt;poi&gt; 2."' in shown.html
    assert "<figcaption" not in shown.html
    assert 'aria-label="Da 1 a 3, &lt;poi&gt; 2."' in shown.html
    assert shown.svg.startswith(b"<?xml")
    assert not ax.spines["top"].get_visible()
    # it is not shown once more when the cell ends
    assert pyplot.get_fignums() == []
    below = pf.figure(ax.figure, alt="x", caption="Andamento", source="Fonte: mia.")
    assert '<figcaption>Andamento<br><span class="pf-source">Fonte: mia.</span></figcaption>' in below.html


def test_a_figure_without_words_is_refused():
    with pytest.raises(ParameterError, match="alt is empty: say in words"):
        pf.figure(Drawing(), alt=" ")
    with pytest.raises(ParameterError, match="fig is of type str: give a figure of matplotlib, or axes of one"):
        pf.figure("figure.png", alt="x")


def test_a_notebook_that_shows_figures_by_itself_goes_on_to_do_so(small, monkeypatch):
    """Its backend turns that on when it makes the first figure, which is within our style."""
    from matplotlib import pyplot

    def subplots(*arguments, made=pyplot.subplots, **options):
        mpl.interactive(True)
        return made(*arguments, **options)

    monkeypatch.setattr(pyplot, "subplots", subplots)
    mpl.interactive(False)
    try:
        font = mpl.rcParams["font.size"]
        pf.plot.rates(pf.financial_progress(small, cutoff=AUTUMN))
        assert mpl.is_interactive()
        assert mpl.rcParams["font.size"] == font
    finally:
        mpl.interactive(False)
