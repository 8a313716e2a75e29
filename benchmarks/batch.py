"""A batch of reports against a shell loop of papermill and nbconvert, against its own computation, and against itself.

    python -m benchmarks batch
    python benchmarks/batch.py --against FOLDER    # an older checkout with its own .venv, besides

Every figure is a ratio of two measures of one run of this script, taken one after the other; the median of the pairs.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from porfse_analysis import load_programme, resources

PAIRS = 5
NOTEBOOK = resources.notebooks_folder() / "programme_report.ipynb"
BIN = Path(sys.executable).parent
DATES = load_programme().cutoffs


def porfse(*args: object) -> list[str]:
    return [sys.executable, "-m", "porfse_analysis.cli", "report", "--notebook", "programme_report", *map(str, args)]


def seconds(command: list[str], **options: object) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    return time.perf_counter() - start


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def shell_loop(folder: Path, dates: list[str] = DATES) -> float:
    """What an evaluator would write: for each date papermill, then nbconvert."""
    fresh(folder).mkdir(parents=True)
    lines = [
        f'"{BIN}/papermill" "{NOTEBOOK}" {date}.ipynb -p cutoff {date} --no-progress-bar && '
        f'"{BIN}/jupyter" nbconvert --to html {date}.ipynb'
        for date in dates
    ]
    return seconds(["sh", "-ec", "\n".join(lines)], cwd=folder)


def batch(folder: Path, *more: object) -> float:
    return seconds(porfse("--out", fresh(folder), *more))


def three(folder: Path) -> float:
    """Reports of three dates."""
    return batch(folder, *(word for date in DATES[-3:] for word in ("--cutoff", date)))


def cpu(command: list[str], **options: object) -> float:
    """Seconds of CPU of a command and all it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds(command, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def python(code: str) -> float:
    return cpu([sys.executable, "-c", code])


_ONE_RATE = "import porfse_analysis as pf; pf.certification_rate(pf.load_programme(), cutoff='2018-09-30')"


@contextmanager
def busy() -> Iterator[None]:
    """While this lasts somebody else computes on every core."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in others:
            process.kill()
            process.wait()


def all_reports(checkout: Path, out: Path) -> list[str]:
    """Every report of the bundled programme of 2014-2020, as a checkout makes them when nothing else is asked for."""
    # the first version had one programme, and took no name for it
    several = (checkout / "data" / "por-fse-lombardia-2007-2013").is_dir()
    named = ["por-fse-lombardia-2014-2020"] if several else []
    return [str(checkout / ".venv" / "bin" / "porfse"), "report", *named, "--jobs", "2", "--out", str(fresh(out))]


def peak_memory(command: list[str], **options: object) -> float:
    """The most that a command and all it starts hold at once, in MB; what processes share counts once (Linux)."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    most = 0.0
    while process.poll() is None:
        most = max(most, sum(map(_held, _with_children(process.pid))))
        time.sleep(0.1)
    return most / 1024


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        with suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _held(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0


_LIMIT = """
import json, os, sys, time
from pathlib import Path
from porfse_analysis.reports.kernels import zygote
zygote.preload()
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from porfse_analysis.reports.render import page
InteractiveShell.instance()
notebook, out, processes, *dates = sys.argv[1:]
cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"
        and "parameters" not in cell["metadata"].get("tags", ())]

def report(date):
    values = {"programme": "", "cutoff": date, "lang": "it"}
    with capture_output() as shown:
        for source in code:
            exec(source, values)
    body = "".join(output.data.get("text/html", "") for output in shown.outputs)
    Path(out, date + ".html").write_text(page(lang="it", title="P", body=body), encoding="utf-8")

report(dates[0])
start = time.perf_counter()
children = []
for number in range(int(processes)):
    pid = os.fork()
    if not pid:
        for date in dates[number :: int(processes)]:
            report(date)
        os._exit(0)
    children.append(pid)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
print(time.perf_counter() - start)
"""


def limit(folder: Path, processes: int, dates: list[str]) -> float:
    """The notebook's cells as plain calls in processes that are warm already, and their pages written."""
    fresh(folder).mkdir(parents=True)
    command = [sys.executable, "-c", _LIMIT, str(NOTEBOOK), str(folder), str(processes), *dates]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(said.stdout.split()[-1])


def ratios(one: Callable[[], float], other: Callable[[], float], pairs: int = PAIRS) -> tuple[float, float, float]:
    """Median seconds of each, and the median of their ratios, pair by pair."""
    taken = [(one(), other()) for _ in range(pairs)]
    return (
        statistics.median(first for first, _ in taken),
        statistics.median(second for _, second in taken),
        statistics.median(first / second for first, second in taken),
    )


def changed_date(programme: Path, out: Path) -> Callable[[], float]:
    """One figure of the last date is another: only its report is made."""
    number = 0

    def run() -> float:
        nonlocal number
        number += 1
        finance = programme / "finance.csv"
        text = finance.read_text(encoding="utf-8")
        row = next(line for line in text.splitlines() if line.startswith(f"I,{DATES[-1]},selected"))
        cells = row.split(",")
        cells[6] = f"{float(cells[6]) + number:.2f}"
        finance.write_text(text.replace(row, ",".join(cells)), encoding="utf-8")
        return seconds(porfse(programme, "--out", out))

    return run


_MEMORY = (
    "import resource, sys\nfrom porfse_analysis.cli import app\nsys.argv[0] = 'porfse'\n"
    "try:\n    app()\nfinally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def country(folder: Path, programmes: int) -> tuple[float, float]:
    """Seconds and the parent's peak memory (MB) of ten dates of as many programmes."""
    fresh(folder).mkdir(parents=True)
    folders = [shutil.copytree(resources.bundled(), folder / f"p{place:02}") for place in range(programmes)]
    command = [sys.executable, "-c", _MEMORY, *porfse(*folders, "--out", folder / "out")[3:]]
    start = time.perf_counter()
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, int(said.stdout.split()[-1]) / 1024


@contextmanager
def dask_cluster(folder: Path) -> Iterator[str]:
    """A scheduler and two workers as processes; the scheduler's address."""
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = []

    def start(module: str, name: str, *args: str) -> Path:
        log = folder / f"{name}.log"
        with log.open("w") as lines:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *args, *here]
            processes.append(subprocess.Popen(command, stdout=lines, stderr=subprocess.STDOUT, cwd=folder))
        return log

    def found(log: Path, pattern: str) -> str:
        for _ in range(300):
            if match := re.search(pattern, log.read_text()):
                return match[1]
            time.sleep(0.2)
        raise RuntimeError(log.read_text())

    try:
        address = found(start("dask_scheduler", "scheduler", "--port", "0"), r"Scheduler at:\s+(tcp://\S+)")
        workers = [start("dask_worker", f"w{n}", address, "--nthreads", "1", "--no-nanny") for n in (1, 2)]
        for log in workers:
            found(log, "(Registered to)")
        yield address
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def main(arguments: list[str] | None = None) -> None:
    """Print every ratio with its goal, each as soon as it is known."""
    parser = argparse.ArgumentParser(description="A batch of reports against other ways to make them, and itself.")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--against", type=Path, help="an older checkout with its own .venv")
    parser.add_argument("--many", action="store_true", help="a cluster and twenty programmes too, which take minutes")
    asked = parser.parse_args(arguments)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.machine()}, {cores} cores, {platform.system()}, Python {platform.python_version()}; ", end="")
    print(f"programme_report, {len(DATES)} dates, medians of {asked.pairs} pairs", flush=True)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        against_others(base, asked.pairs)
        against_itself(base, asked.pairs)
        if asked.against:
            against_older(base, asked.against.resolve(), asked.pairs)
        if asked.many:
            of_many(base)


def row(what: str, unit: str, pair: tuple[float, float, float], goal: str) -> None:
    """Print two measures and their ratio."""
    one, other, ratio = pair
    print(f"  {what}: {one:.2f} {unit} / {other:.2f} {unit}; {ratio:.2f} (goal: {goal})", flush=True)


def against_others(base: Path, pairs: int) -> None:
    """Against the shell loop, and against the same cells in processes that are warm already."""
    loop, ours = base / "loop", base / "ours"
    one, two = DATES[::2], [*DATES[::2], *DATES[::2]]
    second = ratios(lambda: limit(base / "l1", 1, one), lambda: limit(base / "l2", 2, two), pairs)
    row("one process / two with twice the work", "s", second, "as it is")
    row("shell loop / ten reports", "s", ratios(lambda: shell_loop(loop), lambda: batch(ours), pairs), "at least 10")
    few = DATES[-3:]
    idle = ratios(lambda: shell_loop(loop, few), lambda: three(ours), pairs)
    row("shell loop / three reports", "s", idle, "at least 5")
    with busy():
        loaded = ratios(lambda: shell_loop(loop, few), lambda: three(ours), pairs)
    row("the same with every core busy", "s", loaded, "at least 3.5")
    warm = ratios(lambda: batch(ours), lambda: limit(base / "limit", 2, DATES), pairs)
    row("ten reports / their cells in two warm processes", "s", warm, "at most 1.5")
    started = ratios(
        lambda: cpu(porfse("--out", fresh(ours), "--jobs", 2)),
        lambda: cpu(porfse("--out", fresh(ours), "--jobs", 2, "--engine", "kernel")),
        pairs,
    )
    row("warm engine / started kernels", "s of CPU", started, "at most 0.77")
    imported = ratios(lambda: python(_ONE_RATE), lambda: python("import pandas"), pairs)
    row("import and one rate / import of pandas", "s of CPU", imported, "at most 1.3")


def against_itself(base: Path, pairs: int) -> None:
    """Against a second call: with nothing changed, and with one date changed."""
    ours, other = base / "ours", base / "other"
    batch(ours)
    again = ratios(lambda: seconds(porfse("--out", ours)), lambda: batch(other), pairs)
    row("nothing changed / first", "s", again, "at most 0.2 s")
    programme = Path(shutil.copytree(resources.bundled(), base / "programme"))
    seconds(porfse(programme, "--out", base / "changed"))
    part = ratios(changed_date(programme, base / "changed"), lambda: batch(other), pairs)
    row("one date changed / first", "s", part, "at most 0.25")


def against_older(base: Path, checkout: Path, pairs: int) -> None:
    """Every report there is, PDF included, and memory, against those of an older version."""
    here, there = Path(__file__).resolve().parents[1], checkout
    outs = {here: base / "now", there: base / "then"}

    def times(measure: Callable[..., float]) -> tuple[float, float, float]:
        # each from its own checkout: its notebooks and its data
        one, other = (lambda at=at: measure(all_reports(at, outs[at]), cwd=at) for at in (here, there))
        return ratios(one, other, pairs)

    row("all reports / those of the older version", "s", times(seconds), "at most 0.5")
    row("peak memory of all processes", "MB", times(peak_memory), "at most 1")


def of_many(base: Path) -> None:
    """On a cluster, and of many programmes."""
    kernel = ["--engine", "kernel", "--jobs", 2]
    with dask_cluster(base) as address:
        far = ["--backend", "dask", "--scheduler", address]
        there = ratios(lambda: batch(base / "far", *far), lambda: batch(base / "near", *kernel), 3)
    row("Dask, two workers / loky, two", "s", there, "at most 1.6")
    few, memory_few = country(base / "few", 2)
    many, memory_many = country(base / "many", 20)
    row("200 runs / 20 (one pair)", "s", (many, few, many / few), "at most 12")
    row("peak memory of the parent", "MB", (memory_many, memory_few, memory_many / memory_few), "+100 MB at most")


if __name__ == "__main__":
    main()
