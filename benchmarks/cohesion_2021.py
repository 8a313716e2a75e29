"""What strict reading of the Commission's tables of 2021-2027 costs, against pandas reading the same file as text.

    python benchmarks/cohesion_2021.py [--runs 3] [--rows 200000]

The tables are made for the measurement after the headers of the portal: 400 programmes, 40 transmissions, as many rows
as asked for. Each run is a process of its own, the ways of reading take turns; printed are medians and the ratio to
`pandas.read_csv(dtype=str)`. At most 4 times is aimed at, for all programmes and for one; the last line is the import
of one programme out of all four tables with its 40 positions.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from porfse_analysis.loaders.cohesion.tables_2021 import read_2021
from porfse_analysis.loaders.cohesion_data import import_files

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import cohesion_samples_2021 as samples

WAYS = ("pandas, text", "strict, all", "strict, one")
CYCLES = [f"{year}{month:02}" for year in range(2022, 2026) for month in range(1, 11)]


def programmes(count: int) -> list[str]:
    return [samples.PROGRAMME, *(f"2021AT05SFPR{number:03}" for number in range(1, count))]


def plan_rows(rows):
    base = samples.plan_records()[:-1]
    for number in range(rows // len(base)):
        cci = programmes(400)[number % 400]
        for record in base:
            area = f"{number // 400}"
            money = {"eu_amount": f"{number}.25", "total_amount": f"{2 * number + 1}.5"}
            yield record | {"cci": cci, "category_code": record["category_code"] + area, **money}


def transmission_rows(rows):
    base = [record for record in samples.transmission_records() if record["tod_cycle"] == "202412"]
    for number in range(rows // len(base)):
        cci, cycle = programmes(400)[number % 400], CYCLES[number // 400 % len(CYCLES)]
        for record in base:
            yield record | {
                "cci": cci,
                "tod_cycle": cycle,
                "location_short": str(number),
                "total_eligible_cost": number,
            }


def achievement_rows(rows):
    base = [record for record in samples.achievement_records() if record["tod_cycle"] == "202412"]
    for number in range(rows // len(base)):
        cci, cycle = programmes(400)[number % 400], CYCLES[number // 400 % len(CYCLES)]
        for record in base:
            code = f"{record['ind_code']}_{number // 16000}"
            yield record | {"cci": cci, "tod_cycle": cycle, "ind_code": code, "implemented_value": number + 1}


def commitment_rows(rows):
    for number in range(rows):
        record = samples.commitment_records()[0]
        cci, version = programmes(400)[number % 400], f"1.{number // 400}"
        yield record | {"cci": cci, "ver": version}


MADE = {
    "plan_2021": plan_rows,
    "transmissions_2021": transmission_rows,
    "achievements_2021": achievement_rows,
    "commitments_2021": commitment_rows,
}


def write(folder: Path, rows: int) -> dict[str, Path]:
    paths = {}
    for kind, records in MADE.items():
        paths[kind] = folder / f"{kind}.csv"
        found = records(min(rows, 20_000) if kind == "commitments_2021" else rows)
        first = next(found)
        with paths[kind].open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(first), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerow(first)
            writer.writerows(found)
    return paths


def once(kind: str, way: str, path: str) -> dict[str, float]:
    """One reading in this process."""
    start = time.perf_counter()
    if way == "pandas, text":
        frame = pd.read_csv(path, dtype=str)
    else:
        frame = read_2021(path, kind, whole=True, programme=samples.PROGRAMME if way == "strict, one" else "").frame
    return {"seconds": time.perf_counter() - start, "rows": len(frame)}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.one:
        print(json.dumps(once(*arguments.one)))
        return
    with tempfile.TemporaryDirectory() as name:
        paths = write(Path(name), arguments.rows)
        print(f"{'table':<20} {'way':<14} {'rows':>8} {'seconds':>8} {'ratio':>6}")
        for kind, path in paths.items():
            found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
            for _ in range(arguments.runs):
                for way in WAYS:
                    command = [sys.executable, __file__, "--one", kind, way, str(path)]
                    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                    found[way].append(json.loads(answer))
            middle = {way: statistics.median(run["seconds"] for run in runs) for way, runs in found.items()}
            for way, seconds in middle.items():
                rows = found[way][0]["rows"]
                print(f"{kind:<20} {way:<14} {rows:>8} {seconds:>8.2f} {seconds / middle[WAYS[0]]:>6.2f}")
        start = time.perf_counter()
        made = import_files(list(paths.values()), samples.PROGRAMME, Path(name) / "programme", whole=True)
        print(f"\nimport of one programme, {len(made.cutoffs)} positions: {time.perf_counter() - start:.2f} seconds")


if __name__ == "__main__":
    main()
