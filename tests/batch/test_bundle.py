"""Documents beside the pages of a folder, and the folder as one file: what is made, kept, packed and refused."""

import io
import os
import re
import zipfile
from pathlib import Path
from unittest import mock
from urllib.parse import unquote

import pytest
from batch_tools import MONEY, RECORDS, notebook, porfse, programme_of

from porfse_analysis.errors import ParameterError
from porfse_analysis.reports.bundle import check_bundle

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("lent")]

DATES = ["2018-09-30", "2018-12-31"]
TABLE = "import pandas as pd\npd.DataFrame({'a': [1, 2]})"


@pytest.fixture
def asked(tmp_path):
    """Words of a call for the reports of a small programme: `asked(*more)`."""
    programme = programme_of(tmp_path / "programme", DATES, MONEY)
    path = notebook(tmp_path / "mine.ipynb", RECORDS, TABLE)

    def call(*more, dates=DATES, out=tmp_path / "out"):
        days = [word for date in dates for word in ("--cutoff", date)]
        return ["report", programme, "--notebook", path, "--out", out, *days, *more]

    return call


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_documents_are_made_removed_and_made_again_with_their_page(asked, tmp_path):
    out = tmp_path / "out"
    one = {"dates": DATES[:1]}
    assert porfse(*asked(**one)).exit_code == 0
    pdf, word, page = (out / DATES[0] / f"mine.{kind}" for kind in ("pdf", "docx", "html"))
    assert pdf.read_bytes().startswith(b"%PDF-1.7")
    assert not word.exists()
    before = pdf.read_bytes()
    for spoil in (pdf.unlink, lambda: pdf.write_bytes(b"other")):
        spoil()
        said = porfse(*asked("--dry-run", **one))
        assert f"{page}: a file of it is missing or was changed" in said.stdout
        assert "1 of 1 reports made" in porfse(*asked(**one)).stderr
        assert pdf.read_bytes() == before
    assert "other kinds of documents are asked for" in porfse(*asked("--docx", "--dry-run", **one)).stdout
    assert porfse(*asked("--docx", **one)).exit_code == 0
    assert zipfile.is_zipfile(word)
    assert page.read_text(encoding="utf-8").count('href="mine.docx"') == 2
    assert "1 up to date" in porfse(*asked("--docx", **one)).stderr
    assert "1 of 1 reports made" in porfse(*asked(**one)).stderr
    assert not word.exists()
    assert "mine.docx" not in page.read_text(encoding="utf-8")


def test_a_document_of_somebody_else_is_not_replaced(asked, tmp_path):
    theirs = tmp_path / "out" / DATES[0] / "mine.pdf"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"mine")
    said = porfse(*asked())
    assert (said.exit_code, theirs.read_bytes()) == (2, b"mine")
    assert f"{theirs} is there and is not of these reports" in said.stderr


def links_of(packed, name):
    """The files of a bundle that a page of it leads to."""
    found = re.findall(r'href="([^"#]+)"', packed.read(name).decode())
    inside = [unquote(address) for address in found if not re.match(r"[a-z]+:", address)]
    return {os.path.normpath(Path(name).parent / address).replace(os.sep, "/") for address in inside}


def test_a_bundle_holds_the_pages_and_all_they_lead_to(asked, tmp_path):
    bundle, out = tmp_path / "sent" / "site.zip", tmp_path / "out"
    more = ["--lang", "it", "--lang", "en", "--docx", "--bundle", bundle]
    said = porfse(*asked(*more))
    assert said.exit_code == 0
    (out / "mine.txt").write_text("not porfse's")
    with zipfile.ZipFile(bundle) as packed:
        held = set(packed.namelist())
        pages = {name for name in held if name.endswith(".html")}
        assert {"index.html", "en/index.html", f"{DATES[0]}/mine.html", f"en/{DATES[1]}/mine.html"} <= pages
        assert {f"{DATES[0]}/mine.pdf", f"en/{DATES[0]}/mine.docx", f"{DATES[1]}/mine_files/mine.xlsx"} <= held
        assert [name for page in pages for name in links_of(packed, page) if name not in held] == []
        assert all(packed.read(name) == (out / name).read_bytes() for name in held)
    assert held == {name for name in names(out) if not name.endswith((".ipynb", ".txt")) and ".porfse" not in name}
    assert f"{len(held)} files packed: {bundle}" in said.stderr
    before = bundle.read_bytes()
    assert porfse(*asked(*more)).exit_code == 0
    assert bundle.read_bytes() == before
    assert [path.name for path in bundle.parent.iterdir()] == ["site.zip"]


def test_a_bundle_of_several_programmes(asked, tmp_path):
    other = programme_of(tmp_path / "other", DATES, MONEY)
    bundle = tmp_path / "site.zip"
    words = asked("--bundle", bundle, dates=DATES[:1])
    assert porfse(*words[:2], other, *words[2:]).exit_code == 0
    with zipfile.ZipFile(bundle) as packed:
        held = set(packed.namelist())
        pages = {"index.html", "other/index.html", f"programme/{DATES[0]}/mine.html"}
        assert pages <= held
        assert [name for page in pages for name in links_of(packed, page) if name not in held] == []


def test_what_is_no_bundle_is_refused_before_anything_is_made(asked, tmp_path):
    theirs = tmp_path / "theirs.zip"
    with zipfile.ZipFile(theirs, "w") as packed:
        packed.writestr("a", "b")
    before = theirs.read_bytes()
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "folder.zip").mkdir()
    for name, why in {
        "theirs.zip": "is there and is no bundle of reports",
        "text.zip": "is there and is no bundle of reports",
        "folder.zip": "is a folder",
        "out/index.html": "ends in .zip",
        "text.zip/site.zip": "is a file, where a folder must be",
    }.items():
        said = porfse(*asked("--bundle", tmp_path / name))
        assert said.exit_code == 2
        assert why in said.stderr
    assert theirs.read_bytes() == before
    assert not (tmp_path / "out").exists()
    with pytest.raises(ParameterError, match=r"ends in \.zip"):
        check_bundle(Path("site"))


def test_no_bundle_of_a_comparison(tmp_path):
    said = porfse("report", "a", "b", "--notebook", "compare_programmes", "--bundle", tmp_path / "site.zip")
    assert (said.exit_code, "a comparison is a page of its own" in said.stderr) == (2, True)


def test_a_page_that_was_changed_is_in_no_bundle(asked, tmp_path):
    bundle, page = tmp_path / "site.zip", tmp_path / "out" / DATES[0] / "mine.html"
    assert porfse(*asked()).exit_code == 0
    page.write_text("other")
    said = porfse(*asked("--bundle", bundle, dates=DATES[1:]))
    assert said.exit_code == 1
    assert f"{page}: is missing or is not what porfse report has made" in said.stderr
    assert not bundle.exists()


def test_a_full_disk_leaves_the_bundle_there_was(asked, tmp_path):
    bundle = tmp_path / "sent" / "site.zip"
    one = {"dates": DATES[:1]}
    assert porfse(*asked("--bundle", bundle, **one)).exit_code == 0
    before = bundle.read_bytes()
    full = mock.patch.object(zipfile.ZipFile, "writestr", side_effect=OSError(28, "No space left on device"))
    with full:
        said = porfse(*asked("--bundle", bundle, **one))
    assert said.exit_code == 1
    assert f"{bundle}: cannot be written: No space left on device" in said.stderr
    assert bundle.read_bytes() == before
    assert [path.name for path in bundle.parent.iterdir()] == ["site.zip"]


def test_a_bundle_is_made_of_what_went_well(asked, tmp_path):
    notebook(tmp_path / "mine.ipynb", f"assert cutoff != {DATES[0]!r}", RECORDS)
    said = porfse(*asked("--bundle", tmp_path / "site.zip"))
    assert said.exit_code == 1
    with zipfile.ZipFile(io.BytesIO((tmp_path / "site.zip").read_bytes())) as packed:
        assert f"{DATES[1]}/mine.html" in packed.namelist()
        assert not [name for name in packed.namelist() if DATES[0] in name]
