"""A batch with faults, in real processes: everything else comes out, files are only ever complete, and it is said."""

import csv
import functools
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from batch_tools import (
    MONEY,
    RECORDS,
    command,
    notebook,
    porfse,
    porfse_alone,
    programme_of,
    running,
    wait_for,
    without_timings,
)

from porfse_analysis import resources
from porfse_analysis.reports.batch import make_batch
from porfse_analysis.reports.kernels.warm import CAN_FORK
from porfse_analysis.reports.request import Request

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc"),
    pytest.mark.usefixtures("lent"),
]

DATES = ["2014-12-31", "2015-12-31", "2016-12-31"]
# one engine shows what a batch does with faults; how runs of the other end, test_engine.py shows every time
ENGINES = ["warm", pytest.param("kernel", marks=pytest.mark.slow)] if CAN_FORK else ["kernel"]


def runs(out):
    """Date -> status and reason of the runs listed."""
    with (out / "runs.csv").open(encoding="utf-8", newline="") as lines:
        return {row["cutoff"]: (row["status"], row["reason"]) for row in csv.DictReader(lines)}


@pytest.fixture
def asked(tmp_path):
    """The call for some dates of a notebook, with a programme that costs as little as can be."""
    programme = programme_of(tmp_path / "programme", DATES, MONEY, axis=["I"])

    def call(path, out, *more, dates=DATES):
        cutoffs = [part for date in dates for part in ("--cutoff", date)]
        return ["report", programme, "--notebook", path, *cutoffs, "--out", out, *more]

    call.programme = programme
    return call


def sleeping(tmp_path):
    """A notebook that makes its first date, and sleeps at the others unless `healed` is there; `begun` says it does."""
    return notebook(
        tmp_path / "mine.ipynb",
        f"import time, pathlib\nhealed = pathlib.Path({str(tmp_path / 'healed')!r}).exists()\n"
        "if cutoff != '2014-12-31' and not healed:\n"
        f"    pathlib.Path({str(tmp_path / 'begun')!r}).touch()\n    time.sleep(6000)",
        RECORDS,
    )


def left_aside(out):
    return [path.name for path in out.rglob(".porfse-aside-*")]


@pytest.mark.parametrize("engine", ENGINES)
def test_one_bad_date_of_three(engine, asked, tmp_path):
    """One killed, one that takes too long, one good: exit 1, both named; the second call makes those two alone."""
    bad = (
        "import os, signal, time, pathlib\n"
        f"if not pathlib.Path({str(tmp_path / 'healed')!r}).exists():\n"
        "    if cutoff == '2014-12-31':\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    if cutoff == '2015-12-31':\n        time.sleep(6000)"
    )
    path, out = notebook(tmp_path / "mine.ipynb", bad, RECORDS), tmp_path / "out"
    for seconds in (8, 80, 800):
        first = porfse(*asked(path, out, "--engine", engine, "--timeout", seconds))
        # where the machine is so busy that the others take longer too, they are given more
        if sum("stopped after" in reason for _, reason in runs(out).values()) == 1:
            break
        shutil.rmtree(out)
    assert first.exit_code == 1
    assert "mine 2014-12-31 it: its process was ended by signal 9 (SIGKILL)" in first.stderr
    assert f"mine 2015-12-31 it: stopped after {seconds} seconds (--timeout)" in first.stderr
    listed = runs(out)
    assert listed["2014-12-31"][0] == listed["2015-12-31"][0] == "failed"
    assert listed["2015-12-31"][1] == f"stopped after {seconds} seconds (--timeout)"
    assert listed["2016-12-31"] == ("ok", "")
    assert not (out / "2014-12-31" / "mine.html").exists()
    made = (out / "2016-12-31" / "mine.ipynb").stat().st_mtime_ns
    (tmp_path / "healed").touch()
    second = porfse(*asked(path, out))
    assert second.exit_code == 0
    assert "2 of 3 reports made, 1 up to date" in second.stderr
    assert (out / "2016-12-31" / "mine.ipynb").stat().st_mtime_ns == made
    assert left_aside(out) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_keeps_what_is_made(engine, asked, tmp_path):
    """Sent to the whole group, as a terminal does: exit 130, no traceback, nothing left running or aside."""
    path = sleeping(tmp_path)
    out = tmp_path / "out"
    mark = f"{os.getpid()}-{engine}-ctrl-c"
    process = subprocess.Popen(
        command(*asked(path, out, "--engine", engine, "--jobs", 1)),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a suite started in the background has Ctrl-C ignored, and hands that on
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "MARK": mark},
    )
    # the second date has begun, and the first is written down
    assert wait_for(lambda: (tmp_path / "begun").exists() and (out / ".porfse.json").exists())
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert "Traceback" not in said
    assert said.rstrip().endswith("stopped")
    assert runs(out)["2014-12-31"] == ("ok", "")
    assert runs(out)["2015-12-31"] == runs(out)["2016-12-31"] == ("failed", "stopped before it had ended (Ctrl-C)")
    assert (out / "index.html").is_file()
    assert left_aside(out) == []
    assert wait_for(lambda: not running(mark)), running(mark)
    (tmp_path / "healed").touch()
    second = porfse(*asked(path, out))
    assert "2 of 3 reports made, 1 up to date" in second.stderr
    assert second.exit_code == 0


def test_a_killed_command_leaves_whole_files_and_the_next_call_goes_on(asked, tmp_path):
    """SIGKILL in the middle: no half-written page; what was complete is not made again."""
    path = sleeping(tmp_path)
    out = tmp_path / "out"
    call = asked(path, out, "--jobs", 1, dates=DATES[:2])
    process = subprocess.Popen(command(*call), stderr=subprocess.DEVNULL)
    state = out / ".porfse.json"
    assert wait_for(lambda: state.exists() and "2014-12-31/mine.html" in state.read_text(encoding="utf-8"))
    process.kill()
    process.wait()
    assert (out / "2014-12-31" / "mine.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    (tmp_path / "healed").touch()
    second = porfse(*call)
    assert (second.exit_code, "1 of 2 reports made, 1 up to date" in second.stderr) == (0, True)
    assert left_aside(out) == []
    assert set(runs(out).values()) == {("ok", "")}


def test_two_commands_on_one_folder(asked, tmp_path):
    """The second waits, then finds everything made."""
    begun, may_end = tmp_path / "begun", tmp_path / "may-end"
    cell = (
        f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\n"
        f"while not pathlib.Path({str(may_end)!r}).exists():\n    time.sleep(0.05)"
    )
    path, out = notebook(tmp_path / "mine.ipynb", cell, RECORDS), tmp_path / "out"
    said = []

    def wait(text):
        said.append(text)
        may_end.touch()  # now the other may go on

    def nothing(runs, warm):
        raise AssertionError(f"{runs} were made by the other")

    request = Request([str(asked.programme)], cutoffs=DATES[:1], notebooks=[str(path)], out=out)
    first = subprocess.Popen(command(*asked(path, out, dates=DATES[:1])), stderr=subprocess.PIPE, text=True)
    assert wait_for(begun.exists)
    # the second is this process
    try:
        second = make_batch(request, nothing, say=wait)
    finally:
        may_end.touch()
    assert said == [f"another porfse report is writing to {out}; waiting for it to end (Ctrl-C gives up)"]
    assert "1 of 1 reports made" in first.communicate()[1]
    assert first.returncode == 0
    assert (len(second.planned), second.due, second.outcomes) == (1, [], [])


def test_a_file_in_the_place_of_a_folder_is_refused_before_anything_is_made(asked, tmp_path):
    path, out = notebook(tmp_path / "mine.ipynb", RECORDS), tmp_path / "out"
    out.mkdir()
    (out / "2015-12-31").write_text("a file where a folder must be")
    said = porfse(*asked(path, out))
    assert said.exit_code == 2
    assert "2015-12-31 is a file, where a folder of the reports must be: name another folder" in said.stderr
    assert sorted(file.name for file in out.iterdir()) == ["2015-12-31"]


def mounted(folder, *options):
    """A small file system of our own; the test is skipped where we may not have one."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no file system may be mounted here")
    return folder


@pytest.fixture
def small_disk(tmp_path):
    folder = mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=256k", "tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk, asked, tmp_path):
    """The reports that fit are there and whole; the others are named; with room again they alone are made."""
    big = f"import pathlib\nif not pathlib.Path({str(tmp_path / 'room')!r}).exists() and cutoff != '2014-12-31':\n"
    big += "    print('x' * 400_000)"
    path, out = notebook(tmp_path / "mine.ipynb", big, RECORDS), small_disk / "out"
    call = asked(path, out, "--jobs", 1, dates=DATES[:2])
    said = porfse(*call)
    assert said.exit_code == 1
    for date in DATES[1:2]:
        assert f"mine {date} it: its files cannot be written: No space left on device" in said.stderr
        assert not (out / date / "mine.html").exists()
    assert (out / "2014-12-31" / "mine.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert runs(out)["2014-12-31"] == ("ok", "")
    assert left_aside(out) == []
    (tmp_path / "room").touch()
    again = porfse(*call)
    assert (again.exit_code, "1 of 2 reports made, 1 up to date" in again.stderr) == (0, True)


def test_no_room_for_the_index(small_disk, asked, tmp_path):
    """The old index stays whole, the reports are kept, and the message says what could not be written."""
    path, out = notebook(tmp_path / "mine.ipynb", RECORDS), small_disk / "out"
    assert porfse(*asked(path, out, dates=DATES[:1])).exit_code == 0
    before = (out / "index.html").read_bytes()
    fill = f"import pathlib\npathlib.Path({str(small_disk / 'fill')!r}).write_bytes(b'x')"
    path = notebook(tmp_path / "mine.ipynb", fill, RECORDS)
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "ballast").write_bytes(b"x" * max(free - 4096, 0))
    said = porfse(*asked(path, out, dates=DATES[:1]))
    assert said.exit_code == 1
    assert "No space left on device" in said.stderr
    assert (out / "index.html").read_bytes() == before
    assert left_aside(out) == []


def test_a_file_that_may_not_grow(asked, tmp_path):
    """The same as a full disk where none can be mounted: the system refuses to write more than 20 kB to a file."""
    path = notebook(tmp_path / "mine.ipynb", "if cutoff == '2014-12-31':\n    print('x' * 100_000)", RECORDS)
    out = tmp_path / "out"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    said = porfse_alone(*asked(path, out, dates=DATES[:2]), preexec_fn=limit)
    assert said.returncode == 1
    assert "mine 2014-12-31 it: its files cannot be written: File too large" in said.stderr
    assert "1 of 2 reports made" in said.stderr
    assert left_aside(out) == []


def test_a_read_only_folder(asked, tmp_path):
    """Nothing is begun: exit 1, the folder and the reason named."""
    folder = mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=64k,ro", "tmpfs")
    try:
        said = porfse(*asked(notebook(tmp_path / "mine.ipynb", RECORDS), folder / "out"))
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    assert said.exit_code == 1
    assert said.stderr.splitlines()[-1] == f"{folder / 'out'}: cannot be written to: Read-only file system"


def test_memory_exhausted(asked, tmp_path):
    """What the system refuses ends the cell, not the batch."""
    cell = (
        "import resource\nif cutoff == '2015-12-31':\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n    x = bytearray(8 << 30)"
    )
    out = tmp_path / "out"
    said = porfse(*asked(notebook(tmp_path / "mine.ipynb", cell, RECORDS), out))
    assert said.exit_code == 1
    assert "MemoryError" in runs(out)["2015-12-31"][1]
    assert runs(out)["2014-12-31"] == runs(out)["2016-12-31"] == ("ok", "")


def files(out):
    """Pages and results as bytes, notebooks less their timings, by name."""
    made = {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.html"))}
    made["results.csv"] = (out / "results.csv").read_bytes()
    made |= {path.relative_to(out).as_posix(): without_timings(path) for path in sorted(out.rglob("*.ipynb"))}
    return made


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(tmp_path):
    """Twice, in one process or two, warm or with kernels started, from another folder."""
    made = {}
    for name, more in [
        ("one", ["--jobs", 1]),
        ("two", ["--jobs", 2]),
        *([("kernel", ["--engine", "kernel"])] if CAN_FORK else []),
    ]:
        out = tmp_path / name
        call = ["report", "--cutoff", "2018-09-30", "--cutoff", "2022-06-30", "--lang", "it", "--lang", "en"]
        assert porfse_alone(*call, "--out", out, *more, cwd=tmp_path).returncode == 0
        made[name] = files(out)
    first = made.pop("one")
    assert len(first) >= 11
    for name, other in made.items():
        assert list(other) == list(first), name
        assert [key for key in first if first[key] != other[key]] == [], name
    text = b"".join(value for value in first.values() if isinstance(value, bytes))
    assert str(tmp_path).encode() not in text
    assert str(resources.bundled()).encode() not in text
    assert str(Path(sys.prefix)).encode() not in text
