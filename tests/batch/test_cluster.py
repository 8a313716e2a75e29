"""A real Dask cluster: a scheduler and two workers as processes, one of them killed in the middle."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from batch_tools import (
    MONEY,
    RECORDS,
    notebook,
    porfse,
    porfse_alone,
    programme_of,
    wait_for,
    without_timings,
)

# found, not imported: that takes a second, and the tests here are slow ones
if find_spec("distributed") is None:
    pytest.skip("Dask is not installed", allow_module_level=True)
DASK = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
WORKER = [sys.executable, "-m", "distributed.cli.dask_worker"]
DATES = ["2014-12-31", "2015-12-31", "2016-12-31", "2017-12-31", "2018-09-30", "2018-12-31"]


def start(command, tmp_path, name):
    log = (tmp_path / f"{name}.log").open("w")
    # a worker that another one follows must not be started anew behind its back
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path, start_new_session=True)
    log.close()
    return process


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and its two workers."""
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [start([*DASK, *here, "--port", "0"], tmp_path, "scheduler")]
    try:
        address = found(tmp_path / "scheduler.log", r"Scheduler at:\s+(tcp://\S+)")
        for number in (1, 2):
            name = f"worker{number}"
            command = [*WORKER, address, *here, "--nthreads", "1", "--no-nanny", "--name", name]
            processes.append(start(command, tmp_path, name))
        for number in (1, 2):
            found(tmp_path / f"worker{number}.log", r"(Registered to)")
        yield address, processes[1:]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def found(log, pattern):
    assert wait_for(lambda: re.search(pattern, log.read_text())), log.read_text()
    return re.search(pattern, log.read_text())[1]


@pytest.mark.slow
def test_a_batch_on_a_cluster_that_loses_a_worker(cluster, tmp_path):
    """Every run comes out once, those of the lost worker on the other; relative paths are those of the caller."""
    address, workers = cluster
    cell = (
        "import os, time, pathlib\n"
        f"with open({str(tmp_path / 'started')!r}, 'a') as lines:\n"
        "    lines.write(cutoff + ' ' + str(os.getppid()) + '\\n')\n"
        # every run waits for the loss, so that it always comes in the middle
        f"while not pathlib.Path({str(tmp_path / 'lost')!r}).exists():\n    time.sleep(0.05)"
    )
    notebook(tmp_path / "mine.ipynb", cell, RECORDS)
    here = tmp_path / "here"
    here.mkdir()
    call = [
        "report",
        "--notebook",
        tmp_path / "mine.ipynb",
        "--out",
        "out",
        "--backend",
        "dask",
        "--scheduler",
        address,
    ]
    call += [part for date in DATES for part in ("--cutoff", date)]
    batch = subprocess.Popen(
        [sys.executable, "-m", "porfse_analysis.cli", *map(str, call)], cwd=here, stderr=subprocess.PIPE, text=True
    )
    started = tmp_path / "started"
    assert wait_for(lambda: started.exists() and f" {workers[0].pid}\n" in started.read_text())
    workers[0].kill()
    workers[0].wait()
    (tmp_path / "lost").touch()
    said = batch.communicate()[1]
    assert batch.returncode == 0, said
    assert "6 of 6 reports made" in said
    for date in DATES:
        assert (here / "out" / date / "mine.html").is_file()
    runs = (here / "out" / "runs.csv").read_text().splitlines()
    assert [row.split(",")[2] for row in runs[1:]] == DATES
    assert all(row.split(",")[4] == "ok" for row in runs[1:])
    begun = [line.split() for line in started.read_text().splitlines()]
    by_lost = [date for date, worker in begun if int(worker) == workers[0].pid]
    assert by_lost
    # what the lost worker had begun and not ended was begun again by the other
    again = [date for date, worker in begun if int(worker) == workers[1].pid]
    assert by_lost[-1] in again
    second = porfse_alone(*call, cwd=here)
    assert "0 of 6 reports made, 6 up to date" in second.stderr


@pytest.mark.slow
def test_a_report_of_the_cluster_is_the_report_of_this_machine(cluster, tmp_path):
    address, _ = cluster
    call = ["report", "--notebook", "programme_report", "--cutoff", "2018-09-30"]
    for name, more in [("far", ["--backend", "dask", "--scheduler", address]), ("near", [])]:
        assert porfse_alone(*call, "--out", name, *more, cwd=tmp_path).returncode == 0
    near, far = (tmp_path / name / "2018-09-30" / "programme_report" for name in ("near", "far"))
    assert near.with_suffix(".html").read_bytes() == far.with_suffix(".html").read_bytes()
    assert without_timings(near.with_suffix(".ipynb")) == without_timings(far.with_suffix(".ipynb"))


@pytest.mark.slow
def test_no_cluster_there(tmp_path):
    programme = programme_of(tmp_path / "programme", DATES[:1], MONEY, axis=["I"])
    call = ["report", programme, "--out", tmp_path / "out", "--backend", "dask", "--scheduler", "tcp://127.0.0.1:9"]
    said = porfse_alone(*call, env={**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"})
    assert said.returncode == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("args", [["--backend", "dask"], ["--scheduler", "tcp://x:1"]])
def test_backend_and_scheduler_go_together(args, tmp_path):
    said = porfse("report", "--out", tmp_path / "out", *args)
    assert said.exit_code == 2
    assert "go together" in said.stderr
    assert not Path(tmp_path / "out").exists()
