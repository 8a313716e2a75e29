"""Exploring: the view in Python, its files, its notebook, the command, and all of it in JupyterLab."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from cells import run_in_kernel
from openpyxl import load_workbook
from typer.testing import CliRunner

from porfse_analysis import resources
from porfse_analysis.cli import app
from porfse_analysis.errors import ParameterError
from porfse_analysis.explore import explore
from porfse_analysis.explore import jupyterlab as jupyterlab_module
from porfse_analysis.explore import view as view_module
from porfse_analysis.explore.series import series_rows
from porfse_analysis.explore.view import EVERY, SUBJECTS, explored_rows
from porfse_analysis.schema import ALL

NOTEBOOK = resources.notebooks_folder() / "explore.ipynb"


def view(**options):
    return explore(**options)


def words(widget):
    """What a widget shows, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", widget.value)).strip()


# the view ------------------------------------------------------------------------------------------------------------


def test_it_opens_at_the_last_date_of_the_bundled_programme():
    explorer = view()
    assert explorer.cutoff.value == "2022-06-30"
    assert (explorer.axis.value, explorer.stage.value) == (ALL, EVERY)
    assert len(explorer.cutoff.options) == 10
    assert [axis for _, axis in explorer.axis.options] == [ALL, "I", "II", "III", "IV", "V", EVERY]
    assert "Situazione al 30 giugno 2022" in words(explorer.head)
    assert 'src="data:image/svg+xml' in explorer.overview.value
    # selected in the programme, 2022-06-30: 290131389.75 + 307287750.62 + 249962302.53 + 19064250.70 + 31147847.30
    assert "897.593.540,90" in words(explorer.rows)


def test_the_rows_are_of_the_stage_and_axis_chosen():
    explorer = view()
    explorer.stage.value, explorer.axis.value = "selected", "I"
    shown = words(explorer.rows)
    # 290131389.75 / 236700000 = 1.22573...
    assert "I Tasso di selezione 122,6% rapporto 290.131.389,75 236.700.000 30/06/2022" in shown
    assert "307.287.750,62" not in shown
    explorer.axis.value = "II"
    assert "307.287.750,62 379.000.000" in words(explorer.rows)
    assert "290.131.389,75" not in words(explorer.rows)
    explorer.axis.value = EVERY
    assert all(figure in words(explorer.rows) for figure in ("290.131.389,75", "307.287.750,62", "897.593.540,90"))


def test_another_date_gives_its_figures_once():
    explorer = view()
    explorer.stage.value, explorer.axis.value = "certified", ALL
    explorer.cutoff.value = "2018-09-30"
    assert "Situazione al 30 settembre 2018" in words(explorer.head)
    assert explorer.overview.value.count("<figure") == 1
    # the sheet of 30 September 2018: 144 million certified of 970.47
    assert "Tasso di certificazione 14,8% rapporto 144.000.000 970.470.000 30/09/2018" in words(explorer.rows)
    assert explorer.report.cutoff.date().isoformat() == "2018-09-30"


def test_what_is_not_published_is_said():
    explorer = view(cutoff="2022-06-30")
    explorer.stage.value, explorer.axis.value = "certified", "V"
    assert "V Tasso di certificazione n.d. rapporto n.d. n.d. non pubblicato" in words(explorer.rows)
    assert explorer.report.results.query("axis == 'V' and indicator == 'certification_rate'")["value"].isna().all()


@pytest.mark.long
@pytest.mark.parametrize("cutoff", ["2014-12-31", "2018-09-30", pytest.param("2022-06-30", marks=pytest.mark.slow)])
def test_every_result_is_of_one_subject_and_every_choice_is_drawn(bundled, reports, cutoff):
    results = reports(bundled, cutoff=cutoff).results
    parts = [explored_rows(results, stage=stage) for stage in SUBJECTS]
    assert sum(map(len, parts)) == len(results) == len(explored_rows(results))
    explorer = view(cutoff=cutoff, lang="en")
    explorer.axis.value = EVERY
    for stage in (*SUBJECTS, EVERY):
        explorer.stage.value = stage
        assert words(explorer.rows)


def test_the_language_changes_everything_and_no_choice():
    explorer = view(lang="it")
    explorer.stage.value, explorer.axis.value, explorer.cutoff.value = "selected", "I", "2021-12-31"
    labels = [explorer.open, explorer.cutoff, explorer.stage, explorer.axis, explorer.csv, explorer.export_to]
    italian = [label.description for label in labels]
    assert italian == [
        "Apri", "Data di riferimento", "Stadio", "Asse", "Salva CSV", "Salva nella cartella",
    ]  # fmt: skip
    explorer.language.value = "en"
    assert [label.description for label in labels] == [
        "Open", "Reporting date", "Stage", "Axis", "Save CSV", "Save into folder",
    ]  # fmt: skip
    assert (explorer.stage.value, explorer.axis.value, explorer.cutoff.value) == ("selected", "I", "2021-12-31")
    assert dict(explorer.cutoff.options)["31 December 2021"] == "2021-12-31"
    assert "Position at 31 December 2021" in words(explorer.head)
    assert "I Selection rate" in words(explorer.rows)
    assert words(explorer.opening).startswith("Choose date")
    explorer.language.value = "it"
    assert [label.description for label in labels] == italian


def test_a_language_there_is_none_of_is_refused():
    with pytest.raises(ParameterError, match="fr"):
        view(lang="fr")


# what is wrong -------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_none_is_said_and_nothing_old_is_left(tmp_path):
    explorer = view(lang="en", export_to=str(tmp_path / "out"))
    explorer.folder.value = str(tmp_path / "<b>nowhere")
    assert f"The folder {tmp_path}/&lt;b&gt;nowhere does not exist" in explorer.message.value
    assert explorer.head.value == explorer.overview.value == explorer.rows.value == ""
    assert explorer.report is None
    assert explorer.csv.disabled
    explorer.csv.click()
    assert not (tmp_path / "out").exists()
    explorer.language.value = "it"
    assert "non esiste" in words(explorer.message)
    explorer.folder.value = ""
    assert explorer.message.value == ""
    assert explorer.cutoff.value == "2022-06-30"
    assert not explorer.csv.disabled


def test_a_folder_without_a_programme_and_one_with_a_fault(tmp_path, copy_of_bundled, edit_cell):
    explorer = view(programme=str(tmp_path))
    assert "non si può leggere come programma" in words(explorer.message)
    assert "datapackage.json: 1 problem" in words(explorer.message)
    edit_cell(copy_of_bundled / "finance.csv", 2, "amount_eur", "332.500.000,0O")
    explorer.folder.value = str(copy_of_bundled)
    assert "finance.csv" in words(explorer.message)
    assert "332.500.000,0O" in words(explorer.message)
    assert "row 2, column amount_eur" in words(explorer.message)
    edit_cell(copy_of_bundled / "finance.csv", 2, "amount_eur", "332500000.00")
    explorer.open.click()
    assert explorer.message.value == ""
    assert explorer.report is not None


def test_a_date_it_has_not_is_said_and_another_can_be_chosen():
    explorer = view(cutoff="2018-09-29", lang="en")
    assert "no figures of the date asked for" in words(explorer.message)
    assert explorer.rows.value == ""
    assert explorer.cutoff.value is None
    explorer.cutoff.value = "2018-09-30"
    assert explorer.message.value == ""
    assert "Position at 30 September 2018" in words(explorer.head)


def test_texts_of_the_data_are_no_markup(copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "axes.csv", 2, "title_it", "<img src=x onerror=alert(1)>")
    explorer = view(programme=str(copy_of_bundled))
    explorer.axis.value = EVERY
    assert "<img src=x" not in explorer.overview.value + explorer.rows.value
    assert "&lt;img src=x" in explorer.overview.value


# files ---------------------------------------------------------------------------------------------------------------


def test_csv_has_what_is_shown_with_every_digit_and_is_never_overwritten(tmp_path):
    explorer = view(lang="en", export_to=str(tmp_path / "deep" / "out"))
    explorer.stage.value, explorer.axis.value = "selected", "I"
    explorer.csv.click()
    path = tmp_path / "deep" / "out" / "explore-2022-06-30-explored.csv"
    assert str(path) in words(explorer.exported)
    first = path.read_bytes()
    header, row = csv.reader(io.StringIO(first.decode("utf-8-sig"), newline=""))
    cells = dict(zip(header, row, strict=True))
    assert (cells["Axis"], cells["Indicator"], cells["Unit"]) == ("I", "Selection rate", "ratio")
    assert (float(cells["Numerator"]), float(cells["Denominator"])) == (290131389.75, 236700000)
    assert float(cells["Value"]) == 290131389.75 / 236700000
    assert cells["Data of"] == "2022-06-30"
    assert "European Commission" in cells["Source"]
    explorer.axis.value = "II"
    assert explorer.exported.value == ""
    explorer.csv.click()
    assert path.read_bytes() == first
    second = path.with_name("explore-2022-06-30-explored-2.csv")
    assert str(second) in words(explorer.exported)
    assert "307287750.62" in second.read_text(encoding="utf-8-sig")
    # nothing else than what is chosen, over time: the axis II at its positions, none of another
    others = sorted(file.name for file in path.parent.iterdir() if "explored" not in file.name)
    assert others == ["explore-2022-06-30-series-2.csv", "explore-2022-06-30-series.csv"]
    over_time = list(csv.DictReader(io.StringIO((path.parent / others[0]).read_text(encoding="utf-8-sig"), newline="")))
    assert {row["Axis"] for row in over_time} == {"II"}
    assert over_time[-1]["Data of"] == "2022-06-30"
    assert float(over_time[-1]["Numerator"]) == 307287750.62
    dates = [row["Data of"] for row in over_time]
    assert dates == sorted(set(dates))


def test_the_workbook_has_the_tables_and_no_formula(tmp_path, copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "axes.csv", 2, "title_it", '=HYPERLINK("x")')
    explorer = view(programme=str(copy_of_bundled), export_to=str(tmp_path / "out"))
    explorer.stage.value, explorer.axis.value = "selected", "I"
    explorer.xlsx.click()
    explorer.xlsx.click()
    path, second = sorted((tmp_path / "out").iterdir(), key=lambda file: len(file.name))
    assert (path.name, second.name) == ("explore-2022-06-30.xlsx", "explore-2022-06-30-2.xlsx")
    assert path.read_bytes() == second.read_bytes()
    book = load_workbook(path)
    assert book.sheetnames == ["Indicatori", "Nel tempo", "Informazioni"]
    rows = [[cell.value for cell in row] for row in book["Indicatori"].iter_rows()]
    assert rows[2][:6] == ["Asse", "Indicatore", "Valore", "Unità", "Numeratore", "Denominatore"]
    assert rows[3][:2] == ["I", "Tasso di selezione"]
    assert rows[3][2] == pytest.approx(290131389.75 / 236700000, rel=1e-15)
    assert rows[3][3:6] == ["rapporto", 290131389.75, 236700000]
    facts = {row[0].value: row[1].value for row in book["Informazioni"].iter_rows()}
    assert facts["CCI"] == "2014IT05SFOP007"
    assert facts["Stadio"] == "Costo ammesso"
    assert facts["Asse"] == 'I · =HYPERLINK("x")'
    with ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 3
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    explorer = view(lang="en", export_to=str(tmp_path / "file"))
    explorer.xlsx.click()
    assert f"The folder {tmp_path / 'file'} cannot be written to" in words(explorer.exported)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    explorer = view(lang="en", export_to=str(tmp_path))
    real = Path.open

    class Full(io.FileIO):
        def write(self, content):
            super().write(content[:10])
            raise OSError(28, "No space left on device")

    def open_full(self, mode="r", *args, **kwargs):
        return Full(self, "x") if mode == "xb" else real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_full)
    explorer.xlsx.click()
    assert "No space left on device" in words(explorer.exported)
    assert list(tmp_path.iterdir()) == []


# the notebook --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_notebook_runs_with_papermill(tmp_path, copy_of_bundled):
    out = tmp_path / NOTEBOOK.name
    run_in_kernel(out, lang="en", cutoff="2018-09-30", programme=str(copy_of_bundled))
    notebook = json.loads(out.read_text(encoding="utf-8"))
    states = notebook["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    shown = " ".join(str(state["state"].get("value", "")) for state in states)
    assert "Position at 30 September 2018" in shown
    assert "144,000,000" in shown
    results = "".join(json.dumps(cell.get("outputs", [])) for cell in notebook["cells"])
    assert "certification_rate" in results
    assert "target_achievement_ratio" in results


# the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """What the command would have started."""
    calls = []
    monkeypatch.setattr(
        jupyterlab_module,
        "start_jupyterlab",
        lambda notebook, *, browser, options: calls.append((Path(notebook), browser, *options)),
    )
    return calls


def porfse(*args):
    return CliRunner().invoke(app, ["explore", *map(str, args)])


def parameters(path):
    cell = next(
        cell
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    )
    values = {}
    exec("".join(cell["source"]), values)
    return {name: values[name] for name in ("programme", "cutoff", "lang")}


def change(path, text="my_own = 1"):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][-1]["source"] = [text]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_the_command_copies_the_notebooks_and_opens_the_folder(tmp_path, started, monkeypatch, copy_of_bundled):
    monkeypatch.chdir(tmp_path)
    hostile = copy_of_bundled.rename(tmp_path / "my \"programme\" '1'")
    run = porfse(hostile.name, "--no-browser")
    assert run.exit_code == 0, run.stderr
    to = tmp_path / "porfse-notebooks"
    assert {path.name for path in to.glob("*.ipynb")} == {
        path.name for path in resources.notebooks_folder().glob("*.ipynb")
    }
    assert parameters(to / "explore.ipynb") == {"programme": str(hostile), "cutoff": "", "lang": "it"}
    assert started == [(to / "explore.ipynb", False)]
    assert parameters(NOTEBOOK)["programme"] == ""
    # another folder, and then the bundled one again
    shutil.copytree(hostile, tmp_path / "other")
    assert porfse("other").exit_code == 0
    assert parameters(to / "explore.ipynb")["programme"] == str(tmp_path / "other")
    assert porfse().exit_code == 0
    assert parameters(to / "explore.ipynb")["programme"] == ""


def test_a_changed_notebook_is_kept_and_an_old_copy_renewed(tmp_path, started):
    to = tmp_path / "mine"
    assert porfse("--to", to).exit_code == 0
    change(to / "explore.ipynb")
    mine = (to / "explore.ipynb").read_bytes()
    # a copy of an older version, as it was copied then
    change(to / "performance_review.ipynb", "old = True")
    record = json.loads((to / jupyterlab_module.RECORD).read_text(encoding="utf-8"))
    record["performance_review.ipynb"] = jupyterlab_module._digest_of(to / "performance_review.ipynb")
    (to / jupyterlab_module.RECORD).write_text(json.dumps(record), encoding="utf-8")
    # something else altogether, and one that was run
    (to / "compare_cutoffs.ipynb").write_text("notes", encoding="utf-8")
    ran = json.loads((to / "programme_report.ipynb").read_text(encoding="utf-8"))
    ran["cells"][1]["execution_count"] = 7
    (to / "programme_report.ipynb").write_text(json.dumps(ran), encoding="utf-8")
    run = porfse("--to", to, resources.bundled())
    assert run.exit_code == 0
    assert f"written to {to}: performance_review.ipynb\n" in run.stderr
    assert "explore.ipynb: you have changed it" in run.stderr
    assert "compare_cutoffs.ipynb: you have changed it" in run.stderr
    assert (to / "explore.ipynb").read_bytes() == mine
    assert (to / "compare_cutoffs.ipynb").read_text(encoding="utf-8") == "notes"
    assert "old = True" not in (to / "performance_review.ipynb").read_text(encoding="utf-8")
    assert json.loads((to / "programme_report.ipynb").read_text(encoding="utf-8")) == ran


def test_a_wrong_call_ends_with_2_and_starts_nothing(tmp_path, started, monkeypatch):
    to = tmp_path / "to"
    run = porfse(tmp_path / "nowhere", "--to", to)
    assert (run.exit_code, to.exists()) == (2, False)
    assert "is not a folder" in run.stderr
    run = porfse(tmp_path, "--to", to)
    assert (run.exit_code, to.exists()) == (2, False)
    assert "datapackage.json" in run.stderr
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = porfse("--to", tmp_path / "file")
    assert run.exit_code == 2
    assert "--to" in run.stderr
    run = porfse("--to", resources.notebooks_folder())
    assert run.exit_code == 2
    assert "name another folder" in run.stderr
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    monkeypatch.setattr(
        jupyterlab_module.importlib.util, "find_spec", lambda name: None if name == "jupyterlab" else object()
    )
    run = porfse("--to", to)
    assert (run.exit_code, to.exists()) == (2, False)
    assert "pip install 'porfse_analysis[explore]'" in run.stderr
    assert started == []


def test_the_command_passes_on_where_to_listen(tmp_path, started):
    assert porfse("--to", tmp_path, "--port", "8123", "--ip", "0.0.0.0", "--allow-root").exit_code == 0
    assert started == [
        (tmp_path / "explore.ipynb", True, "--ServerApp.port=8123", "--ServerApp.ip=0.0.0.0", "--allow-root")
    ]
    assert porfse("--to", tmp_path, "--port", "0").exit_code == 2


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by their environment")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_command_told_to_end_leaves_no_process(tmp_path, number, code):
    """A stand-in for JupyterLab that would go on for ever, in the place of the module of that name."""
    (tmp_path / "jupyterlab.py").write_text("import time\nprint('up', flush=True)\ntime.sleep(600)\n")
    mark = f"explore-{tmp_path.name}-{number}"
    environment = {**os.environ, "MARK": mark, "PYTHONPATH": str(tmp_path)}
    script = (
        "from pathlib import Path\nfrom porfse_analysis.explore.jupyterlab import start_jupyterlab\n"
        "try:\n    start_jupyterlab(Path('explore.ipynb').resolve())\n"
        "except KeyboardInterrupt:\n    raise SystemExit(130)\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        assert process.wait(60) == code
    left = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            left += [path] if f"MARK={mark}".encode() in path.read_bytes() else []
    assert left == []


class Child:
    """A process that ends with `code`, or waits until it is ended."""

    def __init__(self, code):
        self.code, self.calls = code, []

    def __call__(self, command, cwd):
        self.command, self.cwd = command, cwd
        return self

    def wait(self, timeout=None):
        self.calls.append("wait")
        if self.code is None and timeout is None:
            raise KeyboardInterrupt
        if self.code is None and "terminate" not in self.calls:
            raise subprocess.TimeoutExpired("jupyterlab", timeout)
        return self.code

    def terminate(self):
        self.calls.append("terminate")

    def kill(self):
        self.calls.append("kill")


@pytest.mark.parametrize(("code", "exit_code"), [(0, 0), (1, 1), (None, 130)])
def test_the_command_ends_as_jupyterlab_does(tmp_path, monkeypatch, code, exit_code):
    child = Child(code)
    monkeypatch.setattr(jupyterlab_module.subprocess, "Popen", child)
    run = porfse("--to", tmp_path, "--no-browser")
    assert run.exit_code == exit_code
    assert child.command[:3] == [sys.executable, "-m", "jupyterlab"]
    # the address that is printed opens the notebook
    assert "--LabApp.default_url=/lab/tree/explore.ipynb" in child.command
    assert "--no-browser" in child.command
    assert child.cwd == tmp_path
    if code is None:
        assert child.calls == ["wait", "wait", "terminate", "wait"]


def test_help_shows_an_example():
    run = porfse("--help")
    assert run.exit_code == 0
    assert "Example: porfse explore" in run.stdout


# in the browser ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def jupyterlab(folder):
    """`porfse explore` as a user starts it, on a port and in folders of its own; Ctrl-C ends it. Gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings, token, log = folder / "settings", "porfse-test", folder / "log"
    settings.mkdir(parents=True)
    # no question about news in the way
    news = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false"}', encoding="utf-8")
    config = {"ServerApp": {"allow_root": True, "root_dir": str(folder / "work"), "port_retries": 0}}
    (settings / "jupyter_server_config.json").write_text(json.dumps(config), encoding="utf-8")
    own = {f"JUPYTER_{name}_DIR": str(settings) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"HOME": str(folder), "JUPYTER_PORT": str(port), "JUPYTER_TOKEN": token, "IPYTHONDIR": str(settings)}
    own["JUPYTERLAB_SETTINGS_DIR"] = own["JUPYTERLAB_WORKSPACES_DIR"] = str(settings)
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "porfse_analysis.cli", "explore", "--no-browser", "--to", folder / "work"],
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 30
            while "is running at" not in log.read_text(encoding="utf-8"):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/lab/tree/explore.ipynb?token={token}"
            # as a terminal does: everything in it is told
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            # nothing of it may live on, whatever failed; the kernels are children of its own
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.mark.browser
@pytest.mark.slow
def test_in_jupyterlab_a_date_is_chosen_and_its_figures_appear(tmp_path):
    from playwright.sync_api import expect, sync_playwright

    with jupyterlab(tmp_path) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            page = browser.new_page(viewport={"width": 1400, "height": 1100})
            page.goto(address)
            page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=30_000)
            # run before the kernel is there, it would ask for one
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=30_000)
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            view = page.locator(".jp-OutputArea .widget-vbox").first
            cutoff = view.get_by_label("Data di riferimento")
            cutoff.wait_for(timeout=30_000)
            view.get_by_label("Stadio", exact=True).select_option(label="Costo ammesso")
            view.get_by_label("Asse", exact=True).select_option(label="I · Occupazione")
            expect(view.locator("#table-explored")).to_contain_text("290.131.389,75")
            cutoff.select_option(label="31 dicembre 2018")
            # finance.csv: I, 2018-12-31, selected, of the Commission
            expect(view.locator("#table-explored")).to_contain_text("133.615.344,12")
            expect(view.locator("#table-explored")).not_to_contain_text("290.131.389,75")
            expect(view.locator("figure")).to_have_count(1)
            expect(view.locator("h2")).to_have_count(1)
        finally:
            browser.close()


@pytest.mark.parametrize("part", ["key_numbers", "progress_by_axis", "explored"])
def test_whatever_fails_no_figure_of_another_date_stays(part, monkeypatch):
    explorer = view(lang="en")
    assert explorer.head.value
    assert not explorer.csv.disabled

    def fail(*_args, **_more):
        raise ValueError("no such luck")

    where = {"key_numbers": view_module.blocks, "progress_by_axis": view_module.tables}
    monkeypatch.setattr(where.get(part, view_module), part, fail)
    explorer.cutoff.value = "2018-09-30"
    assert (explorer.head.value, explorer.rows.value, explorer.overview.value) == ("", "", "")
    assert "cannot be shown" in explorer.message.value
    assert "ValueError: no such luck" in explorer.message.value
    assert explorer.csv.disabled
    assert explorer.xlsx.disabled
    assert explorer.report is None
    monkeypatch.undo()
    explorer.cutoff.value = "2022-06-30"
    assert "897.59" in explorer.head.value
    assert explorer.message.value == ""


def test_stage_and_axis_govern_all_that_is_shown():
    explorer = view(lang="en", cutoff="2018-09-30")
    assert "€" in words(explorer.head)
    assert 'id="table-progress-by-axis"' in explorer.overview.value
    explorer.stage.value, explorer.axis.value = "selected", "I"
    assert [table.name for table in explorer.shown] == ["explored", "series"]
    assert "€" not in words(explorer.head)
    assert 'id="table-progress-by-axis"' not in explorer.overview.value
    assert explorer.overview.value.count("<figure") == 1
    assert "Over time, up to 30/09/2018: Selected cost, I" in words(explorer.overview)
    explorer.axis.value = EVERY
    assert explorer.overview.value.count("<figure") == 0
    explorer.stage.value, explorer.axis.value = EVERY, ALL
    assert 'id="table-progress-by-axis"' in explorer.overview.value


@pytest.mark.long
def test_the_series_has_every_figure_of_the_axis_up_to_the_date(bundled, reports):
    finance = bundled.finance
    mine = finance[(finance["axis"] == "I") & (finance["stage"] == "selected") & (finance["cutoff"] <= "2018-09-30")]
    rows = series_rows(reports(bundled, cutoff="2018-09-30"), stage="selected", axis="I")
    assert rows["indicator"].unique().tolist() == ["selection_rate"]
    assert rows["data_date"].tolist() == sorted(mine["cutoff"].unique())
    # nothing selected at the end of 2014 of an allocation of 358 million
    assert (rows["numerator"].iloc[0], rows["denominator"].iloc[0], rows["value"].iloc[0]) == (0, 358e6, 0)
    people = series_rows(reports(bundled, cutoff="2018-12-31"), stage="participants", axis=ALL)
    # 300,656 people at the end of 2018, 187,716 a year before
    reached = people[people["indicator"] == "participants"].set_index("data_date")["value"]
    assert reached[pd.Timestamp("2018-12-31")] == 300656
    assert reached[pd.Timestamp("2017-12-31")] == 187716
