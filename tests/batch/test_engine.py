"""Warm kernels against kernels started each time: the same outputs, the same ends, nothing left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import papermill
import pytest
from batch_tools import LONG, RECORDS, notebook, programme_of, running, wait_for, without_timings
from cohesion_samples import finance_records, indicator_records, soda_csv, written

from porfse_analysis import resources
from porfse_analysis.reports.kernels.warm import WarmProcess
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS, Run
from porfse_analysis.reports.run import execute, run_all

engine = pytest.importorskip("porfse_analysis.reports.kernels.engine")
warm_only = pytest.mark.skipif(not engine.CAN_FORK, reason="processes cannot be forked here")

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("lent")]
ENGINES = ["warm", "kernel"]
# how a run ends on a kernel started for it is looked at with the slow tests: nearly all runs are on warm ones
ENDING = ["warm", pytest.param("kernel", marks=pytest.mark.slow)] if engine.CAN_FORK else ["kernel"]


def run(path, out, cutoff="2018-09-30", programme=""):
    return Run(path, programme, cutoff, "it", out)


@warm_only
@pytest.mark.parametrize("name", [*REPORT_NOTEBOOKS, "compare_cutoffs"])
def test_a_warm_kernel_gives_what_a_started_one_gives(name, tmp_path, monkeypatch):
    path = resources.notebooks_folder() / f"{name}.ipynb"
    monkeypatch.chdir(tmp_path)
    programme_of(Path("programme"), ["2017-12-31", "2018-09-30"], axis=["I", "ALL"])
    made = {}
    for which in ENGINES:
        asked = run(path, tmp_path / which, programme="programme")
        assert execute(asked, which).reason == ""
        made[which] = (without_timings(asked.executed), asked.page.read_bytes())
    assert made["warm"][0] == made["kernel"][0]
    assert made["warm"][1] == made["kernel"][1]
    assert str(tmp_path) not in asked.executed.read_text(encoding="utf-8")


@warm_only
@pytest.mark.parametrize("name", ["compare_programmes", "explore"])
def test_notebooks_that_are_no_reports_come_out_the_same_through_papermill(name, tmp_path):
    parameters = {}
    if name == "compare_programmes":
        for kind, records in (("finance", finance_records()), ("indicators", indicator_records())):
            parameters[kind] = str(written(tmp_path, f"{kind}.csv", soda_csv(records)))
    else:
        parameters["programme"] = str(programme_of(tmp_path / "programme", ["2018-09-30"], axis=["I", "ALL"]))
    made = {}
    for which in ENGINES:
        papermill.execute_notebook(
            str(resources.notebooks_folder() / f"{name}.ipynb"),
            str(tmp_path / f"{which}.ipynb"),
            parameters=parameters,
            engine_name=engine.ENGINES[which],
            progress_bar=False,
        )
        cells = without_timings(tmp_path / f"{which}.ipynb")["cells"]
        assert any(cell.get("outputs") for cell in cells)
        text = json.dumps([(cell.get("execution_count"), cell.get("outputs")) for cell in cells])
        # a widget's model has a random name; tracebacks and warnings a file of the kernel's process
        made[which] = re.sub(r"ipykernel_\d+/\d+|[0-9a-f]{32}", "chance", text)
    assert made["warm"] == made["kernel"]


AWKWARD = [
    # the width pandas took at import
    "import pandas as pd, numpy as np\npd.DataFrame({f'c{i}': [i] for i in range(30)})",
    "pd.get_option('display.max_columns')",
    "import sys\nprint('out'); print('err', file=sys.stderr); 1 + 1",
    "import os\nos.system('echo from a shell')",
    "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>')); print('after')",
    "import warnings\nwarnings.warn('look')",
    "get_ipython().__class__.__name__",
    "import random\nrandom.random() != np.random.random()",
    RECORDS,
]


@warm_only
def test_awkward_cells_come_out_as_from_a_started_kernel(tmp_path):
    path = notebook(tmp_path / "awkward.ipynb", *AWKWARD)
    outputs = {}
    for which in ENGINES:
        asked = run(path, tmp_path / which)
        assert execute(asked, which).reason == ""
        cells = without_timings(asked.executed)["cells"]
        # tracebacks and warnings name a file of the kernel's own process
        text = json.dumps([(cell["execution_count"], cell["outputs"]) for cell in cells])
        outputs[which] = json.loads(re.sub(r"ipykernel_\d+/\d+", "ipykernel", text))
    assert outputs["warm"] == outputs["kernel"]


BAD = {
    "error": ("1 / 0", "ZeroDivisionError: division by zero"),
    "sys.exit": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "input": ("input()", "StdinNotImplementedError"),
    "repr": (
        "class Odd:\n    def _repr_html_(self):\n        raise ValueError('odd')\nOdd()",
        "ValueError: odd",
    ),
    "memory": ("raise MemoryError('full')", "MemoryError: full"),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "signal 9 (SIGKILL)"),
    "crash": ("import ctypes\nctypes.string_at(0)", "signal 11 (SIGSEGV)"),
    "_exit": ("import os\nos._exit(7)", "ended with code 7"),
}


@pytest.fixture(scope="module", params=ENDING)
def ended(request, tmp_path_factory, warm):
    """How one bad run after the other ended, and a good one after the last; and the folder of each."""
    home = tmp_path_factory.mktemp(request.param)
    cells = {name: [cell, RECORDS] for name, (cell, _) in BAD.items()} | {"good": [RECORDS]}
    runs = [run(notebook(home / f"{name}.ipynb", *code), home / name) for name, code in cells.items()]
    outcomes = run_all(runs, jobs=1, engine=request.param, timeout=LONG, warm=warm)
    return home, [(outcome.run.name, outcome.reason) for outcome in outcomes]


@pytest.mark.parametrize("name", BAD)
def test_however_a_cell_ends_the_run_says_so_and_leaves_nothing(name, ended):
    home, outcomes = ended
    assert [known for known, _ in outcomes] == [*BAD, "good"]
    assert BAD[name][1] in dict(outcomes)[name]
    assert not list((home / name).iterdir())
    # the next run is not touched by it: it ends in its own way
    following, reason = outcomes[list(BAD).index(name) + 1]
    assert (BAD[following][1] in reason) if following in BAD else reason == ""


@pytest.mark.parametrize("which", ENDING)
def test_a_run_that_takes_too_long_is_stopped_with_all_it_started(which, tmp_path):
    mark = f"{os.getpid()}-{which}"
    start_one = f"import subprocess\nsubprocess.Popen(['sleep', '6000'], env={{'MARK': '{mark}'}})"
    begun = tmp_path / "begun"
    # without end, and deaf to what one is asked to end with: that the run comes back at all shows that it was killed
    cell = (
        start_one + "\nimport pathlib, signal, time\n"
        "for asked in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(asked, signal.SIG_IGN)\n"
        f"pathlib.Path({str(begun)!r}).touch()\nwhile True:\n    time.sleep(6000)"
    )
    path = notebook(tmp_path / "slow.ipynb", cell, RECORDS)
    for seconds in (4, 40, 400):
        outcome = execute(run(path, tmp_path / "out"), which, seconds)
        assert f"stopped after {seconds} seconds" in outcome.reason
        assert none_left(mark)
        if begun.exists():  # else the machine was so busy that the cell had not begun
            break
    assert begun.exists()


@pytest.mark.parametrize("which", ENDING)
def test_what_a_cell_starts_ends_with_its_run(which, tmp_path):
    mark = f"{os.getpid()}-{which}-end"
    cell = f"import subprocess\n_ = subprocess.Popen(['sleep', '6000'], env={{'MARK': '{mark}'}})"
    assert execute(run(notebook(tmp_path / "n.ipynb", cell, RECORDS), tmp_path / "out"), which).reason == ""
    assert none_left(mark)


def none_left(mark):
    """Whether all processes with this mark end; what they sleep is longer than this waits."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("no /proc to look for processes in")
    return wait_for(lambda: not running(mark))


@warm_only
def test_no_state_goes_from_one_run_to_the_next(tmp_path):
    imports = "import os, matplotlib, pandas as pd\n"
    first = imports + ("os.environ['LEFT'] = '1'; os.chdir('/')\nmatplotlib.rcParams['font.size'] = 99\npd.left = 1")
    second = imports + (
        "assert 'LEFT' not in os.environ and os.getcwd() != '/'\n"
        "assert matplotlib.rcParams['font.size'] != 99 and not hasattr(pd, 'left')"
    )
    for place, cell in enumerate([first, second]):
        asked = run(notebook(tmp_path / f"n{place}.ipynb", cell, RECORDS), tmp_path / "out")
        assert execute(asked, "warm").reason == ""


@warm_only
def test_a_programme_read_ahead_goes_from_no_run_to_the_next(tmp_path):
    folder = programme_of(tmp_path / "programme", ["2018-09-30"], ["axes", "finance", "sources"], axis=["ALL"])
    cells = [
        "import porfse_analysis as pf\ndata = pf.load_programme(programme)\nprint(data.finance['amount_eur'].min())"
    ]
    reads = notebook(tmp_path / "reads.ipynb", *cells)
    spoils = notebook(tmp_path / "spoils.ipynb", *cells, "data.finance['amount_eur'] = 5.0")
    text = (folder / "finance.csv").read_text(encoding="utf-8")
    certified = "144000000.00"
    assert certified in text
    fewer = text.replace(certified, "143000000.00")
    change = f"from pathlib import Path\nPath(programme, 'finance.csv').write_text({fewer!r})"
    changes = notebook(tmp_path / "changes.ipynb", *cells, change)
    after = notebook(tmp_path / "after.ipynb", *cells)
    runs = [run(path, tmp_path / "out", programme=str(folder)) for path in (spoils, reads, changes, after)]
    assert [outcome.reason for outcome in run_all(runs, jobs=1)] == [""] * 4
    said = {item.name: json.loads(item.executed.read_text(encoding="utf-8")) for item in runs}
    printed = {name: made["cells"][2]["outputs"][0]["text"] for name, made in said.items()}
    before = ["144000000.0\n"]
    assert printed == {"spoils": before, "reads": before, "changes": before, "after": ["143000000.0\n"]}


def children(pid):
    """The processes started by a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to find processes in")


@pytest.fixture(scope="module")
def to_kill():
    """A warm process that tests may kill: it is started again for the run that follows."""
    with WarmProcess() as process:
        yield process


@warm_only
def test_a_run_whose_warm_process_was_killed_is_run_again_once(to_kill, tmp_path):
    """The first time a run kills the process all are forked from; the second time it goes through."""
    flag = tmp_path / "killed"
    kill = (
        f"import os, signal, pathlib\nflag = pathlib.Path({str(flag)!r})\n"
        "if not flag.exists():\n    flag.touch()\n    os.kill(os.getppid(), signal.SIGKILL)\n"
        "    import time\n    time.sleep(6000)"
    )
    runs = [run(notebook(tmp_path / "bad.ipynb", kill, RECORDS), tmp_path / "bad")]
    good = notebook(tmp_path / "good.ipynb", RECORDS)
    runs += [run(good, tmp_path / f"out{place}") for place in range(2)]
    outcomes = list(run_all(runs, jobs=2, warm=to_kill))
    assert [outcome.reason for outcome in outcomes] == ["", "", ""]
    assert {outcome.run for outcome in outcomes} == set(runs)
    assert flag.exists()


@warm_only
def test_a_run_that_always_takes_the_warm_process_along_fails_alone(to_kill, tmp_path):
    kill = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(6000)"
    runs = [run(notebook(tmp_path / "bad.ipynb", kill, RECORDS), tmp_path / "bad")]
    good = notebook(tmp_path / "good.ipynb", RECORDS)
    runs += [run(good, tmp_path / "out")]
    ended = {outcome.run.name: outcome.reason for outcome in run_all(runs, jobs=1, warm=to_kill)}
    assert ended["bad"] == "the warm process was lost, twice"
    assert ended["good"] == ""


@warm_only
@needs_proc
def test_a_killed_run_is_named_and_the_others_come_out(warm, tmp_path):
    """The process of a run is killed from outside, as the system does when memory runs out."""
    slow = notebook(tmp_path / "slow.ipynb", "import time\ntime.sleep(6000)", RECORDS)
    good = notebook(tmp_path / "good.ipynb", RECORDS)
    before = set(children(warm.process.pid))

    def kill():
        while len(forks := set(children(warm.process.pid)) - before) < 2:  # the run, then its kernel
            time.sleep(0.2)
        os.kill(min(forks), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    runs = [run(slow, tmp_path / "a"), run(good, tmp_path / "b")]
    ended = {outcome.run.name: outcome.reason for outcome in run_all(runs, jobs=1, warm=warm)}
    killer.join()
    assert ended == {"slow": "its process was ended by signal 9 (SIGKILL)", "good": ""}
    assert not (tmp_path / "a" / "slow.html").exists()


@warm_only
@needs_proc
def test_nothing_is_left_when_the_command_is_killed(tmp_path):
    """The warm process and all its forks end with the process that started it, however that ends."""
    mark = f"{os.getpid()}-orphan"
    slow = notebook(tmp_path / "slow.ipynb", "import time\ntime.sleep(6000)", RECORDS)
    script = (
        "from pathlib import Path\nfrom porfse_analysis.reports.plan import Run\n"
        "from porfse_analysis.reports.run import run_all\n"
        f"list(run_all([Run(Path({str(slow)!r}), '', '2018-09-30', 'it', Path({str(tmp_path / 'o')!r}))]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "MARK": mark})
    assert wait_for(lambda: len(running(mark)) == 4)  # command, warm process, run, kernel
    process.kill()
    process.wait()
    assert none_left(mark)


def test_plain_papermill_with_the_engine(tmp_path):
    good = notebook(tmp_path / "good.ipynb", RECORDS)
    command = [sys.executable, "-m", "papermill", "--engine", "porfse", "--no-progress-bar", good, tmp_path / "o.ipynb"]
    assert subprocess.run(command, capture_output=True, cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "o.ipynb").is_file()


@pytest.mark.slow
def test_the_runs_of_a_lost_worker_are_submitted_again_once(tmp_path):
    """One run kills its worker the first time and the second; the others come out, each once.

    The batch of one run before it, which has a worker of its own, leaves nothing that a batch of several stumbles over.
    """
    kill = (
        "import os, signal\n"
        "parent = int(open('/proc/self/status').read().split('PPid:')[1].split()[0])\n"
        "os.kill(parent, signal.SIGKILL)"
    )
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc to find the worker in")
    bad = notebook(tmp_path / "bad.ipynb", kill, RECORDS)
    good = notebook(tmp_path / "good.ipynb", RECORDS)
    (alone,) = run_all([run(good, tmp_path / "alone")], jobs=1, engine="kernel")
    assert alone.reason == ""
    runs = [run(bad, tmp_path / "bad"), *(run(good, tmp_path / f"out{place}") for place in range(2))]
    outcomes = list(run_all(runs, jobs=2, engine="kernel"))
    assert len(outcomes) == 3
    ended = {outcome.run.folder.name: outcome.reason for outcome in outcomes}
    assert "lost twice" in ended.pop("bad")
    assert ended == {"out0": "", "out1": ""}
    assert not (tmp_path / "bad" / "bad.html").exists()


@warm_only
def test_pages_are_set_in_forks_of_a_process_that_sets_none():
    """Setting starts threads, and a process forked from one with threads would wait for them without an end."""
    code = (
        "import os\n"
        "from porfse_analysis.reports.kernels.zygote import preload\n"
        "from porfse_analysis.display import typesetting\n"
        "preload()\n"
        "assert typesetting._fonts.cache_info().misses == 0\n"
        "for place in range(2):\n"
        "    if os.fork() == 0:\n"
        "        page = typesetting.typeset('#set document(title: \"t\")\\n= a', {}, format='pdf')\n"
        "        os._exit(0 if page.startswith(b'%PDF') else 1)\n"
        "print(*(os.waitstatus_to_exitcode(os.wait()[1]) for place in range(2)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "0 0\n", done.stderr
