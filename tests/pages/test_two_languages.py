"""Whatever a reader sees is in the reader's language, and comes out of the catalogue in one piece."""

import ast
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from codecs import encode
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook
from site_tools import write_site

import porfse_analysis
from porfse_analysis import resources
from porfse_analysis.display.words import wording
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS

PACKAGE = Path(porfse_analysis.__file__).parent
LANGUAGES = ("it", "en")
DATE = "2018-09-30"


def words(text):
    # names of files, and codes of units as results have them, are of no language
    text = re.sub(r"\b\w+_files\b|\b\w+\.csv\b|\bEUR/\w+|^(resident|participant)$", " ", text)
    return set(re.findall(r"[a-zàèéìòù]{3,}", text.lower()))


def texts_of(lang):
    """Every text of the catalogue of a language."""
    found = []

    def keep(text):
        found.append(re.sub(r"\{[a-z_]*\}", " ", text))  # names filled in are none of its words
        return text

    changed(wording.catalogue(lang), keep)
    return found


def changed(entry, change):
    """A catalogue, or a part of one, with `change` made to each of its texts."""
    if isinstance(entry, dict):
        return {name: changed(part, change) for name, part in entry.items()}
    return [change(text) for text in entry] if isinstance(entry, list) else change(entry)


@pytest.fixture(scope="module")
def telling():
    """Language -> the words that only its texts have, and no table of the programme."""
    data = set()
    for path in resources.bundled().parent.glob("por-*/*"):  # with the predecessor, whose titles stand beside
        data |= words(path.read_text(encoding="utf-8"))
    known = {lang: words(" ".join(texts_of(lang))) for lang in LANGUAGES}
    only = {"it": known["it"] - known["en"] - data, "en": known["en"] - known["it"] - data}
    assert {"nessuna", "rapporti"} <= only["it"]
    assert {"above", "after"} <= only["en"]
    return only


class _Shown(HTMLParser):
    """The texts of a page: what is written, alternatives of images, names of regions, the letters of figures."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self._skip = [], False

    def handle_starttag(self, tag, attrs):
        self._skip = tag == "style"
        given = dict(attrs)
        # a link to the other language is in that language
        if tag == "a" and given.get("hreflang"):
            self._skip = True
        self.texts += [given[name] for name in ("alt", "aria-label", "title") if given.get(name)]
        source = given.get("src") or ""
        if source.startswith("data:image/svg+xml;base64,"):
            svg = base64.b64decode(source.split(",", 1)[1]).decode("utf-8")
            self.texts += re.findall(r"<text[^>]*>([^<]+)</text>", svg)

    def handle_endtag(self, tag):
        self._skip = False

    def handle_data(self, data):
        if not self._skip and data.strip():
            self.texts.append(data.strip())


@pytest.fixture(scope="module")
def site(tmp_path_factory, bundled, pages):
    """Reports of the dates that `test_browser` opens, and comparisons, of which that of 2020 has texts of its own."""
    out = tmp_path_factory.mktemp("languages") / "reports"
    of_both = {"programme": bundled, "languages": LANGUAGES, "out": out}
    outcomes = pages.write(**of_both, cutoffs=[DATE, "2022-06-30"], notebooks=REPORT_NOTEBOOKS)
    outcomes += pages.write(**of_both, cutoffs=[DATE, "2020-12-31", "2022-06-30"], notebooks=["compare_cutoffs"])
    write_site(out, bundled, outcomes)
    return out


def shown_on(page):
    """The texts of a page."""
    parser = _Shown()
    parser.feed(page.read_text(encoding="utf-8"))
    assert len(parser.texts) > 40
    return parser.texts


def written_in(book):
    """The texts of a workbook: names of sheets, cells and their comments."""
    return [
        text
        for sheet in load_workbook(book)
        for text in (
            sheet.title,
            *(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value),
            *(cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment),
        )
    ]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_and_workbook_is_in_its_language(lang, site, telling):
    other = telling["en" if lang == "it" else "it"]
    folder = site if lang == "it" else site / "en"
    pages = [folder / "index.html", *folder.glob("20*/*.html")]
    books = list(folder.glob("20*/*_files/*.xlsx"))
    assert len(pages) == 10
    assert len(books) == 9
    texts = [(path.name, text) for path in pages for text in shown_on(path)]
    texts += [(path.name, text) for path in books for text in written_in(path)]
    assert [(name, text[:80], found) for name, text in texts if (found := words(text) & other)] == []


KEYWORDS = re.compile(r"offset points|(outside )?(upper|lower) (left|center|right)|pf-[a-z -]+")
"""What matplotlib calls places, and classes of the style sheet."""

SHOWING = {
    *("Column", "Table", "heading", "paragraphs", "picture", "tiles", "text", "annotate", "legend", "Label"),
    *("set_xlabel", "set_ylabel", "set_title", "suptitle", "set_xticklabels", "set_yticklabels"),
}


def modules():
    return sorted([*(PACKAGE / "display").rglob("*.py"), *(PACKAGE / "reports").rglob("*.py")])


def name_of(call):
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_no_sentence_is_written_into_the_code():
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) in SHOWING:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                wrong += [
                    f"{path.name}:{node.lineno}: {part.value}"
                    for part in given
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and not KEYWORDS.fullmatch(part.value)
                    and re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", part.value)
                ]
    assert wrong == []


def is_text(node):
    """Whether a piece of code is a text of the catalogue."""
    return isinstance(node, ast.Call) and name_of(node) == "text"


def test_no_text_is_joined_from_pieces():
    """A text of the catalogue is not added to another text: the order of the parts is the language's."""
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            added = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
            if added and (is_text(node.left) or is_text(node.right)):
                wrong.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.JoinedStr):
                values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
                literal = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
                # markup around one text is no joining
                beside = re.sub(r"<[^>]*>?|[^<]*>", "", literal)
                if any(map(is_text, values)) and (len(values) > 1 or beside.strip()) and "<" not in literal:
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


BOTH = {"note", "non", "zone", "future", "fse", "fesr", "iog", "base", "quote", "regioni", "transizione"}
"""Words of Italian texts that English ones, or names, have too."""
BOTH |= {"progetti", "pagamenti", "impegni", "indicatori", "localizzazioni", "dotazioni"}  # files of OpenCoesione


def constants(tree):
    """The texts of a module that are no docstrings."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documents
        # a code is not a word, whatever it is made of
        and not re.fullmatch(r"[a-z0-9_.%]+", node.value)
    ]


def test_no_word_of_a_language_is_in_the_code():
    italian, english = (words(" ".join(texts_of(lang))) for lang in LANGUAGES)
    telling = italian - english - BOTH
    assert {"nessuna", "dotazione", "iniziale"} <= telling
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [
            f"{path.name}:{node.lineno}: {node.value[:60]!r}" for node in constants(tree) if words(node.value) & telling
        ]
        found += [
            f"{path.name}:{node.lineno}: texts by language"
            for node in ast.walk(tree)
            if isinstance(node, ast.Dict) and {getattr(key, "value", "") for key in node.keys} & set(wording.LANGUAGES)
        ]
        wrong += found
    assert wrong == []


# --- a third language: one file more, and nothing else ---


def turned(text):
    """A text in no language: every letter another one, what is filled in as it is."""
    return re.sub(r"\{[^}]*\}|[A-Za-z]+", lambda part: part[0] if part[0][0] == "{" else encode(part[0], "rot13"), text)


def as_toml(entry):
    if isinstance(entry, dict):
        return "{ " + ", ".join(f"{json.dumps(name)} = {as_toml(part)}" for name, part in entry.items()) + " }"
    return json.dumps(entry)


@pytest.fixture(scope="module")
def third(tmp_path_factory):
    """A copy of the package with one catalogue more; gives what runs a command of it and where it writes."""
    root = tmp_path_factory.mktemp("third")
    copy = shutil.copytree(PACKAGE, root / PACKAGE.name)  # with what is compiled, which is of the same times
    for name in ("data", "notebooks"):
        if not (copy / name).exists():
            (root / name).symlink_to(PACKAGE.parent / name)
    made = changed(wording.catalogue("en"), turned)
    lines = [
        line
        for group, entries in made.items()
        for line in (f"[{group}]", *(f"{json.dumps(name)} = {as_toml(entry)}" for name, entry in entries.items()))
    ]
    (copy / "display" / "words" / "catalogue" / "xx.toml").write_text("\n".join(lines), encoding="utf-8")

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "porfse_analysis.cli", *arguments],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run, root


@pytest.fixture(scope="module")
def leaking(telling):
    """Words of the two catalogues that a text in the third language has no reason to show."""
    own = {word for text in texts_of("en") for word in words(turned(text))}
    data = set()
    for path in resources.bundled().parent.glob("por-*/*"):  # with the predecessor, whose titles stand beside
        data |= words(path.read_text(encoding="utf-8"))
    known = words(" ".join(text for lang in LANGUAGES for text in texts_of(lang)))
    assert telling["it"] | telling["en"] <= known
    return own, known - own - data - {"csv", "xlsx", "porfse", "art"}  # names are of no language


THIRD = [*REPORT_NOTEBOOKS, "compare_cutoffs"]


@pytest.mark.long
def test_a_third_language_is_one_file_more(third, leaking):
    run, root = third
    own, other = leaking
    run("report", "--cutoff", DATE, "--lang", "xx", *(part for name in THIRD for part in ("--notebook", name)))
    pages = [root / "reports" / "index.html", *(root / "reports" / "xx").rglob("*.html")]
    books = list((root / "reports" / "xx").rglob("*.xlsx"))
    assert len(pages) == 3 + len(THIRD)
    assert len(books) == len(THIRD)
    wrong = []
    for path in [*pages, *books]:
        texts = shown_on(path) if path.suffix == ".html" else written_in(path)
        assert len([text for text in texts if words(text) & own]) > 20
        wrong += [(path.name, text[:80], found) for text in texts if (found := words(text) & other)]
    assert wrong == []


@pytest.mark.long
def test_findings_and_verdicts_are_in_the_third_language(third, leaking):
    run, _ = third
    own, other = leaking
    lines = run("check", "--lang", "xx").splitlines()
    assert len(lines) > 20
    assert [line for line in lines if not words(line) & own] == []
    assert [(line, found) for line in lines if (found := words(line) & other)] == []


@pytest.mark.long
def test_an_empty_folder_explains_itself_in_the_third_language_too(third):
    run, root = third
    run("new", str(root / "folder"))
    page = (root / "folder" / "LEGGIMI-README.md").read_text(encoding="utf-8")
    cells = written_in(root / "folder" / "programme.xlsx")
    catalogues = [wording.catalogue("it"), wording.catalogue("en"), changed(wording.catalogue("en"), turned)]
    for catalogue in catalogues:
        assert catalogue["folder"]["examples"] in page
        assert all(text in page for text in catalogue["table_source"].values())
        assert all(any(text in cell for cell in cells) for text in catalogue["meaning"].values())
        assert catalogue["workbook"]["intro_1"] in cells
