"""Every indicator of a programme at one reporting date."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.indicators.financial import CERTIFICATION_BASES, certification_rates, progress_rates
from porfse_analysis.indicators.per_capita import participants, residents, spend_per_head
from porfse_analysis.indicators.positions import positions_at
from porfse_analysis.indicators.result import collect
from porfse_analysis.indicators.targets import AGAINST, target_achievement_ratio
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.programme import Programme, require_programme

__all__ = ["SPEND_STAGES", "all_indicators"]

SPEND_STAGES = ("paid", "declared", "certified")
"""The stages that are spending, and so are shown per head."""


def all_indicators(programme: Programme, *, cutoff: object) -> pd.DataFrame:
    """Every indicator at `cutoff`: for the programme (`ALL`) and by axis, target ratios by indicator.

    Returns the result columns. Milestone ratios are there when the programme has milestones.
    """
    require_programme(programme)
    results = []
    for by in ("programme", "axis"):
        positions = positions_at(programme.finance, as_cutoff(cutoff), by)
        results.append(progress_rates(positions))
        # the base "allocation" is among the stages already
        results += [certification_rates(positions, base) for base in CERTIFICATION_BASES if base != "allocation"]
        heads = participants(programme.achievements, cutoff=cutoff, by=by)
        people = residents(programme.population, cutoff=cutoff)
        results.append(heads)
        if by == "programme":
            results.append(people)
        results += [spend_per_head(positions, group, SPEND_STAGES) for group in (heads, people) if len(group)]
    for against in AGAINST:
        if programme.targets[against].notna().any():
            results.append(
                target_achievement_ratio(programme.achievements, programme.targets, cutoff=cutoff, against=against)
            )
    return collect(results)
