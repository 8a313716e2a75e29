"""An empty programme folder to fill in, with a page that explains every column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from porfse_analysis import schema
from porfse_analysis.errors import ParameterError
from porfse_analysis.loaders.folder import DESCRIPTOR
from porfse_analysis.loaders.save import STRAY, table_descriptor, written_aside
from porfse_analysis.loaders.workbook.template import TEMPLATE, write_template

__all__ = ["EXAMPLES", "PAGE", "PLACEHOLDER_CCI", "describe", "new_folder"]

PAGE = "LEGGIMI-README.md"
PLACEHOLDER_CCI = "2014XX05SFOP000"

_ESF = {"fund": "ESF", "region_category": "More developed", "source": "monitoring"}

EXAMPLES: dict[str, list[dict[str, str]]] = {
    "axes": [
        {"axis": "I", "title_it": "Occupazione", "title_en": "Employment", "technical_assistance": "no"},
        {
            "axis": "V",
            "title_it": "Assistenza tecnica",
            "title_en": "Technical assistance",
            "technical_assistance": "yes",
        },
    ],
    "finance": [
        _ESF
        | {
            "axis": "I",
            "cutoff": "2018-12-31",
            "stage": "allocation",
            "amount_eur": "50000000.00",
            "eu_amount_eur": "25000000.00",
            "plan_version": "1.0",
        },
        _ESF | {"axis": "I", "cutoff": "2018-12-31", "stage": "certified", "amount_eur": "10000000.00"},
        {
            "axis": "ALL",
            "cutoff": "2018-12-31",
            "stage": "paid",
            "source": "sheet",
            "amount_eur": "15000000.00",
            "qualifier": "more_than",
            "precision": "1000000",
        },
    ],
    "achievements": [
        _ESF
        | {
            "axis": "I",
            "investment_priority": "8i",
            "indicator_type": "OESF",
            "indicator_code": "CO01",
            "cutoff": "2018-12-31",
            "value": "3600",
            "women": "1700",
            "unit": "Number",
        },
    ],
    "targets": [
        {
            "axis": "I",
            "fund": "ESF",
            "region_category": "More developed",
            "indicator_type": "OESF",
            "indicator_code": "CO01",
            "plan_version": "1.0",
            "source": "programme",
            "valid_from": "2015-12-31",
            "milestone": "4000",
            "target": "12000",
            "unit": "Number",
            "kind": "output",
            "in_performance_framework": "yes",
        },
        {
            "axis": "I",
            "fund": "ESF",
            "region_category": "More developed",
            "indicator_code": "F1",
            "plan_version": "1.0",
            "source": "programme",
            "valid_from": "2015-12-31",
            "milestone": "10000000",
            "target": "50000000",
            "unit": "EUR",
            "kind": "financial",
            "in_performance_framework": "yes",
        },
    ],
    "measures": [
        {
            "measure": "voucher",
            "valid_from": "2018-12-31",
            "axis": "I",
            "title_it": "Buono",
            "title_en": "Voucher",
            "recipients_it": "persone",
            "recipients_en": "people",
            "value": "3600",
            "cutoff": "2018-12-31",
            "source": "sheet",
            "axis_source": "programme",
        },
    ],
    "eu_commitments": [
        {
            "year": "2014",
            "eu_commitment_eur": "10600000.00",
            "performance_reserve_eur": "600000.00",
            "prefinancing_received_eur": "800000.00",
            "source": "programme",
        },
        {
            "year": "2015",
            "eu_commitment_eur": "11660000.00",
            "performance_reserve_eur": "660000.00",
            "source": "programme",
        },
    ],
    "population": [{"area": "ITC4", "year": "2018", "residents": "10036258", "source": "statistics"}],
    "claims": [
        {
            "claim": "paid-15",
            "text_it": "Pagamenti: più di 15 milioni di euro",
            "text_en": "Payments: more than EUR 15 million",
            "quantity": "paid",
            "axis": "ALL",
            "value": "15000000",
            "unit": "EUR",
            "qualifier": "more_than",
            "precision": "1000000",
            "cutoff": "2018-12-31",
            "source": "sheet",
        },
        {
            "claim": "milestones",
            "text_it": "Target intermedio conseguito per 1 indicatore di realizzazione",
            "quantity": "output_milestones_achieved",
            "axis": "ALL",
            "value": "1",
            "unit": "indicator",
            "cutoff": "2018-12-31",
            "source": "sheet",
        },
    ],
    "sources": [
        {"source": "monitoring", "title_it": "Monitoraggio", "title_en": "Monitoring data", "publisher": "Regione"},
        {"source": "programme", "title_it": "Programma operativo", "title_en": "Operational programme"},
        {"source": "sheet", "title_it": "Scheda informativa", "title_en": "Information sheet", "page": "2"},
        {"source": "statistics", "title_it": "Popolazione residente", "title_en": "Resident population"},
    ],
}
"""Rows that show how a table is filled in; the figures are invented. Together they make a folder that loads."""

_WHERE = {
    "axes": ("Tabella 1 del documento di programma", "Table 1 of the programme document"),
    "finance": (
        "Piano finanziario (Tabella 18a) per la dotazione, monitoraggio per gli altri stadi; un importo non pubblicato "
        "resta vuoto, mai zero",
        "Financial plan (Table 18a) for the allocation, monitoring for the other stages; an amount not published stays "
        "empty, never zero",
    ),
    "achievements": (
        "Relazione annuale di attuazione o monitoraggio; valori cumulati",
        "Annual implementation report or monitoring; cumulative values",
    ),
    "targets": (
        "Tabelle 4 e 5 (indicatori) e 6 (quadro di riferimento dell'efficacia: milestone, "
        "in_performance_framework = yes)",
        "Tables 4 and 5 (indicators) and 6 (performance framework: milestone, in_performance_framework = yes)",
    ),
    "measures": ("Documenti del programma", "Documents of the programme"),
    "eu_commitments": (
        "Tabella 17 (piano finanziario annuale): l'impegno UE di ogni anno dal 2014 al 2020 per fondo, riserva "
        "compresa; serve per N+3",
        "Table 17 (annual financial plan): the EU commitment of every year from 2014 to 2020 by fund, reserve "
        "included; N+3 needs it",
    ),
    "population": ("Istituto di statistica", "Statistical office"),
    "claims": (
        "Affermazioni di schede, relazioni, comunicati: quantity è uno stadio, participants, women_share, "
        "output_milestones_achieved, financial_milestones_progressing, decommitment_target_2018 ...",
        "Statements of sheets, reports, releases: quantity is a stage, participants, women_share, "
        "output_milestones_achieved, financial_milestones_progressing, decommitment_target_2018 ...",
    ),
    "sources": (
        "Ogni fonte citata nelle altre tabelle; l'ordine delle righe è l'ordine di preferenza",
        "Every source the other tables name; the order of the rows is the order of preference",
    ),
}

_INTRO = f"""# LEGGIMI / README

Una cartella di programma da riempire: una tabella CSV per file (UTF-8, virgola, punto decimale, date AAAA-MM-GG).
`axes`, `finance` e `sources` servono sempre; le altre possono restare con la sola intestazione. Scrivere in
`{DESCRIPTOR}` il codice CCI al posto di {PLACEHOLDER_CCI} e il titolo del programma, poi controllare con
`porfse check CARTELLA`. Chi preferisce Excel riempia `{TEMPLATE}` e la importi in un'altra cartella:
`porfse import workbook {TEMPLATE} --to CARTELLA`.

A programme folder to fill in: one CSV table per file (UTF-8, comma, decimal point, dates YYYY-MM-DD). `axes`,
`finance` and `sources` are always needed; the others may keep their header alone. In `{DESCRIPTOR}` write the CCI of
the programme instead of {PLACEHOLDER_CCI}, and its title; then check with `porfse check FOLDER`.
Whoever prefers Excel fills in `{TEMPLATE}` and imports it into another folder: `porfse import workbook {TEMPLATE} --to
FOLDER`.

Gli esempi sono inventati. The examples are invented.
"""


def new_folder(folder: str | Path) -> Path:
    """Write an empty programme folder and return its path.

    It holds every table with its header alone, the descriptor, a page that explains each column with example rows, and
    the same tables as a workbook (`import_workbook` reads it). Written aside and moved into place.
    Raises `ParameterError` when `folder` is a file or holds something.
    """
    target = Path(folder).resolve()
    if target.exists() and not target.is_dir():
        raise ParameterError(f"{folder} is a file: name a folder")
    if target.exists() and {path.name for path in target.iterdir()} - STRAY:
        raise ParameterError(f"{folder} exists and is not empty: name another folder")
    with written_aside(target) as aside:
        for table in schema.TABLES.values():
            _write(aside / f"{table.name}.csv", ",".join(table.names) + "\n")
        _write(aside / DESCRIPTOR, json.dumps(_descriptor(), ensure_ascii=False, indent=1) + "\n")
        _write(aside / PAGE, _page())
        write_template(aside / TEMPLATE)
    return target


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _descriptor() -> dict[str, Any]:
    return {
        "name": "programme",
        "profile": "tabular-data-package",
        "cci": PLACEHOLDER_CCI,
        "title": "Programme",
        "titles": {"it": "Titolo del programma", "en": "Title of the programme"},
        "resources": [table_descriptor(table) for table in schema.TABLES.values()],
    }


def describe(table: schema.Table) -> str:
    """The columns of a table as a Markdown table: kind, whether a cell may be empty, meaning."""
    rows = ["| column | kind | cell | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        cell = "required" if column.required else "optional column" if column.optional else "may be empty"
        allowed = f" ({', '.join(column.allowed)})" if column.allowed else ""
        rows.append(f"| `{column.name}` | {column.kind} | {cell} | {column.meaning}{allowed} |")
    return "\n".join(rows)


def _page() -> str:
    parts = [_INTRO]
    for table in schema.TABLES.values():
        it, en = _WHERE[table.name]
        need = "obbligatoria / needed" if table.required else "facoltativa / may stay empty"
        example = "\n".join(
            [",".join(table.names)]
            + [",".join(row.get(name, "") for name in table.names) for row in EXAMPLES[table.name]]
        )
        parts.append(
            f"## {table.name}.csv\n\n{need}. {it}. {en}.\n\nKey: {', '.join(table.key)}.\n\n{describe(table)}\n\n"
            f"```\n{example}\n```\n"
        )
    return "\n".join(parts)
