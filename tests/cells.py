"""Notebooks of the package: their cells in this process, and papermill as it is, with a kernel."""

from pathlib import Path
from unittest.mock import patch

import nbformat
from IPython.core.formatters import DisplayFormatter

from porfse_analysis import resources
from porfse_analysis.reports.run import load_papermill


def run_in_kernel(out: Path, **given: object) -> None:
    """Run the notebook that `out` is called after with plain papermill, in a kernel as papermill starts it."""
    load_papermill()
    import papermill

    notebook = resources.notebooks_folder() / out.name
    papermill.execute_notebook(str(notebook), str(out), parameters=given, cwd=str(out.parent), progress_bar=False)


def run_cells(out: Path, **given: str) -> None:
    """Run the notebook that `out` is called after, `given` in place of its parameters, and write it with its outputs.

    What a cell raises is raised.
    """
    notebook = nbformat.read(resources.notebooks_folder() / out.name, as_version=4)
    shown: list[nbformat.NotebookNode] = []
    formatter = DisplayFormatter()

    def display(item: object, raw: bool = False) -> None:
        data, metadata = (item, {}) if raw else formatter.format(item)
        shown.append(nbformat.v4.new_output("display_data", data, metadata=metadata))

    names: dict[str, object] = {}
    with patch("IPython.display.display", display):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                shown = []
                exec(compile(cell.source, out.name, "exec"), names)
                cell.outputs = shown
                if "parameters" in cell.metadata.get("tags", ()):
                    assert given.keys() <= names.keys(), "not a parameter of the notebook"
                    names |= given
    nbformat.write(notebook, out)
