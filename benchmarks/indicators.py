"""How long the bundled programme takes: loading, and every indicator at its ten dates."""

from __future__ import annotations

import statistics
import time

from porfse_analysis import all_indicators, check, load_programme


def _median(function, repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    programme = load_programme()
    rows = {
        "load_programme": _median(load_programme),
        "all indicators, ten dates": _median(
            lambda: [all_indicators(programme, cutoff=cutoff) for cutoff in programme.cutoffs]
        ),
        "check, last date": _median(lambda: check(programme)),
    }
    for name, seconds in rows.items():
        print(f"{name:<28} {seconds:8.3f} s (median of 5)")
