"""A notebook of one's own: whatever JupyterLab shows stands on the page, whichever engine runs it."""

import json
import re

import pytest
from batch_tools import RECORDS, notebook, porfse_alone, without_timings

from porfse_analysis import ParameterError, load_programme
from porfse_analysis.cli import paired
from porfse_analysis.cli.pages import _pair
from porfse_analysis.reports.fingerprint import of_run
from porfse_analysis.reports.outputs import with_anchors
from porfse_analysis.reports.plan import Run, make_plan
from porfse_analysis.reports.run import execute

pytestmark = pytest.mark.long

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


# what a stranger writes

STRANGER = (
    ("markdown", "The first title\n===============\n\nSome text."),
    (
        "code",
        "import pandas as pd\nimport matplotlib.pyplot as plt\nimport porfse_analysis as pf\np = pf.load_programme()",
    ),
    ("markdown", "## Rates"),
    ("code", "rates = pf.all_indicators(p, names='declaration_rate', by='axis', fresh=True)\npf.wide(rates)"),
    ("code", "pf.wide(rates).T.plot()"),
    ("markdown", "Method\n------\n\n## Rates\n\n# A second title"),
    ("code", "pf.plot.rates(pf.financial_progress(p, cutoff='2018-12-31'), lang=lang)"),
    ("code", "pf.figure(pd.Series([1, 3, 2]).plot(), alt='Up and down')"),
    ("code", "pf.show(pd.DataFrame({'year': [2018], 'amount': [1234567.5]}))"),
    ("code", "plt.hist([1, 2, 2])"),
)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """Engine -> the page and its folder, of a notebook that says nothing of its kernel."""
    folder = tmp_path_factory.mktemp("stranger")
    path = notebook(folder / "mine.ipynb")
    made = json.loads(path.read_text(encoding="utf-8"))
    made["metadata"] = {}
    for place, (kind, source) in enumerate(STRANGER):
        cell = {"cell_type": kind, "id": f"s{place}", "metadata": {}, "source": source}
        made["cells"].append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    path.write_text(json.dumps(made), encoding="utf-8")
    found = {}
    for which in ("warm", "kernel"):
        run = Run(path, "", "2018-12-31", "it", folder / which)
        assert execute(run, which).reason == ""
        found[which] = run.page.read_text(encoding="utf-8"), run.page.parent / "mine_files"
    return found


def test_its_page_is_the_same_on_both_engines(stranger):
    assert stranger["warm"][0] == stranger["kernel"][0]
    files = [sorted(file.name for file in folder.iterdir()) for _, folder in stranger.values()]
    assert files == [["mine.xlsx", "tabella-1.csv", "tabella-2.csv"]] * 2


def test_its_headings_are_in_the_contents_each_with_an_id_of_its_own(stranger):
    page, _ = stranger["warm"]
    assert "<title>2018-12-31 · The first title</title>" in page
    contents = page.partition('class="pf-contents"')[2].partition("</nav>")[0]
    assert re.findall(r'<a href="#([^"]*)">([^<]*)</a>', contents) == [
        *(("Rates", "Rates"), ("Method", "Method"), ("Rates-2", "Rates"), ("A-second-title", "A second title")),
        ("downloads", "Da scaricare"),
    ]
    named = re.findall(r'\sid="([^"]*)"', page)
    assert len(named) == len(set(named))
    assert {"The-first-title", "Rates", "Method", "Rates-2", "A-second-title"} <= set(named)
    assert "¶" not in page
    assert "anchor-link" not in page.partition("<main")[2]


def test_its_pictures_say_what_they_show(stranger):
    page, _ = stranger["warm"]
    said = re.findall(r'<img[^>]*alt="([^"]*)"', page)
    none = "Figura {} di questa pagina: l'autore non ne ha dato una descrizione."
    assert len(said) == page.count("<img") == 4
    assert said[0] == none.format(1)
    plain = said[1].replace("\N{NO-BREAK SPACE}", " ")
    assert plain.startswith("Barre per asse, dotazione in milioni di euro e percentuali della dotazione. asse I: ")
    assert said[2] == "Up and down"
    assert said[3] == none.format(3)
    # what the drawing commands give back is none for readers
    assert "Axes:" not in page
    assert "BarContainer" not in page


def test_its_tables_are_in_the_language_of_the_page_and_among_the_files(stranger):
    page, folder = stranger["warm"]
    # 122,136,070.10 of 358,000,000 declared in axis I at the end of 2018
    assert '<th scope="row">I</th>' in page
    assert "0,341162" in page
    assert "0.341162" not in page
    assert "1.234.567,5" in page
    assert "2.018" not in page
    header, first = (folder / "tabella-1.csv").read_text(encoding="utf-8-sig").splitlines()[:2]
    assert header.startswith("axis,2014-12-31,2015-12-31,")
    assert str(122_136_070.10 / 358_000_000) in first.split(",")
    assert (folder / "tabella-2.csv").read_text(encoding="utf-8-sig") == "year,amount\n2018,1234567.5\n"
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(folder / "mine.xlsx")
    assert book.sheetnames[:2] == ["Tabella 1", "Tabella 2"]
    assert [cell.value for cell in book["Tabella 2"][4]] == [2018, 1234567.5]


def test_an_id_that_is_alone_among_headings_stays():
    """Other pages lead to the sections of the reports, whose tables may be called alike."""
    section = '<h2 id="changes">Changes</h2><table id="changes"></table>'
    assert with_anchors(section) == section
    assert with_anchors("<h2>A &amp; <em>b</em></h2><h3>A &amp; b</h3>") == (
        '<h2 id="A-&amp;-b">A &amp; <em>b</em></h2><h3 id="A-&amp;-b-2">A &amp; b</h3>'
    )
    two = '<figure class="f" id="figure-own">1</figure><figure class="f" id="figure-own">2</figure>'
    assert with_anchors(two) == two.replace('own">2', 'own-2">2')
    # of the page itself is the section of the files
    assert with_anchors("<h2>downloads</h2>") == '<h2 id="downloads-2">downloads</h2>'


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
