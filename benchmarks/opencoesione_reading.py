"""What reading OpenCoesione's records costs, against pandas reading the same file without looking.

    python benchmarks/opencoesione_reading.py [--rows 1000000] [--columns 199] [--runs 1]

A file of projects is written (invented, the columns of `progetti_esteso`, a tenth of its rows of the programme), packed in
a zip archive as OpenCoesione publishes it, and read in turns by `read_records` and by an untyped `pandas.read_csv`, each in
a process of its own. Memory is the peak of the process. At most 4 times the time is aimed at.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import opencoesione_samples as samples

from porfse_analysis.loaders.opencoesione_data import read_records

WAYS = ("pandas", "records")
_TITLE = "Tirocinio extra-curriculare, con un testo lungo come lo hanno i titoli e le descrizioni dei progetti"


def write(path, rows, columns):
    """A zip archive with a file of `rows` projects and the first `columns` columns, those that are read among them."""
    texts = [
        name for name in samples.PROJECT_COLUMNS if name.startswith(("DESCR_", "OC_DESCR", "OC_TITOLO", "OC_SINTESI"))
    ]
    filled = dict.fromkeys(texts, _TITLE)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("p.csv", "w") as out,
    ):
        start = 0
        while start < rows:
            count = min(10_000, rows - start)
            listed = [
                samples.project(
                    f"P{place}",
                    **filled,
                    OC_CODICE_PROGRAMMA=samples.CCI if place % 10 == 0 else f"2014IT05SFOP{place % 97 + 100}",
                    COSTO_RENDICONTABILE_UE=f"{place % 90_000},{place % 100:02d}",
                    COD_PROVINCIA=f"0190{81 + place % 9}",
                )
                for place in range(start, start + count)
            ]
            content = samples.table(listed, samples.PROJECT_COLUMNS[:columns])
            out.write(content if start == 0 else content.split(b"\n", 1)[1])
            start += count


def once(way, path):
    """One reading in this process: seconds, and the peak of memory in MB."""
    start = time.perf_counter()
    if way == "records":
        rows = len(read_records([path], samples.CCI).projects)
    else:
        rows = len(pd.read_csv(path, sep=";", low_memory=True, dtype=str))
    seconds = time.perf_counter() - start
    # KiB on Linux, bytes on macOS
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, "rows": rows}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=199)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--one", nargs=2)
    options = parser.parse_args(arguments if arguments is not None else [])
    if options.one:
        print(json.dumps(once(options.one[0], Path(options.one[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "progetti_esteso.zip"
        write(path, options.rows, options.columns)
        measured = {way: [] for way in WAYS}
        for _ in range(options.runs):
            for way in WAYS:
                command = [sys.executable, __file__, "--one", way, str(path)]
                measured[way].append(
                    json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                )
    base = statistics.median(run["seconds"] for run in measured["pandas"])
    print(f"{options.rows:,} rows of {options.columns} columns")
    print(f"{'way':<10} {'kept':>9} {'seconds':>8} {'ratio':>6} {'peak MB':>8}")
    for way, runs in measured.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        peak = statistics.median(run["peak"] for run in runs)
        print(f"{way:<10} {runs[0]['rows']:>9,} {seconds:>8.2f} {seconds / base:>6.2f} {peak:>8.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
