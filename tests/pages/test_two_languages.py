"""Whatever a reader sees is in the reader's language, and comes out of the catalogue in one piece."""

import ast
import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook
from site_tools import write_site

import porfse_analysis
from porfse_analysis import load_programme, resources
from porfse_analysis.display.words import wording
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS, make_plan
from porfse_analysis.reports.run import run_all

PACKAGE = Path(porfse_analysis.__file__).parent
LANGUAGES = ("it", "en")


def words(text):
    # names of files, and codes of units as results have them, are of no language
    text = re.sub(r"\b\w+_files\b|\b\w+\.csv\b|\bEUR/\w+|^(resident|participant)$", " ", text)
    return set(re.findall(r"[a-zàèéìòù]{3,}", text.lower()))


def texts_of(lang):
    """Every text of the catalogue and of the declared indicators in a language."""

    def inner(entry):
        return [text for form in entry.values() for text in inner(form)] if isinstance(entry, dict) else [str(entry)]

    found = [text for group in wording.catalogue(lang).values() for entry in group.values() for text in inner(entry)]
    for indicator in porfse_analysis.INDICATORS.values():
        found += [str(text[lang]) for text in vars(indicator).values() if isinstance(text, dict) and lang in text]
    # names filled in are none of its words
    return [re.sub(r"\{[a-z_]*\}", " ", text) for text in found]


@pytest.fixture(scope="module")
def telling():
    """Language -> the words that only its texts have, and no table of the programme."""
    data = set()
    for path in resources.bundled().iterdir():
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
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("languages") / "reports"
    programme = load_programme()
    runs = make_plan(
        programme,
        cutoffs=["2018-09-30", "2020-12-31"],
        notebooks=[*REPORT_NOTEBOOKS, "compare_cutoffs"],
        languages=LANGUAGES,
        out=out,
    )
    outcomes = list(run_all(runs))
    assert [outcome.reason for outcome in outcomes if not outcome.ok] == []
    write_site(out, programme, outcomes)
    return out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_and_workbook_is_in_its_language(lang, site, telling):
    other = telling["en" if lang == "it" else "it"]
    folder = site if lang == "it" else site / "en"
    pages = [folder / "index.html", *folder.glob("20*/*.html")]
    books = list(folder.glob("20*/*_files/*.xlsx"))
    assert len(pages) == 9
    assert len(books) == 8
    wrong = []
    for path in pages:
        parser = _Shown()
        parser.feed(path.read_text(encoding="utf-8"))
        assert len(parser.texts) > 40
        wrong += [(path.name, text[:80], found) for text in parser.texts if (found := words(text) & other)]
    for path in books:
        for sheet in load_workbook(path):
            cells = [sheet.title, *(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)]
            wrong += [(path.name, text[:80], found) for text in cells if (found := words(text) & other)]
    assert wrong == []


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
