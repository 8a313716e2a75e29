"""Keeping programmes as folders."""

import io
import json
from dataclasses import replace

import cohesion_samples as samples
import numpy as np
import pandas as pd
import pytest

from porfse_analysis import schema
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders import save
from porfse_analysis.loaders.cohesion_data import (
    programme_from_cohesion_data,
    read_finance,
    read_indicators,
)
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.loaders.save import kept_beside, save_programme

KEPT = ("claims", "measures", "population", "targets", "achievements")


@pytest.fixture(scope="module")
def lombardia():
    finance = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records())))
    indicators = read_indicators(io.BytesIO(samples.soda_csv(samples.indicator_records())))
    return programme_from_cohesion_data(finance, indicators, cci="2014IT05SFOP007")


def assert_same(one, other):
    assert one.cci == other.cci
    assert dict(one.titles) == dict(other.titles)
    for name in schema.TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), obj=name, check_exact=True)


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_bundled_programme_comes_back_as_it_was(tmp_path):
    bundled = load_programme()
    assert_same(load_programme(save_programme(bundled, tmp_path / "copy")), bundled)


def test_imported_programmes_come_back_as_they_were(tmp_path):
    finance = read_finance(io.BytesIO(samples.soda_csv(samples.finance_records())))
    indicators = read_indicators(io.BytesIO(samples.soda_csv(samples.indicator_records())))
    for cci in finance["programme"].unique():
        programme = programme_from_cohesion_data(finance, indicators, cci=cci, retrieved="2022-10-28")
        assert_same(load_programme(save_programme(programme, tmp_path / cci)), programme)


def test_programmes_of_the_portal_come_back_as_they_were(portal, tmp_path):
    _, finance, indicators, _ = portal
    # Greek labels; the largest; fractional values of ERDF; no title
    for cci in ("2014GR16M2OP002", "2014ES05SFOP002", "2014DE16RFOP009", "2020DE16M2RE017"):
        programme = programme_from_cohesion_data(finance, indicators, cci=cci)
        assert_same(load_programme(save_programme(programme, tmp_path / cci)), programme)


def test_what_is_written(lombardia, tmp_path):
    folder = save_programme(lombardia, tmp_path / "POR Lombardia")
    assert sorted(path.name for path in folder.iterdir()) == [
        "achievements.csv",
        "axes.csv",
        "datapackage.json",
        "finance.csv",
        "sources.csv",
        "targets.csv",
    ]
    lines = (folder / "finance.csv").read_bytes().decode("utf-8").split("\n")
    assert lines[0] == ",".join(schema.TABLES["finance"].names)
    assert lines[1] == (
        "I,2018-12-31,allocation,ESF,More developed,ec-99js-gm52,358000000.00,179000000.00,2018-12-31,exact,0.01,4,,"
    )
    assert lines[-1] == ""
    axes = (folder / "axes.csv").read_text(encoding="utf-8").splitlines()
    # the title of an objective is none of an axis
    assert axes[5] == "V,,,TA,yes,,,,,ec-99js-gm52"
    values = (folder / "achievements.csv").read_text(encoding="utf-8")
    assert ",157769,,,exact,Number," in values


def test_the_descriptor_is_like_the_bundled_one(lombardia, tmp_path):
    folder = save_programme(lombardia, tmp_path / "POR Lombardia")
    written = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert written["name"] == "por-lombardia"
    assert written["cci"] == "2014IT05SFOP007"
    assert written["titles"] == {"it": "Lombardia - ESF", "en": "Lombardia - ESF"}
    assert written["licenses"] == [{"name": "CC0-1.0", "title": "CC0 1.0"}]
    assert written["sources"][0]["path"] == "https://cohesiondata.ec.europa.eu/d/99js-gm52"
    copied = save_programme(load_programme(), tmp_path / "copy") / "datapackage.json"
    bundled = load_programme.__globals__["resources"].bundled() / "datapackage.json"
    copied, bundled = (json.loads(path.read_text(encoding="utf-8")) for path in (copied, bundled))
    theirs = {resource["name"]: resource for resource in bundled["resources"]}
    for resource in copied["resources"]:
        assert resource == theirs.pop(resource["name"])
    assert not theirs


def test_numbers_keep_every_digit(lombardia, tmp_path):
    values = lombardia.achievements.copy()
    odd = [0.1 + 0.2, 1e22, 5e-7, 123456789.123456789, np.nan, 7.0]
    values.loc[values.index[: len(odd)], "value"] = odd
    folder = save_programme(replace(lombardia, achievements=values), tmp_path / "odd")
    read = load_programme(folder).achievements["value"]
    pd.testing.assert_series_equal(read, values["value"], check_exact=True)
    assert "e" not in "".join(
        line.split(",")[8] for line in (folder / "achievements.csv").read_text("utf-8").splitlines()[1:]
    )


def test_texts_with_quotes_commas_and_line_breaks(lombardia, tmp_path):
    axes = lombardia.axes.copy()
    titles = ['Asse "uno", occupazione', "due\nrighe", "à è ì; ò", "", "'"]
    axes["title_it"] = titles
    folder = save_programme(replace(lombardia, axes=axes), tmp_path / "odd")
    assert load_programme(folder).axes["title_it"].tolist() == titles


def test_an_existing_folder_is_kept(lombardia, tmp_path):
    folder = save_programme(lombardia, tmp_path / "p")
    before = everything(folder)
    with pytest.raises(ParameterError, match=r"not empty: name another folder, or allow it with overwrite=True$"):
        save_programme(lombardia, folder)
    assert everything(folder) == before


def test_an_empty_folder_may_be_filled(lombardia, tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".DS_Store").write_bytes(b"")
    assert load_programme(save_programme(lombardia, tmp_path / "p")).cci == lombardia.cci


def test_overwrite_replaces_the_tables_there_are_and_keeps_the_rest(bundled, tmp_path):
    folder = save_programme(bundled, tmp_path / "p", licence="Mine")
    (folder / "comments" / "2018-09-30").mkdir(parents=True)
    (folder / "comments" / "2018-09-30" / "axes.md").write_text("slow", encoding="utf-8")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    descriptor |= {"rules": {"achieved_from": 0.9}, "version": "7"}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    before = everything(folder)
    # the money anew, and one table of the others: what a file with fewer tables brings
    finance = bundled.finance.copy()
    finance.loc[1, "amount_eur"] = 123.45
    empty = {name: getattr(bundled, name).iloc[:0] for name in KEPT}
    fewer = replace(bundled, finance=finance, **empty)
    save_programme(fewer, folder, overwrite=True)
    files = sorted([*(f"{name}.csv" for name in KEPT), "comments", "notes.txt"])
    assert kept_beside(fewer, folder) == [*files, "rule achieved_from"]
    after = everything(folder)
    changed = {name.as_posix() for name in before if before[name] != after.get(name)}
    assert changed == {"finance.csv", "datapackage.json"}
    assert set(after) == set(before)
    again = load_programme(folder)
    assert again.finance.loc[1, "amount_eur"] == 123.45
    assert_same(again, replace(bundled, finance=finance))
    assert dict(again.rules) == {"achieved_from": 0.9}
    kept = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert kept["version"] == "7"
    assert "Mine" in [licence["title"] for licence in kept["licenses"]]
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_another_programme_is_never_mixed_in(bundled, lombardia, tmp_path):
    folder = save_programme(bundled, tmp_path / "p")
    before = everything(folder)
    with pytest.raises(ParameterError, match=r"holds the programme 2014IT05SFOP007, this is 2014IT05SFOP005: name ano"):
        save_programme(replace(bundled, cci="2014IT05SFOP005"), folder, overwrite=True)
    assert everything(folder) == before


def test_the_sources_of_what_is_kept_are_kept(lombardia, bundled, tmp_path):
    """The Commission's figures anew, where claims, measures and population cite documents of their own."""
    folder = save_programme(bundled, tmp_path / "p")
    save_programme(lombardia, folder, overwrite=True)
    known = load_programme(folder)
    more = [
        "sheet-2018-09-30",
        "dgr-xi-959-2018",
        "regione-nidi-gratis",
        "call-ifts-2017-2018",
        "eurostat-demo-r-d2jan",
    ]
    assert sorted(known.sources["source"]) == sorted([*lombardia.sources["source"], *more])
    assert list(known.sources["source"][: len(lombardia.sources)]) == list(lombardia.sources["source"])
    assert len(known.claims) == len(bundled.claims)
    assert len(known.finance) == len(lombardia.finance)
    said = kept_beside(lombardia, folder)
    assert said[:3] == ["claims.csv", "measures.csv", "population.csv"]
    assert sorted(said[3:]) == sorted(f"source {name}" for name in more)


def test_what_is_kept_and_does_not_fit_is_told_and_nothing_is_written(bundled, tmp_path):
    """Targets are of axes that the new file does not have."""
    folder = save_programme(bundled, tmp_path / "p")
    before = everything(folder)
    axes = bundled.axes.assign(axis=[f"{axis} bis" for axis in bundled.axes["axis"]])
    finance = bundled.finance.assign(
        axis=[axis if axis == "ALL" else f"{axis} bis" for axis in bundled.finance["axis"]]
    )
    empty = {name: getattr(bundled, name).iloc[:0] for name in KEPT}
    with pytest.raises(DataError) as caught:
        save_programme(replace(bundled, axes=axes, finance=finance, **empty), folder, overwrite=True)
    assert {fault.column for fault in caught.value.faults} == {"axis"}
    assert {fault.value for fault in caught.value.faults} == {"I", "II", "III", "IV", "V"}
    assert everything(folder) == before


def test_only_a_programme_folder_is_replaced(lombardia, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"is not a programme folder \(it has no datapackage.json\): it is not"):
        save_programme(lombardia, tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_a_table_of_another_name_is_replaced_under_it(lombardia, tmp_path):
    folder = save_programme(lombardia, tmp_path / "p")
    (folder / "axes.csv").rename(folder / "assi.csv")
    text = (folder / "datapackage.json").read_text(encoding="utf-8")
    (folder / "datapackage.json").write_text(text.replace("axes.csv", "assi.csv"), encoding="utf-8")
    save_programme(lombardia, folder, overwrite=True)
    assert not (folder / "axes.csv").exists()
    assert_same(load_programme(folder), lombardia)
    assert kept_beside(lombardia, folder) == []


def test_a_folder_with_broken_tables_is_repaired_one_with_a_broken_descriptor_is_left_alone(lombardia, tmp_path):
    folder = save_programme(lombardia, tmp_path / "p")
    (folder / "axes.csv").write_text("{", encoding="utf-8")
    save_programme(lombardia, folder, overwrite=True)
    assert_same(load_programme(folder), lombardia)
    # nothing tells which tables it has
    (folder / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="is not JSON"):
        save_programme(lombardia, folder, overwrite=True)


def test_a_file_is_no_folder(lombardia, tmp_path):
    (tmp_path / "p").write_text("", encoding="utf-8")
    with pytest.raises(ParameterError, match="is a file: name a folder"):
        save_programme(lombardia, tmp_path / "p", overwrite=True)


def test_a_failure_leaves_the_folder_as_it_was(lombardia, tmp_path, monkeypatch):
    folder = save_programme(load_programme(), tmp_path / "p")
    before = everything(folder)

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(save, "_descriptor", full)
    with pytest.raises(OSError, match="no space left"):
        save_programme(lombardia, folder, overwrite=True)
    with pytest.raises(OSError, match="no space left"):
        save_programme(lombardia, tmp_path / "new")
    assert everything(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_a_failure_while_moving_puts_the_old_folder_back(lombardia, tmp_path, monkeypatch):
    folder = save_programme(load_programme(), tmp_path / "p")
    before = everything(folder)
    rename = type(folder).rename

    def fails(path, target):
        if path.name.endswith(".new"):
            raise PermissionError("in use")
        return rename(path, target)

    monkeypatch.setattr(type(folder), "rename", fails)
    with pytest.raises(PermissionError):
        save_programme(lombardia, folder, overwrite=True)
    monkeypatch.undo()
    assert everything(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_fractions_of_a_cent_are_refused(lombardia, tmp_path):
    finance = lombardia.finance.copy()
    finance.loc[4, "amount_eur"] = 1.005
    with pytest.raises(DataError) as caught:
        save_programme(replace(lombardia, finance=finance), tmp_path / "p")
    fault = caught.value.faults[0]
    assert (fault.file, fault.row, fault.column) == ("finance.csv", 6, "amount_eur")
    assert "has more than two decimals" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_programme_that_breaks_the_rules_is_refused(lombardia, tmp_path):
    finance = lombardia.finance.copy()
    finance.loc[0, "amount_eur"] = -1
    with pytest.raises(DataError, match="is negative") as caught:
        save_programme(replace(lombardia, finance=finance), tmp_path / "p")
    assert ".new" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_folders_that_are_not_there_yet_are_made(lombardia, tmp_path):
    folder = save_programme(lombardia, tmp_path / "a" / "b" / "c")
    assert folder == (tmp_path / "a" / "b" / "c").resolve()
    assert folder.stat().st_mode & 0o777 == (tmp_path / "a").stat().st_mode & 0o777
