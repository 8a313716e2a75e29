"""Payments by programme and axis out of OpenCoesione's files, and an import: against pandas and DuckDB reading them.

    python benchmarks/opencoesione_reading.py [--rows 200000] [--payments 1000000] [--runs 3]

The files are invented (`_opencoesione_records.py`): projects of twenty programmes, one of which is imported. Each way
runs in a process of its own, all of them in turns. Every way but the reading alone must give the sums of the generator,
to the cent. Time is that of the clock, memory the peak of the process; the goals are those of docs/opencoesione.md.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from porfse_analysis.loaders.opencoesione_data import import_records, payments_by_axis

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _opencoesione_records as records

CUTOFF = "2018-12-31"
QUARTERS = [str(day.date()) for day in pd.date_range("2014-12-31", periods=40, freq="QE")]
CCI = records.PROGRAMMES[2]
_SEP = {"sep": ";", "decimal": ","}


def _files(folder):
    return [folder / "progetti_esteso.csv", folder / "pagamenti.csv"]


def pandas_by_default(folder):
    """Both files whole, as a reader that knows the two signs would."""
    projects, payments = (pd.read_csv(path, **_SEP, low_memory=False) for path in _files(folder))
    paid = payments[payments["OC_DATA_PAGAMENTI"] <= int(CUTOFF.replace("-", ""))]
    counted = projects[projects["OC_FLAG_VISUALIZZAZIONE"].isin([0, 10]) & (projects["OC_FLAG_AGGREGATO"] == 0)]
    both = paid[["COD_LOCALE_PROGETTO", "OC_TOT_PAGAMENTI_RENDICONTAB_UE"]].merge(
        counted[["COD_LOCALE_PROGETTO", "OC_CODICE_PROGRAMMA", "OC_COD_ARTICOLAZ_PROGRAMMA"]], on="COD_LOCALE_PROGETTO"
    )
    cents = np.round(both["OC_TOT_PAGAMENTI_RENDICONTAB_UE"] * 100).astype("int64")
    return _of_keys(cents.groupby([both["OC_CODICE_PROGRAMMA"], both["OC_COD_ARTICOLAZ_PROGRAMMA"].astype(str)]).sum())


def pandas_at_its_best(folder, cci=""):
    """The columns that are needed, in chunks; of one programme where `cci` is given."""
    names = ["COD_LOCALE_PROGETTO", "OC_CODICE_PROGRAMMA", "OC_COD_ARTICOLAZ_PROGRAMMA"]
    flags = ["OC_FLAG_VISUALIZZAZIONE", "OC_FLAG_AGGREGATO"]
    kept = []
    kinds = dict.fromkeys(names, "object") | dict.fromkeys(flags, "int8")
    chunks = pd.read_csv(
        _files(folder)[0], **_SEP, usecols=[*names, *flags], dtype=kinds, na_filter=False, chunksize=200_000
    )
    for chunk in chunks:
        chunk = chunk[chunk[flags[0]].isin([0, 10]) & (chunk[flags[1]] == 0)]
        kept.append(chunk.loc[chunk[names[1]] == cci, names] if cci else chunk[names])
    projects = pd.concat(kept, ignore_index=True)
    group, keys = pd.factorize(projects[names[1]] + "\t" + projects[names[2]])
    index, sums = pd.Index(projects[names[0]]), np.zeros(len(keys), dtype="int64")
    columns = ["COD_LOCALE_PROGETTO", "OC_DATA_PAGAMENTI", "OC_TOT_PAGAMENTI_RENDICONTAB_UE"]
    chunks = pd.read_csv(_files(folder)[1], **_SEP, usecols=columns, dtype={columns[0]: "object"}, chunksize=500_000)
    for chunk in chunks:
        chunk = chunk[chunk[columns[1]] <= int(CUTOFF.replace("-", ""))]
        place = index.get_indexer(chunk[columns[0]])
        cents = np.round(chunk[columns[2]].to_numpy() * 100).astype("int64")
        np.add.at(sums, group[place[place >= 0]], cents[place >= 0])
    return _of_keys({tuple(key.split("\t")): value for key, value in zip(keys, sums, strict=True)})


def _of_keys(sums):
    """Cents by programme and axis; of what is set aside none."""
    return {
        f"{key[0]} {key[1]}": int(value) for key, value in sums.items() if key[1] in records.AXES and len(key[0]) == 15
    }


def _ours(files, cutoffs):
    found = payments_by_axis(files, cutoffs)
    at = found[found["cutoff"] == CUTOFF]
    return {f"{row.programme} {row.axis}": round(row.paid_eur * 100) for row in at.itertuples() if row.paid_eur}


def duckdb_reading(folder):
    """Every cell of both files, once."""
    for path in _files(folder):
        table = f"read_csv('{path}', delim = ';', header = true, all_varchar = true)"
        duckdb.sql(f"SELECT count(COLUMNS(*)) FROM {table}").fetchall()


def importing(folder):
    """The whole import of one programme, with a date every quarter, and its folder."""
    programme, _ = import_records(_files(folder), CCI, folder / "imported", every="quarter", overwrite=True)
    found = programme.finance[(programme.finance["stage"] == "paid") & (programme.finance["cutoff"] == CUTOFF)]
    return {f"{CCI} {row.axis}": round(row.amount_eur * 100) for row in found.itertuples()}


WAYS = {
    "pandas, by default": pandas_by_default,
    "pandas, at its best": pandas_at_its_best,
    "from CSV": lambda folder: _ours(_files(folder), [CUTOFF]),
    "from CSV, 40 dates": lambda folder: _ours(_files(folder), QUARTERS),
    "from half of it": lambda folder: _ours(_files(folder / "half"), [CUTOFF]),
    "one programme, pandas at its best": lambda folder: pandas_at_its_best(folder, CCI),
    "one programme, from its copy": lambda folder: _ours([folder / "imported" / "records.zip"], [CUTOFF]),
    "DuckDB reading alone": duckdb_reading,
    "import of a programme": importing,
}


def once(way, folder):
    """One way in this process: seconds, those of the processor, and the peak of memory in MB."""
    start, work = time.perf_counter(), time.process_time()
    found = WAYS[way](folder)
    seconds, work = time.perf_counter() - start, time.process_time() - work
    return {"seconds": seconds, "work": work, "peak": _peak(), "found": found}


def _peak():
    """The most memory this process had, in MB; what the one that started it had does not count."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    # KiB, bytes on macOS
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _expected(known):
    upto = known["by_day"].loc[:, : pd.Timestamp(CUTOFF)].sum(axis=1)
    return {f"{programme} {axis}": int(cents) for (programme, axis), cents in upto.items() if cents}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=2)
    options = parser.parse_args(arguments if arguments is not None else [])
    if options.one:
        print(json.dumps(once(options.one[0], Path(options.one[1]))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "half").mkdir()
        whole = _expected(records.write(folder, options.rows, options.payments))
        expected = {
            "from half of it": _expected(records.write(folder / "half", options.rows // 2, options.payments // 2))
        }
        own = {key: cents for key, cents in whole.items() if key.startswith(CCI)}
        expected |= dict.fromkeys(("import of a programme", *(way for way in WAYS if way.startswith("one "))), own)
        importing(folder)  # the copy
        measured = {way: [] for way in WAYS}
        for _ in range(options.runs):
            for way in WAYS:
                command = [sys.executable, __file__, "--one", way, str(folder)]
                run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                if way != "DuckDB reading alone" and run["found"] != expected.get(way, whole):
                    sys.exit(f"{way}: the sums are others than those of the generator")
                measured[way].append(run)
        _show(options, measured, sum(path.stat().st_size for path in _files(folder)))


def _show(options, measured, size):
    print(f"{options.rows:,} projects, {options.payments:,} payments, {size / 1e6:,.0f} MB; medians of {options.runs}")
    print(f"{'way':<36} {'seconds':>8} {'work s':>8} {'peak MB':>8}")
    middle = {
        way: {name: statistics.median(run[name] for run in runs) for name in ("seconds", "work", "peak")}
        for way, runs in measured.items()
    }
    for way, values in middle.items():
        print(f"{way:<36} {values['seconds']:>8.2f} {values['work']:>8.2f} {values['peak']:>8.0f}")
    for one, other, goal in (
        ("pandas, by default", "from CSV", "at least 5"),
        ("pandas, at its best", "from CSV", "at least 1.5"),
        ("one programme, pandas at its best", "one programme, from its copy", "at least 25"),
        ("from CSV, 40 dates", "from CSV", "at most 2"),
        ("from CSV", "from half of it", "at most 2.1"),
        ("import of a programme", "DuckDB reading alone", "at most 4"),
    ):
        # of two that ran one after the other, pair by pair
        pairs = zip(measured[one], measured[other], strict=True)
        times = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
        memory = middle[one]["peak"] / middle[other]["peak"]
        print(f"{one} / {other}: {times:.2f} ({goal}); memory {memory:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
