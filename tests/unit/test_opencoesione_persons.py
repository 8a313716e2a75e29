"""No person leaves OpenCoesione's files: not into a table, a copy, a page, a message or a log."""

import contextlib
import tempfile
import zipfile
from pathlib import Path

import opencoesione_samples as samples
import pandas as pd
import pytest
from opencoesione_samples import CCI, project
from typer.testing import CliRunner

from porfse_analysis.cli import app
from porfse_analysis.errors import DataError
from porfse_analysis.loaders.opencoesione import scan
from porfse_analysis.loaders.opencoesione.layout import layouts
from porfse_analysis.loaders.opencoesione.persons import holds_tax_code, safe_value, without_persons
from porfse_analysis.loaders.opencoesione_data import import_records

PERSON = "ZAVATTINI PRUDENZIO"
TAX_CODE = "ZVTPDN85C12F205W"
COMPANY = "TORNERIA BELLAVISTA SRL"
# where a name or a tax code may stand: texts of the project, and every one of its subjects
NAMING = [
    *(
        "OC_TITOLO_PROGETTO",
        "OC_SINTESI_PROGETTO",
        "OC_LINK",
        "DESCR_PROCED_ATTIVAZIONE",
        "DESCRIZIONE_GRANDE_PROGETTO",
    ),
    *(f"OC_{what}_{who}" for what in ("CODFISC", "DENOM") for who in ("PROGRAMMATORE", "ATTUATORE", "REALIZZATORE")),
    *("OC_CODFISC_BENEFICIARIO", "OC_DENOM_BENEFICIARIO"),
    *(f"DESCR_INDICATORE_{place}" for place in range(1, 5)),
]


def planted(code, **cells):
    """A project with a person in every column that may name one."""
    return project(code, **{**dict.fromkeys(NAMING, f"{PERSON} {TAX_CODE}"), **cells})


def files(folder):
    form = "OC_COD_FORMA_GIU_BENEFICIARIO"
    rows = [
        planted("A", **{form: "1.1.20"}),
        planted("B", OC_CODFISC_BENEFICIARIO="01234567890", OC_DENOM_BENEFICIARIO=PERSON, **{form: "1.1.10"}),
        planted("C", OC_CODFISC_BENEFICIARIO="01234567890", OC_DENOM_BENEFICIARIO=PERSON),
        planted("D", OC_FLAG_VISUALIZZAZIONE="1"),
        planted("E", OC_CODICE_PROGRAMMA="2014IT05SFOP007"),
        planted(f"TIR/{TAX_CODE}", OC_DENOM_BENEFICIARIO="", OC_CODFISC_BENEFICIARIO=""),
        planted("G", OC_CODFISC_BENEFICIARIO="12345678901", OC_DENOM_BENEFICIARIO=COMPANY, **{form: "1.3.20"}),
    ]
    places = [
        {"COD_LOCALE_PROGETTO": "A", "COD_REGIONE": "19", "COD_PROVINCIA": "82", "DEN_PROVINCIA": "PALERMO"}
        | {"INDIRIZZO_PROG": f"c/o {PERSON}"}
    ]
    paid = [samples.payment(code, "20240101", "500,00") for code in ("A", f"TIR/{TAX_CODE}")]
    return [
        samples.written(folder, "progetti_esteso.csv", rows),
        samples.written(folder, "localizzazioni.csv", places, samples.PLACE_COLUMNS),
        samples.written(folder, "pagamenti.csv", paid, samples.PAYMENT_COLUMNS),
        samples.written(folder, "indicatori.csv", [samples.indicator("A", "201F", "1")], samples.INDICATOR_COLUMNS),
    ]


def as_csv(parquet):
    duckdb = pytest.importorskip("duckdb")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        path.write_bytes(parquet)
        return duckdb.read_parquet(str(path)).df().to_csv(index=False)


def texts_of(folder):
    """Every text of a folder, those in archives too."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    content = archive.read(name)
                    # packed inside: a name would not be seen in its bytes
                    text = as_csv(content) if name.endswith(".parquet") else content.decode("utf-8", "replace")
                    yield f"{path}/{name}", text
        yield str(path), path.read_bytes().decode("utf-8", "replace")


def persons_in(text):
    return [word for word in ("ZAVATTINI", "PRUDENZIO", TAX_CODE) if word.lower() in text.lower()]


@pytest.mark.parametrize("size", ["small", "large"])
def test_no_person_is_in_the_folder_or_in_what_the_command_says(tmp_path, caplog, monkeypatch, size):
    if size == "large":
        monkeypatch.setattr(scan, "_LARGE", 0)
    (tmp_path / "aside").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "aside"))
    (tmp_path / "source").mkdir()
    given = [str(path) for path in files(tmp_path / "source")]
    arguments = ["import", "opencoesione", *given, "--cci", CCI, "--to", str(tmp_path / "folder"), "--every", "month"]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    assert not persons_in(said.output + caplog.text)
    found = dict(texts_of(tmp_path / "folder"))
    assert len(found) > 8
    for place, text in found.items():
        assert not persons_in(text), place
    # what may be kept is: a company, and the projects of all of them with their money
    copied = next(text for place, text in found.items() if place.endswith("records.zip/progetti_esteso.parquet"))
    assert COMPANY in copied
    assert copied.count("\n") == 6
    assert "withheld-" in copied
    paid = next(text for place, text in found.items() if place.endswith("records.zip/pagamenti.parquet"))
    assert paid.count("500.0") == 2
    assert not list((tmp_path / "aside").iterdir())  # what is unpacked to be read goes away


def test_no_person_is_in_the_values_in_memory(tmp_path):
    _, records = import_records(files(tmp_path), CCI, tmp_path / "folder")
    frames = [*records.texts.values(), *records.values.values(), records.aside]
    for frame in frames:
        assert not persons_in(frame.to_csv())
    assert ("withheld", {"count": 3}) in records.notices


@pytest.mark.slow
def test_no_person_is_on_a_page(tmp_path):
    (tmp_path / "source").mkdir()
    import_records(files(tmp_path / "source"), CCI, tmp_path / "folder")
    run = CliRunner().invoke(app, ["report", str(tmp_path / "folder"), "--out", str(tmp_path / "pages"), "--jobs", "1"])
    assert run.exit_code == 0, run.output
    for place, text in texts_of(tmp_path / "pages"):
        assert not persons_in(text), place


@pytest.mark.parametrize("name", NAMING[:5] + NAMING[5:11] + NAMING[13:])
def test_columns_that_name_persons_are_in_no_layout(name):
    assert name not in {label for layout in layouts().values() for field in layout.fields for label in field.labels}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("COSTO_RENDICONTABILE_UE", PERSON),
        ("DATA_AGGIORNAMENTO", f"{PERSON} {TAX_CODE}"),
        ("OC_TOT_PAGAMENTI_RENDICONTAB_UE", TAX_CODE),
        ("OC_DATA_INIZIO_PROGETTO", PERSON),
        ("OC_COD_ARTICOLAZ_PROGRAMMA", f"V {TAX_CODE}"),
        ("FONDO_COMUNITARIO", PERSON),
    ],
)
def test_a_person_in_a_cell_that_is_not_for_one_is_in_no_message(tmp_path, column, value):
    """As where the cells of a row have moved."""
    path = samples.written(tmp_path, "p.csv", [project("A"), project("B", **{column: value})])
    run = CliRunner().invoke(
        app, ["import", "opencoesione", str(path), "--cci", CCI, "--to", str(tmp_path / "f"), "--all"]
    )
    assert not persons_in(run.output)
    with contextlib.suppress(DataError):
        import_records([path], CCI, tmp_path / "g")
    for folder in (tmp_path / "f", tmp_path / "g"):
        for place, text in texts_of(folder) if folder.exists() else ():
            assert not persons_in(text), place


def beneficiary(codes, names, forms):
    frame = pd.DataFrame({"beneficiary_code": [codes], "beneficiary": [names], "legal_form": [forms]}, dtype="str")
    kept, withheld = without_persons(frame)
    return kept.iloc[0][["beneficiary_code", "beneficiary"]].tolist(), withheld


@pytest.mark.parametrize(
    ("codes", "names", "forms", "kept"),
    [
        ("80012000826", "REGIONE SICILIANA", "2.4.10", ["80012000826", "REGIONE SICILIANA"]),
        ("80012000826", "REGIONE SICILIANA", "", ["", ""]),  # without a legal form it is not known
        ("8001200082", "REGIONE SICILIANA", "2.4.10", ["", ""]),  # ten digits
        ("", "REGIONE SICILIANA", "2.4.10", ["", ""]),
        (TAX_CODE, PERSON, "2.4.10", ["", ""]),
        ("01234567890", PERSON, "1.1.20", ["", ""]),  # a sole trader has eleven digits too
        ("01234567890", "ZAVATTINI & C. SNC", "1.2.20", ["", ""]),  # a partnership is called by its partners
        ("01234567890", f"SRL {TAX_CODE}", "1.3.20", ["", ""]),
        (f"12345678901:::{TAX_CODE}", f"A SPA:::{PERSON}", "1.3.10:::1.1.20", ["12345678901:::", "A SPA:::"]),
        ("12345678901:::12345678902", "A SPA:::B SPA", "1.3.10", ["", ""]),  # a list without repeats
    ],
)
def test_which_beneficiaries_are_kept(codes, names, forms, kept):
    assert beneficiary(codes, names, forms)[0] == kept


def test_what_was_kept_once_is_kept_again():
    codes, names, forms = f"12345678901:::{TAX_CODE}", f"A SPA:::{PERSON}", "1.3.10:::1.1.20"
    (first, withheld) = beneficiary(codes, names, forms)
    assert withheld == 1
    assert beneficiary(*first, forms) == (first, 0)


def test_tax_codes_inside_other_codes():
    assert holds_tax_code(f"AB/{TAX_CODE}/1")
    assert holds_tax_code(TAX_CODE.lower())
    assert holds_tax_code("ZVTPDN85C12FNL5W"), "letters stand for digits where two persons would have one code"
    assert not holds_tax_code("1MISEBS 2021 - 10")
    assert not holds_tax_code("PRATT8841")


def test_what_a_message_may_show():
    assert safe_value("10.50") == "10.50"
    assert safe_value("20240832.0") == "20240832.0"
    assert safe_value("ROSSI") is None
