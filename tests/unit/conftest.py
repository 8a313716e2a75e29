"""What several files of this room share."""

from pathlib import Path

import cohesion_samples
import pandas as pd
import pytest

from porfse_analysis.loaders.cohesion_data import read_finance, read_indicators, tables_from_cohesion_data


@pytest.fixture(scope="session")
def portal() -> tuple[Path, pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """The portal's whole tables: their folder, finance and indicators as read, and our tables of them.

    They take seconds to read: once for all the files that use them.
    """
    folder = cohesion_samples.portal_tables()
    finance = read_finance(folder / "ec_finance_implementation.csv.gz")
    indicators = read_indicators(folder / "ec_indicators.csv.gz")
    return folder, finance, indicators, tables_from_cohesion_data(finance, indicators)
