"""The information sheet: every figure of the one the region published, nothing clipped, nothing drawn over another."""

import base64
import dataclasses
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from functools import cache

import pandas as pd
import pytest
from page_maker import INVENTED
from PIL import Image
from sheet_reader import PAGE, overlaps, pdf_texts, texts_of

from porfse_analysis import load_programme, open_report, resources
from porfse_analysis.display.sheet import page as sheets
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.sheet.setting import COLOURS, page_data

SHEET_DATE = "2018-09-30"


@pytest.fixture(scope="module")
def programme(bundled):
    return bundled


@pytest.fixture(params=["it", "en"])
def lang(request):
    return request.param


# a sheet is set once for each report
drawn = cache(texts_of)


def words(report):
    return [text.text for text in drawn(report)]


def written(report):
    """Name -> figure of every row of the table, with the axis where there is one."""
    rows = sheets.sheet_figures(report).written()
    return {(row["code"], row["name"]): row["figure"] for _, row in rows.iterrows()}


# --- the figures of the original ---

# by hand from the information sheet of 30 September 2018, four slides
ON_THE_SHEET = {
    "it": [
        *["970,47 Mln €", "358,00", "227,10", "332,50", "20,00", "32"],
        *["614", "356", "281", "144", "più di 144 Mln €"],
        *["Obiettivo N+3 del 2018", "5 su 6", "2 su 4", "più di 187.000", "47%"],
        *["più di 100.000", "più di 14.000", "circa 2.000", "più di 400", "più di 700"],
        *["circa 30.000", "circa 3.000", "64"],
        *["216 Mln €", "162 Mln €", "220 Mln €", "15 Mln €"],
        *["I · Crescita", "II · Inclusione sociale", "III · Competenze per la", "IV · Qualità della"],
        *["Dote Unica Lavoro", "IFTS", "Azioni di rete", "IeFP disabili", "Autonomia anziani", "Autonomia disabili"],
    ],
    "en": [
        *["€970.47 million", "358.00", "227.10", "332.50", "20.00", "32"],
        *["614", "356", "281", "144", "more than €144 million"],
        *["N+3 target of 2018 amply", "5 of 6", "2 of 4", "more than 187,000", "47%"],
        *["more than 100,000", "more than 14,000", "about 2,000", "more than 400", "more than 700"],
        *["about 30,000", "about 3,000", "64"],
        *["€216 million", "€162 million", "€220 million", "€15 million"],
        *["I · Growth of", "II · Active social", "III · Skills for growth", "IV · Quality of public"],
        *["Dote Unica Lavoro", "IFTS (higher technical", "Azioni di rete (network", "IeFP disabili (vocational"],
    ],
}


def test_every_figure_of_the_original_is_drawn(programme, reports, lang):
    texts = words(reports(programme, cutoff=SHEET_DATE, lang=lang))
    for expected in ON_THE_SHEET[lang]:
        # a number alone must be a text of its own: 144 is not found in 144.000
        alone = re.fullmatch(r"[\d.,%]+", expected)
        found = [text for text in texts if (text == expected if alone else expected in text)]
        assert found, expected


def test_nothing_of_the_original_is_cut(programme, reports, lang):
    assert not [text for text in words(reports(programme, cutoff=SHEET_DATE, lang=lang)) if "…" in text]


def number(text, lang):
    """A number of a text, in the writing of its language."""
    return float(text.replace(".", "").replace(",", ".") if lang == "it" else text.replace(",", ""))


def numbers(texts, lang):
    found = [token for text in texts for token in re.findall(r"\d+(?:[.,]\d+)*", text)]
    return {number(token, lang) for token in found}


def test_every_number_in_the_text_of_the_original_is_on_the_sheet(programme, reports, lang, shared_data):
    original = shared_data.parent / "seed" / "por-fse-lombardia-30-settembre-2018.txt"
    if not original.is_file():
        pytest.skip("the text of the original sheet does not lie beside the project (../shared/seed)")
    text = original.read_text(encoding="utf-8")
    tokens = re.findall(r"\d+(?:[.,]\d+)*", text)
    assert len(tokens) > 35
    mine = numbers(words(reports(programme, cutoff=SHEET_DATE, lang=lang)), lang)
    for token in tokens:
        value = float(token) if token == "970.47" else number(token, "it")  # a decimal point on that slide alone
        if value > 1_000_000:
            value /= 1_000_000  # endowments in full euro there, in million here
        assert value in mine, token


@pytest.mark.parametrize(
    ("code", "name", "figure"),
    [
        ("", "dotazione complessiva, assistenza tecnica compresa", "970,47 Mln €"),
        ("I", "Occupazione", "358,00 Mln €"),
        ("II", "Inclusione sociale e lotta alla povertà", "227,10 Mln €"),
        ("III", "Istruzione e formazione", "332,50 Mln €"),
        ("IV", "Capacità istituzionale e amministrativa", "20,00 Mln €"),
        ("V", "Assistenza tecnica", "32 Mln €"),
        ("", "Impegni", "356 Mln €"),
        ("", "Pagamenti", "281 Mln €"),
        ("", "Spesa certificata", "più di 144 Mln €"),
        ("I", "Risorse attivate", "216 Mln €"),
        ("II", "Risorse attivate", "162 Mln €"),
        ("III", "Risorse attivate", "220 Mln €"),
        ("IV", "Risorse attivate", "15 Mln €"),
        ("", "indicatori di realizzazione con il target intermedio 2018 già conseguito", "5 su 6"),
        ("", "indicatori finanziari in buon avanzamento verso il target intermedio 2018", "2 su 4"),
        ("", "persone raggiunte da un intervento", "più di 187.000"),
        ("", "donne fra le persone raggiunte", "47%"),
        ("I", "destinatari di politiche attive · Dote Unica Lavoro", "più di 100.000"),
        ("II", "famiglie fragili · Azzeramento della retta del nido", "più di 14.000"),
        ("", "persone · Inclusione di persone sottoposte a provvedimenti giudiziari", "circa 2.000"),
        ("", "persone anziane · Autonomia anziani", "più di 400"),
        ("", "persone disabili · Autonomia disabili", "più di 700"),
        ("", "partecipanti · Istruzione e formazione professionale", "circa 30.000"),
        ("", "operatori di polizia locale · Rafforzamento delle competenze della polizia locale", "circa 3.000"),
        ("", "centri per l'impiego · Rafforzamento dei centri per l'impiego", "64"),
    ],
)
def test_each_figure_has_its_name(programme, reports, sheet, code, name, figure):
    report = reports(programme, cutoff=SHEET_DATE, lang="it")
    assert written(report)[code, name] == figure
    alternative = re.search(r'alt="([^"]*)"', sheet.html)[1]
    # a number and its unit stay on one line of the page
    assert figure.replace(" Mln €", "\N{NO-BREAK SPACE}Mln\N{NO-BREAK SPACE}€") in alternative


def test_measures_stand_with_an_axis_only_where_a_source_settles_it(programme, reports):
    content = sheet_content(reports(programme, cutoff=SHEET_DATE, lang="it"))
    by_axis = {card.code: [item.drawn for item in card.measures] for card in content.axes}
    assert by_axis == {
        "I": ["Dote Unica Lavoro"],
        "II": ["Azzeramento della retta del nido"],
        "III": ["IFTS"],
        "IV": [],
        "V": [],
    }
    assert len(content.unsettled) == 8


def test_the_whole_of_a_part_is_in_the_claims(programme):
    claims = programme.claims.set_index("claim")["out_of"]
    assert claims["output-milestones"] == 6
    assert claims["financial-milestones"] == 4
    assert claims.notna().sum() == 2


# --- other dates ---


@pytest.mark.long
def test_a_figure_of_an_older_date_carries_it(programme, reports):
    texts = words(reports(programme, cutoff="2020-12-31", lang="en"))
    assert "Commitments (at 30/09/2018)" in texts
    assert "Selected cost" in texts  # of the very date
    assert {"641.62", "513.81", "397,748", "9 of 14"} <= set(texts)
    latest = words(reports(programme, cutoff="2022-06-30", lang="it"))
    assert latest.count("al 31/12/2020") == 3  # people, targets, outputs


def test_verdicts_and_what_to_check(programme, reports):
    texts = " ".join(words(reports(programme, cutoff=SHEET_DATE, lang="it")))
    assert texts.count("contraddetta") == 2
    assert "32.874.516,00" in texts
    assert "Confronto con i dati: compatible" not in texts
    assert "Confronto con i dati: compatibile" in texts
    warned = words(reports(programme, cutoff="2022-06-30", lang="it"))
    assert warned.count("avviso") == 2
    assert "e altre 3, nella tabella" in warned


def test_what_is_not_published_is_said_and_never_zero(programme, reports):
    report = reports(programme, cutoff="2014-12-31", lang="it")
    texts = words(report)
    assert "Non pubblicati a questa data: Risorse attivate, Impegni, Pagamenti e Spesa certificata." in texts
    assert "Nessuna realizzazione pubblicata a questa data." in texts
    assert ("", "Impegni") not in written(report)
    assert written(report)["", "Costo ammesso"] == "0,00 Mln €"  # published as zero


def test_spending_that_moved(programme, reports):
    # 641,623,351.21 - 567,610,202.48 and 513,809,109.06 - 465,343,435.30 of the Commission's table
    rows = written(reports(programme, cutoff="2020-12-31", lang="it"))
    assert rows["", "Costo ammesso: variazione dal 31/12/2019"] == "+74,01 Mln €"
    assert rows["", "Spesa dichiarata: variazione dal 31/12/2019"] == "+48,47 Mln €"


def test_women_where_a_source_counts_them(programme, reports):
    rows = programme.achievements
    people = rows["indicator_code"].isin(["CO01", "CO03", "CO05"])
    counted = rows.assign(women=(rows["value"] / 2).where(people))
    report = open_report(dataclasses.replace(programme, achievements=counted), cutoff="2020-12-31", lang="it")
    assert written(report)["", "donne fra i partecipanti"] == "50,0%"
    rows = written(reports(programme, cutoff="2020-12-31", lang="it"))
    assert ("", "donne fra i partecipanti") not in rows
    # 157,891 ... of the Commission's table, CO01 + CO03 + CO05 of every axis
    assert rows["", "partecipanti (CO01 + CO03 + CO05; le persone possono ripetersi)"] == "397.748"


def test_the_deadline_of_another_programme(invented, reports):
    rows = written(reports(invented, cutoff="2017-12-31", lang="it"))
    # ESF 7.7 of 3.1 million, YEI 0.3 of 0.8
    assert rows["", "Scadenza N+3 del 31/12/2017, ESF"] == "coperto"
    assert rows["", "Scadenza N+3 del 31/12/2017, YEI"] == "a rischio"
    rows = written(reports(invented, cutoff="2019-12-31", lang="it"))
    # ESF 30.2 of 19.8 million; of YEI nothing was committed in 2016 and nothing is due: the row is that of ESF alone
    named = {name: figure for (_, name), figure in rows.items() if name.startswith("Scadenza")}
    assert named == {"Scadenza N+3 del 31/12/2019, ESF": "coperto"}
    assert rows["", "target intermedi 2018 raggiunti, fra quelli con un rapporto calcolabile"] == "7 su 16"


# --- the drawing ---


def faults(report):
    """Texts that leave the page or their place, are too small to be read, or lie on one another."""
    texts, margin = drawn(report), 4 * 72 / 25.4
    assert len(texts) > 20
    found = [
        text.text
        for text in texts
        if text.page != 1
        or min(text.left, text.top) < margin
        or text.right > PAGE[0] - margin
        or text.bottom > PAGE[1] - margin
        or text.right - text.left > text.room + 0.1
        or text.size < 7
    ]
    return found + overlaps(texts)


@pytest.mark.parametrize(
    "cutoff",
    [
        *("2014-12-31", "2018-09-30", "2020-12-31", "2022-06-30"),
        *(pytest.param(f"{year}-12-31", marks=pytest.mark.slow) for year in (2015, 2016, 2017, 2018, 2019, 2021)),
    ],
)
def test_no_text_leaves_the_page_or_lies_on_another(programme, reports, cutoff, lang):
    assert faults(reports(programme, cutoff=cutoff, lang=lang)) == []


@pytest.mark.parametrize(
    "cutoff",
    ["2018-12-31", *(pytest.param(date, marks=pytest.mark.slow) for date in ("2016-12-31", "2019-12-31"))],
)
def test_nor_for_another_programme(invented, reports, cutoff, lang):
    assert faults(reports(invented, cutoff=cutoff, lang=lang)) == []


HOSTILE = '$x_2$ <script>alert("1")</script> & \\frac{a} '


def other_programme(folder, axes, title):
    """The invented programme with so many axes; the new ones and the first have this title."""
    shutil.copytree(INVENTED, folder)
    read = {"dtype": "str", "keep_default_na": False}
    for name in ("axes", "finance"):
        rows = pd.read_csv(folder / f"{name}.csv", **read)
        more = [rows[rows["axis"] == "1"].assign(axis=str(place)) for place in range(8, axes + 1)]
        rows = pd.concat([rows, *more])
        if name == "axes":
            named = (rows["axis"] == "1") | (rows["axis"].astype(int) > 7)
            rows.loc[named, ["title_it", "title_en"]] = title
        rows.to_csv(folder / f"{name}.csv", index=False)
    measures = pd.read_csv(folder / "measures.csv", **read)
    measures.loc[0, ["title_it", "title_en"]] = title
    measures.loc[1, ["axis", "axis_source"]] = ""
    measures.to_csv(folder / "measures.csv", index=False)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["titles"] = {"it": title, "en": title}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return load_programme(folder)


@pytest.mark.long
@pytest.mark.parametrize(
    ("axes", "lang"), [(8, "it"), (11, "en"), (14, "it"), pytest.param(30, "en", marks=pytest.mark.slow)]
)
def test_nor_with_many_axes_and_endless_titles(tmp_path, axes, lang):
    title = (HOSTILE * 300)[:10_000].strip()
    programme = other_programme(tmp_path / "p", axes, title)
    report = open_report(programme, cutoff="2018-12-31", lang=lang)
    assert faults(report) == []
    texts = words(report)
    assert any(text.startswith("$x_2$ <script>") and text.endswith("…") for text in texts)
    assert max(len(text) for text in texts if "script" in text) < 300
    # whole in the table, and every axis there is
    rows = sheets.sheet_figures(report).written()
    assert title in set(rows["name"])
    assert set(rows["code"]) >= {str(place) for place in range(1, axes + 1)}
    if axes > 14:
        assert any("30" not in text and ("altri" in text or "more axes" in text) for text in texts)


def test_one_word_without_an_end(tmp_path):
    programme = other_programme(tmp_path / "p", 9, "W" * 10_000)
    assert faults(open_report(programme, cutoff="2018-12-31", lang="it")) == []


def test_a_programme_with_only_money(tmp_path, lang):
    source, folder = resources.bundled(), tmp_path / "bare"
    folder.mkdir()
    descriptor = json.loads((source / "datapackage.json").read_text(encoding="utf-8"))
    kept = ("axes", "finance", "sources")
    descriptor["resources"] = [item for item in descriptor["resources"] if item["name"] in kept]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    for name in kept:
        shutil.copy(source / f"{name}.csv", folder)
    report = open_report(load_programme(folder), cutoff=SHEET_DATE, lang=lang)
    assert faults(report) == []
    assert written(report)["", {"it": "Impegni", "en": "Commitments"}[lang]]


# --- the files ---


def information(report):
    return sheets.information_sheet(report)


def svg_of(sheet):
    return base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", sheet.html)[1])


@pytest.fixture(scope="module")
def sheet(programme, reports):
    return information(reports(programme, cutoff=SHEET_DATE, lang="it"))


def test_what_a_notebook_is_given(sheet):
    data, metadata = sheet._repr_mimebundle_()
    assert set(data) == {"text/html", "application/pdf", "image/png", "text/plain"}
    assert metadata == {"porfse": {"file": "information-sheet", "label": "Scheda informativa"}}
    assert base64.b64decode(data["application/pdf"]).startswith(b"%PDF-")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert json.loads(json.dumps(data)) == data


def test_the_drawing_is_whole_and_light(sheet, programme, reports):
    svg = svg_of(sheet)
    assert len(svg) < 160_000
    tree = ElementTree.fromstring(svg)
    names = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(set(names)) == len(names)
    targets = [element.get("href") for element in tree.iter() if element.tag.endswith("}use")]
    patterns = re.findall(rb"url\(#([^)]+)\)", svg)
    assert {target.removeprefix("#") for target in targets} | {name.decode() for name in patterns} == set(names)
    assert len(patterns) == 2 + 1  # two old figures and their sign in the key
    assert b"<text" not in svg
    assert b"2026" not in svg  # no day of today
    # the letters are outlines: each that is written, but for those drawn as one with the next (fi)
    written = sum(len(text.text.replace(" ", "")) for text in drawn(reports(programme, cutoff=SHEET_DATE, lang="it")))
    assert written - 25 < len(targets) <= written + 11  # the marks of eleven measures
    assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= {"svg", "g", "defs", "path", "use", "pattern"}
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]


def test_the_pdf_has_its_fonts_and_can_be_searched(sheet, programme, reports):
    assert b"CreationDate" not in sheet.pdf
    assert sheet.pdf.count(b"/FontFile2") == 2
    assert set(re.findall(rb"/BaseFont ?/\w+\+([\w-]+)", sheet.pdf)) == {b"DejaVuSans", b"DejaVuSans-Bold"}
    assert sheet.pdf.count(b"/ToUnicode") == 2
    assert len(sheet.pdf) < 100_000
    # what is copied out of it is what is written on it, in the order it is read
    copied = "".join(pdf_texts(sheet.pdf)).replace(" ", "").replace("▪", "")
    written = "".join(words(reports(programme, cutoff=SHEET_DATE, lang="it"))).replace(" ", "")
    assert copied == written


def test_the_pdf_is_accessible(programme, reports, lang):
    """PDF/UA-1: tagged, with title, language, headings, and in words what each bar shows."""
    report = reports(programme, cutoff=SHEET_DATE, lang=lang)
    pdf = information(report).pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Marked true" in pdf
    assert b"/Lang(%s)" % lang.encode() in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert pdf.count(b"/Type/Page/") == 1
    title = {
        "it": "POR FSE 2014-2020 di Regione Lombardia, scheda informativa al 30 settembre 2018",
        "en": "ESF regional operational programme 2014-2020 of Regione Lombardia, information sheet at 30 September"
        " 2018",
    }[lang]
    outline = [found.decode() for found in re.findall(rb"/Title\(([^)]*)\)", pdf)]
    parts = {
        "it": ["Dotazione per asse", "I numeri chiave dell'attuazione", "Spesa", "Target di performance"],
        "en": ["Endowment by axis", "Key figures of implementation", "Spending", "Performance targets"],
    }[lang]
    assert title in outline
    assert set(parts) <= set(outline)
    kinds = re.findall(rb"/StructElem/S/(\w+)", pdf)
    assert {kind: kinds.count(kind) for kind in (b"H1", b"H2", b"H3", b"Figure")} == {
        b"H1": 1,
        b"H2": 7,
        b"H3": 6,
        b"Figure": 11,
    }
    bars = [found.decode() for found in re.findall(rb"/Alt\(([^)]*)\)", pdf)]
    assert (
        bars[:2] + bars[-1:]
        == {
            "it": ["36,9% del totale", "23,4% del totale", "15,1% della dotazione al 31/12/2017"],
            "en": ["36.9% of the total", "23.4% of the total", "15.1% of the endowment at 31/12/2017"],
        }[lang]
    )
    assert len(bars) == 11


def test_a_declared_day_is_the_day_of_the_pdf(programme, reports, sheet, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    dated = information(reports(programme, cutoff=SHEET_DATE, lang="it"))
    assert b"/CreationDate(D:19700102000000Z)" in dated.pdf
    assert (dated.html, dated.png) == (sheet.html, sheet.png)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert information(reports(programme, cutoff=SHEET_DATE, lang="it")).pdf == sheet.pdf


def test_the_picture_is_a4_at_150_dots(sheet):
    image = Image.open(io.BytesIO(sheet.png))
    assert image.size in ((1753, 1240), (1754, 1240))
    assert image.mode == "P"
    assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    assert b"tEXt" not in sheet.png
    assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)  # on paper, whatever the page's colour
    assert len(sheet.png) < 200_000
    shown = {colour for _, colour in image.convert("RGB").getcolors(10_000)}
    assert {tuple(bytes.fromhex(colour[1:])) for colour in COLOURS} <= shown


@pytest.mark.long
def test_the_same_data_are_the_same_bytes(sheet, programme):
    again = information(open_report(programme, cutoff=SHEET_DATE, lang="it"))
    assert (again.html, again.pdf, again.png) == (sheet.html, sheet.pdf, sheet.png)
    code = (
        "import hashlib, porfse_analysis as pf\n"
        "from porfse_analysis.display.sheet.page import information_sheet\n"
        f"s = information_sheet(pf.open_report(pf.load_programme(), cutoff='{SHEET_DATE}', lang='it'))\n"
        "print(*(hashlib.sha256(part).hexdigest() for part in (s.html.encode(), s.pdf, s.png)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    mine = [hashlib.sha256(part).hexdigest() for part in (sheet.html.encode(), sheet.pdf, sheet.png)]
    assert run.stdout.split() == mine


def test_texts_from_data_are_neither_markup_nor_mathematics(tmp_path):
    programme = other_programme(tmp_path / "p", 8, HOSTILE.strip())
    report = open_report(programme, cutoff="2018-12-31", lang="en")
    page = information(report).html + sheets.sheet_figures(report)._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert any(HOSTILE.strip() in text for text in words(report))  # the dollars are still there
    assert any(HOSTILE.strip() in text for text in pdf_texts(information(report).pdf))


MARKUP = r'#import "x": * #read("/etc/hostname") $x^2$ *b* _e_ `c` @ref <words> = H \ // \u{41} ~ -- ...'


@pytest.mark.long
@pytest.mark.parametrize(
    "title",
    [
        pytest.param(MARKUP, id="Typst"),
        pytest.param("مرحبا بالعالم · שלום עולם · abc 123", id="right to left"),
        pytest.param("漢字かな 한국어 ไทย 😀 \U0001f9d1\u200d\U0001f33e \u0378 \ue000", id="letters the font lacks"),
        pytest.param("a\x00b\x07c\x1b[0m\x7f\x85d\ufeffe\ufffef\ud800g", id="no characters at all"),
        pytest.param("\u202etfel ot thgir\u202c \u2066i\u2069 \u200b\u00ad\u2060 e\u0301\u0323", id="invisible"),
        pytest.param("\u2028\u2029\t\n\r\x0b\x0c \u00a0", id="blanks"),
    ],
)
def test_any_text_is_set_as_it_is(programme, title):
    axes = programme.axes.assign(title_it=title, title_en=title, strand_it=title, strand_en=title)
    measures = programme.measures.assign(title_it=title, title_en=title)
    other = dataclasses.replace(programme, axes=axes, measures=measures)
    report = open_report(other, cutoff=SHEET_DATE, lang="it")
    assert faults(report) == []
    page = information(report)
    assert page.pdf.startswith(b"%PDF-1.7")
    assert ElementTree.fromstring(svg_of(page)).tag.endswith("svg")
    # a control character, or what is no character, has the sign for it
    shown = re.sub("[\x00-\x08\x1b\x7f\ud800-\udfff\ufeff\ufffe]", "\ufffd", title)
    assert any(text.startswith(" ".join(shown.split())[:12]) for text in words(report))
    if title == MARKUP:
        # in the list of the measures as they are, line by line; nothing was read, nothing is the name of a label
        copied = "".join(pdf_texts(page.pdf)).replace(" ", "")
        assert MARKUP.replace(" ", "") in copied


@pytest.mark.parametrize(
    ("cutoff", "signs"), [(SHEET_DATE, ["whole", "old"]), ("2014-12-31", ["whole"]), ("2022-06-30", ["whole", "old"])]
)
def test_what_the_bars_mean_is_said_where_there_are_such_bars(programme, reports, lang, cutoff, signs):
    said = {
        "it": {"whole": "Fondo chiaro: 100%.", "old": "Barra tratteggiata: dato di una data precedente."},
        "en": {"whole": "Light track: 100%.", "old": "Hatched bar: figure of an earlier date."},
    }[lang]
    texts = words(reports(programme, cutoff=cutoff, lang=lang))
    assert [sign for sign, text in said.items() if text in texts] == signs


def test_a_bar_beyond_the_whole_has_the_mark_of_the_whole(programme):
    finance = programme.finance
    committed = (finance["stage"] == "committed") & (finance["axis"] == "ALL")
    more = finance.assign(amount_eur=finance["amount_eur"].where(~committed, 1_200_000_000.0))
    report = open_report(dataclasses.replace(programme, finance=more), cutoff=SHEET_DATE, lang="en")
    (row,) = (row for row in page_data(sheet_content(report), report)["parts"]["stages"]["rows"] if row["share"] > 1)
    assert (row["name"], row["remark"], row["alt"]) == ("Commitments", "123.7%", "123.7% of the endowment")
    assert "Vertical mark: 100%." in words(report)
    assert faults(report) == []


@pytest.mark.long
@pytest.mark.parametrize("cutoff", [SHEET_DATE, "2020-12-31"])
def test_no_figure_is_cut(programme, lang, cutoff):
    """The longest there are: with a bound, in thousands of millions, to the last cent."""
    finance, reached = programme.finance, programme.achievements
    longer = finance.assign(amount_eur=finance["amount_eur"] * 11 + 0.11, qualifier="more_than", precision=0.01)
    more = reached.assign(value=reached["value"] * 1001, qualifier="more_than")
    claims = programme.claims.assign(qualifier="more_than", precision=0.01)
    claims["value"] = claims["value"].where(claims["unit"] != "EUR", claims["value"] * 11 + 0.11)
    other = dataclasses.replace(programme, finance=longer, achievements=more, claims=claims)
    report = open_report(other, cutoff=cutoff, lang=lang)
    assert faults(report) == []
    texts, content = words(report), sheet_content(report)
    for item in (content.total, *content.endowment, *content.stages):
        assert {item.drawn or item.figure, item.remark} - {""} <= set(texts), item
    for item in (amount for card in content.axes for amount in card.amounts[:1]):
        assert item.figure in texts
    # nor a date: of a name that is too long the name is cut
    dated = [text for text in texts if re.search(r"\((at|al) ", text)]
    assert len(dated) >= (2 if cutoff == SHEET_DATE else 4)
    assert all(re.search(r"\((at|al) \d\d/\d\d/\d{4}\)$", text) for text in dated)
    # where the page has no room for all of them it says so
    shown = [item.figure in texts for item in (*content.spend, *content.targets, *content.people, *content.reached)]
    assert sum(shown) > len(shown) / 2
    bound = {"it": "più di", "en": "more than"}[lang]
    assert sum(text.startswith(bound) for text in texts) > 10
    assert not [text for text in texts if re.search(r"\d…", text)]


def test_without_typst_the_sheet_says_what_to_install(programme, reports, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ImportError, match=r'^typst is not installed: pip install "porfse_analysis\[reports\]"$'):
        information(reports(programme, cutoff=SHEET_DATE, lang="it"))
