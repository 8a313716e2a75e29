"""Indicators and reports for programmes of the European Social Fund.

The public names are those of `__init__.pyi`. Each loads what it needs when it is first used, so that a command that
needs none of them starts at once.
"""

from lazy_loader import attach_stub

__version__ = "0.1.0"

__getattr__, _, __all__ = attach_stub(__name__, __file__)
del attach_stub, _


def __dir__() -> list[str]:
    return sorted(__all__)
