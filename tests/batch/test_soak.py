"""Two hundred runs one after another: what a process holds at the end is what it held after the first ones."""

import tempfile
from pathlib import Path

import pytest
from batch_tools import MONEY, notebook, programme_of

from porfse_analysis.reports import run as running
from porfse_analysis.reports.kernels.warm import CAN_FORK, WarmProcess

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")]

DATE = "2014-12-31"


def held(pid):
    """Open files, and kilobytes of memory, of a process."""
    memory = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return len(list(Path(f"/proc/{pid}/fd").iterdir())), int(memory) * 4


def test_a_soak_of_two_hundred_runs(tmp_path, monkeypatch):
    if not CAN_FORK:
        pytest.skip("needs forks")
    place = tempfile.mkdtemp(dir="/tmp")
    monkeypatch.setattr(tempfile, "tempdir", place)
    monkeypatch.setenv("TMPDIR", place)
    programme = programme_of(tmp_path / "programme", [DATE], MONEY, axis=["I"])
    mine = notebook(tmp_path / "mine.ipynb", "import pandas as pd\npd.DataFrame({'a': range(1000)})")
    seen = []
    with WarmProcess() as warm:
        for count in (20, 180):
            runs = [
                running.Run(mine, str(programme), DATE, "it", tmp_path / f"{count}-{n}" / DATE) for n in range(count)
            ]
            assert all(outcome.ok for outcome in running.run_all(runs, warm=warm))
            left = sorted(path.name for path in Path(place).iterdir())
            seen.append((held("self"), held(warm.process.pid), left))
    (self_before, warm_before, first), (self_after, warm_after, last) = seen
    assert (first, last) == ([warm.folder.path.name], [warm.folder.path.name])
    assert self_after[0] <= self_before[0] + 4
    assert warm_after[0] <= warm_before[0] + 2
    assert self_after[1] <= self_before[1] + 20_000
    assert warm_after[1] <= warm_before[1] + 5_000
    assert not list(Path(place).iterdir())
    Path(place).rmdir()
