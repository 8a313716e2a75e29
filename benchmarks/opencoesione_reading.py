"""What reading OpenCoesione's records costs, against pandas reading the same files without looking.

    python benchmarks/opencoesione_reading.py [--rows 100000] [--payments 1000000] [--runs 1]

Files are written as OpenCoesione publishes them: projects (invented, the 199 columns of `progetti_esteso`, a tenth of
them of the programme) in a zip archive, and single payments of the programme's projects. `read_records` and an untyped
`pandas.read_csv` read them in turns, each in a process of its own: the projects alone, and both. Memory is the peak of
the process. At most 4 times the time is aimed at.
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
_TEXTS = ("DESCR_", "OC_DESCR", "OC_TITOLO", "OC_SINTESI")
_TITLE = "Tirocinio extra-curriculare, con un testo lungo come lo hanno i titoli e le descrizioni dei progetti"


def write_projects(path, rows):
    texts = [name for name in samples.PROJECT_COLUMNS if name.startswith(_TEXTS)]
    filled = dict.fromkeys(texts, _TITLE)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("p.csv", "w") as out,
    ):
        for start in range(0, rows, 10_000):
            listed = [
                samples.project(
                    f"P{place}",
                    **filled,
                    OC_CODICE_PROGRAMMA=samples.CCI if place % 10 == 0 else f"2014IT05SFOP{place % 97 + 100}",
                    COSTO_RENDICONTABILE_UE=f"{place % 90_000},{place % 100:02d}",
                    COD_PROVINCIA=f"0190{81 + place % 9}",
                )
                for place in range(start, min(start + 10_000, rows))
            ]
            content = samples.table(listed)
            out.write(content if start == 0 else content.split(b"\n", 1)[1])


def write_payments(path, rows, projects):
    with path.open("wb") as out:
        for start in range(0, rows, 10_000):
            listed = [
                samples.payment(
                    f"P{place * 10 % projects}",
                    f"20{14 + place % 9:02d}{1 + place % 12:02d}{1 + place % 28:02d}",
                    f"{place % 9_000},{place % 100:02d}",
                )
                for place in range(start, min(start + 10_000, rows))
            ]
            content = samples.table(listed, samples.PAYMENT_COLUMNS)
            out.write(content if start == 0 else content.split(b"\n", 1)[1])


def once(way, files):
    """One reading in this process: seconds, and the peak of memory in MB."""
    start = time.perf_counter()
    if way == "records":
        records = read_records(files, samples.CCI)
        rows = sum(map(len, records.values.values()))
    else:
        rows = sum(len(pd.read_csv(path, sep=";", dtype=str)) for path in files)
    seconds = time.perf_counter() - start
    # KiB on Linux, bytes on macOS
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, "rows": rows}


def in_a_process(way, files):
    command = [sys.executable, __file__, "--one", way, *map(str, files)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--one", nargs="+")
    options = parser.parse_args(arguments if arguments is not None else [])
    if options.one:
        print(json.dumps(once(options.one[0], [Path(name) for name in options.one[1:]])))
        return
    with tempfile.TemporaryDirectory() as folder:
        projects, payments = Path(folder) / "progetti_esteso.zip", Path(folder) / "pagamenti.csv"
        write_projects(projects, options.rows)
        write_payments(payments, options.payments, options.rows)
        print(f"{options.rows:,} projects, {options.payments:,} payments")
        print(f"{'files':<10} {'way':<10} {'rows':>10} {'seconds':>8} {'ratio':>6} {'peak MB':>8}")
        for name, files in (("projects", [projects]), ("both", [projects, payments])):
            measured = {way: [] for way in WAYS}
            for _ in range(options.runs):
                for way in WAYS:
                    measured[way].append(in_a_process(way, files))
            base = statistics.median(run["seconds"] for run in measured["pandas"])
            for way, runs in measured.items():
                seconds = statistics.median(run["seconds"] for run in runs)
                peak = statistics.median(run["peak"] for run in runs)
                line = (
                    f"{name:<10} {way:<10} {runs[0]['rows']:>10,} {seconds:>8.2f} {seconds / base:>6.2f} {peak:>8.0f}"
                )
                print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
