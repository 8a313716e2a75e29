"""Fixtures for every test: the bundled programme, a copy to damage, small tables out of bare values."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import frames
import pandas as pd
import pytest
from hypothesis import settings

from porfse_analysis import load_programme
from porfse_analysis.programme import Programme
from porfse_analysis.resources import bundled as bundled_folder

# The same examples everywhere: a test passes or fails for everybody. --hypothesis-profile=search looks for more.
settings.register_profile("porfse", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5000)
settings.load_profile("porfse")

# Tests make and drop frames all the time: walking through what they keep for cycles takes a twelfth of the CPU.
gc.set_threshold(200_000, 20, 20)

PROJECT = Path(__file__).resolve().parent.parent

Builder = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def bundled() -> Programme:
    """The bundled programme. It is shared: take a copy of a frame before changing it."""
    return load_programme()


@pytest.fixture(scope="session")
def three_dates(bundled: Programme) -> Programme:
    """The bundled programme with three of its dates, one of them the sheet's: enough for what holds date by date."""
    dates = pd.to_datetime(["2017-12-31", "2018-09-30", "2018-12-31"])
    frames = {name: getattr(bundled, name) for name in ("finance", "achievements")}
    cut = {name: frame[frame["cutoff"].isin(dates)].reset_index(drop=True) for name, frame in frames.items()}
    return replace(bundled, **cut)


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all the processes of these tests see, for what `made_once` makes."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def copy_of_bundled(tmp_path: Path) -> Path:
    """A copy of the folder of the bundled programme, to damage."""
    return Path(shutil.copytree(bundled_folder(), tmp_path / "programme"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the published tables that the bundled programme was made from, where the machine has it."""
    for parent in PROJECT.parents:
        folder = parent / "shared" / "data"
        if folder.is_dir():
            return folder
    pytest.skip("the folder shared/data with the published tables does not lie beside the project")


@pytest.fixture(scope="session")
def edit_cell() -> Callable[[Path, int, str, str], None]:
    """Write one cell of a CSV file: `edit_cell(file, row, column, value)`; the header is row 1, as in an editor."""

    def edit(file: Path, row: int, column: str, value: str) -> None:
        records = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
        records[row - 1][records[0].index(column)] = value
        write_records(file, records)

    return edit


@pytest.fixture(scope="session")
def edit_descriptor() -> Callable[..., None]:
    """Change the declaration of one table in datapackage.json.

    `edit_descriptor(folder, table, encoding=...)` sets keys of the resource; with `column=` they are set on the field
    of that column instead.
    """

    def edit(folder: Path, table: str, *, column: str | None = None, **keys: Any) -> None:
        file = folder / "datapackage.json"
        descriptor = json.loads(file.read_text(encoding="utf-8"))
        target = next(resource for resource in descriptor["resources"] if resource["name"] == table)
        if column is not None:
            target = next(item for item in target["schema"]["fields"] if item["name"] == column)
        target.update(keys)
        file.write_text(json.dumps(descriptor), encoding="utf-8")

    return edit


def write_records(file: Path, records: Sequence[Sequence[str]], *, delimiter: str = ",") -> None:
    """Write records as CSV with the line ends of the bundled files."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(records)
    file.write_text(text.getvalue(), encoding="utf-8", newline="")


@pytest.fixture(scope="session")
def finance_rows() -> Builder:
    """`frames.finance` of the programme P and the source `ec`."""
    return partial(frames.finance, programme=frames.CCI, source="ec")


@pytest.fixture(scope="session")
def achievement_rows() -> Builder:
    """`frames.achievements` of the programme P and the source `ec`."""
    return partial(frames.achievements, programme=frames.CCI, source="ec")


@pytest.fixture(scope="session")
def target_rows() -> Builder:
    """`frames.targets` of the programme P and the source `ec`."""
    return partial(frames.targets, programme=frames.CCI, source="ec")


@pytest.fixture(scope="session")
def claim_rows() -> Builder:
    """`frames.claims` of the programme P and the source `sheet`."""
    return partial(frames.claims, programme=frames.CCI, source="sheet")


@pytest.fixture(scope="session")
def small_programme() -> Callable[..., Programme]:
    """`frames.small_programme`."""
    return frames.small_programme


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many inputs are changed at random, of each kind."""
    parser.addoption("--fuzz", type=int, default=8, metavar="CASES", help="cases of each kind in test_fuzz.py")


@pytest.fixture
def fuzz_cases(request: pytest.FixtureRequest) -> int:
    """The cases to try of each kind of input."""
    return int(request.config.getoption("--fuzz"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files of a folder first: no worker is left alone with one at the end."""
    sizes = {path: path.stat().st_size for path in {item.path for item in items}}
    items.sort(key=lambda item: (item.path.parent, -sizes[item.path]))
