"""Indicators and reports for programmes of the European Social Fund.

The public names are those of `__init__.pyi`. Each loads what it needs when it is first used, so that a command that
needs none of them starts at once.
"""

import sys

from lazy_loader import attach_stub

_public, _, __all__ = attach_stub(__name__, __file__)
del attach_stub, _


def __getattr__(name: str) -> object:
    if name == "__version__":
        # a tenth of what importing pandas takes, and hardly anybody asks
        from importlib.metadata import version

        return version("porfse_analysis")
    return _public(name)


def __dir__() -> list[str]:
    return sorted(__all__)


def _show_in_notebook() -> None:
    """Where this is imported in IPython: its results are shown with their values first (`display.notebook`)."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        from porfse_analysis.display.notebook import register

        register(shell)


_show_in_notebook()
