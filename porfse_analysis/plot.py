"""The drawings of the reports, of any result: `pf.plot.rates`, `.targets`, `.funnel`, `.over_time`.

Each draws on the axes given, or on new ones in the style of the reports, and returns them, with units on the axes and
the sources below; what else is wanted is done with matplotlib.
"""

from porfse_analysis.display.plot import funnel, over_time, rates, targets

__all__ = ["funnel", "over_time", "rates", "targets"]


def __dir__() -> list[str]:
    return sorted(__all__)
