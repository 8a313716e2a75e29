"""The cells of a notebook in this process: what papermill does, without a process and a kernel for each run."""

from pathlib import Path
from unittest.mock import patch

import nbformat
from IPython.core.formatters import DisplayFormatter

from porfse_analysis import resources


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
