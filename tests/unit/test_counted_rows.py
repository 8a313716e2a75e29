"""The line that counts what an import has read."""

import time

from porfse_analysis.cli.command import counted_rows


def test_the_name_of_a_table_and_its_rows_are_divided_by_one_colon(capsys):
    with counted_rows(delay=0) as progress:
        time.sleep(0.2)  # it is written ten times a second at most
        progress("pagamenti.csv", 1_500)
    said = capsys.readouterr().err
    assert "pagamenti.csv: 1500 rows [" in said
    assert ": :" not in said
