"""What to run: one `Run` per notebook, reporting date and language, checked before anything is written."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from porfse_analysis import resources
from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import LANGUAGES, check_language

if TYPE_CHECKING:
    from porfse_analysis.programme import Dated

__all__ = ["REPORT_NOTEBOOKS", "Run", "find_notebook", "make_plan", "notebook_parameters"]

REPORT_NOTEBOOKS = ("programme_report", "performance_review", "information_sheet")
"""The notebooks `porfse report` runs unless others are named."""

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

    @property
    def name(self) -> str:
        """The name of the notebook, without ending."""
        return self.notebook.stem

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
    def executed(self) -> Path:
        """Where the executed notebook goes."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def parameters(self) -> dict[str, str]:
        """What the notebook is given."""
        return {"programme": self.programme, "cutoff": self.cutoff, "lang": self.lang}


def make_plan(
    programme: Dated,
    *,
    folder: str = "",
    cutoffs: Sequence[str] = (),
    notebooks: Sequence[str] = (),
    languages: Sequence[str] = ("it",),
    out: Path = Path("reports"),
) -> list[Run]:
    """The runs asked for: every reporting date and every report notebook unless some are named.

    Raises `ParameterError` for a date the programme has no figures of, a language or notebook that does not exist, a
    notebook that does not take the three parameters.
    """
    dates = [_known(programme, cutoff) for cutoff in cutoffs] or programme.cutoffs
    found = [find_notebook(name) for name in notebooks or REPORT_NOTEBOOKS]
    for notebook in found:
        known = notebook_parameters(notebook)
        missing = [name for name in _NEEDED if name not in known]
        if missing:
            raise ParameterError(
                f"{notebook.name}: its parameters cell lacks {', '.join(missing)}; it has {', '.join(known) or 'none'}"
            )
    names = [notebook.stem for notebook in found]
    twice = {name for name in names if names.count(name) > 1 and len(set(found)) > 1}
    if twice:
        raise ParameterError(f"two notebooks are called {', '.join(sorted(twice))}; their pages would be one")
    return [
        Run(notebook, folder, date, lang, (out if lang == LANGUAGES[0] else out / lang) / date)
        for lang in dict.fromkeys(check_language(lang) for lang in languages)
        for date in dict.fromkeys(dates)
        for notebook in dict.fromkeys(found)
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


def notebook_parameters(notebook: Path) -> list[str]:
    """The names assigned in the cell tagged `parameters`."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
        tree = ast.parse("".join(tagged[0]["source"])) if tagged else ast.parse("")
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise ParameterError(f"{notebook}: is not a notebook that can be read ({error})") from error
    names: list[str] = []
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names
