"""What strict reading of the Commission's tables costs, against pandas reading the same file without looking.

    python benchmarks/cohesion_reading.py FOLDER [--runs 5]

FOLDER holds ec_finance_implementation.csv.gz and ec_indicators.csv.gz. Each run is a process of its own, the ways of
reading take turns; printed are medians and the ratios to pandas, with columns as text (codes must stay text) and with
types guessed. Memory is the peak of the process. At most 4 times the time and 2 times the memory is aimed at.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pandas as pd

from porfse_analysis import financial_progress, target_achievement_ratio
from porfse_analysis.loaders.cohesion_data import (
    read_finance,
    read_indicators,
    tables_from_cohesion_data,
)

TABLES = {"finance": "ec_finance_implementation.csv.gz", "indicators": "ec_indicators.csv.gz"}
STRICT = {"finance": read_finance, "indicators": read_indicators}
WAYS = ("pandas, text", "pandas, guessed", "strict")


def once(table, way, path):
    """One reading in this process: seconds, and the peak of memory in MB."""
    start = time.perf_counter()
    if way == "strict":
        frame = STRICT[table](path)
    elif way == "pandas, text":
        frame = pd.read_csv(path, dtype=str)
    else:
        warnings.simplefilter("ignore")  # columns of codes and numbers mixed
        frame = pd.read_csv(path)
    seconds = time.perf_counter() - start
    # KiB on Linux, bytes on macOS
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"seconds": seconds, "peak": peak, "rows": len(frame)}


def in_a_process(table, way, path):
    command = [sys.executable, __file__, "--one", table, way, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def reading(folder, runs):
    print(f"{'table':<11} {'way':<16} {'rows':>8} {'seconds':>8} {'ratio':>6} {'peak MB':>8} {'ratio':>6}")
    for table, file in TABLES.items():
        measured = {way: [] for way in WAYS}
        for _ in range(runs):
            for way in WAYS:
                measured[way].append(in_a_process(table, way, folder / file))
        middle = {
            way: {what: statistics.median(run[what] for run in found) for what in found[0]}
            for way, found in measured.items()
        }
        base = middle[WAYS[0]]
        for way, found in middle.items():
            print(
                f"{table:<11} {way:<16} {found['rows']:>8.0f} {found['seconds']:>8.2f} "
                f"{found['seconds'] / base['seconds']:>6.2f} {found['peak']:>8.0f} {found['peak'] / base['peak']:>6.2f}"
            )


def building(folder, runs):
    """The tidy tables of a quarter, a half and all of the rows: time may grow as they do."""
    finance = read_finance(folder / TABLES["finance"])
    indicators = read_indicators(folder / TABLES["indicators"])
    programmes = sorted(finance["programme"].unique())
    print(f"\n{'tidy tables of':<28} {'rows':>8} {'seconds':>8} {'microseconds a row':>20}")
    for part in (4, 2, 1):
        chosen = set(programmes[::part])
        some = finance[finance["programme"].isin(chosen)]
        more = indicators[indicators["programme"].isin(chosen)]
        seconds = []
        for _ in range(runs):
            start = time.perf_counter()
            tables_from_cohesion_data(some, more)
            seconds.append(time.perf_counter() - start)
        rows, middle = len(some) + len(more), statistics.median(seconds)
        print(f"{len(chosen):>4} programmes{'':<12} {rows:>8} {middle:>8.2f} {middle / rows * 1e6:>20.2f}")


def indicators_of_all(folder, runs):
    """Financial progress and target ratios of a quarter, a half and all of the ESF programmes, at one cutoff."""
    finance = read_finance(folder / TABLES["finance"])
    tables = tables_from_cohesion_data(finance, read_indicators(folder / TABLES["indicators"]))
    programmes = sorted(finance.loc[finance["fund"] == "ESF", "programme"].astype(str).unique())
    print(f"\n{'indicators of':<28} {'rows':>8} {'seconds':>8} {'microseconds a row':>20}")
    for part in (4, 2, 1):
        chosen = programmes[::part]
        money, values, aims = (
            tables[name][tables[name]["programme"].isin(chosen)] for name in ("finance", "achievements", "targets")
        )
        seconds = []
        for _ in range(runs):
            start = time.perf_counter()
            financial_progress(money, cutoff="2020-12-31", by="programme")
            target_achievement_ratio(values, aims, cutoff="2020-12-31")
            seconds.append(time.perf_counter() - start)
        rows, middle = len(money) + len(values) + len(aims), statistics.median(seconds)
        print(f"{len(chosen):>4} programmes{'':<12} {rows:>8} {middle:>8.2f} {middle / rows * 1e6:>20.2f}")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="folder of the two tables")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.one:
        print(json.dumps(once(*arguments.one)))
        return
    if arguments.folder is None:
        parser.error("name the folder of the two tables")
    reading(arguments.folder, arguments.runs)
    building(arguments.folder, arguments.runs)
    indicators_of_all(arguments.folder, arguments.runs)


if __name__ == "__main__":
    main()
