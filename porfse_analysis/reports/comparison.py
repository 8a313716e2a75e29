"""Comparisons as pages: the runs of a notebook about several programmes, which is given all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import LANGUAGES
from porfse_analysis.reports.plan import Run, find_notebook, notebook_parameters, typed_parameter
from porfse_analysis.reports.request import Request

__all__ = ["is_comparison", "plan_comparison"]

_FILES = ("finance", "indicators")


def is_comparison(notebooks: Sequence[str]) -> bool:
    """Whether one of the notebooks is about several programmes: it takes `folders`, and no `programme`.

    Raises `ParameterError` as `find_notebook` does, and when others are asked for beside it.
    """
    found = [find_notebook(name) for name in notebooks]
    several = [notebook for notebook in found if _of_several(notebook_parameters(notebook))]
    if several and len(found) > len(several):
        others = ", ".join(notebook.stem for notebook in found if notebook not in several)
        raise ParameterError(f"{several[0].stem} is about several programmes, {others} about one: make them one by one")
    return bool(several)


def plan_comparison(request: Request, folders: Sequence[str]) -> list[Run]:
    """The runs of a comparison: one per notebook, date and language; the first of `folders` is the one highlighted.

    Without a date it is the last one of the first programme, or the one the notebook has. Raises `ParameterError`
    when there is nothing to compare, and as `make_plan` does; `DataError` for a folder that cannot be read.
    """
    given = dict(request.parameters)
    own = _checked(folders, given)
    runs = []
    for notebook in dict.fromkeys(map(find_notebook, request.notebooks)):
        known = notebook_parameters(notebook)
        more = tuple((name, typed_parameter(notebook, name, value, known)) for name, value in request.parameters)
        for lang in dict.fromkeys(request.languages):
            home = request.out if lang == LANGUAGES[0] else request.out / lang
            index = "../index.html" if (home / "index.html").is_file() else ""
            runs += [
                Run(notebook, "", date, lang, home / date, more, tuple(folders), index, request.docx)
                for date in dict.fromkeys(request.cutoffs or [own or str(known.get("cutoff"))])
            ]
    return runs


def _of_several(known: dict[str, object]) -> bool:
    return "folders" in known and "programme" not in known


def _checked(folders: Sequence[str], given: dict[str, str]) -> str:
    """The last date of the first programme, "" where the programmes are of a table; refuses what is none."""
    if "folders" in given:
        raise ParameterError("parameter folders: name the folders of the programmes after porfse report")
    if folders and "finance" in given:
        raise ParameterError("compare folders of programmes, or those of the Commission's table (-p finance FILE)")
    if not folders and not given.get("finance"):
        raise ParameterError(
            "nothing to compare: name two or more programme folders, the first is highlighted; or give the "
            "Commission's tables: -p finance FILE -p indicators FILE"
        )
    for name in _FILES:
        if given.get(name) and not Path(given[name]).is_file():
            raise ParameterError(f"-p {name} {given[name]}: there is no such file")
    if not folders:
        return ""
    if len(folders) == 1:
        raise ParameterError(f"{folders[0]} alone compares with nothing: name the other programme folders after it")
    # faults of a folder are told before anything is run
    from porfse_analysis.loaders.folder import load_programmes

    own = load_programmes(folders)[0]
    return own.cutoffs[-1]
