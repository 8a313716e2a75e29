"""The examples in the docstrings of the package give what they say (also: pytest --doctest-modules porfse_analysis)."""

import doctest
import importlib
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import porfse_analysis

PACKAGE = Path(porfse_analysis.__file__).parent
WITH_EXAMPLES = sorted(path for path in PACKAGE.rglob("*.py") if "\n    >>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_examples_give_what_they_say(path, bundled, monkeypatch):
    # most of them begin with it; how it is read, its own example shows
    if path.parts[-2:] != ("loaders", "folder.py"):
        read = porfse_analysis.load_programme
        monkeypatch.setattr(porfse_analysis, "load_programme", lambda *given: read(*given) if given else bundled)
    module = importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    tried = doctest.testmod(module)
    plt.close("all")
    assert tried.attempted > 0
    assert tried.failed == 0  # what was expected and what came out is in the captured output
