"""The colours of the figures are told apart by colour-blind readers and in grey.

Colour blindness is simulated with the matrices of Machado, Oliveira and Fernandes (2009) for full severity, applied to
linear RGB; differences are those of CIELAB under D65, in which 2.3 is just noticeable.
"""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from porfse_analysis.display.drawings import draw_over_time
from porfse_analysis.display.figure import COLOURS, new_figure
from porfse_analysis.display.html import Html
from porfse_analysis.display.programme_report.figures import _AXES_STAGES
from porfse_analysis.indicators.financial import RATES

SEEN = {
    "everybody": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
)


def linear(colour):
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def difference(one, other, seen):
    return float(np.linalg.norm(lab(SEEN[seen] @ linear(one)) - lab(SEEN[seen] @ linear(other))))


def lightness(colour):
    return float(lab(linear(colour))[0])


def contrast_with_white(colour):
    return 1.05 / (float(TO_XYZ[1] @ linear(colour)) + 0.05)


def test_the_measures_agree_with_known_values():
    assert lightness("#ffffff") == pytest.approx(100, abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
    # the classic pair: far apart for most, close for those who lack the red or the green cones
    assert difference("#d62728", "#2ca02c", "everybody") > 2 * difference("#d62728", "#2ca02c", "deutan")


@pytest.mark.parametrize("seen", SEEN)
def test_any_two_stages_are_told_apart(seen):
    for one, other in itertools.combinations(RATES, 2):
        assert difference(COLOURS[one], COLOURS[other], seen) >= 25, (one, other)


def test_neighbouring_stages_are_told_apart_in_grey():
    for one, other in (*itertools.pairwise(RATES), *itertools.combinations(("good", "short"), 2)):
        assert abs(lightness(COLOURS[one]) - lightness(COLOURS[other])) >= 15, (one, other)
    for one, other in itertools.pairwise(("allocation", *_AXES_STAGES)):
        assert abs(lightness(COLOURS[one]) - lightness(COLOURS[other])) >= 15, (one, other)


@pytest.mark.parametrize("name", [*RATES, "edge", "good", "short", "text", "quiet"])
def test_colours_stand_out_from_the_white_they_are_drawn_on(name):
    assert contrast_with_white(COLOURS[name]) >= (4.5 if name in ("text", "quiet") else 3)


def test_no_figure_relies_on_colour_alone(bundled, reports):
    """Every line has its own marker; beside bars stand their figures, and colours of one drawing differ in grey."""
    from porfse_analysis.display import figures

    days = pd.to_datetime(["2017-12-31", "2018-12-31"])
    every = pd.DataFrame(
        [
            {"indicator": name, "value": 0.1, "data_date": day, "cutoff": day, "note": ""}
            for name in RATES.values()
            for day in days
        ]
    )
    _, ax = new_figure(height=3.0, left=1.0)
    draw_over_time(ax, every, "it")
    assert len({line.get_marker() for line in ax.lines}) == len(RATES)
    report = reports(bundled, cutoff="2018-09-30")
    drawn = {name: svg(getattr(figures, name)(report)) for name in ("funnel", "axes_progress", "target_ratios")}
    for name, figure in drawn.items():
        assert len(re.findall(r">[^<]*\d%[^<]*</text>", figure)) >= 5, f"{name}: the bars bear no figures"


@pytest.mark.parametrize(("cutoff", "hatched"), [("2018-12-31", True), ("2017-12-31", False)])
def test_hatching_means_an_earlier_date(bundled, reports, cutoff, hatched):
    """At the end of 2018 the figures of the sheet are three months old; at the end of 2017 every bar is of its day."""
    from porfse_analysis.display import figures

    report = reports(bundled, cutoff=cutoff)
    for name in ("funnel", "axes_progress"):
        figure = getattr(figures, name)(report)
        assert ("<pattern" in svg(figure)) is hatched, name
        assert ("tratteggiate: dato di una data precedente" in figure.html) is hatched, name
    # what is not reached, a plan and a threshold have no hatch
    assert "<pattern" not in svg(figures.target_ratios(report))


def svg(figure: Html) -> str:
    import base64

    return base64.b64decode(re.search(r"base64,([^\"]+)", figure.html)[1]).decode()
