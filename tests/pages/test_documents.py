"""Pages as documents: what a page shows is in them, tagged and whole, and no text is anything but text."""

import base64
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from types import SimpleNamespace

import docx
import hostile
import pypdf
import pypdfium2
import pytest
from docx.oxml.ns import qn
from lxml import html
from PIL import Image

from porfse_analysis.display.html import written
from porfse_analysis.display.words import wording
from porfse_analysis.errors import MissingExtraError, ReportError
from porfse_analysis.reports.document.beside import documents
from porfse_analysis.reports.document.measures import ACROSS, UPRIGHT, placed
from porfse_analysis.reports.document.parts import (
    Code,
    Enclosed,
    Heading,
    Items,
    Paragraph,
    Picture,
    Run,
    Terms,
    Tiles,
    plain,
)
from porfse_analysis.reports.document.reading import read

pytestmark = pytest.mark.long

MARGIN = 51
"""Points of the narrowest margin of a page."""

SLANTED = 2
"""Points by which a letter may be wider than the room it takes."""

NOTEBOOKS = ("programme_report", "performance_review")


def made(body, title="Title", subtitle="At 31 December 2018 · CCI x", lang="en", kinds=("pdf",)):
    found = documents(
        body,
        title,
        subtitle,
        name="mine",
        lang=lang,
        author="",
        made="Made.",
        paper="pdf" in kinds,
        editable="docx" in kinds,
    )
    return {file.name.partition(".")[2]: file.content for file in found}


def squeezed(text):
    """A text without its blanks: where lines end is no matter."""
    return re.sub(r"\s|\u200b", "", text)


def text_of(content):
    """The text of a PDF without blanks and what stands at the edges of its pages."""
    pages = pypdfium2.PdfDocument(content)
    return squeezed("".join(page.get_textpage().get_text_range() for page in pages).replace("\ufffe", "-"))


def tags(content):
    """Every element of the structure of a PDF: its tag and its text alternative."""
    root = pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop().get_object()
        kids = node.get("/K", []) if isinstance(node, dict) else []
        kids = kids.get_object() if hasattr(kids, "get_object") else kids
        if isinstance(node, dict) and "/S" in node:
            found.append((node["/S"], node.get("/Alt")))
        waiting += reversed([kid for kid in (kids if isinstance(kids, list) else [kids]) if not isinstance(kid, int)])
    return found


def outside(content):
    """The letters of a PDF that are not wholly between the margins of their page."""
    found = []
    for page in pypdfium2.PdfDocument(content):
        width, height = page.get_size()
        text = page.get_textpage()
        for place in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(place)
            letter = text.get_text_range(place, 1)
            if letter.strip() and not (
                left >= MARGIN - SLANTED and right <= width - MARGIN + SLANTED and 0 < bottom < top < height
            ):
                found.append(letter)
    return found


@pytest.fixture(scope="module")
def shown(pages, bundled, tmp_path_factory):
    """Folder of the reports of one date, in both languages."""
    out = tmp_path_factory.mktemp("documents")
    plan = {"cutoffs": ["2018-12-31"], "languages": ["it", "en"]}
    pages.write(out, bundled, notebooks=[*NOTEBOOKS, "information_sheet"], **plan)
    return {"it": out / "2018-12-31", "en": out / "en" / "2018-12-31"}


@pytest.fixture(scope="module", params=[(name, lang) for name in NOTEBOOKS for lang in ("it", "en")])
def page(shown, request):
    """A page, what it shows above its downloads, and the PDF beside it."""
    name, lang = request.param
    folder = shown[lang]
    text = (folder / f"{name}.html").read_text(encoding="utf-8")
    body = html.document_fromstring(text).find(".//main")
    for element in body.xpath(".//p[@class='pf-more']|.//details|.//h2[@id='downloads']/following-sibling::*"):
        element.drop_tree()
    body.find(".//h2[@id='downloads']").drop_tree()
    return SimpleNamespace(lang=lang, body=body, text=text, pdf=(folder / f"{name}.pdf").read_bytes(), name=name)


def test_the_pdf_is_what_the_page_shows(page):
    said = text_of(page.pdf)
    texts = page.body.xpath(".//th|.//td|.//h1|.//h2|.//li|.//caption|.//figcaption/text()|.//dd/strong|.//p|.//dt")
    texts = [squeezed(text if isinstance(text, str) else text.text_content()) for text in texts]
    assert len(texts) > 150
    assert [text for text in texts if text not in said] == []


def test_the_pdf_is_tagged_with_title_language_and_bookmarks(page):
    reader = pypdf.PdfReader(io.BytesIO(page.pdf))
    root = reader.trailer["/Root"]
    title = page.body.findtext(".//h1")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] == page.lang
    assert reader.metadata.title == title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    sections = [heading.text_content() for heading in page.body.iter("h2")]
    glossary = wording.text("glossary.used", page.lang)
    top, below = reader.outline
    assert top.title == title
    assert [item.title for item in below] == [*sections, glossary]


def test_figures_have_their_words_and_tables_their_heads(page):
    found = tags(page.pdf)
    count = Counter(tag for tag, _ in found)
    images = [image.get("alt") for image in page.body.iter("img")]
    assert [alt for tag, alt in found if tag == "/Figure" and alt is not None] == images
    assert count["/Table"] == len(page.body.findall(".//table"))
    assert count["/TH"] == len(page.body.xpath(".//thead//th"))
    assert count["/TR"] >= len(page.body.xpath(".//tbody/tr"))
    assert (count["/H1"], count["/H2"]) == (1, len(page.body.findall(".//h2")) + 1)


def test_every_font_is_embedded_and_nothing_is_outside_the_margins(page):
    reader = pypdf.PdfReader(io.BytesIO(page.pdf))
    fonts = {}
    for sheet in reader.pages:
        for font in sheet["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[inner["/BaseFont"].partition("+")[2]] = set(inner["/FontDescriptor"].get_object())
    assert {name for name in fonts if not name.startswith("DejaVuSans")} == set()
    assert all(kinds & {"/FontFile2", "/FontFile3"} for kinds in fonts.values())
    assert outside(page.pdf) == []


def test_every_page_says_of_what_and_of_when_it_is(page):
    pages = [squeezed(sheet.get_textpage().get_text_range()) for sheet in pypdfium2.PdfDocument(page.pdf)]
    title, subtitle = page.body.findtext(".//h1"), page.body.findtext(".//p[@class='pf-subtitle']")
    head = squeezed(f"{title} · {subtitle.partition(' · ')[0]}")
    for number, text in enumerate(pages, start=1):
        assert head in text
        assert squeezed(wording.text("document.page", page.lang, page=number, pages=len(pages))) in text


def test_the_page_leads_to_its_document_above_and_below(page):
    links = re.findall(rf'<a href="{page.name}\.pdf" download>', page.text)
    assert len(links) == 2
    assert page.text.index(links[0]) < page.text.index("<h2 ")


def test_a_sheet_keeps_the_page_it_was_drawn_as(shown):
    text = (shown["it"] / "information_sheet.html").read_text(encoding="utf-8")
    assert not (shown["it"] / "information_sheet.pdf").exists()
    assert "information_sheet_files/information-sheet.pdf" in text


def test_the_day_it_was_made_and_the_same_bytes(monkeypatch):
    body = "<h1>T</h1><p>x</p>"
    assert made(body, kinds=("pdf", "docx")) == made(body, kinds=("pdf", "docx"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1537747200")
    declared = made(body)["pdf"]
    assert declared == made(body)["pdf"]
    assert pypdf.PdfReader(io.BytesIO(declared)).metadata.creation_date.date().isoformat() == "2018-09-24"


@pytest.mark.parametrize(("library", "kind"), [("typst", "pdf"), ("lxml", "pdf"), ("docx", "docx")])
def test_without_a_library_it_says_which_extra_brings_it(monkeypatch, library, kind):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(
        MissingExtraError, match=rf'{library} is not installed: pip install "porfse_analysis\[reports\]"'
    ):
        made("<p>x</p>", kinds=(kind,))


# --- what is read from a page ---

PNG = base64.b64encode((lambda file: Image.new("RGB", (40, 20)).save(file, "png") or file.getvalue())(io.BytesIO()))
IMAGE = f'<img src="data:image/png;base64,{PNG.decode()}" alt="Black">'


def test_parts_of_markdown():
    parts = read(
        "<h1>Mine</h1>\n<h2>One</h2><p>A <strong>bold</strong>, <em>slanted</em>,\n <code>code</code> and "
        '<a href="https://example.org/?a=1&amp;b=2">a link</a>, <a href="other.html">none</a>.<br>New line</p>'
        "<ul><li>x<ol start='3'><li>y</li></ol></li></ul><blockquote><p>q</p></blockquote><pre>  a\n   b</pre>"
        f"<h5>Deep</h5>bare {IMAGE} text<script>no</script>"
    )
    assert parts[0] == Heading(2, (Run("One"),))
    assert parts[1] == Paragraph(
        (
            Run("A "),
            Run("bold", bold=True),
            Run(", "),
            Run("slanted", italic=True),
            Run(", "),
            Run("code", code=True),
            Run(" and "),
            Run("a link", link="https://example.org/?a=1&b=2"),
            Run(", none.\nNew line"),
        )
    )
    inner = Items(((Paragraph((Run("y"),)),),), 3)
    assert parts[2] == Items(((Paragraph((Run("x"),)), inner),))
    assert parts[3] == Enclosed((Paragraph((Run("q"),)),))
    assert parts[4] == Code("  a\n   b")
    assert parts[5] == Heading(3, (Run("Deep"),))
    assert parts[6:] == (
        Paragraph((Run("bare"),)),
        Picture("png", base64.b64decode(PNG), "Black"),
        Paragraph((Run("text"),)),
    )


def test_headings_leave_out_no_level():
    """Also those in quotations, lists and comments; a document that leaves one out is refused as PDF/UA."""
    body = "<h2>a</h2><blockquote><h5>b</h5></blockquote><ul><li>x<h6>c</h6></li></ul><h3>d</h3><h1>e</h1><h3>f</h3>"
    levels = Counter(tag for tag, _ in tags(made(f"<h1>T</h1>{body}")["pdf"]))
    assert [levels[f"/H{level}"] for level in range(1, 5)] == [2, 2, 2, 1]
    book = docx.Document(io.BytesIO(made(f"<h1>T</h1>{body}", kinds=("docx",))["docx"]))
    headings = [(item.text, item.style.name[-1]) for item in book.paragraphs if item.style.name.startswith("Heading")]
    assert headings[1:] == [("a", "2"), ("b", "3"), ("c", "4"), ("d", "3"), ("e", "1"), ("f", "2")]


def test_parts_of_a_report():
    body = (
        written("tiles", items=[("Paid", "3", "at 1/1")], css="pf-tiles pf-old")
        + written("terms_used", summary="Terms", items=[("k", "Axis", "A part.")])
        + written("comment", words="<p>Mine.</p>", signed="The evaluator's comment")
        + written("figure", name="f", data="PHN2Zy8+", alt="Alt", caption="Said", source="From", css="pf-figure")
        + written("paragraphs", texts=["Nothing."], css="pf-empty")
    )
    assert read(body) == (
        Tiles((("Paid", "3", "at 1/1"),), old=True),
        Heading(2, (Run("Terms"),)),
        Terms((((Run("Axis"),), (Run("A part."),)),)),
        Enclosed((Paragraph((Run("Mine."),)),), "The evaluator's comment"),
        Picture("svg", b"<svg/>", "Alt", "Said", "From"),
        Paragraph((Run("Nothing."),), "empty"),
    )


def test_parts_that_only_look_like_ours():
    body = "<dl class='pf-tiles'><dt>a</dt><dd>b</dd></dl><div class='pf-comment'>c</div><figure>d</figure>"
    assert read(body) == (
        Terms((((Run("a"),), (Run("b"),)),)),
        Paragraph((Run("c"),)),
        Paragraph((Run("d"),)),
    )
    assert made(body + "<dl class='pf-tiles'></dl><table></table><ul></ul><h2></h2>")["pdf"].startswith(b"%PDF")


def test_a_table_is_a_grid_whatever_its_markup_says():
    (table,) = read(
        "<table><tr><th colspan=2>A<th>B</tr><tr><td rowspan=9>x<td>y<td style='text-align: right'>1</tr>"
        "<tr><td colspan=0>z</tr><tr></tr></table>"
    )
    assert (table.columns, len(table.heads), len(table.rows)) == (3, 1, 3)
    for rows in (table.heads, table.rows):
        taken = Counter(
            (at + below, cell.column + beside)
            for at, row in enumerate(rows)
            for cell in row
            for below in range(cell.rows)
            for beside in range(cell.columns)
        )
        assert taken == dict.fromkeys([(row, column) for row in range(len(rows)) for column in range(3)], 1)
    assert [(plain(cell.runs), cell.right) for cell in table.rows[0]] == [("x", False), ("y", False), ("1", True)]


def test_what_would_be_lost_is_said():
    assert read("<div>" * 500 + "deep" + "</div>" * 500) == (Paragraph((Run("deep"),)),)
    with pytest.raises(ReportError, match="2,000 elements"):
        read("<div>" * 3000 + "deep" + "</div>" * 3000)


# --- tables on paper ---


def table_of(columns, rows=3, word="1.234,5"):
    heads = [[(f"Column {place}", "col", "pf-number" if place else "", 1, 1) for place in range(columns)]]
    cells = [[(f"{word}{row}{place}", (), not place, "pf-number") for place in range(columns)] for row in range(rows)]
    return written(
        "table", name="t", caption="Figures", heads=heads, rows=cells, foot=[("Why", "pf-note")], width=columns
    )


@pytest.mark.parametrize(("columns", "pieces", "across"), [(4, 1, False), (9, 1, False), (13, 1, True), (40, 3, True)])
def test_a_wide_table_turns_the_paper_and_then_is_several(columns, pieces, across):
    (table,) = read(table_of(columns))
    found = placed(table, "en")
    assert (len(found), found[0].across) == (pieces, across)
    shown = [plain(cell.runs) for piece in found for cell in piece.table.heads[0]]
    assert len(set(shown)) == columns
    assert shown.count("Column 0") == pieces  # what names the rows is on each
    for piece in found:
        assert sum(piece.widths) <= (ACROSS if piece.across else UPRIGHT) + 0.01
    assert found[-1].table.notes == ("Why",)
    if pieces > 1:
        assert found[1].table.caption == f"Figures (part 2 of {pieces})"
    assert outside(made(table_of(columns))["pdf"]) == []


def test_a_long_table_has_its_head_on_every_page():
    content = made(table_of(3, rows=150))["pdf"]
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
    assert len(pages) > 2
    assert all("Column 1" in page for page in pages)


def test_a_heading_is_on_the_page_of_what_follows():
    lines = "".join(f"<p>{place}</p>" for place in range(200))
    for many in range(20, 40):
        body = "".join(f"<p>{place}</p>" for place in range(many)) + "<h2>Head</h2>" + lines
        pages = pypdfium2.PdfDocument(made(body)["pdf"])
        (page,) = [text for page in pages if "Head" in (text := page.get_textpage().get_text_range())]
        assert re.search(r"Head\s+0", page)


# --- texts that try to be something else ---

TEXTS = [
    '#import "x": *',
    '#read("/etc/passwd")',
    "$x^2$ $",
    "@ref <label>",
    "\\u{41} \\",
    "*a* _b_ `c`",
    "= Heading",
    "// gone /* gone */",
    "{{ 7 * 7 }} {% x %}",
    "<w:p/> &amp; ]]>",
    "中文 😀 \u0378 \ue000 \U0010ffff",
    "PAGE { HYPERLINK x }",
    "W" * 100 + "/" + "y" * 300,
    hostile.LONG,
    hostile.FORMULA,
]
WITHOUT = "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
CONTROLS = "a\x00b\x08c\x1bd\ufffee\x85"


def hostile_body():
    def element(text, tag):
        return f"<{tag}>{html.tostring(html.fromstring(f'<i>{escaped(text)}</i>'), encoding='unicode')}</{tag}>"

    body = "".join(element(text, tag) for text in TEXTS for tag in ("p", "h3", "li", "pre", "blockquote"))
    cells = [[(text, (), False, ""), (text, (), True, "pf-number")] for text in TEXTS]
    notes = [(text, "pf-note") for text in TEXTS]
    for text in (TEXTS[0], hostile.LONG):
        heads = [[(text, "col", "", 1, 1), (text, "col", "pf-number", 1, 1)]]
        body += written("table", name="t", caption=text, heads=heads, rows=cells, foot=notes, width=2)
    body += written("tiles", items=[(text, text, text) for text in TEXTS], css="pf-tiles")
    body += written("terms", items=[("k", text, text) for text in TEXTS])
    return body + f"<p>{CONTROLS.replace(chr(0), '')}&#1;</p><p><a href='https://e.org/{'x' * 9000}'>far</a></p>"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.fixture(scope="module")
def attacked():
    long = hostile.LONG
    title, subtitle = f"{TEXTS[0]} {CONTROLS} {long}", f"{TEXTS[1]} {long}"
    return made(hostile_body(), title=title, subtitle=subtitle, kinds=("pdf", "docx"))


def test_hostile_texts_are_texts_in_a_pdf(attacked):
    said = text_of(attacked["pdf"])
    for text in TEXTS:
        if text.isascii() and text != hostile.LONG:  # what a reader gives for other letters is its own affair
            assert said.count(squeezed(text)) >= 10, text
    assert said.count("x") > 10 * len(hostile.LONG)  # it goes on over pages, and their edges are between
    assert "root:" not in said
    assert outside(attacked["pdf"]) == []
    assert pypdf.PdfReader(io.BytesIO(attacked["pdf"])).metadata.title == f"{TEXTS[0]} {WITHOUT} {hostile.LONG}"


def test_hostile_texts_are_texts_in_word(attacked):
    book = docx.Document(io.BytesIO(attacked["docx"]))
    texts = Counter(paragraph.text for paragraph in book.paragraphs)
    for text in TEXTS:
        assert texts[text] >= 4, text
    assert {cell.text for cell in book.tables[0].columns[1].cells} == set(TEXTS)
    assert book.paragraphs[0].text == f"{TEXTS[0]} {WITHOUT} {hostile.LONG}"
    with zipfile.ZipFile(io.BytesIO(attacked["docx"])) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith((".xml", ".rels"))}
    assert all("instrText" not in text for text in parts.values())
    fields = [field for text in parts.values() for field in re.findall(r'w:instr="([^"]*)"', text)]
    assert sorted(fields) == ["NUMPAGES", "PAGE"]
    assert all("e.org" not in text for text in parts.values())


def test_pictures_that_cannot_be_read_are_their_words():
    broken = base64.b64encode(base64.b64decode(PNG)[:-30]).decode()
    data = "data:image/png;base64,"
    body = (
        f'<img src="{data}{broken}" alt="Cut off"><img src="data:image/svg+xml;base64,AAAA" alt="No SVG">{IMAGE}'
        f'<img src="https://example.org/x.png" alt="Elsewhere"><img src="{data}%%" alt="Not base">'
    )
    files = made(body, kinds=("pdf", "docx"))
    assert [alt for tag, alt in tags(files["pdf"]) if tag == "/Figure"] == ["Black"]
    book = docx.Document(io.BytesIO(files["docx"]))
    assert len(book.inline_shapes) == 1
    for alt in ("Cut off", "No SVG", "Elsewhere", "Not base"):
        assert squeezed(alt) in text_of(files["pdf"])
        assert alt in [paragraph.text for paragraph in book.paragraphs]


# --- Word ---


@pytest.fixture(scope="module")
def written_in_word(page):
    body = html.tostring(page.body, encoding="unicode")
    subtitle = page.body.findtext(".//p[@class='pf-subtitle']")
    files = made(body, page.body.findtext(".//h1"), subtitle, page.lang, kinds=("docx",))
    return docx.Document(io.BytesIO(files["docx"]))


def test_word_has_what_the_page_shows(page, written_in_word):
    book = written_in_word
    said = squeezed("".join(text.text or "" for text in book.element.body.iter(qn("w:t"))))
    texts = page.body.xpath(".//th|.//td|.//h1|.//h2|.//li|.//caption|.//dd/strong|.//p|.//dt")
    assert [text for item in texts if (text := squeezed(item.text_content())) not in said] == []
    headings = [item.text for item in book.paragraphs if item.style.name == "Heading 2"]
    assert headings == [
        *(item.text_content() for item in page.body.iter("h2")),
        wording.text("glossary.used", page.lang),
    ]
    assert [item.text for item in book.paragraphs if item.style.name == "Heading 1"] == [page.body.findtext(".//h1")]


def test_word_has_language_title_heads_and_words_of_figures(page, written_in_word):
    book = written_in_word
    tag = {"it": "it-IT", "en": "en-GB"}[page.lang]
    assert (book.core_properties.title, book.core_properties.language) == (page.body.findtext(".//h1"), tag)
    assert book.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == tag
    alts = [shape._inline.docPr.get("descr") for shape in book.inline_shapes]
    assert alts == [image.get("alt") for image in page.body.iter("img")]
    assert len(book.tables) == len(page.body.findall(".//table"))
    for table in book.tables:
        heads = [row for row in table._tbl.tr_lst if row.find(f".//{qn('w:tblHeader')}") is not None]
        assert 1 <= len(heads) <= 2
        assert heads == table._tbl.tr_lst[: len(heads)]
        assert table._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstRow")) == "1"
        assert sum(column.w for column in table._tbl.tblGrid.gridCol_lst) <= book.sections[0].page_height
    assert "PAGE" in book.sections[0].footer._element.xml


# --- as other programs see them ---


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.slow
def test_libreoffice_opens_the_documents_and_the_workbook(shown, attacked, tmp_path):
    files = made((shown["it"] / "programme_report.html").read_text(encoding="utf-8"), kinds=("docx",))
    (tmp_path / "page.docx").write_bytes(files["docx"])
    (tmp_path / "hostile.docx").write_bytes(attacked["docx"])
    shutil.copy(shown["it"] / "programme_report_files" / "programme-report.xlsx", tmp_path / "book.xlsx")
    names = ["page.docx", "hostile.docx", "book.xlsx"]
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "pdf", *names], cwd=tmp_path, check=True, timeout=300
    )
    opened = {name: text_of((tmp_path / name).with_suffix(".pdf").read_bytes()) for name in names}
    assert squeezed("Dotazione per asse, piano in vigore al 31/12/2018") in opened["page.docx"]
    assert squeezed(TEXTS[0]) in opened["hostile.docx"]
    assert "970,47" in opened["book.xlsx"] or "970.47" in opened["book.xlsx"]
