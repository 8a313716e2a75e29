"""Fixtures for tests of batches: one warm process for all that do not kill it."""

import pytest

from porfse_analysis.reports import batch
from porfse_analysis.reports.kernels import warm as kernels
from porfse_analysis.reports.kernels.warm import CAN_FORK, WarmProcess
from porfse_analysis.reports.run import load_papermill

# before a test imports it in the ordinary way, which takes three times as long
load_papermill()


@pytest.fixture(scope="session")
def warm():
    """A warm process that many tests share; None where processes cannot be forked."""
    if not CAN_FORK:
        yield None
        return
    with WarmProcess() as process:
        yield process


class _Lent:
    """A warm process that stays when its user is done with it."""

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        pass


@pytest.fixture
def lent(warm, monkeypatch):
    """Batches of this process, and kernels it forks, come from the shared warm process."""
    if warm is not None:
        monkeypatch.setattr(batch, "WarmProcess", lambda: _Lent(warm))
        monkeypatch.setattr(kernels, "WARM_ADDRESS", warm.address)


@pytest.fixture(scope="session")
def pages(common_folder):
    """`pages.write(out, programme, ...)`: pages, made once for all who ask, those of the room of pages too."""
    from page_maker import Pages, shared_reports

    return Pages(shared_reports(common_folder), common_folder)
