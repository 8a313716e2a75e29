"""A notebook of one's own: whatever JupyterLab shows stands on the page, whichever engine runs it."""

import json
import re

import pytest
from batch_tools import RECORDS, notebook, porfse_alone, without_timings

from porfse_analysis import ParameterError, load_programme
from porfse_analysis.cli import paired
from porfse_analysis.cli.pages import _pair
from porfse_analysis.reports.fingerprint import of_run
from porfse_analysis.reports.plan import Run, make_plan
from porfse_analysis.reports.run import execute

engine = pytest.importorskip("porfse_analysis.reports.kernels.engine")

ORDINARY = {
    "pandas": "import pandas as pd\npd.DataFrame({'a': [1, 3, 2]}).plot()",
    "show": "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()",
    "last": "from matplotlib.figure import Figure\nown = Figure()\nown.subplots().plot([1, 2])\nown",
    "rich": "from IPython.display import HTML, Markdown, display\ndisplay(Markdown('## Own words'), HTML('<b>y</b>'))",
    "widget": "import ipywidgets\nipywidgets.IntSlider(value=3)",
    "warning": "import warnings\nwarnings.warn('careful')",
    "stderr": "import sys\nprint('to stderr', file=sys.stderr)",
    "progress": "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    pass",
    "magic": "%matplotlib inline\nplt.plot([1, 2]);",
    "capture": "%%capture kept\nprint('hidden')",
    "captured": "kept.stdout",
    "async": "import asyncio\nawait asyncio.sleep(0.001)\n'done'",
    "svg": "%config InlineBackend.figure_formats = ['svg']\nplt.plot([1, 3]);",
    "backend": "import matplotlib\nmatplotlib.get_backend()",
    "environment": "import os\nsorted(os.environ)",
}
DRAWN = ("pandas", "show", "last", "magic", "svg")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Engine -> the outputs of each cell, and the page; under a shell that prefers another backend."""
    folder = tmp_path_factory.mktemp("own")
    path = notebook(folder / "own.ipynb", *ORDINARY.values(), RECORDS)
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "nonsense")
        for which in ("warm", "kernel"):
            run = Run(path, "", "2018-09-30", "it", folder / which)
            assert execute(run, which).reason == ""
            cells = without_timings(run.executed)["cells"][2:]  # after the parameters, given and injected
            text = json.dumps([cell["outputs"] for cell in cells])
            # a file of the kernel's process, a widget's random name, clip paths of a drawing, the time of drawing
            chance = r"ipykernel_\d+/\d+|[0-9a-f]{32}|p[0-9a-f]{10}|m[0-9a-f]{10}|<dc:date>[^<]*"
            outputs = json.loads(re.sub(chance, "chance", text))
            found[which] = dict(zip(ORDINARY, outputs, strict=False)), run.page.read_text(encoding="utf-8")
    return found


@pytest.mark.skipif(not engine.CAN_FORK, reason="processes cannot be forked here")
@pytest.mark.parametrize("name", ORDINARY)
def test_a_cell_shows_the_same_on_both_engines(name, made):
    assert made["warm"][0][name] == made["kernel"][0][name]


@pytest.mark.parametrize("which", ["warm", "kernel"])
def test_whatever_is_drawn_stands_in_the_notebook_and_on_the_page(which, made):
    outputs, page = made[which]
    for name in DRAWN:
        kinds = {kind for output in outputs[name] for kind in output.get("data", {})}
        assert kinds & {"image/png", "image/svg+xml"}, name
    assert page.count("data:image/") + page.count("<svg") >= len(DRAWN)
    assert 'id="Own-words"' in page
    assert "¶" not in page
    # the shell's own backend had no say
    assert outputs["backend"][0]["data"]["text/plain"] == ["'inline'"]
    # what is for the author alone is not on the page
    assert "to stderr" not in page
    assert "careful" not in page


# parameters of one's own

PARAMETERS = "compare_to = ''\nshare = 0.5\nmany: int = 3\nshown = True\nplace = None"


@pytest.fixture
def mine(tmp_path):
    path = notebook(tmp_path / "mine.ipynb", "compare_to, share, many, shown, place")
    text = json.loads(path.read_text(encoding="utf-8"))
    text["cells"][0]["source"] += "\n" + PARAMETERS
    path.write_text(json.dumps(text), encoding="utf-8")
    return path


def planned(path, *parameters):
    (run,) = make_plan(load_programme(), cutoffs=["2018-09-30"], notebooks=[str(path)], parameters=parameters)
    return run


def test_a_parameter_has_the_type_of_its_default(mine):
    given = [("compare_to", "2017"), ("share", "0.25"), ("many", "7"), ("shown", "false"), ("place", "x")]
    run = planned(mine, *given)
    told = {"programme": "", "cutoff": "2018-09-30", "lang": "it"}
    assert run.parameters == told | {"compare_to": "2017", "share": 0.25, "many": 7, "shown": False, "place": "x"}
    assert planned(mine).parameters == told
    # another value is another report
    seen = {"2018-09-30": "", "whole": ""}
    kept = [of_run(planned(mine, ("many", value)), seen)["parameters"] for value in ("7", "8", "7")]
    assert kept[0] == kept[2] != kept[1]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("compare_too", "x", "mine.ipynb has no parameter 'compare_too'; it has programme, cutoff, lang, compare_to, "),
        ("many", "7.5", "mine.ipynb: parameter many is a whole number, not '7.5'"),
        ("share", "half", "mine.ipynb: parameter share is a number, not 'half'"),
        ("shown", "si", "mine.ipynb: parameter shown is True or False, not 'si'"),
        ("cutoff", "2018-12-31", "parameter cutoff: name the programme by its folder, the date by --cutoff, or use"),
    ],
)
def test_a_parameter_that_cannot_be_given(mine, name, value, said):
    with pytest.raises(ParameterError) as caught:
        planned(mine, (name, value))
    assert str(caught.value).startswith(said)


def test_parameters_on_the_command_line():
    words = ["report", "-p", "a", "1", "--parameter", "b=2", "-p", "c", "-3", "--out", "x", "-p", "d", "--force"]
    assert paired(words) == [
        *("report", "-p", "a=1", "--parameter", "b=2", "-p", "c=-3", "--out", "x", "-p", "d", "--force")
    ]
    assert _pair("a=b=c") == ("a", "b=c")
    with pytest.raises(ParameterError, match="give a parameter and its value"):
        _pair("d")


def test_what_is_given_reaches_the_notebook(mine, tmp_path):
    said = porfse_alone(
        *("report", "--notebook", mine, "--cutoff", "2018-09-30", "-p", "many", "7", "-p", "shown", "false"),
        *("--out", tmp_path / "out"),
    )
    assert said.returncode == 0, said.stderr
    cells = without_timings(tmp_path / "out" / "2018-09-30" / "mine.ipynb")["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] == ["('', 0.5, 7, False, None)"]


def test_the_comment_of_the_date_stands_on_the_page(tmp_path):
    path = notebook(tmp_path / "own.ipynb", "from IPython.display import Markdown, display\ndisplay(Markdown('# Own'))")
    (tmp_path / "programme" / "comments").mkdir(parents=True)
    (tmp_path / "programme" / "comments" / "2018-09-30.md").write_text("Slow **so far**.", encoding="utf-8")
    run = Run(path, str(tmp_path / "programme"), "2018-09-30", "en", tmp_path / "out")
    assert execute(run, "kernel").reason == ""
    page = run.page.read_text(encoding="utf-8")
    signed = '<p class="pf-comment-by">The evaluator&#39;s comment</p>\n<p>Slow <strong>so far</strong>.</p>'
    assert page.count(signed) == 1
    assert page.index("</h1>") < page.index(signed)
