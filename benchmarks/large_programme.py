"""One large programme: CPU time and memory of its report, its checks and its indicators.

    python benchmarks/large_programme.py [--indicators 100 1000]

The programme is made for the measurement, the same for the same seed: 30 axes, 40 quarterly dates, as many indicators
an axis as asked for, each with a target and with a value at every date. Each call is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

AXES, DATES, SOURCE = 30, 40, "monitoring"
STAGES = {"selected": 0.9, "committed": 0.8, "paid": 0.6, "certified": 0.5}
PLAN_DATE = "2014-12-31"


def dates(count: int = DATES) -> list[str]:
    """The ends of as many quarters, from the end of 2014 on."""
    return [day.date().isoformat() for day in pd.date_range(PLAN_DATE, periods=count, freq="QE")]


def make_programme(folder: Path, *, indicators: int, axes: int = AXES, cutoffs: int = DATES, seed: int = 18) -> Path:
    """Write a programme of that size, by chance but the same for the same seed."""
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    days = dates(cutoffs)
    codes = [str(number) for number in range(1, axes + 1)]
    money = {axis: chance.randrange(10_000_000, 90_000_000, 100_000) for axis in codes}
    goals = {(axis, number): chance.randrange(100, 9_000) for axis in codes for number in range(indicators)}
    pace = {key: chance.uniform(0.2, 1.4) for key in goals}
    kinds = ("OESF", "RESF")

    def key(axis: str, number: int) -> str:
        return f"{axis},ESF,8i,More developed,{kinds[number % 2]},{'PR'[number % 2]}{number:04}"

    tables: dict[str, tuple[str, Iterator[str]]] = {
        "axes": (
            "axis,title_it,title_en,technical_assistance",
            (f"{axis},Asse numero {axis},Axis number {axis},no" for axis in codes),
        ),
        "finance": (
            "axis,cutoff,stage,fund,region_category,source,amount_eur",
            (
                f"{axis},{day},{stage},ESF,More developed,{SOURCE},{amount:.2f}"
                for place, day in enumerate(days, start=1)
                for axis in codes
                for stage, amount in [
                    ("allocation", money[axis]),
                    *((name, money[axis] * share * place / cutoffs) for name, share in STAGES.items()),
                ]
            ),
        ),
        "targets": (
            "axis,fund,investment_priority,region_category,indicator_type,indicator_code,plan_version,source,"
            "valid_from,milestone,target,unit,in_performance_framework",
            (
                f"{key(axis, number)},1.0,{SOURCE},{PLAN_DATE},{goal // 3},{goal},Number,"
                f"{'yes' if number % 10 == 0 else 'no'}"
                for (axis, number), goal in goals.items()
            ),
        ),
        "achievements": (
            "axis,fund,investment_priority,region_category,indicator_type,indicator_code,cutoff,source,value",
            (
                f"{key(axis, number)},{day},{SOURCE},{int(goal * pace[axis, number] * place / cutoffs)}"
                for place, day in enumerate(days, start=1)
                for (axis, number), goal in goals.items()
            ),
        ),
        "sources": (
            "source,title_it,title_en,publisher,page,address,licence",
            iter([f"{SOURCE},Monitoraggio,Monitoring,,,,"]),
        ),
    }
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            file.write(header + "\n")
            file.writelines(row + "\n" for row in rows)
    descriptor = {
        "name": "large",
        "profile": "tabular-data-package",
        "cci": "2014IT05SFOP099",
        "title": "Large programme",
        "resources": [{"name": name, "path": f"{name}.csv"} for name in tables],
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def measured(*arguments: object) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of a call of `porfse` and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "porfse_analysis.cli", *map(str, arguments)]
    counted = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_maxrss); sys.exit(done.returncode)"
    )
    said = subprocess.run([sys.executable, "-c", counted, *command], stdout=subprocess.PIPE, text=True, check=False)
    if said.returncode not in (0, 1):
        sys.exit(f"{command} ended with {said.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, int(said.stdout.split()[-1]) / 1024


def main(arguments: list[str] | None = None) -> None:
    """Make the programme, make the three calls, print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, nargs="*", default=[100, 1_000])
    given = parser.parse_args(arguments)
    last = dates()[-1]
    for indicators in given.indicators:
        with tempfile.TemporaryDirectory() as name:
            folder = make_programme(Path(name) / "programme", indicators=indicators)
            print(f"{AXES} axes, {DATES} dates, {indicators} indicators an axis")
            report = ("report", folder, "--cutoff", last, "--notebook", "programme_report", "--out", f"{name}/out")
            calls = {
                "report": report,
                "check": ("check", folder),
                "indicators": ("indicators", folder, "--cutoff", last, "--format", "csv"),
            }
            for what, call in calls.items():
                seconds, megabytes = measured(*call)
                print(f"  {what}: {seconds:.1f} s of CPU, {megabytes:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
