"""Who signs the pages: a text of the descriptor, at the foot of every page, and no markup."""

import json

import pytest

import porfse_analysis as pf
from porfse_analysis import resources
from porfse_analysis.errors import DataError
from porfse_analysis.loaders.descriptor import authors
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.loaders.save import save_programme
from porfse_analysis.reports.fingerprint import of_programme
from porfse_analysis.reports.render import page
from porfse_analysis.reports.site import write_folder


def signed(folder, author):
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(descriptor | {"author": author}), encoding="utf-8")
    return folder


@pytest.fixture
def folder(bundled, tmp_path):
    return save_programme(bundled, tmp_path / "p")


def test_the_author_is_read_kept_and_part_of_what_a_page_is_made_from(folder, tmp_path):
    before = load_programme(folder)
    assert before.author == ""
    programme = load_programme(signed(folder, "  Ada  Rossi "))
    assert programme.author == "Ada Rossi"
    assert programme.until("2018-09-30").author == "Ada Rossi"
    assert load_programme(save_programme(programme, tmp_path / "copy")).author == "Ada Rossi"
    save_programme(before, folder, overwrite=True)
    assert load_programme(folder).author == "Ada Rossi"
    was, now = of_programme(before), of_programme(programme)
    assert not [date for date in was if was[date] == now[date]]


@pytest.mark.parametrize("author", [["Ada"], {"name": "Ada"}, 7, True, "Ada\nRossi", "Ada\x07", "\u202eAda", "A" * 201])
def test_what_is_no_text_of_one_line_is_refused(folder, author):
    with pytest.raises(DataError) as raised:
        load_programme(signed(folder, author))
    (fault,) = raised.value.faults
    assert (fault.column, fault.problem) == ("author", "is not a text of one line")
    assert "Write who signs the pages" in fault.remedy


@pytest.mark.parametrize("author", ["", None])
def test_no_author_is_none(folder, author):
    assert load_programme(signed(folder, author)).author == ""


def test_it_stands_at_the_foot_and_is_no_markup():
    made = page(lang="it", title="P", body="", author="<b>Ada</b> & C.")
    assert '<footer class="pf-made">A cura di: &lt;b&gt;Ada&lt;/b&gt; &amp; C.<br>Pagina fatta il ' in made
    assert '<footer class="pf-made">Page made on ' in page(lang="en", title="P", body="")


def test_pages_of_several_programmes_name_each_author_once(folder, bundled, tmp_path):
    other = save_programme(bundled, tmp_path / "other")
    signed(folder, "Ada Rossi")
    signed(other, "Ufficio")
    assert authors([folder, None, other, folder]) == "Ada Rossi; Ufficio"
    assert authors([None, tmp_path / "none"]) == ""
    assert "author" not in json.loads((resources.bundled() / "datapackage.json").read_text(encoding="utf-8"))


def test_the_pages_above_the_reports_are_signed(folder, tmp_path):
    run = {"programme": "x", "notebook": "programme_report", "cutoff": "2018-09-30", "lang": "en", "reason": "it fell"}
    write_folder(str(signed(folder, "Ada Rossi")), tmp_path / "out", [run | {"status": "failed", "seconds": "1"}])
    for name in ("en/index.html", "en/glossary.html"):
        assert "By: Ada Rossi<br>Page made on" in (tmp_path / "out" / name).read_text(encoding="utf-8"), name


def test_a_report_is_signed(folder):
    assert (
        pf.open_report(load_programme(signed(folder, "Ada Rossi")), cutoff="2018-09-30").programme.author == "Ada Rossi"
    )
