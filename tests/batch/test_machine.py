"""Reports on a machine that is against them: files of strangers, odd settings of the shell, places that are taken."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from batch_tools import LONG, MONEY, command, notebook, porfse, programme_of, wait_for

from porfse_analysis import files
from porfse_analysis.cli import process
from porfse_analysis.reports import run as running
from porfse_analysis.reports.batch import make_batch
from porfse_analysis.reports.kernels import warm as kernels
from porfse_analysis.reports.kernels.temporary import TemporaryFolder, clear_left
from porfse_analysis.reports.kernels.warm import CAN_FORK, WarmProcess
from porfse_analysis.reports.request import Request
from porfse_analysis.reports.state import STATE_FILE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals, links and sockets of POSIX"),
    pytest.mark.usefixtures("lent"),
]

DATE = "2014-12-31"
DRAWN = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('a title')\nNone"
SHOWN = "import porfse_analysis as pf\npf.figure(plt.figure().add_subplot(), alt='nothing')\n"
RUINED = 'raise SystemExit("a stranger was executed")\n'
STRANGERS = ("calendar.py", "email.py", "code.py", "great_tables.py", "ipython_config.py", "ipython_kernel_config.py")
RC = "text.usetex: True\nsavefig.bbox: tight\nfont.size: 31\nfigure.dpi: 31\nlines.linewidth: 9\nbackend: no-such\n"


@pytest.fixture(scope="module")
def programme(tmp_path_factory):
    return programme_of(tmp_path_factory.mktemp("programmes") / "{cutoff}", [DATE], MONEY, axis=["I"])


@pytest.fixture
def working(tmp_path, monkeypatch):
    """A working folder, which the call is made from."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def short():
    """A folder with a short path, as sockets need it."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def page(out, name="rep{x}"):
    return (out / DATE / f"{name}.html").read_bytes()


def against(folder, short):
    """Fill a working folder with strangers; the environment of a user whose home is full of them too."""
    home, jupyter = folder.parent / "home", folder.parent / "jupyter"
    for place in (folder, home):
        place.mkdir(exist_ok=True)
        (place / "matplotlibrc").write_bytes(RC.encode() + b"# \xe0\n")
    for name in STRANGERS:
        (folder / name).write_text(RUINED)
    (folder / "basic").mkdir()
    (folder / "basic" / "index.html.j2").write_text("a stranger's template")
    start = home / ".ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "00.py").write_text("cutoff = 'a stranger'\nprint('a stranger was executed')\n")
    (start.parent / "ipython_kernel_config.py").write_text("c.InteractiveShellApp.exec_lines = ['print(1)']\n")
    spec = jupyter / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"}))
    long = short / ("t" * 110)
    long.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("XDG", "IPYTHON", "MPL"))}
    return {
        **environ,
        "HOME": str(home),
        "MATPLOTLIBRC": str(home),
        "MPLBACKEND": "no-such",
        "JUPYTER_PATH": str(jupyter),
        "TMPDIR": str(long),
        "TZ": ":/etc",
        "PYTHONIOENCODING": "cp850",
    }


@pytest.mark.parametrize("engine", ["warm", pytest.param("kernel", marks=pytest.mark.slow)])
def test_a_machine_against_it_gives_the_same_page(engine, programme, short, working):
    """Modules, settings, start-up files, templates and kernels of strangers have no say; braces are braces."""
    mine = notebook(working.parent / "rep{x}.ipynb", DRAWN, SHOWN)
    asked = ["report", programme, "--notebook", mine, "--out"]
    assert porfse(*asked, working / "plain").exit_code == 0
    # `python -m` itself looks for modules in the working folder first; the command `porfse` does not
    called = command(*asked, "r{1}{cutoff}", "--engine", engine)
    ended = subprocess.run(
        [called[0], "-P", *called[1:]],
        capture_output=True, text=True, timeout=LONG, check=False, env=against(working, short),
    )  # fmt: skip
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False), ended.stderr
    assert page(working / "r{1}{cutoff}") == page(working / "plain")


@pytest.mark.slow
def test_without_a_home_and_without_input(programme, working):
    mine = notebook(working.parent / "rep{x}.ipynb", DRAWN, SHOWN)
    asked = ["report", programme, "--notebook", mine, "--out"]
    assert porfse(*asked, working / "plain").exit_code == 0
    (working / "home").touch()
    nowhere = {"HOME": str(working / "home"), "JUPYTER_DATA_DIR": "/nowhere", "JUPYTER_PREFER_ENV_PATH": "0"}
    ended = subprocess.run(
        [*command(*asked, "out")], env={**os.environ, **nowhere}, preexec_fn=lambda: os.close(0), timeout=LONG,
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert page(working / "out") == page(working / "plain")


def test_why_the_warm_process_ended_is_said(programme, working, monkeypatch):
    if not CAN_FORK:
        pytest.skip("needs forks")
    (working.parent / "broken.py").write_text("raise RuntimeError('no such thing as a free lunch')")
    monkeypatch.setattr(kernels, "_ZYGOTE", "broken")
    monkeypatch.setenv("PYTHONPATH", str(working.parent))
    mine = notebook(working / "mine.ipynb")
    request = Request(folders=[str(programme)], notebooks=[str(mine)], out=working / "out")
    with WarmProcess() as dead:
        batch = make_batch(request, lambda runs, _: running.run_all(runs, warm=dead))
    (outcome,) = batch.outcomes
    assert outcome.reason.startswith(
        "the warm process was lost, twice: RuntimeError: no such thing as a free lunch (File"
    )


def test_a_kernel_with_another_copy_of_the_package_is_refused(programme, working, monkeypatch):
    monkeypatch.setattr("porfse_analysis.display.notebook.computed_with", lambda: "porfse_analysis 0.0 (elsewhere)")
    run = running.Run(notebook(working / "mine.ipynb"), str(programme), DATE, "it", working / DATE)
    outcome = running.execute(run)
    assert outcome.reason.startswith("its kernel computed with porfse_analysis ")
    assert outcome.reason.endswith("and this is porfse_analysis 0.0 (elsewhere)")
    assert not (working / DATE / "mine.html").exists()


def test_a_long_message_is_shortened(programme, working):
    mine = notebook(working / "mine.ipynb", "raise ValueError('x' * 300_000)")
    said = porfse("report", programme, "--notebook", mine, "--out", working / "out")
    assert said.exit_code == 1
    assert "characters; run the notebook by hand to see them all" in said.stderr
    assert len(said.stderr) < 5000
    assert (working / "out" / "runs.csv").stat().st_size < 5000


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, "its kernel is R"),
        ({"kernelspec": {"name": "ir"}}, "its kernel is R"),
        ({"kernelspec": {"name": "julia-1.9", "display_name": "Julia 1.9.3"}}, "its kernel is Julia 1.9.3"),
        ({"language_info": {"name": "bash"}}, "its kernel is bash"),
    ],
)
def test_a_notebook_of_another_language_is_refused(metadata, said, programme, working):
    mine = notebook(working / "mine.ipynb")
    mine.write_text(json.dumps({**json.loads(mine.read_text()), "metadata": metadata}))
    asked = porfse("report", programme, "--notebook", mine, "--out", working / "out")
    assert (asked.exit_code, said in asked.stderr, (working / "out").exists()) == (2, True, False)


def _link(name, to):
    return lambda here: (here / name).symlink_to(to)


@pytest.mark.parametrize(
    ("out", "made", "said"),
    [
        ("", None, "it is empty"),
        ("~", None, "'~' was not replaced by your home folder"),
        ("~/reports", None, "'~/reports' was not replaced"),
        ("gone", _link("gone", "nowhere"), "is a link to nowhere, which is not there"),
        ("gone/below", _link("gone", "nowhere"), "is a link to nowhere, which is not there"),
        ("loop", _link("loop", "loop"), "is a link that leads nowhere"),
        ("file", lambda here: (here / "file").touch(), "is a file"),
        ("file/below", lambda here: (here / "file").touch(), "is a file"),
        ("out", lambda here: (here / "out" / DATE / "mine.html").mkdir(parents=True), "mine.html is a folder"),
        ("out", lambda here: (here / "out" / "results.csv").mkdir(parents=True), "results.csv is a folder"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_a_sentence(out, made, said, programme, working):
    mine = notebook(working / "mine.ipynb")
    if made:
        made(working)
    before = sorted(working.rglob("*"))
    asked = porfse("report", programme, "--notebook", mine, "--out", out)
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert said in " ".join(asked.stderr.split())
    assert sorted(working.rglob("*")) == before


def test_every_command_that_writes_refuses_such_a_place(working):
    for asked in (["new", "~"], ["explore", "--to", ""], ["export", "workbook", "--to", "~/x.xlsx"]):
        assert porfse(*asked).exit_code == 2
    assert not list(working.iterdir())


@pytest.mark.parametrize("name", ["index.html", "results.csv", "runs.csv", "glossary.html", f"{DATE}/mine.html"])
def test_a_file_of_somebody_else_is_not_replaced(name, programme, working):
    mine = notebook(working / "mine.ipynb")
    theirs = working / "out" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    asked = porfse("report", programme, "--notebook", mine, "--out", working / "out")
    assert (asked.exit_code, asked.stderr.count("\n")) == (2, 1)
    assert f"{theirs} is there and is not of these reports" in asked.stderr
    assert {path for path in working.rglob("*") if path.is_file()} == {mine, theirs}
    assert theirs.read_text() == "theirs"
    (working / "out" / STATE_FILE).touch()  # now it is ours, whatever its state says
    assert porfse("report", programme, "--notebook", mine, "--out", working / "out", "--dry-run").exit_code == 0


def test_what_is_removed_or_changed_by_hand_is_made_again_and_a_changed_state_is_not_believed(programme, working):
    mine = notebook(working / "mine.ipynb")
    asked = ["report", programme, "--notebook", mine, "--out", working / "out"]
    assert porfse(*asked).exit_code == 0
    out = working / "out"
    written = {name: (out / name).read_bytes() for name in ("index.html", "results.csv", "runs.csv", "glossary.html")}
    for gone, changed in (("index.html", "results.csv"), ("runs.csv", "glossary.html")):
        (out / gone).unlink()
        (out / changed).write_text("changed")
        told = porfse(*asked)
        assert (told.exit_code, "1 up to date" in told.stderr) == (0, True)
        assert {name: (out / name).read_bytes() for name in written} == written
    state = json.loads((out / STATE_FILE).read_text())
    assert porfse(*asked, "--dry-run").stdout.endswith("up to date\n")
    for change in (
        {"inputs": "x"},
        {"runs": {key: {**run, "from": {**run["from"], "data": "x"}} for key, run in state["runs"].items()}},
        strange := {"runs": {"it/2014-12-31/mine": {"from": {}, "files": {"../mine.ipynb": [1, 2, "x"]}}}},
        {"seal": ""},
        {"version": 1},
        {"ended": 5},
    ):
        (out / STATE_FILE).write_text(json.dumps({**state, **change}))
        assert not porfse(*asked, "--dry-run").stdout.endswith("up to date\n"), change
    (out / STATE_FILE).write_text(json.dumps({**state, **strange}))
    assert porfse(*asked).exit_code == 0
    assert mine.is_file()  # what a changed state says of other folders is nothing to remove
    assert porfse(*asked, "--dry-run").stdout.endswith("up to date\n")


def test_the_page_above_several_programmes_is_made_again_as_it_was(programme, working):
    other = shutil.copytree(programme, working / "other")
    mine = notebook(working / "mine.ipynb")
    asked = ["report", programme, other, "--notebook", mine, "--out", working / "out"]
    assert porfse(*asked).exit_code == 0
    out = working / "out"
    names = ("index.html", "results.csv", "glossary.html", "other/index.html", "other/results.csv")
    written = {name: (out / name).read_bytes() for name in names}
    for gone, changed in zip(names, (*names[1:], names[0]), strict=True):
        (out / gone).unlink()
        (out / changed).write_text("changed")
        told = porfse(*asked)
        assert (told.exit_code, "2 up to date" in told.stderr) == (0, True), told.stderr
        assert {name: (out / name).read_bytes() for name in names} == written, (gone, changed)


def test_a_folder_of_temporary_files_is_cleared_once_nobody_holds_it(monkeypatch, short):
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    code = (
        "import os, signal, tempfile\ntempfile.tempdir = " + repr(str(short)) + "\n"
        "from porfse_analysis.reports.kernels.temporary import TemporaryFolder\n"
        "TemporaryFolder()\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False, timeout=LONG)
    (left,) = short.iterdir()
    (short / "porfse-of-somebody").mkdir()
    held = TemporaryFolder()
    assert left.stat().st_mode & 0o777 == 0o700
    clear_left()
    assert sorted(short.iterdir()) == sorted([held.path, short / "porfse-of-somebody"])
    held.close()
    assert not held.path.exists()


def test_no_room_for_temporary_files_is_one_sentence(programme, working, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    mine = notebook(working / "mine.ipynb")
    outcome = running.execute(running.Run(mine, str(programme), DATE, "it", working / DATE))
    assert outcome.reason == (
        "no temporary folder can be made (No space left on device): make room in the folder for temporary files, or "
        "set TMPDIR to another one"
    )


SIGNALS = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}


@pytest.mark.parametrize("number", [signal.SIGTERM, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_a_signal_ends_the_command_with_nothing_temporary_left(number, programme, working, short):
    mine = notebook(working / "mine.ipynb", "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(6000)")
    asked = command("report", programme, "--notebook", mine, "--out", working / "out")
    with subprocess.Popen(
        asked, env={**os.environ, "TMPDIR": str(short)}, stderr=subprocess.PIPE, text=True
    ) as started:
        assert wait_for((working / "begun").exists)
        (socket,) = short.glob("porfse-*/warm") if CAN_FORK else [short]
        assert socket.parent.stat().st_mode & 0o077 == 0 or not CAN_FORK  # of its user alone
        started.send_signal(number)
        _, said = started.communicate(timeout=LONG)
    assert started.returncode == SIGNALS[signal.Signals(number)]
    assert "Traceback" not in said
    assert not list(short.glob("porfse-*"))


def test_a_second_signal_ends_it_at_once(short):
    code = (
        "import os, signal, tempfile, time\ntempfile.tempdir = " + repr(str(short)) + "\n"
        "from porfse_analysis.cli.process import standing\n"
        "from porfse_analysis.reports.kernels.temporary import TemporaryFolder\n"
        "with standing():\n    TemporaryFolder()\n    try:\n        os.kill(os.getpid(), signal.SIGINT)\n"
        "    finally:\n        os.kill(os.getpid(), signal.SIGINT)\n        print('went on')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LONG, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
    assert not list(short.iterdir())


def test_a_pipe_that_is_closed_is_no_impossible_figure(programme):
    for asked in (["indicators", programme, "--format", "csv"], ["--help"]):
        reads, writes = os.pipe()
        os.close(reads)
        ended = subprocess.run(command(*asked), stdout=writes, stderr=subprocess.PIPE, timeout=LONG, check=False)
        os.close(writes)
        assert ended.returncode == process.CLOSED_PIPE
        assert b"Traceback" not in ended.stderr
        assert b"Exception" not in ended.stderr


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "ascii"])
def test_a_letter_the_terminal_lacks_is_escaped(encoding, programme):
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    ended = subprocess.run(
        command("check", programme, "--lang", "it"), capture_output=True, env=environ, timeout=LONG, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert b"Programma" in ended.stdout


def test_a_shell_that_cannot_be_worked_in_is_one_sentence(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    for prepare, said in (
        (lambda: (os.chdir(gone), gone.rmdir()), "the folder this shell is in is gone"),
        (lambda: os.umask(0o777), "umask 777 makes files that their owner cannot use"),
    ):
        ended = subprocess.run(
            command("check"), preexec_fn=prepare, capture_output=True, text=True, timeout=LONG, check=False
        )
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
        assert ended.stderr.startswith(said)


def test_too_few_open_files_are_one_sentence(working, monkeypatch):
    monkeypatch.setattr("porfse_analysis.cli.pages.open_files", lambda: 64)
    asked = porfse("report", "--out", working / "out")
    assert (asked.exit_code, asked.stderr.count("\n")) == (2, 1)
    assert asked.stderr.startswith("this shell allows 64 open files")


def test_a_file_another_program_has_open_is_named_and_the_rest_is_made(programme, working, monkeypatch):
    """As on Windows, where what Excel shows cannot be replaced."""
    monkeypatch.setattr(files, "LOCKED", True)
    monkeypatch.setattr(files, "_PATIENCE", 0.3)
    mine = notebook(working / "mine.ipynb", "import pandas as pd\npd.DataFrame({'a': [1]})")
    run = running.Run(mine, str(programme), DATE, "it", working / DATE)
    made = running.execute(run)
    assert made.ok
    (book,) = [path for path in made.files if path.suffix == ".xlsx"]
    replace, tries = Path.replace, []

    def refused(self, target):
        if Path(target).name == book.name:
            tries.append(target)
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    before = run.page.stat().st_ino
    outcome = running.execute(run)
    assert outcome.reason == f"close {book.name}: another program has it open"
    assert len(tries) > 1
    assert run.page.stat().st_ino != before
    assert not list((working / DATE).rglob(".porfse-aside-*"))


def test_the_two_engines_and_nbconvert_give_the_same_elements():
    """Our template makes of every kind of output what nbconvert's own `basic` makes of it."""
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
    from traitlets.config import Config

    from porfse_analysis.reports.render import load_exporter

    picture = {"width": 3, "height": 4, "alt": 'a"b', "unconfined": True}
    data = [
        {"text/plain": "<x>\x1b[31mred\x1b[0m"}, {"text/html": "<b>h</b>", "text/plain": "p"}, {"text/markdown": "*x*"},
        {"image/svg+xml": "<svg/>"}, {"image/png": "iVBO"}, {"image/jpeg": "iVBO"}, {"text/latex": "$x<y$"},
    ]  # fmt: skip
    outputs = [new_output("display_data", data=kind) for kind in data]
    outputs += [new_output("execute_result", data=kind, execution_count=1) for kind in data]
    outputs += [
        new_output("display_data", data={kind: "iVBO"}, metadata={kind: picture})
        for kind in ("image/png", "image/jpeg")
    ]
    outputs += [new_output("display_data", data={"text/html": "<b>"}, metadata={"text/html": {"isolated": True}})]
    outputs += [new_output("stream", name=name, text="a <b>\x1b[1mc") for name in ("stdout", "stderr")]
    outputs += [new_output("error", ename="E", evalue="v", traceback=["one", "\x1b[31mtwo"])]
    cells = [
        new_markdown_cell("# T\n\n`c` <b>x</b>\n\n```python\na=1\n```", metadata={"tags": ["a", "b<"]}),
        new_code_cell("x", outputs=outputs, metadata={"tags": ["z"]}), new_code_cell("x"), new_raw_cell("raw <b>"),
        *(new_raw_cell("r", metadata={"raw_mimetype": kind}) for kind in ("text/html", "text/latex")),
        new_markdown_cell("not shown", metadata={"transient": {"remove_source": True}}),
    ]  # fmt: skip
    shown = {"exclude_input": True, "exclude_input_prompt": True, "exclude_output_prompt": True, "anchor_link_text": ""}
    theirs = HTMLExporter(config=Config(), template_name="basic", **shown)
    made = load_exporter().from_notebook_node(new_notebook(cells=cells))[0]
    assert made == theirs.from_notebook_node(new_notebook(cells=cells))[0]
    assert made.count("<img") == 8
