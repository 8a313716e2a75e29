"""What to run: one `Run` per notebook, reporting date and language, checked before anything is written."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from porfse_analysis import resources
from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import LANGUAGES, check_language

if TYPE_CHECKING:
    from porfse_analysis.programme import Dated

__all__ = [
    "PROJECTS",
    "RECORDS",
    "REPORT_NOTEBOOKS",
    "Run",
    "find_notebook",
    "make_plan",
    "notebook_parameters",
    "typed_parameter",
]

REPORT_NOTEBOOKS = ("programme_report", "performance_review", "information_sheet")
"""The notebooks `porfse report` runs unless others are named."""

PROJECTS = "projects"
"""The notebook run besides, at the last date, for a folder that holds `RECORDS`."""

RECORDS = "records.zip"

_NEEDED = ("programme", "cutoff", "lang")


@dataclass(frozen=True)
class Run:
    """One notebook at one reporting date in one language.

    `programme` is the folder as the user named it ("" for the bundled one); `folder` is where its page goes.
    """

    notebook: Path
    programme: str
    cutoff: str
    lang: str
    folder: Path
    more: tuple[tuple[str, bool | int | float | str], ...] = ()
    """Parameters of the notebook's own, with their values."""
    folders: tuple[str, ...] | None = None
    """The programme folders of a notebook about several; None: it is about one."""
    home: str = "../index.html"
    """The address of the index of all pages, relative to the page; "" where there is none."""
    docx: bool = False
    """Whether its page is a document of Word too."""

    @property
    def name(self) -> str:
        """The name of the notebook, without ending."""
        return self.notebook.stem

    @property
    def own(self) -> bool:
        """Whether its notebook is one of the package: it sees its programme through `open_report`, up to the date."""
        return self.notebook.resolve().parent == resources.notebooks_folder().resolve()

    @property
    def key(self) -> str:
        """The run among those of its programme."""
        return f"{self.lang}/{self.cutoff}/{self.name}"

    @property
    def label(self) -> str:
        """How the run is called on screen."""
        return f"{self.name} {self.cutoff} {self.lang}"

    @property
    def page(self) -> Path:
        """Where the rendered page goes."""
        return self.folder / f"{self.name}.html"

    @property
    def documents(self) -> tuple[Path, ...]:
        """Where the page goes as a document: as PDF, and for Word where that is asked for."""
        return tuple(self.folder / f"{self.name}.{kind}" for kind in ("pdf", *(("docx",) if self.docx else ())))

    @property
    def executed(self) -> Path:
        """Where the executed notebook goes."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def parameters(self) -> dict[str, bool | int | float | str | list[str]]:
        """What the notebook is given."""
        about = {"programme": self.programme} if self.folders is None else {"folders": list(self.folders)}
        return {**about, "cutoff": self.cutoff, "lang": self.lang, **dict(self.more)}


def make_plan(
    programme: Dated,
    *,
    folder: str = "",
    cutoffs: Sequence[str] = (),
    notebooks: Sequence[str] = (),
    languages: Sequence[str] = ("it",),
    out: Path = Path("reports"),
    parameters: Sequence[tuple[str, str]] = (),
    docx: bool = False,
) -> list[Run]:
    """The runs asked for: every reporting date and every report notebook unless some are named.

    `parameters`: names and values for parameters of the notebooks' own, each of the type of its default. `docx`: every
    page for Word too.

    Raises `ParameterError` for a date the programme has no figures of, a language or notebook that does not exist, a
    notebook that does not take the three parameters, or one that has no parameter of a name given.
    """
    dates = [_known(programme, cutoff) for cutoff in cutoffs] or programme.cutoffs
    with_records = not notebooks and folder != "" and (Path(folder) / RECORDS).is_file()
    found = [find_notebook(name) for name in notebooks or (*REPORT_NOTEBOOKS, *([PROJECTS] if with_records else []))]
    more = {}
    for notebook in found:
        known = notebook_parameters(notebook)
        missing = [name for name in _NEEDED if name not in known]
        if missing:
            raise ParameterError(
                f"{notebook.name}: its parameters cell lacks {', '.join(missing)}; it has {', '.join(known) or 'none'}"
            )
        more[notebook] = tuple((name, typed_parameter(notebook, name, value, known)) for name, value in parameters)
    names = [notebook.stem for notebook in found]
    twice = {name for name in names if names.count(name) > 1 and len(set(found)) > 1}
    if twice:
        raise ParameterError(f"two notebooks are called {', '.join(sorted(twice))}; their pages would be one")
    return [
        Run(
            notebook,
            folder,
            date,
            lang,
            (out if lang == LANGUAGES[0] else out / lang) / date,
            more[notebook],
            docx=docx,
        )
        for lang in dict.fromkeys(check_language(lang) for lang in languages)
        for date in dict.fromkeys(dates)
        for notebook in dict.fromkeys(found)
        if not (with_records and notebook.stem == PROJECTS and date != programme.cutoffs[-1])
    ]


def _known(programme: Dated, cutoff: str) -> str:
    if cutoff in programme.cutoffs:
        return cutoff
    # what is wrong with it is told by those who know dates; importing them takes a while
    from porfse_analysis.display.report import known_cutoff

    return known_cutoff(programme, cutoff).date().isoformat()


def find_notebook(name: str) -> Path:
    """The notebook called `name`: one of the package, or a path to a .ipynb file."""
    shipped = resources.notebooks_folder() / f"{name}.ipynb"
    path = Path(name)
    if path.suffix == ".ipynb":
        if path.is_file():
            return path
        raise ParameterError(f"notebook {name!r}: there is no such file")
    if path.name == name and shipped.is_file():
        return shipped
    known = sorted(item.stem for item in resources.notebooks_folder().glob("*.ipynb"))
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ParameterError(f"notebook {name!r} is neither one of {', '.join(known)} nor a .ipynb file{hint}")


def typed_parameter(notebook: Path, name: str, value: str, known: Mapping[str, object]) -> bool | int | float | str:
    """A value given for a parameter, of the type of the parameter's default."""
    if name in _NEEDED:
        raise ParameterError(f"parameter {name}: name the programme by its folder, the date by --cutoff, or use --lang")
    if name not in known:
        raise ParameterError(f"{notebook.name} has no parameter {name!r}; it has {', '.join(known)}")
    default = known[name]
    if not isinstance(default, bool | int | float):
        return value
    kinds = {bool: "True or False", int: "a whole number", float: "a number"}
    try:
        return {"true": True, "false": False}[value.lower()] if isinstance(default, bool) else type(default)(value)
    except (KeyError, ValueError):
        raise ParameterError(f"{notebook.name}: parameter {name} is {kinds[type(default)]}, not {value!r}") from None


def notebook_parameters(notebook: Path) -> dict[str, object]:
    """The names assigned in the cell tagged `parameters`, with their values (None: not a plain one)."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        cells = content["cells"]
        if language := _other_language(content):
            raise ParameterError(f"{notebook}: its kernel is {language}; reports are made of notebooks in Python")
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
        tree = ast.parse("".join(tagged[0]["source"])) if tagged else ast.parse("")
    except (ValueError, KeyError, TypeError, SyntaxError, AttributeError, RecursionError, OSError) as error:
        raise ParameterError(f"{notebook}: is not a notebook that can be read ({error})") from error
    names: dict[str, object] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = node.value.value if isinstance(node.value, ast.Constant) else None
        names |= {target.id: value for target in targets if isinstance(target, ast.Name)}
    return names


def _other_language(content: Mapping[str, Any]) -> str:
    """The language of a notebook that is not in Python; "" where it is, or does not say."""
    metadata = content.get("metadata") or {}
    kernel = metadata.get("kernelspec") or {}
    name = str(kernel.get("name") or "")
    # kernels of R and Julia whose notebooks say nothing but the name
    named = {"ir": "R"}.get(name, "Julia" if name.startswith("julia") else "")
    said = str(kernel.get("language") or (metadata.get("language_info") or {}).get("name") or named)
    return "" if said.lower() in ("", "python", "ipython") else str(kernel.get("display_name") or said)
