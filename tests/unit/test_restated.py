"""A new vintage of figures: how many of those that were there are others now, and the largest change."""

import cohesion_samples as samples
import payment_samples as payments
import pytest
from batch_tools import porfse
from cohesion_samples import written

from porfse_analysis import load_programme
from porfse_analysis.loaders.adding import add_file
from porfse_analysis.loaders.restated import Restated, restated

LOMBARDIA = "2014IT05SFOP007"


def vintage(folder, *, finance=None, indicators=None, paid=None):
    """The three tables of Lombardia as files, with cells changed: row of the programme -> column -> text."""
    made = []
    for name, records, changes in (
        ("finance.csv", samples.finance_records(), finance),
        ("indicators.csv", samples.indicator_records(), indicators),
        ("payments.csv", payments.payment_records(), paid),
    ):
        own = [record for record in records if record["cci"] == LOMBARDIA]
        for place, cells in (changes or {}).items():
            own[place] |= cells
        made.append(written(folder, name, samples.soda_csv(own)))
    return made


def imported(folder, **changes):
    finance, indicators, paid = vintage(folder, **changes)
    run = porfse(
        *("import", "cohesion-data", finance, "--indicators", indicators, "--payments", paid),
        *("--cci", LOMBARDIA, "--to", folder / "lombardia", "--overwrite"),
    )
    assert run.exit_code == 0, run.stderr
    return [line for line in run.stderr.splitlines() if "dates that were there" in line]


def test_an_import_says_what_it_restates(tmp_path):
    assert imported(tmp_path) == []
    assert imported(tmp_path) == []
    # declared of axis I and III in 2018, 22 and 0.01 less; CO01 in 2018 once more; a value that is gone; a payment
    told = imported(
        tmp_path,
        finance={
            0: {"total_eligible_expenditure": "122136048.10"},
            2: {"total_eligible_expenditure": "135998085.70"},
        },
        indicators={0: {"implemented_value": "157770"}, 8: {"implemented_value": ""}, 1: {"implemented_value": "9"}},
        paid={1: {"net_interim_payments": "50000000.6", "total_net_payments": "84852373.18"}},
    )
    assert told == [
        "finance: figures of dates that were there: 2 changed; the largest change: axis I, declared, ESF, More "
        "developed, 2018-12-31, amount_eur: 122,136,070.10 -> 122,136,048.10",
        "achievements: figures of dates that were there: 2 changed, 1 gone; the largest change: axis I, ESF, 8i, More "
        "developed, OESF, CO01, 2019-12-31, value: 157,846 -> 9",
        "eu_payments: figures of dates that were there: 2 changed; the largest change: ESF, More developed, 2018, "
        "net_interim_eur: 50,000,000.50 -> 50,000,000.60",
    ]


def test_a_row_that_is_gone_is_said(tmp_path):
    imported(tmp_path)
    before = load_programme(tmp_path / "lombardia")
    paid = [row for row in payments.LOMBARDIA if row[4] != "2016"]
    files = vintage(tmp_path)
    written(tmp_path, "payments.csv", samples.soda_csv(payments.payment_records(paid)))
    run = porfse(
        *("import", "cohesion-data", files[0], "--payments", files[2], "--cci", LOMBARDIA),
        *("--to", tmp_path / "lombardia", "--overwrite"),
    )
    assert run.exit_code == 0, run.stderr
    # eleven amounts of 2016; the indicators, which this import does not have, stay
    assert restated(before, load_programme(tmp_path / "lombardia")) == [Restated("eu_payments", 0, 11)]
    assert "eu_payments: figures of dates that were there: 11 gone" in run.stderr.splitlines()


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_addition_says_what_it_restates(copy_of_bundled, tmp_path, dry_run):
    path = tmp_path / "new.csv"
    known = (
        load_programme(copy_of_bundled).finance.query("axis == 'I' and stage == 'declared' and amount_eur > 0").iloc[0]
    )
    day, source, amount = known["cutoff"].date().isoformat(), known["source"], known["amount_eur"]
    path.write_text(
        f"axis,cutoff,stage,source,amount_eur\nI,{day},declared,{source},{amount + 1000:.2f}\n", encoding="utf-8"
    )
    found = add_file(copy_of_bundled, path, dry_run=True).restated
    assert [(one.changed, one.gone, one.after - one.before) for one in found] == [(1, 0, 1000.0)]
    run = porfse("add", copy_of_bundled, path, *(["--dry-run"] if dry_run else []))
    assert run.exit_code == 0, run.stderr
    line = next(line for line in run.stderr.splitlines() if "dates that were there" in line)
    assert line == (
        f"finance: figures of dates that were there: 1 changed; the largest change: axis I, declared, "
        f"{', '.join(filter(None, (known['fund'], known['region_category'])))}, {day}, amount_eur: "
        f"{amount:,.2f} -> {amount + 1000:,.2f}".replace(".00", "")
    )


def test_what_is_new_restates_nothing(copy_of_bundled, tmp_path):
    path = tmp_path / "new.csv"
    source = load_programme(copy_of_bundled).population["source"].iloc[0]
    path.write_text(f"area,year,residents,source\nITC4,2001,9000000,{source}\n", encoding="utf-8")
    assert add_file(copy_of_bundled, path, dry_run=True).restated == []
